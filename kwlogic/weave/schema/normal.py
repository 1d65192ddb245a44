"""Schemas in normal form: a conjunction of subschemas as a union of atoms, one layer deep.

``anyOf`` is union, ``allOf`` and ``$ref`` are intersection, ``not``, ``oneOf`` and ``if`` go through complements; where
a complement cannot be said, branches must be disjoint, or the schema is refused with the keyword.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kwlogic.weave.schema.atoms import (
    ALL,
    ArrAtom,
    Atom,
    BoolAtom,
    NoComplement,
    NullAtom,
    NumAtom,
    ObjAtom,
    StrAtom,
    meet,
    prop_of,
)
from kwlogic.weave.schema.complement import complement_atom
from kwlogic.weave.schema.keywords import keyword_atoms
from kwlogic.weave.schema.nodes import UNSUPPORTED, Registry, SchemaRefused, Sub, canonical, is_number, number

MAX_ATOMS = 200
Atoms = tuple[Atom, ...]


class Normal:
    """Normal forms over one registry, each found once."""

    def __init__(self, root: Any) -> None:
        self.registry = Registry(root)
        self._nodes: dict[tuple[bool, int], Atoms] = {}
        self._subs: dict[Sub, Atoms] = {}
        self._open: set[tuple[bool, int]] = set()
        self._checking: set[Sub] = set()

    def of(self, sub: Sub) -> Atoms:
        found = self._subs.get(sub)
        if found is None:
            found = ALL
            for sign, node in sorted(sub):
                found = self.both(found, self.literal(sign, node), node)
            found = self._subs[sub] = tuple(a for a in found if not self.hollow(a))
        return found

    def literal(self, sign: bool, node: int) -> Atoms:
        key = (sign, node)
        if key in self._nodes:
            return self._nodes[key]
        if key in self._open:
            raise SchemaRefused("$ref", self.registry.nodes[node].path, "it leads back to itself with nothing between")
        if len(self._open) > 150:
            raise SchemaRefused("$ref", self.registry.nodes[node].path, "schemas are nested too deeply")
        self._open.add(key)
        try:
            found = self._node(node) if sign else self.complement(self._positive(node), node)
        finally:
            self._open.discard(key)
        self._nodes[key] = found
        return found

    def _positive(self, node: int) -> Atoms:
        group = self.registry.nodes[node].group
        return self.of(group) if group is not None else self.literal(True, node)

    def _node(self, number_: int) -> Atoms:
        node = self.registry.nodes[number_]
        if node.group is not None:
            return self.of(node.group)
        if node.schema is True:
            return ALL
        if node.schema is False:
            return ()
        return self._keywords(node.schema, node.path, number_)

    def _keywords(self, schema: dict[str, Any], path: str, node: int) -> Atoms:
        for word in schema:
            if word in UNSUPPORTED:
                raise SchemaRefused(word, path, "the types of the language do not say this")
        found: Atoms = ALL
        for word, read in _LOGIC.items():
            if word in schema:
                found = self.both(found, read(self, schema, path), node)
        values = _values(schema, path)
        if values is not None:
            found = self.both(found, self.constants(values, path), node)
        return self.both(found, keyword_atoms(schema, path, self.registry), node)

    def both(self, left: Atoms, right: Atoms, node: int) -> Atoms:
        if left is ALL:
            return right
        if right is ALL:
            return left
        path = self.registry.nodes[node].path
        try:
            found = [m for a in left for b in right if a.kind == b.kind and (m := meet(a, b)) is not None]
        except NoComplement as error:
            raise SchemaRefused(str(error), path, "it meets another schema for the same keys in a way that types do not say") from None
        return self.distinct(found, path)

    def distinct(self, atoms: Iterable[Atom], path: str) -> Atoms:
        found = tuple(dict.fromkeys(atoms))
        if len(found) > MAX_ATOMS:
            raise SchemaRefused("anyOf", path, f"more than {MAX_ATOMS} alternatives")
        return ALL if set(found) == set(ALL) else found

    def complement(self, atoms: Atoms, node: int) -> Atoms:
        found: Atoms = ALL
        for atom in atoms:
            try:
                parts = complement_atom(atom, self.registry)
            except NoComplement as error:
                raise SchemaRefused("not", self.registry.nodes[node].path, f"the opposite of `{error}` is no type") from None
            others = tuple(a for a in ALL if a.kind != atom.kind)
            found = self.both(found, (*others, *parts), node)
        return found

    def hollow(self, atom: Atom) -> bool:
        """Whether an atom is empty for all that can be seen: a required key or item that nothing fits."""
        if isinstance(atom, ObjAtom):
            return any(self.empty(prop_of(atom, key)) for key in atom.required)
        if isinstance(atom, ArrAtom):
            needed = [*atom.prefix[: atom.low], *((atom.items,) if atom.low > len(atom.prefix) else ())]
            return any(self.empty(sub) for sub in needed)
        return False

    def empty(self, sub: Sub) -> bool:
        """Whether nothing fits; False where that takes knowing itself."""
        if sub in self._checking:
            return False
        self._checking.add(sub)
        try:
            return not self.of(sub)
        finally:
            self._checking.discard(sub)

    def constants(self, values: list[Any], path: str) -> Atoms:
        numbers = frozenset(number(v) for v in values if is_number(v))
        texts = frozenset(v for v in values if isinstance(v, str))
        truths = frozenset(v for v in values if isinstance(v, bool))
        found: list[Atom] = [NullAtom()] if any(v is None for v in values) else []
        found += [BoolAtom(truths)] if truths else []
        found += [NumAtom(values=numbers)] if numbers else []
        found += [StrAtom(values=texts)] if texts else []
        for value in values:
            if isinstance(value, list):
                prefix = tuple(self.registry.sub({"const": v}, path) for v in value)
                found.append(ArrAtom(prefix, self.registry.sub(False, path), len(value), len(value)))
            elif isinstance(value, dict):
                props = tuple((k, self.registry.sub({"const": v}, path)) for k, v in value.items())
                found.append(
                    ObjAtom(props, rest=self.registry.sub(False, path), required=frozenset(value), low=len(value), high=len(value))
                )
        return tuple(found)

    # ------------------------------------------------------------ logic

    def schemas(self, schema: dict[str, Any], word: str, path: str) -> list[Sub]:
        found = schema[word]
        if not isinstance(found, list):
            raise SchemaRefused(word, path, "its value must be an array of schemas")
        return [self.registry.sub(s, f"{path}/{word}/{i}") for i, s in enumerate(found)]

    def all_of(self, schema: dict[str, Any], path: str) -> Atoms:
        return self.of(frozenset().union(*self.schemas(schema, "allOf", path)))

    def any_of(self, schema: dict[str, Any], path: str) -> Atoms:
        return self.distinct([a for s in self.schemas(schema, "anyOf", path) for a in self.of(s)], path)

    def one_of(self, schema: dict[str, Any], path: str) -> Atoms:
        branches = self.schemas(schema, "oneOf", path)
        found: list[Atom] = []
        for index, branch in enumerate(branches):
            atoms = self.of(branch)
            for other in (*branches[:index], *branches[index + 1 :]):
                if not self.disjoint(atoms, other):
                    atoms = self.without(atoms, other, path)
            found += atoms
        return self.distinct(found, path)

    def disjoint(self, atoms: Atoms, other: Sub) -> bool:
        try:
            return not any((m := meet(a, b)) is not None and not self.hollow(m) for a in atoms for b in self.of(other) if a.kind == b.kind)
        except NoComplement:
            return False

    def without(self, atoms: Atoms, other: Sub, path: str) -> Atoms:
        try:
            opposite = self.of(self.registry.negated(other))
        except SchemaRefused as error:
            raise SchemaRefused("oneOf", path, f"two alternatives may both hold, and {error.reason}") from None
        kept = [m for a in atoms for b in opposite if a.kind == b.kind and (m := meet(a, b)) is not None]
        return tuple(dict.fromkeys(a for a in kept if not self.hollow(a)))

    def not_(self, schema: dict[str, Any], path: str) -> Atoms:
        return self.of(self.registry.negated(self.registry.sub(schema["not"], f"{path}/not")))

    def if_(self, schema: dict[str, Any], path: str) -> Atoms:
        condition, then, otherwise = (self.registry.sub(schema.get(word, True), f"{path}/{word}") for word in ("if", "then", "else"))
        if not ({"then", "else"} & set(schema)):
            return ALL
        met = self.of(condition | then)
        unmet = self.of(self.registry.negated(condition) | otherwise)
        return self.distinct((*met, *unmet), path)

    def dependent(self, schema: dict[str, Any], path: str) -> Atoms:
        """What comes with a key: either it is absent, or the schema holds as well. Documents of other kinds have no keys."""
        found: Atoms = ALL
        never = self.registry.sub(False, "#")
        for word in ("dependentSchemas", "dependencies"):
            wanted = schema.get(word, {})
            if not isinstance(wanted, dict):
                raise SchemaRefused(word, path, "its value must be an object")
            for key, value in wanted.items():
                if not isinstance(value, list):
                    sub = self.registry.sub(value, f"{path}/{word}/{key}")
                    there = ObjAtom(required=frozenset((key,)))
                    met = [m for a in self.of(sub) if a.kind == "object" and (m := meet(a, there)) is not None]
                    others = [a for a in ALL if a.kind != "object"]
                    found = self.both(found, (*others, ObjAtom(((key, never),)), *met), self.registry.add(schema, path))
        return found

    def ref(self, schema: dict[str, Any], path: str) -> Atoms:
        if not isinstance(schema["$ref"], str):
            raise SchemaRefused("$ref", path, "its value must be a text")
        return self.literal(True, self.registry.resolve(schema["$ref"], path))


_LOGIC: dict[str, Callable[[Normal, dict[str, Any], str], Atoms]] = {
    "$ref": Normal.ref,
    "allOf": Normal.all_of,
    "anyOf": Normal.any_of,
    "oneOf": Normal.one_of,
    "not": Normal.not_,
    "if": Normal.if_,
    "dependentSchemas": Normal.dependent,
    "dependencies": Normal.dependent,
}


def _values(schema: dict[str, Any], path: str) -> list[Any] | None:
    """What ``enum`` and ``const`` list together."""
    if "enum" not in schema:
        return [schema["const"]] if "const" in schema else None
    values = schema["enum"]
    if not isinstance(values, list):
        raise SchemaRefused("enum", path, "its value must be an array")
    if "const" in schema:
        wanted = canonical(schema["const"])
        return [v for v in values if canonical(v) == wanted]
    return values
