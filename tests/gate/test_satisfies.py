"""``@kwlogic.satisfies``: Python functions held against contracts, and plain values there and back."""

from __future__ import annotations

import dataclasses
import enum
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from gate_help import program_of
from hypothesis import HealthCheck, given, settings

from kwlogic.core.value import equal
from kwlogic.gate import values_of
from kwlogic.gate.plain import DecodeError, from_plain, to_plain
from kwlogic.gate.satisfy import Fails, NotSatisfied, satisfies

QUICK = settings(max_examples=10, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
TEXT = """module m
record Line(name: String, qty: {n: Int | n > 0}, price: Real)
type Mood = Happy | Sad
type Shape = Dot | Box(w: Int, h: Int)
kernel amount(lines: List[Line]) -> (total: Real, count: Int)
  ensures count == len(lines)
  ensures lines == [] ==> total == 0.0
  by python "amount"
kernel top(a: Int, b: Int) -> (m: Int)
  ensures m >= a and m >= b
  ensures m == a or m == b
= if a >= b then a else b
kernel pick(xs: List[Int]) -> (x: Int)
  ensures x in xs
  fails when xs == []
  by python "pick"
kernel roll(n: Int) -> (x: Int)
  requires n > 0
  ensures 0 <= x < n
  deterministic
  by python "roll"
kernel every(a: Set[Int], b: Map[String, Int], c: Option[Mood], d: Shape, e: (Int, Unit), f: Set[(Int, Int)], g: Option[Option[Int]]) -> (ok: Bool)
= true
"""


@pytest.fixture(scope="module")
def program() -> Any:
    return program_of(TEXT)


def satisfied(program: Any, name: str, function: Any) -> None:
    satisfies(f"m.{name}", program, options=QUICK)(function)()


def test_functions_that_keep_the_contract(program: Any):
    satisfied(program, "top", max)
    satisfied(program, "top", lambda a, b: max(a, b))
    satisfied(program, "top", lambda **ports: max(ports.values()))
    satisfied(program, "amount", lambda lines: {"total": sum((n["qty"] * n["price"] for n in lines), Fraction(0)), "count": len(lines)})
    satisfied(program, "amount", lambda lines: (0, len(lines)))


@pytest.mark.parametrize(
    ("name", "function", "words"),
    [
        ("top", lambda a, b: a if a > b + 1 else b, "is false"),
        ("top", lambda a, b: float(max(a, b)) + 0.5, "is no output of the kernel"),
        ("top", lambda a, b: "a", "expected a number"),
        ("amount", lambda lines: {"total": 0}, "the output `count`"),
        ("amount", lambda lines: 3, "a dict or a tuple"),
        ("roll", lambda n: n, "is false"),
    ],
)
def test_functions_that_do_not(program: Any, name: str, function: Any, words: str):
    with pytest.raises(NotSatisfied, match="does not satisfy") as error:
        satisfied(program, name, function)
    assert words in str(error.value)
    assert "inputs: " in str(error.value)


def test_failing_is_allowed_where_the_contract_says_so(program: Any):
    def pick(xs: list[int]) -> int:
        if not xs:
            raise Fails("nothing to pick from")
        return xs[0]

    satisfied(program, "pick", pick)

    def lazy(xs: list[int]) -> int:
        raise Fails("no time")

    with pytest.raises(NotSatisfied, match="fails where its contract does not say so"):
        satisfied(program, "pick", lazy)
    with pytest.raises(IndexError):
        satisfied(program, "pick", lambda xs: xs[0])


def test_what_is_flaky_is_reported_as_that(program: Any):
    calls: list[int] = []

    def counting(n: int) -> int:
        calls.append(n)
        return len(calls) % n

    with pytest.raises(NotSatisfied, match="it is flaky"):
        satisfied(program, "roll", counting)

    def sometimes(a: int, b: int) -> int:
        calls.append(a)
        return max(a, b) if len(calls) % 2 else min(a, b) - 1

    with pytest.raises(NotSatisfied, match="it is flaky"):
        satisfied(program, "top", sometimes)


def test_a_function_that_cannot_take_the_inputs_is_told(program: Any):
    with pytest.raises(TypeError, match=r"has the inputs \(a, b\), and the function takes \(x\)"):
        satisfied(program, "top", lambda x: x)


def test_by_the_name_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import kwlogic

    (tmp_path / "m.kw").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    kwlogic.satisfies("m.kw::top", options=QUICK)(max)()
    assert kwlogic.Fails is Fails


def test_plain_values_there_and_back(program: Any):
    for port in program.kernels["m.every"].inputs:

        def there_and_back(value: Any, type: Any = port.type) -> None:
            assert equal(from_plain(to_plain(value, type, program), type, program), value)

        QUICK(given(values_of(port.type, program))(_one(there_and_back)))()


def _one(check: Any) -> Any:
    return lambda value: check(value)


def test_other_python_values_are_understood(program: Any):
    from kwlogic.core.types import INT, REAL, list_of, map_of, mk_type, set_of

    @dataclasses.dataclass
    class Line:
        name: str
        qty: int
        price: Decimal

    class Mood(enum.Enum):
        Happy = 1

    line = from_plain(Line("tea", 2, Decimal("1.10")), mk_type("m.Line"), program)
    assert to_plain(line, mk_type("m.Line"), program) == {"name": "tea", "qty": 2, "price": Fraction(11, 10)}
    assert to_plain(from_plain(Mood.Happy, mk_type("m.Mood"), program), mk_type("m.Mood"), program) == "Happy"
    assert from_plain(0.1, REAL, program) == Fraction(1, 10)
    assert to_plain(from_plain(frozenset({1, 2}), set_of(INT), program), set_of(INT), program) == {1, 2}
    assert to_plain(from_plain({1: 2}, map_of(INT, INT), program), map_of(INT, INT), program) == {1: 2}
    assert to_plain(from_plain((1, 2), list_of(INT), program), list_of(INT), program) == [1, 2]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", 1.5, True, None, {"a": 1}])
def test_values_that_do_not_fit_are_told(program: Any, value: object):
    from kwlogic.core.types import INT

    with pytest.raises(DecodeError):
        from_plain(value, INT, program)
