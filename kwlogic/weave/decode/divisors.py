"""Integers by a divisor that the last digits do not tell: which of their prefixes can be gone on with is arithmetic."""

from __future__ import annotations

from dataclasses import replace

from kwlogic.weave.decode.data import Checked, Ints
from kwlogic.weave.decode.limits import admits

_DIGITS = 400  # more than any bound has that is worth generating


def checked_ints(limit: Ints) -> Checked:
    """The same set: bounds as a grammar, the divisor by asking."""
    base = replace(limit, modulus=1, remainder=0, excluded=frozenset())
    return Checked(base, lambda value: admits(limit, value), lambda text: _alive(limit, text), limit.exact, limit.why)


def _alive(limit: Ints, text: str) -> bool:
    """Whether a value of the set is written with these characters first."""
    negative = text.startswith("-")
    digits = text[1:] if negative else text
    if not digits:
        return any(_alive(limit, text + d) for d in "0123456789"[negative:])
    if digits.startswith("0"):
        return text == "0" and admits(limit, 0)
    low, high = (limit.low, limit.high) if not negative else (_minus(limit.high), _minus(limit.low))
    remainder = limit.remainder if not negative else -limit.remainder % limit.modulus
    excluded = {-v for v in limit.excluded} if negative else limit.excluded
    for more in range(_DIGITS):
        first = int(digits) * 10**more
        last = first + 10**more - 1
        if high is not None and first > high:
            return False
        start = first if low is None else max(first, low)
        end = last if high is None else min(last, high)
        value = start + (remainder - start) % limit.modulus
        while value <= end and value in excluded:
            value += limit.modulus
        if value <= end:
            return True
    return False


def _minus(value: int | None) -> int | None:
    return None if value is None else -value
