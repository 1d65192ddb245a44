"""Pydantic models in and out."""

from __future__ import annotations

from typing import Literal

import pytest

from kwlogic.core.program import Program
from kwlogic.core.types import INT, list_of, mk_type
from kwlogic.source.data import Source
from kwlogic.weave.schema.bridge import NotFitting
from kwlogic.weave.schema.library import library_for
from kwlogic.weave.schema.models import document_value, model_to_types, type_to_model, value_to_model

pydantic = pytest.importorskip("pydantic", reason="the package pydantic is not installed")


class Item(pydantic.BaseModel):
    name: str = pydantic.Field(min_length=1)
    count: int = pydantic.Field(ge=0, default=1)


class Order(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    items: list[Item]
    currency: Literal["USD", "EUR"]
    note: str | None = None


def test_in():
    bridge = model_to_types(Order).bridge
    good = {"items": [{"name": "tea", "other": [1]}], "currency": "USD", "note": None}
    assert bridge.encode(bridge.decode(good)) == good
    assert bridge.imported.ports()[1].type == '{s: String | s == "EUR" or s == "USD"}'
    for bad in (
        {**good, "currency": "GBP"},
        {**good, "x": 1},
        {"items": [{"name": ""}], "currency": "USD"},
        {"items": [{"name": "a", "count": -1}], "currency": "USD"},
    ):
        with pytest.raises(NotFitting):
            bridge.decode(bad)


@pytest.fixture(scope="module")
def program() -> Program:
    from kwlogic.elab.elaborate import elaborate
    from kwlogic.syntax.parse import parse_module

    text = "module m\nrecord Line(label: String, qty: {n: Int | n > 0}, price: {r: Real | r >= 0.0})\n"
    source = Source("m.kw", text)
    return elaborate([*library_for(text), (source, parse_module(source)[0])])[0]


def test_out(program: Program):
    line = mk_type("m.Line")
    model = type_to_model(line, program)
    made = model.model_validate({"label": "tea", "qty": 2, "price": 1.5})
    assert made.qty == 2
    assert value_to_model(document_value(made, line, program), line, program, model) == made
    assert model.model_json_schema()["$defs"]["Line"]["properties"]["qty"]["minimum"] == 1
    for bad in (
        {"label": "tea", "qty": 0, "price": 1},
        {"label": "tea", "qty": 2},
        {"label": "tea", "qty": 2, "price": 1, "x": 1},
        {"label": "tea", "qty": "2", "price": 1},
    ):
        with pytest.raises(pydantic.ValidationError):
            model.model_validate(bad)


def test_out_of_any_type(program: Program):
    model = type_to_model(list_of(INT), program)
    assert model.model_validate([1, 2]).root == [1, 2]
    with pytest.raises(pydantic.ValidationError):
        model.model_validate([1, "2"])
