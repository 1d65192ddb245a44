"""A live progress bar of the gate on stderr, for terminals only."""

from __future__ import annotations

import sys
from typing import Any

from kwlogic.gate.data import KernelReport, Standing
from kwlogic.render.text import wants_colour
from kwlogic.workspace.gate_data import GateProgress


def gate_progress() -> GateProgress | None:
    """None where stderr is no terminal."""
    return Bar() if wants_colour(sys.stderr) else None


class Bar:
    """Shows which kernel is at the gate and how many were not accepted."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None
        self._bad = 0

    def start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("gate"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[at]}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("gate", total=total, at="")
        self._progress.start()

    def enter(self, name: str) -> None:
        bad = f", {self._bad} not accepted" if self._bad else ""
        self._progress.update(self._task, at=name.rpartition(".")[2] + bad)

    def advance(self, report: KernelReport) -> None:
        self._bad += report.standing is not Standing.ACCEPTED
        self._progress.update(self._task, advance=1)

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
