"""Where the module of a name is: near the file that uses it, else among the files of the project.

Only the ``module`` lines of files are read here.
"""

from __future__ import annotations

import re
from pathlib import Path

from kwlogic.workspace.data import Project
from kwlogic.workspace.read import unsaved_text
from kwlogic.workspace.select import SUFFIX, files_of

HEADER_BYTES = 16 * 1024
ANCESTORS = 4
_HEADER = re.compile(r"^[ \t]*module[ \t]+([A-Za-z_][\w']*(?:[ \t]*\.[ \t]*[A-Za-z_][\w']*)*)", re.MULTILINE)


class Finder:
    """Finds modules for one run; the project's files are listed once, and only if that is needed."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._index: dict[str, Path] | None = None

    def find(self, user: Path, name: str) -> Path | None:
        """The file of the module that a file uses by this name."""
        path = _beside(user, name)
        if path is not None:
            return path
        if self._index is None:
            self._index = _index(self.project)
        return self._index.get(name)


def _beside(user: Path, name: str) -> Path | None:
    """The file of a module near the file that uses it: by its name in the same folder or from a folder above, then any
    file of the same folder whose ``module`` line says so."""
    parts = name.split(".")
    folder = user.parent
    for _ in range(ANCESTORS):
        for tail in (Path(*parts), Path(parts[-1])):
            path = folder / tail.with_name(tail.name + SUFFIX)
            if header_of(path) == name:
                return path
        folder = folder.parent
    try:
        beside = sorted(user.parent.glob(f"*{SUFFIX}"))
    except OSError:
        return None
    return next((p for p in beside if header_of(p) == name), None)


def _index(project: Project) -> dict[str, Path]:
    """Modules of the project's paths, by their ``module`` line. Without a configuration nothing is searched."""
    found: dict[str, Path] = {}
    if project.source is None:
        return found
    for text in project.config.paths:
        for path in files_of(project.root / text, project):
            name = header_of(path)
            if name is not None:
                found.setdefault(name, path)
    return found


def header_of(path: Path) -> str | None:
    """The name on a file's ``module`` line, from its first bytes; None where there is none."""
    try:
        text = unsaved_text(path)
        if text is None:
            if not path.is_file():
                return None
            with path.open("rb") as handle:
                text = handle.read(HEADER_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
    found = _HEADER.search(text)
    return re.sub(r"\s", "", found.group(1)) if found else None
