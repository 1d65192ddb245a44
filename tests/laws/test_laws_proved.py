"""The laws are proved for all contracts, and those that fail are shown to, by models that counting confirms."""

from __future__ import annotations

import pytest

from kwlogic.compose.finite import breaks
from kwlogic.compose.law_terms import Case, Claim, Equal, Is, Law, Par, Pointwise, Refines, Seq
from kwlogic.compose.laws import ID, LAWS, A, G
from kwlogic.lab.laws import prove

CLAIMS = [(law.name, n, law, claim) for law in LAWS for n, claim in enumerate(law.claims)]


def ids(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


@pytest.mark.parametrize(("name", "number", "law", "claim"), CLAIMS, ids=ids)
def test_as_the_table_says(name: str, number: int, law: Law, claim: Claim):
    found = prove(law, claim)
    assert found.verdict == ("proved" if claim.holds else "refuted"), found.reason
    if found.model is not None:
        assert breaks(claim, found.model)


WRONG = {
    "case, one branch": Equal(Case(G, A, ID), A),
    "par is seq": Equal(Seq(A, A), A),
    "map is its body": Equal(Pointwise(A), A),
    "a kernel is a function": Is("deterministic", A),
    "twice refines once": Refines(Seq(A, A), A),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_not_proved(name: str):
    """Even where the table would claim it."""
    claim = Claim(WRONG[name])
    found = prove(Law("wrong", name, (claim,)), claim)
    assert found.verdict == "refuted"
    assert not found.expected
    assert found.model is not None
    assert breaks(claim, found.model)


def test_budget_ends_in_unknown():
    claim = Claim(Equal(Seq(Par(A, A), Par(A, A)), Par(Seq(A, A), Seq(A, A))), (Is("feasible", A),))
    assert prove(Law("x", "x", (claim,)), claim, budget=1).verdict == "unknown"
