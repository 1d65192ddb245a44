"""Outputs of small kernels by brute force: all values of small types, a contract by the evaluator, residuals by listing."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import kwlogic.api as api
from kwlogic.core.codec import encode_text
from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import Type, tuple_of
from kwlogic.core.value import NONE, Con, MapV, SetV, iter_list, list_value, some
from kwlogic.core.value_show import field_types
from kwlogic.weave.decode.data import (
    Fields,
    Hole,
    Ints,
    Items,
    Kind,
    Known,
    Left,
    More,
    OneOf,
    Partial,
    Pattern,
    Residual,
    Site,
    SoFar,
    Tags,
)


def program_of(text: str, tmp_path: Any) -> Program:
    file = tmp_path / "spec.kw"
    file.write_text("module m\n" + text, encoding="utf-8")
    loaded = api.load(str(file))
    assert not [d for d in loaded.problems if d.severity.name == "ERROR"], loaded.problems
    return loaded.program


class Universe:
    """All values of a type: few Ints and strings, collections of up to 2."""

    def __init__(self, program: Program, ints: Iterable[int] = range(4), texts: Iterable[str] = ("", "ab", chr(34))) -> None:
        self.program = program
        self.ints = list(ints)
        self.texts = list(texts)

    def of(self, type: Type) -> list[Any]:
        match type.head:
            case "Int":
                return self.ints
            case "Real":
                return [Fraction(n, 2) for n in self.ints]
            case "Bool":
                return [False, True]
            case "String":
                return self.texts
            case "Option":
                return [NONE, *map(some, self.of(type.args[0]))]
            case "Tuple":
                return [Con("Tuple", parts) for parts in product(*map(self.of, type.args))]
            case "List":
                inner = self.of(type.args[0])
                return [list_value(list(items)) for n in range(3) for items in product(inner, repeat=n)]
            case "Set":
                return [SetV(items) for items in {frozenset(i) for n in range(3) for i in permutations(self.of(type.args[0]), n)}]
            case "Map":
                keys = self.of(type.args[0])
                pairs = [(k, v) for k in keys for v in self.of(type.args[1])]
                return [MapV(dict(c)) for n in range(3) for c in product(pairs, repeat=n) if len(dict(c)) == n]
        data = self.program.datas[type.head]
        return [Con(c.name, parts) for c in data.ctors for parts in product(*(self.of(t) for t in field_types(c.name, type, self.program)))]


def outputs_of(kernel: Kernel, inputs: dict[str, Any], universe: Universe) -> list[dict[str, Any]]:
    """All outputs within the universe that satisfy the contract and the invariants of their types."""
    evaluator = Evaluator(universe.program)
    found = []
    for values in product(*(universe.of(p.type) for p in kernel.outputs)):
        outputs = {p.name: v for p, v in zip(kernel.outputs, values)}
        if all(evaluator.holds(c, {**inputs, **outputs}) for c in kernel.ensures):
            found.append(outputs)
    return found


def texts_of(kernel: Kernel, outputs: list[dict[str, Any]], program: Program) -> set[str]:
    """Their compact JSON, sets and maps in every order."""
    found = set()
    for values in outputs:
        parts = [[f'"{p.name}":{t}' for t in spellings(values[p.name], p.type, program)] for p in kernel.outputs]
        found |= {"{" + ",".join(chosen) + "}" for chosen in product(*parts)}
    return found


def spellings(value: Any, type: Type, program: Program) -> list[str]:
    if isinstance(value, MapV):
        pairs = [Con("Tuple", pair) for pair in value.entries.items()]
        return [t for order in permutations(pairs) for t in _entries(list(order), type, program)]
    if isinstance(value, SetV):
        return [t for order in permutations(value.items) for t in _arrays(list(order), [type.args[0]] * len(order), program)]
    if isinstance(value, Con) and value.ctor in ("Nil", "Cons"):
        items = list(iter_list(value))
        return _arrays(items, [type.args[0]] * len(items), program)
    if isinstance(value, Con) and value.ctor == "Tuple" and value.fields:
        return _arrays(list(value.fields), list(type.args), program)
    return [encode_text(value, type, program).replace(", ", ",").replace(": ", ":")]


def _arrays(items: list[Any], types: list[Type], program: Program) -> list[str]:
    return ["[" + ",".join(c) + "]" for c in product(*(spellings(i, t, program) for i, t in zip(items, types)))]


def _entries(pairs: list[Con], type: Type, program: Program) -> list[str]:
    key, value = type.args
    if key.head != "String":
        return _arrays(pairs, [tuple_of(key, value)] * len(pairs), program)
    shown = [[f"{k}:{v}" for k in spellings(p.fields[0], key, program) for v in spellings(p.fields[1], value, program)] for p in pairs]
    return ["{" + ",".join(c) + "}" for c in product(*shown)]


class Listed:
    """Residuals from the list of all outputs there are."""

    def __init__(self, kernel: Kernel, outputs: list[dict[str, Any]], exact_ints: bool = True) -> None:
        self.order = tuple(p.name for p in kernel.outputs)
        self.impossible = "" if outputs else "there is none"
        self.kernel = kernel
        self.outputs = outputs
        self.exact_ints = exact_ints
        self.asked = 0

    def concerns(self, pattern: Pattern) -> bool:
        return True

    def guaranteed(self) -> tuple[Any, ...]:
        return tuple(self.kernel.ensures)

    def checked_after(self) -> tuple[Left, ...]:
        return ()

    def residual(self, site: Site, so_far: SoFar) -> Residual:
        self.asked += 1
        choices: set[Any] = set()
        for outputs in self.outputs:
            choices |= set(chosen(so_far, outputs, site))
        if site.kind is Kind.MORE:
            return More("go" in choices, "stop" in choices)
        if site.kind is Kind.TAG or (choices and all(isinstance(c, Con) for c in choices)):
            return Tags(tuple(sorted(c.ctor if isinstance(c, Con) else c for c in choices)))
        if self.exact_ints and choices and site.type.head == "Int":
            low, high = min(choices), max(choices)
            return Ints(low, high, excluded=frozenset(range(low, high)) - choices)
        return OneOf(tuple(choices))


def chosen(so_far: SoFar, outputs: dict[str, Any], site: Site) -> list[Any]:
    """What an output has at a site, where it agrees with what is written; sets agree in any order."""
    if not all(_agrees(part, outputs[name]) for name, part in so_far.items()):
        return []
    return _at(so_far[site.path[0]], outputs[site.path[0]], site.path[1:], site)  # type: ignore[index]


def _agrees(part: Partial, value: Any) -> bool:
    match part:
        case Hole():
            return True
        case Known(value=known):
            return known == value
        case Fields(ctor=ctor, parts=parts):
            return value.ctor == ctor and all(_agrees(p, v) for p, v in zip(parts, value.fields))
        case Items(items=items):
            return any(True for _ in _ordered(items, value))
    raise AssertionError


def _ordered(items: tuple[Partial, ...], value: Any) -> Iterable[list[Any]]:
    """Orders of the members in which they start with the items."""
    if isinstance(value, SetV):
        orders: Iterable[Any] = permutations(value.items)
    elif isinstance(value, MapV):
        orders = permutations([Con("Tuple", pair) for pair in value.entries.items()])
    else:
        orders = [tuple(iter_list(value))]
    for order in orders:
        if len(order) >= len(items) and all(_agrees(i, m) for i, m in zip(items, order)):
            yield list(order)


def _at(part: Partial, value: Any, path: tuple[Any, ...], site: Site) -> list[Any]:
    match part:
        case Items(items=items):
            found: list[Any] = []
            for order in _ordered(items, value):
                if not path:
                    found.append("stop" if len(order) == len(items) else "go")
                else:
                    found += _at(items[path[0]], order[path[0]], path[1:], site)
            return found
        case Fields(parts=parts):
            here = next(i for i, p in enumerate(parts) if not isinstance(p, Known))
            return _at(parts[here], value.fields[here], path[1:], site)
    return [value.ctor if site.kind is Kind.TAG else value]
