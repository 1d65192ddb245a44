"""Sets of JSON documents of one kind: records, their intersections and their complements.

A schema in normal form is a union of atoms. The kinds are null, boolean, number, string, array and object; integers are
the numbers that are multiples of 1. Children of arrays and objects stay conjunctions of subschemas, not yet normal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from kwlogic.weave.schema.nodes import TOP, Sub, found_in


class NoComplement(Exception):
    """The complement has no atoms that say it; the text names the keyword."""


@dataclass(frozen=True, slots=True)
class NullAtom:
    kind = "null"


@dataclass(frozen=True, slots=True)
class BoolAtom:
    values: frozenset[bool] = frozenset((False, True))
    kind = "boolean"


@dataclass(frozen=True, slots=True)
class NumAtom:
    """Bounds with whether they are excluded; ``multiple`` of, and of none of ``others``; ``values`` None: any."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    multiple: Fraction | None = None
    others: frozenset[Fraction] = frozenset()
    values: frozenset[Fraction] | None = None
    excluded: frozenset[Fraction] = frozenset()
    kind = "number"

    def has(self, x: Fraction) -> bool:
        low = self.low is None or x > self.low or (x == self.low and not self.low_open)
        high = self.high is None or x < self.high or (x == self.high and not self.high_open)
        fits = (self.multiple is None or (x / self.multiple).denominator == 1) and all((x / o).denominator != 1 for o in self.others)
        return low and high and fits and (self.values is None or x in self.values) and x not in self.excluded


@dataclass(frozen=True, slots=True)
class StrAtom:
    """``patterns`` are searched for; none of ``others`` may be found."""

    low: int = 0
    high: int | None = None
    patterns: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    values: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    kind = "string"

    def has(self, s: str) -> bool:
        long = self.low <= len(s) and (self.high is None or len(s) <= self.high)
        allowed = (self.values is None or s in self.values) and s not in self.excluded
        return long and allowed and all(found_in(p, s) for p in self.patterns) and not any(found_in(p, s) for p in self.others)


@dataclass(frozen=True, slots=True)
class ArrAtom:
    """``prefix`` for the first items, ``items`` for the others; ``some``: each has an item that fits it."""

    prefix: tuple[Sub, ...] = ()
    items: Sub = TOP
    low: int = 0
    high: int | None = None
    unique: bool = False
    some: frozenset[Sub] = frozenset()
    kind = "array"


@dataclass(frozen=True, slots=True)
class ObjAtom:
    """``props`` by key; ``patterns`` for keys in which they are found; ``rest`` for keys that neither names; ``names`` for all
    keys; ``needs``: where the first key is there, so are the others."""

    props: tuple[tuple[str, Sub], ...] = ()
    patterns: tuple[tuple[str, Sub], ...] = ()
    rest: Sub = TOP
    required: frozenset[str] = frozenset()
    low: int = 0
    high: int | None = None
    names: Sub = TOP
    needs: frozenset[tuple[str, str]] = field(default=frozenset())
    kind = "object"

    def prop(self, key: str) -> Sub:
        return dict(self.props).get(key, TOP)


Atom: TypeAlias = NullAtom | BoolAtom | NumAtom | StrAtom | ArrAtom | ObjAtom
ALL: tuple[Atom, ...] = (NullAtom(), BoolAtom(), NumAtom(), StrAtom(), ArrAtom(), ObjAtom())


def meet(a: Atom, b: Atom) -> Atom | None:
    """What both hold; None where that is nothing, as far as it shows here."""
    if isinstance(a, NullAtom) and isinstance(b, NullAtom):
        return a
    if isinstance(a, BoolAtom) and isinstance(b, BoolAtom):
        values = a.values & b.values
        return BoolAtom(values) if values else None
    if isinstance(a, NumAtom) and isinstance(b, NumAtom):
        return _meet_numbers(a, b)
    if isinstance(a, StrAtom) and isinstance(b, StrAtom):
        return _meet_strings(a, b)
    if isinstance(a, ArrAtom) and isinstance(b, ArrAtom):
        return _meet_arrays(a, b)
    if isinstance(a, ObjAtom) and isinstance(b, ObjAtom):
        return _meet_objects(a, b)
    return None


def _values(a: frozenset[object] | None, b: frozenset[object] | None) -> frozenset[object] | None:
    return a if b is None else b if a is None else a & b


