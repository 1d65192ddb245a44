"""What a name of another language is called here."""

from __future__ import annotations

import pytest

from kwlogic.elab.suggest import did_you_mean, near

TYPES = {"Int", "Real", "String", "Bool", "List", "Map", "Option"}


@pytest.mark.parametrize(
    ("name", "meant"), [("Float", "Real"), ("Dict", "Map"), ("str", "String"), ("Maybe", "Option"), ("Strnig", "String"), ("Zebra", None)]
)
def test_types(name: str, meant: str | None) -> None:
    assert near(name, TYPES) == meant


def test_a_foreign_name_is_suggested_only_where_its_counterpart_is_in_scope() -> None:
    assert near("Float", TYPES - {"Real"}) is None
    assert near("True", TYPES) == "true"
    assert did_you_mean("length", {"len", "lengths"}) == "did you mean `len`?"
