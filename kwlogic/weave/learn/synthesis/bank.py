"""Bottom-up enumeration by cost, one node for each vector of values: two terms that agree on the sample are one.

``grow`` adds every term of the next cost. What is added otherwise (substrings between places, lambdas) goes through ``add``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kwlogic.core.types import Type
from kwlogic.weave.learn.synthesis.meter import Meter
from kwlogic.weave.learn.synthesis.node import Kind, Node, Operation, Vector

_SLACK = 64


class Bank:
    def __init__(self, operations: Iterable[Operation], count: int, longest: int, meter: Meter) -> None:
        self.operations = tuple(operations)
        self.count, self.meter = count, meter
        self.longest = 3 * longest + _SLACK
        self.seen: dict[Type, dict[Vector, Node]] = {}
        self.level = 0
        self._levels: dict[Kind, list[list[Node]]] = {}
        self._order: dict[Type, list[Node]] = {}

    def constant(self, node: Node, *roles: str) -> None:
        """A constant goes into its roles only: nothing is to be computed from it."""
        for role in roles:
            self._at(role, node.cost).append(node)
        self.seen.setdefault(node.op.result, {}).setdefault(node.vec, node)

    def add(self, node: Node, *roles: str) -> bool:
        """Keep the node, unless one with the same values is there; in the roles it goes anyway."""
        for role in roles:
            self._at(role, node.cost).append(node)
        known = self.seen.setdefault(node.op.result, {})
        vec = node.vec
        if vec in known or not self._fits(vec):
            return False
        known[vec] = node
        self._at(node.op.result, node.cost).append(node)
        self._order.setdefault(node.op.result, []).append(node)
        return True

    def of(self, type: Type) -> list[Node]:
        """All nodes of a type in the order in which they were found."""
        return self._order.setdefault(type, [])

    def find(self, type: Type, vec: Vector) -> Node | None:
        return self.seen.get(type, {}).get(vec)

    def upto(self, kind: Kind, cost: int) -> Iterator[Node]:
        for level in self._levels.get(kind, [])[: cost + 1]:
            yield from level

    def _at(self, kind: Kind, cost: int) -> list[Node]:
        levels = self._levels.setdefault(kind, [])
        while len(levels) <= cost:
            levels.append([])
        return levels[cost]

    def _fits(self, vec: Vector) -> bool:
        return all(not (value is None or (isinstance(value, (str, tuple)) and len(value) > self.longest)) for value in vec)

    # ------------------------------------------------------------ enumeration

    def grow(self) -> None:
        """Every term of the next cost."""
        self.level += 1
        for op in self.operations:
            rest = self.level - op.cost
            if rest >= len(op.params):
                for costs in _splits(rest, op.limits):
                    if not (op.symmetric and costs[0] > costs[1]):
                        self._combine(op, costs)

    def _combine(self, op: Operation, costs: tuple[int, ...]) -> None:
        pools = [self._at(kind, cost) for kind, cost in zip(op.params, costs)]
        size = 1
        for pool in pools:
            size *= len(pool)
        if not size:
            return
        self.meter.charge(size)
        if len(pools) == 1:
            self._unary(op, pools[0])
        elif len(pools) == 2:
            self._binary(op, pools[0], pools[1])
        else:
            for first in list(pools[0]):
                self._ternary(op, first, pools[1], pools[2])

    def _unary(self, op: Operation, pool: list[Node]) -> None:
        known, run = self.seen.setdefault(op.result, {}), op.run
        for a in list(pool):
            vec = tuple(map(run, a.vec))
            if vec not in known:
                self.add(Node(op, (a,), self.level, vec))

    def _binary(self, op: Operation, left: list[Node], right: list[Node]) -> None:
        known, run, level = self.seen.setdefault(op.result, {}), op.run, self.level
        rights = [(b, b.vec) for b in right]
        narrow = isinstance(op.params[1], str)  # nothing is looked for in itself
        for a in list(left):
            first = a.vec
            for b, second in rights:
                if b is a and narrow:
                    continue
                vec = tuple(map(run, first, second))
                if vec not in known:
                    self.add(Node(op, (a, b), level, vec))

    def _ternary(self, op: Operation, a: Node, middle: list[Node], right: list[Node]) -> None:
        known, run, level = self.seen.setdefault(op.result, {}), op.run, self.level
        for b in list(middle):
            for c in list(right):
                vec = tuple(map(run, a.vec, b.vec, c.vec))
                if vec not in known:
                    self.add(Node(op, (a, b, c), level, vec))


def _splits(total: int, limits: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Ways to share a cost among one to three arguments, each within its limit."""
    if len(limits) == 1:
        if total <= limits[0]:
            yield (total,)
    elif len(limits) == 2:
        for a in range(1, min(total - 1, limits[0]) + 1):
            if total - a <= limits[1]:
                yield a, total - a
    else:
        for a in range(1, min(total - 2, limits[0]) + 1):
            for rest in _splits(total - a, limits[1:]):
                yield a, *rest


def longest_of(values: Iterable[Any]) -> int:
    """Length of the longest text or list among some values."""
    return max((len(v) for v in values if isinstance(v, (str, tuple))), default=0)
