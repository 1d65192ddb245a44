"""Obligations of a lemma: each claim under its requires, the steps of its proof; an axiom is assumed."""

from __future__ import annotations

from dataclasses import replace

from kwlogic.core.logic import erase
from kwlogic.core.program import ByCases, ByRecursion, BySteps, Lemma, Proof
from kwlogic.source.data import Diagnostic
from kwlogic.vc.build import Maker, clause_hyps
from kwlogic.vc.context import Context, using_of
from kwlogic.vc.contract import defined, satisfiable
from kwlogic.vc.cycles import circular_applications, circular_hints
from kwlogic.vc.data import Assumed, Goal, Kind
from kwlogic.vc.given import given
from kwlogic.vc.instances import param_vars
from kwlogic.vc.termination import termination


def lemma_obligations(context: Context, lemma: Lemma) -> tuple[Maker, tuple[Diagnostic, ...]]:
    maker = Maker(context, lemma.name, param_vars(lemma.params), lemma.name)
    taken = frozenset(p.name for p in lemma.params)
    hyps = clause_hyps("requires", lemma.requires)
    satisfiable(maker, lemma.requires)
    defined(context, maker, "requires", lemma.requires, (), taken)
    defined(context, maker, "ensures", lemma.ensures, hyps, taken)
    if lemma.axiom:
        given(maker, lemma.ensures, Kind.AXIOM, Assumed())
        return maker, ()
    walk = context.walk_of(lemma.name)
    using, hints = circular_hints(context, lemma, using_of(lemma.proof))
    maker.using = using
    maker.owed.update((hyp, f"{lemma.name}/lemma/ensures{i + 1}") for hyp, i in walk.claimed.items())
    maker.needs(walk, hyps)
    found: tuple[Diagnostic, ...] = ()
    if walk.sites:
        found = termination(context, maker, frozenset((lemma.name,)), hyps, ())
    hint = erased_hint(lemma.proof)
    for i, clause in enumerate(lemma.ensures):
        maker.add(
            Kind.LEMMA,
            Goal.VALID,
            clause.span,
            (*hyps, *walk.facts),
            erase(clause.pred),
            text=clause.text,
            label=clause.label,
            detail=f"`{clause.text}` must hold",
            hint=hint,
            rests=walk.applied | ({lemma.name} if walk.sites else frozenset()),
            clause=i,
            number=f"ensures{i + 1}",
        )
    return maker, (*found, *hints, *circular_applications(context, lemma.name, walk, lemma.name_span))


def erased_hint(proof: Proof | None) -> Proof | None:
    """The hint with its terms as logic."""
    match proof:
        case ByRecursion(call=call):
            return replace(proof, call=erase(call))
        case ByCases(subject=subject):
            return replace(proof, subject=erase(subject))
        case BySteps(term=term):
            return replace(proof, term=erase(term))
        case _:
            return proof
