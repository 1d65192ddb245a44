"""Names for what is learnt: ports from keys, kernels from families, types from where their values stand. None is taken twice."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from kwlogic.weave.learn.data import Shape
from kwlogic.weave.learn.shapes import STRING, is_name
from kwlogic.weave.schema.words import RESERVED

MAX_NAME = 40
_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


def snake(text: str, default: str = "task") -> str:
    """A name for a kernel, port or wire."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = [w.lower() for w in _SPLIT.split(plain) if w]
    found = ""
    for word in words:
        if found and len(found) + len(word) >= MAX_NAME:
            break
        found = f"{found}_{word}" if found else word[:MAX_NAME]
    if not found or found[0].isdigit():
        found = f"{default}_{found}".rstrip("_")
    return found if is_name(found) else f"{found}_"


def pascal(text: str, default: str = "Item") -> str:
    found = "".join(w[:1].upper() + w[1:] for w in snake(text, default.lower()).split("_"))
    return found if found and found not in RESERVED else f"{found}T"


def singular(text: str) -> str:
    if text.endswith("ies") and len(text) > 4:
        return text[:-3] + "y"
    return text[:-1] if text.endswith("s") and not text.endswith(("ss", "us", "is")) and len(text) > 3 else text


class Names:
    """Names taken so far in one scope."""

    def __init__(self, *taken: str) -> None:
        self.taken = set(taken)

    def fresh(self, wanted: str) -> str:
        found, n = wanted, 2
        while found in self.taken:
            found, n = f"{wanted}{n}", n + 1
        self.taken.add(found)
        return found


class Types:
    """The declared types of a module: equal shapes share one name; a constructor belongs to one enumeration."""

    def __init__(self) -> None:
        self.names = Names(*RESERVED)
        self.known: dict[Shape, Shape] = {}
        self.order: list[Shape] = []
        self.constructors: dict[str, Shape] = {}

    def named(self, shape: Shape, hint: str) -> Shape:
        """The shape with names for all records and enumerations in it. Depth is bounded by that of shapes."""
        if shape.head == "Record":
            parts = tuple(self.named(p, k) for p, k in zip(shape.parts, shape.keys))
            return self._declared(replace(shape, parts=parts, name=""), pascal(hint))
        if shape.head == "Enum":
            return self._enumeration(replace(shape, name=""), pascal(hint))
        inner = singular(hint) if shape.head in ("List", "Map") else hint
        return replace(shape, parts=tuple(self.named(p, inner) for p in shape.parts))

    def _declared(self, bare: Shape, wanted: str) -> Shape:
        if bare not in self.known:
            self.known[bare] = replace(bare, name=self.names.fresh(wanted))
            self.order.append(self.known[bare])
        return self.known[bare]

    def _enumeration(self, bare: Shape, wanted: str) -> Shape:
        found = self.known.get(bare)
        if found is None and any(c in self.names.taken for c in bare.keys):
            return STRING
        if found is None:
            for constructor in bare.keys:
                self.names.fresh(constructor)
            found = self._declared(bare, wanted)
        return found

    def declarations(self) -> list[str]:
        return [declaration(s) for s in self.order]


def declaration(shape: Shape) -> str:
    if shape.head == "Enum":
        return f"type {shape.name} = {' | '.join(shape.keys)}"
    return f"record {shape.name}({', '.join(f'{k}: {type_text(p)}' for k, p in zip(shape.keys, shape.parts))})"


def type_text(shape: Shape) -> str:
    """The type as it is written."""
    if shape.name:
        return shape.name
    inside = ", ".join(map(type_text, shape.parts))
    if shape.head == "Tuple":
        return f"({inside})"
    return f"{shape.head}[{inside}]" if shape.parts else shape.head
