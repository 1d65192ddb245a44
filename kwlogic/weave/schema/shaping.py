"""From normal forms to shapes and declarations: a union of atoms becomes a type of the language.

Each conjunction of subschemas is shaped once; where it is met again while it is being shaped, that is recursion, and
its type must be one with a name.
"""

from __future__ import annotations

import re

from kwlogic.core.codec_encode import field_key
from kwlogic.weave.schema.atoms import ALL, ArrAtom, Atom, BoolAtom, NullAtom, NumAtom, ObjAtom, StrAtom, prop_of
from kwlogic.weave.schema.nodes import TOP, SchemaRefused, Sub, found_in
from kwlogic.weave.schema.normal import Normal
from kwlogic.weave.schema.predicates import is_whole, number_parts, refined, string_parts
from kwlogic.weave.schema.shapes import JSON, Any_, Choice, Field, Listed, Maybe, Named, Others, Plain, Product, Record, Shape, Table
from kwlogic.weave.schema.words import RESERVED

ANY = (
    f"type {JSON} = JsonNull | JsonBool(value: Bool) | JsonNumber(value: Real) | JsonString(value: String)\n"
    f"  | JsonArray(items: List[{JSON}]) | JsonObject(fields: Map[String, {JSON}])"
)
MAX_DECLARATIONS = 400
MAX_NESTING = 120
MAX_PLACES = 100
FIELD = "value"


