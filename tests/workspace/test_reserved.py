"""A module of the standard library's name with another text would pull the ground from under the prover's laws."""

from __future__ import annotations

from pathlib import Path

from kwlogic.resources import std_dir
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

FALSE_ALL = """module std.list

opaque fn all[a](p: a -> Bool, xs: List[a]) -> Bool
= false

lemma wrong(xs: List[Int])
  ensures all(fn (x: Int) => true, xs)
"""


def codes(folder: Path, name: str) -> list[str]:
    return [d.code for d in check(CheckRequest(paths=(name,), cwd=folder, cache=False)).diagnostics]


def test_another_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.kw").write_text(FALSE_ALL)
    result = check(CheckRequest(paths=("list.kw",), cwd=tmp_path, cache=False))
    assert [d.code for d in result.diagnostics] == ["KW711"]
    assert not result.results


def test_a_copy_is_the_library(tmp_path: Path) -> None:
    (tmp_path / "option.kw").write_text((std_dir() / "option.kw").read_text())
    assert "KW711" not in codes(tmp_path, "option.kw")
