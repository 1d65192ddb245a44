"""Finding the project and reading its configuration. Every key is checked; an unknown one is an error with a suggestion."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Source, Span
from kwlogic.workspace.data import Config, Project

OWN_FILE = "kwlogic.toml"
SHARED_FILE = "pyproject.toml"

# key: (what it must be, in words; what it is for)
KEYS: dict[str, tuple[str, str]] = {
    "paths": ("a list of paths", "what `kwlogic check` without an argument looks at"),
    "exclude": ("a list of patterns", "files to leave out when a folder is searched"),
    "budget": ("a positive integer", "how hard to try each obligation, in the solver's rlimit units"),
    "jobs": ("an integer, 0 for one each processor", "how many workers prove at once"),
    "cache": ("true or false", "whether verdicts are remembered in `.kwlogic_cache`"),
    "proofs": ("true or false", "whether certificates are kept in the folder `proofs`"),
    "wall_seconds": ("a positive number", "the longest an obligation may take, as a safety net"),
    "memory_mb": ("a positive integer", "the most memory a worker may take, as a safety net"),
}

# tables of packages above, which check their keys themselves: what each is for
TABLES: dict[str, str] = {
    "run": "models, tools and limits of `kwlogic run`",
    "life": "by which evidence stored kernels are promoted and retired",
    "weave": "when the loop learns from what it answered, and how it asks",
    "route": "how prompts find kernels",
    "store": "where kernels, runs and traces are kept",
}


def find_project(start: Path, shown_from: Path) -> Project:
    """The nearest folder upwards with a configuration; raises Diagnosed where it is wrong."""
    for folder in (start, *start.parents):
        for name in (OWN_FILE, SHARED_FILE):
            path = folder / name
            if os.path.isfile(path):
                found = _read(path, shown_from)
                if found is not None:
                    return found
    return Project(start, Config())


def project_of(paths: tuple[str, ...], cwd: Path) -> Project:
    """The project of the current folder; where there is none, of the first path that is asked for."""
    project = find_project(cwd, cwd)
    if project.source is not None or not paths:
        return project
    first = Path(os.path.normpath(cwd / paths[0].partition("::")[0]))
    found = find_project(first if os.path.isdir(first) else first.parent, cwd) if "\0" not in paths[0] else project
    return found if found.source is not None else project


def _read(path: Path, shown_from: Path) -> Project | None:
    """None for a pyproject.toml that has no table of ours."""
    shown = show_path(path, shown_from)
    if path.name == SHARED_FILE and not _mentions_us(path):
        return None
    import tomllib

    try:
        text = path.read_bytes().decode("utf-8")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        reason = str(error) or "nested too deeply"
        raise Diagnosed(diagnostic("KW703", f"`{shown}` cannot be read as configuration: {reason}", _start(shown))) from error
    source = Source(shown, text)
    if path.name == SHARED_FILE:
        tool = document.get("tool")
        if not isinstance(tool, dict) or "kwlogic" not in tool:
            return None
        table = tool["kwlogic"]
    else:
        table = document
    if not isinstance(table, dict):
        raise Diagnosed(diagnostic("KW702", f"`tool.kwlogic` of `{shown}` must be a table", _start(shown)))
    return Project(path.parent, _config(table, source), source)


def _mentions_us(path: Path) -> bool:
    """Other people's pyproject.toml is not even parsed, so that what is wrong in it is not our business."""
    try:
        return b"kwlogic" in path.read_bytes()
    except OSError:
        return False


def _start(shown: str) -> Span:
    return Span(shown, 0, 0)


def _config(table: dict[str, Any], source: Source) -> Config:
    problems: list[Diagnostic] = []
    values: dict[str, Any] = {"tables": {}}
    for key, value in table.items():
        if key in TABLES:
            if isinstance(value, dict):
                values["tables"][key] = value
            else:
                message = f"`{key}` must be a table, and here it is {_describe(value)}"
                problems.append(diagnostic("KW702", message, key_span(source, key), TABLES[key]))
        elif key not in KEYS:
            problems.append(_unknown_key(key, source))
        elif (checked := _checked(key, value)) is None:
            expected, purpose = KEYS[key]
            message = f"`{key}` must be {expected}, and here it is {_describe(value)}"
            problems.append(diagnostic("KW702", message, key_span(source, key), f"{purpose}"))
        else:
            values[key] = checked
    if problems:
        raise Diagnosed(*problems)
    return Config(**values)


def _unknown_key(key: str, source: Source) -> Diagnostic:
    known = [*KEYS, *TABLES]
    near = difflib.get_close_matches(key, known, 1, 0.5)
    help = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(f'`{k}`' for k in known)}"
    return diagnostic("KW701", f"`{key}` is not a key of the configuration", key_span(source, key), "unknown key", help=help)


def _checked(key: str, value: object) -> object:
    """The value as the record holds it, or None where it does not fit."""
    if key in ("paths", "exclude"):
        return tuple(value) if isinstance(value, list) and all(isinstance(v, str) and v and "\0" not in v for v in value) else None
    if key in ("cache", "proofs"):
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if key == "wall_seconds":
        return float(value) if 0 < value < 1e9 else None
    low = 0 if key == "jobs" else 1
    return value if isinstance(value, int) and low <= value < 2**32 else None


def _describe(value: object) -> str:
    kinds = {bool: "a Boolean", int: "the integer", float: "the number", str: "the string", list: "a list", dict: "a table"}
    kind = kinds.get(type(value), "another value")
    return f"{kind} {value!r}"[:80] if isinstance(value, int | float | str) and not isinstance(value, bool) else kind


def key_span(source: Source, key: str) -> Span:
    """Where a key stands in the file; the start of the file where it is written in a way not foreseen."""
    own = 0 if Path(source.path).name != SHARED_FILE else max(source.text.find("[tool.kwlogic]"), 0)
    found = re.compile(rf"""^[ \t]*["']?({re.escape(key)})["']?[ \t]*[=.]""", re.MULTILINE).search(source.text, own)
    return Span(source.path, found.start(1), found.end(1)) if found else _start(source.path)


def show_path(path: Path, start: Path) -> str:
    """Relative to ``start`` where the path lies below it."""
    try:
        return path.relative_to(start).as_posix() or "."
    except ValueError:
        return path.as_posix()
