"""Proofs by way of lemmas that stuck cases ask for: an induction is tried, and where a case does not go through, what would
close it is conjectured (``solve.conjectures``), proved the same way, and used.

Deeper lemmas are looked for only when shallower ones do not do: the depth grows, and what failed at one depth with the
facts of the time is not tried again there.
"""

from __future__ import annotations

from dataclasses import field
from itertools import islice

from kwlogic.core.terms import Term
from kwlogic.solve.agenda import claimed
from kwlogic.solve.conjectures import accumulators, blocking, conjectures
from kwlogic.solve.explain import Stuck
from kwlogic.solve.lemmas import Pool, closed_sequent
from kwlogic.solve.problem import Problem
from kwlogic.solve.search import Outline, Search, Success
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Sequent
from kwlogic.vc.induct import Case, Scheme, structural

SHARES = (0.1, 0.25, 0.3)
"""Of what is left of the budget, by depth."""
SCHEMES = 3
SPLITS = 2
LEMMA_BUDGETS = (40_000, 150_000, 300_000)
"""By depth: what follows by one induction, does so soon."""
MOST_TRIES = 90
LEAST = 20_000
"""With less than that, looking for lemmas is not begun."""


@dataclass(slots=True)
class Speculation:
    """Searches for one goal. ``failed``: conjectures by the depth and the number of facts at which they failed."""

    pool: Pool
    limit: int = 0
    tries: int = 0
    failed: dict[Term, tuple[int, int]] = field(default_factory=dict)
    open: set[Term] = field(default_factory=set)

    def prove(self, sequent: Sequent, depth: int) -> Success | None:
        """A proof of the goal, with the lemmas that were found for it; ``depth``: how far lemmas may rest on lemmas."""
        search = self.pool.search
        self.limit = search.meter.spent + int(SHARES[depth - 1] * max(0, search.budget - search.meter.spent))
        self.tries = 0
        if self.limit - search.meter.spent < LEAST:
            return None
        found = self._prove(search, sequent, depth)
        return None if found is None else self.pool.with_lemmas(found)

    def _spent(self) -> bool:
        return self.pool.search.meter.spent >= self.limit or self.pool.full or self.tries >= MOST_TRIES

    def _is_false(self, formula: Term) -> bool:
        return self._spent() or self.pool.is_false(formula)

    def _prove(self, search: Search, sequent: Sequent, depth: int) -> Success | None:
        search.extra = tuple(self.pool.facts)
        search.forget()
        problem = search.prepared(sequent)
        found = search.direct(problem, 0)
        if found is None and depth > 0:
            own = claimed(search, problem)
            self.open.add(own)  # the goal is no lemma for itself
            found = self._by_lemmas(search, sequent, problem, 0, depth)
            self.open.discard(own)
        if found is not None:
            return found
        for scheme in islice(search.schemes(search.opened(problem)), SCHEMES):
            found = self._scheme(search, scheme, depth)
            if found is not None or self._spent():
                return found
        return None

    def _scheme(self, search: Search, scheme: Scheme, depth: int, splits: int = SPLITS) -> Success | None:
        uses, hyps = scheme.uses, frozenset[str]()
        outlines: list[Outline] = []
        for number, case in enumerate(scheme.cases):
            found = self._case(search, case, depth, splits)
            if found is None:
                held = tuple(c.title for c in scheme.cases[:number])
                search.stuck.append(Stuck(scheme.title, held, case.title, search.prepared(case.sequent).sequent))
                return None
            uses |= found.uses
            hyps |= found.hyps
            outlines.append(found.outline)
        return Success(uses, hyps, scheme.title, Outline(scheme.rule, scheme.subjects, tuple(outlines)))

    def _case(self, search: Search, case: Case, depth: int, splits: int) -> Success | None:
        problem = search.prepared(case.sequent)
        found = search.direct(problem, 1)
        if found is not None or depth <= 0:
            return found
        scheme = self._split(search, problem) if splits > 0 else None
        if scheme is not None:
            found = self._scheme(search, scheme, depth, splits - 1)
            if found is not None or self._spent():
                return found
        return self._by_lemmas(search, case.sequent, problem, 1, depth)

    def _split(self, search: Search, problem: Problem) -> Scheme | None:
        """The cases of a variable that the goal asks the constructor of."""
        asked = blocking(search.theory, problem.sequent.goal)
        return None if asked is None else structural(search.theory, problem.sequent, asked)

    def _by_lemmas(self, search: Search, sequent: Sequent, problem: Problem, effort: int, depth: int) -> Success | None:
        """Directly, with lemmas that are conjectured from where it is stuck."""
        hyps = tuple(h.term for h in problem.sequent.hyps if h.name != "induction")
        inductive = tuple(h.term for h in problem.sequent.hyps if h.name == "induction")
        goal = problem.sequent.goal
        made = [] if inductive else accumulators(search.theory, goal, self._is_false)
        for formula in (*made, *conjectures(search.theory, goal, hyps, inductive, self._is_false)):
            if self._spent():
                return None
            if self._lemma(formula, depth - 1):
                search.extra = tuple(self.pool.facts)
                search.forget()
                found = search.direct(search.prepared(sequent), effort)
                if found is not None:
                    return found
        return None

    def _lemma(self, formula: Term, depth: int) -> bool:
        """Whether a conjecture could be proved, and is a fact now."""
        state = (depth, len(self.pool.facts))
        before = self.failed.get(formula)
        known = {f.formula for f in self.pool.facts}
        if formula in known or formula in self.open or self.pool.is_false(formula):
            return False
        if before is not None and before[0] >= depth and before[1] >= state[1]:
            return False
        self.tries += 1
        self.open.add(formula)
        found = self._proof(formula, depth)
        self.open.discard(formula)
        if found is None or found.method in ("simplification", "direct"):
            self.failed[formula] = state
            return False  # what follows from the facts at hand adds nothing
        self.pool.add(formula, found)
        return True

    def _proof(self, formula: Term, depth: int) -> Success | None:
        search = self.pool.inner(formula, min(LEMMA_BUDGETS[depth], self.limit - self.pool.search.meter.spent))
        found = search.quick(closed_sequent(formula), 1)
        self.pool.charge(search)
        if found is None and depth > 0 and not self._spent():
            found = self._prove(search, closed_sequent(formula), depth)
            self.pool.charge(search)
        return found
