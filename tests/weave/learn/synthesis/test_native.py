"""The fast counterparts of helpers, standard functions and primitives agree with the evaluator."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.prims import PRIMS
from kwlogic.core.terms import mk_call, mk_prim, mk_var
from kwlogic.core.types import INT, REAL, STRING, Type, list_of, subst_type, type_vars
from kwlogic.weave.learn.synthesis import native
from kwlogic.weave.learn.synthesis.library import MODULE, declarations, library, needed
from kwlogic.weave.learn.synthesis.operations import operations

VALUES: dict[Type, list[object]] = {
    STRING: ["", "a-b-c", "-", "  Ann LEE 12 x7", "é1日"],
    INT: [-2, 0, 1, 3],
    REAL: [Fraction(-3, 2), Fraction(0), Fraction(5, 2)],
    list_of(STRING): [(), ("b", "", "a", "b")],
    list_of(INT): [(), (3, -1, 3)],
    list_of(REAL): [(), (Fraction(1, 2), Fraction(-2))],
}
MARKS = ["-", " ", "", "b"]


def rows(params: tuple[Type, ...]) -> list[tuple[object, ...]]:
    pools = [MARKS if i and t is STRING else VALUES[t] for i, t in enumerate(params)]
    return list(product(*pools))


def same(term_of, run, params: tuple[Type, ...], evaluator: Evaluator) -> None:
    """Wherever the evaluator has a value, ours is that value."""
    program = library()
    variables = tuple(mk_var(f"a{i}", t) for i, t in enumerate(params))
    term = term_of(variables)
    for row in rows(params):
        env = {f"a{i}": native.of_native(v, t, program) for i, (v, t) in enumerate(zip(row, params))}
        try:
            wanted = native.to_native(evaluator.eval(term, env), term.type, program)
        except EvalStop:
            continue
        assert run(*row) == wanted, (row, wanted)


def instance(name: str, element: Type) -> tuple[tuple[Type, ...], Type, tuple[Type, ...]]:
    fn = library().fns[name]
    env = dict.fromkeys(fn.tparams, element)
    return tuple(subst_type(p.type, env) for p in fn.params), subst_type(fn.result, env), tuple(element for _ in fn.tparams)


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    return Evaluator(library())


@pytest.mark.parametrize("name", native.HELPERS)
def test_helpers(name: str, evaluator: Evaluator):
    params, result, targs = instance(f"{MODULE}.{name}", INT)
    same(lambda xs: mk_call(f"{MODULE}.{name}", targs, xs, result), native.HELPERS[name], params, evaluator)


@pytest.mark.parametrize("name", native.STD)
def test_standard_functions(name: str, evaluator: Evaluator):
    params, result, targs = instance(name, INT)
    same(lambda xs: mk_call(name, targs, xs, result), native.STD[name], params, evaluator)


@pytest.mark.parametrize("name", [n for n in native.PRIMS if n != "str.of_bool"])
def test_primitives(name: str, evaluator: Evaluator):
    prim = PRIMS[name]
    same(lambda xs: mk_prim(name, xs, prim.result), native.PRIMS[name], prim.params, evaluator)


ROLES = {"mark": STRING, "edge": STRING, "glue": STRING, "new": STRING, "small": INT, "divisor": INT, "real divisor": REAL}
OPERATIONS = operations([*VALUES], library(), "w")


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: f"{op.name}:{op.result}")
def test_operations(op, evaluator: Evaluator):
    params = tuple(ROLES[p] if isinstance(p, str) else p for p in op.params)
    if all(p in VALUES for p in params):
        same(op.build, lambda *row: op.run(*row), params, evaluator)


def test_every_helper_has_a_counterpart():
    assert set(native.HELPERS) == set(declarations())


def test_helpers_come_after_what_they_call():
    order = needed(declarations())
    assert order.index("part") < order.index("capital")
    assert needed(["words"]) == ("words",)


def test_no_type_variable_is_left():
    assert not any(type_vars(op.result) for op in OPERATIONS)
