"""The evaluator and the solver give closed terms the same value: what the encoding says of a primitive is what runs.

The terms are encoded as they are, without the simplifier, which is held against the evaluator as well.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Program
from kwlogic.core.terms import Term, mk_and, mk_bool, mk_con, mk_eq, mk_if, mk_int, mk_is, mk_not, mk_or, mk_prim, mk_real, mk_sel, mk_str
from kwlogic.core.types import BOOL, INT, REAL, STRING, option_of, set_of, tuple_of
from kwlogic.gate.terms import literal
from kwlogic.solve.backend import Meter, Query, check
from kwlogic.solve.encode import Encoder
from kwlogic.vc.theory import Theory

EMPTY = Program({}, {}, {}, {}, {}, {}, {}, {}, {}, frozenset(), ())
THEORY = Theory(EMPTY)
EVALUATOR = Evaluator(EMPTY, max_steps=50_000)
TEXTS = st.sampled_from(["", "a", "ab", "ba", "abab", "b", "aXb", " a", "12", "-3"])
Terms = st.SearchStrategy[Term]


def safe(name: str, a: Term, b: Term) -> Term:
    zero = mk_int(0) if a.type is INT else mk_real(Fraction(0))
    return mk_if(mk_eq(b, zero), a, mk_prim(name, (a, b), a.type))


@st.composite
def ints(draw: st.DrawFn, depth: int = 3) -> Term:
    if depth == 0 or draw(st.booleans()):
        return mk_int(draw(st.integers(-7, 7)))
    a = draw(ints(depth - 1))
    match draw(st.integers(0, 6)):
        case 0:
            return mk_prim(draw(st.sampled_from(["int.add", "int.sub", "int.mul"])), (a, draw(ints(depth - 1))), INT)
        case 1:
            return mk_prim("int.neg", (a,), INT)
        case 2:
            return safe(draw(st.sampled_from(["int.div", "int.mod"])), a, draw(ints(depth - 1)))
        case 3:
            return mk_prim("real.floor", (draw(reals(depth - 1)),), INT)
        case 4:
            return mk_prim("str.len", (draw(texts(depth - 1)),), INT)
        case 5:
            return mk_if(draw(bools(depth - 1)), a, draw(ints(depth - 1)))
        case _:
            return mk_sel("Tuple", 1, mk_con("Tuple", (mk_bool(True), a), tuple_of(BOOL, INT)), INT)


@st.composite
def reals(draw: st.DrawFn, depth: int = 3) -> Term:
    if depth == 0 or draw(st.booleans()):
        return mk_real(draw(st.fractions(-4, 4, max_denominator=6)))
    a, b = draw(reals(depth - 1)), draw(reals(depth - 1))
    whole = mk_prim("real.of_int", (draw(ints(depth - 1)),), REAL)
    return draw(st.sampled_from([*(mk_prim(f"real.{n}", (a, b), REAL) for n in ("add", "sub", "mul")), safe("real.div", a, b), whole]))


@st.composite
def texts(draw: st.DrawFn, depth: int = 2) -> Term:
    if depth == 0 or draw(st.booleans()):
        return mk_str(draw(TEXTS))
    a, b = draw(texts(depth - 1)), draw(texts(depth - 1))
    return draw(st.sampled_from([mk_prim("str.concat", (a, b), STRING), mk_if(draw(bools(depth - 1)), a, b)]))


@st.composite
def sets(draw: st.DrawFn, depth: int = 2) -> Term:
    kind = set_of(INT)
    if depth == 0 or draw(st.booleans()):
        return mk_prim("set.empty", (), kind)
    a = draw(sets(depth - 1))
    item = draw(ints(0))
    other = draw(sets(depth - 1))
    forms = [mk_prim(n, (item, a), kind) for n in ("set.add", "set.remove")]
    return draw(st.sampled_from(forms + [mk_prim(n, (a, other), kind) for n in ("set.union", "set.intersect", "set.difference")]))


def maybe(item: Term | None) -> Term:
    kind = option_of(INT)
    return mk_con("None", (), kind) if item is None else mk_con("Some", (item,), kind)


@st.composite
def bools(draw: st.DrawFn, depth: int = 3) -> Term:
    if depth == 0:
        return mk_bool(draw(st.booleans()))

    def two(of: Terms) -> tuple[Term, Term]:
        return draw(of), draw(of)

    def compared(names: list[str], of: Terms) -> Term:
        return mk_prim(draw(st.sampled_from(names)), two(of), BOOL)

    match draw(st.integers(0, 9)):
        case 0:
            return compared(["int.lt", "int.le"], ints(depth - 1))
        case 1:
            return compared(["real.lt", "real.le"], reals(depth - 1))
        case 2:
            return compared([f"str.{n}" for n in ("lt", "le", "contains", "starts_with", "ends_with")], texts(1))
        case 3:
            return mk_prim("set.member", (draw(ints(1)), draw(sets(2))), BOOL)
        case 4:
            return mk_prim("set.subset", two(sets(2)), BOOL)
        case 5:
            return mk_eq(*two(draw(st.sampled_from([ints(depth - 1), reals(depth - 1), texts(1), sets(2)]))))
        case 6:
            a, b = two(ints(1))
            return mk_eq(maybe(a), mk_if(mk_eq(a, b), maybe(b), maybe(None)))
        case 7:
            a, b = two(ints(1))
            return mk_is("None", mk_if(mk_eq(a, b), maybe(a), maybe(None)))
        case 8:
            return mk_not(draw(bools(depth - 1)))
        case _:
            return draw(st.sampled_from([mk_and, mk_or, lambda both: mk_eq(*both)]))(two(bools(depth - 1)))


def solver_says(formula: Term) -> str:
    encoder = Encoder(EMPTY)
    text = encoder.formula(formula)
    return check(
        Query(tuple(encoder.declarations()), (("goal", text), *(("lambda", a) for a in encoder.axioms))), 400_000, Meter(), 5.0
    ).status


def agree(term: Term) -> None:
    value = EVALUATOR.eval(term, {})
    found = literal(value)
    assert found is not None
    assert solver_says(mk_not(mk_eq(term, found))) != "sat", f"{term} is {value}, says the evaluator"
    assert solver_says(mk_eq(term, found)) != "unsat"
    assert EVALUATOR.eval(THEORY.simplify(term), {}) == value


@settings(max_examples=30, deadline=None)
@given(bools())
def test_booleans(term: Term):
    agree(term)


@settings(max_examples=25, deadline=None)
@given(st.one_of(ints(), reals(), texts()))
def test_numbers_and_texts(term: Term):
    agree(term)


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None)
@given(st.one_of(bools(4), ints(4), reals(4), texts(3)))
def test_many(term: Term):
    agree(term)
