"""Strategies out of types and contracts: what is drawn satisfies them, shrinks to small values, and is found where it is rare."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from gate_help import kernel_of, program_of
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from kwlogic.core.program import Program
from kwlogic.core.value import Value
from kwlogic.gate import inputs_for, outputs_for, values_of
from kwlogic.gate.inputs import Inputs
from kwlogic.gate.running import admitted

QUIET = settings(max_examples=12, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
TREE = "type Tree[a] = Leaf | Node(left: Tree[a], item: a, right: Tree[a])\n"
ROSE = "type Rose = Rose(label: String, kids: List[Rose])\n"


def drawn(strategy: st.SearchStrategy[Any]) -> list[Any]:
    found: list[Any] = []
    QUIET(given(strategy)(lambda value: found.append(value)))()
    assert found, "nothing was drawn"
    return found


# each: a kernel's requires, and what must vary among the inputs drawn
REQUIRES = [
    ("x: Int, y: Int", "requires 0 <= x < y <= 10", "y - x > 3"),
    ("x: Int", "requires x * 3 + 1 <= 40\n requires x > -5", "x > 0"),
    ("x: Int, y: Int", "requires x + y == 100", "x > y"),
    ("x: Real", "requires 0.0 < x and x < 0.5", "x > 0.1"),
    ("xs: List[Int]", "requires len(xs) == 7", "xs[0] != xs[6]"),
    ("xs: List[Int]", "requires 2 <= len(xs) <= 3\n requires forall x in xs :: 5 <= x <= 9", "len(xs) == 3"),
    ("xs: List[Int]", "requires is_sorted(xs) and len(xs) > 2", "xs[0] < xs[2]"),
    ("xs: List[Int], v: Int", "requires v in xs", "len(xs) > 1"),
    ("m: Map[String, Int], k: String", "requires k in m\n requires m[k] > 3", "m[k] > 4"),
    ("s: Set[Int], t: Set[Int]", "requires is_subset(s, t)", "len(s) > 0 and len(t) > len(s)"),
    ("s: String", 'requires matches(s, "^[a-c]{2,4}-[0-9]+$")', "len(s) > 5"),
    ("s: String, t: String", "requires t in s and len(t) > 0", "len(s) > len(t)"),
    ("s: String", 'requires starts_with(s, "ab") and ends_with(s, "c") and len(s) <= 6', "len(s) > 3"),
    ("o: Option[Int]", "requires is_some(o)", "get_or(o, 0) > 3"),
    ("a: Int, b: Int", "requires a > 3 ==> b == a * a", "a > 3"),
    ("a: Bool, b: Int", "requires a <==> b > 10", "a"),
    ("xs: List[Int]", "requires rising(xs)", "len(xs) > 2"),
    ("t: (Int, String)", "requires match t { case (n, s) => n == len(s) }", 't != (0, "")'),
    ("xs: List[Int], ys: List[Int]", "requires len(xs) == len(ys)", "len(xs) > 1"),
    ("p: Pair", "requires p.a == 2 * p.b and p.b > 100", "p.b > 101"),
    ("n: Int", "requires exists i in range(0, 30) :: n == 1000 + i", "n > 1003"),
]
SHARED = """
record Pair(a: Int, b: Int)
fn rising(xs: List[Int]) -> Bool
= match xs { case [] => true case [x, *rest] => match rest { case [] => true case [y, *_] => x < y and rising(rest) } }
"""


@pytest.fixture(scope="module")
def program() -> Program:
    """All the kernels of the table."""
    texts = (f"kernel k{i}({p}) -> (out: Bool)\n {r}\n= {e}\n" for i, (p, r, e) in enumerate(REQUIRES))
    return program_of("module m\n" + SHARED + "".join(texts))


@pytest.mark.parametrize("number", range(len(REQUIRES)), ids=[r[1][9:45] for r in REQUIRES])
def test_inputs_satisfy_the_requires_and_vary(number: int, program: Program):
    kernel = program.kernels[f"m.k{number}"]
    inputs = Inputs(program, kernel, seeds=False)
    found = drawn(inputs.strategy())
    assert all(admitted(inputs.maker.evaluator, kernel.requires, env) for env in found)
    assert len(found) >= 9, "few drawings are rejected"
    values = {tuple(env.values()) for env in found}
    assert len(values) > 2, "and they differ"
    args = [[env[p.name] for p in kernel.inputs] for env in found]
    assert any(_runs(inputs, kernel.name, a) for a in args), "what is interesting is reached"


def _runs(inputs: Inputs, name: str, args: list[Value]) -> bool:
    from kwlogic.core.eval_data import EvalStop

    try:
        return inputs.maker.evaluator.call(name, args) is True
    except EvalStop:
        return False


def test_seeds_reach_what_luck_does_not():
    text = "kernel k(a: Int, b: Int) -> (out: Bool)\n requires a * a + b * b == 841\n requires a > 0 and b > a\n= true"
    program, kernel = kernel_of(text)
    found = drawn(Inputs(program, kernel).strategy())
    assert {tuple(e.values()) for e in found} == {(20, 21)}


def test_data_keep_their_invariants():
    text = """
