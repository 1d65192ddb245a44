"""Lemmas found on the way: conjectures of ``solve.explore``, proved, and then used like any fact.

What is found is remembered for the set of functions it is about, so that the next goal over them starts with it.
"""

from __future__ import annotations

from kwlogic.solve.explore import Conjecture, Explorer
from kwlogic.solve.falsify import seed_of
from kwlogic.solve.lemmas import Pool, closed_sequent
from kwlogic.solve.search import Search, Success
from kwlogic.vc.data import Sequent

FIRST_BUDGET = 30_000
LATER_BUDGET = 200_000
RETRIES = 2
MOST_TRIES = 600
SHARE = 0.6
"""The part of what is left of the budget that lemmas may take."""


class Discovery:
    """Searches for lemmas until a goal is proved or the share of the budget is spent."""

    def __init__(self, pool: Pool, sequent: Sequent) -> None:
        self.pool = pool
        self.search: Search = pool.search
        self.sequent = sequent
        self.open: list[Conjecture] = []
        self.retried: dict[Conjecture, int] = {}
        self.limit = self.search.meter.spent + int(SHARE * (self.search.budget - self.search.meter.spent))

    def prove(self) -> Success | None:
        """A proof with the lemmas that were found for it, its own proofs of them included."""
        found = self._prove() if self.limit - self.search.meter.spent > 2 * FIRST_BUDGET else None
        return None if found is None else self.pool.with_lemmas(found)

    def _prove(self) -> Success | None:
        """Alternate: prove the conjectures of one size, try the goal with them, try again what failed before."""
        problem = self.search.prepared(self.sequent)
        explorer = Explorer(self.search.theory, problem.formulas, seed_of(repr(sorted(self.search.roots))))
        for number, conjecture in enumerate(explorer.conjectures()):
            if self.search.meter.spent >= self.limit or number >= MOST_TRIES or self.pool.full:
                break
            if self.pool.is_false(conjecture.formula):
                continue
            if not self._try(conjecture, FIRST_BUDGET):
                self.open.append(conjecture)
                continue
            found = self._goal() or self._again()
            if found is not None:
                return found
        return self._last_chance()

    def _again(self) -> Success | None:
        """What could not be proved before the last lemma, at the price of one cheap attempt each."""
        for conjecture in [c for c in self.open if self.retried.get(c, 0) < RETRIES][:8]:
            if self.search.meter.spent >= self.limit:
                return None
            self.retried[conjecture] = self.retried.get(conjecture, 0) + 1
            if self._try(conjecture, FIRST_BUDGET):
                self.open.remove(conjecture)
                found = self._goal()
                if found is not None:
                    return found
        return None

    def _last_chance(self) -> Success | None:
        for conjecture in self.open:
            if self.search.meter.spent >= self.limit:
                return None
            if self._try(conjecture, LATER_BUDGET):
                found = self._goal()
                if found is not None:
                    return found
        return None

    def _goal(self) -> Success | None:
        self.search.extra = tuple(self.pool.facts)
        return self.search.quick(self.sequent, 0)

    def _try(self, conjecture: Conjecture, budget: int) -> bool:
        """Prove a conjecture with what was found so far."""
        budget = min(budget, self.limit - self.search.meter.spent)
        if budget <= 0:
            return False
        inner = self.pool.inner(conjecture.formula, budget)
        found = inner.quick(closed_sequent(conjecture.formula), int(budget > FIRST_BUDGET))
        self.pool.charge(inner)
        if found is None:
            return False
        if found.method in ("simplification", "direct"):
            return False  # it follows from what is known, so it adds nothing
        self.pool.add(conjecture.formula, found)
        return True
