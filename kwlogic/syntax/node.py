"""What every node of the surface tree is: it has a place, and a structure that compares, hashes and shows at any depth."""

from __future__ import annotations

from dataclasses import field, fields

from kwlogic.source.data import Span
from kwlogic.source.records import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """What has a place in a file. Equality is of structure, spans aside; trees of any depth compare, hash and show."""

    span: Span = field(compare=False, repr=False)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            a, b = pairs.pop()
            if a is b or (type(a) is Span and type(b) is Span):
                continue
            if type(a) is not type(b):
                return False
            if isinstance(a, Node):
                pairs += [(getattr(a, name), getattr(b, name)) for name in _compared(type(a))]
            elif isinstance(a, tuple) and isinstance(b, tuple):
                if len(a) != len(b):
                    return False
                pairs += zip(a, b, strict=True)
            elif a != b:
                return False
        return True

    def __hash__(self) -> int:
        leaves: list[object] = []
        rest: list[object] = [self]
        while rest:
            top = rest.pop()
            if isinstance(top, Node):
                leaves.append(type(top))
                rest += [getattr(top, name) for name in _compared(type(top))]
            elif isinstance(top, tuple):
                leaves.append(len(top))
                rest += top
            elif type(top) is not Span:
                leaves.append(top)
        return hash(tuple(leaves))

    def __repr__(self) -> str:
        parts: list[str] = []
        rest: list[tuple[bool, object]] = [(False, self)]
        while rest:
            plain, top = rest.pop()
            if isinstance(top, Node):
                parts.append(f"{type(top).__name__}(")
                shown = [f.name for f in fields(top) if f.repr]
                rest.append((True, ")"))
                for i, name in reversed(list(enumerate(shown))):
                    rest += [(False, getattr(top, name)), (True, f"{', ' if i else ''}{name}=")]
            elif isinstance(top, tuple):
                rest.append((True, ",)" if len(top) == 1 else ")"))
                for i, item in reversed(list(enumerate(top))):
                    rest += [(False, item), (True, ", " if i else "(")]
                if not top:
                    parts.append("(")
            else:
                parts.append(str(top) if plain else repr(top))
        return "".join(parts)


COMPARED: dict[type[Node], tuple[str, ...]] = {}


def _compared(kind: type[Node]) -> tuple[str, ...]:
    """The fields that take part in equality."""
    if kind not in COMPARED:
        COMPARED[kind] = tuple(f.name for f in fields(kind) if f.compare)
    return COMPARED[kind]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QName(Node):
    """A dotted name, ``std.list.sum`` as ``("std", "list", "sum")``."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)
