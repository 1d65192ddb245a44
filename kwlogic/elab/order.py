"""The order of proofs: strongly connected components of what depends on what, then a topological order.

Everything here is iterative and near-linear in the number of dependencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush


def components(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Strongly connected components (Tarjan), dependencies first. Edges to names outside the graph are ignored."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    found: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        path.append(root)
        on_path.add(root)
        while work:
            node, edges = work[-1]
            child = next((c for c in edges if c in graph and (c not in index or c in on_path)), None)
            if child is not None:
                if child not in index:
                    index[child] = low[child] = len(index)
                    path.append(child)
                    on_path.add(child)
                    work.append((child, iter(graph[child])))
                else:
                    low[node] = min(low[node], index[child])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == index[node]:
                found.append(_pop(path, on_path, node))
    return found


def _pop(path: list[str], on_path: set[str], node: str) -> list[str]:
    members: list[str] = []
    while True:
        member = path.pop()
        on_path.discard(member)
        members.append(member)
        if member == node:
            return members


def proof_order(graph: Mapping[str, Iterable[str]], rank: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """Dependencies first; among what is free to come next, the least rank. Components stay together."""
    groups = components(graph)
    home = {name: number for number, group in enumerate(groups) for name in group}
    waiting: list[int] = []
    users: list[list[int]] = [[] for _ in groups]
    for number, group in enumerate(groups):
        needs = {home[d] for name in group for d in graph[name] if d in home} - {number}
        waiting.append(len(needs))
        for need in needs:
            users[need].append(number)
    heap: list[tuple[tuple[int, ...], int]] = []
    for number, group in enumerate(groups):
        if not waiting[number]:
            heappush(heap, (min(rank[n] for n in group), number))
    order: list[str] = []
    while heap:
        _, number = heappop(heap)
        order.extend(sorted(groups[number], key=lambda n: rank[n]))
        for user in users[number]:
            waiting[user] -= 1
            if not waiting[user]:
                heappush(heap, (min(rank[n] for n in groups[user]), user))
    return tuple(order)


def spread(broken: set[str], deps: Mapping[str, Iterable[str]]) -> set[str]:
    """``broken`` and everything that rests on it."""
    users: dict[str, list[str]] = {}
    for name, needs in deps.items():
        for need in needs:
            users.setdefault(need, []).append(name)
    out, queue = set(broken), list(broken)
    while queue:
        for user in users.get(queue.pop(), ()):
            if user not in out:
                out.add(user)
                queue.append(user)
    return out
