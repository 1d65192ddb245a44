"""Obligations of termination: one for each recursive call where a ``decreases`` is written, one for a found reason.

What is posed is the lexicographic decrease of the measures, Int measures bounded below. Measures over data compare
by size, syntactically; over lists, strings, sets and maps by length where sizes do not show it.
"""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.core.logic import erase
from kwlogic.core.program import Program
from kwlogic.core.terms import TRUE, Term, mk_and, mk_bool, mk_call, mk_eq, mk_int, mk_prim
from kwlogic.core.types import INT
from kwlogic.core.walk import subst_types
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Label
from kwlogic.vc.build import Maker
from kwlogic.vc.context import Context
from kwlogic.vc.data import Goal, Hyp, Kind, Proved, Unknown
from kwlogic.vc.descent import Guessed, Member, NotFound, Structural, members_of, outcome_of
from kwlogic.vc.guards import le, lt
from kwlogic.vc.instances import at_call, logic, signature_of
from kwlogic.vc.measures import lexicographic, show_measure
from kwlogic.vc.opaque import Opaque
from kwlogic.vc.sizes import Order, compare
from kwlogic.vc.walked import Site

NO_REASON = "no reason was found why the recursion ends; a `decreases` with what gets smaller would give one"
TRIED = ("structural recursion on the parameters", "Int measures that the conditions before the calls suggest")


def termination(
    context: Context, maker: Maker, group: frozenset[str], hyps: tuple[Hyp, ...], recursion: Sequence[tuple[Hyp, ...]]
) -> tuple[Diagnostic, ...]:
    """Adds the obligations of ``maker``'s declaration; diagnostics where none could be posed."""
    members = members_of(context, group)
    here = next(m for m in members if m.name == maker.declaration)
    if not here.sites:
        return ()
    outcome = outcome_of(context, group)
    match outcome:
        case Structural(method):
            maker.add(
                Kind.TERMINATION,
                Goal.GIVEN,
                here.span,
                given=Proved(method=method, tier="T1"),
                detail=f"the recursion ends: {method}",
                text=_text(here, maker),
            )
        case Guessed(options):
            _guessed(maker, here, members, options, hyps)
        case NotFound():
            detail = "the recursion must end"
            maker.add(
                Kind.TERMINATION, Goal.GIVEN, here.span, given=Unknown(NO_REASON, tried=TRIED), detail=detail, text=_text(here, maker)
            )
            return _not_found(context, here, members, outcome)
        case _:
            _written(context, maker, here, members, hyps, recursion)
    return ()


def _text(member: Member, maker: Maker) -> str:
    return maker.context.text(member.span)


# ---------------------------------------------------------------- guessed measures


def _guessed(
    maker: Maker, here: Member, members: tuple[Member, ...], options: tuple[tuple[object, Term], ...], hyps: tuple[Hyp, ...]
) -> None:
    """The goals are about the whole group, so they are posed once, at the first member that recurses."""
    first = next(m for m in members if m.sites)
    goals = tuple(goal for _, goal in options)
    tried = "; ".join(_tried(measures) for measures, _ in options[:4])
    rests = frozenset(m.name for m in members) - {here.name}
    alone = len(members) == 1
    maker.add(
        Kind.TERMINATION,
        Goal.VALID,
        here.span,
        hyps if alone else (),
        goals[0],
        text=_text(here, maker),
        detail=f"no `decreases` is written; measures tried: {tried}" if here is first else f"together with `{_short(first.name)}`",
        alternatives=goals[1:],
        refutable=False,
        rests=rests,
    )


def _tried(measures: object) -> str:
    assert isinstance(measures, dict)
    return ", ".join("`" + ", ".join(show_measure(m) for m in ms) + "`" for ms in measures.values())


def _short(name: str) -> str:
    return name.rsplit(".", 1)[-1]


# ---------------------------------------------------------------- written measures


