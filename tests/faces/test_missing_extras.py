"""What only an extra brings is named with the extra wherever it is missing, and never ends in an internal error."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from kwlogic.source.extras import EXTRA_OF, missing

Cli = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[[str, str], Path]
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
PACKAGE_OF = {"sklearn": "scikit-learn", "myst_nb": "myst-nb", "myst_parser": "myst-parser"}


@pytest.mark.parametrize(
    ("module", "command", "extra"),
    [
        ("pygls", "lsp", "lsp"),
        ("lsprotocol", "lsp --tcp 2087", "lsp"),
        ("mcp", "serve --mcp add.kw", "mcp"),
        ("numpy", "route hello --spec add.kw", "route"),
        ("watchfiles", "check --watch add.kw", "watch"),
        ("sphinx", "doc --out site add.kw", "docs"),
    ],
)
def test_a_package_that_cannot_be_imported_names_its_extra(cli: Cli, write: Write, module: str, command: str, extra: str):
    """Also one that is half there: found, but not importable."""
    write("add.kw", "module add\nkernel add(a: Int, b: Int) -> (c: Int)\n  ensures c == a + b\n= a + b\n")
    folder = write(f"shadow/{module}.py", f"raise ModuleNotFoundError('No module named {module}', name={module!r})\n").parent
    done = cli(*command.split(), PYTHONPATH=str(folder))
    assert done.returncode == 2, done.stderr
    assert f"`{module}`" in done.stderr
    assert f"pip install 'kwlogic[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_extras_are_those_of_the_package():
    extras = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    pulled = {"lsprotocol": "pygls", "distributed": "distributed"}
    for module, extra in EXTRA_OF.items():
        package = pulled.get(module, PACKAGE_OF.get(module, module))
        assert any(r.replace("[binary]", "").startswith(package + ">=") for r in extras[extra]), (module, extra)


def test_other_modules_are_none_of_its_business():
    assert missing(ModuleNotFoundError("No module named 'a.b'", name="a.b")) is None