def _least(a: int | None, b: int | None) -> int | None:
    return a if b is None else b if a is None else min(a, b)


def _meet_numbers(a: NumAtom, b: NumAtom) -> NumAtom | None:
    low, low_open = max(((x.low, x.low_open) for x in (a, b) if x.low is not None), default=(None, False))
    high, closed = min(((x.high, not x.high_open) for x in (a, b) if x.high is not None), default=(None, True))
    multiples = [x.multiple for x in (a, b) if x.multiple is not None]
    multiple = multiples[0] if multiples else None
    if len(multiples) == 2:
        p, q = multiples
        common = p.denominator * q.denominator // gcd(p.denominator, q.denominator)
        multiple = Fraction(lcm(int(p * common), int(q * common)), common)
    values: frozenset[Fraction] | None = _values(a.values, b.values)  # type: ignore[assignment]
    return settle_number(NumAtom(low, low_open, high, not closed, multiple, a.others | b.others, values, a.excluded | b.excluded))


def settle_number(atom: NumAtom) -> NumAtom | None:
    """None where nothing is left; listed values are held against everything else at once."""
    if atom.multiple is not None and any((atom.multiple / o).denominator == 1 for o in atom.others):
        return None
    if atom.values is not None:
        values = frozenset(v for v in atom.values if atom.has(v))
        return NumAtom(values=values) if values else None
    if atom.low is not None and atom.high is not None:
        if atom.low > atom.high or (atom.low == atom.high and (atom.low_open or atom.high_open)):
            return None
        if atom.multiple is not None and (atom.high - atom.low) / atom.multiple <= 64:
            first = -((-atom.low) // atom.multiple)
            found = frozenset(x for x in ((first + i) * atom.multiple for i in range(66)) if atom.has(x))
            if not found:
                return None
    return atom


def _meet_strings(a: StrAtom, b: StrAtom) -> StrAtom | None:
    values: frozenset[str] | None = _values(a.values, b.values)  # type: ignore[assignment]
    found = StrAtom(
        max(a.low, b.low), _least(a.high, b.high), a.patterns | b.patterns, a.others | b.others, values, a.excluded | b.excluded
    )
    return settle_string(found)


def settle_string(atom: StrAtom) -> StrAtom | None:
    if atom.values is not None:
        values = frozenset(v for v in atom.values if atom.has(v))
        return StrAtom(values=values) if values else None
    if atom.patterns & atom.others or (atom.high is not None and atom.low > atom.high):
        return None
    return atom


def _meet_arrays(a: ArrAtom, b: ArrAtom) -> ArrAtom | None:
    length = max(len(a.prefix), len(b.prefix))
    prefix = tuple(_item(a, i) | _item(b, i) for i in range(length))
    low, high = max(a.low, b.low), _least(a.high, b.high)
    if high is not None and low > high:
        return None
    return ArrAtom(prefix, a.items | b.items, low, high, a.unique or b.unique, a.some | b.some)


def _item(atom: ArrAtom, index: int) -> Sub:
    return atom.prefix[index] if index < len(atom.prefix) else atom.items


def _meet_objects(a: ObjAtom, b: ObjAtom) -> ObjAtom | None:
    """Where the keys that ``rest`` leaves are not the same on both sides, named keys take the other's ``rest``, and patterns
    make it impossible to say."""
    low, high = max(a.low, b.low), _least(a.high, b.high)
    required = a.required | b.required
    if high is not None and max(low, len(required)) > high:
        return None
    if a.patterns != b.patterns and not (a.rest == TOP and b.rest == TOP):
        for one, other in ((a, b), (b, a)):
            if one.rest != TOP and set(other.patterns) - set(one.patterns):
                raise NoComplement("patternProperties")
    props = {k: prop_of(a, k) | prop_of(b, k) for k in [k for k, _ in (*a.props, *b.props)]}
    patterns = tuple(dict.fromkeys((*a.patterns, *b.patterns)))
    return ObjAtom(tuple(props.items()), patterns, a.rest | b.rest, required, low, high, a.names | b.names, a.needs | b.needs)


def prop_of(atom: ObjAtom, key: str) -> Sub:
    """What the value of a key must fit, ``names`` apart."""
    matching = [s for p, s in atom.patterns if found_in(p, key)]
    named = dict(atom.props).get(key)
    if named is None and not matching:
        return atom.rest
    return frozenset().union(named or TOP, *matching)
