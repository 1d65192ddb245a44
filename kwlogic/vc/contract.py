"""What every contract obliges: satisfiable requires, clauses that are defined, ensures of a known result.

Shared by fns, kernels and lemmas; each of these adds what is its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.core.program import Clause, Origin
from kwlogic.core.terms import Term, mk_and, mk_implies
from kwlogic.source.data import Span
from kwlogic.vc.build import Maker, clause_hyps
from kwlogic.vc.context import Context
from kwlogic.vc.data import Goal, Hyp, Kind
from kwlogic.vc.instances import at_call, logic, signature_of
from kwlogic.vc.scope import Scope
from kwlogic.vc.walk import walk_into
from kwlogic.vc.walked import Mode, Walk


def satisfiable(maker: Maker, requires: tuple[Clause, ...]) -> None:
    """Some input satisfies all requires: asked where the author restricted the inputs at all."""
    stated = [c for c in requires if c.origin is not Origin.INVARIANT]
    if not stated:
        return
    first = next((c for c in stated if c.origin is Origin.WRITTEN), stated[0])
    detail = "some input must satisfy all requires"
    maker.add(
        Kind.REQUIRES, Goal.SATISFIABLE, first.span, clause_hyps("requires", requires), text=first.text, label=first.label, detail=detail
    )


def defined(
    context: Context,
    maker: Maker,
    name: str,
    clauses: tuple[Clause, ...],
    hyps: tuple[Hyp, ...],
    taken: frozenset[str],
    env: Mapping[Term, Term] | None = None,
    vars: tuple[Term, ...] | None = None,
) -> None:
    """The partial operations and calls inside clauses, each clause under the earlier ones."""
    known = list(hyps)
    scope = Scope(env or {})
    for i, clause in enumerate(clauses):
        walk = Walk(context.program, frozenset(), set(taken), Mode.EXPRESSION)
        if clause.origin is not Origin.INVARIANT:
            walk_into(walk, clause.pred, clause.span, scope)
        if walk.needs:
            maker.needs(walk, tuple(known), vars)
        known.append(Hyp(f"{name}:{i}", logic(clause.pred, scope.env)))


def ensured(
    maker: Maker, ensures: tuple[Clause, ...], env: Mapping[Term, Term], hyps: tuple[Hyp, ...], place: Span, applied: frozenset[str]
) -> None:
    """Each ensures of a known result; a refinement of the result is reported at ``place``, where the result is made."""
    for i, clause in enumerate(ensures):
        if clause.origin is Origin.INVARIANT:
            continue
        refined = clause.origin is Origin.REFINEMENT
        maker.add(
            Kind.REFINEMENT if refined else Kind.ENSURES,
            Goal.VALID,
            place if refined else clause.span,
            hyps,
            logic(clause.pred, env),
            text=None if refined else clause.text,
            label=clause.label,
            detail=f"`{clause.text}` must hold of the result" if refined else f"`{clause.text}` must hold",
            clause=i,
            rests=applied,
            number=ensures_number(i, clause),
        )


def ensures_number(index: int, clause: Clause) -> str:
    """The number in the id of an ensures obligation: fixed by its place in the contract."""
    return f"result{index + 1}" if clause.origin is Origin.REFINEMENT else str(index + 1)


def ensures_id(declaration: str, index: int, clause: Clause) -> str:
    kind = Kind.REFINEMENT if clause.origin is Origin.REFINEMENT else Kind.ENSURES
    return f"{declaration}/{kind.value}/{ensures_number(index, clause)}"


def recursion_hyps(context: Context, maker: Maker, walk: Walk) -> list[tuple[Hyp, ...]]:
    """What the contracts of the recursion say of each recursive call, one hypothesis for each clause."""
    found: list[tuple[Hyp, ...]] = []
    for site in walk.sites:
        sig = signature_of(context.program, site.name)
        if sig is None or not sig.results:
            found.append(())
            continue
        at = at_call(sig, site.targs, site.args, site.call)
        before = mk_and(map(at, sig.requires))
        hyps: list[Hyp] = []
        for i, clause in enumerate(sig.ensures):
            hyp = Hyp("recursion", site.scope.close(mk_implies(before, at(clause))))
            hyps.append(hyp)
            if clause.origin is not Origin.INVARIANT:
                maker.owed[hyp] = ensures_id(site.name, i, clause)
        found.append(tuple(hyps))
    return found
