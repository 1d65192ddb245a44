"""Arithmetic and text on scalars that are known in part: folded where it can be, with constants moved to one side.

Comparisons of Int are brought to ``unknown <= number`` where possible, so that ``Where`` can decide them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from kwlogic.core.terms import Op, Term, mk_and, mk_bool, mk_eq, mk_if, mk_int, mk_not, mk_or, mk_prim
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.weave.decode.residual_values import lift, lower

FOLDS: dict[str, Callable[..., Any]] = {
    "int.add": operator.add,
    "int.sub": operator.sub,
    "int.mul": operator.mul,
    "int.neg": operator.neg,
    "int.lt": operator.lt,
    "int.le": operator.le,
    "real.add": operator.add,
    "real.sub": operator.sub,
    "real.mul": operator.mul,
    "real.neg": operator.neg,
    "real.lt": operator.lt,
    "real.le": operator.le,
    "real.of_int": Fraction,
    "str.concat": operator.add,
    "str.len": len,
    "str.contains": operator.contains,
    "str.starts_with": str.startswith,
    "str.ends_with": str.endswith,
    "str.lt": operator.lt,
    "str.le": operator.le,
}
PARTIAL = frozenset(("int.div", "int.mod", "real.div", "str.at", "str.slice"))
SCALARS = frozenset((INT, REAL, BOOL, STRING))
ENCODED = frozenset(
    (*FOLDS, *PARTIAL, "real.floor", "str.replace", "str.matches", "str.of_int", "str.of_bool", "str.index_of", "str.to_int")
)
"""The primitives on scalars that may stay in a term."""


def mk_scalar(name: str, args: tuple[Any, ...], type: Type) -> Any:
    """A total primitive, or a partial one where it is defined; at least one argument is a term."""
    if name in ("int.add", "int.sub", "int.neg"):
        return _sum(name, args)
    if name in ("int.mul", "real.mul"):
        return _product(name, args, type)
    if name in ("int.le", "int.lt"):
        return _order(name, *args)
    if name.startswith("real."):
        neutral = _neutral(name, args)
        if neutral is not None:
            return neutral
    if (name == "str.contains" and args[1] == "") or (name in ("str.starts_with", "str.ends_with") and args[1] == ""):
        return True
    terms = tuple(map(lift, args))
    if name in ("real.le", "str.le") and terms[0] is terms[1]:
        return True
    return mk_prim(name, terms, type)


def scalar(name: str, *args: Any) -> Any:
    """A primitive on scalars, known or not, that is total."""
    if any(isinstance(a, Term) for a in args):
        return mk_scalar(name, args, INT)
    return FOLDS[name](*args)


def _neutral(name: str, args: tuple[Any, ...]) -> Any:
    if name == "real.add":
        return args[1] if args[0] == 0 else args[0] if args[1] == 0 else None
    return args[0] if name == "real.sub" and args[1] == 0 else None


def split_sum(value: Any) -> tuple[int, Term | None]:
    """A number plus a term."""
    if not isinstance(value, Term):
        return value, None
    if value.op is Op.PRIM and value.data == "int.add" and value.args[0].op is Op.LIT:
        return value.args[0].data, value.args[1]
    return 0, value


def joined_sum(number: int, term: Term | None) -> Any:
    if term is None:
        return number
    return mk_prim("int.add", (mk_int(number), term), INT) if number else term


def _sum(name: str, args: tuple[Any, ...]) -> Any:
    number, term = split_sum(args[0])
    if name == "int.neg":
        assert term is not None
        return joined_sum(-number, mk_prim("int.neg", (term,), INT))
    other, right = split_sum(args[1])
    if name == "int.sub":
        other = -other
        if term is right:
            return number + other
    if term is None or right is None:
        if right is None or name == "int.add":
            return joined_sum(number + other, term if right is None else right)
        return joined_sum(number + other, mk_prim("int.neg", (right,), INT))
    return joined_sum(number + other, mk_prim(name, (term, right), INT))


def _product(name: str, args: tuple[Any, ...], type: Type) -> Any:
    zero = 0 if type is INT else Fraction(0)
    for one, other in (args, args[::-1]):
        if not isinstance(one, Term):
            if one == 0:
                return zero
            if one == 1:
                return other
            return mk_prim(name, (lift(one), lift(other)), type)
    return mk_prim(name, (args[0], args[1]), type)


def _order(name: str, left: Any, right: Any) -> Any:
    a, x = split_sum(left)
    b, y = split_sum(right)
    if x is y:
        return a <= b if name == "int.le" else a < b
    if x is None:
        return mk_prim(name, (mk_int(a - b), lift(y)), BOOL)
    return mk_prim(name, (x, lift(joined_sum(b - a, y))), BOOL)


def mk_equal(left: Any, right: Any) -> Any:
    """Equality of scalars."""
    if not isinstance(left, Term) and not isinstance(right, Term):
        return left == right
    if left is right:
        return True
    one, other = lift(left), lift(right)
    if one.type is BOOL:
        return _iff(one, other)
    if one.type is INT:
        a, x = split_sum(left)
        b, y = split_sum(right)
        if x is y:
            return a == b
        if x is None:
            one, other = lift(y), mk_int(a - b)
        else:
            one, other = x, lift(joined_sum(b - a, y))
    return mk_eq(one, other)


def _iff(one: Term, other: Term) -> Any:
    for a, b in ((one, other), (other, one)):
        if a.op is Op.LIT:
            return lower(b if a.data else mk_not(b))
    return mk_eq(one, other)


def mk_choice(cond: Term, then: Any, other: Any) -> Any:
    """``then`` or ``other``, scalars of one type."""
    if then is other or (not isinstance(then, Term) and not isinstance(other, Term) and then == other):
        return then
    a, b = lift(then), lift(other)
    if a.type is not BOOL:
        return lower(mk_if(cond, a, b))
    if a.op is Op.LIT:
        return lower(mk_or((cond, b)) if a.data else mk_and((mk_not(cond), b)))
    if b.op is Op.LIT:
        return lower(mk_or((mk_not(cond), a)) if b.data else mk_and((cond, a)))
    return lower(mk_if(cond, a, b))


def mk_truth(value: Any) -> Term:
    """A Bool, known or not, as a term."""
    return value if isinstance(value, Term) else mk_bool(value)
