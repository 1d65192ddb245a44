"""`kwlogic graph` and `kwlogic schedule`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kwlogic.cli.answers import answered, place_object, progress
from kwlogic.lab.drawing import graph
from kwlogic.lab.pictures import Picture
from kwlogic.lab.timing import Schedule, schedule
from kwlogic.render.dot import dot
from kwlogic.render.mermaid import mermaid
from kwlogic.render.svg import svg
from kwlogic.render.text import visible
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed

FORMS: dict[str, Callable[[Picture], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}


@answered
def run_graph(name: str, paths: Iterable[str], form: str, verdicts: bool, budget: int | None, output: Path | None) -> int:
    picture = graph(name, paths, with_verdicts=verdicts, budget=budget, progress=progress())
    text = FORMS[form](picture)
    if output is None:
        sys.stdout.write(text)
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Diagnosed(diagnostic("KW710", f"`{output}` cannot be written: {error.strerror or error}")) from error
    return 0


@answered
def run_schedule(name: str, paths: Iterable[str], costs: Iterable[str], form: str) -> int:
    found = schedule(name, paths, costs=dict(map(_cost, costs)))
    print(json.dumps(_object(found), indent=2) if form == "json" else "\n".join(_lines(found)))
    return 0


def _cost(text: str) -> tuple[str, float]:
    name, _, number = text.rpartition("=")
    try:
        cost = float(number)
    except ValueError:
        cost = -1.0
    if not name or not 0 <= cost < 1e15:
        problem = diagnostic("KW441", f"`{text}` is no cost", help="write NAME=NUMBER, with a number that is not negative")
        raise Diagnosed(problem)
    return name.strip(), cost


def _lines(found: Schedule) -> Iterable[str]:
    yield f"`{visible(found.kernel)}`: {len(found.steps):,} steps, work {_number(found.work)}, critical path {_number(found.length)}"
    for number, stage in enumerate(found.stages, 1):
        yield f"  stage {number}: {', '.join(map(visible, stage))}"
    yield "critical path: " + (" -> ".join(map(visible, found.critical)) or "none")
    if found.length:
        yield f"with any number of workers at most {found.work / found.length:.2f} times as fast as one by one"
    for dead in found.dead:
        yield f"dead: {visible(dead.name)}: {dead.why}"
    if not found.dead:
        yield "dead: nothing"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,g}"


def _object(found: Schedule) -> dict[str, Any]:
    return {
        "kernel": found.kernel,
        "work": found.work,
        "critical_path": {"steps": list(found.critical), "length": found.length},
        "stages": [list(s) for s in found.stages],
        "steps": [
            {"name": s.name, "cost": s.cost, "start": s.start, "end": s.end, "slack": s.slack, "stage": s.stage} | place_object(s.place)
            for s in found.steps
        ],
        "dead": [{"name": d.name, "droppable": d.droppable, "why": d.why} | place_object(d.place) for d in found.dead],
    }
