"""Z3 models to values of the language.

A model is a suggestion: what cannot be read as a finite value (a function, a set with infinitely many members) yields
None, and everything read is replayed in the evaluator before anyone sees it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.core.types import Type, option_of
from kwlogic.core.value import Con, MapV, SetV, Value
from kwlogic.solve.sorts import constructors, ctor_symbol

MOST_PARTS = 5_000


class Undecodable(Exception):
    """The model's value is no finite value of the language."""


def decode_vars(program: Program, model: Any, vars: tuple[Term, ...]) -> dict[str, Value] | None:
    """Values for variables by name; None where one cannot be read."""
    if model is None:
        return None
    known = {d.name(): d for d in model.decls() if d.arity() == 0}
    decoder = Decoder(program, model)
    try:
        return {str(v.data): decoder.value(_meaning(model, known, v), v.type) for v in vars}
    except Undecodable:
        return None


def _meaning(model: Any, known: dict[str, Any], var: Term) -> Any:
    decl = known.get(str(var.data))
    return None if decl is None else model.eval(decl(), model_completion=True)


class Decoder:
    def __init__(self, program: Program, model: Any) -> None:
        self.program = program
        self.model = model
        self.left = MOST_PARTS

    def value(self, node: Any, type: Type) -> Value:
        """The value of a ground model expression; the simplest of the type where the model does not care."""
        self.left -= 1
        if self.left < 0:
            raise Undecodable
        if node is None:
            return self.default(type)
        read = _READERS.get(type.head)
        if read is not None:
            return read(node)
        if type.head == "Set":
            return SetV(k for k, v in self._entries(node, type.args[0], None) if v is True)
        if type.head == "Map":
            entries = self._entries(node, type.args[0], option_of(type.args[1]))
            return MapV({k: v.fields[0] for k, v in entries if v.ctor == "Some"})
        if type.is_var or type.head == "Fun":
            raise Undecodable
        return self._con(node, type)

    def _con(self, node: Any, type: Type) -> Value:
        name = node.decl().name()
        for ctor, fields in constructors(self.program, type):
            if ctor_symbol(ctor, type)[1:-1] == name:
                return Con(ctor, tuple(self.value(node.arg(i), f) for i, f in enumerate(fields)))
        raise Undecodable

    def _entries(self, node: Any, key: Type, value: Type | None) -> list[tuple[Value, Any]]:
        """Entries of an array made of stores over an empty constant array."""
        out: dict[Value, Any] = {}
        while node.decl().name() == "store":
            k = self.value(node.arg(1), key)
            out.setdefault(k, self._element(node.arg(2), value))
            node = node.arg(0)
        if node.decl().name() != "const":
            raise Undecodable
        default = self._element(node.arg(0), value)
        if default is True or (value is not None and default.ctor == "Some"):
            raise Undecodable
        return list(out.items())

    def _element(self, node: Any, value: Type | None) -> Any:
        return _read_bool(node) if value is None else self.value(node, value)

    def default(self, type: Type) -> Value:
        """Some small value."""
        if type.head in _DEFAULTS:
            return _DEFAULTS[type.head]
        if type.is_var or type.head == "Fun":
            raise Undecodable
        for ctor, fields in constructors(self.program, type):
            if not any(type is f for f in fields):
                return Con(ctor, tuple(self.default(f) for f in fields))
        raise Undecodable


def _read_int(node: Any) -> Value:
    try:
        return int(node.as_long())
    except AttributeError:
        raise Undecodable from None


def _read_real(node: Any) -> Value:
    try:
        return Fraction(node.numerator_as_long(), node.denominator_as_long())
    except AttributeError:
        raise Undecodable from None


def _read_bool(node: Any) -> bool:
    text = str(node)
    if text not in ("True", "False"):
        raise Undecodable
    return text == "True"


def _read_string(node: Any) -> Value:
    """The solver writes characters outside printable ASCII as ``\\u{...}``."""
    import re

    try:
        text = node.as_string()
    except AttributeError:
        raise Undecodable from None
    return re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m.group(1), 16)), text)


_READERS = {"Int": _read_int, "Real": _read_real, "Bool": _read_bool, "String": _read_string}
_DEFAULTS: dict[str, Value] = {
    "Int": 0,
    "Real": Fraction(0),
    "Bool": False,
    "String": "",
    "Set": SetV(frozenset()),
    "Map": MapV({}),
}
