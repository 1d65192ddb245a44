"""What a drawing of a composition shows: spots, frames around regions, edges, and a verdict for each of them. Records only.

Every edge joins two spots, so that any drawing program can take it: a region is a frame, and the ports of its bodies are
spots of their own at its rim. ``about`` holds the ids of the obligations that a verdict is the worst of.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """``kind``: kernel, expression, guard, assert, condition, hole, input or output. ``frame`` is an index, or None."""

    label: str
    kind: str
    frame: int | None
    note: str = ""
    verdict: str | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    label: str
    parent: int | None
    verdict: str | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """Between spots, by index. ``order``: nothing flows, the one just comes first."""

    source: int
    target: int
    label: str = ""
    note: str = ""
    verdict: str | None = None
    order: bool = False
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """``with_verdicts``: colours mean something, so a legend is due."""

    title: str
    spots: tuple[Spot, ...]
    frames: tuple[Frame, ...]
    edges: tuple[Edge, ...]
    with_verdicts: bool = False
