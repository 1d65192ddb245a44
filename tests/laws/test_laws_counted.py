"""The table of laws on small models, by counting: what is claimed is never broken, what is denied is."""

from __future__ import annotations

import random

import pytest

from kwlogic.compose.finite import breaks, random_model
from kwlogic.compose.law_terms import Claim
from kwlogic.compose.laws import LAWS

CLAIMS = [(law.name, n, claim) for law in LAWS for n, claim in enumerate(law.claims)]


def ids(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


@pytest.mark.parametrize(("law", "number", "claim"), CLAIMS, ids=ids)
def test_on_small_models(law: str, number: int, claim: Claim):
    dice = random.Random(f"{law} {number}")
    tries = 3000 if not claim.holds else 60
    broken = any(breaks(claim, random_model(claim, 2 if k % 3 else dice.randint(1, 3), dice)) for k in range(tries))
    assert broken == (not claim.holds)