class Shaping:
    """``declarations`` in order; ``named``: shapes of the types declared, by name."""

    def __init__(self, normal: Normal) -> None:
        self.normal = normal
        self.declarations: list[str] = []
        self.named: dict[str, Shape] = {}
        self.any_used = False
        self._done: dict[Sub, Shape] = {}
        self._open: dict[Sub, str] = {}
        self._again: set[Sub] = set()
        self._taken: set[str] = {JSON}

    def shape(self, sub: Sub, hint: str, path: str) -> Shape:
        if sub in self._done:
            return self._done[sub]
        if sub in self._open:
            self._again.add(sub)
            return Named(self._open[sub], self._open[sub])
        if len(self._open) > MAX_NESTING or len(self.declarations) > MAX_DECLARATIONS:
            raise SchemaRefused("schema", path, "it is nested too deeply, or too large")
        atoms = self.normal.of(sub)
        if not atoms:
            raise SchemaRefused("schema", path, "no document fits it, and a type must have a value")
        name = self._open[sub] = self.fresh(hint)
        try:
            found = self.union(atoms, name, path)
            if sub in self._again and name not in self.named:
                found = self.wrapped(found, name)
        finally:
            del self._open[sub]
        self._done[sub] = found
        return found

    def fresh(self, hint: str) -> str:
        words = [w for w in re.split(r"[^A-Za-z0-9]+", hint) if w]
        base = "".join(w[0].upper() + w[1:] for w in words) or "T"
        base = base if base[0].isalpha() else f"T{base}"
        name, number = base[:60], 1
        while name in self._taken or name in RESERVED:
            number += 1
            name = f"{base[:60]}{number}"
        self._taken.add(name)
        return name

    def declare(self, name: str, text: str, shape: Shape) -> None:
        self.declarations.append(text)
        self.named[name] = shape

    def wrapped(self, shape: Shape, name: str) -> Shape:
        """A recursive type that has no constructor of its own gets one."""
        ctor = self.fresh(f"{name}Of")
        found = Choice(((ctor, shape),), name)
        self.declare(name, f"type {name} = {ctor}({FIELD}: {shape.type})", found)
        return found

    def union(self, atoms: tuple[Atom, ...], name: str, path: str) -> Shape:
        if atoms is ALL or set(atoms) == set(ALL):
            self.any_used = True
            return Any_()
        nulls = [a for a in atoms if isinstance(a, NullAtom)]
        others: list[Atom] = [a for a in atoms if not isinstance(a, NullAtom)]
        if not others:
            return Plain("null", "Unit")
        if len(others) == 1:
            inner = self.atom(others[0], name, path)
        else:
            inner = self.choice(others, name, path)
        return Maybe(inner, f"Option[{inner.type}]") if nulls else inner

    def choice(self, atoms: list[Atom], name: str, path: str) -> Choice:
        branches: list[tuple[str, Shape]] = []
        for atom in atoms:
            ctor = self.fresh(f"{name}_{atom.kind}")
            branches.append((ctor, self.atom(atom, self.fresh(f"{name}_{atom.kind}_value"), path)))
        found = Choice(tuple(branches), name)
        shown = " | ".join(f"{c}({FIELD}: {s.type})" for c, s in branches)
        self.declare(name, f"type {name} = {shown}", found)
        return found

    def atom(self, atom: Atom, name: str, path: str) -> Shape:
        match atom:
            case NullAtom():
                return Plain("null", "Unit")
            case BoolAtom(values):
                parts = [] if len(values) == 2 else ["b" if True in values else "not b"]
                return Plain("boolean", refined("Bool", "b", parts))
            case NumAtom():
                whole = is_whole(atom)
                return Plain("number", refined("Int" if whole else "Real", "x", number_parts(atom, "x", whole)), whole)
            case StrAtom():
                return Plain("string", refined("String", "s", string_parts(atom, "s")))
            case ArrAtom():
                return self.array(atom, name, path)
            case ObjAtom():
                return self.object(atom, name, path)

    def array(self, atom: ArrAtom, name: str, path: str) -> Shape:
        if atom.some:
            raise SchemaRefused("contains", path, "that some item fits is not said of a list of one type")
        fixed = atom.high is not None and atom.low == atom.high
        subs = {atom.prefix[i] if i < len(atom.prefix) else atom.items for i in range(min(atom.high or 0, 200))} if fixed else set()
        if atom.prefix and not (fixed and len(subs) == 1):
            if not fixed or atom.high is None or not 2 <= atom.high <= MAX_PLACES or atom.unique:
                raise SchemaRefused("prefixItems", path, "items of their own types need a fixed length of 2 to 100 (a tuple)")
            places = [atom.prefix[i] if i < len(atom.prefix) else atom.items for i in range(atom.high)]
            shapes = tuple(self.shape(s, f"{name}_{i}", f"{path}[{i}]") for i, s in enumerate(places))
            return Product(shapes, f"({', '.join(s.type for s in shapes)})")
        of = next(iter(subs)) if atom.prefix and subs else atom.items
        if self.normal.empty(of) or atom.high == 0:
            inner: Shape = Plain("boolean", "Bool")
            return Listed(inner, refined("List[Bool]", "xs", ["len(xs) == 0"]))
        inner = self.shape(of, f"{name}_item", f"{path}[]")
        parts = [f"len(xs) >= {atom.low}"] if atom.low else []
        if atom.high is not None:
            parts.append(f"len(xs) <= {atom.high}")
        if atom.unique:
            parts.append("len(unique(xs)) == len(xs)")
        return Listed(inner, refined(f"List[{inner.type}]", "xs", parts))

    # ------------------------------------------------------------ objects

    def object(self, atom: ObjAtom, name: str, path: str) -> Shape:
        keys = [*dict.fromkeys((*(k for k, _ in atom.props), *sorted(atom.required)))]
        if atom.names != TOP:
            keys = [k for k in keys if self.named_fits(atom, k, path)]
        if not keys and not atom.needs:
            found = self.table(atom, name, path)
            if found is not None:
                return found
        return self.record(atom, keys, name, path)

    def named_fits(self, atom: ObjAtom, key: str, path: str) -> bool:
        fits = any(isinstance(a, StrAtom) and a.has(key) for a in self.normal.of(atom.names))
        if not fits and key in atom.required:
            raise SchemaRefused("propertyNames", path, f"the key `{key}` is required and forbidden")
        return fits

    def key_parts(self, atom: ObjAtom, k: str, path: str) -> list[str]:
        """What ``propertyNames`` says of a key."""
        if atom.names == TOP:
            return []
        found = [a for a in self.normal.of(atom.names) if isinstance(a, StrAtom)]
        if len(found) != 1:
            raise SchemaRefused("propertyNames", path, "names must be of one form")
        return string_parts(found[0], k)

    def table(self, atom: ObjAtom, name: str, path: str) -> Table | None:
        """A map, where all keys are alike."""
        if len(atom.patterns) > 1 or (atom.patterns and not self.normal.empty(atom.rest)):
            return None
        sub = atom.patterns[0][1] if atom.patterns else atom.rest
        about = [f"matches(k, {_text(atom.patterns[0][0])})"] if atom.patterns else []
        about += self.key_parts(atom, "k", path)
        parts = [f"len(m) >= {atom.low}"] if atom.low else []
        if atom.high is not None:
            parts.append(f"len(m) <= {atom.high}")
        if self.normal.empty(sub):
            return None
        if about:
            parts.append(f"(forall k in keys(m) :: {' and '.join(f'({a})' for a in about)})")
        inner = self.shape(sub, f"{name}_value", f"{path}.*")
        return Table(inner, refined(f"Map[String, {inner.type}]", "m", parts))

    def record(self, atom: ObjAtom, keys: list[str], name: str, path: str) -> Shape:
        fields: list[Field] = []
        absent: list[str] = []
        taken: set[str] = set()
        for key in keys:
            sub = prop_of(atom, key)
            if self.normal.empty(sub):
                absent.append(key)
                continue
            shape = self.shape(sub, f"{name}_{key}", f"{path}.{key}")
            fields.append(Field(key, _field_name(key, taken), shape, key in atom.required))
        others = self.others(atom, [*keys], name, path, taken)
        if absent and not others:
            absent = []
        shown = [f"{f.name}: {_field_type(f)}" for f in fields]
        shown += [f"{o.name}: {self.others_type(o, atom, keys, path)}" for o in others]
        parts = self.record_parts(atom, fields, others, path)
        found = Record(tuple(fields), tuple(others), refined(name, "r", parts))
        self.declare(name, f"record {name}({', '.join(shown)})", found)
        return found

    def others(self, atom: ObjAtom, keys: list[str], name: str, path: str, taken: set[str]) -> list[Others]:
        closed = self.normal.empty(atom.rest)
        if len(atom.patterns) > 1:
            raise SchemaRefused("patternProperties", path, "keys may match more than one of several patterns")
        found = []
        for pattern, sub in atom.patterns:
            if not self.normal.empty(sub):
                shape = self.shape(sub, f"{name}_matching", f"{path}.*")
                found.append(Others(_field_name("matching", taken), pattern, shape))
        if not closed:
            shape = self.shape(atom.rest, f"{name}_rest", f"{path}.*")
            found.append(Others(_field_name("rest", taken), None, shape))
        return found

    def others_type(self, other: Others, atom: ObjAtom, keys: list[str], path: str) -> str:
        parts = []
        patterns = [p for p, _ in atom.patterns]
        for key in keys:
            if other.pattern is None or found_in(other.pattern, key):
                parts.append(f"not ({_text(key)} in m)")
        about = [f"matches(k, {_text(other.pattern)})"] if other.pattern is not None else [f"not matches(k, {_text(p)})" for p in patterns]
        about += self.key_parts(atom, "k", path)
        if about:
            parts.append(f"(forall k in keys(m) :: {' and '.join(f'({a})' for a in about)})")
        return refined(f"Map[String, {other.shape.type}]", "m", parts)

    def record_parts(self, atom: ObjAtom, fields: list[Field], others: list[Others], path: str) -> list[str]:
        """What holds of the record as a whole: how many keys, and which come together."""
        parts = []
        there = sum(f.required for f in fields)
        terms = [str(there), *(f"(if is_some(r.{f.name}) then 1 else 0)" for f in fields if not f.required)]
        terms += [f"len(r.{o.name})" for o in others]
        count = " + ".join(terms)
        if atom.low > there:
            parts.append(f"{count} >= {atom.low}")
        if atom.high is not None and (others or atom.high < len(fields)):
            parts.append(f"{count} <= {atom.high}")
        for key, other in sorted(atom.needs):
            parts.append(f"(({self.present(key, fields, others, path)}) ==> ({self.present(other, fields, others, path)}))")
        return parts

    def present(self, key: str, fields: list[Field], others: list[Others], path: str) -> str:
        for field in fields:
            if field.key == key:
                return "true" if field.required else f"is_some(r.{field.name})"
        for other in others:
            if other.pattern is None or found_in(other.pattern, key):
                return f"{_text(key)} in r.{other.name}"
        return "false"


def _text(text: str) -> str:
    from kwlogic.core.value_show import show_string

    return show_string(text)


def _field_type(field: Field) -> str:
    return field.shape.type if field.required else f"Option[{field.shape.type}]"


def _field_name(key: str, taken: set[str]) -> str:
    """The key where it is a name of the language, else one like it."""
    base = re.sub(r"[^A-Za-z0-9_]", "_", key, flags=re.ASCII) or "field"
    base = base if base[0].isalpha() or base[0] == "_" else f"f_{base}"
    base = base[0].lower() + base[1:]
    base = base + "_" if base in RESERVED or not base.strip("_") else base
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name


__all__ = ["Shaping", "field_key"]
