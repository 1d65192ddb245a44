"""Configuration: found upwards, every key checked, mistakes placed and explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.source.data import Diagnosed
from kwlogic.workspace.config import KEYS, find_project
from kwlogic.workspace.data import Config


def problems(root: Path, text: str, name: str = "kwlogic.toml") -> list[tuple[str, str, str | None]]:
    (root / name).write_text(text)
    with pytest.raises(Diagnosed) as caught:
        find_project(root, root)
    return [(d.code, d.message, d.help) for d in caught.value.diagnostics]


def test_nothing_there(tmp_path: Path) -> None:
    project = find_project(tmp_path, tmp_path)
    assert project.config == Config()
    assert project.source is None


def test_found_upwards(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.kwlogic]\npaths = ["specs", "more"]\nbudget = 5\ncache = false\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    project = find_project(below, below)
    assert project.root == tmp_path
    assert project.config == Config(paths=("specs", "more"), budget=5, cache=False)


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "kwlogic.toml").write_text("jobs = 3\n")
    below = tmp_path / "a"
    below.mkdir()
    (below / "pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
    assert find_project(below, below).config.jobs == 3


def test_unknown_key_with_suggestion(tmp_path: Path) -> None:
    found = problems(tmp_path, "bugdet = 1\nzzz = 2\n")
    assert [code for code, _, _ in found] == ["KW701", "KW701"]
    assert found[0][2] == "did you mean `budget`?"
    assert all(key in (found[1][2] or "") for key in KEYS)


def test_the_place_of_a_wrong_key(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.other]\njobs = "x"\n\n[tool.kwlogic]\njobs = "two"\n')
    with pytest.raises(Diagnosed) as caught:
        find_project(tmp_path, tmp_path)
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert (tmp_path / "pyproject.toml").read_text()[: span.start].count("\n") == 4


@pytest.mark.parametrize(
    "line",
    [
        'jobs = "two"',
        "jobs = -1",
        "jobs = true",
        "budget = 0",
        "cache = 1",
        'paths = "specs"',
        "paths = [1]",
        "wall_seconds = -2.0",
        "memory_mb = 1.5",
        "exclude = ['']",
    ],
)
def test_wrong_values(tmp_path: Path, line: str) -> None:
    assert [code for code, _, _ in problems(tmp_path, line + "\n")] == ["KW702"]


@pytest.mark.parametrize("data", [b"paths = [", b"\xff\xfe", b"a = " + b"[" * 5000, b"x = 1\nx = 2\n"])
def test_not_toml(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "kwlogic.toml").write_bytes(data)
    with pytest.raises(Diagnosed) as caught:
        find_project(tmp_path, tmp_path)
    assert caught.value.diagnostics[0].code == "KW703"


def test_a_table_of_the_wrong_kind(tmp_path: Path) -> None:
    assert problems(tmp_path, "[tool]\nkwlogic = 3\n", "pyproject.toml")[0][0] == "KW702"
