"""The same measurement with another solver: that of another environment, or another version from the package index.

This very kwlogic measures again in a process of its own, in which `z3` is the other one; so the solver is all that differs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic

if TYPE_CHECKING:
    from kwlogic.workspace.measure import MeasureRequest

_VERSION = re.compile(r"\d+(\.\d+){1,3}")
_WHERE = "import os, z3; print(os.path.dirname(os.path.abspath(z3.__file__)))"
ASK_SECONDS = 60
INSTALL_SECONDS = 600


@contextmanager
def measurement(request: MeasureRequest, against: Path) -> Iterator[Path]:
    """The file of the measurement to compare with: ``against`` itself, or one made with the solver that it names."""
    python = _interpreter(against)
    version = str(against) if python is None and not against.exists() and _VERSION.fullmatch(str(against)) else None
    if python is None and version is None:
        yield against
        return
    with TemporaryDirectory(prefix="kwlogic-") as name:
        folder = Path(name)
        solver = folder / "solver"
        solver.mkdir()
        if python is not None:
            _link(python, solver)
        elif version is not None:
            _install(version, solver)
        saved = folder / "measured.json"
        _measure(request, solver, saved)
        yield saved


def _interpreter(path: Path) -> Path | None:
    """The Python of an environment's folder, or the path itself where it is one."""
    if path.is_dir():
        found = [p for p in (path / "bin" / "python", path / "Scripts" / "python.exe") if p.is_file()]
        if not found:
            raise Diagnosed(_failed(f"`{path}` is a folder without a Python in it"))
        return found[0]
    return path if path.is_file() and os.access(path, os.X_OK) else None


def _link(python: Path, folder: Path) -> None:
    """The solver of another environment, and nothing else of it."""
    try:
        asked = subprocess.run([python, "-c", _WHERE], capture_output=True, text=True, timeout=ASK_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise Diagnosed(_failed(f"`{python}` cannot be run: {error}")) from error
    where = Path(asked.stdout.strip() or "?")
    if asked.returncode or not where.is_dir():
        help = f"`{python} -m pip install z3-solver` puts a solver there"
        raise Diagnosed(_failed(f"`{python}` has no solver: {_last_line(asked.stderr)}", help))
    for path in (where, *where.parent.glob("z3_solver-*-info")):
        (folder / path.name).symlink_to(path)


def _install(version: str, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), f"z3-solver=={version}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise Diagnosed(_failed(f"z3-solver {version} cannot be installed: {error}")) from error
    if done.returncode:
        raise Diagnosed(_failed(f"z3-solver {version} cannot be installed: {_last_line(done.stderr)}"))


def _measure(request: MeasureRequest, solver: Path, saved: Path) -> None:
    import kwlogic

    command = [sys.executable, "-m", "kwlogic", "measure", "--seeds", str(request.seeds), "--save", str(saved), "--format", "json"]
    command += [] if request.budget is None else ["--budget", str(request.budget)]
    command += [] if request.jobs is None else ["--jobs", str(request.jobs)]
    path = [str(solver), str(Path(kwlogic.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    try:
        done = subprocess.run([*command, "--", *request.paths], cwd=request.cwd, capture_output=True, text=True, env=environment)
    except OSError as error:
        raise Diagnosed(_failed(f"the other solver cannot be measured: {error}")) from error
    if not saved.is_file():
        raise Diagnosed(_failed(f"the other solver cannot be measured: {_last_line(done.stderr)}"))


def _last_line(text: str) -> str:
    return next((line.strip()[:300] for line in reversed(text.splitlines()) if line.strip()), "it says nothing")


def _failed(message: str, help: str | None = None) -> Diagnostic:
    return diagnostic("KW737", message, help=help)
