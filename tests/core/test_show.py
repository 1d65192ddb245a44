"""Core terms as text."""

from __future__ import annotations

from fractions import Fraction

from core_programs import INTS, LINE, shapes

from kwlogic.core.show import show_term
from kwlogic.core.terms import (
    Op,
    mk,
    mk_and,
    mk_apply,
    mk_at,
    mk_call,
    mk_con,
    mk_eq,
    mk_forall,
    mk_if,
    mk_implies,
    mk_int,
    mk_is,
    mk_lambda,
    mk_let,
    mk_not,
    mk_or,
    mk_prim,
    mk_real,
    mk_sel,
    mk_str,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, STRING, fun_of, map_of, set_of
from kwlogic.source.data import Span

X, Y, XS, B = mk_var("x", INT), mk_var("y", INT), mk_var("xs", INTS), mk_var("b", BOOL)
NIL = mk_con("Nil", (), INTS)


def prim(name, *args):
    return mk_prim(name, args, INT)


def cons(a, b):
    return mk_con("Cons", (a, b), INTS)


SETS, MAPS = set_of(INT), map_of(INT, STRING)
SHOWN = {
    "(x + y) * x - -x": prim("int.sub", prim("int.mul", prim("int.add", X, Y), X), prim("int.neg", X)),
    "x - (y - x)": prim("int.sub", X, prim("int.sub", Y, X)),
    "x // -3 % y": prim("int.mod", prim("int.div", X, mk_int(-3)), Y),
    "xs ++ ys ++ xs": mk_call("std.list.append", (), (XS, mk_call("std.list.append", (), (mk_var("ys", INTS), XS), INTS)), INTS),
    "x in xs and x != 0 or not b": mk_or([mk_and([mk_call("std.list.member", (), (X, XS), BOOL), mk_not(mk_eq(X, mk_int(0)))]), mk_not(B)]),
    "(b ==> b or x < y) ==> b <==> x <= y": mk_eq(
        mk_implies(mk_implies(B, mk_or([B, mk_prim("int.lt", (X, Y), BOOL)])), B), mk_prim("int.le", (X, Y), BOOL)
    ),
    "[x, 1, *xs]": cons(X, cons(mk_int(1), XS)),
    "[x]": mk_at(Span("f", 0, 1), cons(X, mk_at(Span("f", 0, 1), NIL))),
    "[]": NIL,
    "xs is Cons and head(tail(xs)) == 1": mk_and([mk_is("Cons", XS), mk_eq(mk_sel("Cons", 0, mk_sel("Cons", 1, XS, INTS), INT), mk_int(1))]),
    "l.qty + l.qty": prim("int.add", *[mk_sel("m.Line", 1, mk_var("l", LINE), INT)] * 2),
    "(if b then x else y) + 1": prim("int.add", mk_if(B, X, Y), mk_int(1)),
    "let z = x; z": mk_let("z", X, mk_var("z", INT)),
    "fn (z: Int) => z + x": mk_lambda((("z", INT),), prim("int.add", mk_var("z", INT), X)),
    "f(x)[y]": mk_prim("str.at", (mk_apply(mk_var("f", fun_of((INT,), STRING)), (X,)), Y), STRING),
    "forall z: Int :: z <= x": mk_forall((("z", INT),), mk_prim("int.le", (mk_var("z", INT), X), BOOL)),
    "{x, y}": mk_prim("set.add", (X, mk_prim("set.add", (Y, mk_prim("set.empty", (), SETS)), SETS)), SETS),
    'add(x, s)': mk_prim("set.add", (X, mk_var("s", SETS)), SETS),
    '{x: "a"}': mk_prim("map.put", (X, mk_str("a"), mk_prim("map.empty", (), MAPS)), MAPS),
    "m[x]": mk_prim("map.at", (X, mk_var("m", MAPS)), STRING),
    "s[x:y]": mk_prim("str.slice", (mk_var("s", STRING), X, Y), STRING),
    "Line(\"a\", 1, 1.5)": mk_con("m.Line", (mk_str("a"), mk_int(1), mk_real(Fraction(3, 2))), LINE),
    "(x, y)": mk_con("Tuple", (X, Y), INT),
    "assert b; apply lem(x); x": mk(Op.ASSERT, None, (B, mk(Op.LEMMA, ("m.lem", ()), (X, X), INT)), INT),
    "to_string(x)": mk_prim("str.of_int", (X,), STRING),
}  # fmt: skip


def test_notation():
    for text, term in SHOWN.items():
        assert show_term(term, shapes()) == text


def test_deep_and_shared():
    deep = shared = X
    for i in range(50_000):
        deep = prim("int.add", mk_int(i), deep)
    assert show_term(deep, limit=10**6).count("+") == 50_000
    for _ in range(100):
        shared = prim("int.add", shared, shared)
    assert show_term(shared, limit=50).endswith("...")
