"""What every answer depends on besides its question: the solver's version, and kwlogic's version and code.

The code itself counts, not only its version, so that who works on kwlogic is never told what an earlier state of it said.
Nothing here imports the solver, and the general reading of package metadata is avoided where it can be: both take longer
than a small check.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from kwlogic import __version__
from kwlogic.resources import HERE, grammar_dir

FORMAT = "4"


@cache
def environment() -> str:
    return f"{FORMAT} {__version__} {_code()} z3 {_solver()}"


def _solver() -> str:
    spec = find_spec("z3")
    if spec is None or spec.origin is None:
        return "none"
    folders = sorted(p.name for p in Path(spec.origin).parent.parent.glob("z3_solver-*-info"))
    return folders[0].split("-")[1].removesuffix(".dist") if len(folders) == 1 else _declared()


def _declared() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("z3-solver")
    except PackageNotFoundError:
        return "unknown"


def _code() -> str:
    state = blake2b(digest_size=16)
    for path in (*_files(str(HERE), ".py"), *_files(str(grammar_dir()), ".lark")):
        with open(path, "rb") as handle:
            text = handle.read()
        state.update(b"%d %s" % (len(text), os.path.basename(path).encode()))
        state.update(text)
    return state.hexdigest()


def _files(folder: str, suffix: str) -> Iterator[str]:
    """In the same order everywhere."""
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir():
            yield from _files(entry.path, suffix)
        elif entry.name.endswith(suffix):
            yield entry.path