record Span(low: Int, high: {n: Int | n > low}, tag: {s: String | len(s) == 2})
record Box(spans: {xs: List[Span] | 1 <= len(xs) <= 3}, size: {n: Int | n == len(spans)})
kernel k(b: Box) -> (out: Bool)
= true"""
    program, kernel = kernel_of(text)
    for env in drawn(inputs_for(kernel, program)):
        spans = env["b"].fields[0]
        assert env["b"].fields[1] == len(list(items(spans))) >= 1
        assert all(s.fields[1] > s.fields[0] and len(s.fields[2]) == 2 for s in items(spans))


def items(value: Any) -> Any:
    while value.fields:
        yield value.fields[0]
        value = value.fields[1]


@pytest.mark.parametrize("type", ["Tree[Int]", "Rose", "(Map[Int, List[Bool]], Option[Option[Int]], Set[(Int, Unit)])"])
def test_types_of_any_shape(type: str):
    program, kernel = kernel_of(f"{TREE}{ROSE}kernel k(x: {type}) -> (out: Bool)\n= true")
    found = drawn(values_of(kernel.inputs[0].type, program))
    assert len(set(found)) > 5


def test_generic_kernels_are_played_at_int():
    program, kernel = kernel_of("kernel k[a](xs: List[a], x: a) -> (out: Bool)\n requires x in xs\n= true")
    assert all(env["x"] in list(items(env["xs"])) for env in drawn(inputs_for(kernel, program)))


def test_a_type_without_small_values_has_values():
    text = "record Big(xs: {xs: List[Int] | len(xs) >= 40}, t: {s: String | len(s) > 60})\nkernel k(b: Big) -> (out: Bool)\n= true"
    program, kernel = kernel_of(text)
    assert all(len(list(items(e["b"].fields[0]))) >= 40 for e in drawn(inputs_for(kernel, program, seeds=False)))


SHRUNK = [
    ("List[Int]", lambda v: len(v) >= 3, [0, 0, 0]),
    ("Real", lambda v: v > 3, Fraction(4)),
    ("String", lambda v: len(v) >= 2 and set(v) <= set("ab"), "aa"),
    ("Map[String, Int]", lambda v: len(v) >= 1, {"": 0}),
    ("(Int, Bool)", lambda v: v[1], (0, True)),
]


@pytest.mark.parametrize(("type", "wanted", "least"), SHRUNK, ids=[s[0] for s in SHRUNK])
def test_values_shrink_to_small_ones(type: str, wanted: Any, least: object):
    options = settings(max_examples=200, database=None, deadline=None, derandomize=True)
    assert find(values_of(type), wanted, settings=options) == least


def test_public_strategies_take_names(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    text = "module shop.m\nrecord Line(name: String, qty: {n: Int | n > 0})\nkernel k(l: Line, total: Real) -> (ok: Bool)\n  requires total > 0.0\n= true\n"
    (tmp_path / "m.kw").write_text(text)
    monkeypatch.chdir(tmp_path)
    for env in drawn(inputs_for("m.kw::k")):
        assert set(env) == {"l", "total"}
        assert env["l"]["qty"] > 0
        assert isinstance(env["total"], Fraction)
        assert env["total"] > 0
    assert all(line["qty"] > 0 for line in drawn(values_of("m.kw::Line")))
    assert len(drawn(inputs_for("shop.m.k"))) > 10


def test_names_that_are_wrong_are_told(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    from kwlogic.source.data import Diagnosed

    (tmp_path / "m.kw").write_text("kernel price(x: Int) -> (y: Int)\n= x\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Diagnosed, match="there is no kernel `prize`") as error:
        inputs_for("m.kw::prize")
    assert error.value.diagnostics[0].help == "did you mean `price`?"
    with pytest.raises(Diagnosed):
        inputs_for("missing.kw::k")
    with pytest.raises(Diagnosed):
        values_of("Lost[Int]")
    with pytest.raises(TypeError):
        inputs_for(3)  # type: ignore[arg-type]


def test_outputs_that_a_contract_allows():
    text = """
kernel k(text: String, n: Int) -> (total: Int, words: List[String])
  requires n > 0
  ensures total == len(words) + n
  ensures forall w in words :: w in text
  by prompt "x" """
    program, kernel = kernel_of(text)
    for env in drawn(outputs_for(kernel, {"text": "abc", "n": 2}, program)):
        words = list(items(env["words"]))
        assert env["total"] == len(words) + 2
        assert all(w in "abc" for w in words)


def test_nothing_is_drawn_where_nothing_is():
    program, kernel = kernel_of("kernel k(x: Int) -> (y: Int)\n requires x > 3 and x < 3\n= x")
    with pytest.raises(Unsatisfiable):
        find(inputs_for(kernel, program), lambda _: True, settings=settings(max_examples=20, database=None, deadline=None))
