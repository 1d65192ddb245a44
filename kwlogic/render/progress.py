"""A live progress bar on stderr, for terminals only."""

from __future__ import annotations

import sys
from typing import Any

from kwlogic.render.text import wants_colour
from kwlogic.vc.data import Result, verdict_name
from kwlogic.workspace.data import Progress


def progress_bar() -> Progress | None:
    """None where stderr is no terminal."""
    return Bar() if wants_colour(sys.stderr) else None


class Bar:
    """Shows how many obligations are settled, and how many are not proved."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None
        self._bad = 0

    def start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("proving"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[bad]}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("proving", total=total, bad="")
        self._progress.start()

    def advance(self, result: Result) -> None:
        self._bad += verdict_name(result.verdict) in ("refuted", "unknown")
        self._progress.update(self._task, advance=1, bad=f"{self._bad} open or refuted" if self._bad else "")

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
