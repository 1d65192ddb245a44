"""Linear forms of Int terms: enough to see that ``n - 1`` is one less than ``n`` without a solver."""

from __future__ import annotations

from collections import Counter

from kwlogic.core.terms import Op, Term, mk_int, mk_prim
from kwlogic.core.types import INT
from kwlogic.core.walk import fold

Linear = dict[Term | None, int]


def linear(term: Term) -> Linear:
    """Coefficients by atom, the constant under None; atoms are terms that are not sums or literal multiples."""
    return fold((term,), _step)[term]


def _step(term: Term, parts: tuple[Linear, ...]) -> Linear:
    if term.op is Op.LIT and term.type is INT:
        return {None: term.data} if term.data else {}
    if term.op is Op.PRIM:
        match term.data:
            case "int.add":
                return combine(parts[0], parts[1], 1)
            case "int.sub":
                return combine(parts[0], parts[1], -1)
            case "int.neg":
                return combine({}, parts[0], -1)
            case "int.mul" if set(parts[0]) <= {None}:
                return combine({}, parts[1], parts[0].get(None, 0))
            case "int.mul" if set(parts[1]) <= {None}:
                return combine({}, parts[0], parts[1].get(None, 0))
    return {term: 1}


def combine(left: Linear, right: Linear, factor: int) -> Linear:
    """``left + factor * right``."""
    total: Counter[Term | None] = Counter(left)
    for atom, count in right.items():
        total[atom] += factor * count
    return {a: n for a, n in total.items() if n}


def difference(left: Term, right: Term) -> Linear:
    return combine(linear(left), linear(right), -1)


def constant(form: Linear) -> int | None:
    """The value of a form without atoms."""
    return form.get(None, 0) if set(form) <= {None} else None


def minus(left: Term, right: Term) -> Term:
    """``left - right``, simplified where one side is zero."""
    zero = mk_int(0)
    if right is zero:
        return left
    return mk_prim("int.neg", (right,), INT) if left is zero else mk_prim("int.sub", (left, right), INT)
