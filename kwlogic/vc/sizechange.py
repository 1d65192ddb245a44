"""Size-change termination over a group of functions that call one another.

Each call site is a graph from the caller's parameters to the callee's: an arc where the argument is at most as large
as the parameter, a strict one where it is smaller. The recursion ends if every idempotent graph of the closure under
composition has a strict arc from a parameter to itself. Source: Lee, Jones, Ben-Amram, The Size-Change Principle for
Program Termination (2001).
"""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.source.records import dataclass

LIMIT = 3_000


@dataclass(frozen=True, slots=True)
class Graph:
    """Arcs ``(from, to, strict)`` over the indices of parameters."""

    caller: str
    callee: str
    arcs: frozenset[tuple[int, int, bool]]


def terminates(graphs: Iterable[Graph]) -> bool:
    """Whether the size-change principle shows that no infinite chain of the calls exists; False also beyond ``LIMIT``."""
    start = list(dict.fromkeys(graphs))
    closed = dict.fromkeys(start)
    work = list(start)
    while work:
        here = work.pop()
        for step in start:
            if here.callee == step.caller:
                whole = compose(here, step)
                if whole not in closed:
                    closed[whole] = None
                    work.append(whole)
                    if len(closed) > LIMIT:
                        return False
    return all(_descends(g) for g in closed if g.caller == g.callee and compose(g, g) == g)


def compose(first: Graph, then: Graph) -> Graph:
    arcs: dict[tuple[int, int], bool] = {}
    for i, j, strict in first.arcs:
        for k, m, more in then.arcs:
            if j == k:
                arcs[i, m] = arcs.get((i, m), False) or strict or more
    return Graph(first.caller, then.callee, frozenset((i, m, s) for (i, m), s in arcs.items()))


def _descends(graph: Graph) -> bool:
    return any(i == j and strict for i, j, strict in graph.arcs)
