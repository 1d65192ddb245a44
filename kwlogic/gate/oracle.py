"""An oracle through the gate: nobody is asked here, so what is run is its contract. Are there inputs, is there an answer that
the contract allows for each, do both survive JSON?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from kwlogic.gate import words
from kwlogic.gate.data import Env
from kwlogic.gate.draw import Dead, Drawer
from kwlogic.gate.generate import Tally, generated
from kwlogic.gate.inputs import DEPTH, Inputs, literals
from kwlogic.gate.kernel import PATIENCE, Course, close
from kwlogic.gate.play import Stage
from kwlogic.gate.problem import played
from kwlogic.gate.running import Break, round_trip


def gate_oracle(course: Course) -> None:
    """Inputs with answers that the contract allows."""
    if course.known.only is not None:
        course.replayed += 1
        broken = round_trip(course.program, course.kernel, course.known.only.inputs, {})
        if broken is not None:
            course.found(broken)
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
