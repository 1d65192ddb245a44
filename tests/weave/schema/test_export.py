"""Types to JSON Schema: a document is valid under the exported schema iff the codec reads it, as another validator sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kwlogic.core.codec import DecodeError, decode
from kwlogic.core.codec_json import read_json
from kwlogic.core.program import Program
from kwlogic.core.types import BOOL, INT, STRING, UNIT, Type, list_of, map_of, mk_type, option_of, set_of, tuple_of
from kwlogic.source.data import Severity, Source
from kwlogic.weave.schema.export import kernel_schemas, type_schema
from kwlogic.weave.schema.into import schema_to_types
from kwlogic.weave.schema.library import library_for

jsonschema = pytest.importorskip("jsonschema", reason="the package jsonschema is not installed")

TEXT = """module m
type Currency = USD | EUR
type Pos = {n: Int | n > 0}
type Code = {s: String | matches(s, "^[A-Z]{2}$")}
record Line(label: String, qty: Pos, price: {r: Real | r >= 0.0})
type Shape = Dot | Circle(radius: {r: Real | r > 0.0}) | Poly(points: {ps: List[(Int, Int)] | len(ps) >= 3}, kind: String)
record Tree(value: Int, children: List[Tree])
record Box[a](content: a, tags: Set[String], more: Option[Option[Int]], unit: Unit, at: Map[Int, Bool])

kernel k(n: {n: Int | 0 <= n and n < 10}, code: Code, lines: {xs: List[Line] | len(xs) <= 2}) -> (total: Real)
  requires big: n * n > 4
= 1.0
"""


@pytest.fixture(scope="module")
def program() -> Program:
    from kwlogic.elab.elaborate import elaborate
    from kwlogic.syntax.parse import parse_module

    source = Source("m.kw", TEXT)
    module, problems = parse_module(source)
    found, more = elaborate([*library_for(TEXT), (source, module)])
    assert not [d.message for d in (*problems, *more) if d.severity is Severity.ERROR]
    return found


def m(name: str, *args: Type) -> Type:
    return mk_type(f"m.{name}", *args)


LINE = {"label": "tea", "qty": 2, "price": 1.5}
CASES: list[tuple[Type, list[Any], list[Any]]] = [
    (INT, [1, -5, 10**20], ["1", 1.5, None, True]),
    (STRING, ["", "a"], [1, None]),
    (UNIT, [None], [0, []]),
    (mk_type("Real"), [1, 1.5, "1/3", "-2/07"], ["1/0", "1.5", "x", None, "1/00"]),
    (m("Currency"), ["USD", "EUR"], ["usd", 1, None]),
    (m("Line"), [LINE, {**LINE, "price": "1/3"}], [{**LINE, "qty": 0}, {**LINE, "price": -1}, {"label": "tea"}, {**LINE, "x": 1}, []]),
    (
        m("Shape"),
        [{"kind": "Dot"}, {"kind": "Circle", "radius": 1}],
        ["Dot", {"kind": "Circle"}, {"kind": "Circle", "radius": 0}, {"kind": "X"}],
    ),
    (
        m("Shape"),
        [{"kind": "Poly", "points": [[0, 0], [1, 1], [0, 1]], "kind_": "x"}],
        [{"kind": "Poly", "points": [[0, 0]], "kind_": "x"}],
    ),
    (m("Tree"), [{"value": 1, "children": [{"value": 2, "children": []}]}], [{"value": 1, "children": [{"value": "x", "children": []}]}]),
    (
        m("Box", BOOL),
        [{"content": True, "tags": ["a"], "more": {"some": None}, "unit": None, "at": [[1, True]]}],
        [
            {"content": 1, "tags": ["a"], "more": None, "unit": None, "at": []},
            {"content": True, "tags": ["a", "a"], "more": None, "unit": None, "at": []},
            {"content": True, "tags": [], "more": 1, "unit": None, "at": []},
            {"content": True, "tags": [], "more": None, "unit": 0, "at": []},
            {"content": True, "tags": [], "more": None, "unit": None, "at": [[1]]},
        ],
    ),
    (option_of(INT), [None, 1], ["x"]),
    (tuple_of(INT, STRING), [[1, "a"]], [[1], [1, "a", 2], ["a", 1]]),
    (map_of(STRING, list_of(set_of(INT))), [{}, {"a": [[1, 2]]}], [{"a": [[1, 1]]}, []]),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_schema_and_codec_agree(number: int, program: Program):
    type, valid, invalid = CASES[number]
    schema = type_schema(type, program).schema
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for document, expected in [*((d, True) for d in valid), *((d, False) for d in invalid)]:
        try:
            decode(_exact(document), type, program)
            read = True
        except DecodeError:
            read = False
        assert (read, validator.is_valid(document)) == (expected, expected), document


def _exact(document: Any) -> Any:

    return read_json(json.dumps(document))


def test_what_a_schema_cannot_say_is_noted(program: Program):
    inputs, outputs = kernel_schemas(program.kernels["m.k"], program)
    n = inputs.schema["properties"]["n"]
    assert (n["minimum"], n["maximum"]) == (0, 9)
    assert inputs.schema["properties"]["code"]["pattern"] == "^[A-Z]{2}$"
    assert inputs.schema["properties"]["lines"]["maxItems"] == 2
    assert any("n * n > 4" in note for note in inputs.notes)
    assert "n * n > 4" in inputs.schema["$comment"]
    assert outputs.schema["required"] == ["total"]


@pytest.mark.parametrize("type", [m("Line"), m("Shape"), m("Tree"), m("Currency"), m("Box", BOOL)], ids=str)
def test_an_exported_schema_can_be_imported(type: Type, program: Program):
    bridge = schema_to_types(type_schema(type, program).schema).bridge
    for case, valid, _ in CASES:
        if case is type:
            for document in valid:
                assert bridge.encode(bridge.decode(_exact(document))) == _exact(document)
