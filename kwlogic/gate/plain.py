"""Plain Python values for the values of the language, there and back.

Int is ``int``, Real ``Fraction``, Bool and String as they are, List ``list``, tuples ``tuple``, Unit and an absent Option
``None``. A Set is a ``set`` where its elements are scalars or enumerations, else a list; a Map is a ``dict`` where its keys are,
else a list of pairs. Data are as in JSON: records are dicts of their fields, enumerations strings, others dicts with a
``kind``. On the way back dataclasses, named tuples, enums, ``Decimal`` and finite floats (by the digits they print) are
understood, too.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Set
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kwlogic.core.codec import DecodeError, decode
from kwlogic.core.codec_encode import field_key, is_enum, may_be_null, short
from kwlogic.core.program import Program
from kwlogic.core.types import Type
from kwlogic.core.value import Con, MapV, SetV, Value, iter_list
from kwlogic.core.value_show import field_types

DEEPEST = 200


def to_plain(value: Value, type: Type, program: Program) -> Any:
    """The plain form of a value of a type."""
    return _plain(value, type, program, 0)


def from_plain(value: object, type: Type, program: Program) -> Value:
    """The value of a plain form; raises ``DecodeError`` where it does not fit."""
    return decode(_document(value, "$", 0), type, program)


def _simple(type: Type, program: Program) -> bool:
    data = program.datas.get(type.head)
    return type.head in ("Int", "Real", "Bool", "String") or (data is not None and is_enum(data))


def _plain(value: Any, type: Type, program: Program, depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError("a value that nests this deep has no plain form")

    def inner(part: Any, of: Type) -> Any:
        return _plain(part, of, program, depth + 1)

    if isinstance(value, SetV):
        items = [inner(v, type.args[0]) for v in value.ordered()]
        return set(items) if _simple(type.args[0], program) else items
    if isinstance(value, MapV):
        pairs = [(inner(k, type.args[0]), inner(value.entries[k], type.args[1])) for k in value.keys_ordered()]
        return dict(pairs) if _simple(type.args[0], program) else pairs
    if not isinstance(value, Con):
        return value
    if value.ctor in ("Nil", "Cons"):
        return [inner(v, type.args[0]) for v in iter_list(value)]
    if not value.fields and value.ctor in ("None", "Tuple"):
        return None
    parts = [inner(f, t) for f, t in zip(value.fields, field_types(value.ctor, type, program))]
    if value.ctor == "Some":
        return {"some": parts[0]} if may_be_null(type.args[0]) else parts[0]
    return tuple(parts) if value.ctor == "Tuple" else _data(value, parts, program)


def _data(value: Con, parts: list[Any], program: Program) -> Any:
    ctor = program.ctors[value.ctor]
    data = program.datas[ctor.data]
    if is_enum(data):
        return short(ctor.name)
    if data.record:
        return {p.name: part for p, part in zip(ctor.fields, parts)}
    return {"kind": short(ctor.name), **{field_key(p.name): part for p, part in zip(ctor.fields, parts)}}


def _document(value: Any, path: str, depth: int) -> Any:
    """The document that ``decode`` reads."""
    if depth > DEEPEST:
        raise DecodeError(path, "a value that nests less deep", f"more than {DEEPEST} levels")
    if value is None or isinstance(value, bool | str | Fraction):
        return value.value if isinstance(value, enum.Enum) and not isinstance(value, str) else _text(value)
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float | Decimal):
        return _number(value, path)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _document(getattr(value, f.name), f"{path}.{f.name}", depth + 1) for f in dataclasses.fields(value)}
    return _compound(value, path, depth)


def _text(value: Any) -> Any:
    return value.name if isinstance(value, enum.Enum) else value


def _number(value: float | Decimal, path: str) -> Fraction:
    try:
        return Fraction(str(value))
    except ValueError:
        raise DecodeError(path, "a finite number", f"`{value}`") from None


def _compound(value: Any, path: str, depth: int) -> Any:
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        found = [(_document(k, f"{path} (a key)", depth + 1), _document(v, f"{path}[{k!r}]", depth + 1)) for k, v in value.items()]
        return dict(found) if all(isinstance(k, str) for k, _ in found) else [list(pair) for pair in found]
    if isinstance(value, list | tuple):
        return [_document(v, f"{path}[{i}]", depth + 1) for i, v in enumerate(value)]
    if isinstance(value, Set):
        return [_document(v, f"{path}{{}}", depth + 1) for v in value]
    raise DecodeError(path, "a value of the language in plain Python", f"a `{type(value).__name__}`")


__all__ = ["DecodeError", "from_plain", "to_plain"]
