"""Ports out of observed values: a type and a name for each key, observations brought into that form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kwlogic.weave.learn.data import ABSENT, Port, Shape
from kwlogic.weave.learn.naming import Names, snake
from kwlogic.weave.learn.shapes import STRING, Misfit, Mixed, dropped_keys, majority, normal, shape_of


class Naming(Protocol):
    """Gives names to the declared types of a shape."""

    def named(self, shape: Shape, hint: str) -> Shape: ...


def first_ones(rows: Iterable[Any]) -> frozenset[int]:
    """The indices of rows that are not as one before."""
    seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        seen.setdefault(repr(row), index)
    return frozenset(seen.values())


@dataclass(frozen=True, slots=True)
class Typed:
    """``ports`` in the order of their keys; ``wrong``: observations that do not fit, with the key and why; ``lost``: what the types leave
    out, with the reason."""

    ports: tuple[Port, ...]
    wrong: Mapping[int, tuple[str, str]]
    lost: tuple[tuple[str, str], ...]


def typed_ports(
    columns: Mapping[str, Sequence[Any]],
    types: Naming,
    names: Names,
    hint: str = "",
    once: frozenset[int] | None = None,
    open_: frozenset[str] = frozenset(),
) -> Typed:
    """A port for each key, whose values may be absent. What most values agree on is the type; the rest is told. ``once``: the rows that differ,
    since what was run twice is no more evidence of an enumeration; ``open_``: keys whose texts are no enumeration."""
    ports: list[Port] = []
    wrong: dict[int, tuple[str, str]] = {}
    lost: list[tuple[str, str]] = []
    for key, values in columns.items():
        present = [i for i, v in enumerate(values) if v is not ABSENT]
        seen = [values[i] for i in present]
        odd: list[int] = []
        try:
            shape = shape_of(seen if once is None else [values[i] for i in present if i in once])
        except Mixed as mixed:
            found = majority(seen)
            if found is None:
                lost.append((key, str(mixed)))
                continue
            shape, odd = found
            wrong |= {present[i]: (key, str(mixed)) for i in odd if present[i] not in wrong}
        keys = dropped_keys(shape, seen)
        if keys:
            lost.append((key, f"the fields {', '.join(f'`{k}`' for k in keys[:5])} have no type or no name in the language"))
        shape = STRING if shape.head == "Enum" and key in open_ else shape
        ports.append(Port(names.fresh(snake(key, "value")), types.named(shape, hint if key == "result" and hint else key), key))
    return Typed(tuple(ports), wrong, tuple(lost))


def read(values: Mapping[str, Any], ports: Sequence[Port]) -> dict[str, Any]:
    """Values by port name in normal form; what is absent stays so. Raises Misfit."""
    found: dict[str, Any] = {}
    for port in ports:
        value = values.get(port.key, ABSENT)
        if value is ABSENT and port.shape.head == "Option":
            value = None
        found[port.name] = value if value is ABSENT else normal(value, port.shape)
    return found


def readable(values: Mapping[str, Any], ports: Sequence[Port]) -> dict[str, Any] | None:
    """As ``read``, None where a value does not fit or an input is missing."""
    try:
        found = read(values, ports)
    except Misfit:
        return None
    return None if any(v is ABSENT for v in found.values()) else found
