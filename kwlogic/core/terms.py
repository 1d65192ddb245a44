"""Core terms: hash-consed, typed. Equality is identity, hashing is O(1); one table for a process.

One term language serves programs and logic. In programs, ``AT`` nodes carry source spans and ``ASSERT`` and
``LEMMA`` carry proof steps; ``core.logic.erase`` removes them, and what is left is logic.

| op | data | args |
| --- | --- | --- |
| VAR | name | |
| LIT | int, Fraction, bool or str | |
| CALL | (qualified name of a fn or kernel, type arguments) | arguments |
| PRIM | name in ``core.prims`` | arguments |
| CON | constructor (``Nil Cons None Some Tuple`` or qualified) | fields |
| SEL | (constructor, index) | value; defined where the value has that constructor |
| IS | constructor | value |
| IF | | condition, then, else |
| LET | variable | value, body |
| LAMBDA | ((name, type), ...) | body |
| APPLY | | function value, arguments |
| FORALL, EXISTS | ((name, type), ...) | body (unbounded; bounded ones are calls of ``all``/``any``) |
| AND, OR | | two or more |
| NOT, IMPLIES, EQ | | (IMPLIES and AND, OR short-circuit from the left) |
| ASSERT | | predicate, body |
| LEMMA | (qualified name, type arguments) | arguments, body last |
| AT | Span | term |
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from fractions import Fraction
from itertools import count
from typing import Any

from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, fun_of
from kwlogic.source.data import Span


class Op(IntEnum):
    VAR = 0
    LIT = 1
    CALL = 2
    PRIM = 3
    CON = 4
    SEL = 5
    IS = 6
    IF = 7
    LET = 8
    LAMBDA = 9
    APPLY = 10
    FORALL = 11
    EXISTS = 12
    AND = 13
    OR = 14
    NOT = 15
    IMPLIES = 16
    EQ = 17
    ASSERT = 18
    LEMMA = 19
    AT = 20


class Term:
    """An interned term. ``id`` grows in creation order, so children have smaller ids than parents."""

    __slots__ = ("args", "data", "id", "op", "type")
    op: Op
    data: Any
    args: tuple[Term, ...]
    type: Type
    id: int

    def __repr__(self) -> str:
        from kwlogic.core.show import show_term

        return show_term(self)

    def __reduce__(self) -> tuple[object, ...]:
        from kwlogic.core.flat import flatten, revive

        return revive, (flatten((self,)),)


_TERMS: dict[tuple[object, ...], Term] = {}
_IDS = count()


def mk(op: Op, data: Any, args: tuple[Term, ...], type: Type) -> Term:
    """The one constructor; unchecked. Prefer the ``mk_x`` below."""
    key = (op, data, args, type)
    found = _TERMS.get(key)
    if found is None:
        found = Term()
        found.op, found.data, found.args, found.type, found.id = op, data, args, type, next(_IDS)
        found = _TERMS.setdefault(key, found)
    return found


def mk_var(name: str, type: Type) -> Term:
    return mk(Op.VAR, name, (), type)


def mk_int(value: int) -> Term:
    return mk(Op.LIT, value, (), INT)


def mk_real(value: Fraction) -> Term:
    return mk(Op.LIT, Fraction(value), (), REAL)


def mk_str(value: str) -> Term:
    return mk(Op.LIT, value, (), STRING)


TRUE = mk(Op.LIT, True, (), BOOL)
FALSE = mk(Op.LIT, False, (), BOOL)


def mk_bool(value: bool) -> Term:
    return TRUE if value else FALSE


def mk_call(name: str, targs: tuple[Type, ...], args: tuple[Term, ...], type: Type) -> Term:
    return mk(Op.CALL, (name, targs), args, type)


def mk_prim(name: str, args: tuple[Term, ...], type: Type) -> Term:
    return mk(Op.PRIM, name, args, type)


def mk_con(ctor: str, args: tuple[Term, ...], type: Type) -> Term:
    return mk(Op.CON, ctor, args, type)


def mk_sel(ctor: str, index: int, value: Term, type: Type) -> Term:
    """Field ``index`` of a value; a selection from the constructor itself is that field."""
    if value.op is Op.CON and value.data == ctor:
        return value.args[index]
    return mk(Op.SEL, (ctor, index), (value,), type)


def mk_is(ctor: str, value: Term) -> Term:
    if value.op is Op.CON:
        return mk_bool(value.data == ctor)
    return mk(Op.IS, ctor, (value,), BOOL)


def mk_if(cond: Term, then: Term, other: Term) -> Term:
    if cond is TRUE:
        return then
    if cond is FALSE:
        return other
    if then is other:
        return then
    return mk(Op.IF, None, (cond, then, other), then.type)


def mk_let(name: str, value: Term, body: Term) -> Term:
    return mk(Op.LET, name, (value, body), body.type)


def mk_lambda(params: tuple[tuple[str, Type], ...], body: Term) -> Term:
    return mk(Op.LAMBDA, params, (body,), fun_of(tuple(t for _, t in params), body.type))


def mk_apply(fn: Term, args: tuple[Term, ...]) -> Term:
    return mk(Op.APPLY, None, (fn, *args), fn.type.args[-1])


def mk_forall(binders: tuple[tuple[str, Type], ...], body: Term) -> Term:
    return body if not binders or body is TRUE or body is FALSE else mk(Op.FORALL, binders, (body,), BOOL)


def mk_exists(binders: tuple[tuple[str, Type], ...], body: Term) -> Term:
    return body if not binders or body is TRUE or body is FALSE else mk(Op.EXISTS, binders, (body,), BOOL)


def mk_and(parts: Iterable[Term]) -> Term:
    """Conjunction, flattened, without units and repeats; the order is kept."""
    return _join(Op.AND, parts, TRUE, FALSE)


def mk_or(parts: Iterable[Term]) -> Term:
    return _join(Op.OR, parts, FALSE, TRUE)


def _join(op: Op, parts: Iterable[Term], unit: Term, zero: Term) -> Term:
    flat: dict[Term, None] = {}
    for part in parts:
        for leaf in part.args if part.op is op else (part,):
            if leaf is zero:
                return zero
            if leaf is not unit:
                flat[leaf] = None
    if not flat:
        return unit
    return next(iter(flat)) if len(flat) == 1 else mk(op, None, tuple(flat), BOOL)


def mk_not(arg: Term) -> Term:
    if arg is TRUE:
        return FALSE
    if arg is FALSE:
        return TRUE
    return arg.args[0] if arg.op is Op.NOT else mk(Op.NOT, None, (arg,), BOOL)


def mk_implies(left: Term, right: Term) -> Term:
    if left is TRUE:
        return right
    if left is FALSE or right is TRUE:
        return TRUE
    return mk_not(left) if right is FALSE else mk(Op.IMPLIES, None, (left, right), BOOL)


def mk_eq(left: Term, right: Term) -> Term:
    if left is right:
        return TRUE
    if left.op is Op.LIT and right.op is Op.LIT:
        return mk_bool(left.data == right.data)
    return mk(Op.EQ, None, (left, right), BOOL)


def mk_at(span: Span, term: Term) -> Term:
    return mk(Op.AT, span, (term,), term.type)


def at_span(term: Term) -> Span | None:
    return term.data if term.op is Op.AT else None
