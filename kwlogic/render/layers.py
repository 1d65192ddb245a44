"""Layered drawing of one level: items of given sizes, links between them; says where each item and each link goes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
GAP_X, GAP_Y = 26.0, 44.0
MOST_BENDS = 6_000
SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Item:
    """``pull``: -1 for what stands in the first layer, 1 for what stands in the last one."""

    w: float
    h: float
    pull: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """From item to item; where it leaves and arrives, counted from the item's left (None: its middle)."""

    source: int
    target: int
    out: float | None = None
    into: float | None = None


@dataclass(frozen=True, slots=True)
class Arranged:
    """Corners of the items; of each link the points between its ends."""

    width: float
    height: float
    corners: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]


@dataclass(slots=True)
class _Node:
    """An item, or (``item`` -1) the bend of a long link."""

    w: float
    layer: int
    item: int
    x: float = 0.0


def arrange(items: Sequence[Item], links: Sequence[Link]) -> Arranged:
    if not items:
        return Arranged(0.0, 0.0, (), ())
    layer = _layers(items, links)
    nodes = [_Node(item.w, layer[i], i) for i, item in enumerate(items)]
    chains = _bends(nodes, links, layer)
    rows: list[list[int]] = [[] for _ in range(max(layer) + 1)]
    for index, node in enumerate(nodes):
        rows[node.layer].append(index)
    around = _neighbours(nodes, chains, links)
    _order(rows, around)
    _move(rows, nodes, around)
    return _measured(items, nodes, rows, chains)


def _layers(items: Sequence[Item], links: Sequence[Link]) -> list[int]:
    """Longest paths from the top; what has no source stands just above its first user. Links of a ring are ignored."""
    after: list[list[int]] = [[] for _ in items]
    missing = [0] * len(items)
    for link in links:
        after[link.source].append(link.target)
        missing[link.target] += 1
    below = 1 if any(i.pull < 0 for i in items) else 0
    layer = [0 if item.pull < 0 else below for item in items]
    ready = [i for i, m in enumerate(missing) if m == 0]
    order: list[int] = []
    while ready:
        here = ready.pop()
        order.append(here)
        for there in after[here]:
            layer[there] = max(layer[there], layer[here] + 1)
            missing[there] -= 1
            if missing[there] == 0:
                ready.append(there)
    sources = {link.target for link in links}
    for here in reversed(order):
        if here not in sources and items[here].pull == 0 and after[here]:
            layer[here] = max(layer[here], min(layer[t] for t in after[here]) - 1)
    last = max(layer) if any(i.pull > 0 for i in items) else 0
    inner = max((layer[i] for i, item in enumerate(items) if item.pull <= 0), default=-1)
    bottom = max(last, inner + 1)
    return [bottom if item.pull > 0 else layer[i] for i, item in enumerate(items)]


def _bends(nodes: list[_Node], links: Sequence[Link], layer: list[int]) -> list[list[int]]:
    """For each link the nodes it passes, ends included; beyond many bends links are drawn straight."""
    left = MOST_BENDS
    chains: list[list[int]] = []
    for link in links:
        span = range(layer[link.source] + 1, layer[link.target])
        chain = [link.source]
        if len(span) <= left:
            left -= len(span)
            for row in span:
                nodes.append(_Node(8.0, row, -1))
                chain.append(len(nodes) - 1)
        chains.append([*chain, link.target])
    return chains


Around = list[list[tuple[int, float, float, float]]]
"""For each node its neighbours: which, where the link touches the node (from its middle), where it touches the other, its weight."""


def _neighbours(nodes: list[_Node], chains: list[list[int]], links: Sequence[Link]) -> Around:
    around: Around = [[] for _ in nodes]
    for chain, link in zip(chains, links):
        for n, (a, b) in enumerate(itertools.pairwise(chain)):
            leave = (link.out - nodes[a].w / 2) if n == 0 and link.out is not None else 0.0
            arrive = (link.into - nodes[b].w / 2) if n == len(chain) - 2 and link.into is not None else 0.0
            weight = 1.0 + 3.0 * (nodes[a].item < 0) + 3.0 * (nodes[b].item < 0)
            around[a].append((b, leave, arrive, weight))
            around[b].append((a, arrive, leave, weight))
    return around


