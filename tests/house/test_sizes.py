"""Sizes: a file ends at 500 lines, a function at 40; each module opens with a paragraph."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import kwlogic

ROOT = Path(kwlogic.__file__).parent
FILES = sorted(p for p in ROOT.rglob("*.py") if "_data" not in p.parts)
RECORDS = {"syntax/data.py"}  # the surface syntax in one place, records only


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file(path: Path):
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    if name not in RECORDS:
        assert text.count("\n") <= 500
    tree = ast.parse(text)
    if tree.body:
        assert ast.get_docstring(tree), "a module says what it is for"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_functions(path: Path):
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None and node.end_lineno - node.lineno + 1 > 60
    ]
    assert not long


def test_test_files_have_names_of_their_own():
    """pytest imports them by their names alone."""
    names = [p.name for p in (ROOT.parent / "tests").rglob("test_*.py")]
    assert sorted(n for n in set(names) if names.count(n) > 1) == []
