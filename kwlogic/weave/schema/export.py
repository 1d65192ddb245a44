"""Types to JSON Schema (2020-12): exactly the strict wire form of the language.

A document is valid under an exported schema iff the codec reads it, up to what JSON Schema cannot say; that is stated
in a ``$comment`` of the place (``notes`` of ``Exported`` lists them). Bounds, lengths, patterns and choices among
refinements are exported as keywords; any other clause becomes a comment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kwlogic.core.codec_encode import field_key, is_enum, may_be_null, short
from kwlogic.core.program import Clause, Ctor, Data, Kernel, Param, Program
from kwlogic.core.types import Type, show_type
from kwlogic.core.value_show import field_types
from kwlogic.weave.schema.refine import keywords_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
RATIO = "^-?[0-9]+/0*[1-9][0-9]*$"


@dataclass(frozen=True, slots=True)
class Exported:
    """``notes``: what holds of the values and is not in the schema, with its place."""

    schema: Schema
    notes: tuple[str, ...]


def type_schema(type: Type, program: Program) -> Exported:
    """The schema of one type's wire form."""
    out = _Out(program)
    body = out.of(type, "$")
    return out.finished(body)


def data_schema(name: str, program: Program) -> Exported:
    """The schema of a declared data type or record without parameters."""
    from kwlogic.core.types import mk_type

    return type_schema(mk_type(name), program)


def ports_schema(ports: Iterable[Param], program: Program, clauses: Iterable[Clause] = ()) -> Schema:
    """The schema of the object of named ports; ``clauses`` are contract clauses over single ports."""
    return ports_export(ports, program, clauses).schema


def ports_export(ports: Iterable[Param], program: Program, clauses: Iterable[Clause] = ()) -> Exported:
    out = _Out(program)
    wanted = tuple(ports)
    fields = [(p.name, p.name, p.type) for p in wanted]
    return out.finished(out.object(fields, "$", tuple(clauses)))


def kernel_schemas(kernel: Kernel, program: Program) -> tuple[Exported, Exported]:
    """Inputs and outputs of a kernel, with those of its clauses that speak of one port."""
    return ports_export(kernel.inputs, program, kernel.requires), ports_export(kernel.outputs, program, kernel.ensures)


class _Out:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.defs: dict[str, Schema] = {}
        self.names: dict[Type, str] = {}
        self.waiting: list[tuple[str, Type]] = []
        self.notes: list[str] = []

    def finished(self, body: Schema) -> Exported:
        """With the definitions of every data type in reach."""
        while self.waiting:
            name, type = self.waiting.pop()
            self.defs[name] = self.data(type, f"$defs.{name}")
        if self.defs:
            body = {**body, "$defs": dict(sorted(self.defs.items()))}
        return Exported({"$schema": DIALECT, **body}, tuple(self.notes))

    def of(self, type: Type, path: str) -> Schema:
        """Types nest as deep as an author writes them; data types are references."""
        match type.head:
            case "Int":
                return {"type": "integer"}
            case "Real":
                return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": RATIO}]}
            case "Bool":
                return {"type": "boolean"}
            case "String":
                return {"type": "string"}
            case "List":
                return {"type": "array", "items": self.of(type.args[0], f"{path}[]")}
            case "Set":
                return {"type": "array", "items": self.of(type.args[0], f"{path}[]"), "uniqueItems": True}
            case "Map":
                return self.table(type, path)
            case "Option":
                inner = self.of(type.args[0], path)
                if may_be_null(type.args[0]):
                    inner = {"type": "object", "properties": {"some": inner}, "required": ["some"], "additionalProperties": False}
                return {"anyOf": [inner, {"type": "null"}]}
            case "Tuple":
                return self.product(type, path)
        if type.is_var or type.head not in self.program.datas:
            raise ValueError(f"values of type {show_type(type)} have no JSON form")
        return {"$ref": f"#/$defs/{self.reference(type)}"}

    def reference(self, type: Type) -> str:
        if type not in self.names:
            base = "".join(c if c.isalnum() else "_" for c in show_type(type)).strip("_")
            name, number = base, 1
            while name in self.names.values():
                number += 1
                name = f"{base}_{number}"
            self.names[type] = name
            self.waiting.append((name, type))
        return self.names[type]

    def table(self, type: Type, path: str) -> Schema:
        value = self.of(type.args[1], f"{path}{{}}")
        if type.args[0].head == "String":
            return {"type": "object", "additionalProperties": value}
        pair = {"type": "array", "prefixItems": [self.of(type.args[0], f"{path}[][0]"), value], "items": False, "minItems": 2}
        return self.noted({"type": "array", "items": pair}, path, ["each key once"])

    def product(self, type: Type, path: str) -> Schema:
        if not type.args:
            return {"type": "null"}
        items = [self.of(a, f"{path}[{i}]") for i, a in enumerate(type.args)]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}

    def noted(self, schema: Schema, path: str, texts: Iterable[str]) -> Schema:
        found = list(texts)
        self.notes += [f"{path}: {t}" for t in found]
        return {**schema, "$comment": "; ".join(found)} if found else schema

    def data(self, type: Type, path: str) -> Schema:
        data = self.program.datas[type.head]
        head: Schema = {"description": data.doc.strip()} if data.doc.strip() else {}
        if is_enum(data):
            return {**head, "enum": [short(c.name) for c in data.ctors]}
        if data.record:
            return {**head, **self.con(data.ctors[0], type, data, path)}
        return {**head, "anyOf": [self.con(c, type, data, path) for c in data.ctors]}

    def con(self, ctor: Ctor, type: Type, data: Data, path: str) -> Schema:
        types = field_types(ctor.name, type, self.program)
        keys = [p.name if data.record else field_key(p.name) for p in ctor.fields]
        fields = [(p.name, key, t) for p, key, t in zip(ctor.fields, keys, types)]
        found = self.object(fields, path, ctor.invariants)
        if data.record:
            return found
        found["properties"] = {"kind": {"const": short(ctor.name)}, **found["properties"]}
        found["required"] = ["kind", *found["required"]]
        return found

    def object(self, fields: list[tuple[str, str, Type]], path: str, clauses: tuple[Clause, ...]) -> Schema:
        """``fields``: name in the clauses, key in the document, type."""
        types = {name: type for name, _, type in fields}
        keywords, rest = keywords_of(clauses, types)
        properties = {key: merged(self.of(type, f"{path}.{key}"), keywords.get(name, {})) for name, key, type in fields}
        found: Schema = {
            "type": "object",
            "properties": properties,
            "required": [key for _, key, _ in fields],
            "additionalProperties": False,
        }
        return self.noted(found, path, [c.text for c in rest])


def merged(schema: Schema, keywords: Schema) -> Schema:
    """A schema with bounds added; where it is a choice or a reference, they stand beside it."""
    if not keywords:
        return schema
    if "anyOf" in schema and schema["anyOf"][0].get("type") == "number":  # a Real: its text form p/q cannot be bounded
        return {"anyOf": [{**schema["anyOf"][0], **keywords}, *schema["anyOf"][1:]]}
    clash = set(schema) & set(keywords)
    return {"allOf": [schema, keywords]} if clash else {**schema, **keywords}
