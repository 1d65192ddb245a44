"""Unions of cubes as residuals: intervals, residue classes and finite sets where they are that, else a check.

A check is answered here, out of the cubes, so that it costs no question to a solver.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import lcm

from kwlogic.core.prim_eval import finite_decimal, real_text
from kwlogic.core.terms import Term, mk_and, mk_eq, mk_int, mk_not, mk_or, mk_prim, mk_real
from kwlogic.core.types import BOOL, INT
from kwlogic.weave.decode.data import Checked, Free, Ints, OneOf, Reals, Residual
from kwlogic.weave.decode.residual_linear import Cube

MOST_LISTED = 64
MOST_EXCLUDED = 64
MOST_CLASSES = 64
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)?")
_DECIMAL = re.compile(r"(-?)([0-9]*)(\.([0-9]*))?")


def cube_term(cube: Cube, var: Term) -> Term:
    """That a number is in a cube."""
    whole = cube.modulus != 0
    prefix = "int" if whole else "real"
    parts = []
    if cube.low is not None:
        edge = mk_int(int(cube.low)) if whole else mk_real(cube.low)
        parts.append(mk_prim(f"{prefix}.{'lt' if cube.low_open else 'le'}", (edge, var), BOOL))
    if cube.high is not None:
        edge = mk_int(int(cube.high)) if whole else mk_real(cube.high)
        parts.append(mk_prim(f"{prefix}.{'lt' if cube.high_open else 'le'}", (var, edge), BOOL))
    if cube.modulus > 1:
        parts.append(mk_eq(mk_prim("int.mod", (var, mk_int(cube.modulus)), INT), mk_int(cube.remainder)))
    return mk_and(parts)


def outside(cube: Cube, var: Term) -> Term:
    return mk_not(cube_term(cube, var))


def inside(cubes: list[Cube], var: Term) -> Term:
    return mk_or([cube_term(c, var) for c in cubes])


# ---------------------------------------------------------------- integers


def ints(cubes: list[Cube], exact: bool, why: str) -> Residual:
    """The residual of a union of cubes of integers, which is not empty."""
    listed = _listed(cubes)
    if listed is not None:
        return OneOf(tuple(listed), exact, why)
    plain, others = merged([c for c in cubes if c.modulus == 1]), [c for c in cubes if c.modulus != 1]
    if not others and len(plain) == 1:
        low, high = plain[0].low, plain[0].high
        if low is None and high is None:
            return Free(exact, why)
        return Ints(_int(low), _int(high), exact=exact, why=why)
    if not others and (holes := _holes(plain)) is not None:
        return Ints(_int(plain[0].low), _int(plain[-1].high), excluded=holes, exact=exact, why=why)
    if not plain and len(others) == 1:
        one = others[0]
        return Ints(_int(one.low), _int(one.high), one.modulus, one.remainder, exact=exact, why=why)
    return Checked(_span(cubes), _in_any(cubes), lambda text: _int_alive(cubes, text), exact, why)


def _int(value: Fraction | None) -> int | None:
    return None if value is None else int(value)


def _in_any(cubes: list[Cube]) -> Callable[[int | Fraction], bool]:
    return lambda value: any(c.has(value) for c in cubes)


def _span(cubes: list[Cube]) -> Ints:
    lows, highs = [c.low for c in cubes], [c.high for c in cubes]
    low = None if None in lows else min(int(x) for x in lows if x is not None)
    high = None if None in highs else max(int(x) for x in highs if x is not None)
    return Ints(low, high)


def _listed(cubes: list[Cube]) -> list[int] | None:
    """All members, where there are few."""
    found: set[int] = set()
    for cube in cubes:
        if cube.low is None or cube.high is None or (cube.high - cube.low) // cube.modulus >= MOST_LISTED:
            return None
        found.update(range(int(cube.low), int(cube.high) + 1, cube.modulus))
        if len(found) > MOST_LISTED:
            return None
    if len(found) > 2 and len(found) == max(found) - min(found) + 1:
        return None  # an interval says it shorter
    return sorted(found)


def merged(cubes: list[Cube]) -> list[Cube]:
    """Disjoint intervals of integers in rising order."""
    made: list[Cube] = []
    for cube in sorted(cubes, key=lambda c: (c.low is not None, c.low or 0)):
        if made and (made[-1].high is None or cube.low is None or cube.low <= made[-1].high + 1):
            last = made[-1]
            high = None if last.high is None or cube.high is None else max(last.high, cube.high)
            made[-1] = Cube(last.low, False, high, False)
        else:
            made.append(cube)
    return made


def _holes(plain: list[Cube]) -> frozenset[int] | None:
    """What lies between the intervals, where it is little."""
    found: list[int] = []
    for one, other in pairwise(plain):
        assert one.high is not None
        assert other.low is not None
        if other.low - one.high > MOST_EXCLUDED:
            return None
        found.extend(range(int(one.high) + 1, int(other.low)))
    return frozenset(found) if len(found) <= MOST_EXCLUDED else None


def _int_alive(cubes: list[Cube], text: str) -> bool:
    """Whether a member's text starts so."""
    if not _NUMBER.fullmatch(text):
        return False
    if text in ("", "-"):
        return any(not text or _meets(c, None, -1) for c in cubes)
    if text.lstrip("-") == "0":
        return text == "0" and any(c.has(0) for c in cubes)
    return any(_meets(c, low, high) for c in cubes for low, high in _starting(text, cubes))


