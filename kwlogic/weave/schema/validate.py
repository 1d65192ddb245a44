"""Whether a document is valid under a schema, read keyword by keyword: independent of normal forms, to replay what they say.

Formats are assertions where ``formats`` has a pattern. Raises SchemaRefused for keywords that are not read.
"""

from __future__ import annotations

from typing import Any

from kwlogic.weave.schema.bridge import kind_of
from kwlogic.weave.schema.formats import PATTERNS
from kwlogic.weave.schema.nodes import UNSUPPORTED, Registry, SchemaRefused, canonical, found_in, number


class Validator:
    """Recursion is bounded by the nesting of document and schema; the caller meets RecursionError."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def valid(self, doc: Any, schema: Any) -> bool:
        if isinstance(schema, bool):
            return schema
        for word in schema:
            if word in UNSUPPORTED:
                raise SchemaRefused(word, "#", "it is not read")
        return _typed(doc, schema) and self.logic(doc, schema) and self.of_kind(doc, schema)

    def logic(self, doc: Any, schema: dict[str, Any]) -> bool:
        if "$ref" in schema:
            node = self.registry.resolve(schema["$ref"], "#")
            if not self.valid(doc, self.registry.nodes[node].schema):
                return False
        if not all(self.valid(doc, s) for s in schema.get("allOf", ())):
            return False
        if "anyOf" in schema and not any(self.valid(doc, s) for s in schema["anyOf"]):
            return False
        if "oneOf" in schema and sum(self.valid(doc, s) for s in schema["oneOf"]) != 1:
            return False
        if "not" in schema and self.valid(doc, schema["not"]):
            return False
        if "if" in schema:
            return self.valid(doc, schema.get("then" if self.valid(doc, schema["if"]) else "else", True))
        return True

    def of_kind(self, doc: Any, schema: dict[str, Any]) -> bool:
        kind = kind_of(doc)
        if kind == "number":
            return _number(number(doc), schema)
        if kind == "string":
            return _string(doc, schema)
        if kind == "array":
            return self.array(doc, schema)
        return kind != "object" or self.object(doc, schema)

    def array(self, doc: list[Any], schema: dict[str, Any]) -> bool:
        items, prefix = schema.get("items", True), schema.get("prefixItems", [])
        if isinstance(items, list):
            prefix, items = items, schema.get("additionalItems", True)
        if not _within(len(doc), schema, "minItems", "maxItems"):
            return False
        if schema.get("uniqueItems") and len({canonical(d) for d in doc}) < len(doc):
            return False
        return all(self.valid(d, prefix[i] if i < len(prefix) else items) for i, d in enumerate(doc))

    def object(self, doc: dict[str, Any], schema: dict[str, Any]) -> bool:
        if not _within(len(doc), schema, "minProperties", "maxProperties") or not all(k in doc for k in schema.get("required", ())):
            return False
        words = ("dependencies", "dependentRequired", "dependentSchemas")
        for key, wanted in [pair for word in words for pair in schema.get(word, {}).items()]:
            if key in doc and not (all(k in doc for k in wanted) if isinstance(wanted, list) else self.valid(doc, wanted)):
                return False
        return all(self.member(k, v, schema) for k, v in doc.items())

    def member(self, key: str, value: Any, schema: dict[str, Any]) -> bool:
        props, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        subs = [props[key]] if key in props else []
        subs += [s for p, s in patterns.items() if found_in(p, key)]
        subs = subs or [schema.get("additionalProperties", True)]
        return self.valid(key, schema.get("propertyNames", True)) and all(self.valid(value, s) for s in subs)


def _typed(doc: Any, schema: dict[str, Any]) -> bool:
    if "enum" in schema and canonical(doc) not in {canonical(v) for v in schema["enum"]}:
        return False
    if "const" in schema and canonical(doc) != canonical(schema["const"]):
        return False
    given = schema.get("type", "any")
    names = given if isinstance(given, list) else [given]
    kind = kind_of(doc)
    whole = kind == "number" and number(doc).denominator == 1
    return kind in names or "any" in names or (whole and "integer" in names)


def _within(size: int, schema: dict[str, Any], low: str, high: str) -> bool:
    return bool(schema.get(low, 0) <= size <= schema.get(high, size))


def _number(x: Any, schema: dict[str, Any]) -> bool:
    low, high = schema.get("exclusiveMinimum", False), schema.get("exclusiveMaximum", False)
    if "minimum" in schema and not (x > number(schema["minimum"]) if low is True else x >= number(schema["minimum"])):
        return False
    if "maximum" in schema and not (x < number(schema["maximum"]) if high is True else x <= number(schema["maximum"])):
        return False
    if not isinstance(low, bool) and x <= number(low):
        return False
    if not isinstance(high, bool) and x >= number(high):
        return False
    return "multipleOf" not in schema or (x / number(schema["multipleOf"])).denominator == 1


def _string(s: str, schema: dict[str, Any]) -> bool:
    if not _within(len(s), schema, "minLength", "maxLength"):
        return False
    form = PATTERNS.get(str(schema.get("format")))
    return (form is None or found_in(form, s)) and ("pattern" not in schema or found_in(schema["pattern"], s))
