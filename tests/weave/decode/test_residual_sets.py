"""Sets of numbers: projections let in only what has a completion, prefixes are alive where a member goes on from them."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kwlogic.core.prim_eval import finite_decimal
from kwlogic.core.terms import Term, mk_and, mk_eq, mk_if, mk_implies, mk_int, mk_not, mk_or, mk_prim, mk_var
from kwlogic.core.types import BOOL, INT
from kwlogic.weave.decode.residual_linear import Cube, Projection
from kwlogic.weave.decode.residual_model import Model
from kwlogic.weave.decode.residual_sets import _int_alive, _real_alive

# ---------------------------------------------------------------- projection


INTS = [mk_var(name, INT) for name in "vxy"]


def terms(depth: int) -> st.SearchStrategy[Term]:
    leaves = st.one_of(st.sampled_from(INTS), st.integers(-4, 4).map(mk_int))
    if not depth:
        return leaves
    inner = terms(depth - 1)
    return st.one_of(
        leaves,
        st.builds(lambda op, a, b: mk_prim(op, (a, b), INT), st.sampled_from(["int.add", "int.sub", "int.mul"]), inner, inner),
        st.builds(lambda k, a: mk_prim("int.mul", (mk_int(k), a), INT), st.sampled_from([2, 3, -1, -2]), inner),
        st.builds(
            lambda op, a, k: mk_prim(op, (a, mk_int(k)), INT), st.sampled_from(["int.mod", "int.div"]), inner, st.sampled_from([2, 3, -2])
        ),
        st.builds(mk_if, formulas(depth - 1), inner, inner),
    )


def formulas(depth: int) -> st.SearchStrategy[Term]:
    inner = terms(max(depth - 1, 0))
    atoms = st.one_of(
        st.builds(lambda op, a, b: mk_prim(op, (a, b), BOOL), st.sampled_from(["int.le", "int.lt"]), inner, inner),
        st.builds(mk_eq, inner, inner),
    )
    if depth <= 0:
        return atoms
    below = formulas(depth - 1)
    parts = st.lists(below, min_size=2, max_size=3)
    return st.one_of(atoms, parts.map(mk_and), parts.map(mk_or), below.map(mk_not), st.builds(mk_implies, below, below))


def check_projection(formula: Term, values: tuple[int, int, int]) -> None:
    """Every member of the cube has a completion within the box that the formula says, and the model is in it."""
    bounds = [mk_and((mk_prim("int.le", (mk_int(-4), v), BOOL), mk_prim("int.le", (v, mk_int(4)), BOOL))) for v in INTS[1:]]
    model = Model(dict(zip("vxy", values)))
    if not model.value(formula):
        formula = mk_not(formula)
    projection = Projection(model, INTS[0])
    projection.require([formula, *bounds])
    cube = projection.cube()
    assert cube.has(values[0])
    for v in range(-9, 10):
        if cube.has(v):
            assert any(Model({"v": v, "x": x, "y": y}).value(formula) for x in range(-4, 5) for y in range(-4, 5)), (cube, v)


SMALL_VALUES = st.tuples(st.integers(-9, 9), st.integers(-4, 4), st.integers(-4, 4))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(formulas(2), SMALL_VALUES)
def test_a_projection_lets_in_only_what_has_a_completion(formula: Term, values: tuple[int, int, int]) -> None:
    check_projection(formula, values)


@pytest.mark.slow
@settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(formulas(3), SMALL_VALUES)
def test_projections_of_many_formulas(formula: Term, values: tuple[int, int, int]) -> None:
    check_projection(formula, values)


# ---------------------------------------------------------------- prefixes of numbers


CUBES = st.builds(
    lambda low, width, modulus, remainder: Cube(
        Fraction(first := low + (remainder - low) % modulus), False, Fraction(first + width * modulus), False, modulus, remainder % modulus
    ),
    st.integers(-300, 300),
    st.integers(0, 40),
    st.integers(1, 7),
    st.integers(0, 6),
).filter(lambda c: c.low is not None and c.has(int(c.low)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(CUBES, min_size=1, max_size=3), st.text("-0123456789", max_size=4))
def test_prefixes_of_integers(cubes: list[Cube], text: str) -> None:
    members = {n for c in cubes for n in range(-700, 700) if c.has(n)}
    assert _int_alive(cubes, text) == any(str(n).startswith(text) for n in members)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 30), st.booleans(), st.booleans()), min_size=1, max_size=3),
    st.text("-0123456789.", max_size=4),
)
def test_prefixes_of_decimals(pairs: list[tuple[int, int, bool, bool]], text: str) -> None:
    """What is alive has a decimal of few more places that starts so and is a member, or none does."""
    cubes = [
        Cube(Fraction(low, 4), low_open and width > 0, Fraction(low + width, 4), high_open and width > 0, 0)
        for low, width, low_open, high_open in pairs
    ]
    numbers = [Fraction(n, 1000) for n in range(-10_500, 18_000, 25)]
    written = [finite_decimal(n) or "" for n in numbers if any(c.has(n) for c in cubes)]
    exists = any(w.startswith(text) or (w.removesuffix(".0").startswith(text)) for w in written)
    if exists:
        assert _real_alive(cubes, text)
    elif _real_alive(cubes, text):
        assert re.fullmatch(r"-?[0-9]*(\.[0-9]*)?", text)
