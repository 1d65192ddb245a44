"""A JSON Schema document as a registry of its subschemas, each with its place. Nothing is interpreted here but ``$ref``.

Drafts 4 to 2020-12 are read alike; where they differ, ``items`` as an array is ``prefixItems``, a Boolean
``exclusiveMinimum`` belongs to ``minimum``, and ``dependencies`` are both of its successors. Keywords that JSON Schema does not
know are ignored, as it demands.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import unquote

from kwlogic.core.regex import Regex, parse_regex
from kwlogic.core.regex_match import search

Literal: TypeAlias = tuple[bool, int]
Sub: TypeAlias = frozenset[Literal]  # a conjunction of subschemas, each as it is or negated

TOP: Sub = frozenset()
MAX_NODES = 20_000
MAX_DEPTH = 200

ANNOTATIONS = frozenset(
    [
        "title",
        "description",
        "default",
        "examples",
        "$comment",
        "$schema",
        "$id",
        "id",
        "$anchor",
        "$vocabulary",
        "definitions",
        "$defs",
        "readOnly",
        "writeOnly",
        "deprecated",
        "contentMediaType",
        "contentEncoding",
        "contentSchema",
    ]
)
UNSUPPORTED = frozenset(
    [
        "contains",
        "minContains",
        "maxContains",
        "unevaluatedProperties",
        "unevaluatedItems",
        "$dynamicRef",
        "$recursiveRef",
        "$dynamicAnchor",
        "$recursiveAnchor",
        "extends",
        "disallow",
        "divisibleBy",
    ]
)
KEYWORDS = frozenset(
    [
        "type",
        "enum",
        "const",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "$ref",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "items",
        "prefixItems",
        "additionalItems",
        "minItems",
        "maxItems",
        "uniqueItems",
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


class SchemaRefused(Exception):
    """What the types of the language cannot say exactly: the keyword, where it stands, and why."""

    def __init__(self, keyword: str, path: str, reason: str) -> None:
        super().__init__(f"`{keyword}` at {path}: {reason}")
        self.keyword = keyword
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Node:
    """``schema`` is a dict, True or False; ``group`` holds a conjunction that has no text of its own."""

    schema: Any
    path: str
    group: Sub | None = None


def modern(root: Any) -> Any:
    """The schema as the newest draft says it: up to draft 7, what stands beside a ``$ref`` did not count."""
    if deeper(root, MAX_DEPTH):
        raise SchemaRefused("schema", "#", "it is nested too deeply")
    dialect = root.get("$schema") if isinstance(root, dict) else None
    if not isinstance(dialect, str) or not any(f"draft-0{n}" in dialect for n in "34567"):
        return root
    return _lonely(root)


def deeper(document: Any, limit: int) -> bool:
    """Whether a document is nested deeper than that."""
    level: list[Any] = [document]
    for _ in range(limit):
        level = [p for d in level for p in (d.values() if isinstance(d, dict) else d if isinstance(d, list) else ())]
        if not level:
            return False
    return True


def _lonely(schema: Any) -> Any:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            return {k: _lonely(v) for k, v in schema.items() if k in ("$ref", "definitions", "$defs", "$schema")}
        return {k: _lonely(v) for k, v in schema.items()}
    return [_lonely(s) for s in schema] if isinstance(schema, list) else schema


class Registry:
    """Subschemas by number; equal ones share a number."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.nodes: list[Node] = []
        self._by_text: dict[str, int] = {}
        self._by_group: dict[Sub, int] = {}
        self._refs: dict[str, int] = {}
        self.top = self.add(root, "#")

    def add(self, schema: Any, path: str) -> int:
        if not isinstance(schema, (dict, bool)):
            raise SchemaRefused("schema", path, f"a schema is an object or a Boolean, and this is {_kind(schema)}")
        if isinstance(schema, dict) and path != "#" and isinstance(schema.get("$id"), str) and "$ref" in json.dumps(schema, default=str):
            raise SchemaRefused("$id", path, "references below another base are not followed")
        text = canonical(schema)
        found = self._by_text.get(text)
        if found is None:
            found = len(self.nodes)
            if found > MAX_NODES:
                raise SchemaRefused("schema", path, f"more than {MAX_NODES} subschemas")
            self.nodes.append(Node(schema, path))
            self._by_text[text] = found
        return found

    def sub(self, schema: Any, path: str) -> Sub:
        """A subschema as a conjunction; what accepts everything is the empty one."""
        found = self.add(schema, path)
        return TOP if trivial(self.nodes[found].schema) else frozenset(((True, found),))

    def negated(self, sub: Sub) -> Sub:
        """The complement of a conjunction, as one."""
        if len(sub) == 1:
            ((sign, node),) = sub
            return frozenset(((not sign, node),))
        if sub not in self._by_group:
            self._by_group[sub] = len(self.nodes)
            self.nodes.append(Node(None, "#", sub))
        return frozenset(((False, self._by_group[sub]),))

    def resolve(self, ref: str, path: str) -> int:
        if ref in self._refs:
            return self._refs[ref]
        if not ref.startswith("#"):
            raise SchemaRefused("$ref", path, f"`{ref[:80]}` leads out of the document")
        here: Any = self.root
        for part in ref[1:].split("/")[1:]:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(here, dict) and key in here:
                here = here[key]
            elif isinstance(here, list) and key.isdigit() and int(key) < len(here):
                here = here[int(key)]
            else:
                raise SchemaRefused("$ref", path, f"`{ref[:80]}` leads nowhere")
        if ref != "#" and not ref.startswith("#/"):
            raise SchemaRefused("$ref", path, f"anchors such as `{ref[:80]}` are not followed")
        self._refs[ref] = self.add(here, ref)
        return self._refs[ref]


def trivial(schema: Any) -> bool:
    """Whether a schema has no keyword that constrains."""
    return schema is True or (isinstance(schema, dict) and not any(k in KEYWORDS or k in UNSUPPORTED for k in schema))


def canonical(value: Any) -> str:
    """A text by which equal JSON documents are equal: 1 and 1.0 are one number, true is none."""
    out: list[str] = []
    stack: list[Any] = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, _Text):
            out.append(here)
        elif isinstance(here, dict):
            stack.append(_Text("}"))
            for key in sorted(here, key=str, reverse=True):
                stack += [here[key], _Text(json.dumps(str(key)) + ":")]
            stack.append(_Text("{"))
        elif isinstance(here, list):
            stack += [_Text("]"), *(x for item in reversed(here) for x in (_Text(","), item)), _Text("[")]
        elif isinstance(here, (float, Fraction)) or (isinstance(here, int) and not isinstance(here, bool)):
            out.append(str(number(here)))
        else:
            out.append(json.dumps(here))
    return "".join(out)


class _Text(str):
    __slots__ = ()


def number(value: int | float | Fraction) -> Fraction:
    """The exact number that a JSON number stands for."""
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def is_number(value: object) -> bool:
    return (isinstance(value, (int, Fraction)) and not isinstance(value, bool)) or (
        isinstance(value, float) and value == value and abs(value) != float("inf")
    )


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> Regex:
    return parse_regex(pattern)


def found_in(pattern: str, text: str) -> bool:
    """Whether a pattern of the common subset is found in a text."""
    return search(_regex(pattern), text)


def _kind(value: object) -> str:
    return {list: "an array", str: "a string", type(None): "null"}.get(type(value), "a number")
