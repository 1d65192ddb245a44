"""Every primitive, on cases that decide its meaning."""

from __future__ import annotations

from fractions import Fraction

import pytest
from core_programs import program
from hypothesis import given
from hypothesis import strategies as st

from kwlogic.core.eval import Evaluator, Violation
from kwlogic.core.prim_eval import CALLS, QUANTIFIERS, TEMPLATES, finite_decimal, int_of_text, int_text, real_of_text, real_text
from kwlogic.core.prims import PRIMS
from kwlogic.core.terms import mk_prim, mk_var
from kwlogic.core.value import EMPTY_MAP, EMPTY_SET, NONE, MapV, SetV, list_value, some

RUN = Evaluator(program())
HALF = Fraction(1, 2)
MANY = MapV({2: "b", 1: "a"})
CASES = [
    ("int.add", (2, 3), 5),
    ("int.sub", (2, 3), -1),
    ("int.mul", (-2, 3), -6),
    ("int.neg", (2,), -2),
    ("int.div", (-7, 2), -4),
    ("int.div", (7, -2), -4),
    ("int.mod", (-7, 2), 1),
    ("int.mod", (7, -2), -1),
    ("int.lt", (1, 1), False),
    ("int.le", (1, 1), True),
    ("real.add", (HALF, HALF), Fraction(1)),
    ("real.sub", (HALF, HALF), Fraction(0)),
    ("real.mul", (HALF, HALF), Fraction(1, 4)),
    ("real.neg", (HALF,), -HALF),
    ("real.div", (Fraction(1), Fraction(3)), Fraction(1, 3)),
    ("real.lt", (HALF, HALF), False),
    ("real.le", (HALF, HALF), True),
    ("any.le", ("a", "ab"), True),
    ("any.le", (list_value((2,)), list_value((1, 5))), False),
    ("any.le", (SetV((1, 2)), SetV((1, 2))), True),
    ("real.of_int", (3,), Fraction(3)),
    ("real.floor", (Fraction(-1, 2),), -1),
    ("str.lt", ("\uffff", "\U00010000"), True),
    ("str.le", ("", ""), True),
    ("str.concat", ("a", "b"), "ab"),
    ("str.len", ("é😀",), 2),
    ("str.at", ("ab😀", 2), "😀"),
    ("str.slice", ("abc", 1, 3), "bc"),
    ("str.slice", ("abc", 3, 3), ""),
    ("str.contains", ("abc", "bc"), True),
    ("str.starts_with", ("abc", "ab"), True),
    ("str.ends_with", ("abc", "ab"), False),
    ("str.index_of", ("abc", "c"), some(2)),
    ("str.index_of", ("abc", "x"), NONE),
    ("str.replace", ("aXbX", "X", "-"), "a-b-"),
    ("str.replace", ("ab", "", "-"), "-a-b-"),
    ("str.split", ("a,b,", ","), list_value(["a", "b", ""])),
    ("str.split", ("ab", ""), list_value(["a", "b"])),
    ("str.join", (", ", list_value(["a", "b"])), "a, b"),
    ("str.strip", (" \ta\n",), "a"),
    ("str.lower", ("ÀB",), "àb"),
    ("str.upper", ("ß",), "SS"),
    ("str.matches", ("order 12", "[0-9]+$"), True),
    ("str.of_int", (-12,), "-12"),
    ("str.of_real", (Fraction(5, 2),), "2.5"),
    ("str.of_bool", (True,), "true"),
    ("str.to_int", ("-012",), some(-12)),
    ("str.to_int", ("+1",), NONE),
    ("str.to_int", ("１",), NONE),
    ("str.to_int", ("1\n",), NONE),
    ("str.to_real", ("-0.50",), some(-HALF)),
    ("str.to_real", ("1.",), NONE),
    ("set.empty", (), EMPTY_SET),
    ("set.add", (1, SetV([2])), SetV([1, 2])),
    ("set.remove", (1, SetV([1, 2])), SetV([2])),
    ("set.member", (1, SetV([1])), True),
    ("set.union", (SetV([1]), SetV([2])), SetV([1, 2])),
    ("set.intersect", (SetV([1, 2]), SetV([2])), SetV([2])),
    ("set.difference", (SetV([1, 2]), SetV([2])), SetV([1])),
    ("set.subset", (SetV([1, 2]), SetV([2])), False),
    ("set.len", (SetV([1, 2]),), 2),
    ("set.to_list", (SetV([3, 1, 2]),), list_value([1, 2, 3])),
    ("map.empty", (), EMPTY_MAP),
    ("map.put", (1, "z", MANY), MapV({1: "z", 2: "b"})),
    ("map.remove", (1, MANY), MapV({2: "b"})),
    ("map.has", (3, MANY), False),
    ("map.get", (1, MANY), some("a")),
    ("map.get", (3, MANY), NONE),
    ("map.at", (1, MANY), "a"),
    ("map.keys", (MANY,), SetV([1, 2])),
    ("map.values", (MANY,), list_value(["a", "b"])),
    ("map.len", (MANY,), 2),
]


def run(name, args):
    prim = PRIMS[name]
    names = [f"x{i}" for i in range(len(args))]
    term = mk_prim(name, tuple(map(mk_var, names, prim.params)), prim.result)
    return RUN.eval(term, dict(zip(names, args)))


@pytest.mark.parametrize(("name", "args", "expected"), CASES)
def test_meaning(name, args, expected):
    found = run(name, args)
    assert found == expected
    assert type(found) is type(expected)


def test_every_primitive_has_a_meaning_and_a_case():
    assert TEMPLATES.keys() | CALLS.keys() | QUANTIFIERS.keys() == PRIMS.keys()
    assert {name for name, _, _ in CASES} | QUANTIFIERS.keys() == PRIMS.keys()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("int.div", (1, 0)),
        ("int.mod", (1, 0)),
        ("real.div", (HALF, Fraction(0))),
        ("str.at", ("ab", 2)),
        ("str.at", ("ab", -1)),
        ("str.slice", ("ab", 2, 1)),
        ("str.slice", ("ab", 0, 3)),
        ("map.at", (3, MANY)),
    ],
)
def test_outside_of_the_guard(name, args):
    with pytest.raises(Violation) as found:
        run(name, args)
    assert found.value.kind == "partial"
    assert PRIMS[name].guard


@given(st.integers(), st.integers().filter(bool))
def test_division_is_floor(a, b):
    q, r = run("int.div", (a, b)), run("int.mod", (a, b))
    assert q * b + r == a
    assert (0 <= r < b) or (b < r <= 0)


@given(st.integers() | st.integers(4_000, 20_000).map(lambda n: 7**n))
def test_digits(n):
    assert int_of_text(int_text(n)) == n


@given(st.fractions())
def test_decimals(x):
    text = finite_decimal(x)
    assert (text is None) == (
        x.denominator != 1 and any(x.denominator % p == 0 for p in range(3, x.denominator + 1) if p % 2 and p % 5)
        if x.denominator < 500
        else text is None
    )
    if text is not None:
        assert real_of_text(text) == x
    else:
        assert Fraction(real_text(x)) == x
