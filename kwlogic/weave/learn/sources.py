"""Where values come from: expressions over inputs and earlier results, found by the values they had in every trace.

A value that always equals an earlier one is taken from there if the names agree or if chance does not explain it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kwlogic.weave.learn.chance import crossed
from kwlogic.weave.learn.data import ABSENT, Shape
from kwlogic.weave.learn.literal import literal

MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Found:
    """An expression, and the wires or inputs that it stands on."""

    text: str
    roots: frozenset[str]


@dataclass(frozen=True, slots=True)
class Origin:
    text: str
    root: str
    shape: Shape
    values: tuple[Any, ...]
    last: str


class Sources:
    """Values known so far, by trace; the earliest that fits is taken, one of the same name before others."""

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha
        self.origins: list[Origin] = []
        self._by: dict[tuple[str, str], list[Origin]] = {}

    def add(self, name: str, shape: Shape, values: Sequence[Any]) -> None:
        for origin in _parts(name, shape, tuple(values)):
            self.origins.append(origin)
            self._by.setdefault(_key(origin.shape, origin.values), []).append(origin)

    def find(self, key: str, shape: Shape, values: Sequence[Any]) -> Found | None:
        """An expression of the shape's type with these values."""
        first = values[0]
        found = self._by.get(_key(shape, tuple(values)), [])
        best = next((o for o in found if o.last == key), found[0] if found else None)
        if all(v == first for v in values) and first is not ABSENT:
            own = best is not None and best.last == key and best.text == best.root
            return Found(best.text, frozenset((best.root,))) if best is not None and own else Found(literal(first, shape), frozenset())
        if best is not None and (best.last == key or self._telling(values)):
            return Found(best.text, frozenset((best.root,)))
        if shape.head == "Option" and all(v is not None for v in values):
            inner = self.find(key, shape.parts[0], values)
            return Found(f"Some({inner.text})", inner.roots) if inner is not None else None
        return self._built(shape, values) if shape.head == "Record" else None

    def _built(self, shape: Shape, values: Sequence[Any]) -> Found | None:
        """A record out of parts that are known."""
        pieces: list[str] = []
        roots: frozenset[str] = frozenset()
        for key, part in zip(shape.keys, shape.parts):
            found = self.find(key, part, [v[key] if isinstance(v, dict) else ABSENT for v in values])
            if found is None:
                return None
            pieces.append(f"{key} = {found.text}")
            roots |= found.roots
        return Found(f"{shape.name}({', '.join(pieces)})", roots)

    def _telling(self, values: Sequence[Any]) -> bool:
        """Whether chance does not explain that two columns always agree: long values alone say so."""
        different = len({repr(v) for v in values})
        p = crossed(lambda a, b: bool(a == b), [(v,) for v in values], list(values), different)
        return different >= 2 and (p <= self.alpha or min(len(repr(v)) for v in values) >= 8)


def _parts(name: str, shape: Shape, values: tuple[Any, ...]) -> Iterator[Origin]:
    waiting = [(Origin(name, name, shape, values, name), 0)]
    while waiting:
        here, depth = waiting.pop(0)
        yield here
        if here.shape.head == "Record" and depth < MAX_DEPTH:
            for key, part in zip(here.shape.keys, here.shape.parts):
                inside = tuple(v[key] if isinstance(v, dict) else ABSENT for v in here.values)
                waiting.append((Origin(f"{here.text}.{key}", here.root, part, inside, key), depth + 1))


def _key(shape: Shape, values: tuple[Any, ...]) -> tuple[str, str]:
    return repr(shape), repr(values)
