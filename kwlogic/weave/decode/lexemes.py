"""One site's texts as a terminal of the grammar: expressions that must all match, and expressions of which none may.

The grammar is in llguidance's dialect of Lark, whose terminals can be intersected and complemented.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from kwlogic.core.codec_encode import is_enum, short
from kwlogic.core.codec_json import string_text
from kwlogic.core.prim_eval import int_text
from kwlogic.core.program import Program
from kwlogic.core.types import Type
from kwlogic.core.value import Con
from kwlogic.weave.decode.data import Checked, Free, Ints, OneOf, Reals, Residual, Sizes, Tags, Texts
from kwlogic.weave.decode.limits import finite_ints
from kwlogic.weave.decode.numbers import (
    DECIMAL,
    INT,
    REAL,
    decimals_from,
    decimals_to,
    exactly,
    ints_from,
    ints_to,
    multiples,
    real_literal,
)
from kwlogic.weave.decode.strings import quoted, string_regexes

FEW = 256  # of integers that are listed rather than described


@dataclass(frozen=True, slots=True)
class Lexeme:
    """``exact`` False: it leaves values out (bounds without a finite decimal form)."""

    all: tuple[str, ...]
    none: tuple[str, ...] = ()
    exact: bool = True

    def lark(self) -> str:
        shown = [_slashed(r) for r in self.all] + ["~" + _slashed(r) for r in self.none]
        return " & ".join(shown)


class NoGrammar(ValueError):
    """A set that no expression of this kind says; ``why``."""


def _slashed(regex: str) -> str:
    return f"/(?:{regex})/" if "|" in regex else f"/{regex}/"


def lexeme_of(residual: Residual | Sizes, type: Type, program: Program) -> Lexeme:
    """The texts of a scalar or enumeration; raises NoGrammar. Of a Checked set, those of its base."""
    match residual:
        case Checked(base=base):
            return lexeme_of(base, type, program)
        case Free():
            return _free(type, program)
        case Ints():
            return _ints(residual)
        case Reals():
            return _reals(residual)
        case Texts():
            return Lexeme(*string_regexes(residual))
        case OneOf(values=values):
            return _choice([value_text(v) for v in values])
        case Tags(names=names):
            return _choice([string_text(short(n)) for n in names])
        case _:
            raise NoGrammar("this is no set of values")


def value_text(value: Any) -> str:
    """The one way in which a scalar that is one of few is written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int_text(value)
    if isinstance(value, Fraction):
        return real_literal(value)
    return string_text(short(value.ctor) if isinstance(value, Con) else value)


def _choice(texts: list[str]) -> Lexeme:
    return Lexeme(("|".join(map(quoted, texts)),) if texts else ("[^\\x00-\\x{10ffff}]",))


def _free(type: Type, program: Program) -> Lexeme:
    match type.head:
        case "Int":
            return Lexeme((INT,))
        case "Real":
            return Lexeme((REAL,))
        case "Bool":
            return _choice(["true", "false"])
        case "String":
            return Lexeme(*string_regexes(Texts()))
    data = program.datas.get(type.head)
    if data is None or not is_enum(data):
        raise NoGrammar("this is no scalar")
    return _choice([string_text(short(c.name)) for c in data.ctors])


def _ints(limit: Ints) -> Lexeme:
    few = finite_ints(limit, FEW + 1)
    if few is not None and len(few) <= FEW and (limit.modulus > 1 or len(few) <= 12):
        return _choice([int_text(v) for v in few])
    parts = [] if limit.low is None else [ints_from(limit.low)]
    parts += [] if limit.high is None else [ints_to(limit.high)]
    if limit.modulus > 1:
        ending = multiples(limit.modulus, limit.remainder)
        if ending is None:
            raise NoGrammar(f"divisibility by {limit.modulus} is not told by the last digits")
        parts.append(ending)
    return Lexeme(tuple(parts) or (INT,), tuple(int_text(v) for v in sorted(limit.excluded)))


def _reals(limit: Reals) -> Lexeme:
    if limit.low is None and limit.high is None and not limit.excluded:
        return Lexeme((REAL,))
    if limit.low is not None and limit.low == limit.high:
        return Lexeme((exactly(limit.low),), tuple(exactly(v) for v in sorted(limit.excluded)))
    low = None if limit.low is None else decimals_from(limit.low, limit.low_open)
    high = None if limit.high is None else decimals_to(limit.high, limit.high_open)
    parts = tuple(pair[0] for pair in (low, high) if pair is not None)
    exact = all(pair[1] for pair in (low, high) if pair is not None)
    return Lexeme(parts or (DECIMAL,), tuple(exactly(v) for v in sorted(limit.excluded)), exact)
