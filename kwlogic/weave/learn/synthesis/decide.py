"""Conditionals: examples are covered by terms that need not fit them all, and told apart by the bank's predicates.

A set of examples is a mask. Its best function is a leaf (one term for all of it), or a predicate with the best functions of
both sides; predicates that tell the same examples apart are one, the cheapest. Costs decide, and bound the search.
"""

from __future__ import annotations

from collections.abc import Callable

from kwlogic.core.types import BOOL
from kwlogic.weave.learn.synthesis.bank import Bank
from kwlogic.weave.learn.synthesis.node import Node
from kwlogic.weave.learn.synthesis.operations import choice

Leaf = Callable[[int, int], Node | None]
"""The cheapest term for the examples of a mask that costs less than a bound."""

_PREDICATES = 160
_CHEAPEST_LEAF = 1


class Decision:
    def __init__(self, bank: Bank, leaf: Leaf, full: int, work: int) -> None:
        self._until = bank.meter.spent + work
        self._bank, self._leaf, self._full = bank, leaf, full
        self._predicates = predicates(bank, full)[:_PREDICATES]
        self._leaves: dict[int, tuple[Node | None, int]] = {}
        self._done: dict[tuple[int, int], tuple[Node | None, int]] = {}

    def best(self, mask: int, depth: int, bound: int) -> Node | None:
        """The cheapest function for the mask with conditionals at most so deep that costs less than the bound."""
        known = self._done.get((mask, depth))
        if known is not None and (known[0] is not None or known[1] >= bound):
            return known[0] if known[0] is not None and known[0].cost < bound else None
        found = self._leaf_of(mask, bound)
        if depth and mask & (mask - 1):
            found = self._split(mask, depth, found.cost if found else bound) or found
        self._done[mask, depth] = found, bound
        return found

    def _leaf_of(self, mask: int, bound: int) -> Node | None:
        known = self._leaves.get(mask)
        if known is None or (known[0] is None and known[1] < bound):
            known = self._leaf(mask, bound), bound
            self._leaves[mask] = known
        node = known[0]
        return node if node is not None and node.cost < bound else None

    def _split(self, mask: int, depth: int, bound: int) -> Node | None:
        found: Node | None = None
        tried: set[int] = set()
        for yes, predicate in self._predicates:
            here = mask & yes
            if here in (0, mask) or here in tried:
                continue
            room = bound - predicate.cost - 2
            if room <= 2 * _CHEAPEST_LEAF or self._bank.meter.spent > self._until:
                break
            tried.add(here)
            self._bank.meter.charge(1)
            node = self._branches(predicate, here, mask & ~yes, depth, room)
            if node is not None:
                found, bound = node, node.cost
        return found

    def _branches(self, predicate: Node, yes: int, no: int, depth: int, room: int) -> Node | None:
        first, second = (yes, no) if yes.bit_count() >= no.bit_count() else (no, yes)
        one = self.best(first, depth - 1, room - _CHEAPEST_LEAF)
        two = self.best(second, depth - 1, room - one.cost) if one else None
        if one is None or two is None:
            return None
        then, other = (one, two) if first == yes else (two, one)
        vec = tuple(a if c else b for c, a, b in zip(predicate.vec, then.vec, other.vec))
        return Node(choice(then.type), (predicate, then, other), predicate.cost + one.cost + two.cost + 2, vec)


def predicates(bank: Bank, full: int) -> list[tuple[int, Node]]:
    """The cheapest predicate for each set of examples on which one holds."""
    found: dict[int, Node] = {}
    for node in bank.of(BOOL):
        mask = sum(1 << i for i, v in enumerate(node.vec) if v)
        if mask not in (0, full) and (mask not in found or node.cost < found[mask].cost):
            found[mask] = node
    return sorted(found.items(), key=lambda p: p[1].cost)
