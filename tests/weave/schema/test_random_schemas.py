"""Random schemas and documents, with another validator as the judge: the import is exact, and so is every comparison."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from kwlogic.core.codec_json import write_json
from kwlogic.weave.schema.bridge import NotFitting
from kwlogic.weave.schema.into import SchemaRefused, schema_to_types
from kwlogic.weave.schema.nodes import canonical
from kwlogic.weave.schema.subschema import subschema

jsonschema = pytest.importorskip("jsonschema", reason="the package jsonschema is not installed")

KEYS = ["a", "b", "ab", "x1"]
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
PATTERNS = ["a", "^a", "b$", "^[ab]*$", "^x\\d$", "^$", "a|b", "^a?b+$"]


class Maker:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def document(self, depth: int = 0) -> Any:
        pick = self.chance
        match pick.randrange(9 if depth < 3 else 6):
            case 0:
                return None
            case 1:
                return pick.random() < 0.5
            case 2:
                return pick.choice([-2, -1, 0, 1, 2, 3, 4, 5, 6, 10])
            case 3:
                return pick.choice([0.5, 1.0, 1.5, -0.5, 2.0, 0.1])
            case 4 | 5:
                return pick.choice(["", "a", "b", "ab", "aab", "x1", "abc", "A"])
            case 6:
                return [self.document(depth + 1) for _ in range(pick.randrange(4))]
        return {pick.choice(KEYS): self.document(depth + 1) for _ in range(pick.randrange(4))}

    def schema(self, depth: int = 0) -> Any:
        pick = self.chance
        if pick.random() < 0.08:
            return pick.choice([True, False, {}])
        found: dict[str, Any] = {}
        makers = [self.types, self.numbers, self.strings, self.constants, self.arrays, self.objects, self.logic]
        for _ in range(pick.choice([1, 1, 2, 2, 3])):
            pick.choice(makers if depth <= 2 else makers[:4])(found, depth)
        return found

    def types(self, into: dict[str, Any], depth: int) -> None:
        into["type"] = self.chance.choice(TYPES) if self.chance.random() < 0.7 else self.chance.sample(TYPES, self.chance.randrange(1, 4))

    def numbers(self, into: dict[str, Any], depth: int) -> None:
        word = self.chance.choice(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
        into[word] = self.chance.choice([0, 1, 2, 3, 1.5, -1, 0.5])
        if self.chance.random() < 0.3:
            into["multipleOf"] = self.chance.choice([1, 2, 3, 0.5, 1.5])

    def strings(self, into: dict[str, Any], depth: int) -> None:
        word = self.chance.choice(["minLength", "maxLength", "pattern"])
        into[word] = self.chance.choice(PATTERNS) if word == "pattern" else self.chance.randrange(4)

    def constants(self, into: dict[str, Any], depth: int) -> None:
        if self.chance.random() < 0.5:
            into["const"] = self.document(1)
        else:
            into["enum"] = [self.document(2) for _ in range(self.chance.randrange(1, 5))]

    def arrays(self, into: dict[str, Any], depth: int) -> None:
        match self.chance.randrange(5):
            case 0:
                into["items"] = self.schema(depth + 1)
            case 1:
                into["minItems"] = self.chance.randrange(3)
            case 2:
                into["maxItems"] = self.chance.randrange(3)
            case 3:
                into["uniqueItems"] = True
            case 4:
                into["prefixItems"] = [self.schema(depth + 1) for _ in range(self.chance.randrange(1, 3))]
                if self.chance.random() < 0.6:
                    into.update(items=False, minItems=len(into["prefixItems"]))

    def objects(self, into: dict[str, Any], depth: int) -> None:
        pick = self.chance
        match pick.randrange(9):
            case 0 | 1:
                into["properties"] = {k: self.schema(depth + 1) for k in pick.sample(KEYS, pick.randrange(1, 3))}
            case 2:
                into["required"] = pick.sample(KEYS, pick.randrange(1, 3))
            case 3:
                into["additionalProperties"] = self.schema(depth + 1) if pick.random() < 0.5 else False
            case 4:
                into["patternProperties"] = {pick.choice(["^a", "b", "^x"]): self.schema(depth + 1)}
            case 5:
                into[pick.choice(["minProperties", "maxProperties"])] = pick.randrange(3)
            case 6:
                into["propertyNames"] = {pick.choice(["maxLength", "minLength"]): pick.randrange(1, 3)}
            case 7:
                into["dependentRequired"] = {pick.choice(KEYS): [pick.choice(KEYS)]}
            case 8:
                into["dependentSchemas"] = {pick.choice(KEYS): self.schema(depth + 1)}

    def logic(self, into: dict[str, Any], depth: int) -> None:
        word = self.chance.choice(["allOf", "anyOf", "oneOf", "not", "if"])
        if word == "not":
            into["not"] = self.schema(depth + 1)
        elif word == "if":
            into.update({w: self.schema(depth + 1) for w in self.chance.choice([("if", "then"), ("if", "then", "else")])})
        else:
            into[word] = [self.schema(depth + 1) for _ in range(self.chance.randrange(1, 4))]


def judge(seed: int, count: int) -> int:
    """How many schemas were taken; each was right on every document."""
    maker = Maker(seed)
    documents = [maker.document() for _ in range(100)]
    taken, before = 0, (True, jsonschema.Draft202012Validator(True))
    for _ in range(count):
        schema = maker.schema()
        validator = jsonschema.Draft202012Validator(schema)
        taken += imported(schema, validator, documents)
        compared(before, (schema, validator), documents)
        before = (schema, validator)
    return taken


def imported(schema: Any, validator: Any, documents: list[Any]) -> bool:
    try:
        bridge = schema_to_types(schema).bridge
    except SchemaRefused as error:
        if error.reason.startswith("no document"):
            assert not [d for d in documents if validator.is_valid(d)], schema
        return False
    for document in documents:
        try:
            value, fits = bridge.decode(document), True
        except NotFitting:
            value, fits = None, False
        assert fits == validator.is_valid(document), (schema, document)
        if fits:
            assert canonical(bridge.encode(value)) == canonical(document)
    return True


def compared(first: tuple[Any, Any], second: tuple[Any, Any], documents: list[Any]) -> None:
    found = subschema(first[0], second[0])
    if found.verdict == "yes":
        assert not [d for d in documents if first[1].is_valid(d) and not second[1].is_valid(d)], (first[0], second[0])
    elif found.verdict == "no":
        witness = json.loads(write_json(found.witness))
        assert first[1].is_valid(witness), (first[0], witness)
        assert not second[1].is_valid(witness), (second[0], witness)


def test_a_few_random_schemas():
    assert judge(1, 10) >= 5


@pytest.mark.slow
def test_many_random_schemas():
    assert judge(2, 400) >= 250
