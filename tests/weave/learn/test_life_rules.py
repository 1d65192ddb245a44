"""The rules of a kernel's life: bounds, drift and its false alarms, which state follows from what."""

from __future__ import annotations

import random

import pytest

from kwlogic.weave.learn.life import move, waits
from kwlogic.weave.learn.life_beta import cdf, lower, upper
from kwlogic.weave.learn.life_data import Evidence, Gated, Policy
from kwlogic.weave.learn.life_drift import drift
from kwlogic.weave.store.data import State

POLICY = Policy()
GOOD = Gated("accepted", "", 106)


def runs(passed: int, failed: int = 0) -> tuple[bool, ...]:
    return (True,) * passed + (False,) * failed


@pytest.mark.parametrize(("a", "b"), [(1, 1), (0.5, 0.5), (21, 1), (3, 40), (500, 4), (2000.5, 3000)])
def test_bounds_are_those_of_scipy(a: float, b: float):
    special = pytest.importorskip("scipy.special")
    for x in (0.001, 0.1, 0.5, 0.9, 0.999):
        assert cdf(x, a, b) == pytest.approx(float(special.betainc(a, b, x)), abs=1e-12)
    wanted = float(special.betaincinv(a, b, 0.05))
    found = lower((), 0.95, (a, b))
    assert found <= wanted
    assert found == pytest.approx(wanted, abs=1e-9)
    assert upper((), 0.95, (a, b)) == pytest.approx(float(special.betaincinv(a, b, 0.95)), abs=1e-9)


def test_bounds_where_the_answer_is_known():
    assert lower(runs(28), 0.95, (1, 1)) == pytest.approx(0.05 ** (1 / 29), abs=1e-9)
    assert 0 <= lower((), 0.95, (1, 1)) <= 0.05
    assert upper((), 0.95, (1, 1)) == pytest.approx(0.95)
    assert lower(runs(10_000), 0.95, (1, 1)) > 0.999


@pytest.mark.parametrize(
    ("state", "evidence", "after"),
    [
        (State.CANDIDATE, Evidence(), None),
        (State.CANDIDATE, Evidence(Gated("undecided", "too few inputs")), None),
        (State.CANDIDATE, Evidence(GOOD), State.GATED),
        (State.CANDIDATE, Evidence(Gated("rejected", "KW601")), State.REJECTED),
        (State.CANDIDATE, Evidence(GOOD, {"refuted": 1}, ("ensures x",)), State.REJECTED),
        (State.GATED, Evidence(GOOD, {"proved": 3}), State.PROVED),
        (State.GATED, Evidence(GOOD, {"proved": 3, "enforced": 1}), State.ENFORCED),
        (State.GATED, Evidence(GOOD, {"proved": 3}, oracle=True), State.ENFORCED),
        (State.GATED, Evidence(GOOD, {}, oracle=True), State.ENFORCED),
        (State.GATED, Evidence(GOOD, {"proved": 3, "unknown": 1}), None),
        (State.PROVED, Evidence(GOOD, {"proved": 1}, outcomes=runs(19)), None),
        (State.PROVED, Evidence(GOOD, {"proved": 1}, outcomes=runs(27)), None),
        (State.PROVED, Evidence(GOOD, {"proved": 1}, outcomes=runs(28)), State.PROMOTED),
        (State.ENFORCED, Evidence(GOOD, {"enforced": 1}, outcomes=runs(28, 3)), None),
        (State.ENFORCED, Evidence(GOOD, {"enforced": 1}, outcomes=runs(100, 3)), State.PROMOTED),
        (State.ENFORCED, Evidence(GOOD, {"enforced": 1}, outcomes=runs(12, 12)), State.REJECTED),
        (State.ENFORCED, Evidence(GOOD, {"refuted": 1}, ("ensures x",), runs(100)), State.REJECTED),
        (State.PROMOTED, Evidence(GOOD, {"proved": 1}, after=runs(5)), None),
        (State.PROMOTED, Evidence(GOOD, {"refuted": 1}, ("ensures x",)), State.RETIRED),
        (State.PROMOTED, Evidence(GOOD, {"proved": 1}, after=runs(30, 8)), State.PROVED),
        (State.PROMOTED, Evidence(GOOD, {"enforced": 1}, after=runs(30, 8)), State.ENFORCED),
        (State.PROMOTED, Evidence(GOOD, {"proved": 1}, after=runs(30, 8), demoted=1), State.RETIRED),
        (State.RETIRED, Evidence(GOOD, {"proved": 1}, outcomes=runs(100)), None),
        (State.REJECTED, Evidence(GOOD, {"proved": 1}, outcomes=runs(100)), None),
    ],
)
def test_which_state_follows(state: State, evidence: Evidence, after: State | None):
    found = move(state, evidence, POLICY)
    assert (found.to if found is not None else None) is after
    if found is not None:
        assert found.reason
    elif state not in (State.RETIRED, State.REJECTED):
        assert waits(state, evidence, POLICY)


def test_drift_says_since_when():
    outcomes = [True] * 60 + [True, False, False, False, True, False, False, False, False]
    alarm = drift(outcomes, 0.9, 2000)
    assert alarm is not None
    assert 61 <= alarm.since <= 62
    assert alarm.at <= 69
    assert alarm.rate < 0.5


def test_false_alarms_are_as_rare_as_stated():
    """At the promised rate itself, which is the worst case, a hundred runs alarm with probability 100 / 500 at most."""
    source = random.Random(7)
    series = [[source.random() < 0.9 for _ in range(100)] for _ in range(200)]
    alarms = sum(drift(s, 0.9, 500) is not None for s in series)
    assert alarms / 200 <= 100 / 500
    demoted = sum(move(State.PROMOTED, Evidence(GOOD, {"proved": 1}, after=tuple(s)), Policy(patience=500)) is not None for s in series)
    assert demoted / 200 <= 100 / 500, "with the look at the posterior, too"


def test_a_fall_is_noticed_soon():
    source = random.Random(8)
    delays = []
    for _ in range(100):
        outcomes = [source.random() < 0.95 for _ in range(50)] + [source.random() < 0.5 for _ in range(100)]
        alarm = drift(outcomes, 0.9, 2000)
        assert alarm is not None
        delays.append(alarm.at - 50)
    assert sorted(delays)[50] <= 25
