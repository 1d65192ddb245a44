"""The JSON forms of values, written: see ``core.codec``, which reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from kwlogic.core.codec_json import write_json
from kwlogic.core.eval_code import Steps
from kwlogic.core.eval_data import Budget, trampoline
from kwlogic.core.prim_eval import finite_decimal, real_text
from kwlogic.core.program import Data, Param, Program
from kwlogic.core.types import Type
from kwlogic.core.value import Con, MapV, SetV, Value, iter_list
from kwlogic.core.value_show import field_types

MAX_NODES = 20_000_000  # values that share parts may be far larger as text than in memory


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
    return trampoline(_Encoder(program).value(value, type))


def encode_text(value: Value, type: Type, program: Program) -> str:
    return write_json(encode(value, type, program))


def encode_ports(values: Mapping[str, Value], ports: Iterable[Param], program: Program) -> str:
    """The text of the object of named ports."""
    return write_json({p.name: encode(values[p.name], p.type, program) for p in ports})


class _Encoder:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.budget = Budget(MAX_NODES)

    def value(self, value: Value, type: Type) -> Steps[Any]:
        self.budget.charge(1)
        if isinstance(value, Fraction):
            return value if finite_decimal(value) is not None else real_text(value)
        if isinstance(value, (int, str)):
            return value
        if isinstance(value, SetV):
            return (yield self.all(value.ordered(), type.args[0]))
        if isinstance(value, MapV):
            keys = value.keys_ordered()
            items = yield self.all([value.entries[k] for k in keys], type.args[1])
            if type.args[0].head == "String":
                return dict(zip(keys, items))
            shown = yield self.all(keys, type.args[0])
            return [[key, item] for key, item in zip(shown, items)]
        if isinstance(value, Con):
            return (yield self.con(value, type))
        raise ValueError("a function has no JSON form")

    def all(self, values: Iterable[Value], type: Type) -> Steps[list[Any]]:
        found = []
        for value in values:
            found.append((yield self.value(value, type)))
        return found

    def con(self, value: Con, type: Type) -> Steps[Any]:
        if value.ctor in ("Nil", "Cons"):
            return (yield self.all(iter_list(value), type.args[0]))
        if value.ctor in ("None", "Tuple") and not value.fields:
            return None
        parts = []
        for field, at in zip(value.fields, field_types(value.ctor, type, self.program)):
            parts.append((yield self.value(field, at)))
        if value.ctor == "Tuple":
            return parts
        if value.ctor == "Some":
            return {"some": parts[0]} if may_be_null(type.args[0]) else parts[0]
        ctor = self.program.ctors[value.ctor]
        data = self.program.datas[ctor.data]
        if is_enum(data):
            return short(ctor.name)
        if data.record:
            return {p.name: part for p, part in zip(ctor.fields, parts)}
        return {"kind": short(ctor.name), **{field_key(p.name): part for p, part in zip(ctor.fields, parts)}}
