"""What a partial operation needs: the guard of each partial primitive as a logic term, with a sentence for messages."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from kwlogic.core.terms import Term, mk_and, mk_eq, mk_int, mk_not, mk_prim, mk_real
from kwlogic.core.types import BOOL, INT

SLICES = ("std.list.slice", "str.slice")
INDEXED = {
    "std.list.nth": "`0 <= {1} < len({0})` must hold to take an element",
    "std.list.slice": "`0{1}{2} <= len({0})` must hold to take a slice",
}


def le(left: Term, right: Term) -> Term:
    return mk_prim("int.le", (left, right), BOOL)


def lt(left: Term, right: Term) -> Term:
    return mk_prim("int.lt", (left, right), BOOL)


def _length(text: Term) -> Term:
    return mk_prim("str.len", (text,), INT)


def _at(args: tuple[Term, ...]) -> Term:
    return mk_and((le(mk_int(0), args[1]), lt(args[1], _length(args[0]))))


def _slice(args: tuple[Term, ...]) -> Term:
    return mk_and((le(mk_int(0), args[1]), le(args[1], args[2]), le(args[2], _length(args[0]))))


def _int_divisor(args: tuple[Term, ...]) -> Term:
    return mk_not(mk_eq(args[1], mk_int(0)))


def _real_divisor(args: tuple[Term, ...]) -> Term:
    return mk_not(mk_eq(args[1], mk_real(Fraction(0))))


def _key(args: tuple[Term, ...]) -> Term:
    return mk_prim("map.has", (args[0], args[1]), BOOL)


GUARDS: dict[str, tuple[Callable[[tuple[Term, ...]], Term], str]] = {
    "int.div": (_int_divisor, "`{1} != 0` must hold to divide"),
    "int.mod": (_int_divisor, "`{1} != 0` must hold to take the remainder"),
    "real.div": (_real_divisor, "`{1} != 0.0` must hold to divide"),
    "str.at": (_at, "`0 <= {1} < len({0})` must hold to take a character"),
    "str.slice": (_slice, "`0{1}{2} <= len({0})` must hold to take a slice"),
    "map.at": (_key, "`{0} in {1}` must hold to look it up"),
}
