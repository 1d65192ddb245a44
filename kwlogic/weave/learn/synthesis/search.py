"""One search: a goal vector over a sample of examples, a bank that grows cost by cost, and after each cost the ways to
put the goal together (one term, pieces of a text, a sum, conditionals). The cheapest function found wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from kwlogic.core.program import Program
from kwlogic.core.terms import mk_bool, mk_int, mk_real, mk_var
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.core.value_show import value_to_term
from kwlogic.weave.learn.synthesis.bank import Bank, longest_of
from kwlogic.weave.learn.synthesis.concat import Pieces, split_into_pieces
from kwlogic.weave.learn.synthesis.constants import edits, literal_cost, mark_cost, mined, output_separators, small_numbers
from kwlogic.weave.learn.synthesis.data import Port
from kwlogic.weave.learn.synthesis.decide import Decision
from kwlogic.weave.learn.synthesis.lifting import ITEMS, Lift, lifted
from kwlogic.weave.learn.synthesis.meter import Exhausted, Meter
from kwlogic.weave.learn.synthesis.native import Native, is_plain, of_native
from kwlogic.weave.learn.synthesis.node import Node, apply, leaf
from kwlogic.weave.learn.synthesis.operations import CONCAT, operations
from kwlogic.weave.learn.synthesis.places import add_edits, add_parts, shifted

_PARTS, _FEW = 6_000, 300
_FILTERED = frozenset(("digits", "letters", "str.strip", "without_digits"))
_PATIENCE = 150_000
_INFINITE = 10**6
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


class Search:
    def __init__(self, problem: Problem, meter: Meter, depth: int = 0) -> None:
        self.problem, self.meter, self.depth = problem, meter, depth
        self.inputs: list[Node] = []
        self.count = len(problem.rows)
        self.full = (1 << self.count) - 1
        self.types = types_in_play(problem)
        longest = longest_of([*problem.goal, *(v for r in problem.rows for v in r)])
        self.bank = Bank(operations(self.types, problem.program), self.count, longest, meter)
        self.pieces = Pieces(self.bank, [v for t, v in problem.constants if t is STRING])
        self.marks: list[Node] = []
        self.numbers: list[Node] = []
        self.edits: list[tuple[Node, Node]] = []
        self.best: Node | None = None
        self.decided = 0
        self._seed()

    # ------------------------------------------------------------ leaves of the bank

    def _seed(self) -> None:
        problem = self.problem
        for index, port in enumerate(problem.inputs):
            vec = tuple(r[index] for r in problem.rows)
            node = leaf(port.name, port.type, lambda env, n=port.name: env[n], mk_var(port.name, port.type), 1, vec)  # type: ignore[misc]
            roles = {STRING: ("mark", "new"), INT: ("small", "divisor"), REAL: ("real divisor",)}.get(port.type, ())
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
        self.bank.constant(self.constant(STRING, "", 1), "new")
        for text, cost in sorted(found.items(), key=lambda f: f[1]):
            node = self.constant(STRING, text, cost)
            self.bank.constant(node, "mark")
            self.bank.constant(self.constant(STRING, text, cost if text in given else literal_cost(text)), "new")
            self.marks.append(node)
            if not text[0].isalnum() and len(text) <= 2:
                for port in inputs:
                    self.bank.add(apply(CONCAT, node, port), "mark")
        for text in output_separators(texts, outputs):
            if text not in found:
                self.bank.constant(self.constant(STRING, text, 1), "new")
        self.edits = [(self.constant(STRING, a, mark_cost(a)), self.constant(STRING, b, literal_cost(b))) for a, b in edits(texts, outputs)]

    def _seed_numbers(self) -> None:
        for value, cost in small_numbers():
            node = leaf(str(value), INT, lambda _, v=value: v, mk_int(value), cost, (value,) * self.count)  # type: ignore[misc]
            self.bank.add(node, "small", *(("divisor",) if value > 1 else ()))
        for type, value in self.problem.constants:
            if type is not STRING:
                roles = {INT: ("small", "divisor"), REAL: ("real divisor",)}.get(type, ())
                self.bank.add(self.constant(type, value, 2), *(r for r in roles if value or "divisor" not in r))
        for value in (10, 60, 100):
            self.bank.add(self.constant(INT, value, 3), "divisor")
        if REAL in self.types:
            from fractions import Fraction

            for number, cost in ((0, 1), (1, 1), (2, 2), (100, 2), (10, 3)):
                real = Fraction(number)
                node = leaf(str(number), REAL, lambda _, v=real: v, mk_real(real), cost, (real,) * self.count)  # type: ignore[misc]
                self.bank.add(node, *(("real divisor",) if number > 1 else ()))
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

    def run(self) -> Node | None:
        """The cheapest function found before the budget or patience ends. Raises Exhausted where there is none."""
        until = _INFINITE * 1000
        try:
            while True:
                self.bank.grow()
                if self.bank.level == 4:
                    self._enrich()
                if self.bank.level >= 3 and self._look():
                    until = min(until, self.meter.spent + max(_PATIENCE, self.meter.spent))
                if self.best is not None and (self.best.cost <= self.bank.level + 1 or self.meter.spent > until):
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
        if found is None and self.best is None and self.bank.level < 5:
            return False
        if self.problem.branches and self.count > 1 and self.bank.level >= 4 and self.decided < 2:
            decision = Decision(self.bank, self.leaf, self.full)
            bound = min(found.cost if found else bound, _ROOM * self.bank.level)
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
        if type is INT and mask == self.full:
            return self._sum(bound) or found
        if len(rows) >= 1 and type in (INT, REAL) and found is None and len({goal[r] for r in rows}) == 1:
            node = self.constant(type, goal[rows[0]], 4)
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

    def _sum(self, bound: int) -> Node | None:
        """A sum of two terms of the bank."""
        from kwlogic.weave.learn.synthesis.operations import NUMBER_SUM

        goal, known = self.problem.goal, self.bank.seen.get(INT, {})
        best: Node | None = None
        self.meter.charge(len(known))
        for vec, node in known.items():
            if node.cost + 2 >= bound:
                continue
            rest = known.get(tuple([g - v for g, v in zip(goal, vec)]))
            if rest is not None and node.cost + rest.cost + 1 < bound:
                best = apply(NUMBER_SUM, node, rest)
                bound = best.cost
        return best

    def _enrich(self) -> None:
        """What is not enumerated by cost: substrings between places, exchanges, functions over items."""
        self._add_lifted()
        self._add_substrings()

    def _add_lifted(self) -> None:
        for xs in self.lists() if self.depth == 0 else ():
            if xs.cost > 2 or sum(map(len, xs.vec)) > ITEMS:
                continue
            lift = Lift(xs, fresh("v", self.problem.inputs), self.outer(xs))
            ports = (Port(lift.name, xs.type.args[0]), *(Port(o.op.name, o.type) for o in lift.outer))
            inner = Search(replace(self.problem, inputs=ports, rows=tuple(lift.rows()), type=BOOL, goal=()), self.meter, 1)
            for _ in range(4):
                inner.bank.grow()
            for node in lifted(lift, [b for t in (BOOL, INT, REAL, STRING) for b in inner.bank.of(t)]):
                self.meter.charge(1)
                self.bank.add(node)

    def _add_substrings(self) -> None:
        if STRING not in self.types:
            return
        inputs = [n for n in self.bank.upto(STRING, 1) if not n.args]
        for node in inputs:
            add_parts(self.bank, node, self.marks, self.numbers, _PARTS)
        add_edits(self.bank, inputs, self.edits, 4, 400)
        for node in [n for n in self.bank.upto(STRING, 2) if n.op.name in _FILTERED]:
            add_parts(self.bank, node, (), (), _FEW)


def types_in_play(problem: Problem) -> set[Type]:
    """The types whose terms may help: those of the ports and what is inside them."""
    found: set[Type] = {INT, BOOL}
    waiting: list[Any] = [problem.type, *(p.type for p in problem.inputs)]
    while waiting:
        here = waiting.pop()
        if here in found and here not in (STRING,):
            continue
        found.add(here)
        if here is STRING:
            from kwlogic.weave.learn.synthesis.operations import STRINGS

            found.add(STRINGS)
            continue
        waiting += here.args
        data = problem.program.datas.get(here.head)
        if data is not None and is_plain(here, problem.program) and not here.args:
            waiting += [f.type for c in data.ctors for f in c.fields]
    return found


def fresh(name: str, ports: Iterable[Port]) -> str:
    """A name that no port has."""
    taken = {p.name for p in ports}
    while name in taken:
        name += "'"
    return name
