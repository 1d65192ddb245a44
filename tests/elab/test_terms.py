"""What expressions become: one line of source, and the core term as its printer shows it."""

from __future__ import annotations

import pytest
from elab_run import body, good

from kwlogic.core.logic import erase
from kwlogic.core.program import BySteps, ExprBody, OracleBody
from kwlogic.core.show import show_term
from kwlogic.core.terms import Op, at_span
from kwlogic.core.types import INT
from kwlogic.core.walk import subterms

SHAPES = "record P(x: Int, y: Int)\ntype S = A(k: Int) | B(k: Int, z: Bool)\ntype C = Red | Green | Blue\n"
BODIES = [
    ("fn f(x: Int) -> Int = - x - -3 + 2 * x // 3 % 2", "-x - -3 + 2 * x // 3 % 2"),
    ("fn f(x: Real) -> Real = -x / 2.0 + real(1)", "-x / 2.0 + real(1)"),
    ("fn f(x: Int) -> Bool = 0 <= x < 10 and x != 3", "(0 <= x and x < 10) and x != 3"),
    ("fn f(x: Int) -> Bool = 0 <= x * 2 < 10", "let middle = x * 2; 0 <= middle and middle < 10"),
    ("fn f(a: Bool, b: Bool) -> Bool = a ==> b <==> not a or b", "a ==> b <==> not a or b"),
    ("fn f(s: String, t: String) -> Bool = s ++ t in t ++ s and s < t", "contains(t ++ s, s ++ t) and s < t"),
    ("fn f(xs: List[Int]) -> List[Int] = [1, *xs, 2, *xs]", "[1, *xs ++ [2, *xs]]"),
    ("fn f(xs: List[Int]) -> List[Int] = [1, *xs]", "[1, *xs]"),
    ("fn f(xs: List[Int]) -> List[Int] = [*xs]", "xs"),
    ("fn f(xs: List[Int], i: Int) -> Int = xs[i] + len(xs[1:]) + len(xs[:i])", "nth(xs, i) + len(slice(xs, 1, len(xs))) + len(slice(xs, 0, i))"),
    ("fn f(s: String) -> String = s[0] ++ s[1:2] ++ (s ++ s)[1:]", 's[0] ++ s[1:2] ++ (let whole = s ++ s; whole[1:len(whole)])'),
    ("fn f(m: Map[Int, String], k: Int) -> String = if k in m then m[k] else \"\"", 'if k in m then m[k] else ""'),
    ("fn f(x: Int) -> Set[Int] = {x, 2}", "{x, 2}"),
    ("fn f(xs: List[Int]) -> Bool = forall x in xs :: x > 0", "all(fn (x: Int) => 0 < x, xs)"),
    ("fn f(n: Int) -> Bool = exists i in range(0, n) :: i * i == n", "any(fn (i: Int) => i * i == n, 0, n)"),
    ("fn f(m: Map[Int, Int]) -> Bool = forall k in m :: m[k] > k", "all(fn (k: Int) => k < m[k], keys(m))"),
    ("fn f(xs: List[Int]) -> Int = fold(fn (acc, x) => acc + x, 0, xs)", "fold(fn (acc: Int, x: Int) => acc + x, 0, xs)"),
    ("fn f(xs: List[Int]) -> List[Option[Int]] = map(Some, xs)", "map(fn (value: Int) => Some(value), xs)"),
    ("fn f(xs: List[String]) -> List[Int] = map(len, xs)", "map(fn (x: String) => len(x), xs)"),
    ("fn f(g: Int -> Int, x: Int) -> Int = g(g(x))", "g(g(x))"),
    ("fn f(len: Int) -> Int = len", "len"),
    ("fn f(x: Int) -> Int = let x = x + 1; let x = x * 2; x", "let x~1 = x + 1; let x~2 = x~1 * 2; x~2"),
    ("fn f(t: (Int, (Bool, Int))) -> Int = let (a, (b, c)) = t; if b then a else c", "if t.1.0 then t.0 else t.1.1"),
    ("fn f(x: Int) -> Int = let (a, b) = (x, x + 1); a + b", "let it = x + 1; x + it"),
    ("fn f(p: P) -> P = p with (x = p.y)", "P(p.y, p.y)"),
    ("fn f(s: S) -> S = s with (k = 1)", "if s is A then A(1) else B(1, s.z)"),
    ("fn f(s: S) -> Int = s.k", "if s is A then s.k else s.k"),
    ("fn f(c: C) -> Int = match c { case Red => 1 case Green => 2 case Blue => 3 }", "if c is Red then 1 else if c is Green then 2 else 3"),
    ("fn f(xs: List[Int]) -> Int = match xs { case [] => 0 case [x] => x case [x, *_] => -x }",
     "if xs is Nil then 0 else if xs is Cons and tail(xs) is Nil then head(xs) else -head(xs)"),
    ("fn f(x: Int) -> Int = match x { case 0 => 1 case n if n > 5 => n case _ => 2 }", "if x == 0 then 1 else if 5 < x then x else 2"),
    ("fn f(x: Bool, y: Bool) -> Int = match (x, y) { case (true, _) => 1 case (_, false) => 2 case _ => 3 }", "if x then 1 else if not y then 2 else 3"),
    ("fn f(x: Int) -> Int = match x + 1 { case 0 => 1 case y => y }", "let it = x + 1; if it == 0 then 1 else it"),
    ('fn f(s: String) -> Int = match s { case "a" => 1 case t => len(t) }', 'if s == "a" then 1 else len(s)'),
    ("fn f(x: Int) -> Int = assert x == x; x", "assert x == x; x"),
    ("fn f(x: Int) -> Unit = ()", "()"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "shown"), BODIES, ids=[s.split("=", 1)[1].strip()[:40] for s, _ in BODIES])
