"""The ground prover: what it must refute, what it must not, and random formulas on which it must never contradict Z3."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from kwlogic.core.program import Program
from kwlogic.core.terms import (
    FALSE,
    TRUE,
    Term,
    mk_and,
    mk_apply,
    mk_call,
    mk_con,
    mk_eq,
    mk_if,
    mk_implies,
    mk_int,
    mk_is,
    mk_lambda,
    mk_not,
    mk_or,
    mk_prim,
    mk_real,
    mk_sel,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, REAL, Type, fun_of, list_of
from kwlogic.proof.datatypes import DataTypes
from kwlogic.proof.ground import refutes

EMPTY = Program({}, {}, {}, {}, {}, {}, {}, {}, {}, frozenset(), ())
CTORS = DataTypes(EMPTY).plain
INTS = list_of(INT)
x, y, z = (mk_var(n, INT) for n in "xyz")
a, b, c = (mk_var(n, REAL) for n in "abc")
xs, ys = mk_var("xs", INTS), mk_var("ys", INTS)
p, q = mk_var("p", BOOL), mk_var("q", BOOL)


def le(left: Term, right: Term) -> Term:
    return mk_prim(f"{'int' if left.type is INT else 'real'}.le", (left, right), BOOL)


def lt(left: Term, right: Term) -> Term:
    return mk_prim(f"{'int' if left.type is INT else 'real'}.lt", (left, right), BOOL)


def op(name: str, left: Term, right: Term) -> Term:
    return mk_prim(f"{'int' if left.type is INT else 'real'}.{name}", (left, right), left.type)


def f(arg: Term) -> Term:
    return mk_call("f", (), (arg,), INT)


def g(arg: Term) -> Term:
    return mk_call("g", (), (arg,), INTS)


def cons(head: Term, tail: Term) -> Term:
    return mk_con("Cons", (head, tail), INTS)


def head(value: Term) -> Term:
    return mk_sel("Cons", 0, value, INT)


def tail(value: Term) -> Term:
    return mk_sel("Cons", 1, value, INTS)


I = mk_int  # noqa: E741
HALF = mk_real(Fraction(1, 2))

CONTRADICTIONS: dict[str, tuple[Term, ...]] = {
    "order": (le(x, y), lt(y, x)),
    "equality out of inequalities": (le(x, y), le(y, x), mk_not(mk_eq(f(x), f(y)))),
    "sums commute": (mk_not(mk_eq(f(op("add", x, y)), f(op("add", y, x)))),),
    "injective": (mk_eq(cons(x, xs), cons(y, ys)), mk_not(mk_eq(xs, ys))),
    "acyclic": (mk_eq(cons(x, xs), xs),),
    "acyclic through an equality": (mk_eq(cons(x, xs), ys), mk_eq(cons(y, ys), xs)),
    "no third constructor": (mk_not(mk_is("Nil", xs)), mk_not(mk_is("Cons", xs))),
    "a value is built of its fields": (mk_is("Cons", xs), mk_not(mk_eq(xs, cons(head(xs), tail(xs))))),
    "conditional": (mk_eq(z, mk_if(le(x, y), x, y)), lt(x, z)),
    "squares": (lt(op("mul", x, x), I(0)),),
    "parity": (mk_eq(op("add", x, x), op("add", op("add", y, y), I(1))),),
    "floor division": (mk_eq(x, op("div", y, I(2))), lt(y, op("mul", I(2), x))),
    "remainder": (le(I(2), op("mod", y, I(2))),),
    "remainder of a negative divisor": (lt(I(0), op("mod", y, I(-2))),),
    "division by an unknown": (lt(I(0), x), lt(I(0), y), lt(x, op("mul", y, op("div", x, y)))),
    "trichotomy": (mk_not(mk_eq(x, y)), mk_not(lt(x, y)), le(x, y)),
    "equivalence of equals": (mk_not(mk_eq(p, mk_or((q, mk_eq(x, y))))), mk_eq(p, q), mk_not(mk_eq(x, y))),
    "equivalence": (mk_eq(p, q), mk_eq(p, mk_not(q))),
    "Bool arguments": (
        mk_not(mk_eq(mk_call("h", (), (p,), INT), I(1))),
        *(mk_eq(mk_call("h", (), (v,), INT), I(1)) for v in (TRUE, FALSE)),
    ),
    "products of signs": (le(I(0), x), le(I(0), y), lt(op("mul", x, y), I(0))),
    "monotone product": (le(x, y), le(I(0), z), lt(op("mul", y, z), op("mul", x, z))),
    "halves": (lt(op("mul", HALF, a), op("div", a, mk_real(Fraction(2)))),),
    "density is no matter": (lt(a, b), lt(b, c), le(c, a)),
    "integers between": (lt(x, y), lt(y, op("add", x, I(1)))),
    "floor": (lt(a, mk_prim("real.of_int", (mk_prim("real.floor", (a,), INT),), REAL)),),
    "functions of equal free variables": (
        mk_eq(x, y),
        mk_not(mk_eq(*(mk_call("k", (), (mk_lambda((("%1.0", INT),), lt(mk_var("%1.0", INT), v)),), INT) for v in (x, y)))),
    ),
}

POSSIBLE: dict[str, tuple[Term, ...]] = {
    "nothing": (),
    "order": (le(x, y), le(y, x)),
    "reals between": (lt(a, b), lt(b, op("add", a, mk_real(Fraction(1))))),
    "not injective": (mk_eq(f(x), f(y)), mk_not(mk_eq(x, y))),
    "selector of the other constructor": (mk_is("Nil", xs), mk_not(mk_eq(head(xs), I(0)))),
    "division by zero is anything": (mk_eq(y, I(0)), mk_eq(op("div", x, y), I(5)), mk_eq(x, I(7))),
    "disjunction": (mk_or((p, q)), mk_not(mk_and((p, q)))),
    "application": (mk_not(mk_eq(mk_apply(mk_var("k", fun_of((INT,), INT)), (x,)), x)),),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradiction(name: str):
    assert refutes(CONTRADICTIONS[name], CTORS)


@pytest.mark.parametrize("name", POSSIBLE)
def test_possible(name: str):
    assert not refutes(POSSIBLE[name], CTORS)


def test_a_small_budget_means_no():
    assert not refutes(CONTRADICTIONS["monotone product"], CTORS, steps=10)


# ---------------------------------------------------------------- random formulas


class Random:
    """Formulas over a few unknowns, so that contradictions are frequent."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)

    def term(self, type: Type, depth: int) -> Term:
        pick = self.source.choice
        if depth <= 0:
            return pick({INT: (x, y, I(0), I(1), I(2)), REAL: (a, b, HALF), INTS: (xs, ys, mk_con("Nil", (), INTS)), BOOL: (p, q)}[type])
        again = lambda t: self.term(t, depth - 1)  # noqa: E731
        if type is BOOL:
            return self.formula(depth - 1)
        if self.source.random() < 0.15:
            return mk_if(self.formula(depth - 1), again(type), again(type))
        if type is INTS:
            return pick([lambda: cons(again(INT), again(INTS)), lambda: tail(again(INTS)), lambda: g(again(INT)), lambda: again(INTS)])()
        if type is REAL:
            return pick(
                [lambda: op(pick(["add", "sub"]), again(REAL), again(REAL)), lambda: op("mul", HALF, again(REAL)), lambda: again(REAL)]
            )()
        return pick(
            [
                lambda: op(pick(["add", "sub"]), again(INT), again(INT)),
                lambda: op("mul", I(pick([-2, 2, 3])), again(INT)),
                lambda: op(pick(["div", "mod"]), again(INT), I(pick([-3, 2, 3]))),
                lambda: f(again(INT)),
                lambda: head(again(INTS)),
                lambda: mk_call("size", (), (again(INTS), again(BOOL)), INT),
                lambda: again(INT),
            ]
        )()

    def formula(self, depth: int) -> Term:
        pick = self.source.choice
        if depth <= 0:
            return pick([p, q, lt(x, y), mk_eq(x, y)])
        again = lambda: self.formula(depth - 1)  # noqa: E731
        kind = self.source.randrange(9)
        match kind:
            case 0:
                return mk_and((again(), again()))
            case 1:
                return mk_or((again(), again()))
            case 2:
                return mk_not(again())
            case 3:
                return mk_implies(again(), again())
            case 4:
                return mk_is(pick(["Nil", "Cons"]), self.term(INTS, depth - 1))
            case 5 | 6:
                type = pick([INT, INT, REAL])
                return pick([le, lt])(self.term(type, depth - 1), self.term(type, depth - 1))
            case _:
                type = pick([INT, INTS, REAL, BOOL])
                return mk_eq(self.term(type, depth - 1), self.term(type, depth - 1))


