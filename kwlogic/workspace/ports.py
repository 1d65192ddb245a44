"""The ports of a kernel as one JSON object: they are read and written as the fields of a record are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from kwlogic.core.program import Ctor, Data, Param, Program
from kwlogic.core.types import Type, mk_type
from kwlogic.core.value import Con, Value
from kwlogic.source.data import Span


def decode_ports(document: str, ports: tuple[Param, ...], program: Program) -> dict[str, Value]:
    """Values by port; raises ``core.codec.DecodeError``."""
    from kwlogic.core.codec import decode

    type, extended = _as_record(ports, program)
    value = decode(document, type, extended)
    assert isinstance(value, Con)
    return dict(zip((p.name for p in ports), value.fields))


def encode_ports(values: Mapping[str, Value], ports: tuple[Param, ...], program: Program) -> str:
    """The JSON text of an object with one key for each port."""
    from kwlogic.core.codec import encode

    type, extended = _as_record(ports, program)
    return encode(Con(type.head, tuple(values[p.name] for p in ports)), type, extended)


def _as_record(ports: tuple[Param, ...], program: Program) -> tuple[Type, Program]:
    name = "kwlogic'ports"
    ctor = Ctor(name, name, ports, ())
    data = Data(name, (), (ctor,), True, Span("", 0, 0))
    extended = dataclasses.replace(program, datas={**program.datas, name: data}, ctors={**program.ctors, name: ctor})
    return mk_type(name), extended
