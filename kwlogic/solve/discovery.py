"""Lemmas found on the way: conjectures of ``solve.explore``, proved, and then used like any fact.

What is found is remembered for the set of functions it is about, so that the next goal over them starts with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from kwlogic.core.terms import Term
from kwlogic.solve.backend import Meter
from kwlogic.solve.explore import Conjecture, Explorer
from kwlogic.solve.falsify import candidates, seed_of
from kwlogic.solve.played import concrete
from kwlogic.solve.replay import Replayer
from kwlogic.solve.samples import Samples
from kwlogic.solve.search import Search, Success
from kwlogic.vc.data import Sequent
from kwlogic.vc.theory import Fact, Theory, called

FIRST_BUDGET = 30_000
LATER_BUDGET = 200_000
RETRIES = 2
MOST_LEMMAS = 40
MOST_TRIES = 600
SMALL = 60
RANDOM = 40
SHARE = 0.6
"""The part of what is left of the budget that lemmas may take."""


@dataclass(slots=True)
class Lemmas:
    """Proved conjectures by the functions that they are about; kept for a session."""

    by_symbols: dict[frozenset[str], list[Fact]] = field(default_factory=dict)

    def about(self, symbols: frozenset[str]) -> list[Fact]:
        return [f for names, facts in self.by_symbols.items() if names <= symbols for f in facts]

    def add(self, fact: Fact) -> None:
        self.by_symbols.setdefault(fact.symbols, []).append(fact)


class Discovery:
    """Searches for lemmas until a goal is proved or the share of the budget is spent."""

    def __init__(self, search: Search, sequent: Sequent, replayer: Replayer) -> None:
        self.search = search
        self.replayer = replayer
        self.samples = Samples(replayer.program)
        self.sequent = sequent
        self.theory: Theory = search.theory
        self.facts: list[Fact] = []
        self.proofs: list[tuple[Fact, Success]] = []
        self.open: list[Conjecture] = []
        self.retried: dict[Conjecture, int] = {}
        self.limit = search.meter.spent + int(SHARE * (search.budget - search.meter.spent))

    def prove(self) -> Success | None:
        """A proof with the lemmas that were found for it, its own proofs of them included."""
        found = self._prove()
        return None if found is None else replace(found, lemmas=tuple(self.proofs))

    def _prove(self) -> Success | None:
        """Alternate: prove the conjectures of one size, try the goal with them, try again what failed before."""
        problem = self.search.prepared(self.sequent)
        explorer = Explorer(self.theory, problem.formulas, seed_of(repr(sorted(self.search.roots))))
        for number, conjecture in enumerate(explorer.conjectures()):
            if self.search.meter.spent >= self.limit or number >= MOST_TRIES or len(self.facts) >= MOST_LEMMAS:
                break
            if self._is_false(conjecture):
                continue
            if not self._try(conjecture, FIRST_BUDGET):
                self.open.append(conjecture)
                continue
            found = self._goal() or self._again()
            if found is not None:
                return found
        return self._last_chance()

    def _is_false(self, conjecture: Conjecture) -> bool:
        """Whether small or further random values break it."""
        played = concrete(Sequent(conjecture.vars, (), conjecture.formula))
        tried = candidates(self.replayer, self.samples, played.vars, SMALL, RANDOM)
        return any(self.replayer.holds(played.goal, env) is False for env in tried)

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
        self.search.extra = tuple(self.facts)
        return self.search.quick(self.sequent, 0)

    def _try(self, conjecture: Conjecture, budget: int) -> bool:
        """Prove a conjecture with what was found so far."""
        budget = min(budget, self.limit - self.search.meter.spent)
        if budget <= 0:
            return False
        meter = Meter(keep=self.search.meter.keep, shake=self.search.meter.shake)
        inner = Search(self.theory, self.search.before, (), budget, meter, self.search.wall, self.theory.reach(conjecture.formula))
        inner.extra = tuple(self.facts)
        found = inner.quick(Sequent(conjecture.vars, (), conjecture.formula), int(budget > FIRST_BUDGET))
        self.search.meter.spent += meter.spent
        self.search.meter.solver_seconds += meter.solver_seconds
        self.search.meter.volatile |= meter.volatile
        if found is None:
            return False
        if found.method in ("simplification", "direct"):
            return False  # it follows from what is known, so it adds nothing
        self.facts.append(self._fact(conjecture, found))
        self.proofs.append((self.facts[-1], found))
        return True

    def _fact(self, conjecture: Conjecture, proof: Success) -> Fact:
        reach = self.theory.reach(conjecture.formula)
        tparams = tuple(sorted(type_names(conjecture.vars)))
        name = f"found.{len(self.facts)}"
        return Fact(name, name, tparams, conjecture.vars, conjecture.formula, called(conjecture.formula), reach, False, proof.uses)


def type_names(vars: tuple[Term, ...]) -> set[str]:
    from kwlogic.core.types import type_vars

    return {n for v in vars for n in type_vars(v.type)}
