"""Random recursive functions and claims about them that look true: what is proved must withstand evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest
from attacking import Tally, attack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kwlogic.solve.discharge import Prover
from kwlogic.vc.data import Proved

quiet = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(quiet, max_examples=2)
@given(st.integers(0, 2**32))
def test_proved_claims_withstand(tmp_path_factory: pytest.TempPathFactory, seed: int):
    stands(attack(tmp_path_factory.mktemp("theory"), seed, claims=30, most=4, budget=60_000, tries=100))


@pytest.mark.slow
@settings(quiet, max_examples=80)
@given(st.integers(2**32, 2**40))
def test_proved_claims_of_many_withstand(tmp_path_factory: pytest.TempPathFactory, seed: int):
    stands(attack(tmp_path_factory.mktemp("theory"), seed))


def stands(tally: Tally) -> None:
    assert not tally.wrong, "\n".join(tally.wrong)
    assert tally.counts["claims written"] > 0


def test_the_attack_is_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Were everything called proved, it would be noticed."""
    monkeypatch.setattr(Prover, "verdict", lambda self: Proved(method="a lie"))
    assert attack(tmp_path, 101).wrong
