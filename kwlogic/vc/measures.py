"""Guessed Int measures for recursion without a ``decreases``: what the branch conditions suggest.

A condition ``a < b`` on the way to a recursive call suggests ``b - a``. A measure must hold for all calls at once, so
each candidate is one goal, the conjunction over the call sites; the prover needs one valid goal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations, product

from kwlogic.core.terms import Op, Term, mk_and, mk_implies, mk_int, mk_or
from kwlogic.core.types import INT
from kwlogic.core.walk import free_vars, subst
from kwlogic.source.records import dataclass
from kwlogic.vc.guards import le, lt
from kwlogic.vc.linear import constant, difference, linear, minus
from kwlogic.vc.opaque import Opaque
from kwlogic.vc.walked import Site

SIMPLE, LEXICOGRAPHIC, PRODUCT = 8, 4, 4


@dataclass(frozen=True, slots=True)
class Caller:
    """A member of the recursion with what guessing needs: parameters, requires, the call sites left to explain."""

    name: str
    params: tuple[Term, ...]
    requires: tuple[Term, ...]
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A call site with the conditions under which it is reached and the parameters' new values."""

    caller: str
    callee: str
    path: Term
    env: Mapping[Term, Term]


Measures = Mapping[str, tuple[Term, ...]]


def guesses(callers: tuple[Caller, ...]) -> list[tuple[Measures, Term]]:
    """Candidate measures with the goal that shows each one decreases, most promising first."""
    by_name = {c.name: c for c in callers}
    steps = [_step(c, by_name[s.name], s) for c in callers for s in c.sites]
    if any(not _bounded(c, s) for c in callers for s in c.sites):
        return []
    if len(callers) == 1:
        found = _alone(callers[0], steps)
    else:
        found = _together(callers, steps)
    opaque = Opaque(frozenset(by_name))
    return [(m, opaque(_goal(m, steps))) for m in found]


def _step(caller: Caller, callee: Caller, site: Site) -> Step:
    path = mk_and((*caller.requires, *_conditions(site)))
    return Step(caller.name, callee.name, path, dict(zip(callee.params, site.args, strict=True)))


def _bounded(caller: Caller, site: Site) -> bool:
    """Whether anything about numbers is known where the call stands: without, no measure has a bound."""
    return any(True for _ in _comparisons((*caller.requires, *_conditions(site))))


def _conditions(site: Site) -> tuple[Term, ...]:
    """The branch conditions: what is asserted on the way is not used, as it may rest on the recursion itself."""
    return tuple(h.term for h in site.scope.hyps() if h.name in ("path", "binder"))


def _comparisons(terms: Iterable[Term]) -> Iterator[tuple[Term, Term]]:
    """Pairs ``a, b`` of Int terms with a known ``a <= b``, ``a < b``, or ``a != b`` (both ways)."""
    stack = [(t, True) for t in terms]
    while stack:
        term, positive = stack.pop()
        match term.op:
            case Op.NOT:
                stack.append((term.args[0], not positive))
            case Op.AND | Op.OR:
                stack.extend((a, positive) for a in reversed(term.args))
            case Op.PRIM if term.data in ("int.lt", "int.le"):
                yield (term.args[0], term.args[1]) if positive else (term.args[1], term.args[0])
            case Op.EQ if term.args[0].type is INT:
                yield term.args[0], term.args[1]
                yield term.args[1], term.args[0]


def candidates(caller: Caller) -> list[Term]:
    """Int terms over the parameters that may count down."""
    params = frozenset(caller.params)
    found = [p for p in caller.params if p.type is INT]
    for site in caller.sites:
        for low, high in _comparisons(_conditions(site)):
            found.append(minus(high, low))
    found.extend(minus(high, low) for low, high in _comparisons(caller.requires))
    found.extend(minus(mk_int(0), p) for p in caller.params if p.type is INT)
    seen: dict[frozenset[tuple[Term | None, int]], Term] = {}
    for term in found:
        form = linear(term)
        if free_vars(term) <= params and set(form) - {None}:
            seen.setdefault(frozenset((a, n) for a, n in form.items() if a is not None), term)
    return list(seen.values())


