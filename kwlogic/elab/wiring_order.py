"""Order among the statements of a graph: cycles, ancestors, and one order that respects what waits for what.

``waits[i]`` are the indices that ``i`` must come after.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from heapq import heapify, heappop, heappush


def topological(waits: Sequence[Collection[int]]) -> list[int]:
    """Indices so that each comes after what it waits for, in text order where that leaves a choice."""
    missing = [len(w) for w in waits]
    users: list[list[int]] = [[] for _ in waits]
    for index, before in enumerate(waits):
        for other in before:
            users[other].append(index)
    ready = [i for i, n in enumerate(missing) if n == 0]
    heapify(ready)
    order: list[int] = []
    while ready:
        index = heappop(ready)
        order.append(index)
        for user in users[index]:
            missing[user] -= 1
            if missing[user] == 0:
                heappush(ready, user)
    return order


def ancestors_of(waits: Sequence[Collection[int]]) -> list[int]:
    """For each index the bit set of all that comes before it. There must be no cycle."""
    above = [0] * len(waits)
    for index in topological(waits):
        for other in waits[index]:
            above[index] |= above[other] | 1 << other
    return above


def cycle_in(waits: Sequence[Collection[int]]) -> list[int] | None:
    """Some cycle, each member followed by one it waits for; None where there is none."""
    sorted_out = set(topological(waits))
    left = [i for i in range(len(waits)) if i not in sorted_out]
    if not left:
        return None
    path, seen, here = [left[0]], {left[0]: 0}, left[0]
    while True:
        here = min(i for i in waits[here] if i not in sorted_out)
        if here in seen:
            return path[seen[here] :]
        seen[here] = len(path)
        path.append(here)
