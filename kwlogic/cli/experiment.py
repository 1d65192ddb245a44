"""`kwlogic experiment`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from kwlogic.cli.answers import answered
from kwlogic.lab.experimenting import experiment
from kwlogic.lab.kinds import kinds
from kwlogic.render.text import amount, visible, wants_colour


@answered
def run_experiment(file: Path | None, out: Path | None, plots: bool, list_kinds: bool) -> int:
    if list_kinds:
        print("\n".join(_kinds()))
        return 0
    if file is None:
        raise click.UsageError("which FILE? (`--kinds` lists what can be measured)")
    bar = _Bar() if wants_colour(sys.stderr) else None
    try:
        done = experiment(file, out, bar.tick if bar is not None else lambda done, total: None, plots)
    finally:
        if bar is not None:
            bar.stop()
    print(f"{visible(done.experiment.title)}: {amount(len(done.rows), 'run')}")
    for path in done.files:
        print(f"  {visible(str(path))}")
    for note in done.notes:
        print(f"note: {note}", file=sys.stderr)
    return 130 if done.interrupted else 0


def _kinds() -> Iterator[str]:
    for kind in kinds().values():
        yield f"{kind.name}: {kind.what}"
        for name, parameter in kind.parameters.items():
            yield f"  {name} = {parameter.default!r}: {parameter.what}"
        yield f"  measures: {', '.join(kind.measures)}"


class _Bar:
    """Runs done, on stderr."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None

    def tick(self, done: int, total: int) -> None:
        if self._progress is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

            columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task("runs", total=total)
            self._progress.start()
        self._progress.update(self._task, completed=done)

    def stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