def change(measures: tuple[Term, Term], step: Step) -> int | None:
    """By how much the measure changes in a call, where that is a constant."""
    old, new = measures
    return constant(difference(subst(new, step.env), old))


def _alone(caller: Caller, steps: list[Step]) -> list[Measures]:
    """One function: single measures, then lexicographic pairs."""
    pool = candidates(caller)
    changes = {m: [change((m, m), s) for s in steps] for m in pool}
    falling = [m for m in pool if all(c is None or c < 0 for c in changes[m])]
    falling.sort(key=lambda m: sum(c is None for c in changes[m]))
    found: list[Measures] = [{caller.name: (m,)} for m in falling[: SIMPLE - 3]]
    if any(all(c is not None for c in changes[m]) for m in falling):
        return found
    still = [m for m in pool if all(c is None or c <= 0 for c in changes[m]) and any(c != 0 for c in changes[m])]
    for first, second in permutations(still[:LEXICOGRAPHIC] + _resetting(pool, still)[:LEXICOGRAPHIC], 2):
        pairs = zip(changes[first], changes[second], strict=True)
        if all(a is None or a < 0 or (a == 0 and (b is None or b < 0)) for a, b in pairs):
            found.append({caller.name: (first, second)})
    return found[:SIMPLE]


def _resetting(pool: list[Term], still: list[Term]) -> list[Term]:
    """Candidates that may grow somewhere, as the second of a pair may."""
    return [m for m in pool if m not in still]


def _together(callers: tuple[Caller, ...], steps: list[Step]) -> list[Measures]:
    """Several functions: one measure for each, so that no call raises it and calls that keep it form no cycle."""
    pools = [candidates(c)[:PRODUCT] for c in callers]
    found: list[Measures] = []
    for choice in product(*pools):
        measures = {c.name: m for c, m in zip(callers, choice, strict=True)}
        changes = [(s, change((measures[s.caller], measures[s.callee]), s)) for s in steps]
        if any(c is not None and c > 0 for _, c in changes):
            continue
        ranks = _ranks({(s.caller, s.callee) for s, c in changes if c == 0})
        if ranks is not None:
            found.append({n: (m, mk_int(ranks.get(n, 0))) for n, m in measures.items()})
    return found[:SIMPLE]


def _ranks(arcs: set[tuple[str, str]]) -> dict[str, int] | None:
    """A number for each function that falls along every arc; None where the arcs have a cycle."""
    names = {n for arc in arcs for n in arc}
    ranks: dict[str, int] = {}
    while len(ranks) < len(names):
        ready = [n for n in names if n not in ranks and all(b in ranks for a, b in arcs if a == n)]
        if not ready:
            return None
        for name in ready:
            ranks[name] = 1 + max((ranks[b] for a, b in arcs if a == name), default=-1)
    return ranks


def _goal(measures: Measures, steps: list[Step]) -> Term:
    return mk_and(mk_implies(s.path, falls(measures[s.caller], tuple(subst(m, s.env) for m in measures[s.callee]))) for s in steps)


def falls(old: tuple[Term, ...], new: tuple[Term, ...]) -> Term:
    """Lexicographic decrease of Int measures, bounded below where they fall."""
    return lexicographic([(mk_and((le(mk_int(0), o), lt(n, o))), le(n, o)) for o, n in zip(old, new, strict=False)])


def lexicographic(parts: list[tuple[Term, Term]]) -> Term:
    """From ``(less, at most)`` of each component: some component is less, and those before it are at most the same."""
    cases: list[Term] = []
    for i, (less, _) in enumerate(parts):
        cases.append(mk_and((*(same for _, same in parts[:i]), less)))
    return mk_or(cases)


def show_measure(term: Term) -> str:
    """A measure as an author would write it, in messages."""
    from kwlogic.core.show import show_term

    return show_term(term)
