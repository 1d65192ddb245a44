"""Selection: files, folders, declarations, patterns; what does not exist is diagnosed and the rest kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.source.data import Source, Span
from kwlogic.workspace.data import Config, Project
from kwlogic.workspace.find import header_of
from kwlogic.workspace.select import select


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("specs/b.kw", "specs/a.kw", "specs/deep/c.kw", "specs/.hidden/d.kw", "specs/note.txt", "other.kw", ".kwlogic_cache/e.kw"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


def shown(root: Path, *paths: str, config: Config | None = None) -> list[tuple[str, list[str]]]:
    found, problems = select(paths, Project(root, config or Config()), root)
    assert problems == ()
    return [(s.shown, sorted(s.names)) for s in found]


def test_folders_are_searched_in_order(root: Path) -> None:
    assert shown(root, "specs") == [("specs/a.kw", []), ("specs/b.kw", []), ("specs/deep/c.kw", [])]


def test_a_file_counts_once(root: Path) -> None:
    assert shown(root, "other.kw", "specs/../other.kw", str(root / "other.kw")) == [("other.kw", [])]


def test_declarations(root: Path) -> None:
    assert shown(root, "other.kw::f", "other.kw::g") == [("other.kw", ["f", "g"])]
    assert shown(root, "other.kw::f", "other.kw") == [("other.kw", [])]
    assert shown(root, "other.kw", "other.kw::f") == [("other.kw", [])]


def test_the_project(root: Path) -> None:
    assert [s for s, _ in shown(root, config=Config(paths=("specs/deep", "other.kw")))] == ["specs/deep/c.kw", "other.kw"]
    assert [s for s, _ in shown(root, config=Config(exclude=("specs/deep/*", "a.kw")))] == ["other.kw", "specs/b.kw"]


def test_what_is_missing(root: Path) -> None:
    found, problems = select(("speks", "other.kw", "x\0y"), Project(root, Config()), root)
    assert [s.shown for s in found] == ["other.kw"]
    assert [(d.code, d.help) for d in problems] == [("KW704", "did you mean `specs`?"), ("KW704", None)]


def test_a_missing_configured_path_is_placed(root: Path) -> None:
    source = Source("kwlogic.toml", 'jobs = 1\npaths = ["gone"]\n')
    _, problems = select((), Project(root, Config(paths=("gone",)), source), root)
    assert problems[0].span == Span("kwlogic.toml", 9, 14)


def test_headers(tmp_path: Path) -> None:
    path = tmp_path / "x.kw"
    path.write_text("# about\n## doc\nmodule  a . b.c'\nkernel")
    assert header_of(path) == "a.b.c'"
    path.write_text("kernel k(module: Int)")
    assert header_of(path) is None
    assert header_of(tmp_path) is None


@pytest.mark.parametrize("path", ["specs::f", "::f", ".::f"])
def test_a_declaration_is_selected_from_a_file_and_not_from_a_folder(root: Path, path: str) -> None:
    found, problems = select((path,), Project(root, Config()), root)
    assert not found
    assert [p.code for p in problems] == ["KW705"]
    assert "is a folder" in problems[0].message
