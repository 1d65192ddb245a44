"""Modules: use, qualified names, shadowing, circles, and the order of proofs across them."""

from __future__ import annotations

from elab_run import codes, good, run

from kwlogic.core.terms import Op
from kwlogic.core.walk import subterms


def test_use_and_qualified_names():
    program = good(
        "module shop.price\ntype Cents = {n: Int | n >= 0}\ntype Kind = Food | Tool\nfn gross(net: Cents) -> Int = net + net // 5\n",
        "module shop.cart\nuse shop.price (gross, Kind)\nfn total(k: Kind, c: shop.price.Cents) -> Int\n"
        "= match k { case Food => c case Tool => gross(c) + shop.price.gross(c) }\n",
    )
    assert program.modules["shop.cart"].uses == ("shop.price",)
    assert [c.text for c in program.fns["shop.cart.total"].requires] == ["c >= 0"]
    assert program.order.index("shop.price.gross") < program.order.index("shop.cart.total")


def test_use_of_all_names():
    good(
        "module m\nfn one(x: Int) -> Int = x\nresource disk\n",
        'module n\nuse m\nkernel k(x: Int) -> (y: Int)\n  reads disk\n  by tool "t"\nfn g(x: Int) -> Int = one(x)\n',
    )


def test_own_names_shadow_the_library():
    program = good("module a\nfn sum(xs: List[Int]) -> Int = 7\nfn f(xs: List[Int]) -> Int = sum(xs) + std.list.sum(xs)\n")
    called = {t.data[0] for t in subterms(program.fns["a.f"].body) if t.op is Op.CALL}
    assert called == {"a.sum", "std.list.sum"}


def test_own_constructors_shadow_option():
    program = good("module a\ntype Maybe = None | Some(x: Int)\nfn f(m: Maybe) -> Int = match m { case Some(x) => x case None => 0 }\n")
    assert {t.data for t in subterms(program.fns["a.f"].body) if t.op is Op.IS} == {"a.Some"}


def test_overloads_by_argument_type():
    program = good("module a\nfn f(s: String, xs: List[Real], m: Map[Int, Int]) -> Real = real(len(s) + len(xs) + len(m)) + sum(xs)\n")
    body = program.fns["a.f"].body
    assert {t.data[0] for t in subterms(body) if t.op is Op.CALL} == {"std.list.len", "std.list_real.sum"}
    assert {"str.len", "map.len"} <= {t.data for t in subterms(body) if t.op is Op.PRIM}


def test_errors():
    one = "module m\nfn one(x: Int) -> Int = x\n"
    assert codes(one, "module n\nfn g(x: Int) -> Int = m.one(x)\n") == ["KW207"]
    assert codes(one, "module n\nuse m (two)\nfn g(x: Int) -> Int = two(x)\n") == ["KW206"]
    assert codes("module n\nuse gone (foo, Bar)\nfn g(x: Bar) -> Int = foo(x)\n") == ["KW204"]
    assert codes("module n\nuse gone\nfn g(x: Int) -> Int = foo(x)\n") == ["KW204"]
    assert codes(one, one) == ["KW219"]


def test_circle():
    program, found = run("module m\nuse n (b)\nfn a(x: Int) -> Int = x\n", "module n\nuse m (a)\nfn b(x: Int) -> Int = a(x)\n")
    assert [d.code for d in found] == ["KW205"]
    assert {"m.a", "n.b"} <= set(program.order)


def test_files_without_a_name():
    program = good("fn f(x: Int) -> Int = x\n", "fn f(x: Int) -> Int = x\n")
    assert {"a.f", "b.f"} <= set(program.fns)


def test_order_of_proofs():
    program = good(
        "module a\nkernel k(x: Int) -> (y: Int) = f(x)\nfn f(x: Int) -> Int = g(x)\nfn g(x: Int) -> Int = x\n"
        "lemma on_f(x: Int) ensures f(x) == x\nlemma on_g(x: Int) ensures g(x) == x\nlemma free(x: Int) ensures x == x\n"
    )
    own = [n[2:] for n in program.order if n.startswith("a.")]
    assert own == ["free", "g", "on_g", "f", "on_f", "k"]
    assert program.order.index("std.list.len") < program.order.index("a.free")


def test_groups():
    program = good(
        "module a\nfn even(n: Int) -> Bool = n == 0 or odd(n - 1)\nfn odd(n: Int) -> Bool = n != 0 and even(n - 1)\n"
        "fn down(n: Int) -> Int = if n <= 0 then 0 else down(n - 1)\nfn flat(n: Int) -> Int ensures flat(n) == n = n\n"
    )
    assert program.fns["a.even"].group == program.fns["a.odd"].group == {"a.even", "a.odd"}
    assert program.fns["a.down"].group == {"a.down"}
    assert program.fns["a.flat"].group == frozenset()
