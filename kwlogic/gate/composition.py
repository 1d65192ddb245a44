"""A composition through the gate: runs of its graph with every oracle played, held against its contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from kwlogic.gate import words
from kwlogic.gate.data import Case, Env
from kwlogic.gate.generate import Tally, generated
from kwlogic.gate.inputs import Inputs
from kwlogic.gate.kernel import PATIENCE, Course, close
from kwlogic.gate.play import Cast, Player, Stage, enforced, replayed, run_composition
from kwlogic.gate.running import Break, admitted
from kwlogic.gate.shrink import shrunk

MODES = ("well", "well", "fail", "fail", "break")
CALLS = (0, 1, 0, 2, 0, 1, 4)  # one of them is picked to fail or to break its contract, an early one mostly
SMALLER = 60


def gate_composition(course: Course) -> None:
    """Kept cases, then runs on seeds and on generated inputs."""
    stage = Stage(course.program, course.kernel, course.options.steps)
    if course.known.only is not None:
        _replay(course, stage, course.known.only, kept=False)
        return
    for case in course.cases():
        _replay(course, stage, case, kept=True)
    inputs = Inputs(course.program, course.kernel, seeds=course.options.seeds, patience=PATIENCE)
    tally = Tally()
    found = generated(_runs(stage, inputs), _unless_fine, course.options, tally)
    course.runs += tally.runs
    course.seeded += len(inputs.seeds)
    if tally.flaky and found is None:
        course.findings.append(words.finding(course.program, course.kernel, _flaky(), False))
    if found is not None:
        broken, cast = found
        broken, case = _smallest(course, stage, inputs, broken, Case(course.kernel.name, broken.inputs, tuple(cast.plays)))
        course.found(broken, case)
    for name, count in stage.dead.items():
        if count * 2 > tally.runs:
            course.findings.append(words.unanswerable(course.kernel, course.program.kernels[name], count))
    if tally.runs and not stage.finished and not course.findings:
        course.findings.append(words.never_finishes(course.kernel, tally.runs, stage.reason))
    close(course, stage.slow, inputs.maker.evaluator.cut)


def _flaky() -> Break:
    return Break("flaky", {}, {}, "the same run went another way the second time")


def _unless_fine(run: tuple[Break | None, Cast]) -> tuple[Break, Cast] | None:
    broken, cast = run
    return None if broken is None else (broken, cast)


@st.composite
def _runs(draw: Callable[[Any], Any], stage: Stage, inputs: Inputs) -> tuple[Break | None, Cast]:
    """One run: an input, and answers as they come to be asked for."""
    env: Env = draw(inputs.strategy())
    mode = draw(st.sampled_from(MODES))
    at = None if mode == "well" else draw(st.sampled_from(CALLS))
    player = Player(stage, draw, at if mode == "break" else None, at if mode == "fail" else None)
    broken, cast = run_composition(stage, env, player)
    return (broken if player.broken_at is None else enforced(env, player, cast)), cast


def _replay(course: Course, stage: Stage, case: Case, kept: bool) -> None:
    course.replayed += 1
    if admitted(stage.interpreter.evaluator, course.kernel.requires, case.inputs):
        broken, _ = run_composition(stage, case.inputs, replayed(case.plays or ()))
        if broken is not None:
            course.found(broken, case, kept=kept)


def _smallest(course: Course, stage: Stage, inputs: Inputs, broken: Break, case: Case) -> tuple[Break, Case]:
    """The same break on smaller inputs with the same answers, where it still shows."""
    plays = case.plays or ()

    def still(env: Env) -> tuple[Break, Case] | None:
        if not inputs.admits(env):
            return None
        found, cast = run_composition(stage, env, replayed(plays))
        if found is None or (found.kind, found.clause, found.span) != (broken.kind, broken.clause, broken.span):
            return None
        return found, Case(course.kernel.name, env, tuple(cast.plays))

    types = {p.name: t for p, t in zip(course.kernel.inputs, inputs.types)}
    again = still(case.inputs)
    return (broken, case) if again is None else shrunk(course.program, case.inputs, types, again, still, SMALLER)
