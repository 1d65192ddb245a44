"""How the recursion of a group of declarations is seen to end: written measures, structure, or a guess.

Structure is the size-change principle over symbolic sizes; a guess is a choice of Int measures for the prover.
The outcome is about the whole group: its calls are counted together.
"""

from __future__ import annotations

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Param
from kwlogic.core.terms import Op, Term
from kwlogic.core.walk import fold
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.vc.context import Context
from kwlogic.vc.instances import param_vars
from kwlogic.vc.measures import Caller, Measures, guesses
from kwlogic.vc.sizechange import Graph, terminates
from kwlogic.vc.sizes import Order, compare
from kwlogic.vc.walked import Site


@dataclass(frozen=True, slots=True)
class Member:
    """A declaration of the recursion: a fn, or a lemma that applies itself."""

    name: str
    params: tuple[Param, ...]
    requires: tuple[Clause, ...]
    decreases: tuple[Term, ...]
    span: Span
    name_span: Span
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """Every member that recurses has a ``decreases``: each call is an obligation."""


@dataclass(frozen=True, slots=True)
class Structural:
    method: str


@dataclass(frozen=True, slots=True)
class Guessed:
    """Candidate measures with their goals; one valid goal shows that the whole group ends."""

    options: tuple[tuple[Measures, Term], ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """``missing``: members without a ``decreases`` in a group where another has one. ``endless``: the recursion plainly
    does not end, whatever the input; otherwise it is only not known to."""

    missing: tuple[str, ...] = ()
    endless: bool = False


Outcome = Written | Structural | Guessed | NotFound


def members_of(context: Context, group: frozenset[str]) -> tuple[Member, ...]:
    """The group in text order."""
    found: list[Member] = []
    for name in group:
        fn, lemma = context.program.fns.get(name), context.program.lemmas.get(name)
        sites = tuple(context.walk_of(name).sites) if fn or lemma else ()
        if fn is not None:
            found.append(Member(name, fn.params, fn.requires, fn.decreases, fn.decreases_span or fn.name_span, fn.name_span, sites))
        elif lemma is not None:
            found.append(Member(name, lemma.params, lemma.requires, (), lemma.name_span, lemma.name_span, sites))
    return tuple(sorted(found, key=lambda m: (m.name_span.file, m.name_span.start, m.name)))


def outcome_of(context: Context, group: frozenset[str]) -> Outcome:
    """How the group ends; computed once."""
    found = context.outcomes.get(group)
    if found is None:
        found = context.outcomes[group] = _outcome(context, members_of(context, group))
    assert isinstance(found, Written | Structural | Guessed | NotFound)
    return found


def _outcome(context: Context, members: tuple[Member, ...]) -> Outcome:
    active = [m for m in members if m.sites]
    if active and all(m.decreases for m in members):
        return Written()
    method = structural(context, members)
    if method is not None:
        return Structural(method)
    if any(m.decreases for m in members):
        return NotFound(tuple(m.name for m in members if not m.decreases))
    options = guesses(_callers(context, members))
    return Guessed(tuple(options)) if options else NotFound(endless=_endless(context, members))


def _endless(context: Context, members: tuple[Member, ...]) -> bool:
    """Whether every evaluation of every member calls again, or a call passes on all that its caller was given."""
    names = frozenset(m.name for m in members)
    if all(calls_always(context.body_of(m.name), names) for m in members):
        return True
    return any(s.name == m.name and s.args == param_vars(m.params) for m in members for s in m.sites)


def calls_always(body: Term, names: frozenset[str]) -> bool:
    """Whether evaluating ``body`` always reaches a call (or application) of one of ``names``."""

    def step(term: Term, parts: tuple[bool, ...]) -> bool:
        match term.op:
            case Op.CALL | Op.LEMMA if term.data[0] in names:
                return True
            case Op.IF:
                return parts[0] or (parts[1] and parts[2])
            case Op.AND | Op.OR | Op.IMPLIES:
                return parts[0]
            case Op.LAMBDA | Op.FORALL | Op.EXISTS:
                return False
        return any(parts)

    return fold((body,), step)[body]


# ---------------------------------------------------------------- structure


def structural(context: Context, members: tuple[Member, ...]) -> str | None:
    """How the sizes of parameters show that the recursion ends, in words; None where they do not."""
    sites = [(m, s) for m in members for s in m.sites]
    if not sites:
        return "no recursive call"
    params = {m.name: param_vars(m.params) for m in members}
    graphs = [Graph(m.name, s.name, _arcs(context, params[m.name], s)) for m, s in sites]
    if not terminates(graphs):
        return None
    if len(members) == 1:
        for i, param in enumerate(members[0].params):
            if all((i, i, True) in g.arcs for g in graphs):
                return f"structural recursion on {param.name}"
    return "structural recursion (size change)"


def _arcs(context: Context, params: tuple[Term, ...], site: Site) -> frozenset[tuple[int, int, bool]]:
    elements = dict(site.scope.elements)
    arcs: set[tuple[int, int, bool]] = set()
    for i, old in enumerate(params):
        for j, new in enumerate(site.args):
            order = compare(context.program, new, old, elements)
            if order is not Order.UNKNOWN:
                arcs.add((i, j, order is Order.LESS))
    return frozenset(arcs)


def _callers(context: Context, members: tuple[Member, ...]) -> tuple[Caller, ...]:
    """What guessing gets: for a single function, without the calls that some parameter's size explains already."""
    callers: list[Caller] = []
    for member in members:
        requires = tuple(erase(c.pred) for c in member.requires)
        sites = member.sites if len(members) > 1 else unexplained(context, member)
        callers.append(Caller(member.name, param_vars(member.params), requires, sites))
    return tuple(callers)


def unexplained(context: Context, member: Member) -> tuple[Site, ...]:
    """Lexicographic elimination: while a parameter's size grows in no call, drop the calls in which it shrinks."""
    params = param_vars(member.params)
    sites = list(member.sites)
    for _ in params:
        for param, position in zip(params, range(len(params)), strict=True):
            orders = [compare(context.program, s.args[position], param, dict(s.scope.elements)) for s in sites]
            if Order.UNKNOWN not in orders and Order.LESS in orders:
                sites = [s for s, o in zip(sites, orders, strict=True) if o is not Order.LESS]
                break
        else:
            break
    return tuple(sites)
