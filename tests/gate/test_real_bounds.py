"""Bounds on Real ports are often no round fractions: absolute zero is -273.15 degrees."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from kwlogic.gate.draw import real_strategy

LOW, HIGH = Fraction(-27315, 100), Fraction(1, 3_000)
ENDS = [(None, None), ((LOW, False), None), (None, (LOW, True)), ((HIGH, True), None), ((LOW, True), (HIGH, False))]


@pytest.mark.parametrize(("low", "high"), ENDS)
def test_bounds_of_any_denominator_are_kept(low: tuple[Fraction, bool] | None, high: tuple[Fraction, bool] | None) -> None:
    found: list[Fraction] = []
    quiet = settings(max_examples=20, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    quiet(given(real_strategy(low, high))(lambda x: found.append(x)))()
    assert found
    assert low is None or all(x >= low[0] for x in found)
    assert high is None or all(x <= high[0] for x in found)
