"""`kwlogic doc`, and the site of the documentation itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kwlogic.render.doc.reference import diagnostics_page, grammar_page
from kwlogic.source.codes import registry

Cli = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]
ROOT = Path(__file__).parents[2]

SHOP = '''# Prices, and *nothing* but `prices`.
module shop.price

## What a stay costs, `due` at the end. A <b> is no markup | here.
kernel price(nights: Int, rate: Real) -> (due: Real)
  requires nights > 0
  ensures exact: due == real(nights) * rate
  ensures wrong: due > 0.0
= real(nights) * rate

type Level = Low | High

kernel ask(text: String) -> (out: String)
  by prompt """Say ``` and ```` of {text}."""
'''


def test_markdown_tells_declarations_and_verdicts(cli: Cli, write: Write, tmp_path: Path) -> None:
    write("price.kw", SHOP)
    done = cli("doc", "--out", "pages", "--markdown", "--verdicts", "price.kw")
    assert (done.returncode, done.stdout) == (0, "2 pages; open pages/index.md\n"), done.stderr
    page = (tmp_path / "pages" / "modules" / "shop.price.md").read_text()
    assert "Prices, and \\*nothing\\* but `prices`." in page
    assert "A \\<b\\> is no markup \\| here." in page
    assert "(shop.price.price)=\n### price\n" in page
    assert "| ✗ refuted | ensures | wrong: due \\> 0.0 | nights = 1, rate = 0.0 |" in page
    assert page.index("## Kernels") < page.index("## Types")
    assert "`````kw\nkernel ask" in page
    assert "(modules/shop.price.md)" in (tmp_path / "pages" / "index.md").read_text()


def test_nothing_to_tell_and_what_cannot_be_read(cli: Cli, write: Write) -> None:
    assert cli("doc", "--out", "pages", "--markdown", "absent.kw").returncode == 2
    write("kwlogic.toml", "")
    assert cli("doc", "--out", "pages", "--markdown").returncode == 4
    write("broken.kw", "module broken\n\nfn f(\n")
    done = cli("doc", "--out", "pages", "--markdown")
    assert done.returncode == 1
    assert "KW103" in done.stderr


def test_the_reference_has_every_code_and_the_whole_grammar() -> None:
    page = diagnostics_page()
    assert [c for c in registry() if f"({c})=\n### {c}: " not in page] == []
    for path in sorted((ROOT / "grammar").glob("*.lark")):
        assert path.read_text(encoding="utf-8").strip().splitlines()[-1] in grammar_page()


@pytest.mark.slow
def test_a_site_is_built(cli: Cli, write: Write, tmp_path: Path) -> None:
    pytest.importorskip("furo")
    write("price.kw", SHOP)
    done = cli("doc", "--out", "site", "price.kw")
    assert done.returncode == 0, done.stderr
    assert "What a stay costs" in (tmp_path / "site" / "modules" / "shop.price.html").read_text()
    assert not (tmp_path / "site" / ".doctrees").exists()


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("furo")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        str(tmp_path / "doctrees"),
        str(ROOT / "docs"),
        str(tmp_path / "site"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "reference" / "grammar.html").is_file()
