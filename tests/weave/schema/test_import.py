"""JSON Schema to types: of what is taken, no invalid document fits and no valid one is refused; the rest names its keyword."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from kwlogic.weave.schema.bridge import NotFitting
from kwlogic.weave.schema.into import SchemaRefused, schema_to_types
from kwlogic.weave.schema.nodes import canonical
from kwlogic.weave.schema.subschema import subschema

DATA = Path(os.environ.get("KWLOGIC_DATA", Path(__file__).parents[4] / "shared" / "data"))


def data(name: str) -> Any:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{name} is not here; KWLOGIC_DATA names the folder of the data sets")
    return json.loads(path.read_text(encoding="utf-8"))


def fits(schema: Any, document: Any) -> bool:
    bridge = schema_to_types(schema).bridge
    try:
        value = bridge.decode(document)
    except NotFitting:
        return False
    assert canonical(bridge.encode(value)) == canonical(document), "a value is written as the document it was read from"
    return True


OPEN = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": ["integer", "null"]}}, "required": ["a"]}
TREE = {
    "type": "object",
    "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#"}, "maxItems": 2}},
    "required": ["value"],
    "additionalProperties": False,
}
CASES: list[tuple[Any, list[Any], list[Any]]] = [
    ({"type": "integer"}, [1, -3, 2.0, 10**30], [1.5, "1", None, True]),
    ({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, [0, 0.5, 0.999], [1, -0.1, "0/1"]),
    ({"type": "number", "multipleOf": 0.01}, [0.07, 1, 19.99], [0.001]),
    ({"type": "integer", "multipleOf": 3, "not": {"multipleOf": 2}}, [3, 9, -3], [6, 4, 0]),
    ({"type": "string", "minLength": 2, "pattern": "^[a-z]+$"}, ["ab"], ["a", "aB", 3]),
    ({"type": "string", "format": "date"}, ["2024-02-29"], ["2023-02-29", "2024-13-01", "2024-1-1", ""]),
    ({"type": "string", "format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]),
    ({"enum": ["red", 1, None, [1, {"a": 2}]]}, ["red", 1, 1.0, None, [1, {"a": 2}]], ["blue", 2, [1], [1, {"a": 2, "b": 1}]]),
    (OPEN, [{"a": "x"}, {"a": "x", "b": None}, {"a": "", "b": 3, "c": [1, {"d": None}]}], [{}, {"a": 1}, {"a": "x", "b": "y"}, []]),
    ({**OPEN, "additionalProperties": False}, [{"a": "x"}], [{"a": "x", "c": 1}]),
    ({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1}, [{"k": 1}], [{}, {"k": "v"}]),
    ({"type": "object", "patternProperties": {"^x": {"type": "integer"}}}, [{"x1": 1, "y": "z"}, {}], [{"x1": "1"}]),
    ({"type": "object", "propertyNames": {"maxLength": 2}}, [{"ab": 1}], [{"abc": 1}]),
    ({"type": "object", "dependentRequired": {"a": ["b"]}}, [{}, {"b": 1}, {"a": 1, "b": 2}], [{"a": 1}]),
    ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, [[], [1, 2]], [[1, 1], [1, 1.0], ["a"]]),
    ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2}, [[1, "a"]], [[1], ["a", 1], [1, "a", 2]]),
    ({"anyOf": [{"type": "integer", "minimum": 10}, {"type": "integer", "maximum": 0}, {"type": "string"}]}, [10, 0, "x"], [5, None]),
    ({"oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 10}]}, [-1, 11], [5, 0, 10]),
    ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"}, [{"a": 1}, {"b": 1}], [{}, {"a": 1, "b": 1}]),
    ({"type": "object", "dependentSchemas": {"a": {"required": ["b"], "properties": {"c": {"type": "integer"}}}}}, [{}, {"c": "x"}, {"a": 1, "b": 2, "c": 3}], [{"a": 1}, {"a": 1, "b": 2, "c": "x"}]),
    ({"if": {"properties": {"k": {"const": 1}}, "required": ["k"]}, "then": {"required": ["v"]}, "type": "object"}, [{}, {"k": 2}, {"k": 1, "v": 0}], [{"k": 1}]),
    ({"properties": {"a": {"type": "integer"}}}, [1, "x", None, [], {"a": 1}], [{"a": "x"}]),
    (TREE, [{"value": 1}, {"value": 1, "children": [{"value": 2, "children": []}]}], [{"value": 1, "children": [{"value": "x"}]}, {"children": []}]),
    ({"$defs": {"l": {"anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#/$defs/l"}}]}}, "$ref": "#/$defs/l"}, [None, [], [[None], []]], [1, [1]]),
    (True, [None, 1, {"a": [True]}], []),
    ({"properties": {"some": {"type": ["string", "null"]}}, "type": "object", "additionalProperties": False}, [{}, {"some": None}, {"some": "x"}], [{"some": 1}]),
    ({"type": "object", "properties": {"type": {}, "if": {"type": "integer"}, "Ünï": {}, "len": {"type": "string"}}, "required": ["if"]}, [{"if": 1, "Ünï": 2}], [{"if": "x"}]),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(CASES)))
def test_exactly_the_valid_documents(number: int):
    schema, valid, invalid = CASES[number]
    assert [d for d in valid if not fits(schema, d)] == []
    assert [d for d in invalid if fits(schema, d)] == []


@pytest.mark.parametrize(
    ("schema", "keyword", "path"),
    [
        ({"type": "array", "contains": {"type": "integer"}}, "contains", "#"),
        ({"properties": {"a": {"pattern": "(?=x)"}}}, "pattern", "#/properties/a"),
        ({"properties": {"a": {"format": "email"}}}, "format", "#/properties/a"),
        ({"$ref": "http://example.com/x"}, "$ref", "#"),
        ({"$ref": "#"}, "$ref", "#"),
        ({"type": "object", "not": {"patternProperties": {"a": False}}}, "not", "#/not"),
        ({"type": "strin"}, "type", "#"),
        ({"minimum": "1"}, "minimum", "#"),
        ({"type": "string", "enum": [1]}, "schema", "$"),
        ({"unevaluatedProperties": False}, "unevaluatedProperties", "#"),
        ([], "schema", "#"),
        ({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}, "schema", "#"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(schema: Any, keyword: str, path: str):
    with pytest.raises(SchemaRefused) as refused:
        assert schema_to_types(schema).bridge
    assert (refused.value.keyword, refused.value.path) == (keyword, path)


def test_deep_schemas_and_documents_are_no_traceback():
    schema: Any = {"type": "integer"}
    for _ in range(3000):
        schema = {"type": "array", "items": schema}
    with pytest.raises(SchemaRefused):
        schema_to_types(schema)
    document: Any = 1
    for _ in range(100_000):
        document = [document]
    nested = {"$defs": {"l": {"type": "array", "items": {"$ref": "#/$defs/l"}}}, "$ref": "#/$defs/l"}
    with pytest.raises(NotFitting):
        schema_to_types(nested).bridge.decode(document)


def test_numbers_are_exact():
    bridge = schema_to_types({"type": "number", "maximum": Fraction(1, 10)}).bridge
    assert bridge.decode_text("0.1")
    with pytest.raises(NotFitting):
        bridge.decode_text("0.10000000000000000000000000001")


@pytest.mark.slow
def test_schemas_in_the_wild():
    taken = refused = wrong = 0
    for entry in data("jsonschemabench_350.json")["schemas"]:
        try:
            bridge = schema_to_types(entry["schema"]).bridge
        except SchemaRefused:
            refused += 1
            continue
        taken += 1
        for case in entry["tests"]:
            try:
                value = bridge.decode(case["data"])
                accepted = True
                assert canonical(bridge.encode(value)) == canonical(case["data"])
            except NotFitting:
                accepted = False
            wrong += accepted != case["valid"]
    assert wrong == 0
    assert (taken, refused) == (113, 15)


@pytest.mark.slow
def test_labelled_pairs():
    found = {"agree": 0, "unknown": 0, "differ": 0}
    for pair in data("jsonsubschema_pairs.json")["pairs"]:
        if pair["subschema"] == "error":
            continue
        verdict = subschema(pair["s1"], pair["s2"]).verdict
        found["unknown" if verdict == "unknown" else "agree" if (verdict == "yes") == pair["subschema"] else "differ"] += 1
    # the one that differs has a keyword beside `$ref`, which counts since draft 2019-09 and did not for the label
    assert found == {"agree": 256, "unknown": 14, "differ": 1}


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({"type": "integer"}, {"type": "number"}, "yes"),
        ({"type": "number"}, {"type": "integer"}, "no"),
        ({"type": "string", "pattern": "^a{3,5}$"}, {"type": "string", "minLength": 3, "maxLength": 5}, "yes"),
        ({"type": "string", "pattern": "^(ab)*$"}, {"type": "string", "pattern": "^[ab]*$"}, "yes"),
        ({"type": "string", "pattern": "^[ab]*$"}, {"type": "string", "pattern": "^(ab)*$"}, "no"),
        ({"type": "integer", "minimum": 1, "maximum": 3}, {"enum": [1, 2, 3]}, "yes"),
        ({"anyOf": [{"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 6}]}, {"type": "integer"}, "yes"),
        ({"type": "integer"}, {"anyOf": [{"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 6}]}, "yes"),
        (TREE, {**TREE, "additionalProperties": True}, "yes"),
        ({**TREE, "additionalProperties": True}, TREE, "no"),
    ],
)
def test_subschemas(first: Any, second: Any, verdict: str):
    assert subschema(first, second).verdict == verdict
