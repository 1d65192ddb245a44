"""Pictures of compositions as SVG, with a layout of our own: readable without any other program.

The text of specs is escaped; the file holds no script, no link and no font of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from kwlogic.lab.pictures import Edge, Frame, Picture, Spot
from kwlogic.render.layout import LETTER, LINE, PAD, Placed, Point, Rect, label_lines, place
from kwlogic.render.palette import COLOURS, PLAIN
from kwlogic.render.text import visible, width

MARGIN = 16.0
TITLE = 30.0
LEGEND = 26.0
STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif;font-size:12px;fill:#1f2933}"
    ".small{font-size:10px;fill:#52606d}.title{font-size:14px;font-weight:bold}"
    ".edge{fill:none;stroke-width:1.4}.halo{paint-order:stroke;stroke:#ffffff;stroke-width:4px;stroke-linejoin:round}"
)


def svg(picture: Picture) -> str:
    placed = place(picture)
    legend = LEGEND if picture.with_verdicts else 0.0
    w = max(placed.width, width(picture.title) * 8.2, 330.0 if legend else 0.0) + 2 * MARGIN
    h = placed.height + TITLE + legend + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w:.0f}" height="{h:.0f}" viewBox="0 0 {w:.0f} {h:.0f}" role="img">',
        f"<title>{_text(picture.title)}</title>",
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text class="title" x="{MARGIN}" y="{MARGIN + 12}">{_text(picture.title)}</text>',
        f'<g transform="translate({(w - placed.width) / 2:.1f},{MARGIN + TITLE:.1f})">',
        *_frames(picture, placed),
        *_edges(picture, placed),
        *(line for s, r in zip(picture.spots, placed.spots) for line in _spot(s, r)),
        *_labels(picture, placed),
        "</g>",
        *(_legend(h - MARGIN) if legend else ()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return escape("".join(c if c.isprintable() else " " for c in visible(text)))


def _about(ids: tuple[str, ...]) -> str:
    """The obligations that a shape is coloured by, for pages that tell more of them; no id holds a blank."""
    return f" data-about={quoteattr(_text(' '.join(ids)))}" if ids else ""


def _colour(verdict: str | None) -> str:
    return COLOURS.get(verdict or "", PLAIN)


# ---------------------------------------------------------------- frames and spots


def _frames(picture: Picture, placed: Placed) -> Iterator[str]:
    depth: dict[int | None, int] = {None: 0}
    for index, (frame, rect) in enumerate(zip(picture.frames, placed.frames)):
        depth[index] = depth[frame.parent] + 1
        yield _frame(frame, rect, "#f5f7fa" if depth[index] % 2 else "#ffffff")


def _frame(frame: Frame, r: Rect, fill: str) -> str:
    colour = COLOURS.get(frame.verdict or "", "#9aa5b1")
    label = f'<text class="small" x="{r.x + PAD:.1f}" y="{r.y + 15:.1f}">{_text(frame.label)}</text>'
    return f'<rect x="{r.x:.1f}" y="{r.y:.1f}" width="{r.w:.1f}" height="{r.h:.1f}" rx="8" fill="{fill}" stroke="{colour}"/>{label}'


def _spot(spot: Spot, r: Rect) -> Iterator[str]:
    colour = _colour(spot.verdict)
    fill = {"kernel": "#eef4ff", "input": "#f0f2f5", "output": "#f0f2f5", "hole": "#fff8e6"}.get(spot.kind, "#ffffff")
    stroke = f'fill="{fill}" stroke="{colour}" stroke-width="{2 if spot.verdict else 1.2}"'
    yield f"<g{_about(spot.about)}><title>{_text(f'{spot.kind} {spot.label}')}{_text(f': {spot.note}') if spot.note else ''}</title>"
    if spot.kind in ("guard", "assert", "condition"):
        x, y, side = r.x, r.y, 10.0
        corners = [
            (x + side, y),
            (x + r.w - side, y),
            (x + r.w, y + r.h / 2),
            (x + r.w - side, y + r.h),
            (x + side, y + r.h),
            (x, y + r.h / 2),
        ]
        yield f'<polygon points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}" {stroke}/>'
    else:
        round_ = r.h / 2 if spot.kind in ("input", "output") else 6.0
        dashed = ' stroke-dasharray="5 3"' if spot.kind == "hole" else ""
        yield f'<rect x="{r.x:.1f}" y="{r.y:.1f}" width="{r.w:.1f}" height="{r.h:.1f}" rx="{round_:.1f}" {stroke}{dashed}/>'
    lines = label_lines(spot.label)
    lines = (f"{spot.kind} {lines[0]}", *lines[1:]) if spot.kind in ("guard", "assert") else lines
    y = r.y + r.h / 2 + 4 - (len(lines) - 1) * LINE / 2
    for n, line in enumerate(lines):
        yield f'<text x="{r.middle:.1f}" y="{y + n * LINE:.1f}" text-anchor="middle">{_text(line)}</text>'
    yield "</g>"


# ---------------------------------------------------------------- edges


def _edges(picture: Picture, placed: Placed) -> Iterator[str]:
    for edge, points in zip(picture.edges, placed.edges):
        colour = _colour(edge.verdict)
        wide = ' stroke-width="2"' if edge.verdict else ""
        dashed = ' stroke-dasharray="2 4"' if edge.order else ""
        title = f"{edge.label}: {edge.note}" if edge.note else edge.label or "comes first"
        told = f"{title} ({edge.verdict})" if edge.verdict else title
        x, y = points[-1]
        yield f"<g{_about(edge.about)}><title>{_text(told)}</title>"
        yield f'<path class="edge" d="{_path(points)}" stroke="{colour}"{wide}{dashed}/>'
        yield f'<polygon points="{x:.1f},{y:.1f} {x - 4:.1f},{y - 8:.1f} {x + 4:.1f},{y - 8:.1f}" fill="{colour}"/></g>'


def _path(points: tuple[Point, ...]) -> str:
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    last = len(points) - 2
    for n, ((x1, y1), (x2, y2)) in enumerate(itertools.pairwise(points)):
        end = y2 - 7 if n == last else y2
        if abs(x1 - x2) < 0.5:
            parts.append(f"L{x2:.1f} {end:.1f}")
        else:
            middle = (y1 + end) / 2
            parts.append(f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {end:.1f}")
    return "".join(parts)


def _labels(picture: Picture, placed: Placed) -> Iterator[str]:
    """Names of wires, each where it covers no other one; what finds no room is left to the tooltip."""
    taken: list[Rect] = list(placed.spots) if len(placed.spots) < 400 else []
    for edge, points in zip(picture.edges, placed.edges):
        if not _worth(edge, picture):
            continue
        rect = _room(edge.label, points, taken)
        if rect is not None:
            taken.append(rect)
            yield f'<text class="small halo" x="{rect.middle:.1f}" y="{rect.y + 10:.1f}" text-anchor="middle">{_text(edge.label)}</text>'


def _worth(edge: Edge, picture: Picture) -> bool:
    ends = (picture.spots[edge.source], picture.spots[edge.target])
    return bool(edge.label) and not any(s.kind in ("input", "output") and s.label.startswith(f"{edge.label}:") for s in ends)


def _room(label: str, points: tuple[Point, ...], taken: list[Rect]) -> Rect | None:
    w = width(label) * LETTER * 0.86
    segments = [(a, b) for a, b in itertools.pairwise(points) if b[1] - a[1] > 20]
    for (x1, y1), (x2, y2) in (*segments[-1:], *segments[:1]):
        for t in (0.5, 0.35, 0.65, 0.22, 0.78):
            ease = t * t * (3 - 2 * t)
            rect = Rect(x1 + (x2 - x1) * ease - w / 2, y1 + (y2 - y1) * t - 7, w, 14.0)
            if not any(_overlap(rect, other) for other in taken):
                return rect
    return None


def _overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h


def _legend(y: float) -> Iterator[str]:
    x = MARGIN
    for verdict, colour in COLOURS.items():
        yield f'<rect x="{x:.0f}" y="{y - 9:.0f}" width="10" height="10" rx="2" fill="{colour}"/>'
        yield f'<text class="small" x="{x + 14:.0f}" y="{y:.0f}">{verdict}</text>'
        x += 24 + len(verdict) * 6.0
