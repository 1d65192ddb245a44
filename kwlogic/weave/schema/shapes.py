"""What a schema becomes: shapes, each with the type that it has in the language. Records only.

A shape knows how a document that fits the schema is written in the wire form of its type, which is not always the same
text: the language has no absent keys, no choice without a name, and no open records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

JSON = "Json"  # the type of any document


@dataclass(frozen=True, slots=True)
class Plain:
    """null, a Boolean, a number or a string; ``type`` may be a refinement. ``whole``: a number without fraction."""

    kind: str
    type: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Any_:
    """Any document."""

    type: str = JSON


@dataclass(frozen=True, slots=True)
class Listed:
    item: Shape
    type: str


@dataclass(frozen=True, slots=True)
class Product:
    items: tuple[Shape, ...]
    type: str


@dataclass(frozen=True, slots=True)
class Field:
    """``key`` of the document, ``name`` of the record's field. Not ``required``: an option, None where the key is absent."""

    key: str
    name: str
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True)
class Others:
    """A field for keys that no other names: those in which ``pattern`` is found, or all that are left (None)."""

    name: str
    pattern: str | None
    shape: Shape


@dataclass(frozen=True, slots=True)
class Table:
    """An object whose keys are all alike: a map."""

    shape: Shape
    type: str


@dataclass(frozen=True, slots=True)
class Record:
    fields: tuple[Field, ...]
    others: tuple[Others, ...]
    type: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Constructors in order, each of one field ``value``; the first that fits is taken."""

    branches: tuple[tuple[str, Shape], ...]
    type: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """null or the value. ``nested``: the value itself may be null, so it is wrapped."""

    shape: Shape
    type: str
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A shape by the name of its type: where recursion leads back."""

    name: str
    type: str


Shape: TypeAlias = Plain | Any_ | Listed | Product | Table | Record | Choice | Maybe | Named


def kinds_of(shape: Shape, named: dict[str, Shape]) -> frozenset[str]:
    """The kinds of documents that a shape takes."""
    found: set[str] = set()
    stack: list[Shape] = [shape]
    seen: set[str] = set()
    while stack:
        match stack.pop():
            case Plain(kind):
                found.add(kind)
            case Any_():
                found |= {"null", "boolean", "number", "string", "array", "object"}
            case Listed() | Product():
                found.add("array")
            case Table() | Record():
                found.add("object")
            case Choice(branches):
                stack.extend(s for _, s in branches)
            case Maybe(inner):
                found.add("null")
                stack.append(inner)
            case Named(name):
                if name not in seen and name in named:
                    seen.add(name)
                    stack.append(named[name])
    return frozenset(found)
