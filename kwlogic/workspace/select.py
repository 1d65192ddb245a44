"""From the paths on the command line to the files to check: folders are searched, ``file.kw::name`` picks a declaration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic
from kwlogic.workspace.config import key_span, show_path
from kwlogic.workspace.data import Project, Selection
from kwlogic.workspace.read import unsaved_text

SUFFIX = ".kw"
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages"})


def select(paths: Iterable[str], project: Project, cwd: Path) -> tuple[tuple[Selection, ...], tuple[Diagnostic, ...]]:
    """Files in the order asked for, each once. Paths that do not exist are diagnosed, the others are kept."""
    typed = tuple(paths)
    wanted: dict[Path, tuple[str, set[str] | None]] = {}
    problems: list[Diagnostic] = []
    for text in typed or project.config.paths:
        base = cwd if typed else project.root
        name, path = _split(text, base)
        if not _exists(path):
            problems.append(_missing(text, path, project, bool(typed)))
            continue
        if name is not None and path.is_dir():
            problems.append(_no_file(text.partition("::")[0], name))
            continue
        for file in files_of(path, project, problems):
            whole = name is None
            shown, names = wanted.get(file, (show_path(file, cwd), set()))
            if whole or names is None:
                wanted[file] = (shown, None)
            else:
                wanted[file] = (shown, names | {name or ""})
    found = tuple(Selection(file, shown, frozenset(names or ())) for file, (shown, names) in wanted.items())
    return found, tuple(problems)


def _split(text: str, base: Path) -> tuple[str | None, Path]:
    path, colons, name = text.partition("::")
    return (name if colons and name else None), Path(os.path.normpath(base / path))


def _no_file(folder: str, name: str) -> Diagnostic:
    message = f"`{folder or '.'}` is a folder, and `::{name}` selects a declaration of one file"
    return diagnostic("KW705", message, help=f"name the file, as in `{Path(folder) / 'FILE.kw'}::{name}`")


def _exists(path: Path) -> bool:
    try:
        return path.exists() or unsaved_text(path) is not None
    except (OSError, ValueError):
        return False


def _missing(text: str, path: Path, project: Project, typed: bool) -> Diagnostic:
    if typed or project.source is None:
        return diagnostic("KW704", f"there is no file or folder `{text}`", help=_near(path))
    return diagnostic("KW704", f"`paths` names `{text}`, which does not exist", key_span(project.source, "paths"), help=_near(path))


def _near(path: Path) -> str | None:
    import difflib

    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.is_dir() or p.suffix == SUFFIX)
    except (OSError, ValueError):
        return None
    near = difflib.get_close_matches(path.name, names, 1)
    return f"did you mean `{near[0]}`?" if near else None


def files_of(path: Path, project: Project, problems: list[Diagnostic] | None = None) -> Iterator[Path]:
    """A file is itself; a folder is searched, in order of names."""

    def unreadable(error: OSError) -> None:
        if problems is not None:
            problems.append(diagnostic("KW710", f"`{error.filename}` cannot be searched: {error.strerror}"))

    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path, onerror=unreadable):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in SKIPPED)
        for name in sorted(names):
            file = Path(folder, name)
            if name.endswith(SUFFIX) and not name.startswith(".") and not _excluded(file, project):
                yield file


def _excluded(file: Path, project: Project) -> bool:
    if not project.config.exclude:
        return False
    from fnmatch import fnmatch

    shown = show_path(file, project.root)
    return any(fnmatch(shown, pattern) or fnmatch(file.name, pattern) for pattern in project.config.exclude)
