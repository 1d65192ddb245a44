"""Programs whose proofs would lean on themselves, and recursion that only looks as if it ended."""

from __future__ import annotations

from vc_programs import HERE, ONE, ZERO, M, N, call, clause, eq, fn, le, param, prim, program

from kwlogic.core.program import ByInduction, BySteps, Ctor, Data, Lemma
from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk, mk_call, mk_con, mk_if, mk_implies, mk_is, mk_lambda, mk_not, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, list_of, mk_type
from kwlogic.vc.data import Goal, Kind, Proved, Unknown
from kwlogic.vc.opaque import Opaque
from kwlogic.vc.plan import plan
from kwlogic.vc.sizechange import Graph, terminates


def lemma(name: str, params: tuple[Term, ...], claim: Term, proof=None) -> Lemma:
    return Lemma(f"m.{name}", "lemma", (), tuple(map(param, params)), (), (clause(claim),), proof, False, HERE, HERE)


def apply(name: str, args: tuple[Term, ...], body: Term) -> Term:
    return mk(Op.LEMMA, (f"m.{name}", ()), (*args, body), body.type)


def test_lemma_about_its_user():
    """A body may not apply a lemma that speaks of the body's own function."""
    f = fn("f", (N,), apply("above", (N,), prim("int.add", N, ONE)), group=())
    found, problems = plan(program(f, lemma("above", (N,), le(N, call("f", N)))))
    assert [d.code for d in problems] == ["KW514"]
    assert all(o.ask is Goal.GIVEN for o in found.obligations if o.declaration == "m.f")


def test_hints_in_a_circle():
    one = lemma("one", (N,), FALSE, ByInduction(("n",), ("m.two",)))
    two = lemma("two", (N,), FALSE, ByInduction(("n",), ("m.one",)))
    found, problems = plan(program(one, two))
    assert [d.code for d in problems] == ["KW514", "KW514"]
    assert all(isinstance(o.given, Unknown) for o in found.obligations)


def test_lemma_that_applies_itself_to_the_same():
    found, problems = plan(program(lemma("one", (N,), FALSE, BySteps(apply("one", (N,), TRUE)))))
    assert [d.code for d in problems] == ["KW506"]
    (ends,) = [o for o in found.obligations if o.kind is Kind.TERMINATION]
    assert isinstance(ends.given, Unknown)
    (claim,) = [o for o in found.obligations if o.kind is Kind.LEMMA]
    assert "m.one" in claim.rests_on
    assert [h.name for h in claim.sequent.hyps] == ["recursion"]


def test_requires_about_the_function_itself():
    _, problems = plan(program(fn("f", (N,), ONE, requires=(eq(call("f", N), ZERO),))))
    assert [d.code for d in problems] == ["KW514"]


def test_size_change():
    down = Graph("f", "f", frozenset({(0, 0, True), (1, 1, False)}))
    swap = Graph("f", "f", frozenset({(0, 1, True), (1, 0, False)}))
    lose = Graph("f", "f", frozenset({(0, 1, False)}))
    assert terminates([down])
    assert terminates([down, swap])
    assert not terminates([down, lose])
    assert not terminates([Graph("f", "f", frozenset({(0, 0, False)}))])


TREE = mk_type("m.Tree")
T = mk_var("t", TREE)
KIDS = mk_sel("m.Node", 0, T, list_of(TREE))
C = mk_var("c", TREE)


def tree() -> Data:
    from kwlogic.core.program import Param

    node = Ctor("m.Node", "m.Tree", (Param("kids", list_of(TREE), HERE),), ())
    return Data("m.Tree", (), (node,), False, HERE)


def test_children_in_a_list():
    """Inside ``map(fn (c) => size(c), t.kids)``, c is a part of t; inside another function's lambda it may be anything."""
    sizes = mk_call("std.list.map", (TREE, INT), (mk_lambda((("c", TREE),), call("size", C)), KIDS), list_of(INT))
    body = mk_call("m.sum", (), (sizes,), INT)
    found, problems = plan(program(tree(), fn("size", (T,), body)))
    assert not problems
    (ends,) = [o for o in found.obligations if o.kind is Kind.TERMINATION]
    assert isinstance(ends.given, Proved)
    other = mk_call("m.other", (), (mk_lambda((("c", TREE),), call("size", C)), KIDS), INT)
    found, _ = plan(program(tree(), fn("size", (T,), other)))
    (ends,) = [o for o in found.obligations if o.kind is Kind.TERMINATION]
    assert isinstance(ends.given, Unknown)


def test_opaque_drops_what_it_cannot_free():
    inner = mk_implies(le(ZERO, mk_var("%1.0", INT)), eq(mk_call("m.f", (), (mk_var("%1.0", INT),), INT), ZERO))
    opaque = Opaque(frozenset({"m.f"}))
    assert opaque.term(inner) is None
    plain = opaque.term(eq(call("f", M), ZERO))
    assert plain is not None
    assert plain.args[0].op is Op.VAR
    assert opaque(mk_implies(inner, TRUE)) is TRUE


def test_measure_must_fit_all_calls_at_once():
    """f(n, m) lowers one and raises the other in turn: no goal may be a disjunction over the calls."""
    down = call("f", prim("int.sub", N, ONE), prim("int.add", M, ONE))
    up = call("f", prim("int.add", N, ONE), prim("int.sub", M, ONE))
    body = mk_if(le(N, ZERO), ZERO, mk_if(le(M, ZERO), ZERO, mk_if(le(N, M), down, up)))
    found, _ = plan(program(fn("f", (N, M), body)))
    for made in (o for o in found.obligations if o.kind is Kind.TERMINATION and o.ask is Goal.VALID):
        for goal in (made.sequent.goal, *made.alternatives):
            assert goal.op is Op.AND  # one conjunct for each call


def test_bool_is_a_type():
    assert mk_not(mk_is("m.Node", T)).type is BOOL
    assert mk_con("Nil", (), list_of(INT)).type is list_of(INT)
