"""The lemmas that the search for one goal has found: what is conjectured is first tested, then proved, then a fact.

Both sources of conjectures (``solve.speculate``, ``solve.discovery``) fill the same pool, so that each builds on what
the other found. Nothing is a fact without a proof of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace

from kwlogic.core.terms import Term
from kwlogic.core.types import type_vars
from kwlogic.solve.backend import Meter
from kwlogic.solve.search import Search, Success
from kwlogic.solve.tester import Tester
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp, Sequent
from kwlogic.vc.theory import Fact, called

MOST_LEMMAS = 60


@dataclass(slots=True)
class Pool:
    """``search`` is the goal's own; its meter pays for everything. ``facts`` are proved, in the order of their proofs."""

    search: Search
    tester: Tester
    facts: list[Fact] = field(default_factory=list)
    proofs: list[tuple[Fact, Success]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.facts) >= MOST_LEMMAS

    # ------------------------------------------------------------ testing

    def is_false(self, formula: Term) -> bool:
        """Whether small or random values break it."""
        before = self.tester.work
        told = self.tester.is_false(formula, closed_sequent(formula))
        self.search.meter.spent += self.tester.work - before
        return told

    # ------------------------------------------------------------ proving

    def inner(self, formula: Term, budget: int) -> Search:
        """A search for a proof of a conjecture, with what was found so far."""
        outer = self.search
        meter = Meter(keep=outer.meter.keep, shake=outer.meter.shake)
        inner = Search(outer.theory, outer.before, (), budget, meter, outer.wall, outer.theory.reach(formula), outer.cap)
        inner.extra = tuple(self.facts)
        return inner

    def charge(self, inner: Search) -> None:
        """What an inner search has spent, the outer one has spent."""
        self.search.meter.spent += inner.meter.spent
        self.search.meter.solver_seconds += inner.meter.solver_seconds
        self.search.meter.volatile |= inner.meter.volatile
        inner.meter.spent, inner.meter.solver_seconds = 0, 0.0

    def add(self, formula: Term, proof: Success) -> Fact:
        """A proved conjecture becomes a fact."""
        vars = variables(formula)
        tparams = tuple(sorted({n for v in vars for n in type_vars(v.type)}))
        name = f"found.{len(self.facts)}"
        reach = self.search.theory.reach(formula)
        fact = Fact(name, name, tparams, vars, formula, called(formula), reach, False, proof.uses)
        self.facts.append(fact)
        self.proofs.append((fact, proof))
        self.search.extra = tuple(self.facts)
        return fact

    def with_lemmas(self, found: Success) -> Success:
        """A proof of the goal, with those of the lemmas."""
        return replace(found, lemmas=tuple(self.proofs))


OFFERED_BUDGET = 150_000
OFFERED_SHARE, OFFERED_LEAST = 0.15, 30_000
OFFERED_ROUNDS = 2


def accept(pool: Pool, offered: Sequence[Term]) -> bool:
    """Prove the statements that speak of nothing but what the goal speaks of, at a bounded price; whether any is a fact now.
    One may need another that comes after it."""
    search = pool.search
    known = {f.formula for f in pool.facts}
    waiting = [f for f in offered if f not in known and called(f) <= search.roots and not pool.is_false(f)]
    left = max(0, search.budget - search.meter.spent)
    limit = search.meter.spent + min(left, max(OFFERED_LEAST, int(OFFERED_SHARE * left)))
    for _ in range(OFFERED_ROUNDS):
        before = len(pool.facts)
        waiting = [f for f in waiting if pool.full or search.meter.spent >= limit or not _accepted(pool, f, limit)]
        if not waiting or len(pool.facts) == before:
            break
    return bool(pool.facts)


def _accepted(pool: Pool, formula: Term, limit: int) -> bool:
    inner = pool.inner(formula, min(OFFERED_BUDGET, limit - pool.search.meter.spent))
    found = inner.quick(closed_sequent(formula), 1)
    pool.charge(inner)
    if found is not None and found.method not in ("simplification", "direct"):
        pool.add(formula, found)
    return found is not None


def variables(formula: Term) -> tuple[Term, ...]:
    from kwlogic.core.walk import free_vars

    return tuple(sorted(free_vars(formula), key=lambda v: (str(v.data), v.id)))


def closed_sequent(formula: Term) -> Sequent:
    """A conjecture as a question: for all values of its variables."""
    none: tuple[Hyp, ...] = ()
    return Sequent(variables(formula), none, formula)
