"""Boundaries: the comparisons and conditions that a kernel's contract and body turn on, as goals for inputs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kwlogic.core.logic import erase
from kwlogic.core.program import ExprBody, Kernel, Program
from kwlogic.core.terms import Op, Term, mk_eq, mk_int, mk_not, mk_prim, mk_real, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, REAL
from kwlogic.core.walk import free_vars, subst, subst_types, subterms
from kwlogic.vc.theory import Theory

MOST_GOALS = 60
MOST_NODES = 6_000


def boundary_goals(program: Program, kernel: Kernel, theory: Theory) -> list[Term]:
    """Predicates over the inputs worth satisfying: each comparison at, just below and just above; each condition both ways."""
    inputs = {p.name for p in kernel.inputs}
    types = dict.fromkeys(kernel.tparams, INT)
    roots = [theory.simplify(subst_types(t, types)) for t in _roots(kernel)]
    goals: dict[Term, None] = {}
    for term in subterms(*roots)[:MOST_NODES]:
        if term.type is not BOOL or term.op is Op.LIT or not {v.data for v in free_vars(term)} <= inputs or not free_vars(term):
            continue
        goals.update(dict.fromkeys(_sides(term)))
        if len(goals) > MOST_GOALS * 3:
            break
    return _spread(list(goals), MOST_GOALS)


def _spread(goals: list[Term], most: int) -> list[Term]:
    """At most so many, from everywhere in the list."""
    if len(goals) <= most:
        return goals
    return [goals[i * len(goals) // most] for i in range(most)]


def _roots(kernel: Kernel) -> Iterator[Term]:
    yield from (erase(c.pred) for c in kernel.requires)
    outputs = _outputs(kernel)
    yield from (subst(erase(c.pred), outputs) for c in (*kernel.ensures, *kernel.fails))
    if isinstance(kernel.body, ExprBody):
        yield erase(kernel.body.term)


def _outputs(kernel: Kernel) -> dict[Term, Term]:
    """The outputs by what the body computes."""
    if not isinstance(kernel.body, ExprBody):
        return {}
    body = erase(kernel.body.term)
    if len(kernel.outputs) == 1:
        return {mk_var(kernel.outputs[0].name, kernel.outputs[0].type): body}
    return {mk_var(p.name, p.type): mk_sel("Tuple", i, body, p.type) for i, p in enumerate(kernel.outputs)}


def _sides(term: Term) -> Iterator[Term]:
    """Both sides of a condition; of a comparison also the places next to its boundary."""
    compared = _compared(term)
    if compared is not None:
        left, right = compared
        add = "int.add" if left.type is INT else "real.add"
        one = mk_int(1) if left.type is INT else mk_real(Fraction(1, 100))
        yield mk_eq(left, right)
        yield mk_eq(left, mk_prim(add, (right, one), left.type))
        yield mk_eq(right, mk_prim(add, (left, one), left.type))
    elif term.op is Op.IS:
        yield term
    elif term.op in (Op.EQ, Op.CALL, Op.PRIM, Op.VAR, Op.SEL):
        yield term
        yield mk_not(term)


def _compared(term: Term) -> tuple[Term, Term] | None:
    if term.op is Op.PRIM and term.data in ("int.lt", "int.le", "real.lt", "real.le"):
        return term.args[0], term.args[1]
    if term.op is Op.EQ and term.args[0].type in (INT, REAL):
        return term.args[0], term.args[1]
    return None
