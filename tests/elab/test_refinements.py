"""Refinements become clauses, invariants and validity predicates."""

from __future__ import annotations

from elab_run import good

from kwlogic.core.program import Origin
from kwlogic.core.show import show_term
from kwlogic.core.types import INT

TYPES = """module a
type Pos = {n: Int | n > 0}
type NonEmpty[t] = {xs: List[t] | len(xs) > 0}
record Line(label: String, qty: Pos)
record Plain(x: Int)
record Interval(lo: Int, hi: {h: Int | h >= lo})
type Tree = Leaf | Node(left: Tree, value: Pos, kids: List[Tree])
"""


def clauses(text: str, name: str = "a.f") -> list[tuple[str, str | None, str]]:
    fn = good(TYPES + text).fns[name]
    return [(c.origin.value, c.subject, show_term(c.pred)) for c in (*fn.requires, *fn.ensures)]


def test_parameters_and_results():
    assert clauses("fn f(x: Pos) -> Pos requires x < 9 = x") == [
        ("refinement", "x", "0 < x"),
        ("written", None, "x < 9"),
        ("refinement", "result", "0 < result"),
    ]


def test_types_are_erased():
    program = good(TYPES + "fn f(x: Pos, ys: NonEmpty[Pos]) -> Int = x")
    assert program.fns["a.f"].params[0].type is INT


def test_containers():
    found = clauses("fn f(a: List[Pos], b: Set[Pos], c: Option[Pos], d: (Pos, Int), e: Map[Pos, Pos]) -> Int = 0")
    assert [(s, t) for _, s, t in found] == [
        ("a", "all(fn (each: Int) => 0 < each, a)"),
        ("b", "all(fn (each~1: Int) => 0 < each~1, b)"),
        ("c", "c is Some ==> 0 < value(c)"),
        ("d", "0 < d.0"),
        ("e", "all(fn (each~2: Int) => 0 < each~2 and 0 < value(get(each~2, e)), keys(e))"),
    ]


def test_parametric_alias_of_refined_elements():
    found = clauses("fn f(a: NonEmpty[Pos]) -> Int = 0")
    assert [t for _, _, t in found] == ["0 < len(a)", "all(fn (each: Int) => 0 < each, a)"]


def test_a_refinement_may_speak_of_earlier_parameters():
    assert clauses("fn f(i: Int, j: {k: Int | k > i}) -> {r: Int | r >= j} = j") == [
        ("refinement", "j", "i < j"),
        ("refinement", "result", "j <= result"),
    ]


def test_invariants_and_validity():
    program = good(TYPES)
    assert [(c.subject, show_term(c.pred)) for c in program.ctors["a.Interval"].invariants] == [("hi", "lo <= hi")]
    assert program.datas["a.Line"].valid == "a.Line'valid"
    assert program.datas["a.Plain"].valid is None
    tree = program.fns["a.Tree'valid"]
    assert tree.generated
    assert tree.group == {"a.Tree'valid"}
    assert show_term(tree.body).startswith("if value is Leaf then true else Tree'valid(")


def test_validity_is_known_of_parameters_and_results():
    found = clauses("fn f(l: Line, ls: List[Line], p: Plain) -> Option[Line] = Some(l)")
    assert found == [
        ("invariant", "l", "Line'valid(l)"),
        ("invariant", "ls", "all(fn (each: Line) => Line'valid(each), ls)"),
        ("invariant", "result", "result is Some ==> Line'valid(value(result))"),
    ]


def test_quantifiers_are_relativised():
    program = good(TYPES + "lemma q(x: Int)\n  ensures forall p: Pos, l: Line :: p > x\n  ensures exists p: Pos :: p > x\n")
    assert [show_term(c.pred) for c in program.lemmas["a.q"].ensures] == [
        "forall p: Int, l: Line :: 0 < p and Line'valid(l) ==> x < p",
        "exists p~1: Int :: 0 < p~1 and x < p~1",
    ]


def test_declared_refinements_are_kept_for_checking():
    program = good(TYPES)
    assert {r.name: [c.text for c in r.clauses] for r in program.refinements} == {"a.Pos": ["n > 0"], "a.NonEmpty": ["len(xs) > 0"]}


def test_ports():
    program = good(TYPES + 'kernel k(x: Pos) -> (y: Pos, l: Line)\n  ensures y > x\n= (x + 1, Line("a", x))\n')
    kernel = program.kernels["a.k"]
    assert [(c.origin, c.subject) for c in kernel.requires] == [(Origin.REFINEMENT, "x")]
    assert [(c.origin, c.subject) for c in kernel.ensures] == [
        (Origin.REFINEMENT, "y"),
        (Origin.INVARIANT, "l"),
        (Origin.WRITTEN, None),
    ]
    assert kernel.requires[0].text == "x > 0"
