"""Linear contracts in Pacti's forms: read exactly, told as kernels, composed and divided by the rules; wrong results are told."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from kwlogic.compose.pacti import BadContract, LinearContract, holds, read_cases, read_contract, read_file
from kwlogic.elab.elaborate import elaborate
from kwlogic.lab.linear import composed, divided, in_order, merged, possible, replayed, solvable
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_module


def contract(inputs: str, outputs: str, assumes: list[str], guarantees: list[str]) -> LinearContract:
    data = {"input_vars": inputs.split(), "output_vars": outputs.split(), "assumptions": assumes, "guarantees": guarantees}
    return read_contract("c", data)


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("x <= 2", {"x": 2}, {"x": 3}),
        ("-x <= -0.2", {"x": 1}, {"x": 0}),
        ("2 x + 3 y <= 7", {"x": 2, "y": 1}, {"x": 2, "y": 2}),
        ("-2.0 i + o_p = 1.0", {"i": 1, "o_p": 3}, {"i": 1, "o_p": 4}),
        ("|x - y| <= 1", {"x": 5, "y": 4}, {"x": 4, "y": 6}),
        ("x >= y + 1", {"x": 3, "y": 2}, {"x": 2, "y": 2}),
    ],
)
def test_texts(text: str, inside: dict[str, int], outside: dict[str, int]):
    cases = read_cases([text])
    assert holds(cases, {v: Fraction(x) for v, x in inside.items()})
    assert not holds(cases, {v: Fraction(x) for v, x in outside.items()})


def test_objects_and_texts_agree():
    one = read_cases([{"coefficients": {"x": -1, "y": "2.5"}, "constant": "0.1"}])
    assert one == read_cases(["-x + 2.5 y <= 0.1"])
    assert one[0][0].most == Fraction(1, 10), "exact, not the nearest binary number"


def test_alternatives():
    cases = read_cases([["x <= 0"], ["x >= 5", "x <= 6"]])
    assert [holds(cases, {"x": Fraction(x)}) for x in (0, 3, 5, 7)] == [True, False, True, False]


@pytest.mark.parametrize("bad", ["x < y < z", "x ** 2 <= 1", "nothing", "3 <= x = y", ""])
def test_bad_texts(bad: str):
    with pytest.raises(BadContract):
        contract("x", "y", [bad], [])


def test_bad_objects():
    with pytest.raises(BadContract, match="no linear contract"):
        read_contract("c", {"input_vars": ["x"], "output_vars": []})
    assert read_file([{"name": "k", "data": {"input_vars": [], "output_vars": ["y"], "assumptions": [], "guarantees": ["y <= 1"]}}])["k"]


def test_as_kernels():
    parts = [contract("Sal p_a", "RFP", ["-Sal <= -0.9", "p_a <= 1"], ["0.2 Sal - RFP = 0.125"]), contract("x", "y", [], ["|y| <= 2"])]
    parts.append(replace(contract("x", "y", [], []), guarantees=read_cases([["y <= 1"], ["y >= 2", "y <= 3"]])))
    text = "module linear\n\n" + "\n\n".join(replace(p, name=f"k{i}").declaration() for i, p in enumerate(parts)) + "\n"
    source = Source("linear.kw", text)
    tree, problems = parse_module(source)
    assert not problems, [d.message for d in problems]
    program, found = elaborate([(source, tree)])
    assert not found, [d.message for d in found]
    assert [len(k.ensures) for k in program.kernels.values()] == [2, 2, 1]


# ---------------------------------------------------------------- composing

FIRST = contract("i", "o", ["|i| <= 2"], ["o - i <= 0", "i - 2 o <= 2"])
SECOND = contract("o", "p", ["o <= 5"], ["p - o <= 0"])


def test_composition_agrees():
    assert composed(FIRST, SECOND, contract("i", "p", ["|i| <= 2"], ["p - i <= 0"])).agrees
    assert composed(SECOND, FIRST, contract("i", "p", ["|i| <= 2"], ["p - i <= 0"])).agrees, "in whichever order they are given"


def test_too_much_is_assumed():
    found = composed(FIRST, SECOND, contract("i", "p", ["|i| <= 1"], ["p - i <= 0"]))
    assert found.right
    assert not found.agrees
    [wrong] = [f for f in found.findings if not f.holds]
    assert wrong.says == "it assumes no more than is needed"
    assert replayed(FIRST, wrong.values)[0], "the values are ones that the rule allows"
    assert abs(wrong.values["i"]) > 1


def test_a_wrong_result():
    """Recorded for Pacti's example `dsp/example1_buggy`: what the second part assumes of another input is forgotten."""
    one = contract("a b", "m", ["a + b <= 8"], ["m - a - b <= 0"])
    two = contract("m c", "y", ["m + c <= 8"], ["y - m - c <= 0"])
    found = composed(one, two, contract("a b c", "y", ["a + b <= 8"], ["y - a - b - c <= 0"]))
    assert not found.right
    assert not found.findings[0].holds
    assert not replayed(two, found.findings[0].values)[0], "the second part is given what it does not allow"


def test_guarantee_that_does_not_follow():
    found = composed(FIRST, SECOND, contract("i", "p", ["|i| <= 2"], ["p - i <= -1"]))
    assert not found.right


def test_what_cannot_be_composed():
    assert possible(contract("i", "o", [], ["|o| <= 3"]), contract("o", "p", ["o <= 1"], [])).holds is False
    assert possible(FIRST, SECOND).holds
    with pytest.raises(ValueError, match="feedback"):
        in_order(contract("x", "y", [], []), contract("y", "x", [], []))


# ---------------------------------------------------------------- quotient

WHOLE = contract("i", "p", ["|i| <= 1"], ["-2 i + p = 1"])
KNOWN = contract("i", "o", ["|i| <= 2"], ["-2 i + o = 0"])


def test_quotient_agrees():
    assert divided(WHOLE, KNOWN, contract("o", "p", ["|o| <= 2"], ["-o + p = 1"])).agrees


def test_quotient_that_does_not_do():
    """A quotient put back must do what the whole does: where it does not, that is told."""
    assert not divided(WHOLE, KNOWN, contract("o", "p", ["|o| <= 2"], ["-o + p <= 1"])).right
    assert not divided(WHOLE, KNOWN, contract("o", "p", ["|o| <= 1"], ["-o + p = 1"])).right, "it is given more than it allows"


def test_quotient_that_asks_too_much():
    found = divided(WHOLE, KNOWN, contract("o", "p", ["|o| <= 3"], ["-o + p = 1"]))
    assert found.right
    assert not found.agrees


def test_no_quotient():
    lost = contract("i", "o", ["|i| <= 2"], ["o = 0"])
    assert solvable(WHOLE, lost).holds is False, "what the known part forgets nothing after it can know"
    assert solvable(WHOLE, KNOWN).holds is not False


def test_merge():
    one, two = contract("x", "y", ["x <= 1"], ["y <= 2"]), contract("x", "y", ["x <= 1"], ["y - x <= 0"])
    assert merged(one, two, contract("x", "y", ["x <= 1"], ["y <= 2", "y - x <= 0"])).agrees
    assert not merged(one, two, contract("x", "y", ["x <= 1"], ["y <= 0"])).right
