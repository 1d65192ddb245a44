"""The certificate keeps its promise, and alarms ring when they should and seldom when not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kwlogic.weave.route.certify import certify, grid_of, lower, needed, upper
from kwlogic.weave.route.confidence import calibration_error, fit_temperature, ranking_quality, risk_curve
from kwlogic.weave.route.drift import LIMIT, Monitor, monitor_of


def binomial_tail(k: int, n: int, p: float) -> float:
    from math import comb

    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize(("wrong", "n"), [(0, 10), (1, 10), (3, 40), (9, 10), (5, 200)])
def test_clopper_pearson_is_exact(wrong: int, n: int):
    assert binomial_tail(wrong, n, upper(wrong, n, 0.05)) == pytest.approx(0.05, abs=1e-9)
    assert lower(wrong, n, 0.05) == pytest.approx(1 - upper(n - wrong, n, 0.05))
    assert upper(n, n, 0.05) == 1.0
    assert upper(0, 0, 0.05) == 1.0


def made(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Confidences that lie: right less often than they say."""
    scores = rng.random(n)
    return scores, rng.random(n) < scores**0.35 * 0.99


def true_risk(threshold: float) -> float:
    s = np.linspace(threshold, 1, 4001)
    return float(1 - (s**0.35 * 0.99).mean())


@pytest.mark.parametrize("n", [150, 600])
def test_the_guarantee_holds_whatever_the_threshold(n: int):
    rng = np.random.default_rng(1)
    grid = grid_of(rng.random(400).tolist())
    broken = certified = 0
    for _ in range(400):
        scores, right = made(rng, n)
        found = certify(scores, right, np.ones(n, bool), grid, 0.1, 0.1)
        certified += found.certified
        broken += found.certified and true_risk(found.threshold) > 0.1
    assert broken <= 0.1 * 400 + 3 * (400 * 0.1 * 0.9) ** 0.5
    assert certified > 200 or n < 200


def test_a_naive_threshold_breaks_the_promise_that_this_one_keeps():
    rng = np.random.default_rng(2)
    grid = grid_of(rng.random(400).tolist())
    naive = kept = 0
    for _ in range(200):
        scores, right = made(rng, 300)
        ok = [t for t in grid if (scores >= t).any() and (~right[scores >= t]).mean() <= 0.1]
        naive += bool(ok) and true_risk(min(ok)) > 0.1
        found = certify(scores, right, np.ones(300, bool), grid, 0.1, 0.1)
        kept += found.certified and true_risk(found.threshold) > 0.1
    assert naive > 60
    assert kept < 35


def test_too_few_prompts_certify_nothing():
    few = needed(0.05, 0.05) // 2
    found = certify([0.9] * few, [True] * few, [True] * few, [0.8, 0.5], 0.05, 0.05)
    assert not found.certified
    assert found.bound > 0.05
    assert found.threshold >= 0.8
    assert not certify([], [], [], [], 0.05, 0.05).certified


def test_shares_out_of_scope_grow_and_bound_what_happens():
    rng = np.random.default_rng(3)
    inside, outside = rng.beta(8, 2, 2000), rng.beta(2, 8, 500)
    right = np.concatenate((rng.random(2000) < 0.97, np.zeros(500, bool)))
    scope = np.concatenate((np.ones(2000, bool), np.zeros(500, bool)))
    found = certify(np.concatenate((inside, outside)), right, scope, grid_of(inside.tolist()), 0.05, 0.05)
    assert found.certified
    bounds = [b for _, b in found.shares]
    assert bounds == sorted(bounds)
    accept_in, accept_out = (inside >= found.threshold).mean(), (outside >= found.threshold).mean()
    for share, bound in found.shares:
        risk = (share * accept_out + (1 - share) * accept_in * 0.03) / (share * accept_out + (1 - share) * accept_in)
        assert risk <= bound


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.booleans()), max_size=60), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_a_certified_threshold_had_the_evidence(rows: list[tuple[float, bool, bool]], alpha: float, delta: float):
    scores, right, scope = [r[0] for r in rows], [r[1] and r[2] for r in rows], [r[2] for r in rows]
    found = certify(scores, right, scope, [0.9, 0.7, 0.5, 0.3], alpha, delta)
    assert found.accepted == sum(s >= found.threshold for s in scores)
    assert found.wrong <= found.accepted <= found.n == len(rows)
    if found.certified:
        assert found.wrong / found.accepted <= alpha
        assert found.accepted >= np.log(delta / 4) / np.log(1 - alpha) - 1e-9


def run_length(rate: float, base: float, most: int, rng: np.random.Generator) -> int:
    monitor = Monitor("x", base)
    for hit in rng.random(most) < rate:
        monitor.see(bool(hit))
        if monitor.alarm is not None:
            return monitor.alarm.after
    return most


def test_alarms_are_rare_without_drift_and_quick_with_it():
    rng = np.random.default_rng(4)
    quiet = [run_length(0.1, 0.1, 3000, rng) for _ in range(20)]
    assert sum(n < 3000 for n in quiet) <= 20 * 3000 / LIMIT + 4
    drifted = [run_length(0.3, 0.1, 2000, rng) for _ in range(20)]
    assert max(drifted) < 500
    assert np.median(drifted) < 120


def test_a_late_change_is_noticed_and_dated():
    rng = np.random.default_rng(5)
    monitor = Monitor("abstentions", 0.1)
    for hit in [*(rng.random(2000) < 0.08), *(rng.random(400) < 0.35)]:
        monitor.see(bool(hit))
    assert monitor.alarm is not None
    assert 2000 < monitor.alarm.after < 2200
    assert monitor.alarm.since > 0.2
    assert monitor_of(monitor.state()) == monitor


def test_measures_of_confidence():
    assert calibration_error([0.9] * 100, [True] * 90 + [False] * 10)[0] == pytest.approx(0, abs=0.3)
    assert ranking_quality([0.9, 0.8, 0.2], [True, True, False]) == 1.0
    assert ranking_quality([0.2, 0.5, 0.9], [True, True, False]) == 0.0
    assert ranking_quality([0.5, 0.5], [True, False]) == 0.5
    assert risk_curve([0.9, 0.1], [True, False], 2) == ((0.5, 0.0), (1.0, 0.5))
    sure = [np.array([10.0, 0.0])] * 80
    assert fit_temperature(sure, [0] * 60 + [1] * 20) == pytest.approx(10 / np.log(3), rel=0.01)