def _written(
    context: Context, maker: Maker, here: Member, members: tuple[Member, ...], hyps: tuple[Hyp, ...], recursion: Sequence[tuple[Hyp, ...]]
) -> None:
    by_name = {m.name: m for m in members}
    places = min(len(m.decreases) for m in members)
    counted = [_counted(context.program, members, i) for i in range(places)]
    for number, site in enumerate(here.sites):
        parts: list[tuple[Term, Term]] = []
        decided = True
        for i in range(places):
            old, new = erase(here.decreases[i]), _at(context.program, by_name[site.name], i, site)
            less, same, sure = _place(context.program, old, new, counted[i], site)
            parts.append((less, same))
            decided = decided and sure
        said = tuple(h for earlier in recursion[:number] for h in earlier)
        # an assertion may have been shown with the recursion itself, so none is used
        path = tuple(h for h in site.scope.hyps() if h.name != "assert")
        opaque = Opaque(frozenset(by_name))
        known = opaque.hyps((*hyps, *path, *said))
        maker.owed.update((new, maker.owed[old]) for old, new in known if old in maker.owed)
        maker.add(
            Kind.TERMINATION,
            Goal.VALID,
            here.span,
            tuple(new for _, new in known),
            opaque(lexicographic(parts)),
            part=_short(site.name),
            text=_text(here, maker),
            detail=f"`{context.text(site.span)}` must make the measure smaller, and an Int measure must not fall below zero",
            refutable=decided,
            rests=site.scope.rests,
        )


def _at(program: Program, callee: Member, index: int, site: Site) -> Term:
    """The callee's measure at the arguments of the call."""
    sig = signature_of(program, callee.name)
    assert sig is not None
    at = at_call(sig, site.targs, site.args, None)
    return logic(subst_types(erase(callee.decreases[index]), at.types), at.values)


def _counted(program: Program, members: tuple[Member, ...], index: int) -> bool:
    """Whether this place compares numbers: an Int, or a length where sizes do not tell (the same for all calls)."""
    by_name = {m.name: m for m in members}
    if any(_count(program, m.decreases[index]) is None for m in members):
        return False
    if any(m.decreases[index].type is INT for m in members):
        return True
    for member in members:
        for site in member.sites:
            new = _at(program, by_name[site.name], index, site)
            if compare(program, new, erase(member.decreases[index]), dict(site.scope.elements)) is Order.UNKNOWN:
                return True
    return False


def _count(program: Program, term: Term) -> Term | None:
    """The number that a measure counts: itself, or its length."""
    match term.type.head:
        case "Int":
            return term
        case "List" if "std.list.len" in program.fns:
            return mk_call("std.list.len", term.type.args, (term,), INT)
        case "String" | "Set" | "Map":
            return mk_prim({"String": "str", "Set": "set", "Map": "map"}[term.type.head] + ".len", (term,), INT)
    return None


def _place(program: Program, old: Term, new: Term, counted: bool, site: Site) -> tuple[Term, Term, bool]:
    """``less``, ``at most``, and whether a refutation of these is one of the measure."""
    if counted:
        before, after = _count(program, old), _count(program, new)
        assert before is not None
        assert after is not None
        return mk_and((le(mk_int(0), before), lt(after, before))), le(after, before), True
    order = compare(program, new, old, dict(site.scope.elements))
    grows = order is Order.AT_MOST or compare(program, old, new, {}) is not Order.UNKNOWN
    same = TRUE if order is not Order.UNKNOWN else mk_eq(new, old)
    return mk_bool(order is Order.LESS), same, order is Order.LESS or grows


# ---------------------------------------------------------------- nothing found


def _not_found(context: Context, here: Member, members: tuple[Member, ...], outcome: NotFound) -> tuple[Diagnostic, ...]:
    """A group is reported once, at its first member that recurses; where it may end after all, the verdict is enough."""
    first = next(m for m in members if m.sites)
    if here is not first or not (outcome.endless or outcome.missing):
        return ()
    names = " and ".join(f"`{_short(m.name)}`" for m in members)
    message = f"no reason was found why the recursion of {names} ends"
    advice = "recurse on a part of a parameter (the rest of a list, a child of a tree), or write `decreases e` with what gets smaller"
    said = "this call makes no parameter smaller"
    if outcome.missing:
        message += ": " + ", ".join(f"`{_short(n)}`" for n in outcome.missing) + " has no `decreases`, while another member has one"
        advice = "write a `decreases` for each function of the recursion; they are compared with one another at the calls"
        said = "this call counts"
    calls = tuple(Label(s.span, said) for m in members for s in m.sites)[:3]
    notes = tuple(f"tried: {t}" for t in TRIED)
    return (diagnostic("KW506", message, here.name_span, "this declaration", *calls, notes=notes, help=advice),)
