"""Bugs that random testing misses: an off-by-one in ``max``, a boundary in ``abs``, found in every seed."""

from __future__ import annotations

from typing import Any

import pytest
from gate_help import codes, gated, kernel_of
from hypothesis import HealthCheck, Phase, given, seed, settings

from kwlogic.gate.inputs import Inputs
from kwlogic.gate.running import Runner

MAX = """
kernel k(a: Int, b: Int) -> (m: Int)
  ensures m >= a and m >= b
  ensures m == a or m == b
= if a > b + 1 then a else b"""
ABS = """
kernel k(x: Int) -> (y: Int)
  ensures y >= 0
  ensures y == x or y == -x
= if x > -2 then x else -x"""
FAR = """
kernel k(x: Int, y: Int) -> (z: Int)
  ensures z > x
= if 3 * x + 7 * y == 123457 and x > 20000 then x else x + 1"""


@pytest.mark.parametrize("text", [MAX, ABS, FAR], ids=["max", "abs", "far"])
@pytest.mark.parametrize("number", [0, 19])
def test_the_gate_finds_it_in_every_seed(text: str, number: int):
    report = gated(text, examples=10, seed=number)
    assert codes(report) == ["KW601"]


@pytest.mark.parametrize("text", [MAX, ABS], ids=["max", "abs"])
@pytest.mark.slow
def test_the_strategy_finds_it_in_every_seed(text: str):
    program, kernel = kernel_of(text)
    inputs, runner = Inputs(program, kernel), Runner(program, kernel, 1_000)
    strategy = inputs.strategy()
    found: list[object] = []

    def run(env: Any) -> None:
        found.extend([env] if runner.run(env) is not None else [])

    profile = settings(max_examples=150, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    for number in range(20):
        found.clear()
        seed(number)(profile(given(strategy)(lambda env: run(env))))()
        assert found, f"seed {number}"
