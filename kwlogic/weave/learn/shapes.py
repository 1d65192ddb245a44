"""Types out of values: what observed JSON documents have in common, as a type of the language.

Nothing is guessed across kinds: values of different kinds have no type (``Mixed``). A key that is sometimes missing or null is an
option; objects whose keys are data are maps; few texts that could be constructors, seen often enough, are an enumeration.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from kwlogic.weave.learn.data import Shape
from kwlogic.weave.schema.words import RESERVED

MAX_DEPTH = 12
MAX_FIELDS = 40
MAX_ENUM = 12
NAME = re.compile(r"[a-z_][A-Za-z0-9_]*")
CONSTRUCTOR = re.compile(r"[A-Z][A-Za-z0-9_]*")
INT, REAL, BOOL, STRING = Shape("Int"), Shape("Real"), Shape("Bool"), Shape("String")
HARD = frozenset(
    re.findall(
        r"\w+",
        "and apply assert axiom case decreases else ensures exists false fn forall if in kernel lemma let match not or requires then theorem true",
    )
)  # words of the language that can be no name


class Mixed(ValueError):
    """Values without a common type; ``place`` inside the value, ``kinds`` how often each was seen."""

    def __init__(self, place: str, kinds: Mapping[str, int]) -> None:
        told = ", ".join(f"{n} of kind {k}" for k, n in sorted(kinds.items(), key=lambda e: (-e[1], e[0])))
        super().__init__(f"{place or 'the value'} is {told}")
        self.place, self.kinds = place, dict(kinds)


class Misfit(ValueError):
    """A document that is no value of a shape."""


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Fraction):
        return "number"
    if isinstance(value, str):
        return "text"
    return "array" if isinstance(value, list) else "object"


def shape_of(values: Sequence[Any], place: str = "", depth: int = 0) -> Shape:
    """The least type that all values have. Raises Mixed."""
    if depth > MAX_DEPTH:
        raise Mixed(place, {f"nesting below {MAX_DEPTH} levels": len(values)})
    present = [v for v in values if v is not None]
    found = _shape(present, place, depth) if present else STRING
    return Shape("Option", (found,)) if len(present) < len(values) and found.head != "Option" else found


def _shape(values: Sequence[Any], place: str, depth: int) -> Shape:
    kinds = Counter(map(kind_of, values))
    match sorted(kinds):
        case ["boolean"]:
            return BOOL
        case ["integer"]:
            return INT
        case ["number"] | ["integer", "number"]:
            return REAL
        case ["text"]:
            return _text(values)
        case ["array"]:
            return _array(values, place, depth)
        case ["object"]:
            return _object(values, place, depth)
    raise Mixed(place, kinds)


def _text(values: Sequence[str]) -> Shape:
    seen = Counter(values)
    few = 2 <= len(seen) <= MAX_ENUM and len(values) >= 4 * len(seen) and min(seen.values()) > 1
    if few and chance_of_more(len(seen), len(values)) <= 0.05 and all(CONSTRUCTOR.fullmatch(v) and v not in RESERVED for v in seen):
        return Shape("Enum", (), tuple(sorted(seen)))
    return STRING


def chance_of_more(distinct: int, seen: int) -> float:
    """How likely ``seen`` draws show no more than ``distinct`` values, if there were one more and all as likely."""
    return (distinct / (distinct + 1)) ** seen if distinct else 1.0


def _array(values: Sequence[list[Any]], place: str, depth: int) -> Shape:
    items = [item for v in values for item in v]
    try:
        return Shape("List", (shape_of(items, f"{place}[]", depth + 1),)) if items else Shape("List", (STRING,))
    except Mixed:
        widths = {len(v) for v in values}
        if len(widths) != 1 or not 2 <= min(widths) <= 5:
            raise
        return Shape("Tuple", tuple(shape_of([v[i] for v in values], f"{place}[{i}]", depth + 1) for i in range(min(widths))))


def _object(values: Sequence[dict[str, Any]], place: str, depth: int) -> Shape:
    counts = Counter(k for v in values for k in v)
    if not counts:
        return Shape("Map", (STRING, STRING))
    if _keys_are_data(values, counts):
        try:
            return Shape("Map", (STRING, shape_of([x for v in values for x in v.values()], f"{place}{{}}", depth + 1)))
        except Mixed:
            if len(counts) > MAX_FIELDS:
                raise
    keys: list[str] = []
    parts: list[Shape] = []
    for key in counts:
        if not is_name(key):
            continue  # the language has no such field; documents are read without it
        try:
            parts.append(shape_of([v.get(key) for v in values], f"{place}.{key}", depth + 1))
        except Mixed:
            continue
        keys.append(key)
    if not keys:
        raise Mixed(place, {"object with no field that could be typed": len(values)})
    return Shape("Record", tuple(parts), tuple(keys))


def is_name(text: str) -> bool:
    return bool(NAME.fullmatch(text)) and text not in HARD


def _keys_are_data(values: Sequence[dict[str, Any]], counts: Counter[str]) -> bool:
    """Keys vary as values do: most of them are rare, or they could not be names of fields at all."""
    if sum(map(is_name, counts)) * 2 < len(counts):
        return True
    rare = sum(1 for n in counts.values() if n * 2 < len(values))
    return len(counts) > MAX_FIELDS or (len(values) > 2 and rare * 2 > len(counts) and len(counts) > 4)


def dropped_keys(shape: Shape, values: Iterable[Any]) -> list[str]:
    """Keys of a record's documents that its shape leaves out."""
    if shape.head != "Record":
        return []
    return sorted({k for v in values if isinstance(v, dict) for k in v} - set(shape.keys))


# ---------------------------------------------------------------- documents of a shape


def normal(value: Any, shape: Shape) -> Any:
    """The document as the shape's type reads it: missing keys are null, undeclared ones gone, Reals exact. Raises Misfit."""
    match shape.head:
        case "Option":
            return None if value is None else normal(value, shape.parts[0])
        case "Real" if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
            return Fraction(value)
        case "Int" if isinstance(value, int) and not isinstance(value, bool):
            return value
        case "Bool" if isinstance(value, bool):
            return value
        case "String" if isinstance(value, str):
            return value
        case "Enum" if isinstance(value, str) and value in shape.keys:
            return value
        case "List" if isinstance(value, list):
            return [normal(v, shape.parts[0]) for v in value]
        case "Tuple" if isinstance(value, list) and len(value) == len(shape.parts):
            return [normal(v, s) for v, s in zip(value, shape.parts)]
        case "Map" if isinstance(value, dict):
            return {k: normal(v, shape.parts[1]) for k, v in value.items()}
        case "Record" if isinstance(value, dict):
            return {k: normal(value.get(k), s) for k, s in zip(shape.keys, shape.parts)}
    raise Misfit(f"{kind_of(value)} where {shape.head} was expected")


def fits(value: Any, shape: Shape) -> bool:
    try:
        normal(value, shape)
    except Misfit:
        return False
    return True


def majority(values: Sequence[Any]) -> tuple[Shape, list[int]] | None:
    """A shape for at least four fifths of the values, of which one kind has that many; the places of the others."""
    kinds = Counter("number" if kind_of(v) == "integer" else kind_of(v) for v in values if v is not None)
    best, count = kinds.most_common(1)[0] if kinds else ("", 0)
    if count * 5 < len(values) * 4 or not best:
        return None
    kept = [v for v in values if v is None or kind_of(v) == best or (best == "number" and kind_of(v) == "integer")]
    try:
        shape = shape_of(kept)
    except Mixed:
        return None
    return shape, [i for i, v in enumerate(values) if not fits(v, shape)]
