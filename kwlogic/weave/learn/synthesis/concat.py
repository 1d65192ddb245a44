"""Concatenation splitting: an output is a path of pieces, each a term of the bank or a constant; the cheapest path wins.

A state is a place in each output; a piece leads on where every output goes on with its value there. Terms are found by
their value on the example with the longest output, so that only those that fit there are looked at.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kwlogic.core.terms import mk_str
from kwlogic.core.types import STRING
from kwlogic.weave.learn.synthesis.bank import Bank
from kwlogic.weave.learn.synthesis.constants import literal_cost, shared_start
from kwlogic.weave.learn.synthesis.node import Node, leaf
from kwlogic.weave.learn.synthesis.operations import CONCAT, choice

_STATES, _FEWER, _AFTER = 600, 250, 120
_GUESS = 0.8  # what is left to cover costs, for each character
_LONGEST = 48
_OWN = 5  # what a constant costs more that a single output has
_WORD = re.compile(r"[A-Za-z0-9]+|[^A-Za-z0-9]+")
_EITHER = choice(STRING)
_Places = tuple[int, ...]
_Tree = dict[Any, Any]  # by value on the next row; at the last one, the node under None


class Pieces:
    """The bank's texts by their value on one example; grows with the bank."""

    def __init__(self, bank: Bank, given: Iterable[str] = ()) -> None:
        self._bank = bank
        self.given = frozenset(given)
        self._tables: dict[int, tuple[dict[str, list[Node]], int]] = {}

    def table(self, example: int) -> dict[str, list[Node]]:
        table, done = self._tables.get(example, ({}, 0))
        nodes = self._bank.of(STRING)
        for node in nodes[done:]:
            table.setdefault(node.vec[example], []).append(node)
        self._tables[example] = table, len(nodes)
        return table


def literal(text: str, count: int, cost: int | None = None) -> Node:
    """A constant text."""
    return leaf(repr(text), STRING, lambda _: text, mk_str(text), literal_cost(text) if cost is None else cost, (text,) * count)


Test = tuple[int, Node]
"""A predicate and the mask of the examples on which it holds."""


def split_into_pieces(
    bank: Bank, pieces: Pieces, goal: tuple[str, ...], rows: tuple[int, ...], bound: int, tests: Sequence[Test] = ()
) -> Node | None:
    """The cheapest concatenation that yields the goal on these rows and costs less than the bound. With tests, a piece may be
    one constant or another."""
    search = _Path(bank, pieces, goal, rows, bound)
    search.tests = [(node, [i for i, r in enumerate(search.rows) if mask >> r & 1], _not(mask, search.rows)) for mask, node in tests]
    found = search.run()
    if not found:
        return None
    node = found[-1]
    for here in reversed(found[:-1]):
        vec = tuple(map(CONCAT.run, here.vec, node.vec))
        node = Node(CONCAT, (here, node), here.cost + node.cost + 1, vec)
    return node


