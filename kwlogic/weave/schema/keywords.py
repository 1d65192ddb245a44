"""The keywords that speak of one kind each, as atoms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kwlogic.weave.schema.atoms import ALL, ArrAtom, Atom, NumAtom, ObjAtom, StrAtom, settle_number, settle_string
from kwlogic.weave.schema.formats import PATTERNS, REFUSED
from kwlogic.weave.schema.nodes import Registry, SchemaRefused, is_number, number

KINDS = ("null", "boolean", "number", "string", "array", "object")
_OF_NUMBERS = frozenset(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"])
_OF_STRINGS = frozenset(["minLength", "maxLength", "pattern", "format"])
_OF_ARRAYS = frozenset(["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"])
_OF_OBJECTS = frozenset(
    [
        "properties",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "required",
        "minProperties",
        "maxProperties",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
    ]
)
Schema = dict[str, Any]


def keyword_atoms(schema: Schema, path: str, registry: Registry) -> tuple[Atom, ...]:
    """The atoms of ``type`` and of all keywords that speak of one kind."""
    kinds = _kinds(schema, path)
    words = set(schema)
    found: list[Atom] = []
    for atom in ALL:
        here: list[Atom] = [atom] if atom.kind in kinds else []
        if isinstance(atom, NumAtom):
            here = _numbers(schema, path, kinds) if words & _OF_NUMBERS or "integer" in kinds else here
        elif isinstance(atom, StrAtom) and here and words & _OF_STRINGS:
            here = _some(settle_string(_string(schema, path)))
        elif isinstance(atom, ArrAtom) and here and words & _OF_ARRAYS:
            here = [_array(schema, path, registry)]
        elif isinstance(atom, ObjAtom) and here and words & _OF_OBJECTS:
            here = _objects(schema, path, registry)
        found += here
    result = tuple(a for a in found if not _impossible(a))
    return ALL if result == ALL else result


def _some(atom: Atom | None) -> list[Atom]:
    return [] if atom is None else [atom]


def _impossible(atom: Atom) -> bool:
    return isinstance(atom, (ArrAtom, ObjAtom)) and atom.high is not None and atom.low > atom.high


def _kinds(schema: Schema, path: str) -> frozenset[str]:
    given = schema.get("type", list(KINDS))
    names = given if isinstance(given, list) else [given]
    for name in names:
        if not isinstance(name, str) or name not in (*KINDS, "integer", "any"):
            raise SchemaRefused("type", path, f"{name!r} is not a type")
    return frozenset(KINDS) if "any" in names else frozenset(names)


def _numbers(schema: Schema, path: str, kinds: frozenset[str]) -> list[Atom]:
    if not kinds & {"number", "integer"}:
        return []
    atom = NumAtom() if "number" in kinds else NumAtom(multiple=number(1))
    low = _bound(schema, "minimum", "exclusiveMinimum", path)
    high = _bound(schema, "maximum", "exclusiveMaximum", path)
    parts = [replace(NumAtom(), low=v, low_open=o) for v, o in low] + [replace(NumAtom(), high=v, high_open=o) for v, o in high]
    if "multipleOf" in schema:
        value = schema["multipleOf"]
        if not is_number(value) or value <= 0:
            raise SchemaRefused("multipleOf", path, "its value must be a positive number")
        parts.append(NumAtom(multiple=number(value)))
    from kwlogic.weave.schema.atoms import meet

    found: Atom | None = settle_number(atom)
    for part in parts:
        found = None if found is None else meet(found, part)
    return _some(found)


def _bound(schema: Schema, word: str, strict: str, path: str) -> list[tuple[Any, bool]]:
    found = []
    flag = schema.get(strict)
    if word in schema:
        found.append((_number(schema[word], word, path), flag is True))
    if strict in schema and not isinstance(flag, bool):
        found.append((_number(flag, strict, path), True))
    return found


def _number(value: object, word: str, path: str) -> Any:
    if not is_number(value):
        raise SchemaRefused(word, path, "its value must be a number")
    return number(value)  # type: ignore[arg-type]


def _count(schema: Schema, word: str, path: str) -> int | None:
    if word not in schema:
        return None
    value = _number(schema[word], word, path)
    if value.denominator != 1 or value < 0:
        raise SchemaRefused(word, path, "its value must be a count")
    return int(value)


def _string(schema: Schema, path: str) -> StrAtom:
    patterns = []
    if "pattern" in schema:
        patterns.append(check_pattern(schema["pattern"], "pattern", path))
    form = schema.get("format")
    if form in REFUSED:
        raise SchemaRefused("format", path, f"no pattern says `{form}` exactly")
    if form in PATTERNS:
        patterns.append(PATTERNS[form])
    return StrAtom(_count(schema, "minLength", path) or 0, _count(schema, "maxLength", path), frozenset(patterns))


def check_pattern(pattern: object, word: str, path: str) -> str:
    from kwlogic.core.regex import RegexError, parse_regex

    if not isinstance(pattern, str):
        raise SchemaRefused(word, path, "its value must be a text")
    try:
        parse_regex(pattern)
    except RegexError as error:
        raise SchemaRefused(word, path, f"the pattern `{pattern[:60]}`: {error.message}") from None
    return pattern


def _array(schema: Schema, path: str, registry: Registry) -> ArrAtom:
    items, prefix = schema.get("items", True), schema.get("prefixItems", [])
    if isinstance(items, list):
        prefix, items = items, schema.get("additionalItems", True)
    if not isinstance(prefix, list):
        raise SchemaRefused("prefixItems", path, "its value must be an array of schemas")
    unique = schema.get("uniqueItems", False)
    if not isinstance(unique, bool):
        raise SchemaRefused("uniqueItems", path, "its value must be true or false")
    first = tuple(registry.sub(s, f"{path}/prefixItems/{i}") for i, s in enumerate(prefix))
    rest = registry.sub(items, f"{path}/items")
    high = _count(schema, "maxItems", path)
    if schema.get("items") is False or rest == registry.sub(False, path):
        high = len(first) if high is None else min(high, len(first))
    return ArrAtom(first, rest, _count(schema, "minItems", path) or 0, high, unique)


def _map(schema: Schema, word: str, path: str) -> dict[str, Any]:
    found = schema.get(word, {})
    if not isinstance(found, dict):
        raise SchemaRefused(word, path, "its value must be an object")
    return found


def _keys(value: object, word: str, path: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise SchemaRefused(word, path, "its value must be an array of keys")
    return value


def _objects(schema: Schema, path: str, registry: Registry) -> list[Atom]:
    props = tuple((k, registry.sub(s, f"{path}/properties/{k}")) for k, s in _map(schema, "properties", path).items())
    patterns = tuple(
        (check_pattern(p, "patternProperties", path), registry.sub(s, f"{path}/patternProperties/{p}"))
        for p, s in _map(schema, "patternProperties", path).items()
    )
    required = frozenset(_keys(schema.get("required", []), "required", path))
    low, high = _count(schema, "minProperties", path) or 0, _count(schema, "maxProperties", path)
    rest = registry.sub(schema.get("additionalProperties", True), f"{path}/additionalProperties")
    names = registry.sub(schema.get("propertyNames", True), f"{path}/propertyNames")
    needs = {(k, w) for k, found in _map(schema, "dependentRequired", path).items() for w in _keys(found, "dependentRequired", path)}
    for key, found in _map(schema, "dependencies", path).items():
        if isinstance(found, list):
            needs |= {(key, w) for w in _keys(found, "dependencies", path)}
    return [ObjAtom(props, patterns, rest, required, low, high, names, frozenset(needs))]
