"""What clauses speak of: expressions over the ports, with their values in every observation.

From each port go its fields, lengths, sums; lists also open a group of their own, whose rows are their elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kwlogic.weave.learn.data import ABSENT, Column, Port, Shape
from kwlogic.weave.learn.naming import Names, singular

MAX_COLUMNS = 60
NUMERIC = ("Int", "Real")


@dataclass(frozen=True, slots=True)
class Group:
    """Columns over the same rows. ``row``: the observation that each row is of; ``binders``: the quantifiers that its clauses stand under."""

    columns: tuple[Column, ...]
    row: tuple[int, ...]
    binders: tuple[tuple[str, str], ...] = ()
    roots: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Opened:
    text: str
    shape: Shape
    values: list[Any]
    root: str
    depth: int


def groups_of(ports: Sequence[tuple[Port, list[Any]]]) -> list[Group]:
    """The group of the observations first, then those of list elements; ``ports`` with their values by observation."""
    names = Names(*(p.name for p, _ in ports))
    columns: list[Column] = []
    lists: list[_Opened] = []
    for port, values in ports:
        _open(_Opened(port.name, port.shape, values, port.name, 0), columns, lists)
    count = len(ports[0][1]) if ports else 0
    found = [Group(tuple(columns[:MAX_COLUMNS]), tuple(range(count)))]
    for opened in lists[:8]:
        group = _elements(opened, names)
        if group is not None:
            found.append(group)
    return found


def sort_of(shape: Shape) -> str:
    return shape.name if shape.head == "Enum" else shape.head


def _open(start: _Opened, columns: list[Column], lists: list[_Opened]) -> None:
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        columns += _own(here)
        if here.shape.head == "Record" and here.depth < 4:
            for key, part in zip(here.shape.keys, here.shape.parts):
                values = [v[key] if isinstance(v, dict) else ABSENT for v in here.values]
                waiting.append(_Opened(f"{here.text}.{key}", part, values, here.root, here.depth + 1))
        elif here.shape.head == "List":
            lists.append(here)


def _own(here: _Opened) -> list[Column]:
    head, text = here.shape.head, here.text
    roots = frozenset((here.root,))

    def column(words: str, sort: str, of: Callable[[Any], Any], more: int = 0) -> Column:
        return Column(words, sort, [v if v is ABSENT else of(v) for v in here.values], roots, here.depth + more)

    match head:
        case "Int" | "Real" | "Bool" | "Enum":
            return [column(text, sort_of(here.shape), lambda v: v)]
        case "String":
            return [column(text, "String", lambda v: v), column(f"len({text})", "Int", len, 1)]
        case "List":
            own = [column(text, f"List[{sort_of(here.shape.parts[0])}]", lambda v: v), column(f"len({text})", "Int", len, 1)]
            return own + [column(words, sort, of, 2) for words, sort, of in _sums(text, here.shape.parts[0])]
        case "Map":
            return [column(text, "Map", lambda v: v), column(f"len({text})", "Int", len, 1)]
        case "Option":
            return [column(f"is_some({text})", "Bool", lambda v: v is not None, 1)]
    return []


def _sums(text: str, item: Shape) -> Iterable[tuple[str, str, Callable[[Any], Any]]]:
    if item.head in NUMERIC:
        yield f"sum({text})", item.head, sum
    if item.head != "Record":
        return
    fields = [(k, p.head) for k, p in zip(item.keys, item.parts) if p.head in NUMERIC][:4]
    for key, head in fields:
        yield f"sum(map(fn (it) => it.{key}, {text}))", head, _summed(key)
    for i, (key, head) in enumerate(fields):
        for other, second in fields[i + 1 :]:
            one, two = (f"real(it.{k})" if h == "Int" and head != second else f"it.{k}" for k, h in ((key, head), (other, second)))
            sort = "Real" if "Real" in (head, second) else "Int"
            yield f"sum(map(fn (it) => {one} * {two}, {text}))", sort, _products(key, other)


def _summed(key: str) -> Callable[[Any], Any]:
    return lambda items: sum(v[key] for v in items)


def _products(key: str, other: str) -> Callable[[Any], Any]:
    return lambda items: sum(v[key] * v[other] for v in items)


def _elements(opened: _Opened, names: Names) -> Group | None:
    """The group of a list's elements, None where there is nothing to say about them."""
    rows: list[int] = []
    items: list[Any] = []
    for row, value in enumerate(opened.values):
        if value is not ABSENT:
            rows += [row] * len(value)
            items += value
    if not items:
        return None
    last = opened.text.rpartition(".")[2]
    name = singular(last)
    variable = names.fresh(name if name != last else f"each_{name}")
    columns: list[Column] = []
    inner: list[_Opened] = []
    _open(_Opened(variable, opened.shape.parts[0], items, opened.root, opened.depth + 1), columns, inner)
    return Group(tuple(columns[:20]), tuple(rows), ((variable, opened.text),), frozenset((opened.root,)))