def _starting(text: str, cubes: list[Cube]) -> Iterator[tuple[int, int]]:
    """The numbers whose text starts so, as intervals, as far as cubes may reach."""
    negative, digits = text.startswith("-"), int(text.lstrip("-"))
    largest = max([abs(int(e)) for c in cubes for e in (c.low, c.high) if e is not None] + [lcm(*(c.modulus for c in cubes))], default=1)
    scale = 1
    while scale <= 100 * max(largest, 1):
        low, high = digits * scale, (digits + 1) * scale - 1
        yield (-high, -low) if negative else (low, high)
        scale *= 10


def _meets(cube: Cube, low: int | None, high: int | None) -> bool:
    """Whether a cube has a member within bounds."""
    start = low if cube.low is None else int(cube.low) if low is None else max(low, int(cube.low))
    end = high if cube.high is None else int(cube.high) if high is None else min(high, int(cube.high))
    if start is None or end is None:
        return True
    return start + (cube.remainder - start) % cube.modulus <= end


# ---------------------------------------------------------------- reals


def reals(cubes: list[Cube], exact: bool, why: str) -> Residual:
    """The residual of a union of intervals, which is not empty."""
    plain = merged_reals(cubes)
    if all(c.low is not None and c.low == c.high for c in plain) and len(plain) <= MOST_LISTED:
        return OneOf(tuple(c.low for c in plain if c.low is not None), exact, why)
    first, last = plain[0], plain[-1]
    if _punctured(plain):
        holes = frozenset(c.high for c in plain[:-1] if c.high is not None)
        if first.low is None and last.high is None and not holes:
            return Free(exact, why)
        return Reals(first.low, first.low_open, last.high, last.high_open, holes, exact, why)
    base = Reals(first.low, first.low_open, last.high, last.high_open)
    return Checked(base, _in_any(plain), lambda text: _real_alive(plain, text), exact, why)


def _punctured(plain: list[Cube]) -> bool:
    """Whether nothing but single numbers is missing between the intervals."""
    return len(plain) <= MOST_EXCLUDED and all(a.high == b.low for a, b in pairwise(plain))


def merged_reals(cubes: list[Cube]) -> list[Cube]:
    """Disjoint intervals in rising order, those that touch in one."""
    made: list[Cube] = []
    for cube in sorted(cubes, key=lambda c: (c.low is not None, c.low or 0, c.low_open)):
        last = made[-1] if made else None
        if last is None or (last.high is not None and cube.low is not None and _apart(last, cube)):
            made.append(cube)
            continue
        high, open_ = last.high, last.high_open
        if cube.high is None or high is None:
            high, open_ = None, False
        elif cube.high > high or (cube.high == high and not cube.high_open):
            high, open_ = cube.high, cube.high_open
        made[-1] = Cube(last.low, last.low_open, high, open_, 0)
    return made


def _apart(one: Cube, other: Cube) -> bool:
    assert one.high is not None
    assert other.low is not None
    return one.high < other.low or (one.high == other.low and one.high_open and other.low_open)


def _real_alive(cubes: list[Cube], text: str) -> bool:
    """Whether the text of a member starts so: a decimal, or for what has none ``"p/q"``."""
    points = [c.low for c in cubes if c.low is not None and c.low == c.high]
    if text.startswith('"'):
        return any(finite_decimal(p) is None and json.dumps(real_text(p)).startswith(text) for p in points)
    found = _DECIMAL.fullmatch(text)
    if found is None or re.match(r"-?0[0-9]", text) or (found[3] and not found[2]):
        return False
    return any(_overlaps(c, low, high) for c in cubes for low, high in _decimals(found, cubes))


def _decimals(found: re.Match[str], cubes: list[Cube]) -> Iterator[tuple[Fraction, Fraction]]:
    """Half-open intervals (closed where they are next to zero) of the numbers whose decimal starts so."""
    sign = -1 if found[1] else 1
    if not found[2]:
        far = max([abs(e) for c in cubes for e in (c.low, c.high) if e is not None], default=Fraction(0)) + 2
        yield (Fraction(0), far) if sign > 0 else (-far, Fraction(0))
        if sign > 0:
            yield -far, Fraction(0)
        return
    whole = int(found[2])
    if found[3]:
        places = len(found[4])
        low = Fraction(int(found[2] + found[4]), 10**places)
        yield _signed(low, low + Fraction(1, 10**places), sign)
        return
    far = max([abs(e) for c in cubes for e in (c.low, c.high) if e is not None], default=Fraction(1)) * 100 + 100
    scale = 1
    while scale <= far:
        yield _signed(Fraction(whole * scale), Fraction((whole + 1) * scale), sign)
        if not whole:
            return
        scale *= 10


def _signed(low: Fraction, high: Fraction, sign: int) -> tuple[Fraction, Fraction]:
    return (low, high) if sign > 0 else (-high, -low)


def _overlaps(cube: Cube, low: Fraction, high: Fraction) -> bool:
    """Whether a cube has a finite decimal of ``low <= |v| < high``, read from zero."""
    near, far = (low, high) if high > 0 else (high, low)
    if cube.has(near):
        return finite_decimal(near) is not None
    start = low if cube.low is None else max(low, cube.low)
    end = high if cube.high is None else min(high, cube.high)
    if start < end:
        return True
    return start == end and start != far and cube.has(start) and finite_decimal(start) is not None
