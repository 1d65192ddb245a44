"""The rates of the loop as a picture: an SVG that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kwlogic.render.palette import COLOURS, PLAIN
from kwlogic.weave.loop.demo import Shown

WIDE, TALL, LEFT, TOP, BELOW, RIGHT = 640, 360, 56, 40, 56, 220
SERIES = (
    ("answered by kernels", COLOURS["enforced"]),
    ("under a proved or enforced contract", COLOURS["proved"]),
    ("wrong answers", COLOURS["refuted"]),
    ("wrong without the loop", PLAIN),
)


def demo_svg(shown: Shown) -> str:
    """Shares of each block's prompts, against the number of prompts so far."""
    blocks = shown.blocks
    shares = (
        [b.hit_rate for b in blocks],
        [b.verified_rate for b in blocks],
        [b.wrong / b.prompts for b in blocks],
        [b.alone_wrong / b.prompts for b in blocks],
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE + RIGHT} {TALL}" font-family="sans-serif" font-size="12" role="img">',
        "<title>The loop: what kernels answer, and what is wrong, block by block</title>",
        f'<rect width="{WIDE + RIGHT}" height="{TALL}" fill="#ffffff"/>',
        *_axes(shown),
    ]
    for (label, colour), values, place in zip(SERIES, shares, _labels([v[-1] if v else 0.0 for v in shares])):
        lines += _series(label, colour, values, place)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _x(index: int, count: int) -> float:
    return LEFT + (WIDE - LEFT - 20) * (index + 1) / max(1, count)


def _y(share: float) -> float:
    return TOP + (TALL - TOP - BELOW) * (1.0 - share)


def _axes(shown: Shown) -> Iterator[str]:
    for tenth in range(0, 11, 2):
        y = _y(tenth / 10)
        yield f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDE - 20}" y2="{y:.1f}" stroke="#dde1e6"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{PLAIN}">{tenth * 10}%</text>'
    so_far = 0
    for index, block in enumerate(shown.blocks):
        so_far += block.prompts
        yield f'<text x="{_x(index, len(shown.blocks)):.1f}" y="{TALL - BELOW + 20}" text-anchor="middle" fill="{PLAIN}">{so_far}</text>'
    yield f'<text x="{(LEFT + WIDE) / 2:.1f}" y="{TALL - 14}" text-anchor="middle" fill="{PLAIN}">prompts so far</text>'


def _series(label: str, colour: str, values: Sequence[float], place: float) -> Iterator[str]:
    points = [(_x(i, len(values)), _y(v)) for i, v in enumerate(values)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    yield f'<text x="{WIDE - 8}" y="{place + 4:.1f}" fill="{colour}">{label}</text>'


def _labels(last: Sequence[float]) -> list[float]:
    """Where the names of the lines stand: at their ends, and not over each other."""
    found = {i: _y(v) for i, v in enumerate(last)}
    lowest = float("-inf")
    for index in sorted(found, key=lambda i: found[i]):
        lowest = found[index] = max(found[index], lowest + 15)
    return [found[i] for i in range(len(last))]
