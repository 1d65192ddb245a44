"""Truths about single applications of primitives that hold wherever the application stands: the defining inequalities
of division, remainder and rounding, and that sizes are not negative."""

from __future__ import annotations

from fractions import Fraction

from kwlogic.core.terms import Op, Term, mk_and, mk_eq, mk_implies, mk_int, mk_not, mk_or, mk_prim, mk_real
from kwlogic.core.types import BOOL, INT, REAL


def facts_of(term: Term) -> tuple[Term, ...]:
    """True formulas about a primitive application, true of every value of its arguments."""
    match term.data:
        case "int.div" | "int.mod":
            return _division(*term.args)
        case "real.div" if term.args[1].op is not Op.LIT:
            return _quotient(term)
        case "real.floor":
            return _floor(term)
        case "str.len" | "set.len" | "map.len":
            return (_le(mk_int(0), term),)
        case _:
            return ()


def _le(left: Term, right: Term) -> Term:
    return mk_prim("int.le", (left, right), BOOL)


def _lt(left: Term, right: Term) -> Term:
    return mk_prim("int.lt", (left, right), BOOL)


def _division(value: Term, divisor: Term) -> tuple[Term, ...]:
    """Floor division: the remainder has the sign of the divisor."""
    quotient = mk_prim("int.div", (value, divisor), INT)
    rest = mk_prim("int.mod", (value, divisor), INT)
    whole = mk_prim("int.mul", (divisor, quotient), INT)
    total = mk_eq(value, mk_prim("int.add", (whole, rest), INT))
    zero = mk_int(0)
    up = mk_and((_le(zero, rest), _lt(rest, divisor)))
    down = mk_and((_lt(divisor, rest), _le(rest, zero)))
    if divisor.op is Op.LIT:
        return () if divisor.data == 0 else (total, up if divisor.data > 0 else down)
    return (
        mk_or((mk_eq(divisor, zero), total)),
        mk_implies(_lt(zero, divisor), up),
        mk_implies(_lt(divisor, zero), down),
    )


def _quotient(term: Term) -> tuple[Term, ...]:
    value, divisor = term.args
    back = mk_eq(value, mk_prim("real.mul", (divisor, term), REAL))
    return (mk_implies(mk_not(mk_eq(divisor, mk_real(Fraction(0)))), back),)


def _floor(term: Term) -> tuple[Term, ...]:
    (value,) = term.args
    whole = mk_prim("real.of_int", (term,), REAL)
    above = mk_prim("real.add", (whole, mk_real(Fraction(1))), REAL)
    return (mk_prim("real.le", (whole, value), BOOL), mk_prim("real.lt", (value, above), BOOL))
