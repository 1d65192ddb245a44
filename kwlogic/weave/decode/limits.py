"""Limits of single sites, joined and asked: what two of them have in common, and whether a value is within one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

from kwlogic.core.regex import Regex, Seq
from kwlogic.core.regex_match import search
from kwlogic.core.value import Con
from kwlogic.weave.decode.data import Free, Ints, Limit, OneOf, Reals, Residual, Sizes, Tags, Texts

NOTHING = OneOf(())


def admits(limit: Residual | Sizes, value: Any) -> bool:
    """Whether a value is in it; of a ``Sizes``, whether the number of elements is."""
    match limit:
        case Ints():
            low, high = limit.low, limit.high
            inside = (low is None or low <= value) and (high is None or value <= high)
            return inside and value % limit.modulus == limit.remainder and value not in limit.excluded
        case Reals():
            return _real_admits(limit, Fraction(value))
        case Texts():
            return _text_admits(limit, value)
        case OneOf(values=values):
            return any(type(v) is type(value) and v == value for v in values)
        case Tags(names=names):
            return isinstance(value, Con) and value.ctor in names
        case Sizes(low=low, high=high):
            return bool(low <= value and (high is None or value <= high))
        case Free():
            return True
        case _:
            raise TypeError(f"no set of values: {limit}")


def _real_admits(limit: Reals, value: Fraction) -> bool:
    low, high = limit.low, limit.high
    above = low is None or low < value or (low == value and not limit.low_open)
    below = high is None or value < high or (high == value and not limit.high_open)
    return above and below and value not in limit.excluded


def _text_admits(limit: Texts, value: str) -> bool:
    fits = limit.min_length <= len(value) and (limit.max_length is None or len(value) <= limit.max_length)
    fits = fits and value.startswith(limit.prefix) and value.endswith(limit.suffix) and value not in limit.excluded
    fits = fits and all(part in value for part in limit.contains)
    return fits and all(search(r, value) for r in limit.regexes) and not any(search(r, value) for r in limit.never)


def meet_all(limits: Iterable[Limit]) -> Limit | None:
    """What all have in common; None where there are none."""
    found: Limit | None = None
    for limit in limits:
        found = limit if found is None else meet(found, limit)
    return found


def meet(one: Limit, other: Limit) -> Limit:
    """What two limits of one site have in common; NOTHING where that is nothing that is plain to see."""
    for some, rest in ((one, other), (other, one)):
        if isinstance(some, OneOf):
            return OneOf(tuple(v for v in some.values if admits(rest, v)))
        if isinstance(some, Tags):
            return Tags(tuple(n for n in some.names if admits(rest, Con(n, ()))))
    if isinstance(one, Ints) and isinstance(other, Ints):
        return _ints(one, other)
    if isinstance(one, Reals) and isinstance(other, Reals):
        return _reals(one, other)
    if isinstance(one, Texts) and isinstance(other, Texts):
        return _texts(one, other)
    if isinstance(one, Sizes) and isinstance(other, Sizes):
        return Sizes(max(one.low, other.low), _least(one.high, other.high))
    raise TypeError(f"limits of different kinds of values: {one}, {other}")


def _least(one: int | None, other: int | None) -> int | None:
    return min((v for v in (one, other) if v is not None), default=None)


def _greatest(one: int | None, other: int | None) -> int | None:
    return max((v for v in (one, other) if v is not None), default=None)


def _ints(one: Ints, other: Ints) -> Limit:
    modulus = lcm(one.modulus, other.modulus)
    small, large = sorted((one, other), key=lambda limit: limit.modulus)
    candidates = range(large.remainder, modulus, large.modulus)
    if len(candidates) > 100_000:
        raise TypeError("the divisors are too large together")
    remainder = next((r for r in candidates if r % small.modulus == small.remainder), None)
    if remainder is None:
        return NOTHING
    low, high = _greatest(one.low, other.low), _least(one.high, other.high)
    return Ints(low, high, modulus, remainder, one.excluded | other.excluded)


def _reals(one: Reals, other: Reals) -> Reals:
    lows = [(v.low, v.low_open) for v in (one, other) if v.low is not None]
    highs = [(v.high, v.high_open) for v in (one, other) if v.high is not None]
    low, low_open = max(lows, default=(None, False))
    high, high_open = min(highs, key=lambda pair: (pair[0], not pair[1]), default=(None, False))
    return Reals(low, low_open, high, high_open, one.excluded | other.excluded)


def _texts(one: Texts, other: Texts) -> Limit:
    long, short = sorted((one.prefix, other.prefix), key=len, reverse=True)
    last, least = sorted((one.suffix, other.suffix), key=len, reverse=True)
    if not long.startswith(short) or not last.endswith(least):
        return NOTHING
    return Texts(
        max(one.min_length, other.min_length),
        _least(one.max_length, other.max_length),
        _both(one.regexes, other.regexes),
        _both(one.never, other.never),
        long,
        last,
        tuple(dict.fromkeys((*one.contains, *other.contains))),
        one.excluded | other.excluded,
    )


def _both(one: tuple[Regex, ...], other: tuple[Regex, ...]) -> tuple[Regex, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def literal(text: str) -> Regex:
    """The regular expression of one text."""
    from kwlogic.core.regex import Chars

    return Seq(tuple(Chars(((ord(c), ord(c)),)) for c in text))


def plainly_empty(limit: Limit) -> bool:
    """Whether bounds alone leave no value; a False promises nothing where regular expressions are met."""
    match limit:
        case OneOf(values=values):
            return not values
        case Tags(names=names):
            return not names
        case Sizes(low=low, high=high):
            return high is not None and high < low
        case Texts():
            return limit.max_length is not None and limit.max_length < limit.min_length
        case Ints():
            return finite_ints(limit, 1) == ()
        case Reals(low=low_, high=high_) if low_ is not None and high_ is not None:
            return high_ < low_ or (high_ == low_ and (limit.low_open or limit.high_open or low_ in limit.excluded))
        case _:
            return False


def finite_ints(limit: Ints, most: int) -> tuple[int, ...] | None:
    """The first ``most`` values where they are bounded on both sides (or fewer, if that is all); None where they are not."""
    if limit.low is None or limit.high is None:
        return None
    start = limit.low + (limit.remainder - limit.low) % limit.modulus
    found: list[int] = []
    for value in range(start, limit.high + 1, limit.modulus):
        if value not in limit.excluded:
            found.append(value)
        if len(found) >= most:
            break
    return tuple(found)


def without(limit: Residual, values: Iterable[Any]) -> Residual:
    """The same with some values of its type left out (a Free one has no type and is refused)."""
    gone: frozenset[Any] = frozenset(values)
    if not gone:
        return limit
    match limit:
        case Ints() | Reals() | Texts():
            known: frozenset[Any] = limit.excluded
            more: Any = known | gone
            return replace(limit, excluded=more)
        case OneOf(values=some):
            return replace(limit, values=tuple(v for v in some if v not in gone))
        case Tags(names=names):
            return replace(limit, names=tuple(n for n in names if Con(n, ()) not in gone))
        case _:
            raise TypeError(f"values cannot be left out of {limit}")
