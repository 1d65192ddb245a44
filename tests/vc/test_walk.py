"""What the walk obliges, and what is known where it does."""

from __future__ import annotations

from fractions import Fraction

import pytest
from vc_programs import HERE, ONE, XS, ZERO, M, N, at, call, clause, eq, fn, head, is_nil, le, param, prim, program, tail

from kwlogic.core.program import ExprBody, Kernel, Origin
from kwlogic.core.terms import (
    FALSE,
    TRUE,
    Op,
    Term,
    mk,
    mk_and,
    mk_eq,
    mk_if,
    mk_implies,
    mk_int,
    mk_lambda,
    mk_let,
    mk_not,
    mk_or,
    mk_prim,
    mk_real,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, REAL
from kwlogic.source.data import Span
from kwlogic.vc.data import Goal, Kind, Obligation
from kwlogic.vc.plan import plan

DIV = prim("int.div", N, M)
NONZERO = mk_not(mk_eq(M, ZERO))


def obligations(*decls: object, kind: Kind | None = None) -> list[Obligation]:
    found, _ = plan(program(*decls))
    return [o for o in found.obligations if kind is None or o.kind is kind]


def partial(body: Term) -> list[Obligation]:
    return obligations(fn("f", (N, M, XS), body, group=()), kind=Kind.PARTIAL)


def test_division_is_obliged_at_its_place():
    (made,) = partial(at(3, prim("int.add", ONE, at(5, DIV))))
    assert made.sequent.goal is NONZERO
    assert made.span.start == 5


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (mk_if(eq(M, ZERO), ZERO, DIV), NONZERO),
        (mk_if(eq(M, ONE), DIV, ZERO), mk_eq(M, ONE)),
        (mk_and((NONZERO, mk_eq(DIV, ONE))), NONZERO),
        (mk_or((mk_eq(M, ZERO), mk_eq(DIV, ONE))), NONZERO),
        (mk_implies(NONZERO, mk_eq(DIV, ONE)), NONZERO),
    ],
)
def test_path_conditions(body: Term, path: Term):
    (made,) = partial(body)
    assert [h.term for h in made.sequent.hyps] == [path]


def test_nothing_is_known_from_the_right():
    (made,) = partial(mk_and((mk_eq(DIV, ONE), NONZERO)))
    assert made.sequent.hyps == ()


def test_let_is_walked_once_and_substituted():
    k = mk_var("k", INT)
    body = mk_let("k", at(5, DIV), at(9, prim("int.div", k, k)))
    first, second = partial(body)
    assert first.sequent.goal is NONZERO
    assert second.sequent.goal is mk_not(mk_eq(DIV, ZERO))


def test_assertion_is_obliged_then_known():
    body = mk(Op.ASSERT, None, (at(2, NONZERO), at(9, DIV)), INT)
    first, second = partial(body)
    assert first.sequent.goal is NONZERO
    assert [(h.name, h.term) for h in second.sequent.hyps] == [("assert", NONZERO)]
    assert second.assumes == (first.id,)


def test_lambda_over_a_range_knows_its_bounds():
    i = mk_var("i", INT)
    body = prim("int.all", mk_lambda((("i", INT),), mk_eq(prim("int.div", ONE, i), ONE)), ONE, N)
    (made,) = partial(mk_if(body, ONE, ZERO))
    (bounds,) = made.sequent.hyps
    assert bounds.name == "binder"
    assert i in bounds.term.args[0].args


def test_call_clauses_are_shown_in_turn():
    callee = fn("g", (N,), N, requires=(le(ZERO, N), mk_not(mk_eq(N, ONE))), group=())
    caller = fn("f", (M,), at(4, call("g", at(6, M))), group=())
    first, second = obligations(callee, caller, kind=Kind.CALL)
    assert first.span.start == second.span.start == 4
    assert first.sequent.goal is le(ZERO, M)
    assert [h.name for h in second.sequent.hyps] == ["earlier"]


def test_refined_argument_is_reported_at_the_argument():
    callee = fn("g", (N,), N, group=())
    from dataclasses import replace

    callee = replace(callee, requires=(clause(le(ONE, N), Origin.REFINEMENT, "n"), clause(le(ZERO, N), Origin.INVARIANT)))
    caller = fn("f", (M,), at(4, call("g", at(6, M))), group=())
    (made,) = [o for o in obligations(callee, caller) if o.declaration == "m.f"]
    assert made.kind is Kind.REFINEMENT
    assert made.span.start == 6


