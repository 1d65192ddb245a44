"""The three ways to install, each used far from the checkout: the grammar and the standard library must be found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("kwlogic", "grammar", "specs", "pyproject.toml", "README.md", "LICENSE")
SPEC = "module far\n\nkernel total(xs: List[Int]) -> (n: Int)\n  requires all(fn (x) => x > 0, xs)\n  ensures n == sum(xs)\n= sum(xs)\n"
WHERE = "import kwlogic, kwlogic.resources as r; print(kwlogic.__file__); print(r.grammar_dir()); print(r.std_dir())"


def run(*command: object, cwd: Path, **environment: str) -> str:
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=clean | environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def copy_of_sources(folder: Path) -> Path:
    source = folder / "source"
    source.mkdir()
    for name in PARTS:
        here = ROOT / name
        if here.is_dir():
            shutil.copytree(here, source / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(here, source / name)
    return source


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel from a copy of the sources, which is gone afterwards."""
    folder = tmp_path_factory.mktemp("built")
    source = copy_of_sources(folder)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, source, cwd=folder)
    shutil.rmtree(source)
    return next(folder.glob("*.whl"))


def check_far_away(python: Path | str, folder: Path, **environment: str) -> list[Path]:
    """Check a file with what is installed; the places of package, grammar and standard library."""
    (folder / "far.kw").write_text(SPEC, encoding="utf-8")
    out = run(python, "-m", "kwlogic", "check", "--no-cache", "far.kw", cwd=folder, **environment)
    assert "0 unknown" in out or "unknown" not in out
    assert out.startswith("2 proved") or "proved" in out
    return [Path(line) for line in run(python, "-c", WHERE, cwd=folder, **environment).splitlines()]


def test_built_wheel_is_complete(built: Path, tmp_path: Path):
    target = tmp_path / "site"
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, built, cwd=tmp_path)
    assert (target / "kwlogic" / "py.typed").is_file()
    assert {p.name for p in (target / "kwlogic/_data/grammar").glob("*.lark")} == {p.name for p in (ROOT / "grammar").glob("*.lark")}
    assert {p.name for p in (target / "kwlogic/_data/std").glob("*.kw")} == {p.name for p in (ROOT / "specs/std").glob("*.kw")}
    places = check_far_away(sys.executable, tmp_path, PYTHONPATH=str(target))
    assert all(place.is_relative_to(target) for place in places)


@pytest.mark.slow
@pytest.mark.parametrize("way", ["folder", "editable", "wheel"])
def test_clean_environment(way: str, built: Path, tmp_path: Path):
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    source = copy_of_sources(tmp_path)
    what = {"folder": [source], "editable": ["-e", source], "wheel": [built]}[way]
    run(python, "-m", "pip", "install", "--quiet", *what, cwd=tmp_path)
    if way != "editable":
        shutil.rmtree(source)
    far = tmp_path / "far"
    far.mkdir()
    expected = source if way == "editable" else home
    assert all(place.is_relative_to(expected) for place in check_far_away(python, far))
    assert run(home / "bin" / "kwlogic", "--version", cwd=far).strip()
