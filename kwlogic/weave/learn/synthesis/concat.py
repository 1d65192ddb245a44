"""Concatenation splitting: an output is a path of pieces, each a term of the bank or a constant; the cheapest path wins.

A state is a place in each output; a piece leads on where every output goes on with its value there. Terms are found by
their value on the example with the longest output, so that only those that fit there are looked at.
"""

from __future__ import annotations

import heapq
from os.path import commonpath

from kwlogic.core.terms import mk_str
from kwlogic.core.types import STRING
from kwlogic.weave.learn.synthesis.bank import Bank
from kwlogic.weave.learn.synthesis.constants import literal_cost
from kwlogic.weave.learn.synthesis.node import Node, leaf
from kwlogic.weave.learn.synthesis.operations import CONCAT

_STATES = 600
_Places = tuple[int, ...]


class Pieces:
    """The bank's texts by their value on one example; grows with the bank."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
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


def split_into_pieces(bank: Bank, pieces: Pieces, goal: tuple[str, ...], rows: tuple[int, ...], bound: int) -> Node | None:
    """The cheapest concatenation that yields the goal on these rows and costs less than the bound."""
    search = _Path(bank, pieces, goal, rows, bound)
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
        self.bank, self.rows, self.bound = bank, rows, bound
        self.goals = tuple(goal[r] for r in rows)
        base = max(range(len(rows)), key=lambda i: (len(self.goals[i]), -i))
        self.base = base
        self.table = pieces.table(rows[base])
        self._fitting: dict[str, list[tuple[tuple[str, ...], Node]]] = {}

    def run(self) -> list[Node]:
        start, end = (0,) * len(self.rows), tuple(map(len, self.goals))
        if start == end:
            return [literal("", self.bank.count)]
        best: dict[_Places, int] = {start: 0}
        came: dict[_Places, tuple[_Places, Node]] = {}
        heap: list[tuple[int, _Places]] = [(0, start)]
        popped = 0
        while heap and popped < _STATES:
            cost, here = heapq.heappop(heap)
            if here == end:
                return _trace(came, here)
            if cost > best[here]:
                continue
            popped += 1
            for more, there, node in self._steps(here):
                total = cost + more + (1 if here != start else 0)
                if total < self.bound and total < best.get(there, self.bound):
                    best[there] = total
                    came[there] = here, node
                    heapq.heappush(heap, (total, there))
        return []

    def _steps(self, here: _Places) -> list[tuple[int, _Places, Node]]:
        found: list[tuple[int, _Places, Node]] = []
        text, at = self.goals[self.base], here[self.base]
        goals = self.goals
        looked = 0
        for stop in range(at, len(text) + 1):
            for values, node in self._fit(text[at:stop]):
                looked += 1
                there = tuple([i + len(v) if g.startswith(v, i) else -1 for g, v, i in zip(goals, values, here)])
                if -1 not in there and there != here:
                    found.append((node.cost, there, node))
        self.bank.meter.charge(looked + 1)
        shared = commonpath([g[i:] for g, i in zip(goals, here)])
        single = len(goals) == 1
        for n in range(1, len(shared) + 1):
            constant = literal(shared[:n], self.bank.count)
            whole = n == len(goals[0]) == len(shared) and single
            constant.cost += 3 if whole else 0
            found.append((constant.cost, tuple(i + n for i in here), constant))
        return found

    def _fit(self, value: str) -> list[tuple[tuple[str, ...], Node]]:
        """The cheapest terms with the value on the base example, one for each of their values on the rows."""
        known = self._fitting.get(value)
        if known is None:
            cheapest: dict[tuple[str, ...], Node] = {}
            for node in self.table.get(value, ()):
                if node.cost < self.bound:
                    vec = tuple([node.vec[r] for r in self.rows])
                    old = cheapest.get(vec)
                    if old is None or node.cost < old.cost:
                        cheapest[vec] = node
            goals = self.goals
            known = [(v, n) for v, n in cheapest.items() if all(map(_within, v, goals))]
            self._fitting[value] = known
        return known


def _within(value: str, goal: str) -> bool:
    return value in goal


def _trace(came: dict[_Places, tuple[_Places, Node]], end: _Places) -> list[Node]:
    found: list[Node] = []
    here = end
    while here in came:
        here, node = came[here]
        found.append(node)
    return found[::-1]
