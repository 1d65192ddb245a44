"""The cheap ``dataclass`` does what the one of the standard library does."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any

import pytest

from kwlogic.source.data import Label, Span
from kwlogic.source.records import dataclass


def classes(decorate: Callable[..., Any]) -> tuple[Any, Any]:
    @decorate(frozen=True, slots=True)
    class Base:
        a: int
        b: str = field(default="b", compare=False)
        c: tuple[int, ...] = field(default_factory=tuple, repr=False)
        d: int = field(init=False, repr=False)
        e: int = field(default=5, kw_only=True)

        def __post_init__(self) -> None:
            object.__setattr__(self, "d", self.a + 1)

    @decorate(frozen=True, slots=True)
    class Derived(Base):
        f: int = 6

    return Base, Derived


def facts(base: Any, derived: Any) -> list[object]:
    one, other = base(1), derived(1, "x", (2,), 3, e=4)
    shown = [repr(r).replace("classes.<locals>.", "") for r in (one, other)]
    return [
        shown,
        one == base(1, "other"),
        one == base(2),
        one == derived(1),
        hash(one) == hash(base(1, "other")),
        (other.a, other.b, other.c, other.d, other.e, other.f),
        [(f.name, f.init, f.compare) for f in fields(other)],
        base.__match_args__,
        derived.__match_args__,
        replace(other, a=7).d,
        copy.deepcopy(other) == other,
        {one: 1}[base(1)],
    ]


def test_same_as_the_standard_librarys():
    assert facts(*classes(dataclass)) == facts(*classes(dataclasses.dataclass))


def test_frozen_records_refuse():
    one = classes(dataclass)[0](1)
    with pytest.raises(FrozenInstanceError):
        one.a = 2
    with pytest.raises(FrozenInstanceError):
        del one.a
    with pytest.raises(TypeError):
        type(one)()
    with pytest.raises(TypeError):
        type(one)(1, f=2)


def test_open_records_change_and_have_no_hash():
    @dataclass(slots=True)
    class Open:
        items: list[int] = field(default_factory=list)

    one, other = Open(), Open()
    one.items.append(1)
    assert (one == other, other.items) == (False, [])
    one.items = []
    assert one == other
    with pytest.raises(TypeError):
        hash(one)


def test_pickles():
    label = Label(Span("f", 1, 2), "here")
    assert pickle.loads(pickle.dumps(label)) == label
