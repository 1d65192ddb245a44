"""Is every document of one schema a document of another? Yes, no with a document that shows it, or unknown.

Yes is shown by the normal form of "the first and not the second" being empty, or part by part; no by a document, replayed
against both schemas keyword by keyword. Nothing else is ever answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kwlogic.weave.schema.atoms import ArrAtom, Atom, NoComplement, ObjAtom, StrAtom, meet, prop_of
from kwlogic.weave.schema.complement import complement_atom
from kwlogic.weave.schema.nodes import TOP, SchemaRefused, Sub, modern
from kwlogic.weave.schema.normal import Normal
from kwlogic.weave.schema.validate import Validator
from kwlogic.weave.schema.witness import NOTHING, Witnesses, no_string, strings

SAMPLES = 30
PARTS = 8
MOST = 400
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """``verdict``: yes, no or unknown; ``witness``: for no, a document of the first schema that is none of the second."""

    verdict: str
    witness: Any = None
    reason: str = ""


def subschema(first: Any, second: Any) -> Compared:
    try:
        return _Comparing(first, second).answer()
    except SchemaRefused as error:
        return Compared("unknown", reason=str(error))
    except RecursionError:
        return Compared("unknown", reason="the schemas are nested too deeply")


class _Comparing:
    def __init__(self, first: Any, second: Any) -> None:
        root = {"$defs": {"a": _moved(modern(first), "a"), "b": _moved(modern(second), "b")}}
        self.normal = Normal(root)
        registry = self.normal.registry
        self.a, self.b = (registry.sub(root["$defs"][k], f"#/$defs/{k}") for k in ("a", "b"))
        self.docs = (root["$defs"]["a"], root["$defs"]["b"])
        self.validator = Validator(registry)
        self.makers = Witnesses(self.normal)
        self._known: dict[tuple[Sub, Sub], bool] = {}
        self._trail: list[tuple[Sub, Sub]] = []

    def answer(self) -> Compared:
        if self.included(self.a, self.b):
            return Compared("yes")
        for document in self.candidates():
            if self.validator.valid(document, self.docs[0]) and not self.validator.valid(document, self.docs[1]):
                return Compared("no", document)
        return Compared("unknown", reason="neither a proof nor a document that shows the contrary was found")

    def candidates(self) -> list[Any]:
        found = self.differing(self.a, self.b, 0)
        return [*found, *(v for d in found[:SAMPLES] for v in _variants(d))]

    def differing(self, a: Sub, b: Sub, depth: int) -> list[Any]:
        """Documents of a, such as may not be in b: proposals only."""
        found: list[Any] = []
        try:
            one = self.makers.of(a | self.normal.registry.negated(b)) if b != TOP else NOTHING
            found += [] if one is NOTHING else [one]
        except SchemaRefused:
            pass
        found += self.makers.several(a, SAMPLES if depth == 0 else 6)
        if depth < DEPTH:
            for x in self.normal.of(a):
                for y in self.normal.of(b):
                    if x.kind == y.kind:
                        found += self.inside(x, y, depth)
        return found[:MOST]

    def inside(self, x: Atom, y: Atom, depth: int) -> list[Any]:
        """Documents that differ in one key or item."""
        base = self.makers.of_atom(x, 0)
        found: list[Any] = []
        if base is NOTHING:
            return found
        if isinstance(x, ObjAtom) and isinstance(y, ObjAtom):
            keys = [
                *dict.fromkeys(k for k, _ in (*x.props, *y.props)),
                *(s for p, _ in (*x.patterns, *y.patterns) for s in _found(p)),
                "another",
            ]
            for key in keys:
                found += [{**base, key: v} for v in self.differing(prop_of(x, key), prop_of(y, key), depth + 1)[:PARTS]]
        if isinstance(x, ArrAtom) and isinstance(y, ArrAtom):
            for index in range(max(len(x.prefix), len(y.prefix)) + 1):
                one, other = (z.prefix[index] if index < len(z.prefix) else z.items for z in (x, y))
                head = [*base[:index], *([self.makers.of(x.items, 1)] * (index - len(base[:index])))]
                found += [[*head, v, *base[index + 1 :]] for v in self.differing(one, other, depth + 1)[:PARTS]]
        return [f for f in found if NOTHING not in f]

    # ------------------------------------------------------------ inclusion, where it can be shown

    def included(self, a: Sub, b: Sub) -> bool:
        """Whether a is surely within b. While it is asked it is assumed, since documents are finite; where it turns out
        not to be shown, so does nothing that rested on it."""
        if b <= a:
            return True
        if (a, b) not in self._known:
            before = len(self._trail)
            self._known[a, b] = True
            self._trail.append((a, b))
            if not self.decided(a, b):
                for rested in self._trail[before:]:
                    self._known.pop(rested, None)
                del self._trail[before:]
                self._known[a, b] = False
        return self._known[a, b]

    def decided(self, a: Sub, b: Sub) -> bool:
        atoms = [x for x in self.normal.of(a) if not self.vacant(x)]
        if not atoms:
            return True
        others = self.normal.of(b)
        return all(any(self.within(x, y) for y in others) or self.covered(x, others) for x in atoms)

    def vacant(self, atom: Atom) -> bool:
        if isinstance(atom, StrAtom):
            return no_string(atom)
        return self.normal.hollow(atom)

    def covered(self, atom: Atom, others: tuple[Atom, ...]) -> bool:
        """Whether nothing is left of an atom once all others are taken from it."""
        left: list[Atom] = [atom]
        for other in others:
            if other.kind != atom.kind:
                continue
            try:
                parts = complement_atom(other, self.normal.registry)
                left = [m for x in left for p in parts if (m := meet(x, p)) is not None and not self.vacant(m)]
            except NoComplement:
                continue
            if len(left) > 200:
                return False
        return not left

    def within(self, a: Atom, b: Atom) -> bool:
        if isinstance(a, ArrAtom) and isinstance(b, ArrAtom):
            return self.array_within(a, b)
        if isinstance(a, ObjAtom) and isinstance(b, ObjAtom):
            return self.object_within(a, b)
        return a == b

    def array_within(self, a: ArrAtom, b: ArrAtom) -> bool:
        high = a.high
        if self.normal.empty(a.items):
            high = len(a.prefix) if high is None else min(high, len(a.prefix))
        for index, sub in enumerate(a.prefix):
            if self.normal.empty(sub):
                high = index if high is None else min(high, index)
        if a.low < b.low or (b.high is not None and (high is None or high > b.high)):
            return False
        if (b.unique and not a.unique and (high is None or high > 1)) or not b.some <= a.some:
            return False
        places = max(len(a.prefix), len(b.prefix)) + 1
        for index in range(places if high is None else min(places, high)):
            one, other = (x.prefix[index] if index < len(x.prefix) else x.items for x in (a, b))
            if not self.included(one, other):
                return False
        return True

    def object_within(self, a: ObjAtom, b: ObjAtom) -> bool:
        if not b.required <= a.required or not b.needs <= a.needs or max(a.low, len(a.required)) < b.low:
            return False
        if (b.high is not None and (most := self.most(a)) is None) or (b.high is not None and most is not None and most > b.high):
            return False
        if b.names != TOP and not self.included(a.names, b.names):
            return False
        keys = {k for k, _ in (*a.props, *b.props)} | a.required
        if not all(self.included(prop_of(a, k), prop_of(b, k)) for k in keys):
            return False
        return self.others_within(a, b)

    def others_within(self, a: ObjAtom, b: ObjAtom) -> bool:
        """Keys that neither side names: what either says of the pattern of a key, taken at its widest."""
        theirs = dict(b.patterns)
        for pattern, sub in a.patterns:
            bounds = [theirs[pattern]] if pattern in theirs else [b.rest]
            bounds += [s for q, s in b.patterns if q != pattern]
            if not all(self.included(sub, bound) for bound in bounds):
                return False
        if not self.included(a.rest, b.rest):
            return False
        mine = dict(a.patterns)
        return all(pattern in mine or self.included(a.rest, sub) for pattern, sub in b.patterns)

    def most(self, a: ObjAtom) -> int | None:
        """The most keys that an object may have."""
        if a.patterns or not self.normal.empty(a.rest):
            return a.high
        named = sum(not self.normal.empty(prop_of(a, k)) for k, _ in a.props)
        return named if a.high is None else min(named, a.high)


def _found(pattern: str) -> list[str]:
    return strings(StrAtom(patterns=frozenset((pattern,))), 2)


def _moved(schema: Any, name: str) -> Any:
    """The schema with its references led below its new place."""
    if isinstance(schema, dict):
        out = {k: _moved(v, name) for k, v in schema.items() if k not in ("$id", "id") or not isinstance(v, str)}
        ref = schema.get("$ref")
        if isinstance(ref, str) and ref.startswith("#"):
            out["$ref"] = f"#/$defs/{name}{ref[1:]}"
        return out
    return [_moved(s, name) for s in schema] if isinstance(schema, list) else schema


def _variants(document: Any) -> list[Any]:
    """Documents near one: with a key or an item more, or one less."""
    found: list[Any] = []
    if isinstance(document, dict):
        values: tuple[Any, ...] = (None, 0, "", [], {})
        found += [{**document, "another key": value} for value in values]
        found += [{k: v for k, v in document.items() if k != gone} for gone in document]
    if isinstance(document, list):
        found += [[*document, value] for value in (None, 0, "", {}, *document[:1])]
        found += [document[:-1]] if document else []
    return found