def test_body(source: str, shown: str):
    found = body("module a\n" + SHAPES + source)
    assert plain(found) == plain(shown)


def plain(text: str) -> str:
    """Selections by position are shown with their field where there is one, or with the place; both are fine."""
    import re

    return re.sub(
        r"\.(?:[A-Z]\w*_(\d+)|([kxyz]))\b", lambda m: f".{m[1] if m[1] is not None else {'x': 0, 'k': 0, 'y': 1, 'z': 1}[m[2]]}", text
    )


def test_every_expression_has_its_place():
    program = good("module a\nfn f(x: Int, y: Int) -> Int\n= x + len([y, 2])\n")
    term = program.fns["a.f"].body
    source = program.sources["a.kw"]
    places = {source.slice(s) for t in subterms(term) if (s := at_span(t))}
    assert places == {"x + len([y, 2])", "x", "len([y, 2])", "[y, 2]", "y", "2"}


def test_bound_names_are_unique():
    program = good("module a\nfn f(x: Int) -> Bool\n= any(fn (x) => x > 0, [x]) and (forall x in [1] :: any(fn (x) => x > 1, [x]))\n")
    bound = [n for t in subterms(program.fns["a.f"].body) if t.op is Op.LAMBDA for n, _ in t.data]
    assert len(bound) == len(set(bound)) == 3
    assert "x" not in bound


def test_undecided_types_are_int():
    program = good("module a\nexample [] == []\nexample len([]) == 0 and None == None\nexample map(fn (x) => x + 1, []) == []\n")
    types = {t.type for e in program.examples.values() if e.name.startswith("a.") and e.pred for t in subterms(e.pred) if t.data == "Nil"}
    assert {t.args[0] for t in types} == {INT}


def test_operators_wait_for_types():
    text = "module a\nexample any(fn (x) => x < 2.5 and -x + x == x, [1.5])\nexample all(fn (p) => p > p, [])\n"
    program = good(text)
    prims = {t.data for e in program.examples.values() if e.name.startswith("a.") and e.pred for t in subterms(e.pred) if t.op is Op.PRIM}
    assert prims == {"real.lt", "real.neg", "real.add", "int.lt"}


def test_polymorphic_lemmas_and_steps():
    program = good(
        "module a\nlemma l[b](xs: List[b], ys: List[b])\n  ensures len(xs ++ ys) == len(ys ++ xs)\n"
        "  by { assert len(xs) >= 0; apply m(ys); }\naxiom m[c](xs: List[c])\n  ensures len(xs) >= 0\n"
    )
    proof = program.lemmas["a.l"].proof
    assert isinstance(proof, BySteps)
    assert show_term(proof.term) == "assert 0 <= len(xs); apply m(ys); true"
    assert program.order.index("a.m") < program.order.index("a.l")


def test_kernels():
    program = good(
        'module a\nresource ledger\nkernel k(x: Int, t: String) -> (y: Int, z: String)\n  version "1.2.0"\n  family "numbers"\n'
        "  requires x > 0\n  ensures big: y > x\n  fails when x > 9\n  evidence z\n  writes ledger\n  rollback undo\n  irrevocable\n"
        '  by prompt "add {x + 1} to {t} {{now}}"\nkernel undo(y: Int) -> (done: Bool)\n  writes ledger\n  by tool "undo"\n'
        "kernel e(x: Int) -> (y: Int, z: Int)\n= (x, x + 1)\nkernel u(x: Int) -> (y: Int)\n= let (a, b) = e(x); a + b\n"
    )
    kernel = program.kernels["a.k"]
    assert (kernel.version, kernel.family, kernel.evidence, kernel.writes) == ("1.2.0", "numbers", ("z",), ("a.ledger",))
    assert (kernel.rollback, kernel.flags) == ("a.undo", frozenset(("irrevocable",)))
    assert [c.label for c in kernel.ensures] == ["big"]
    assert isinstance(kernel.body, OracleBody)
    assert [p if isinstance(p, str) else show_term(p) for p in kernel.body.parts] == ["add ", "x + 1", " to ", "t", " {now}"]
    used = program.kernels["a.u"].body
    assert isinstance(used, ExprBody)
    assert show_term(erase(used.term)) == "e(x).0 + e(x).1"
    assert program.resources == {"a.ledger"}


def test_recorded_cases():
    program = good('module a\nkernel k(x: Int) -> (y: Int, z: Bool)\n  by prompt "{x}"\nexample k(x = 1) -> (z = true, y = 2)\n')
    example = program.examples["a.example~1"]
    assert example.kernel == "a.k"
    assert [(n, show_term(t)) for n, t in (*example.inputs, *example.outputs)] == [("x", "1"), ("y", "2"), ("z", "true")]
