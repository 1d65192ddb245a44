"""Other versions of a kernel: as an earlier commit has it, or as a file has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kwlogic.core.program import Kernel
from kwlogic.lab.opened import Opened, Refused
from kwlogic.lab.trial import Trial, rewritten
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.workspace.findings import short
from kwlogic.workspace.read import read_source


def version(opened: Opened, kernel: Kernel, where: str) -> tuple[Trial, Kernel]:
    """The project with the kernel's file as ``where`` has it: a file, or else a revision of git. Raises Refused."""
    module = kernel.name.rpartition(".")[0]
    file = opened.loaded.modules[module][0].path
    text, shown = _text(opened, file, where)
    trial = rewritten(opened, module, text, shown)
    found = trial.program.kernels.get(kernel.name)
    if found is None:
        raise Refused(
            *trial.errors[:10],
            diagnostic("KW445", f"`{where}` has no kernel `{short(kernel.name)}`" + (", or it has errors" if trial.errors else "")),
            sources={**opened.sources, shown: trial.source},
        )
    return trial, found


def _text(opened: Opened, file: str, where: str) -> tuple[str, str]:
    path = opened.cwd / where
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        try:
            return read_source(path, where).text, where
        except Diagnosed as error:
            raise Refused(*error.diagnostics) from error
    own = opened.cwd / file
    commit = _git(own.parent, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{where}^{{commit}}")
    if commit is None:
        help = "give a file that holds the other version, or a commit, branch or tag of the project's git repository"
        raise Refused(diagnostic("KW445", f"`{where}` is neither a file nor a revision of git", help=help))
    text = _git(own.parent, "show", f"{commit.strip()}:./{own.name}")
    if text is None:
        raise Refused(diagnostic("KW445", f"revision `{where}` has no file `{file}`"))
    return text.removeprefix("\ufeff"), f"{file} at {where}"


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints; None where it fails or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False, timeout=60)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
