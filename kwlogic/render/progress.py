"""Live progress bars on stderr, for terminals only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from kwlogic.render.text import wants_colour
from kwlogic.vc.data import Result, verdict_name
from kwlogic.workspace.data import Progress

if TYPE_CHECKING:
    from kwlogic.gate.data import KernelReport
    from kwlogic.workspace.gate_data import GateProgress


def progress_bar() -> Progress | None:
    """For a check; None where stderr is no terminal."""
    return Proving() if wants_colour(sys.stderr) else None


def gate_progress() -> GateProgress | None:
    """For the gate; None where stderr is no terminal."""
    return AtGate() if wants_colour(sys.stderr) else None


def counter(title: str) -> Counter | None:
    """For anything counted; None where stderr is no terminal."""
    return Counter(title) if wants_colour(sys.stderr) else None


class Bar:
    """So many of so many, with a word on how it goes."""

    title = ""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None
        self._bad = 0

    def start(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn(self.title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[word]}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task(self.title, total=total, word="")
        self._progress.start()

    def _update(self, word: str | None = None, advance: int = 0) -> None:
        more = {} if word is None else {"word": word}
        self._progress.update(self._task, advance=advance, **more)

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


class Counter(Bar):
    """So many of so many, told as they are done."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self._done = 0

    def tick(self, done: int, total: int) -> None:
        if self._progress is None:
            self.start(total)
        self._update(None, done - self._done)
        self._done = done


class Proving(Bar):
    """Shows how many obligations are settled, and how many are not proved."""

    title = "proving"

    def advance(self, result: Result) -> None:
        self._bad += verdict_name(result.verdict) in ("refuted", "unknown")
        self._update(f"{self._bad} open or refuted" if self._bad else "", 1)


class AtGate(Bar):
    """Shows which kernel is at the gate and how many were not accepted."""

    title = "gate"

    def enter(self, name: str) -> None:
        self._update(name.rpartition(".")[2] + (f", {self._bad} not accepted" if self._bad else ""))

    def advance(self, report: KernelReport) -> None:
        from kwlogic.gate.data import Standing

        self._bad += report.standing is not Standing.ACCEPTED
        self._update(None, 1)
