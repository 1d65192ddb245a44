"""Values that are known in part, and what is known where one looks at them.

A symbolic value is one of: a value of the language (``core.value``: known); a ``Term`` of type Int, Real, Bool or String
over unknowns; a ``Node`` (one of several constructors, each under its guard); a ``Bag`` (set) or ``Table`` (map) of parts
that are there under their guards; a ``Closure``; a ``Delay`` (a part of an unknown that nobody looked at yet); a ``Hidden``
(what lies beyond the size that is looked into); ``UNDEFINED`` (a partial operation out of its domain).
Guards of one node exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_and, mk_bool, mk_int, mk_not, mk_real, mk_str
from kwlogic.core.types import INT, Type
from kwlogic.core.value import Con

Alt = tuple[str, Term, tuple[Any, ...]]


class Node:
    """Constructors with guards and fields. ``size``: of the tail of a list, the number of its elements."""

    __slots__ = ("alts", "size")

    def __init__(self, alts: tuple[Alt, ...], size: Any = None) -> None:
        self.alts = alts
        self.size = size


class Bag:
    """A set: elements under guards, no two of which are equal where both are there. ``rest``: where there are more;
    ``size``: how many there are, where that is said."""

    __slots__ = ("items", "rest", "size")

    def __init__(self, items: tuple[tuple[Term, Any], ...], rest: Term = FALSE, size: Any = None) -> None:
        self.items = items
        self.rest = rest
        self.size = size


class Table:
    """A map: entries (guard, key, value), keys as the elements of a ``Bag``."""

    __slots__ = ("entries", "rest", "size")

    def __init__(self, entries: tuple[tuple[Term, Any, Any], ...], rest: Term = FALSE, size: Any = None) -> None:
        self.entries = entries
        self.rest = rest
        self.size = size


class Closure:
    __slots__ = ("body", "env", "params")

    def __init__(self, params: tuple[str, ...], body: Term, env: Mapping[str, Any]) -> None:
        self.params, self.body, self.env = params, body, env


class Delay:
    """The unknown at a path; ``depth`` counts the containers around it, ``inside`` the recursive data types."""

    __slots__ = ("depth", "inside", "path", "type")

    def __init__(self, path: tuple[str | int, ...], type: Type, depth: int, inside: int = 0) -> None:
        self.path, self.type, self.depth, self.inside = path, type, depth, inside


class Hidden:
    __slots__ = ()


class _Undefined:
    __slots__ = ()


HIDDEN = Hidden()
UNDEFINED = _Undefined()
_SYMBOLIC = (Term, Node, Bag, Table, Closure, Delay, Hidden, _Undefined)


def known(value: Any) -> bool:
    """Whether it is a value of the language."""
    return not isinstance(value, _SYMBOLIC)


def mk_value(ctor: str, fields: tuple[Any, ...]) -> Any:
    for part in fields:
        if isinstance(part, _SYMBOLIC):
            return Node(((ctor, TRUE, fields),))
    return Con(ctor, fields)


def alts_of(value: Any) -> tuple[Alt, ...]:
    """The constructors of a data value."""
    return value.alts if isinstance(value, Node) else ((value.ctor, TRUE, value.fields),)


def items_of(value: Any) -> Bag:
    return value if isinstance(value, Bag) else Bag(tuple((TRUE, x) for x in value.ordered()))


def entries_of(value: Any) -> Table:
    if isinstance(value, Table):
        return value
    return Table(tuple((TRUE, k, value.entries[k]) for k in value.keys_ordered()))


def lift(value: Any) -> Term:
    """The term of a scalar."""
    if isinstance(value, Term):
        return value
    if isinstance(value, bool):
        return mk_bool(value)
    if isinstance(value, int):
        return mk_int(value)
    return mk_real(value) if isinstance(value, Fraction) else mk_str(value)


def lower(term: Term) -> Any:
    """A term, or the value of a literal."""
    return term.data if term.op is Op.LIT else term


# ---------------------------------------------------------------- where one looks


class Where:
    """The conditions under which something is looked at: ``facts`` have been decided, ``bounds`` are of Int unknowns."""

    __slots__ = ("bounds", "depth", "facts", "terms")

    def __init__(
        self,
        facts: Mapping[Term, bool],
        bounds: Mapping[Term, tuple[int | None, int | None]],
        terms: tuple[Any, ...] | None,
        depth: int,
    ) -> None:
        self.facts, self.bounds, self.terms, self.depth = facts, bounds, terms, depth

    def conditions(self) -> Iterator[Term]:
        """Newest first."""
        here = self.terms
        while here is not None:
            yield here[0]
            here = here[1]

    def term(self) -> Term:
        return mk_and(reversed(list(self.conditions())))

    def decide(self, cond: Term, fuel: int = 4) -> bool | None:
        """What the condition is here, where that is plain."""
        found = self.facts.get(cond)
        if found is not None:
            return found
        match cond.op:
            case Op.LIT:
                return bool(cond.data)
            case Op.NOT:
                inner = self.decide(cond.args[0], fuel)
                return None if inner is None else not inner
            case Op.AND | Op.OR if fuel:
                return self._decide_all(cond, fuel)
            case Op.PRIM if cond.data in ("int.le", "int.lt"):
                return self._decide_order(cond)
            case Op.EQ if cond.args[0].type is INT:
                return self._decide_equal(cond)
        return None

    def _decide_all(self, cond: Term, fuel: int) -> bool | None:
        stop = cond.op is Op.OR
        open_ = False
        for arg in cond.args:
            found = self.decide(arg, fuel - 1)
            if found is stop:
                return stop
            open_ |= found is None
        return None if open_ else not stop

    def range(self, term: Term) -> tuple[int | None, int | None]:
        if term.op is Op.LIT:
            return term.data, term.data
        return self.bounds.get(term, (None, None))

    def _decide_order(self, cond: Term) -> bool | None:
        left, right = self.range(cond.args[0]), self.range(cond.args[1])
        gap = 1 if cond.data == "int.lt" else 0
        if left[1] is not None and right[0] is not None and left[1] + gap <= right[0]:
            return True
        if left[0] is not None and right[1] is not None and left[0] + gap > right[1]:
            return False
        return None

    def _decide_equal(self, cond: Term) -> bool | None:
        (a, b), (c, d) = self.range(cond.args[0]), self.range(cond.args[1])
        if (b is not None and c is not None and b < c) or (d is not None and a is not None and d < a):
            return False
        if a is not None and a == b == c == d:
            return True
        return None

    def assume(self, cond: Term, holds: bool = True) -> Where | None:
        """These conditions and one more; None where they exclude each other."""
        found = self.decide(cond)
        if found is not None:
            return self if found is holds else None
        facts, bounds = dict(self.facts), dict(self.bounds)
        stack = [(cond, holds)]
        while stack:
            here, value = stack.pop()
            if facts.get(here, value) is not value:
                return None
            facts[here] = value
            if here.op is Op.NOT:
                stack.append((here.args[0], not value))
            elif here.op is (Op.AND if value else Op.OR):
                stack.extend((a, value) for a in here.args)
            elif not _narrow(here, value, bounds):
                return None
        terms = (cond if holds else mk_not(cond), self.terms)
        return Where(facts, bounds, terms, self.depth + 1)


ANYWHERE = Where({}, {}, None, 0)


def _narrow(atom: Term, value: bool, bounds: dict[Term, tuple[int | None, int | None]]) -> bool:
    """Take note of a comparison of an unknown with a number; False where nothing is left."""
    if atom.op is Op.EQ and value and atom.args[0].type is INT:
        for one, other in (atom.args, atom.args[::-1]):
            if other.op is Op.LIT and not _bound(one, other.data, other.data, bounds):
                return False
    elif atom.op is Op.PRIM and atom.data in ("int.le", "int.lt"):
        one, other = atom.args
        gap = 1 if atom.data == "int.lt" else 0
        if other.op is Op.LIT:
            high, low = (other.data - gap, None) if value else (None, other.data + 1 - gap)
            return _bound(one, low, high, bounds)
        if one.op is Op.LIT:
            low, high = (one.data + gap, None) if value else (None, one.data - 1 + gap)
            return _bound(other, low, high, bounds)
    return True


def _bound(term: Term, low: int | None, high: int | None, bounds: dict[Term, tuple[int | None, int | None]]) -> bool:
    a, b = bounds.get(term, (None, None))
    low = a if low is None else low if a is None else max(a, low)
    high = b if high is None else high if b is None else min(b, high)
    bounds[term] = (low, high)
    return low is None or high is None or low <= high


class Unsupported(Exception):
    """Something that cannot be followed on values known in part, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotYet(Unsupported):
    """One that may be followed once more is written."""