class _Path:
    def __init__(self, bank: Bank, pieces: Pieces, goal: tuple[str, ...], rows: tuple[int, ...], bound: int) -> None:
        self.bank, self.bound = bank, bound
        self.rows = tuple(sorted(rows, key=lambda r: (-len(goal[r]), r)))
        self.goals = tuple(goal[r] for r in self.rows)
        self.table = pieces.table(self.rows[0])
        self.given = pieces.given
        self._fitting: dict[str, _Tree] = {}
        self.tests: list[tuple[Node, list[int], list[int]]] = []

    def run(self) -> list[Node]:
        """Cheapest first, with a guess at what the rest will cost; a little further once there is a way."""
        start, end = (0,) * len(self.rows), tuple(map(len, self.goals))
        if start == end:
            return [literal("", self.bank.count)]
        best: dict[_Places, int] = {start: 0}
        came: dict[_Places, tuple[_Places, Node]] = {}
        heap: list[tuple[float, int, _Places]] = [(0.0, 0, start)]
        left = _STATES if len(self.rows) == self.bank.count else _FEWER
        while heap and left:
            _, cost, here = heapq.heappop(heap)
            if cost > best[here] or cost >= self.bound:
                continue
            left -= 1
            for more, there, node in self._steps(here):
                total = cost + more + (1 if here != start else 0)
                if total + (0 if there == end else 2) < min(self.bound, best.get(there, self.bound)):
                    best[there] = total
                    came[there] = here, node
                    if there == end:
                        self.bound, left = total, min(left, _AFTER)
                    else:
                        heapq.heappush(heap, (total + _GUESS * (len(self.goals[0]) - there[0]), total, there))
        return _trace(came, end)

    def _steps(self, here: _Places) -> list[tuple[int, _Places, Node]]:
        found: list[tuple[int, _Places, Node]] = []
        text, at = self.goals[0], here[0]
        looked = 1 + len(text) - at
        for stop in range(at, len(text) + 1):
            front: list[tuple[_Places, _Tree]] = [((stop,), self._fit(text[at:stop]))]
            for goal, place in zip(self.goals[1:], here[1:]):
                looked += sum(len(t) for _, t in front)
                front = [((*p, place + len(v)), t) for p, tree in front for v, t in tree.items() if goal.startswith(v, place)]
                if not front:
                    break
            found += [(tree[None].cost, places, tree[None]) for places, tree in front if places != here and None in tree]
        self.bank.meter.charge(looked >> 1)
        found += self._constants(here)
        for test, yes, no in self.tests:
            found += self._either(here, test, yes, no)
        return found

    def _either(self, here: _Places, test: Node, yes: list[int], no: list[int]) -> Iterator[tuple[int, _Places, Node]]:
        """One constant where the test holds, another where it does not."""
        self.bank.meter.charge(1)
        for one in self._options(here, yes):
            for other in self._options(here, no):
                if one != other:
                    then, otherwise = self._own(one, yes), self._own(other, no)
                    vec = tuple(one if t else other for t in test.vec)
                    node = Node(_EITHER, (test, then, otherwise), 2 + test.cost + then.cost + otherwise.cost, vec)
                    there = list(here)
                    for rows, text in ((yes, one), (no, other)):
                        for row in rows:
                            there[row] += len(text)
                    yield node.cost, tuple(there), node

    def _options(self, here: _Places, rows: list[int]) -> list[str]:
        """Nothing, the next word or separator, and all that these outputs go on with together."""
        shared = shared_start([self.goals[r][here[r] :] for r in rows])
        word = _WORD.match(shared)
        return list(dict.fromkeys(["", word[0] if word else "", shared[:_LONGEST]]))

    def _own(self, text: str, rows: list[int]) -> Node:
        node = literal(text, self.bank.count)
        if len(rows) == 1 and any(map(str.isalnum, text)):
            node.cost += _OWN
        return node

    def _constants(self, here: _Places) -> list[tuple[int, _Places, Node]]:
        """Constants with which all outputs go on; the whole of a single output is dear."""
        shared = shared_start([g[i:] for g, i in zip(self.goals, here)])
        found: list[tuple[int, _Places, Node]] = []
        for n in (*range(1, min(len(shared), _LONGEST) + 1), *([len(shared)] if len(shared) > _LONGEST else [])):
            constant = literal(shared[:n], self.bank.count, 2 if shared[:n] in self.given else None)
            if len(self.goals) == 1 and any(map(str.isalnum, shared[:n])):
                constant.cost += _OWN  # it is this example's own
            found.append((constant.cost, tuple([i + n for i in here]), constant))
        return found

    def _fit(self, value: str) -> _Tree:
        """The cheapest terms with the value on the first row, as a tree by their values on the other rows."""
        root = self._fitting.get(value)
        if root is None:
            root = self._fitting[value] = {}
            goals = self.goals[1:]
            for node in self.table.get(value, ()):
                vec = [node.vec[r] for r in self.rows[1:]]
                if node.cost < self.bound and all(map(_within, vec, goals)):
                    tree = root
                    for part in vec:
                        tree = tree.setdefault(part, {})
                    old = tree.get(None)
                    if old is None or node.cost < old.cost:
                        tree[None] = node
        return root


def _not(mask: int, rows: Sequence[int]) -> list[int]:
    return [i for i, r in enumerate(rows) if not mask >> r & 1]


def _within(value: str, goal: str) -> bool:
    return value in goal


def _trace(came: dict[_Places, tuple[_Places, Node]], end: _Places) -> list[Node]:
    found: list[Node] = []
    here = end
    while here in came:
        here, node = came[here]
        found.append(node)
    return found[::-1]
