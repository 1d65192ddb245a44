"""The JSON forms of values, written: see ``core.codec``, which reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from kwlogic.core.codec_json import write_json
from kwlogic.core.eval_code import Steps
from kwlogic.core.eval_data import trampoline
from kwlogic.core.prim_eval import finite_decimal, real_text
from kwlogic.core.program import Data, Param, Program
from kwlogic.core.types import Type
from kwlogic.core.value import Con, MapV, SetV, Value, iter_list
from kwlogic.core.value_show import field_types


def is_enum(data: Data) -> bool:
    return not data.record and not any(c.fields for c in data.ctors)


def short(ctor: str) -> str:
    return ctor.rsplit(".", 1)[-1]


def field_key(name: str) -> str:
    """The key of a field beside ``kind``."""
    return name + "_" if re.fullmatch("kind_*", name) else name


def may_be_null(type: Type) -> bool:
    return type.head == "Option" or (type.head == "Tuple" and not type.args)


def encode(value: Value, type: Type, program: Program) -> Any:
    """The document tree of a first-order value, for ``write_json``: Reals of finite decimal form are ``Fraction``s in it."""
    return trampoline(_encode(value, type, program))


def encode_text(value: Value, type: Type, program: Program) -> str:
    return write_json(encode(value, type, program))


def encode_ports(values: Mapping[str, Value], ports: Iterable[Param], program: Program) -> str:
    """The text of the object of named ports."""
    return write_json({p.name: encode(values[p.name], p.type, program) for p in ports})


def _encode(value: Value, type: Type, program: Program) -> Steps[Any]:
    if isinstance(value, Fraction):
        return value if finite_decimal(value) is not None else real_text(value)
    if isinstance(value, (int, str)):
        return value
    if isinstance(value, SetV):
        return (yield _encode_all(value.ordered(), type.args[0], program))
    if isinstance(value, MapV):
        keys = value.keys_ordered()
        items = yield _encode_all([value.entries[k] for k in keys], type.args[1], program)
        if type.args[0].head == "String":
            return dict(zip(keys, items))
        shown = yield _encode_all(keys, type.args[0], program)
        return [[key, item] for key, item in zip(shown, items)]
    if isinstance(value, Con):
        return (yield _encode_con(value, type, program))
    raise ValueError("a function has no JSON form")


def _encode_all(values: Iterable[Value], type: Type, program: Program) -> Steps[list[Any]]:
    found = []
    for value in values:
        found.append((yield _encode(value, type, program)))
    return found


def _encode_con(value: Con, type: Type, program: Program) -> Steps[Any]:
    if value.ctor in ("Nil", "Cons"):
        return (yield _encode_all(iter_list(value), type.args[0], program))
    if value.ctor in ("None", "Tuple") and not value.fields:
        return None
    parts = []
    for field, at in zip(value.fields, field_types(value.ctor, type, program)):
        parts.append((yield _encode(field, at, program)))
    if value.ctor == "Tuple":
        return parts
    if value.ctor == "Some":
        return {"some": parts[0]} if may_be_null(type.args[0]) else parts[0]
    ctor = program.ctors[value.ctor]
    data = program.datas[ctor.data]
    if is_enum(data):
        return short(ctor.name)
    if data.record:
        return {p.name: part for p, part in zip(ctor.fields, parts)}
    return {"kind": short(ctor.name), **{field_key(p.name): part for p, part in zip(ctor.fields, parts)}}
