"""Polynomials over atoms (small integers) with exact coefficients: sums of monomials, the empty one being the constant."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

Number = int | Fraction
Monomial = tuple[int, ...]
Poly = dict[Monomial, Number]

ONE: Monomial = ()


def constant(value: Number) -> Poly:
    return {ONE: tidy(value)} if value else {}


def atom(number: int) -> Poly:
    return {(number,): 1}


def tidy(value: Number) -> Number:
    """An int where there is one: it is the faster of the two."""
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def add(left: Poly, right: Poly, factor: Number = 1) -> Poly:
    """``left + factor * right``."""
    out = dict(left)
    for monomial, coefficient in right.items():
        value = out.get(monomial, 0) + factor * coefficient
        if value:
            out[monomial] = tidy(value)
        else:
            out.pop(monomial, None)
    return out


def scale(poly: Poly, factor: Number) -> Poly:
    return {m: tidy(c * factor) for m, c in poly.items()} if factor else {}


def multiply(left: Poly, right: Poly) -> Poly:
    out: Poly = {}
    for m, c in left.items():
        out = add(out, {tuple(sorted(m + n)): c * d for n, d in right.items()})
    return out


def value_of(poly: Poly) -> Number | None:
    """The number that a polynomial without atoms is."""
    if not poly:
        return 0
    return poly.get(ONE) if len(poly) == 1 else None


def primitive(poly: Poly) -> Poly:
    """Scaled by a positive number so that the coefficients of its atoms are integers without a common factor."""
    denominator, divisor = 1, 0
    for monomial, coefficient in poly.items():
        bottom = coefficient.denominator
        if monomial:
            denominator = denominator * bottom // gcd(denominator, bottom)
    for monomial, coefficient in poly.items():
        if monomial:
            divisor = gcd(divisor, int(coefficient * denominator))
    if divisor == 0 or (divisor == 1 and denominator == 1):
        return poly
    return scale(poly, Fraction(denominator, divisor))
