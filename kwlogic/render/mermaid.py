"""Pictures of compositions as Mermaid flowcharts, for pages that draw them (documentation, pull requests)."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.lab.pictures import Edge, Picture, Spot
from kwlogic.render.nesting import CLOSE, OPEN, nested
from kwlogic.render.palette import COLOURS

_SHAPES = {
    "input": ("([", "])"),
    "output": ("([", "])"),
    "guard": ("{{", "}}"),
    "assert": ("{{", "}}"),
    "condition": ("{{", "}}"),
    "hole": ("[/", "/]"),
}


def mermaid(picture: Picture) -> str:
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    yield "flowchart TB"
    for what, index, depth in nested(picture):
        pad = "  " * depth
        if what == OPEN:
            yield f"{pad}subgraph f{index}[{_quoted(picture.frames[index].label)}]"
        elif what == CLOSE:
            yield f"{pad}end"
        else:
            yield f"{pad}  n{index}{_shape(picture.spots[index])}"
    yield from (_edge(e) for e in picture.edges)
    yield from _styles(picture)


def _shape(spot: Spot) -> str:
    left, right = _SHAPES.get(spot.kind, ("[", "]"))
    label = f"{spot.kind} {spot.label}" if spot.kind in ("guard", "assert") else spot.label
    return f"{left}{_quoted(label)}{right}"


def _edge(edge: Edge) -> str:
    if edge.order:
        return f"  n{edge.source} -.-> n{edge.target}"
    label = f"|{_quoted(edge.label)}|" if edge.label else ""
    return f"  n{edge.source} -->{label} n{edge.target}"


def _styles(picture: Picture) -> Iterator[str]:
    for verdict, colour in COLOURS.items():
        spots = [f"n{i}" for i, s in enumerate(picture.spots) if s.verdict == verdict]
        edges = [str(i) for i, e in enumerate(picture.edges) if e.verdict == verdict]
        if spots:
            yield f"  classDef {verdict} stroke:{colour},stroke-width:2px"
            yield f"  class {','.join(spots)} {verdict}"
        if edges:
            yield f"  linkStyle {','.join(edges)} stroke:{colour},stroke-width:2px"
    for index, frame in enumerate(picture.frames):
        if frame.verdict in COLOURS:
            yield f"  style f{index} stroke:{COLOURS[frame.verdict or '']},stroke-width:2px"


def _quoted(text: str) -> str:
    """Mermaid reads HTML inside quotes, so that everything with a meaning there is written as an entity."""
    safe = "".join(c if c.isalnum() or c in " _.,:+-*/()=→≤≥?" else f"#{ord(c)};" for c in text)
    return f'"{safe}"' if safe.strip() else '" "'
