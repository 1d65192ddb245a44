"""The evaluator on programs built by hand."""

from __future__ import annotations

import pytest
from core_programs import INTS, clause, data, fn, kernel, param, positive, program, shapes
from hypothesis import given
from hypothesis import strategies as st

from kwlogic.core.eval import Evaluator, NotExecutable, OutOfBudget, Violation
from kwlogic.core.logic import erase
from kwlogic.core.terms import (
    FALSE,
    Op,
    Term,
    mk,
    mk_and,
    mk_apply,
    mk_at,
    mk_bool,
    mk_call,
    mk_con,
    mk_exists,
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
    mk_sel,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, fun_of, mk_type, set_of
from kwlogic.core.value import SetV, iter_list, list_value, tuple_value
from kwlogic.source.data import Span

N, M, XS = mk_var("n", INT), mk_var("m", INT), mk_var("xs", INTS)
ZERO, ONE = mk_int(0), mk_int(1)
NIL = mk_con("Nil", (), INTS)


def add(a: Term, b: Term) -> Term:
    return mk_prim("int.add", (a, b), INT)


def sub(a: Term, b: Term) -> Term:
    return mk_prim("int.sub", (a, b), INT)


def div(a: Term, b: Term) -> Term:
    return mk_prim("int.div", (a, b), INT)


def le(a: Term, b: Term) -> Term:
    return mk_prim("int.le", (a, b), BOOL)


def at(start: int, term: Term) -> Term:
    return mk_at(Span("t.kw", start, start + 1), term)


def raw(op: Op, *args: Term) -> Term:
    """Without the constructors' simplifications."""
    return mk(op, None, args, BOOL)


def head(xs: Term) -> Term:
    return mk_sel("Cons", 0, xs, INT)


def tail(xs: Term) -> Term:
    return mk_sel("Cons", 1, xs, INTS)


TOTAL = fn(
    "m.total",
    (param("xs", INTS),),
    INT,
    mk_if(mk_is("Nil", XS), ZERO, add(head(XS), mk_call("m.total", (), (tail(XS),), INT))),
    group=frozenset({"m.total"}),
)
SUM_TO = fn(
    "m.sum_to",
    (param("n", INT), param("m", INT)),
    INT,
    mk_if(raw(Op.EQ, N, ZERO), M, mk_call("m.sum_to", (), (sub(N, ONE), add(M, N)), INT)),
    requires=(clause(le(ZERO, N), text="n >= 0"),),
    decreases=(N,),
    group=frozenset({"m.sum_to"}),
)
FOREVER = fn(
    "m.forever", (param("n", INT),), INT, mk_call("m.forever", (), (add(N, ONE),), INT), decreases=(N,), group=frozenset({"m.forever"})
)
EVEN = fn(
    "m.even",
    (param("n", INT),),
    BOOL,
    raw(Op.OR, le(N, ZERO), mk_call("m.odd", (), (sub(N, ONE),), BOOL)),
    group=frozenset({"m.even", "m.odd"}),
)
ODD = fn("m.odd", (param("n", INT),), BOOL, raw(Op.AND, le(ONE, N), mk_call("m.even", (), (sub(N, ONE),), BOOL)), group=EVEN.group)
F = mk_var("f", fun_of((INT,), INT))
MAP = fn(
    "m.map",
    (param("f", F.type), param("xs", INTS)),
    INTS,
    mk_if(mk_is("Nil", XS), NIL, mk_con("Cons", (mk_apply(F, (head(XS),)), mk_call("m.map", (), (F, tail(XS)), INTS)), INTS)),
    group=frozenset({"m.map"}),
)
PROGRAM = program(TOTAL, SUM_TO, FOREVER, EVEN, ODD, MAP)
DEEP = 200_000


def test_deep_recursion_needs_no_stack():
    run = Evaluator(PROGRAM)
    assert run.call("m.total", [list_value(range(DEEP))]) == DEEP * (DEEP - 1) // 2
    assert run.steps == DEEP + 1
    assert run.call("m.sum_to", [DEEP, 0]) == DEEP * (DEEP + 1) // 2
    assert run.call("m.even", [DEEP]) is True
    add_n = mk_lambda((("y", INT),), add(mk_var("y", INT), N))
    mapped = run.eval(mk_call("m.map", (), (add_n, XS), INTS), {"n": 7, "xs": list_value(range(DEEP))})
    assert next(iter_list(mapped)) == 7


def test_deep_terms_need_no_stack():
    run = Evaluator(PROGRAM)
    chain = choice = stair = N
    for i in range(5_000):
        chain = add(chain, mk_int(i % 7))
        choice = mk_if(raw(Op.EQ, N, mk_int(i)), mk_int(i + 1), choice)
        stair = mk_if(le(N, stair), add(stair, ONE), sub(stair, N))
    assert run.eval(chain, {"n": 0}) == sum(i % 7 for i in range(5_000))
    assert run.eval(choice, {"n": 4_000}) == 4_001
    assert run.eval(stair, {"n": 0}) == 5_000
    nested = mk_bool(True)
    for i in range(3_000):
        nested = mk_implies(le(mk_int(i), N), raw(Op.AND, le(N, mk_int(10**6)), raw(Op.OR, nested, FALSE)))
    assert run.eval(nested, {"n": 10**5}) is True


def test_shared_branches_are_compiled_once():
    term = N
    for i in range(300):
        cond = mk_var(f"c{i % 10}", BOOL)
        term = mk_if(cond, add(term, mk_int(i + 2)), sub(term, mk_int(i + 7)))
    env = {"n": 1, **{f"c{i}": i % 3 == 0 for i in range(10)}}
    expected = 1
    for i in range(300):
        expected = expected + i + 2 if env[f"c{i % 10}"] else expected - i - 7
    assert Evaluator(PROGRAM).eval(term, env) == expected


def test_budget():
    run = Evaluator(PROGRAM, max_steps=1_000)
    with pytest.raises(OutOfBudget):
        run.call("m.forever", [0])
    assert run.call("m.sum_to", [500, 0]) == 125_250
    with pytest.raises(OutOfBudget):
        run.call("m.sum_to", [5_000, 0])


S = mk_var("s", mk_type("String"))
DOUBLED = fn(
    "m.doubled",
    (param("n", INT), param("s", S.type)),
    S.type,
    mk_if(le(N, ZERO), S, mk_call("m.doubled", (), (sub(N, ONE), mk_prim("str.concat", (S, S), S.type)), S.type)),
    group=frozenset({"m.doubled"}),
)
SQUARED = fn(
    "m.squared",
    (param("n", INT), param("m", INT)),
    INT,
    mk_if(le(N, ZERO), M, mk_call("m.squared", (), (sub(N, ONE), mk_prim("int.mul", (M, M), INT)), INT)),
    group=frozenset({"m.squared"}),
)


def test_large_results_cost_steps():
    run = Evaluator(program(DOUBLED, SQUARED), max_steps=10_000)
    with pytest.raises(OutOfBudget):
        run.call("m.doubled", [100, "ab"])
    with pytest.raises(OutOfBudget):
        run.call("m.squared", [100, 3])


def test_partial_primitives():
    run = Evaluator(PROGRAM)
    for name, args in (("int.div", (7, 0)), ("int.mod", (7, 0))):
        with pytest.raises(Violation) as found:
            run.eval(at(1, add(ONE, at(5, mk_prim(name, (N, M), INT)))), {"n": args[0], "m": args[1]})
        assert found.value.kind == "partial"
        assert found.value.span == Span("t.kw", 5, 6)
        assert found.value.env == {"n": 7, "m": 0}
        assert "divisor" in found.value.message
    with pytest.raises(Violation, match="no field of `Cons`"):
        run.eval(head(XS), {"xs": list_value([])})


def test_short_circuit():
    run = Evaluator(PROGRAM)
    bad = raw(Op.EQ, div(ONE, ZERO), ONE)
    env = {"n": 0}
    zero = raw(Op.EQ, N, ZERO)
    assert run.eval(raw(Op.OR, zero, bad), env) is True
    assert run.eval(raw(Op.AND, raw(Op.NOT, zero), bad), env) is False
    assert run.eval(raw(Op.IMPLIES, raw(Op.NOT, zero), bad), env) is True
    assert run.eval(mk_if(zero, ONE, div(ONE, ZERO)), env) == 1
    assert run.eval(add(mk_if(zero, ONE, div(ONE, ZERO)), ONE), env) == 2
    with pytest.raises(Violation):
        run.eval(raw(Op.AND, zero, bad, FALSE), env)


def test_requires_of_callees():
    run = Evaluator(PROGRAM)
    call = at(3, mk_call("m.sum_to", (), (at(4, N), ZERO), INT))
    with pytest.raises(Violation) as found:
        run.eval(at(1, add(call, ONE)), {"n": -2})
    assert (found.value.kind, found.value.name, found.value.span) == ("call", "m.sum_to", Span("t.kw", 3, 4))
    assert found.value.env == {"n": -2, "m": 0}
    assert found.value.clause is SUM_TO.requires[0]
    with pytest.raises(Violation) as found:
        run.call("m.sum_to", [-1, 0])
    assert found.value.kind == "requires"
    assert Evaluator(PROGRAM, checked=False, max_steps=100).eval(call, {"n": 1}) == 1


def test_refinements_of_arguments_and_fields():
    half = fn("m.half", (param("n", INT),), INT, div(N, mk_int(2)), requires=(clause(positive(N), "n", "n > 0"),))
    line = data("m.Pos", ("m.Pos", (param("n", INT),)), invariants=(clause(positive(N), "n", "n > 0"),))
    run = Evaluator(program(half, line))
    with pytest.raises(Violation) as found:
        run.eval(at(3, mk_call("m.half", (), (at(4, M),), INT)), {"m": 0})
    assert (found.value.kind, found.value.span, found.value.env) == ("refinement", Span("t.kw", 4, 5), {"n": 0})
    make = at(3, mk_con("m.Pos", (at(4, M),), mk_type("m.Pos")))
    assert run.eval(make, {"m": 2}).fields == (2,)
    with pytest.raises(Violation) as found:
        run.eval(make, {"m": -2})
    assert (found.value.kind, found.value.name, found.value.span) == ("refinement", "m.Pos", Span("t.kw", 4, 5))


def test_asserts_and_quantifiers():
    run = Evaluator(PROGRAM)
    steps = mk(Op.ASSERT, None, (at(7, le(N, ZERO)), ONE), INT)
    assert run.eval(steps, {"n": 0}) == 1
    with pytest.raises(Violation) as found:
        run.eval(steps, {"n": 1})
    assert (found.value.kind, found.value.span) == ("assert", Span("t.kw", 7, 8))
    everything = mk_forall((("k", INT),), le(N, mk_var("k", INT)))
    assert run.eval(mk(Op.ASSERT, None, (everything, ONE), INT), {"n": 0}) == 1  # a proof step that cannot be run
    with pytest.raises(NotExecutable):
        run.eval(everything, {"n": 0})
    assert run.eval(mk_or([le(N, ZERO), everything]), {"n": 0}) is True


def test_finite_quantifiers_are_run():
    b, c = mk_var("b", BOOL), mk_var("c", mk_type("m.Colour"))
    run = Evaluator(shapes())
    assert run.eval(mk_forall((("b", BOOL),), raw(Op.OR, b, mk_not(b))), {}) is True
    assert run.eval(mk_exists((("b", BOOL), ("c", c.type)), mk_and([b, mk_is("m.Green", c)])), {}) is True
    assert run.eval(mk_forall((("c", c.type),), mk_is("m.Green", c)), {}) is False


def test_bounded_quantifiers_over_sets_and_ranges():
    k = mk_var("k", INT)
    small = mk_lambda((("k", INT),), le(k, N))
    run = Evaluator(PROGRAM)
    s = mk_var("s", set_of(INT))
    assert run.eval(mk_prim("set.all", (small, s), BOOL), {"n": 3, "s": SetV([1, 2, 3])}) is True
    assert run.eval(mk_prim("set.any", (small, s), BOOL), {"n": 0, "s": SetV([1, 2, 3])}) is False
    assert run.eval(mk_prim("int.all", (small, ZERO, M), BOOL), {"n": 3, "m": 4}) is True
    assert run.eval(mk_prim("int.all", (small, ZERO, M), BOOL), {"n": 3, "m": 5}) is False
    with pytest.raises(OutOfBudget):
        Evaluator(PROGRAM, max_steps=100).eval(mk_prim("int.all", (small, ZERO, M), BOOL), {"n": 10**9, "m": 10**9})


def test_ensures_and_kernels():
    both = kernel(
        "m.both",
        (param("n", INT),),
        (param("a", INT), param("b", INT)),
        mk_con("Tuple", (N, add(N, ONE)), mk_type("Tuple", INT, INT)),
        ensures=(clause(le(mk_var("a", INT), mk_var("b", INT))), clause(le(mk_var("b", INT), mk_int(5)), text="b <= 5")),
    )
    run = Evaluator(program(both), check_ensures=True)
    assert run.call("m.both", [1]) == tuple_value(1, 2)
    with pytest.raises(Violation) as found:
        run.call("m.both", [5])
    assert (found.value.kind, found.value.env) == ("ensures", {"n": 5, "a": 5, "b": 6})
    with pytest.raises(Violation):
        run.eval(mk_sel("Tuple", 0, mk_call("m.both", (), (N,), both.body.term.type), INT), {"n": 9})
    oracle = kernel("m.oracle", (param("n", INT),), (param("y", INT),), None)
    call = at(2, mk_call("m.oracle", (), (N,), INT))
    with pytest.raises(NotExecutable) as stopped:
        Evaluator(program(oracle)).eval(call, {"n": 1})
    assert stopped.value.span == Span("t.kw", 2, 3)
    assert Evaluator(program(oracle), externals={"m.oracle": lambda n: n + 1}).eval(call, {"n": 1}) == 2


def test_termination_is_checked_on_request():
    run = Evaluator(PROGRAM, check_termination=True)
    assert run.call("m.sum_to", [100, 0]) == 5_050
    with pytest.raises(Violation) as found:
        run.call("m.forever", [3])
    assert found.value.kind == "termination"
    assert found.value.env == {"n": 3}


def test_lets_and_lambdas_shadow():
    run = Evaluator(PROGRAM)
    inner = mk_let("n", add(N, ONE), mk_prim("int.mul", (add(N, ONE), N), INT))
    assert run.eval(add(add(N, ONE), add(inner, add(N, ONE))), {"n": 1}) == 2 + 6 + 2
    shadow = mk_apply(mk_lambda((("n", INT),), add(N, M)), (add(N, mk_int(10)),))
    assert run.eval(add(shadow, N), {"n": 1, "m": 100}) == 112


def test_explain():
    run = Evaluator(PROGRAM)
    term = at(0, mk_let("y", at(1, add(N, ONE)), at(2, le(at(3, mk_var("y", INT)), at(4, div(ONE, at(5, N)))))))
    assert [(s.start, v) for s, v in run.explain(term, {"n": 1})] == [(0, False), (1, 2), (2, False), (3, 2), (4, 1), (5, 1)]
    assert [(s.start, v) for s, v in run.explain(term, {"n": 0})] == [(1, 1), (3, 1), (5, 0)]
    k = mk_var("k", INT)
    bounded = at(0, mk_prim("int.all", (mk_lambda((("k", INT),), at(7, le(at(8, k), N))), at(3, ZERO), at(4, M)), BOOL))
    assert [(s.start, v) for s, v in run.explain(bounded, {"n": 2, "m": 9})] == [(0, False), (3, 0), (4, 9), (7, False), (8, 3)]
    assert [(s.start, v) for s, v in run.explain(bounded, {"n": 9, "m": 2})] == [(0, True), (3, 0), (4, 2)]


def test_misuse_is_a_plain_error():
    with pytest.raises(ValueError, match="`m`"):
        Evaluator(PROGRAM).eval(add(N, M), {"n": 1})


TERMS = st.recursive(
    st.sampled_from([N, M, ZERO, ONE, mk_int(-3)]),
    lambda t: st.one_of(
        st.tuples(t, t).map(lambda p: add(*p)),
        st.tuples(t, t).map(lambda p: sub(*p)),
        st.tuples(t, t, t).map(lambda p: mk_if(le(p[0], p[1]), p[2], p[0])),
        st.tuples(t, t).map(lambda p: mk_let("n", p[0], p[1])),
        st.tuples(t, t).map(lambda p: mk_apply(mk_lambda((("m", INT),), p[0]), (p[1],))),
        st.tuples(t, t, t).map(lambda p: mk_if(mk_and([le(p[0], p[1]), mk_or([le(p[1], p[2]), le(p[2], p[0])])]), p[1], p[2])),
        st.tuples(t, t).map(lambda p: head(mk(Op.CON, "Cons", (p[0], mk_con("Cons", (p[1], NIL), INTS)), INTS))),
    ),
    max_leaves=12,
)


def plain(term: Term, env: dict[str, int]) -> object:
    """The obvious recursive evaluator."""
    args = term.args
    match term.op:
        case Op.VAR:
            return env[term.data]
        case Op.LIT:
            return term.data
        case Op.PRIM:
            a, b = (plain(x, env) for x in args)
            return {"int.add": a + b, "int.sub": a - b, "int.le": a <= b}[term.data]
        case Op.IF:
            return plain(args[1] if plain(args[0], env) else args[2], env)
        case Op.LET:
            return plain(args[1], {**env, term.data: plain(args[0], env)})
        case Op.APPLY:
            return plain(args[0].args[0], {**env, "m": plain(args[1], env)})
        case Op.AND:
            return all(plain(a, env) for a in args)
        case Op.OR:
            return any(plain(a, env) for a in args)
        case Op.SEL:
            return plain(args[0].args[term.data[1]], env)
    raise AssertionError(term.op)


RUN = Evaluator(PROGRAM)


@given(TERMS, st.integers(-3, 3), st.integers(-3, 3))
def test_agrees_with_the_obvious_evaluator(term, n, m):
    env = {"n": n, "m": m}
    expected = plain(term, env)
    assert RUN.eval(term, env) == expected
    assert RUN.eval(erase(term), env) == expected
    assert RUN.eval(mk_if(le(N, N), term, ZERO), env) == expected