def _order(rows: list[list[int]], around: Around) -> None:
    """Sorts each row by the average place of its neighbours in the row before, downwards and upwards in turn."""
    place = {node: float(i) for row in rows for i, node in enumerate(row)}
    best, fewest = [list(r) for r in rows], _crossings(rows, around)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for index in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            _sort(rows[index], set(rows[index - 1 if down else index + 1]), place, around)
        count = _crossings(rows, around)
        if count < fewest:
            best, fewest = [list(r) for r in rows], count
    for row, kept in zip(rows, best):
        row[:] = kept


def _sort(row: list[int], facing: set[int], place: dict[int, float], around: Around) -> None:
    """``facing``: the neighbouring row that the order is taken from."""
    here = {node: i for i, node in enumerate(row)}
    centre: dict[int, float] = {}
    for node in row:
        found = [place[other] + touch / 10_000 for other, _, touch, _ in around[node] if other in facing]
        centre[node] = sum(found) / len(found) if found else place[node]
    row.sort(key=lambda n: (centre[n], here[n]))
    place.update((node, float(i)) for i, node in enumerate(row))


def _crossings(rows: list[list[int]], around: Around) -> int:
    """How many pairs of links cross between neighbouring rows; large rows are not counted."""
    total = 0
    for upper, lower in itertools.pairwise(rows):
        at = {node: i for i, node in enumerate(lower)}
        ends = [(i, leave, at[o], arrive) for i, n in enumerate(upper) for o, leave, arrive, _ in around[n] if o in at]
        ends.sort()
        if len(ends) > 400:
            continue
        total += sum(a[2:] > b[2:] for i, a in enumerate(ends) for b in ends[i + 1 :])
    return total


def _move(rows: list[list[int]], nodes: list[_Node], around: Around) -> None:
    """From packed rows to rows whose links are as straight as the order allows."""
    for row in rows:
        x = 0.0
        for node in row:
            nodes[node].x = x + nodes[node].w / 2
            x += nodes[node].w + GAP_X
    for sweep in range(2 * SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            _fit(row, nodes, around)


def _fit(row: list[int], nodes: list[_Node], around: Around) -> None:
    """Isotonic regression: the places nearest to the wanted ones that keep order and distance."""
    wanted: list[tuple[float, float]] = []
    for node in row:
        near = around[node]
        weight = sum(w for *_, w in near)
        pull = sum((nodes[o].x + arrive - leave) * w for o, leave, arrive, w in near)
        wanted.append((pull / weight, weight) if near else (nodes[node].x, 0.01))
    offsets, run = [], 0.0
    for i, node in enumerate(row):
        if i:
            gap = GAP_X if nodes[node].item >= 0 and nodes[row[i - 1]].item >= 0 else GAP_X / 2
            run += (nodes[row[i - 1]].w + nodes[node].w) / 2 + gap
        offsets.append(run)
    blocks: list[tuple[float, float, int]] = []
    for (x, weight), offset in zip(wanted, offsets):
        mean, mass, count = x - offset, weight, 1
        while blocks and blocks[-1][0] > mean:
            m, w, c = blocks.pop()
            mean, mass, count = (m * w + mean * mass) / (w + mass), w + mass, c + count
        blocks.append((mean, mass, count))
    values = [mean for mean, _, count in blocks for _ in range(count)]
    for node, value, offset in zip(row, values, offsets):
        nodes[node].x = value + offset


def _measured(items: Sequence[Item], nodes: list[_Node], rows: list[list[int]], chains: list[list[int]]) -> Arranged:
    left = min(n.x - n.w / 2 for n in nodes)
    right = max(n.x + n.w / 2 for n in nodes)
    tops, y = [], 0.0
    heights = [max((items[nodes[n].item].h for n in row if nodes[n].item >= 0), default=0.0) for row in rows]
    for height in heights:
        tops.append(y)
        y += height + GAP_Y
    corners = [(n.x - n.w / 2 - left, tops[n.layer] + (heights[n.layer] - items[n.item].h) / 2) for n in nodes[: len(items)]]
    routes = []
    for chain in chains:
        points: list[Point] = []
        for index in chain[1:-1]:
            node = nodes[index]
            points += [(node.x - left, tops[node.layer]), (node.x - left, tops[node.layer] + heights[node.layer])]
        routes.append(tuple(points))
    return Arranged(right - left, y - GAP_Y, tuple(corners), tuple(routes))
