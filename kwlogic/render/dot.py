"""Pictures of compositions in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.lab.pictures import Edge, Picture, Spot
from kwlogic.render.nesting import CLOSE, OPEN, nested
from kwlogic.render.palette import COLOURS

_SHAPES = {"input": "oval", "output": "oval", "guard": "hexagon", "assert": "hexagon", "condition": "diamond", "hole": "box"}


def dot(picture: Picture) -> str:
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    yield f"digraph {_quoted(picture.title)} {{"
    yield '  graph [fontname="Helvetica", fontsize=11, labeljust=l];'
    yield '  node [shape=box, style="rounded", fontname="Helvetica", fontsize=11];'
    yield '  edge [fontname="Helvetica", fontsize=9];'
    for what, index, depth in nested(picture):
        pad = "  " * depth
        if what == OPEN:
            yield f"{pad}subgraph cluster_{index} {{"
            yield f"{pad}  label={_quoted(picture.frames[index].label)};{_colour(picture.frames[index].verdict)}"
        elif what == CLOSE:
            yield f"{pad}}}"
        else:
            yield f"{pad}  n{index} [{_spot(picture.spots[index])}];"
    for edge in picture.edges:
        yield f"  n{edge.source} -> n{edge.target}{_edge(edge)};"
    yield "}"


def _colour(verdict: str | None) -> str:
    return f' color="{COLOURS[verdict]}";' if verdict in COLOURS else ""


def _spot(spot: Spot) -> str:
    label = f"{spot.kind} {spot.label}" if spot.kind in ("guard", "assert") else spot.label
    found = [f"label={_quoted(label)}"]
    if spot.kind in _SHAPES:
        found.append(f"shape={_SHAPES[spot.kind]}")
    if spot.kind == "hole":
        found.append('style="dashed"')
    if spot.note:
        found.append(f"tooltip={_quoted(spot.note)}")
    if spot.verdict in COLOURS:
        found.append(f'color="{COLOURS[spot.verdict or ""]}", penwidth=2')
    return ", ".join(found)


def _edge(edge: Edge) -> str:
    found = ["style=dotted"] if edge.order else []
    if edge.label:
        found.append(f"label={_quoted(edge.label)}")
    if edge.note:
        found.append(f"tooltip={_quoted(edge.note)}")
    if edge.verdict in COLOURS:
        found.append(f'color="{COLOURS[edge.verdict or ""]}", penwidth=2')
    return f" [{', '.join(found)}]" if found else ""


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else " " for c in safe) + '"'
