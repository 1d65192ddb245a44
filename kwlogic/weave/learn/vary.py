"""Learnt clauses attacked by variation: where there is a body it is run on generated inputs, and a clause that one of them breaks was an accident.

What is not broken is not shown either: that is the checker's duty, later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.program import Clause, Kernel, Origin, Program
from kwlogic.core.value import Con, Value
from kwlogic.core.value_show import show_brief
from kwlogic.weave.learn.data import Draft
from kwlogic.weave.learn.text import written
from kwlogic.weave.learn.workshop import Workshop

MAX_STEPS = 20_000
EXAMPLES = 40
SECONDS = 2.0


def varied(shop: Workshop, drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts whose bodies keep their clauses on generated inputs that the `requires` admit."""
    if not any(_open(d) for d in drafts):
        return list(drafts)
    program = shop.program_of(written(shop.options.module, shop.types, drafts).text).program
    found = []
    for draft in drafts:
        kernel = program.kernels.get(f"{shop.options.module}.{draft.name}")
        found.append(_attacked(draft, kernel, program) if kernel is not None and _open(draft) else draft)
    return found


def _open(draft: Draft) -> bool:
    return draft.body.kind == "expression" and any(c.kind == "ensures" for c in draft.clauses)


def _attacked(draft: Draft, kernel: Kernel, program: Program) -> Draft:
    from kwlogic.gate.data import Settings
    from kwlogic.gate.generate import Tally, generated
    from kwlogic.gate.public import inputs_for

    waiting = [c for c in kernel.ensures if c.origin is Origin.WRITTEN]
    own = [c for c in draft.clauses if c.kind == "ensures"]
    if len(waiting) != len(own):
        return draft
    evaluator = Evaluator(program, MAX_STEPS)
    broken: dict[int, str] = {}

    def check(env: dict[str, Value]) -> None:
        outputs = _run(evaluator, kernel, env)
        for index, clause in enumerate(waiting):
            if outputs is not None and index not in broken and _breaks(evaluator, clause, {**env, **outputs}):
                broken[index] = ", ".join(f"{n} = {show_brief(v, 60)}" for n, v in env.items())

    generated(inputs_for(kernel, program, seeds=False), check, Settings(examples=EXAMPLES, seconds=SECONDS), Tally())
    lost = {id(own[i]): why for i, why in broken.items()}
    dropped = tuple((c.text, f"a generated input breaks it: {lost[id(c)]}") for c in own if id(c) in lost)
    return replace(draft, clauses=tuple(c for c in draft.clauses if id(c) not in lost), dropped=(*draft.dropped, *dropped))


def _run(evaluator: Evaluator, kernel: Kernel, env: dict[str, Value]) -> dict[str, Value] | None:
    try:
        value = evaluator.call(kernel.name, [env[p.name] for p in kernel.inputs])
    except EvalStop:
        return None
    names = [p.name for p in kernel.outputs]
    if len(names) == 1:
        return {names[0]: value}
    return dict(zip(names, value.fields)) if isinstance(value, Con) else None


def _breaks(evaluator: Evaluator, clause: Clause, env: dict[str, Value]) -> bool:
    try:
        return not evaluator.holds(clause, env)
    except EvalStop:
        return False
