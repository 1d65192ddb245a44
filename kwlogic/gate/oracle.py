"""An oracle through the gate. Where nobody is asked, what is run is its contract: are there inputs, is there an answer that the
contract allows for each, do both survive JSON? Where it is asked, its answers are held against the contract, twice each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from kwlogic.compose.running import Stopped
from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.value import equal
from kwlogic.gate import words
from kwlogic.gate.data import Case, Env
from kwlogic.gate.draw import Dead, Drawer
from kwlogic.gate.generate import Tally, generated
from kwlogic.gate.inputs import DEPTH, Inputs, literals
from kwlogic.gate.kernel import PATIENCE, Ask, Course, close
from kwlogic.gate.play import Stage
from kwlogic.gate.problem import played
from kwlogic.gate.running import Break, round_trip


def gate_oracle(course: Course) -> None:
    """Inputs with answers that the contract allows."""
    asking = None if course.known.ask is None else Asking(course, course.known.ask)
    if course.known.only is not None:
        _replay(course, asking, course.known.only, kept=False)
        return
    if asking is not None:
        gate_asked(course, asking)
        return
    stage = Stage(course.program, course.kernel, course.options.steps)
    inputs = Inputs(course.program, course.kernel, seeds=course.options.seeds, patience=PATIENCE)
    tally = Tally()
    found = generated(_answers(stage, inputs), lambda broken: broken, course.options, tally)
    course.runs += tally.runs
    course.seeded += len(inputs.seeds)
    if found is not None:
        course.found(found)
    dead = stage.dead.get(course.kernel.name, 0)
    if dead and dead * 4 > tally.runs * 3:
        course.findings.append(words.unanswerable(course.kernel, course.kernel, dead))
    close(course, 0, inputs.maker.evaluator.cut)


@st.composite
def _answers(draw: Callable[[Any], Any], stage: Stage, inputs: Inputs) -> Break | None:
    kernel = stage.kernel
    env: Env = draw(inputs.strategy())
    problem = stage.outputs(kernel)
    near = literals(problem.preds)
    for port in kernel.inputs:
        stage.maker.heights.note(env[port.name], played(port.type), near, 24)
    try:
        outputs = Drawer(stage.maker, draw).env(problem, env, near, DEPTH)
    except Dead:
        stage.dead[kernel.name] = stage.dead.get(kernel.name, 0) + 1
        outputs = {}
    return round_trip(stage.program, kernel, env, outputs)


def _replay(course: Course, asking: Asking | None, case: Case, kept: bool) -> None:
    course.replayed += 1
    broken = round_trip(course.program, course.kernel, case.inputs, {}) if asking is None else asking.run(case.inputs)
    if broken is not None:
        course.found(broken, case, kept=kept)


# ---------------------------------------------------------------- asked


class Asking:
    """Runs of an oracle that is really asked. ``failed`` counts the runs in which it failed, ``reason`` is the last one's."""

    def __init__(self, course: Course, ask: Ask) -> None:
        self.program, self.kernel, self.ask = course.program, course.kernel, ask
        self.evaluator = Evaluator(course.program, max_steps=course.options.steps)
        self.runs = self.failed = 0
        self.reason = ""

    def run(self, inputs: Env) -> Break | None:
        """Ask twice; what is wrong with the answers."""
        self.runs += 1
        (first, broken), (second, again) = self._once(inputs), self._once(inputs)
        if (broken is None) is not (again is None):
            return Break("flaky", inputs, first or second or {}, "on the same input it keeps its contract only sometimes")
        if broken is not None:
            return broken
        if first is None or second is None:
            self.failed += 1
            return None
        if "deterministic" in self.kernel.flags and not all(equal(first[n], second[n]) for n in first):
            return Break("flaky", inputs, first, "the same input gives other outputs the second time")
        return round_trip(self.program, self.kernel, inputs, first)

    def _once(self, inputs: Env) -> tuple[Env | None, Break | None]:
        """The outputs (None: it failed), and what is wrong with that."""
        try:
            return self.ask(self.kernel, dict(inputs)), None
        except Stopped as stop:
            self.reason = stop.reason
            broken = [f for f in stop.faults if f.clause in self.kernel.ensures]
            if broken:
                clause = broken[0].clause
                index = next(i for i, c in enumerate(self.kernel.ensures) if c is clause)
                outputs = {p.name: broken[0].env[p.name] for p in self.kernel.outputs if p.name in broken[0].env}
                return outputs, Break("ensures", inputs, outputs, broken[0].message, broken[0].span, index)
            if self.kernel.fails and not self._may_fail(inputs):
                message = f"it fails ({stop.reason}) on an input for which it does not say so"
                return None, Break("fails", inputs, {}, message, self.kernel.fails[0].span)
            return None, None

    def _may_fail(self, inputs: Env) -> bool:
        try:
            return any(self.evaluator.eval(c.pred, inputs) is True for c in self.kernel.fails)
        except EvalStop:
            return False


def gate_asked(course: Course, asking: Asking) -> None:
    """Kept cases, seeds and generated inputs, each asked twice."""
    for case in course.cases():
        _replay(course, asking, case, kept=True)
    inputs = Inputs(course.program, course.kernel, seeds=course.options.seeds, patience=PATIENCE)
    for env in inputs.seeds:
        course.seeded += 1
        broken = asking.run(env)
        if broken is not None:
            course.found(broken)
            return
    tally = Tally()
    found = generated(inputs.strategy(), asking.run, course.options, tally)
    course.runs += tally.runs
    if found is not None:
        course.found(found)
    elif tally.flaky:
        course.found(Break("flaky", {}, {}, "what broke once did not break again"))
    elif asking.runs and asking.failed == asking.runs:
        course.findings.append(words.always_fails(course.kernel, asking.reason))
    close(course, 0, inputs.maker.evaluator.cut)
