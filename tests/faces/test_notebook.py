"""Notebooks: what objects show, the magic `%%kw`, and the notebooks of the documentation executed again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from kwlogic import Composite, load, seq
from kwlogic.notebook import Cells, load_ipython_extension

BOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb"))
PARTS = """module shop.parts

kernel double(n: Int) -> (m: Int)
  requires n < 100
  ensures m == 2 * n
= 2 * n

kernel half(m: Int) -> (k: Int)
  requires m % 2 == 0
  ensures 2 * k == m
= m // 2

kernel wrong(x: Int) -> (y: Int)
  ensures y > x
= x
"""


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    (tmp_path / "parts.kw").write_text(PARTS, encoding="utf-8")
    return load(tmp_path / "parts.kw", cwd=tmp_path)


def test_a_project_shows_its_kernels(parts: Any) -> None:
    shown = parts._repr_html_()
    assert "<code>shop.parts.double</code>" in shown
    assert "<code>requires m % 2 == 0</code>" in shown


def test_a_composition_shows_its_graph(parts: Any) -> None:
    chain = seq(parts.double, parts.half)
    assert isinstance(chain, Composite)
    bundle = chain._repr_mimebundle_()  # type: ignore[attr-defined]
    assert bundle["text/plain"] == "double >> half: (n: Int) -> (k: Int)"
    assert bundle["image/svg+xml"].startswith("<svg ")
    assert list(chain._repr_mimebundle_(include=["text/plain"])) == ["text/plain"]  # type: ignore[attr-defined]


def test_a_check_shows_verdicts_and_counterexamples(parts: Any) -> None:
    result = (parts.double >> parts.half).check(ensures=["k > 0"])
    shown = result._repr_html_()
    assert "✗ refuted" in shown
    assert re.search(r"<code>n = -?\d+</code>, which yields|<code>n = -?\d+</code>", shown)


class Shell:
    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.magics: dict[str, Any] = {}

    def push(self, names: dict[str, Any]) -> None:
        self.names |= names

    def register_magic_function(self, function: Any, kind: str, name: str) -> None:
        assert kind == "cell"
        self.magics[name] = function


def test_the_magic_checks_a_cell_and_binds_its_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shell = Shell()
    load_ipython_extension(shell)
    kw = shell.magics["kw"]
    assert kw("", "module a\n\nfn one() -> Int\n= 1\n\nexample one() == 1\n").exit_code == 0
    assert kw("b", "use a (one)\n\nkernel next(x: Int) -> (y: Int)\n  ensures y == x + one()\n= x + 1\n").exit_code == 0
    assert shell.names["kw"].kernels == ("b.next",)
    assert kw("b", "kernel next(x: Int) -> (y: Int)\n  ensures y > x\n= x\n").exit_code == 1
    assert kw("--no-check", "module c\n") is None
    assert "unknown name" in kw("", "fn f(x: Int) -> Int\n= y\n")._repr_html_()
    assert kw("", "(((")._repr_html_()
    assert list(tmp_path.rglob("*.kw")) == []


def test_a_quotation_mark_alone_is_no_trouble(tmp_path: Path) -> None:
    result = Cells(tmp_path).run("'b --no-check", "module a\n\nfn one() -> Int\n= 1\n")[1]
    assert result is None


def test_a_later_text_of_a_module_counts(tmp_path: Path) -> None:
    cells = Cells(tmp_path)
    cells.run("", "module a\n\nfn one() -> Int\n= 1\n")
    cells.run("", "module a\n\nfn one() -> Int\n= 2\n")
    result = cells.run("", "module b\nuse a (one)\n\nexample one() == 2\n")[1]
    assert result is not None
    assert result.exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("book", BOOKS, ids=lambda p: p.stem)
def test_the_notebooks_of_the_documentation_say_what_they_say(book: Path, tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    found = nbformat.read(book, as_version=4)
    before = outputs(found)
    client.NotebookClient(found, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert outputs(found) == before
    assert before


def outputs(book: Any) -> list[str]:
    """What cells said, without times."""
    said = [o.get("data", {}).get("text/plain", "") for cell in book.cells for o in cell.get("outputs", [])]
    return [re.sub(r"\d+\.\d\d s \(rlimit [\d,]+.*?\)", "", words) for words in said]
