"""The text of terms and types in certificates: nested lists of words, every name qualified, read back exactly.

``name{T,U}`` heads a call at its type arguments, ``Ctor:T`` a constructed value, the name of a primitive (with ``:T``
where its arguments do not settle its type) the application of one. `'a` is a type variable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction

from kwlogic.core.prims import PRIMS
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.core.walk import subterms
from kwlogic.proof.statements import Refused

MOST_CHARACTERS = 150_000
Piece = str | Term


def type_text(type: Type) -> str:
    """Recursion is as deep as a type is written."""
    if type.is_var:
        return f"'{type.head}"
    return f"{type.head}[{','.join(map(type_text, type.args))}]" if type.args else type.head


class Writer:
    """Writes the terms of one entry; a variable whose name has two types in it carries its type."""

    def __init__(self, terms: list[Term]) -> None:
        types: dict[str, set[Type]] = {}
        for term in subterms(*terms):
            for name, type in _named(term):
                types.setdefault(name, set()).add(type)
        self.types = {name: next(iter(found)) for name, found in sorted(types.items()) if len(found) == 1}

    def variables(self) -> list[tuple[str, Type]]:
        return list(self.types.items())

    def name(self, name: str, type: Type) -> str:
        return name if name in self.types else f"{name}:{type_text(type)}"

    def term(self, term: Term) -> str:
        out: list[str] = []
        size = 0
        stack: list[Piece] = [term]
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                out.append(piece)
                size += len(piece)
                if size > MOST_CHARACTERS:
                    raise Refused("the text of a term is too long")
            else:
                stack.extend(reversed(list(self._pieces(piece))))
        return "".join(out)

    def _pieces(self, term: Term) -> Iterator[Piece]:
        if term.op is Op.VAR:
            yield self.name(term.data, term.type)
            return
        if term.op is Op.LIT:
            yield _literal(term.data)
            return
        yield f"({self._head(term)}"
        if term.op in (Op.LAMBDA, Op.FORALL, Op.EXISTS):
            yield f" ({' '.join(self.name(n, t) for n, t in term.data)})"
        for arg in term.args:
            yield " "
            yield arg
        yield ")"

    def _head(self, term: Term) -> str:
        match term.op:
            case Op.CALL:
                name, types = term.data
                return f"{name}{{{','.join(map(type_text, types))}}}"
            case Op.CON:
                return f"{term.data}:{type_text(term.type)}"
            case Op.PRIM:
                return f"{term.data}:{type_text(term.type)}" if PRIMS[term.data].result.has_vars else str(term.data)
            case Op.SEL:
                return f"field {term.data[0]} {term.data[1]}"
            case Op.IS:
                return f"is {term.data}"
            case _:
                return HEADS[term.op]


def _named(term: Term) -> list[tuple[str, Type]]:
    if term.op is Op.VAR:
        return [(term.data, term.type)]
    return list(term.data) if term.op in (Op.LAMBDA, Op.FORALL, Op.EXISTS) else []


HEADS: dict[Op, str] = {
    Op.IF: "if",
    Op.AND: "and",
    Op.OR: "or",
    Op.NOT: "not",
    Op.IMPLIES: "=>",
    Op.EQ: "=",
    Op.APPLY: "apply",
    Op.LAMBDA: "fn",
    Op.FORALL: "forall",
    Op.EXISTS: "exists",
}


def _literal(value: int | Fraction | bool | str) -> str:
    from kwlogic.core.prim_eval import int_text

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int_text(value)
    if isinstance(value, Fraction):
        return f"{int_text(value.numerator)}/{int_text(value.denominator)}"
    return json.dumps(value)
