"""Boundaries: the comparisons and conditions that a kernel's contract and body turn on, as goals for inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from kwlogic.core.logic import erase
from kwlogic.core.program import ExprBody, Kernel
from kwlogic.core.terms import Op, Term, mk_and, mk_eq, mk_int, mk_not, mk_prim, mk_real, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, REAL
from kwlogic.core.walk import free_vars, subst, subst_types, subterms
from kwlogic.vc.theory import Theory

MOST_GOALS = 60
MOST_PATHS = 16
DEEPEST = 40
MOST_NODES = 6_000


@dataclass(frozen=True, slots=True)
class Goals:
    """``broken``: a clause false of what the body yields; ``paths``: each way through the body; ``edges``: comparisons at, just
    below and just above equality, conditions both ways. ``terms``: what they were read off."""

    broken: tuple[Term, ...]
    paths: tuple[Term, ...]
    edges: tuple[Term, ...]
    terms: tuple[Term, ...]


def goals_of(kernel: Kernel, theory: Theory) -> Goals:
    """Predicates over the inputs that are worth satisfying."""
    inputs = {p.name for p in kernel.inputs}
    types = dict.fromkeys(kernel.tparams, INT)

    def simple(term: Term) -> Term:
        return theory.simplify(subst_types(term, types))

    requires = [simple(erase(c.pred)) for c in kernel.requires]
    outputs = _outputs(kernel)
    ensures = [simple(subst(erase(c.pred), outputs)) for c in (*kernel.ensures, *kernel.fails)]
    body = [simple(erase(kernel.body.term))] if isinstance(kernel.body, ExprBody) else []
    broken = [mk_not(e) for e in ensures if _about(e, inputs) and e.op is not Op.LIT] if body else []
    paths = list(dict.fromkeys(p for b in body for p in _paths(b) if _about(p, inputs)))
    edges: dict[Term, None] = {}
    for term in subterms(*requires, *ensures, *body)[:MOST_NODES]:
        if term.type is BOOL and term.op is not Op.LIT and _about(term, inputs):
            edges.update(dict.fromkeys(_sides(term)))
            if len(edges) > MOST_GOALS * 3:
                break
    return Goals(tuple(broken), tuple(_spread(paths, MOST_PATHS)), tuple(_spread(list(edges), MOST_GOALS)), (*requires, *ensures, *body))


def _about(term: Term, inputs: set[str]) -> bool:
    """It speaks of inputs, and of nothing else."""
    names = {v.data for v in free_vars(term)}
    return bool(names) and names <= inputs


def _paths(body: Term) -> Iterator[Term]:
    """The conditions of each way through nested conditionals; the parts of a tuple one by one, those that are Bool both ways."""
    stack: list[tuple[Term, tuple[Term, ...]]] = [(body, ())]
    made = 0
    while stack and made < MOST_PATHS * 4:
        here, path = stack.pop()
        if here.op is Op.IF and len(path) < DEEPEST:
            cond, then, other = here.args
            stack += [(other, (*path, mk_not(cond))), (then, (*path, cond))]
        elif here.op is Op.CON and here.data == "Tuple" and here.args:
            stack.extend((a, path) for a in here.args)
        else:
            ends = [(*path, here), (*path, mk_not(here))] if here.type is BOOL and here.op is not Op.LIT else [path]
            made += len(ends)
            yield from (mk_and(e) for e in ends if e)


def _spread(goals: list[Term], most: int) -> list[Term]:
    """At most so many, from everywhere in the list."""
    if len(goals) <= most:
        return goals
    return [goals[i * len(goals) // most] for i in range(most)]


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
