"""Regular expressions of the numbers within bounds, as they are written: no leading zeros, no sign before an Int zero.

Expressions are in the dialect of Rust's ``regex`` and match whole texts. A bound is one expression; two bounds are met by
intersecting them, which the grammar language can say.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kwlogic.core.prim_eval import finite_decimal, int_text, real_text

INT = "-?[1-9][0-9]*|0"
DECIMAL = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
REAL = DECIMAL + r'(?:[eE][+-]?[0-9]{1,3})?|"-?(?:0|[1-9][0-9]{0,99})\x2f[1-9][0-9]{0,99}"'
PLACES = 24  # of a bound that has no finite decimal form


def ints_from(low: int) -> str:
    """The integers that are at least ``low``."""
    if low > 0:
        return _natural_from(int_text(low))
    if low == 0:
        return "0|[1-9][0-9]*"
    return f"0|[1-9][0-9]*|-(?:{_natural_to(int_text(-low))})"


def ints_to(high: int) -> str:
    """The integers that are at most ``high``."""
    if high < 0:
        return f"-(?:{_natural_from(int_text(-high))})"
    upper = "0" if high == 0 else f"0|{_natural_to(int_text(high))}"
    return f"{upper}|-[1-9][0-9]*"


def _natural_from(low: str) -> str:
    """Positive integers of at least ``low`` (positive)."""
    return "|".join([*_longer(len(low)), *_not_less(low), low])


def _natural_to(high: str) -> str:
    """Positive integers of at most ``high`` (positive)."""
    shorter = [f"[1-9][0-9]{{0,{len(high) - 2}}}"] if len(high) > 1 else []
    return "|".join([*shorter, *(b for b in _not_more(high, first=1)), high])


def _longer(digits: int) -> Iterator[str]:
    yield f"[1-9][0-9]{{{digits},}}"


def _not_less(low: str) -> Iterator[str]:
    """Digit strings of the same length that are greater: equal up to a place, greater there."""
    for place, digit in enumerate(low):
        if digit != "9":
            yield low[:place] + _digits(int(digit) + 1, 9) + _any(len(low) - place - 1)


def _not_more(high: str, first: int) -> Iterator[str]:
    """Digit strings of the same length that are less; ``first``: the least first digit."""
    for place, digit in enumerate(high):
        least = first if place == 0 else 0
        if int(digit) > least:
            yield high[:place] + _digits(least, int(digit) - 1) + _any(len(high) - place - 1)


def _digits(low: int, high: int) -> str:
    return str(low) if low == high else f"[{low}-{high}]"


def _any(count: int) -> str:
    return "" if count == 0 else "[0-9]" if count == 1 else f"[0-9]{{{count}}}"


# ---------------------------------------------------------------- divisors


def multiples(modulus: int, remainder: int) -> str | None:
    """The integers with ``v % modulus == remainder``, where the last digits tell; None where they do not."""
    power = next((k for k in range(1, 5) if 10**k % modulus == 0), None)
    if power is None:
        return None
    base = 10**power
    upward = list(range(remainder, base, modulus))
    downward = list(range((-remainder) % modulus, base, modulus))
    return f"{_ending(upward, power)}|-(?:{_ending(downward, power, zero=False)})"


def _ending(endings: list[int], power: int, zero: bool = True) -> str:
    """Positive integers (and zero) that end in one of some groups of ``power`` digits."""
    long = "|".join(str(n).rjust(power, "0") for n in endings)
    short = [str(n) for n in endings if n > 0 or zero]
    return "|".join([f"[1-9][0-9]*(?:{long})", *short])


# ---------------------------------------------------------------- decimals


def decimals_from(low: Fraction, open: bool) -> tuple[str, bool]:
    """The decimals that are at least (``open``: more than) ``low``; whether that is exact."""
    low, open, exact = _finite(low, open, upward=True)
    if low >= 0:
        positive = _magnitude_from(low, open)
        return (f"-?0(?:\\.0+)?|{positive}" if low == 0 and not open else positive), exact
    zero_and_up = DECIMAL.removeprefix("-?")
    return f"{zero_and_up}|-(?:{_magnitude_to(-low, open)})", exact


def decimals_to(high: Fraction, open: bool) -> tuple[str, bool]:
    """The decimals that are at most (``open``: less than) ``high``; whether that is exact."""
    high, open, exact = _finite(high, open, upward=False)
    if high < 0 or (high == 0 and open):
        return f"-(?:{_magnitude_from(-high, open)})", exact
    below = _magnitude_to(high, open)
    return f"{below}|-(?:{DECIMAL.removeprefix('-?')})", exact


def exactly(value: Fraction) -> str:
    """All decimals that are equal to a value of finite decimal form; nothing for others."""
    text = finite_decimal(value)
    if text is None:
        return "[^\\x00-\\x{10ffff}]"
    whole, _, digits = text.lstrip("-").partition(".")
    digits = digits.rstrip("0")
    sign = "-?" if value == 0 else "-" if value < 0 else ""
    return f"{sign}{whole}" + (f"\\.{digits}0*" if digits else "(?:\\.0+)?")


def real_literal(value: Fraction) -> str:
    """How a Real is written where it is one of few."""
    text = finite_decimal(value)
    return f'"{real_text(value)}"' if text is None else text


def _finite(bound: Fraction, open: bool, upward: bool) -> tuple[Fraction, bool, bool]:
    """A bound of finite decimal form, moved inwards where it has none."""
    if finite_decimal(bound) is not None:
        return bound, open, True
    scaled = bound * 10**PLACES
    return Fraction(scaled.__ceil__() if upward else scaled.__floor__(), 10**PLACES), False, False


def _parts(value: Fraction) -> tuple[str, str]:
    """The digits before and after the point, of a value that is not negative."""
    text = finite_decimal(value)
    assert text is not None
    whole, _, digits = text.partition(".")
    return whole, digits.rstrip("0")


def _magnitude_from(low: Fraction, open: bool) -> str:
    """Unsigned decimals of at least ``low`` >= 0."""
    whole, digits = _parts(low)
    options = [f"(?:{_natural_from(int_text(int(whole) + 1))})(?:\\.[0-9]+)?"]
    after = [digits[:i] + _digits(int(d) + 1, 9) + "[0-9]*" for i, d in enumerate(digits) if d != "9"]
    after.append(digits + ("0*[1-9][0-9]*" if open else "[0-9]*" if digits else "[0-9]+"))
    same = f"{whole}\\.(?:{'|'.join(after)})"
    options.append(f"{whole}(?:\\.(?:{'|'.join(after)}))?" if not digits and not open else same)
    return "|".join(options)


def _magnitude_to(high: Fraction, open: bool) -> str:
    """Unsigned decimals of at most ``high`` >= 0; nothing is less than zero."""
    whole, digits = _parts(high)
    options: list[str] = []
    if whole != "0":
        smaller = int_text(int(whole) - 1)
        options.append(f"(?:0|{_natural_to(smaller)})(?:\\.[0-9]+)?" if smaller != "0" else "0(?:\\.[0-9]+)?")
    after = [digits[:i] + _digits(0, int(d) - 1) + "[0-9]*" for i, d in enumerate(digits) if d != "0"]
    after += [digits[:i] for i in range(1, len(digits))]
    if not open:
        after.append(f"{digits}0*" if digits else "0+")
    if after:
        options.append(f"{whole}\\.(?:{'|'.join(after)})")
    if digits or not open:
        options.append(whole)
    return "|".join(options) if options else "[^\\x00-\\x{10ffff}]"
