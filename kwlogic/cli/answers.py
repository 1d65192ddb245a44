"""What the commands that ask about compositions share: refusals are printed with their sources, and end with exit code 2."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from kwlogic.cli.output import print_diagnostics
from kwlogic.source.data import Diagnosed, Span
from kwlogic.workspace.data import Progress

P = ParamSpec("P")


def answered(command: Callable[P, int]) -> Callable[P, int]:
    """A command whose refusals become diagnostics on stderr."""

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> int:
        try:
            return command(*args, **options)
        except Diagnosed as error:
            from kwlogic.workspace.check import configuration_sources

            sources = {**configuration_sources(Path.cwd()), **getattr(error, "sources", {})}
            print_diagnostics(error.diagnostics, sources, sys.stderr)
            return 2

    return run


def progress() -> Progress | None:
    """A bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        return None
    from kwlogic.render.progress import progress_bar

    return progress_bar()


def place_object(span: Span) -> dict[str, Any]:
    return {"file": span.file, "start": span.start, "end": span.end}
