"""Ground unfolding: instances of definitions for the recursive calls that occur in a set of formulas.

Each instance is ``guard ==> call == body``, simplified. Rounds are breadth first, so that ``depth`` bounds how often
a chain of calls is opened; ``LIMIT`` bounds the whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.core.terms import Op, Term, mk_eq, mk_implies
from kwlogic.core.walk import BINDERS, free_vars, subst, subterms
from kwlogic.source.records import dataclass
from kwlogic.vc.theory import Theory

LIMIT = 160


@dataclass(frozen=True, slots=True)
class Instance:
    fn: str
    formula: Term


def ground_calls(formulas: Iterable[Term]) -> list[Term]:
    """Calls in the formulas that mention no variable bound inside them, in creation order."""
    bound: set[Term] = set()
    everything = subterms(*formulas)
    for term in everything:
        if term.op in BINDERS:
            bound.update(v for v in free_vars(term.args[-1]) if v not in free_vars(term))
    return [t for t in everything if t.op is Op.CALL and bound.isdisjoint(free_vars(t))]


def unfold(theory: Theory, formulas: Iterable[Term], depth: int, limit: int = LIMIT) -> list[Instance]:
    """Instances for the recursive calls of the formulas, and for those that the instances bring, ``depth`` rounds."""
    out: list[Instance] = []
    seen: set[Term] = set()
    frontier = list(formulas)
    for _ in range(depth):
        calls = [c for c in ground_calls(frontier) if c not in seen]
        frontier = []
        for call in calls:
            if len(out) >= limit:
                return out
            seen.add(call)
            formula = instance(theory, call)
            if formula is not None:
                out.append(Instance(call.data[0], formula))
                frontier.append(formula)
        if not frontier:
            break
    return out


def instance(theory: Theory, call: Term) -> Term | None:
    """The definition of one call, None where it must stay closed."""
    definition = theory.definition(call)
    if definition is None:
        return None
    env = dict(zip(definition.params, call.args, strict=True))
    guard = theory.simplify(subst(definition.guard, env))
    return mk_implies(guard, mk_eq(call, theory.simplify(subst(definition.body, env))))
