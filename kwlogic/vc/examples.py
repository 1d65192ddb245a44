"""Obligations that are run: an example, or a recorded case of an oracle held against its contract."""

from __future__ import annotations

from kwlogic.core.program import Example
from kwlogic.core.terms import TRUE, Term, mk_and, mk_var
from kwlogic.vc.build import Maker
from kwlogic.vc.context import Context
from kwlogic.vc.data import Goal, Kind
from kwlogic.vc.instances import logic


def example_obligations(context: Context, example: Example) -> Maker:
    maker = Maker(context, example.name)
    goal, detail = _question(context, example)
    maker.add(Kind.EXAMPLE, Goal.RUN, example.span, goal=goal, text=example.text, detail=detail)
    return maker


def _question(context: Context, example: Example) -> tuple[Term, str]:
    if example.pred is not None:
        return logic(example.pred, {}), "the example must evaluate to true"
    kernel = context.program.kernels.get(example.kernel or "")
    if kernel is None:
        return TRUE, ""
    types = {p.name: p.type for p in (*kernel.inputs, *kernel.outputs)}
    values = (*example.inputs, *example.outputs)
    env = {mk_var(n, types[n]): logic(v, {}) for n, v in values if n in types}
    clauses = (*kernel.requires, *kernel.ensures)
    return mk_and(logic(c.pred, env) for c in clauses), "the recorded case must satisfy the contract"