def test_ensures_speak_of_the_body():
    body = mk_if(le(N, ZERO), ZERO, N)
    (made,) = obligations(fn("f", (N,), body, ensures=(le(ZERO, mk_var("result", INT)),), group=()), kind=Kind.ENSURES)
    assert made.sequent.goal is le(ZERO, body)
    assert made.id == "m.f/ensures/1"


def test_recursive_call_is_known_by_its_contract_only_afterwards():
    """Two calls: the precondition of the second may use what the first ensures, never the other way round."""
    inner = call("f", tail(XS))
    wraps = prim("int.div", ONE, inner)
    made = obligations(fn("f", (XS,), mk_if(is_nil(XS), ONE, wraps), ensures=(le(ONE, mk_var("result", INT)),)))
    (division,) = [o for o in made if o.kind is Kind.PARTIAL]
    assert [h.name for h in division.sequent.hyps] == ["path", "recursion"] or {h.name for h in division.sequent.hyps} == {
        "path",
        "recursion",
    }
    assert division.assumes == ("m.f/ensures/1",)
    assert division.rests_on == frozenset(("m.f",))


def test_assertion_before_a_call_does_not_lean_on_it():
    """``assert false; f(x)`` must not be shown by what ``f(x)`` ensures."""
    body = mk(Op.ASSERT, None, (FALSE, call("f", N)), INT)
    made = obligations(fn("f", (N,), body, ensures=(FALSE,), decreases=(N,)))
    (claimed,) = [o for o in made if o.kind is Kind.PARTIAL]
    (ends,) = [o for o in made if o.kind is Kind.TERMINATION]
    assert claimed.sequent.hyps == ()
    assert ends.sequent.hyps == ()


def test_termination_goals_do_not_mention_the_recursion():
    body = mk_if(mk_eq(call("f", prim("int.sub", N, ONE)), ZERO), ZERO, call("f", N))
    made = [o for o in obligations(fn("f", (N,), body, decreases=(N,))) if o.kind is Kind.TERMINATION]
    from kwlogic.core.walk import subterms

    assert len(made) == 2
    for o in made:
        assert not any(t.op is Op.CALL for t in subterms(o.sequent.goal, *(h.term for h in o.sequent.hyps)))


def test_kernel_outputs_are_parts_of_the_body():
    x, y = mk_var("x", INT), mk_var("y", INT)
    from kwlogic.core.terms import mk_con
    from kwlogic.core.types import tuple_of

    pair = tuple_of(INT, INT)
    body = mk_if(le(N, ZERO), mk_con("Tuple", (N, ONE), pair), mk_con("Tuple", (ONE, N), pair))
    kernel = Kernel("m.k", (), (param(N),), (param(x), param(y)), (), (clause(le(x, y)),), (), ExprBody(body), HERE, HERE)
    (made,) = obligations(kernel, kind=Kind.ENSURES)
    assert made.sequent.goal is le(mk_if(le(N, ZERO), N, ONE), mk_if(le(N, ZERO), ONE, N))


def test_requires_are_asked_for_a_witness():
    (made,) = obligations(fn("f", (N,), N, requires=(le(ONE, N),), group=()), kind=Kind.REQUIRES)
    assert made.ask is Goal.SATISFIABLE


def test_deep_expressions_do_not_overflow():
    term: Term = prim("int.div", N, M)
    for _ in range(5_000):
        term = prim("int.add", term, ONE)
    (made,) = partial(term)
    assert made.sequent.goal is NONZERO


def test_deep_lets_do_not_overflow():
    body: Term = DIV
    for i in range(1_500):
        body = mk_let(f"k{i}", mk_int(i), body)
    assert len(partial(body)) == 1


def test_real_division():
    r = mk_var("r", REAL)
    (made,) = obligations(fn("f", (r,), mk_prim("real.div", (r, r), REAL), group=()), kind=Kind.PARTIAL)
    assert made.sequent.goal is mk_not(mk_eq(r, mk_real(Fraction(0))))


def test_spans_are_not_terms():
    assert at(1, TRUE).data == Span("m.kw", 1, 2)
    assert BOOL is TRUE.type
    assert head(XS).type is INT
