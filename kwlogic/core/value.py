"""Run-time values: exact, immutable, compared and hashed structurally without recursion.

Int is ``int``, Bool ``bool``, Real ``Fraction``, String ``str``. Everything built by a constructor (lists, options,
tuples, data) is a ``Con``, named as in core terms; sets and maps are ``SetV`` and ``MapV``; functions are Python
functions that the evaluator made. ``compare`` is the canonical order of first-order values of one type: numbers and
strings (by code point) as usual, false before true, None before Some, lists and tuples lexicographically, other
constructors by name and then by fields, sets and maps as the sorted lists of their members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cmp_to_key
from typing import Any, TypeAlias, cast

_DEEP = 1_000  # comparisons before pairs already seen are remembered: values may share parts


class Compound:
    """A value with parts. The hash is computed once, parts first, and kept."""

    __slots__ = ("_hash",)
    _hash: int | None

    def __hash__(self) -> int:
        return self._hash if self._hash is not None else _hash_deep(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compound) and equal(cast("Value", self), cast("Value", other))

    def __repr__(self) -> str:
        from kwlogic.core.value_show import show_value

        return show_value(cast("Value", self))

    def parts(self) -> Iterable[Value]:
        raise NotImplementedError

    def _own_hash(self) -> int:
        """The hash, given that those of the parts are known."""
        raise NotImplementedError


class Con(Compound):
    """A constructor and its fields."""

    __slots__ = ("ctor", "fields")
    ctor: str
    fields: tuple[Any, ...]

    def __init__(self, ctor: str, fields: tuple[Any, ...]) -> None:
        self.ctor = ctor
        self.fields = fields
        self._hash = None

    def parts(self) -> Iterable[Value]:
        return self.fields

    def _own_hash(self) -> int:
        return hash((self.ctor, *map(hash, self.fields)))


class SetV(Compound):
    """A finite set."""

    __slots__ = ("_order", "items")
    items: frozenset[Any]

    def __init__(self, items: Iterable[Value]) -> None:
        self.items = items if isinstance(items, frozenset) else frozenset(items)
        self._hash = None
        self._order: tuple[Any, ...] | None = None

    def parts(self) -> Iterable[Value]:
        return ()  # hashed already when they became members

    def _own_hash(self) -> int:
        return hash(self.items)

    def ordered(self) -> tuple[Any, ...]:
        """The members in canonical order."""
        if self._order is None:
            self._order = tuple(sort_values(self.items))
        return self._order


class MapV(Compound):
    """A finite map; ``entries`` must not be changed."""

    __slots__ = ("_order", "entries")
    entries: dict[Any, Any]

    def __init__(self, entries: dict[Any, Any]) -> None:
        self.entries = entries
        self._hash = None
        self._order: tuple[Any, ...] | None = None

    def parts(self) -> Iterable[Value]:
        return self.entries.values()

    def _own_hash(self) -> int:
        return hash(frozenset((hash(k), hash(v)) for k, v in self.entries.items()))

    def keys_ordered(self) -> tuple[Any, ...]:
        """The keys in canonical order."""
        if self._order is None:
            self._order = tuple(sort_values(self.entries))
        return self._order


Value: TypeAlias = int | Fraction | str | Con | SetV | MapV | Callable[..., Any]

NIL = Con("Nil", ())
NONE = Con("None", ())
UNIT = Con("Tuple", ())
EMPTY_SET = SetV(frozenset())
EMPTY_MAP = MapV({})


def cons(head: Value, tail: Value) -> Con:
    return Con("Cons", (head, tail))


def some(value: Value) -> Con:
    return Con("Some", (value,))


def tuple_value(*items: Value) -> Con:
    return Con("Tuple", items) if items else UNIT


def list_value(items: Iterable[Value], tail: Con = NIL) -> Con:
    """The list of the items, in order, before ``tail``."""
    for item in reversed(items if isinstance(items, (list, tuple, str)) else list(items)):
        tail = Con("Cons", (item, tail))
    return tail


def iter_list(value: Con) -> Iterator[Any]:
    while value.fields:
        head, value = value.fields
        yield head


def is_function(value: object) -> bool:
    return callable(value)


# ---------------------------------------------------------------- equality and hash


def equal(left: Value, right: Value) -> bool:
    """Structural equality of two values of one type."""
    stack: list[tuple[Any, Any]] = [(left, right)]
    seen: set[tuple[int, int]] = set()
    count = 0
    while stack:
        a, b = stack.pop()
        if a is b:
            continue
        if not isinstance(a, Compound) or not isinstance(b, Compound):
            if a != b:
                return False
            continue
        count += 1
        if count > _DEEP:
            if (id(a), id(b)) in seen:
                continue
            seen.add((id(a), id(b)))
        if not _same_shape(a, b, stack):
            return False
    return True


def _same_shape(a: Compound, b: Compound, stack: list[tuple[Any, Any]]) -> bool:
    """Compare the outermost layer; push the pairs of parts."""
    if a._hash is not None and b._hash is not None and a._hash != b._hash:
        return False
    if isinstance(a, Con):
        if not isinstance(b, Con) or a.ctor != b.ctor or len(a.fields) != len(b.fields):
            return False
        stack.extend(zip(reversed(a.fields), reversed(b.fields)))
        return True
    if isinstance(a, SetV):
        return isinstance(b, SetV) and a.items == b.items
    assert isinstance(a, MapV)
    if not isinstance(b, MapV) or a.entries.keys() != b.entries.keys():
        return False
    stack.extend((v, b.entries[k]) for k, v in a.entries.items())
    return True


def _hash_deep(root: Compound) -> int:
    stack = [root]
    while stack:
        here = stack[-1]
        if here._hash is not None:
            stack.pop()
            continue
        waiting = [p for p in here.parts() if isinstance(p, Compound) and p._hash is None]
        if waiting:
            stack.extend(waiting)
        else:
            here._hash = here._own_hash()
            stack.pop()
    assert root._hash is not None
    return root._hash


# ---------------------------------------------------------------- the canonical order

_RANK = {"Nil": "0", "Cons": "1", "None": "0", "Some": "1"}


def compare(left: Value, right: Value) -> int:
    """Negative, zero or positive, as ``left`` stands before, at or after ``right``."""
    stack: list[tuple[Any, Any]] = [(left, right)]
    seen: set[tuple[int, int]] = set()
    count = 0
    while stack:
        a, b = stack.pop()
        if a is b:
            continue
        if not isinstance(a, Compound):
            if a != b:
                return -1 if a < b else 1
            continue
        count += 1
        if count > _DEEP:
            if (id(a), id(b)) in seen:
                continue
            seen.add((id(a), id(b)))
        order = _compare_shape(a, b, stack)
        if order:
            return order
    return 0


def _compare_shape(a: Compound, b: Any, stack: list[tuple[Any, Any]]) -> int:
    if isinstance(a, Con):
        if a.ctor != b.ctor:
            return -1 if _RANK.get(a.ctor, a.ctor) < _RANK.get(b.ctor, b.ctor) else 1
        stack.extend(zip(reversed(a.fields), reversed(b.fields)))
        return 0
    mine, others = _members(a), _members(b)
    stack.append((len(mine), len(others)))
    stack.extend(reversed(list(zip(mine, others))))
    return 0


def _members(value: Compound) -> tuple[Any, ...]:
    if isinstance(value, SetV):
        return value.ordered()
    assert isinstance(value, MapV)
    return tuple(x for k in value.keys_ordered() for x in (k, value.entries[k]))


def sort_values(items: Iterable[Value]) -> list[Any]:
    """The values in canonical order."""
    found: list[Any] = list(items)
    if found and isinstance(found[0], Compound):
        return sorted(found, key=cmp_to_key(compare))
    return sorted(found)
