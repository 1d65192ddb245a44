"""The frames and spots of a picture as text formats write them: a frame opens, shows its spots, then its frames, and closes."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.lab.pictures import Picture

OPEN, SPOT, CLOSE = "open", "spot", "close"


def nested(picture: Picture) -> Iterator[tuple[str, int, int]]:
    """What comes next (OPEN or CLOSE of a frame, or a SPOT), its index, and how deep it stands."""
    frames: dict[int | None, list[int]] = {}
    for index, frame in enumerate(picture.frames):
        frames.setdefault(frame.parent, []).append(index)
    spots: dict[int | None, list[int]] = {}
    for index, spot in enumerate(picture.spots):
        spots.setdefault(spot.frame, []).append(index)
    stack: list[tuple[int | None, int, bool]] = [(None, 0, False)]
    while stack:
        here, depth, done = stack.pop()
        if here is not None:
            yield (CLOSE if done else OPEN), here, depth
            if done:
                continue
            stack.append((here, depth, True))
        for index in spots.get(here, ()):
            yield SPOT, index, depth
        stack.extend((child, depth + 1, False) for child in reversed(frames.get(here, [])))
