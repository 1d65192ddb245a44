"""Every diagnostic code is explained, used, and shown by an example that really yields it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import kwlogic
from kwlogic.source.codes import Code, registry

ROOT = Path(kwlogic.__file__).parent
CODES = list(registry().values())
SHOWN = [c for c in CODES if c.example]


def used_codes() -> dict[str, str]:
    """Codes that the sources mention outside of their declarations, with a file that does."""
    found: dict[str, str] = {}
    for path in ROOT.rglob("*.py"):
        if "catalogue" not in path.parts:
            for code in re.findall(r'"(KW[0-9]{3})"', path.read_text(encoding="utf-8")):
                found.setdefault(code, path.name)
    return found


@pytest.mark.parametrize("code", CODES, ids=lambda c: c.code)
def test_explained(code: Code):
    assert re.fullmatch(r"KW[1-9][0-9]{2}", code.code)
    assert code.title
    assert not code.title.endswith(".")
    assert len(code.explanation) > 60
    assert code.explanation.endswith(".")
    assert code.example or code.how, "an example, or how a test provokes it"
    assert bool(code.example) == bool(code.fixed), "an example and what puts it right go together"


def test_declared_once():
    from kwlogic.source.catalogue import all_codes

    names = [c.code for c in all_codes()]
    assert len(names) == len(set(names))


def test_all_used_codes_are_declared():
    unknown = {c: f for c, f in used_codes().items() if c not in registry()}
    assert not unknown


def test_all_declared_codes_are_used():
    assert not [c.code for c in CODES if c.code not in used_codes()]


@pytest.mark.parametrize("code", SHOWN, ids=lambda c: c.code)
def test_example_yields_the_code(code: Code, tmp_path: Path):
    assert code.code in codes_of(code.example, tmp_path)


@pytest.mark.parametrize("code", SHOWN, ids=lambda c: c.code)
def test_fixed_does_not(code: Code, tmp_path: Path):
    assert code.code not in codes_of(code.fixed, tmp_path)


def codes_of(text: str, folder: Path) -> set[str]:
    from kwlogic.workspace.check import check
    from kwlogic.workspace.data import CheckRequest

    (folder / "case.kw").write_text(text, encoding="utf-8")
    result = check(CheckRequest(cwd=folder, paths=("case.kw",), jobs=1, cache=False))
    return {d.code for d in result.diagnostics}
