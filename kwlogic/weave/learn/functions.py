"""Functions among the clauses of tools: what a result is, said as an expression of the arguments.

A tool is never replaced by such a function, since a call may change what nobody recorded; the expression becomes an `ensures`. It is made from
some observations and must hold of the held-out ones, whose outputs chance would have to meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from kwlogic.weave.learn.bodies import Found, body_of
from kwlogic.weave.learn.chance import distinct
from kwlogic.weave.learn.data import ABSENT, Clause, Draft, Observation, Port
from kwlogic.weave.learn.text import whole
from kwlogic.weave.learn.workshop import Workshop

LEAST = 8
MAX_FIELDS = 4
SECONDS = 1.0
WORK = 60_000
SCALARS = ("Int", "Real", "Bool", "String", "Enum", "List")


def with_functions(shop: Workshop, draft: Draft) -> Draft:
    """The tool's kernel with equations for those scalar results that no clause settles yet."""
    rows = list({repr((r.inputs, r.outputs)): r for r in draft.rows if whole(r, draft)}.values())
    if not shop.options.synthesis or len(rows) < LEAST or not draft.inputs:
        return draft
    for number, (text, port, values) in enumerate(_results(draft, rows)):
        if number >= MAX_FIELDS:
            break
        if any(f"{text} == " in c.text or f"{text} <==> " in c.text for c in draft.clauses) or len(set(map(repr, values))) < 3:
            continue
        found = _function(shop, draft, port, [replace(r, outputs={port.name: v}) for r, v in zip(rows, values)])
        if found is not None:
            draft = found
            clause = draft.clauses[-1]
            draft = replace(draft, clauses=(*draft.clauses[:-1], replace(clause, text=clause.text.replace(port.name, text, 1))))
    return draft


def _results(draft: Draft, rows: list[Observation]) -> Iterator[tuple[str, Port, list[Any]]]:
    """Scalar results and fields of results: the expression, a port that stands for it, its values."""
    for output in draft.outputs:
        if output.shape.head in SCALARS:
            yield output.name, replace(output, name="wanted'"), [r.outputs[output.name] for r in rows]
        elif output.shape.head == "Record":
            for key, part in zip(output.shape.keys, output.shape.parts):
                if part.head in SCALARS:
                    yield f"{output.name}.{key}", Port("wanted'", part, key), [r.outputs[output.name][key] for r in rows]


def _function(shop: Workshop, draft: Draft, port: Port, rows: list[Observation]) -> Draft | None:
    step = max(2, round(1 / shop.options.holdout)) if shop.options.holdout else 0
    train = [r for i, r in enumerate(rows) if not step or i % step != step - 1]
    held = [r for i, r in enumerate(rows) if step and i % step == step - 1]
    found = body_of(shop, draft.inputs, (port,), train, min(SECONDS, shop.options.seconds), WORK)
    if not isinstance(found, Found) or not found.used:
        return None
    values = distinct([(repr(r.outputs[port.name]),) for r in rows])
    chance = (1 / values) ** len({repr(r.outputs) for r in held}) if held else 1.0
    if chance > shop.options.alpha or not _agrees(shop, draft, port, found, held):
        return None
    clause = Clause("ensures", f"{port.name} == {found.text}", found.used | {draft.outputs[0].name}, len(rows), len(rows), chance, 0)
    return replace(draft, clauses=(*draft.clauses, clause), helpers=tuple(dict.fromkeys((*draft.helpers, *found.helpers))))


def _agrees(shop: Workshop, draft: Draft, port: Port, found: Found, rows: list[Observation]) -> bool:
    """Whether the function yields what the held-out observations say."""
    from kwlogic.core.eval import EvalStop, Evaluator
    from kwlogic.weave.learn.data import Body
    from kwlogic.weave.learn.text import written
    from kwlogic.weave.learn.verify import MAX_STEPS, env_of

    probe = Draft("probe'ed", draft.inputs, (port,), Body("expression", found.text), helpers=found.helpers)
    program = shop.program_of(written(shop.options.module, shop.types, [probe]).text).program
    kernel = program.kernels.get(f"{shop.options.module}.probe'ed")
    if kernel is None:
        return False
    evaluator = Evaluator(program, MAX_STEPS)
    for row in rows:
        env = env_of(row, kernel, program)
        if env is None or row.outputs.get(port.name, ABSENT) is ABSENT:
            return False
        try:
            if evaluator.call(kernel.name, [env[p.name] for p in kernel.inputs]) != env[port.name]:
                return False
        except EvalStop:
            return False
    return True