def z3_says(formulas: list[Term]) -> str:
    from kwlogic.solve.backend import Meter, Query, check
    from kwlogic.solve.encode import Encoder

    encoder = Encoder(EMPTY)
    texts = tuple((f"f{i}", encoder.formula(t)) for i, t in enumerate(formulas))
    return check(Query(tuple(encoder.declarations()), texts), 2_000_000, Meter()).status


def compare(seed: int) -> tuple[bool, str]:
    source = Random(seed)
    formulas = [source.formula(3) for _ in range(source.source.choice([3, 5, 8]))]
    return refutes(formulas, CTORS, 60_000), z3_says(formulas)


def agree(seeds: range) -> tuple[int, int]:
    """How many of the contradictions that Z3 finds are found here, and of how many."""
    found = wanted = 0
    for seed in seeds:
        ours, theirs = compare(seed)
        assert not (ours and theirs == "sat"), f"seed {seed}: a contradiction where Z3 has a model"
        wanted += theirs == "unsat"
        found += ours and theirs == "unsat"
    return found, wanted


def test_never_against_z3():
    found, wanted = agree(range(250))
    assert wanted > 40
    assert found >= 0.95 * wanted


@pytest.mark.slow
def test_never_against_z3_at_length():
    found, wanted = agree(range(1000, 6000))
    assert found >= 0.95 * wanted
