"""Examples are run, not proved."""

from __future__ import annotations

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.program import Example, Program
from kwlogic.vc.data import Counterexample, Obligation, Proved, Refuted, Unknown, Verdict

STEPS = 5_000_000


def run_example(program: Program, obligation: Obligation) -> Verdict:
    """Evaluate an example; a recorded case of an oracle is held against the oracle's contract."""
    example = program.examples.get(obligation.declaration)
    if example is None:
        return Unknown("the example was not found")
    evaluator = Evaluator(program, max_steps=STEPS)
    try:
        broken = _run(evaluator, program, example)
    except EvalStop as stop:
        return Refuted(Counterexample((), (), str(stop))) if type(stop).__name__ == "Violation" else Unknown(str(stop))
    return Proved(method="run", tier="T1") if broken is None else Refuted(Counterexample((), (), broken))


def _run(evaluator: Evaluator, program: Program, example: Example) -> str | None:
    """What is wrong, or None."""
    if example.pred is not None:
        return None if evaluator.eval(example.pred, {}) is True else "it evaluates to false"
    kernel = program.kernels[example.kernel or ""]
    env = {name: evaluator.eval(term, {}) for name, term in (*example.inputs, *example.outputs)}
    for word, clauses in (("requires", kernel.requires), ("ensures", kernel.ensures)):
        for clause in clauses:
            if evaluator.eval(clause.pred, env) is not True:
                return f"the case breaks `{word} {clause.text}`"
    return None
