"""Where one is in an output: places for values, and the unfinished constructors and collections around them.

Frames are immutable and point outwards, so that every state of a generation can be kept, and gone back to, for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from kwlogic.core.types import Type
from kwlogic.core.value import Con, MapV, SetV, Value, list_value
from kwlogic.weave.decode.data import HOLE, STAR, Fields, Items, Known, Limits, Partial, Path, Pattern, Step


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A value to be written, and the frame that it goes into. ``apart``: it is or is in something that must not stand twice
    (an element of a set, a key), so it is written part by part."""

    path: Path
    pattern: Pattern
    type: Type
    limits: Limits
    frame: Frame
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a constructor: the fixed text before it, its step, type and limits."""

    before: str
    step: Step
    type: Type
    limits: Limits


@dataclass(frozen=True, slots=True, eq=False)
class ConFrame:
    """A constructor with parts written so far; ``place`` None for the object of the output ports."""

    place: Place | None
    ctor: str
    pieces: tuple[Piece, ...]
    closing: str
    done: tuple[Any, ...] = ()

    def value(self) -> Value:
        return Con(self.ctor, self.done)

    def child(self) -> Place:
        """The place of the next part."""
        piece = self.pieces[len(self.done)]
        place = self.place
        if place is None:
            return Place((piece.step,), (piece.step,), piece.type, piece.limits, self)
        apart = place.apart
        if self.done and isinstance(place.frame, CollFrame) and place.frame.place.type.head == "Map":
            apart = place.frame.place.apart  # the value of an entry
        return Place((*place.path, piece.step), (*place.pattern, piece.step), piece.type, piece.limits, self, apart)


@dataclass(frozen=True, slots=True, eq=False)
class CollFrame:
    """A list, set or map with elements written so far; the elements of a map are pairs."""

    place: Place
    done: tuple[Any, ...] = ()

    def value(self) -> Value:
        match self.place.type.head:
            case "Set":
                return SetV(self.done)
            case "Map":
                return MapV({entry.fields[0]: entry.fields[1] for entry in self.done})
            case _:
                return list_value(self.done)

    def child(self, type: Type, limits: Limits) -> Place:
        apart = self.place.apart or self.place.type.head in ("Set", "Map")
        return Place((*self.place.path, len(self.done)), (*self.place.pattern, STAR), type, limits, self, apart)


Frame: TypeAlias = ConFrame | CollFrame


def around(frame: Frame, inner: Partial) -> Partial:
    """A frame as a partial value, with what is being written in it."""
    if isinstance(frame, CollFrame):
        known: tuple[Partial, ...] = tuple(map(Known, frame.done))
        return Items(frame.place.type.head, (*known, inner))
    parts: list[Partial] = [*map(Known, frame.done), inner]
    return Fields(frame.ctor, (*parts, *(HOLE for _ in frame.pieces[len(parts) :])))


def so_far(frame: Frame, inner: Partial, names: tuple[str, ...]) -> dict[str, Partial]:
    """All output ports, in the order of ``names``, while something is being written in a frame."""
    while frame.place is not None:
        inner = around(frame, inner)
        frame = frame.place.frame
    assert isinstance(frame, ConFrame)
    found: dict[str, Partial] = {str(piece.step): Known(value) for piece, value in zip(frame.pieces, frame.done)}
    if len(frame.done) < len(frame.pieces):
        found[str(frame.pieces[len(frame.done)].step)] = inner
    return {name: found.get(name, HOLE) for name in names}


def items_so_far(frame: CollFrame) -> Items:
    """A collection between two elements."""
    return Items(frame.place.type.head, tuple(map(Known, frame.done)))
