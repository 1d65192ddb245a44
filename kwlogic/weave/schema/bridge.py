"""Documents of an imported schema to values of its types, and back.

A document is first rewritten into the wire form of its type, then decoded by the one strict codec, which checks every
refinement: there is no second reading of types here. Where several constructors of a choice may fit, each is tried in
order against its refinements.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kwlogic.core.codec import DecodeError, decode, encode
from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.core.program import Program
from kwlogic.core.types import Type, mk_type
from kwlogic.core.value import Con, Value
from kwlogic.source.data import Severity, Source
from kwlogic.weave.schema.nodes import SchemaRefused, found_in, number
from kwlogic.weave.schema.shapes import Any_, Choice, Field, Listed, Maybe, Named, Plain, Product, Record, Shape, Table, kinds_of

if TYPE_CHECKING:
    from kwlogic.weave.schema.into import Imported

MODULE = "imported"
WHOLE = "Whole'document"


class NotFitting(ValueError):
    """Where a document does not fit the schema, and what was expected there."""

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"at {path}: expected {expected}")
        self.path = path
        self.expected = expected


class Bridge:
    """Holds the checked program of the declarations; raises SchemaRefused where they do not check (no value fits)."""

    def __init__(self, imported: Imported) -> None:
        self.imported = imported
        self.named = imported.named
        self.program = _program(imported)
        self.whole = mk_type(f"{MODULE}.{WHOLE}")
        self._kinds: dict[str, frozenset[str]] = {}

    def decode_text(self, text: str) -> Value:
        """The value of a JSON text; raises NotFitting."""
        try:
            return self.decode(read_json(text))
        except JsonError as error:
            raise NotFitting(error.place, error.expected) from None

    def decode(self, document: Any) -> Value:
        """The value of a parsed document; raises NotFitting."""
        try:
            wire = self.to_wire(document, self.imported.shape, "$")
            found = decode({"value": wire}, self.whole, self.program)
        except DecodeError as error:
            raise NotFitting(error.path.replace("$.value", "$", 1), error.expected) from None
        except RecursionError:
            raise NotFitting("$", "a document that is not nested as deeply") from None
        assert isinstance(found, Con)
        value: Value = found.fields[0]
        return value

    def encode(self, value: Value) -> Any:
        """The document of a value: what ``decode`` reads as that value."""
        wire = encode(Con(self.whole.head, (value,)), self.whole, self.program)
        return self.from_wire(wire["value"], self.imported.shape)

    def encode_text(self, value: Value) -> str:
        return write_json(self.encode(value))

    @property
    def type(self) -> Type:
        """The core type of the whole."""
        return self.program.ctors[self.whole.head].fields[0].type

    # ------------------------------------------------------------ document to wire form

    def to_wire(self, doc: Any, shape: Shape, path: str) -> Any:
        """Python recursion here is bounded by the caller's RecursionError."""
        match shape:
            case Plain():
                return _plain(doc, shape, path)
            case Any_():
                return any_wire(doc)
            case Listed(item):
                return [self.to_wire(d, item, f"{path}[{i}]") for i, d in enumerate(_array(doc, path))]
            case Product(items):
                if len(_array(doc, path)) != len(items):
                    raise NotFitting(path, f"an array of {len(items)}")
                return [self.to_wire(d, s, f"{path}[{i}]") for i, (d, s) in enumerate(zip(doc, items))]
            case Table(inner):
                return {k: self.to_wire(v, inner, f"{path}.{k}") for k, v in _object(doc, path).items()}
            case Record():
                return self.record_to_wire(_object(doc, path), shape, path)
            case Choice(branches, name):
                return self.choice_to_wire(doc, branches, name, path)
            case Maybe(inner):
                return None if doc is None else self.to_wire(doc, inner, path)
            case Named(name):
                return self.to_wire(doc, self.named[name], path)

    def record_to_wire(self, doc: dict[str, Any], shape: Record, path: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        left = dict(doc)
        for field in shape.fields:
            out[field.name] = self.field_to_wire(left, field, path)
        for other in sorted(shape.others, key=lambda o: o.pattern is None):
            keys = [k for k in left if other.pattern is None or found_in(other.pattern, k)]
            out[other.name] = {k: self.to_wire(left.pop(k), other.shape, f"{path}.{k}") for k in keys}
        if left:
            raise NotFitting(path, f"no key `{next(iter(left))}`")
        return out

    def field_to_wire(self, left: dict[str, Any], field: Field, path: str) -> Any:
        if field.key not in left:
            if field.required:
                raise NotFitting(path, f"the key `{field.key}`")
            return None
        found = self.to_wire(left.pop(field.key), field.shape, f"{path}.{field.key}")
        return {"some": found} if not field.required and self.nullable(field.shape) else found

    def nullable(self, shape: Shape) -> bool:
        """Whether the wire form of the shape's type may be null by its type."""
        return isinstance(shape, Maybe) or (isinstance(shape, Plain) and shape.kind == "null")

    def choice_to_wire(self, doc: Any, branches: tuple[tuple[str, Shape], ...], name: str, path: str) -> Any:
        kind = kind_of(doc)
        fitting = [(c, s) for c, s in branches if kind in self.kinds(c, s)]
        for index, (ctor, shape) in enumerate(fitting):
            last = index == len(fitting) - 1
            try:
                wire = {"kind": ctor, "value": self.to_wire(doc, shape, path)}
                if not last:
                    decode(wire, mk_type(f"{MODULE}.{name}"), self.program)
                return wire
            except (NotFitting, DecodeError):
                if last:
                    raise
        raise NotFitting(path, f"a document of another kind than {kind}")

    def kinds(self, ctor: str, shape: Shape) -> frozenset[str]:
        if ctor not in self._kinds:
            self._kinds[ctor] = kinds_of(shape, self.named)
        return self._kinds[ctor]

    # ------------------------------------------------------------ wire form to document

    def from_wire(self, wire: Any, shape: Shape) -> Any:
        match shape:
            case Plain():
                return _ratio(wire) if shape.kind == "number" else wire
            case Any_():
                return any_document(wire)
            case Listed(item):
                return [self.from_wire(w, item) for w in wire]
            case Product(items):
                return [self.from_wire(w, s) for w, s in zip(wire, items)]
            case Table(inner):
                return {k: self.from_wire(v, inner) for k, v in wire.items()}
            case Record():
                return self.record_from_wire(wire, shape)
            case Choice(branches):
                return self.from_wire(wire["value"], dict(branches)[wire["kind"]])
            case Maybe(inner):
                return None if wire is None else self.from_wire(wire, inner)
            case Named(name):
                return self.from_wire(wire, self.named[name])

    def record_from_wire(self, wire: dict[str, Any], shape: Record) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for field in shape.fields:
            found = wire[field.name]
            if not field.required:
                if found is None:
                    continue
                found = found["some"] if self.nullable(field.shape) else found
            out[field.key] = self.from_wire(found, field.shape)
        for other in shape.others:
            out |= {k: self.from_wire(v, other.shape) for k, v in wire[other.name].items()}
        return out


def _ratio(wire: Any) -> Any:
    """A number that has no finite decimal form cannot be a JSON number."""
    if isinstance(wire, str):
        raise ValueError(f"{wire} has no finite decimal form, and the schema wants a number")
    return wire


def kind_of(doc: Any) -> str:
    if doc is None:
        return "null"
    if isinstance(doc, bool):
        return "boolean"
    return "string" if isinstance(doc, str) else "array" if isinstance(doc, list) else "object" if isinstance(doc, dict) else "number"


def _plain(doc: Any, shape: Plain, path: str) -> Any:
    if kind_of(doc) != shape.kind:
        raise NotFitting(path, f"a {shape.kind}")
    if shape.kind != "number":
        return doc
    exact = number(doc)
    if shape.whole:
        if exact.denominator != 1:
            raise NotFitting(path, "a number without fraction")
        return int(exact)
    return exact


def _array(doc: Any, path: str) -> list[Any]:
    if not isinstance(doc, list):
        raise NotFitting(path, "an array")
    return doc


def _object(doc: Any, path: str) -> dict[str, Any]:
    if not isinstance(doc, dict):
        raise NotFitting(path, "an object")
    return doc


def any_wire(doc: Any) -> Any:
    """Any document as a value of ``Json``."""
    match doc:
        case None:
            return {"kind": "JsonNull"}
        case bool():
            return {"kind": "JsonBool", "value": doc}
        case str():
            return {"kind": "JsonString", "value": doc}
        case list():
            return {"kind": "JsonArray", "items": [any_wire(d) for d in doc]}
        case dict():
            return {"kind": "JsonObject", "fields": {k: any_wire(v) for k, v in doc.items()}}
    return {"kind": "JsonNumber", "value": number(doc)}


def any_document(wire: Any) -> Any:
    match wire["kind"]:
        case "JsonNull":
            return None
        case "JsonArray":
            return [any_document(w) for w in wire["items"]]
        case "JsonObject":
            return {k: any_document(v) for k, v in wire["fields"].items()}
        case "JsonNumber":
            return _ratio(wire["value"])
    return wire["value"]


def _program(imported: Imported) -> Program:
    from kwlogic.elab.elaborate import elaborate
    from kwlogic.syntax.parse import parse_module
    from kwlogic.weave.schema.library import library_for

    text = imported.text(MODULE) + f"record {WHOLE}(value: {imported.type})\n"
    source = Source("<schema>", text)
    module, problems = parse_module(source)
    program, found = elaborate([*library_for(text), (source, module)])
    errors = [d for d in (*problems, *found) if d.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        at = f" in `{source.slice(first.span)[:80]}`" if first.span is not None and first.span.file == source.path else ""
        raise SchemaRefused("schema", "#", f"its types do not check: {first.message}{at}")
    return program


Exact = Fraction
