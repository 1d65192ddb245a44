"""Where the parts of a picture go: layers from top to bottom, frames around what is inside them.

Each frame, and the picture as a whole, is a level: what it holds is put into layers by longest paths, ordered within the
layers by the average place of its neighbours, and moved to where its edges become straight (a least-squares fit that keeps
the order). Inner levels come first, so that a frame is a box of known size for the level around it. Nothing recurses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kwlogic.lab.pictures import Picture, Spot
from kwlogic.render.layers import Item, Link, arrange
from kwlogic.render.text import width

LINE = 16.0
PAD = 12.0
HEADER = 24.0
LETTER = 6.7
WRAP = 34

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rect:
    """Top left corner and size."""

    x: float
    y: float
    w: float
    h: float

    @property
    def middle(self) -> float:
        return self.x + self.w / 2


@dataclass(frozen=True, slots=True)
class Placed:
    """Rectangles of spots and frames, and for each edge the points it passes through; from top to bottom."""

    width: float
    height: float
    spots: tuple[Rect, ...]
    frames: tuple[Rect, ...]
    edges: tuple[tuple[Point, ...], ...]


@dataclass(slots=True)
class _Level:
    """What stands directly in a frame: spots and frames by index, and how large it became."""

    spots: list[int] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)
    edges: list[int] = field(default_factory=list)
    places: dict[tuple[str, int], Point] = field(default_factory=dict)
    routes: dict[int, list[Point]] = field(default_factory=dict)
    w: float = 0.0
    h: float = 0.0


def place(picture: Picture) -> Placed:
    return _Layout(picture).place()


class _Layout:
    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.levels: dict[int | None, _Level] = {None: _Level(), **{i: _Level() for i in range(len(picture.frames))}}
        for i, frame in enumerate(picture.frames):
            self.levels[frame.parent].frames.append(i)
        for i, spot in enumerate(picture.spots):
            self.levels[spot.frame].spots.append(i)
        self.chains = [self._chain(s.frame) for s in picture.spots]
        self.holders: list[tuple[tuple[str, int], tuple[str, int]]] = [(("", 0), ("", 0))] * len(picture.edges)
        for i, edge in enumerate(picture.edges):
            self._share(i, edge.source, edge.target)

    def _chain(self, frame: int | None) -> list[int | None]:
        """The frames around a spot, the outermost first."""
        found: list[int | None] = [frame]
        while found[-1] is not None:
            found.append(self.picture.frames[found[-1]].parent)
        return found[::-1]

    def _share(self, edge: int, source: int, target: int) -> None:
        """Gives an edge to the innermost level that holds both its ends."""
        a, b = self.chains[source], self.chains[target]
        depth = 0
        while depth + 1 < min(len(a), len(b)) and a[depth + 1] == b[depth + 1]:
            depth += 1
        self.levels[a[depth]].edges.append(edge)
        self.holders[edge] = self._holder(source, a, depth), self._holder(target, b, depth)

    @staticmethod
    def _holder(spot: int, chain: list[int | None], depth: int) -> tuple[str, int]:
        inner = chain[depth + 1] if depth + 1 < len(chain) else None
        return ("spot", spot) if inner is None else ("frame", inner)

    def place(self) -> Placed:
        for index in range(len(self.picture.frames) - 1, -1, -1):
            self._arrange(index)
        self._arrange(None)
        return self._collect()

    # ------------------------------------------------------------ one level

    def _arrange(self, frame: int | None) -> None:
        level = self.levels[frame]
        things = [("spot", i) for i in level.spots] + [("frame", i) for i in level.frames]
        number = {t: n for n, t in enumerate(things)}
        items = [self._item(t) for t in things]
        links = [
            Link(number[a], number[b], self._inside(a, self.picture.edges[e].source), self._inside(b, self.picture.edges[e].target))
            for e in level.edges
            for a, b in (self.holders[e],)
        ]
        arranged = arrange(items, links)
        label = width(self.picture.frames[frame].label) * LETTER + 2 * PAD if frame is not None else 0.0
        margin, top = (PAD, HEADER) if frame is not None else (PAD, PAD)
        level.w = max(arranged.width + 2 * margin, label)
        level.h = arranged.height + top + margin
        shift = (level.w - arranged.width) / 2
        level.places = {t: (x + shift, y + top) for t, (x, y) in zip(things, arranged.corners)}
        level.routes = {e: [(x + shift, y + top) for x, y in route] for e, route in zip(level.edges, arranged.routes)}

    def _item(self, thing: tuple[str, int]) -> Item:
        kind, index = thing
        if kind == "frame":
            level = self.levels[index]
            return Item(level.w, level.h)
        spot = self.picture.spots[index]
        w, h = spot_size(spot)
        return Item(w, h, {"input": -1, "condition": -1, "output": 1}.get(spot.kind, 0))

    def _inside(self, thing: tuple[str, int], spot: int) -> float | None:
        """How far from the left of a frame the spot within is that an edge leads to; None for a spot itself."""
        if thing[0] == "spot":
            return None
        x, here = 0.0, thing[1]
        for inner in (*self.chains[spot][self.chains[spot].index(here) + 1 :], None):
            key = ("spot", spot) if inner is None else ("frame", inner)
            x += self.levels[here].places[key][0]
            if inner is None:
                return x + spot_size(self.picture.spots[spot])[0] / 2
            here = inner
        return x

    # ------------------------------------------------------------ the whole

    def _collect(self) -> Placed:
        corner: dict[int | None, Point] = {None: (0.0, 0.0)}
        frames: list[Rect] = []
        for index, frame in enumerate(self.picture.frames):
            x, y = self._at(frame.parent, ("frame", index), corner)
            corner[index] = x, y
            frames.append(Rect(x, y, self.levels[index].w, self.levels[index].h))
        spots = []
        for index, spot in enumerate(self.picture.spots):
            x, y = self._at(spot.frame, ("spot", index), corner)
            spots.append(Rect(x, y, *spot_size(spot)))
        edges = self._edges(spots, corner)
        return Placed(self.levels[None].w, self.levels[None].h, tuple(spots), tuple(frames), edges)

    def _at(self, frame: int | None, thing: tuple[str, int], corner: dict[int | None, Point]) -> Point:
        x, y = self.levels[frame].places[thing]
        return corner[frame][0] + x, corner[frame][1] + y

    def _edges(self, spots: Sequence[Rect], corner: dict[int | None, Point]) -> tuple[tuple[Point, ...], ...]:
        routes: list[list[Point]] = [[] for _ in self.picture.edges]
        for frame, level in self.levels.items():
            x0, y0 = corner[frame]
            for edge, route in level.routes.items():
                routes[edge] = [(x + x0, y + y0) for x, y in route]
        starts = self._spread(spots, routes, leaving=True)
        ends = self._spread(spots, routes, leaving=False)
        return tuple((starts[i], *route, ends[i]) for i, route in enumerate(routes))

    def _spread(self, spots: Sequence[Rect], routes: list[list[Point]], leaving: bool) -> list[Point]:
        """Where edges touch their spots: side by side, in the order in which they come from the left."""
        at: dict[int, list[tuple[float, int]]] = {}
        for i, edge in enumerate(self.picture.edges):
            own, other = (edge.source, edge.target) if leaving else (edge.target, edge.source)
            toward = spots[other].middle if not routes[i] else routes[i][0 if leaving else -1][0]
            at.setdefault(own, []).append((toward, i))
        found: list[Point] = [(0.0, 0.0)] * len(self.picture.edges)
        for own, ends in at.items():
            rect = spots[own]
            y = rect.y + rect.h if leaving else rect.y
            step = min(18.0, rect.w * 0.7 / len(ends))
            for n, (_, i) in enumerate(sorted(ends)):
                found[i] = rect.middle + (n - (len(ends) - 1) / 2) * step, y
        return found


def label_lines(text: str) -> tuple[str, ...]:
    """One line, or two where it is long."""
    if len(text) <= WRAP:
        return (text,)
    cut = text.rfind(" ", len(text) // 3, len(text) // 2 + 8)
    cut = cut if cut > 0 else len(text) // 2
    return text[:cut].rstrip(), text[cut:].lstrip()


def spot_size(spot: Spot) -> Point:
    lines = label_lines(spot.label)
    side = 2 * PAD + (12.0 if spot.kind in ("guard", "assert", "condition") else 0.0)
    word = f"{spot.kind} " if spot.kind in ("guard", "assert") else ""
    text = max(width(line) for line in lines) + len(word)
    return max(44.0, text * LETTER + side), (14.0 if spot.kind in ("input", "output") else 20.0) + LINE * len(lines)
