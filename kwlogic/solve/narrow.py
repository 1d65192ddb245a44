"""Counterexamples by narrowing: inputs are decided a constructor at a time, and only where evaluation asks for one.

What is searched for makes the hypotheses true and the goal false. Where a part of an input settles the question, all that
differs elsewhere is passed over at once; a decision that an answer did not rest on is not revised because of it. Rounds
admit ever deeper values, each for a share of the work, numbers as they come first (none is left out below the largest)
and then from a range. The order is fixed, the work is counted in steps of the lazy evaluator.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from kwlogic.core.program import Program
from kwlogic.core.terms import Term, mk_and, mk_not
from kwlogic.core.types import BOOL, INT
from kwlogic.core.value import Con, Value
from kwlogic.solve.narrow_code import Cell, Machine, Need, Stuck
from kwlogic.solve.replay import Env
from kwlogic.solve.samples import Samples
from kwlogic.solve.sorts import BASE, Unsupported, constructors
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Sequent

ANY = 1_000


@dataclass(frozen=True, slots=True)
class Round:
    """What is admitted: depth of values, constructors with fields in all, and the range of numbers (0: each at most one
    more than the largest before it). A round other than the first of its kind tries constructors in an order of its own."""

    depth: int
    size: int
    span: int
    order: int
    work: int


ROUNDS = (
    *(Round(d, ANY, s, 0, 30_000) for d, s in ((2, 1), (3, 0), (3, 2), (4, 0), (4, 3))),
    Round(5, 5, 0, 0, 60_000),
    *(Round(d, ANY, 0, 0, 20_000) for d in (6, 8, 10, 14, 20, 28, 40)),
    *(Round(28, ANY, 0, n, 250_000) for n in (1, 2, 3)),
    Round(7, 7, 0, 0, 400_000),
    Round(9, 9, 0, 0, 3_500_000),
    *(Round(d, ANY, 0, n, 250_000) for n in (4, 5) for d in (28, 20, 40)),
)
SHARE = 6_000  # steps for one shape, in a round that is limited by size
MOST_FOUND = 40  # candidates that the reference evaluator refuses, before a round is over
LEVELS = 4_000  # of Python calls: what the machine admits, and what is below it


class Choice:
    """A decision: the cell, what is left to try, and the decisions that the failures so far rest on."""

    __slots__ = ("blame", "cell", "left", "since")

    def __init__(self, cell: Cell, left: Iterator[Any], blame: int) -> None:
        self.cell, self.left, self.blame = cell, left, blame
        self.since: int | None = None
        """Of a choice of shape: the steps there were when what is tried now began."""


class Narrowing:
    """Searches for one sequent. Raises ``Unsupported`` where its terms cannot be run on inputs known in part."""

    def __init__(self, program: Program, samples: Samples, sequent: Sequent) -> None:
        self.program, self.samples = program, samples
        self.vars: tuple[Term, ...] = sequent.vars
        if not self.vars or any(v.type.head == "Fun" for v in self.vars):
            raise Unsupported("there is nothing to decide")
        self.machine = Machine(program)
        self.claim = mk_and([*(h.term for h in sequent.hyps), mk_not(sequent.goal)])
        self.code, self.frame = self.machine.compiled(self.claim, tuple(str(v.data) for v in self.vars))
        self.choices: list[Choice] = []
        self.here = ROUNDS[0]
        self.cut = False
        self.numbered = False
        self.order: Random | None = None

    def search(self, work: int, check: Callable[[Env], bool]) -> Env | None:
        """The first environment found that passes ``check``."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, LEVELS))
        try:
            for here in ROUNDS:
                if here.span and not self.numbered:
                    continue
                self.here, self.order = here, Random(here.order) if here.order else None
                before = self.machine.steps
                found = self._round(min(here.work, work), check)
                work -= self.machine.steps - before
                if found is not None or not self.cut or work <= 0:
                    return found
            return None
        finally:
            sys.setrecursionlimit(limit)

    @property
    def work(self) -> int:
        """Steps that all of it took so far."""
        return self.machine.steps

    def charge(self, steps: int) -> None:
        self.machine.steps += steps

    def _round(self, work: int, check: Callable[[Env], bool]) -> Env | None:
        machine, self.cut, self.choices = self.machine, False, []
        for level in list(machine.trail):
            machine.undo(level)
        cells = [Cell(None, None, v.type, 1) for v in self.vars]
        frame = self.frame(list(cells))
        end, refused = machine.steps + work, 0
        while machine.steps < end:
            machine.steps += 2
            machine.start()
            blame = (1 << len(self.choices)) - 1
            try:
                if self.code(frame):
                    env = {str(v.data): self.value(c) for v, c in zip(self.vars, cells, strict=True)}
                    if check(env):
                        return env
                    refused += 1
                    if refused >= MOST_FOUND:
                        break
                else:
                    blame = machine.seen
            except Need as need:
                self._push(need.cells[0])
                blame = 0
            except (Stuck, RecursionError):
                pass
            if not self._next(blame) or (blame and self._tired() and not self._next(self._shape())):
                return None
        self.cut = True
        return None

    def _tired(self) -> bool:
        """Whether the latest shape had its share, in a round that tries many of them."""
        if self.here.size != ANY:
            for choice in reversed(self.choices):
                if choice.since is not None:
                    return self.machine.steps - choice.since > SHARE
        return False

    def _shape(self) -> int:
        """Drop the decisions after the latest shape, as if all of them had been tried, and blame all that are left."""
        self.cut = True
        while self.choices[-1].since is None:
            choice = self.choices.pop()
            level = len(self.choices)
            self.machine.undo(level + 1)
            choice.cell.value = None
            choice.cell.rests &= ~(1 << level)
        return (1 << len(self.choices)) - 1

    def _push(self, cell: Cell) -> None:
        assert cell.type is not None
        blame = 0
        if cell.type is INT and self.here.span == 0:
            for level, choice in enumerate(self.choices):
                blame |= (choice.cell.type is INT) << level
        self.choices.append(Choice(cell, self._values(cell), blame))
        cell.rests |= 1 << (len(self.choices) - 1)

    def _next(self, blame: int) -> bool:
        """On to the next decision, given what the last failure rests on; False where there is none left.

        A level that the failure does not rest on cannot mend it. A decision just pushed is not at fault: it has not begun.
        """
        choices, undo = self.choices, self.machine.undo
        fresh = blame == 0 and bool(choices) and choices[-1].cell.value is None
        while choices:
            level = len(choices)
            choice = choices[-1]
            undo(level)
            if fresh or blame >> (level - 1) & 1:
                fresh = False
                choice.blame |= blame & ~(1 << (level - 1))
                value = next(choice.left, None)
                if value is not None:
                    choice.cell.value = value
                    if choice.since is not None:
                        choice.since = self.machine.steps
                    return True
                blame = choice.blame
            choice.cell.value = None
            choice.cell.rests &= ~(1 << (level - 1))
            choices.pop()
        return False

    # ------------------------------------------------------------ values

    def _values(self, cell: Cell) -> Iterator[Any]:
        type, depth = cell.type, cell.depth
        assert type is not None
        if type is INT:
            yield from self._numbers()
            return
        if type is BOOL:
            yield from (False, True)
            return
        try:
            ctors = constructors(self.program, type)
        except Unsupported:
            yield from self.samples.small(type)
            return
        if self.order is not None:
            ctors = tuple(self.order.sample(ctors, len(ctors)))
        size = sum([c.cell.value.__class__ is Con and c.cell.value.fields != () for c in self.choices])
        choice, above = self.choices[-1], (1 << (len(self.choices) - 1)) - 1
        if any(type in fields for _, fields in ctors):
            choice.since = self.machine.steps
        for ctor, fields in ctors:
            if fields and size >= self.here.size:
                choice.blame |= above
            elif depth >= self.here.depth and not all(f.head in BASE for f in fields):
                choice.blame |= cell.rests & above
            else:
                yield Con(ctor, tuple([Cell(None, None, f, depth + 1, cell.rests) for f in fields]))
                continue
            self.cut = True

    def _numbers(self) -> Iterator[int]:
        self.cut = self.numbered = True
        if self.here.span:
            yield from range(self.here.span + 1)
            yield from range(-1, -self.here.span, -1)
            return
        used = [c.cell.value for c in self.choices if c.cell.type is INT and c.cell.value is not None]
        yield from range(max(used, default=0) + 2)

    def value(self, cell: Cell) -> Value:
        """The value of an input that is decided as far as it matters. As deep as a round admits, and no deeper."""
        if cell.value is None:
            assert cell.type is not None
            return self.samples.small(cell.type)[0]
        if cell.value.__class__ is Con:
            return Con(cell.value.ctor, tuple([self.value(f) if f.__class__ is Cell else f for f in cell.value.fields]))
        found: Value = cell.value
        return found
