"""What a call, a construction or a partial operation needs, once its arguments have been walked."""

from __future__ import annotations

from kwlogic.core.program import Clause, Origin
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.source.data import Span
from kwlogic.vc.data import Kind
from kwlogic.vc.guards import GUARDS, INDEXED, SLICES
from kwlogic.vc.instances import Signature, at_call, logic, signature_of
from kwlogic.vc.scope import Scope
from kwlogic.vc.walked import Need, Site, Walk, obliged


def call_needs(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    name, targs = term.data
    sig = signature_of(walk.program, name)
    if sig is None:
        return
    given = term.args[:-1] if term.op is Op.LEMMA else term.args
    args = tuple(logic(a, scope.env) for a in given)
    if any(obliged(c) for c in sig.requires):
        _requires(walk, sig, targs, args, given, span, scope)
    if name in walk.group:
        walk.sites.append(Site(name, targs, args, logic(term, scope.env), scope, span))


def _requires(
    walk: Walk, sig: Signature, targs: tuple[Type, ...], args: tuple[Term, ...], given: tuple[Term, ...], span: Span, scope: Scope
) -> None:
    """Each clause is shown with the earlier ones known, as it may be defined only where they hold."""
    at = at_call(sig, targs, args, None)
    places = {p.name: spot(a, span) for p, a in zip(sig.params, given, strict=True)}
    for clause in sig.requires:
        goal = at(clause)
        if obliged(clause):
            walk.needs.append(_call_need(walk, sig, clause, goal, given, places, span, scope))
        scope = scope.know("earlier", goal)


def _call_need(
    walk: Walk, sig: Signature, clause: Clause, goal: Term, given: tuple[Term, ...], places: dict[str, Span], span: Span, scope: Scope
) -> Need:
    short = sig.name.rsplit(".", 1)[-1]
    if clause.origin is Origin.REFINEMENT:
        where = places.get(clause.subject or "", span)
        detail = f"`{clause.text}` must hold of `{clause.subject}` of `{short}`"
        return Need(Kind.REFINEMENT, where, goal, scope, detail, short, clause.label, len(walk.sites))
    if sig.name in INDEXED:
        detail = INDEXED[sig.name].format(*_said(walk, sig.name, given, span))
        return Need(Kind.PARTIAL, span, goal, scope, detail, short, None, len(walk.sites))
    return Need(Kind.CALL, span, goal, scope, f"`{short}` requires `{clause.text}`", short, clause.label, len(walk.sites))


def spot(term: Term, otherwise: Span) -> Span:
    """Where an argument stands."""
    return term.data if term.op is Op.AT else otherwise


def _said(walk: Walk, name: str, args: tuple[Term, ...], span: Span) -> tuple[str, ...]:
    """The arguments as they were written; an end of a slice that was left out says nothing."""
    said = tuple(walk.text(spot(a, span)) for a in args)
    if name not in SLICES:
        return said
    return (said[0], *(f" <= {text}" if a.op is Op.AT else "" for a, text in zip(args[1:], said[1:], strict=True)))


def prim_needs(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    entry = GUARDS.get(term.data)
    if entry is None:
        return
    guard, words = entry
    detail = words.format(*_said(walk, term.data, term.args, span))
    goal = guard(tuple(logic(a, scope.env) for a in term.args))
    walk.needs.append(Need(Kind.PARTIAL, span, goal, scope, detail, term.data, None, len(walk.sites)))


def con_needs(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    ctor = walk.program.ctors.get(term.data)
    if ctor is None or not ctor.invariants:
        return
    tparams = walk.program.datas[ctor.data].tparams
    sig = Signature(ctor.name, tparams, ctor.fields, (), ctor.invariants, ())
    args = tuple(logic(a, scope.env) for a in term.args)
    _requires(walk, sig, term.type.args, args, term.args, span, scope)
