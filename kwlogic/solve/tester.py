"""Conjectures held against values: most that are false are found out before anybody tries to prove them.

The values of a variable depend on its type and on which of its type it is, and are made once for all conjectures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.core.value import Value
from kwlogic.solve.falsify import diagonal_indices, pool_of, seed_of
from kwlogic.solve.played import concrete
from kwlogic.solve.replay import Env, Replayer
from kwlogic.solve.samples import Samples
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Sequent

SMALL = 60
RANDOM = 40
STEPS = 1_000
WORK = 8_000
"""Steps of the evaluator for each test, and for all tests of one conjecture."""


@dataclass(slots=True)
class Tester:
    """Tests for one program. ``work``: steps that all of it took so far."""

    program: Program
    work: int = 0
    _replayer: Replayer | None = None
    _samples: Samples | None = None
    _columns: dict[tuple[Type, int], tuple[Value, ...]] = field(default_factory=dict)
    _false: dict[Term, bool] = field(default_factory=dict)

    def is_false(self, formula: Term, sequent: Sequent) -> bool:
        """Whether small or random values break it; ``sequent`` asks for the formula at all values of its variables."""
        if formula not in self._false:
            self._false[formula] = self._breaks(concrete(sequent))
        return self._false[formula]

    def _breaks(self, played: Sequent) -> bool:
        if self._replayer is None:
            self._replayer = Replayer(self.program, STEPS)
        left = WORK
        for env in self._candidates(self._replayer, played.vars):
            told = self._replayer.holds(played.goal, env)
            left -= self._replayer.steps_taken
            self.work += self._replayer.steps_taken
            if told is False:
                return True
            if left <= 0:
                return False
        return False

    def _candidates(self, replayer: Replayer, vars: tuple[Term, ...]) -> Iterator[Env]:
        if self._samples is None:
            self._samples = Samples(self.program)
        pools = [pool_of(replayer, self._samples, v.type) for v in vars]
        if any(not p for p in pools):
            return
        names = [str(v.data) for v in vars]
        for indices in diagonal_indices([len(p) for p in pools], SMALL):
            yield {n: p[i] for n, p, i in zip(names, pools, indices, strict=True)}
        slots: dict[Type, int] = {}
        columns = []
        for var, pool in zip(vars, pools, strict=True):
            slot = slots[var.type] = slots.get(var.type, -1) + 1
            columns.append(self._column(self._samples, var.type, slot, pool))
        for row in zip(*columns, strict=True) if columns else ():
            yield dict(zip(names, row, strict=True))

    def _column(self, samples: Samples, type: Type, slot: int, pool: tuple[Value, ...]) -> tuple[Value, ...]:
        """Random values, and small ones where the type has none of the size wanted."""
        key = (type, slot)
        if key not in self._columns:
            samples.random_source.seed(seed_of(f"{type} {slot}"))
            made = [None if type.head == "Fun" else samples.random(type, 1 + n * 5 // RANDOM) for n in range(RANDOM)]
            self._columns[key] = tuple(samples.random_source.choice(pool) if m is None else m for m in made)
        return self._columns[key]
