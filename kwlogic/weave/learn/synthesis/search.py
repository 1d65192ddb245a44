"""One search: a goal vector over a sample of examples, a bank that grows cost by cost, and after each cost the ways to
put the goal together (one term, pieces of a text, a sum, conditionals). The cheapest function found wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from kwlogic.core.program import Program
from kwlogic.core.terms import mk_bool, mk_var
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, list_of
from kwlogic.core.value_show import value_to_term
from kwlogic.weave.learn.synthesis.bank import Bank, longest_of
from kwlogic.weave.learn.synthesis.concat import Pieces, Test, split_into_pieces
from kwlogic.weave.learn.synthesis.constants import (
    edits,
    endings,
    fresh_words,
    literal_cost,
    mark_cost,
    mined,
    output_separators,
    small_numbers,
)
from kwlogic.weave.learn.synthesis.data import Port
from kwlogic.weave.learn.synthesis.decide import Decision, predicates
from kwlogic.weave.learn.synthesis.lifting import ITEMS, Lift, lifted
from kwlogic.weave.learn.synthesis.meter import Exhausted, Meter
from kwlogic.weave.learn.synthesis.native import Native, is_plain, of_native
from kwlogic.weave.learn.synthesis.node import Node, apply, leaf
from kwlogic.weave.learn.synthesis.numbers import line, mixed, number, number_cost, numeric, sum_of_two, thresholds
from kwlogic.weave.learn.synthesis.operations import CONCAT, NOT, STRINGS, operations
from kwlogic.weave.learn.synthesis.places import add_edits, add_parts, shifted

_INNER = 40_000
_WANTED = (BOOL, INT, REAL, STRING)
_LATE = 7  # the cost at which lists made from texts have their items looked into
_PARTS, _FEW = 6_000, 300
_FILTERED = frozenset(("digits", "letters", "str.strip", "without_digits"))
_PATIENCE = 150_000
_INFINITE = 10**6
_COPIED = 8  # what a number costs that is the output of a single example
_TESTS = 32
_FIRST, _CHEAPER = 1_500_000, 300_000  # work for conditionals at one cost: for any function, for a cheaper one
_ROOM = 8  # what a function with conditionals may cost, for each cost that was enumerated


@dataclass(frozen=True, slots=True)
class Problem:
    """A goal over a sample, in native values; ``constants`` are those the caller gave."""

    inputs: tuple[Port, ...]
    rows: tuple[tuple[Native, ...], ...]
    type: Type
    goal: tuple[Native, ...]
    program: Program
    constants: tuple[tuple[Type, Native], ...] = ()
    branches: int = 4


Accept = Callable[[Node], bool]
"""Whether a function fits what the sample does not show."""


class Search:
    def __init__(self, problem: Problem, meter: Meter, depth: int = 0) -> None:
        self.problem, self.meter, self.depth = problem, meter, depth
        self.inputs: list[Node] = []
        self.count = len(problem.rows)
        self.full = (1 << self.count) - 1
        self.types = types_in_play(problem)
        longest = longest_of([*problem.goal, *(v for r in problem.rows for v in r)])
        self.bank = Bank(operations(self.types, problem.program, fresh("w", problem.inputs)), self.count, longest, meter)
        self.pieces = Pieces(self.bank, [v for t, v in problem.constants if t is STRING])
        self.marks: list[Node] = []
        self.numbers: list[Node] = []
        self.edits: list[tuple[Node, Node]] = []
        self.best: Node | None = None
        self.decided = 0
        self.lifted: list[Node] = []
        self._seed()

    # ------------------------------------------------------------ leaves of the bank

    def _seed(self) -> None:
        problem = self.problem
        for index, port in enumerate(problem.inputs):
            vec = tuple(r[index] for r in problem.rows)
            node = leaf(port.name, port.type, lambda env, n=port.name: env[n], mk_var(port.name, port.type), 1, vec)  # type: ignore[misc]
            roles = {STRING: ("mark", "edge", "new"), INT: ("small", "divisor"), REAL: ("real divisor",)}.get(port.type, ())
            self.bank.add(node, *roles)
            self.inputs.append(node)
            if port.type is STRING:
                self.marks.append(node)
            if port.type is INT:
                self.numbers.append(node)
                for by in (-1, 1):
                    self.bank.add(shifted(node, by, 1), "small")
        if STRING in self.types:
            self._seed_texts()
        self._seed_numbers()
        self._seed_values()

    def constant(self, type: Type, value: Native, cost: int) -> Node:
        term = value_to_term(of_native(value, type, self.problem.program), type, self.problem.program)
        return leaf(repr(value), type, lambda _: value, term, cost, (value,) * self.count)

    def _seed_texts(self) -> None:
        problem = self.problem
        given = [v for t, v in problem.constants if t is STRING and v]
        texts = [[v for p, v in zip(problem.inputs, r) if p.type is STRING] for r in problem.rows]
        outputs = [str(g) for g in problem.goal] if problem.type is STRING else []
        found = {**dict.fromkeys(given, 1), **{t: c for t, c in reversed(mined(texts, outputs)) if t not in given}}
        inputs = list(self.marks)
        self.bank.constant(self.constant(STRING, "", 1), "new", "glue")
        for text, cost in sorted(found.items(), key=lambda f: f[1]):
            node = self.constant(STRING, text, cost)
            self.bank.constant(node, "mark", "edge", "glue")
            self.bank.constant(self.constant(STRING, text, cost if text in given else literal_cost(text)), "new")
            self.marks.append(node)
            if not text[0].isalnum() and len(text) <= 2:
                for port in inputs:
                    self.bank.add(apply(CONCAT, node, port), "mark", "edge")
        for text in endings(texts):
            self.bank.constant(self.constant(STRING, text, 1), "edge")
        for text in fresh_words(texts, outputs):
            if text not in found:
                self.bank.constant(self.constant(STRING, text, literal_cost(text)), "new")
        for text in output_separators(texts, outputs):
            if text not in found:
                self.bank.constant(self.constant(STRING, text, 1), "new", "glue")
        self.edits = [
            (self.constant(STRING, old, mark_cost(old) + more), self.constant(STRING, new, literal_cost(new)))
            for old, new, more in edits(texts, outputs)
        ]

    def _seed_numbers(self) -> None:
        for value, cost in small_numbers():
            node = number(INT, value, self.count, cost)
            self.bank.add(node, "small", *(("divisor",) if value > 1 else ()))
        for type, value in self.problem.constants:
            if type in (INT, REAL):
                self.bank.add(number(type, value, self.count, 2), *_roles(type, value))
        for value in (10, 60, 100):
            self.bank.constant(number(INT, value, self.count, 2), "divisor")
        if REAL in self.types:
            for value, cost in ((0, 1), (1, 1), (2, 2), (100, 2), (10, 2)):
                self.bank.add(number(REAL, Fraction(value), self.count, cost), *(("real divisor",) if value > 1 else ()))
        if self.problem.goal:
            for type, column in numeric([p.type for p in self.problem.inputs], self.problem.rows):
                for value in thresholds(column, self.problem.goal):
                    self.bank.add(number(type, value, self.count, min(3, number_cost(value))))
        for truth in (True, False):
            self.bank.add(leaf(str(truth), BOOL, lambda _, t=truth: t, mk_bool(truth), 1, (truth,) * self.count))  # type: ignore[misc]

    def _seed_values(self) -> None:
        """Outputs that are cases of a data type are constants of the language, not copies."""
        problem = self.problem
        if problem.type not in (STRING, INT, REAL, BOOL) and is_plain(problem.type, problem.program):
            for value in dict.fromkeys(problem.goal):
                if isinstance(value, tuple) and problem.type.head != "List" and len(value) == 1:
                    self.bank.add(self.constant(problem.type, value, 1))

    # ------------------------------------------------------------ the search

    def run(self, accept: Accept = lambda _: True) -> Node:
        """The cheapest function found before the budget or patience ends; at once one that is not accepted. Raises Exhausted where
        there is none."""
        until = _INFINITE * 1000
        try:
            while True:
                self.bank.grow()
                if self.bank.level == 4:
                    self._enrich()
                if self.bank.level == _LATE:
                    self._add_lifted(True)
                if self.bank.level >= 3 and self._look():
                    until = min(until, self.meter.spent + max(min(_PATIENCE, self.meter.limit // 4), self.meter.spent))
                if self.best is None:
                    continue
                if self.best.cost <= self.bank.level + 1 or self.meter.spent > until or not accept(self.best):
                    return self.best
        except Exhausted:
            if self.best is None:
                raise
            return self.best

    def whole(self, level: int) -> Node | None:
        """One term of little cost, without conditionals."""
        while self.bank.level < level:
            self.bank.grow()
            if self.bank.level == 4:
                self._enrich()
            found = self.bank.find(self.problem.type, self.problem.goal)
            if found is not None:
                return found
        return None

    def lists(self) -> list[Node]:
        """The lists of the bank, the cheapest first; not those without items."""
        found = [n for t, known in self.bank.seen.items() if t.head == "List" for v, n in known.items() if any(v)]
        return sorted(found, key=lambda n: n.cost)

    def outer(self, xs: Node) -> list[Node]:
        """The inputs that a function over the items of a list may use: those that the list was not made of, and no lists."""
        return [n for n in self.inputs if n.type.head != "List" and n is not xs]

    def _look(self) -> bool:
        """Whether there is a function by now; ``best`` is the cheapest."""
        bound = self.best.cost if self.best else _INFINITE
        found = self.leaf(self.full, bound)
        if self.problem.branches and self.count > 1 and self.bank.level >= 4 and self.decided < 2:
            if self.problem.type is STRING:
                found = self._either(found.cost if found else self.best.cost if self.best else _INFINITE) or found
                bound = min(bound, found.cost) if found else bound
            decision = Decision(self.bank, self.leaf, self.full, _CHEAPER if found else _FIRST)
            bound = min(found.cost if found else bound, _ROOM * (self.bank.level + 1))
            for depth in range(1, self.problem.branches + 1):
                node = decision.best(self.full, depth, bound)
                if node is not None:
                    found, bound = node, node.cost
                    break
        self.decided += found is not None
        if found is not None:
            self.best = found
        return self.best is not None

    def leaf(self, mask: int, bound: int) -> Node | None:
        """The cheapest single term for the examples of a mask."""
        type, goal = self.problem.type, self.problem.goal
        rows = tuple(i for i in range(self.count) if mask >> i & 1)
        found = self._direct(mask, rows, bound)
        bound = found.cost if found else bound
        if type is STRING:
            return split_into_pieces(self.bank, self.pieces, goal, rows, bound) or found
        if type in (INT, REAL):
            return self._number(mask, rows, bound) or found
        if type is BOOL and mask == self.full:
            node = self.bank.find(BOOL, tuple(not g for g in goal))
            return apply(NOT, node) if node is not None and node.cost + 1 < bound else found
        return found

    def _either(self, bound: int) -> Node | None:
        """Pieces of a text of which some are one constant or another."""
        chosen: list[Test] = []
        for mask, node in predicates(self.bank, self.full):
            if len(chosen) < _TESTS and not any(m == self.full & ~mask for m, _ in chosen):
                chosen.append((mask, node))
        rows = tuple(range(self.count))
        bound = min(bound, 2 * _ROOM * (self.bank.level + 1))
        return split_into_pieces(self.bank, self.pieces, self.problem.goal, rows, bound, chosen) if chosen else None

    def _number(self, mask: int, rows: tuple[int, ...], bound: int) -> Node | None:
        type, goal = self.problem.type, self.problem.goal
        found = sum_of_two(self.bank, type, goal, bound) if mask == self.full else None
        bound = found.cost if found else bound
        if found is None and mask == self.full:
            found = mixed(self.bank, type, goal, bound)
            bound = found.cost if found else bound
        found = line(self.bank, type, goal, rows, bound) or found
        if found is None and len({goal[r] for r in rows}) == 1:
            value = goal[rows[0]]
            node = number(type, value, self.count, 1 + number_cost(value) + (_COPIED if len(rows) == 1 else 0))
            return node if node.cost < bound else None
        return found

    def _direct(self, mask: int, rows: tuple[int, ...], bound: int) -> Node | None:
        type, goal = self.problem.type, self.problem.goal
        if mask == self.full:
            node = self.bank.find(type, goal)
            return node if node is not None and node.cost < bound else None
        if type is STRING:
            return None  # pieces find it
        wanted = tuple(goal[r] for r in rows)
        self.meter.charge(len(self.bank.of(type)) // 8)
        best: Node | None = None
        for node in self.bank.of(type):
            if node.cost < bound and tuple([node.vec[r] for r in rows]) == wanted:
                best, bound = node, node.cost
        return best

    def _enrich(self) -> None:
        """What is not enumerated by cost: substrings between places, exchanges, functions over items."""
        self._add_lifted(False)
        self._add_substrings()

    def _add_lifted(self, late: bool) -> None:
        for xs in self.lists() if self.depth == 0 else ():
            if xs.cost > (2 if late else 1) or xs in self.lifted or sum(map(len, xs.vec)) > ITEMS:
                continue
            self.lifted.append(xs)
            lift = Lift(xs, fresh("v", self.problem.inputs), self.outer(xs))
            ports = (Port(lift.name, xs.type.args[0]), *(Port(o.op.name, o.type) for o in lift.outer))
            inner = Search(replace(self.problem, inputs=ports, rows=tuple(lift.rows()), type=BOOL, goal=()), self.meter, 1)
            until = self.meter.spent + _INNER
            while inner.bank.level < 7 and (inner.bank.level < 4 or self.meter.spent < until):
                inner.bank.grow()
            for node in lifted(lift, [b for t in (BOOL, INT, REAL, STRING) for b in inner.bank.of(t)]):
                self.meter.charge(1)
                if self.bank.add(node):
                    self._consume(node)

    def _consume(self, node: Node) -> None:
        """What takes a list alone, at once: its cost as an argument would come up late."""
        for op in self.bank.operations:
            if op.params == (node.type,) and op.result in _WANTED:
                self.bank.add(apply(op, node))
            elif op.params == ("glue", node.type):
                for glue in list(self.bank.upto("glue", 2)):
                    self.bank.add(apply(op, glue, node))

    def _add_substrings(self) -> None:
        if STRING not in self.types:
            return
        inputs = [n for n in self.bank.upto(STRING, 1) if not n.args]
        for node in inputs:
            add_parts(self.bank, node, self.marks, self.numbers, 2 * _PARTS // max(2, len(inputs)))
        if self.problem.type is STRING:
            add_edits(self.bank, inputs, self.edits, self.problem.goal)
        for node in [n for n in self.bank.upto(STRING, 2) if n.op.name in _FILTERED]:
            add_parts(self.bank, node, (), (), _FEW)


def _roles(type: Type, value: Native) -> tuple[str, ...]:
    if type is INT:
        return ("small", "divisor") if value else ("small",)
    return ("real divisor",) if value else ()


def types_in_play(problem: Problem) -> set[Type]:
    """The types whose terms may help: those of the ports, what is inside them, and lists of what has lists."""
    found: set[Type] = set()
    waiting: list[Type] = [INT, BOOL, problem.type, *(p.type for p in problem.inputs)]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += [*here.args, *([STRINGS] if here is STRING else [])]
            data = problem.program.datas.get(here.head)
            if data is not None and is_plain(here, problem.program) and not here.args:
                waiting += [f.type for c in data.ctors for f in c.fields]
    found |= {list_of(t.args[0]) for t in found if t.head == "Set" and t.args[0] in (STRING, INT)}
    if any(t.head == "List" and t is not STRINGS for t in found):
        found |= {list_of(t) for t in (INT, REAL) if t in found}
    return found


def fresh(name: str, ports: Iterable[Port]) -> str:
    """A name that no port has."""
    taken = {p.name for p in ports}
    while name in taken:
        name += "'"
    return name
