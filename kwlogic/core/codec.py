"""Values to JSON and back: exact and strict, with the path of what was wrong.

Int: a number without fraction and exponent (``1.0`` is no Int). Real: any number, or ``"p/q"`` where there is no finite
decimal form (both are read for every Real). Enumerations (no constructor has fields): the constructor's name as a string.
Records: an object of the fields. Other data: ``{"kind": "C", ...fields}``; a field whose own name is ``kind`` is keyed
``kind_`` there (and ``kind_`` is keyed ``kind__``, and so on). Tuples: arrays; Unit: null. Lists and sets: arrays (a set
without repeats). Maps with String keys: objects; other maps: arrays of pairs ``[key, value]``. Option: null or the value,
and ``{"some": value}`` where the value itself may be null. Unknown, missing and repeated keys are errors; invariants of
data are checked where they can be run.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from kwlogic.core.codec_encode import encode, encode_ports, encode_text, field_key, is_enum, may_be_null, short
from kwlogic.core.codec_json import JsonError, read_json, string_text
from kwlogic.core.eval import EvalStop, Evaluator, NotExecutable
from kwlogic.core.eval_code import Steps
from kwlogic.core.eval_data import trampoline
from kwlogic.core.prim_eval import int_of_text, real_text
from kwlogic.core.program import Ctor, Data, Param, Program
from kwlogic.core.types import Type, show_type
from kwlogic.core.value import NONE, UNIT, Con, MapV, SetV, Value, list_value, some
from kwlogic.core.value_show import field_types, show_brief

__all__ = ["DecodeError", "decode", "decode_ports", "decode_text", "encode", "encode_ports", "encode_text"]

_RATIO = re.compile(r"(-?[0-9]+)/([0-9]+)", re.ASCII)
Path = tuple[Any, ...]  # (outer path, key or index), or () at the root


class DecodeError(ValueError):
    """Where in the document (``$.lines[0].qty``), what was expected there, and what was found."""

    def __init__(self, path: str, expected: str, found: str, hint: str = "") -> None:
        super().__init__(f"at {path}: expected {expected}, found {found}" + (f"; {hint}" if hint else ""))
        self.path = path
        self.expected = expected
        self.found = found
        self.hint = hint


def decode(document: object, type: Type, program: Program) -> Value:
    """The value of a parsed document (dict, list, str, int, Fraction, bool, None)."""
    value: Value = trampoline(_Decoder(program).value(document, type, ()))
    return value


def decode_text(text: str, type: Type, program: Program) -> Value:
    """The value of a JSON text."""
    return decode(_parsed(text), type, program)


def decode_ports(text: str, ports: Iterable[Param], program: Program) -> dict[str, Value]:
    """The values of named ports out of the text of a JSON object that has exactly their names as keys."""
    decoder = _Decoder(program)
    fields = [(p.name, p.name, p.type) for p in ports]
    values = trampoline(decoder.fields(_parsed(text), fields, (), "an object of the inputs"))
    return {name: value for (name, _, _), value in zip(fields, values)}


def _parsed(text: str) -> Any:
    try:
        return read_json(text)
    except JsonError as error:
        raise DecodeError(error.place, error.expected, error.found) from None


def show_path(path: Path) -> str:
    parts: list[str] = []
    while path:
        path, key = path
        plain = isinstance(key, str) and re.fullmatch(r"\w+", key)
        parts.append(f"[{key}]" if isinstance(key, int) else f".{key}" if plain else f"[{string_text(key)}]")
    return "$" + "".join(reversed(parts))


def describe(node: object) -> str:
    """A node of a document in a few words."""
    if node is None or isinstance(node, bool):
        return {None: "null", True: "true", False: "false"}[node]
    if isinstance(node, str):
        return f"the string {string_text(node if len(node) <= 40 else node[:40] + '...')}"
    if isinstance(node, (int, Fraction)):
        return f"the number {real_text(node)}" if isinstance(node, Fraction) else f"the number {show_brief(node, 40)}"
    if isinstance(node, list):
        return f"an array of {len(node)}" if node else "an empty array"
    if isinstance(node, dict):
        keys = ", ".join(f"`{k}`" for k in list(node)[:6])
        return f"an object with {keys}" + (", ..." if len(node) > 6 else "") if node else "an empty object"
    return f"a Python {type(node).__name__}"


def near(name: str, names: Iterable[str]) -> str:
    found = get_close_matches(name, list(names), 1)
    return f"did you mean `{found[0]}`?" if found else ""


class _Kept(threading.local):
    """The evaluator of the last program in this thread, since compiling invariants takes longer than checking them."""

    evaluator: Evaluator | None = None


_KEPT = _Kept()


def _evaluator_of(program: Program) -> Evaluator:
    if _KEPT.evaluator is None or _KEPT.evaluator.program is not program:
        _KEPT.evaluator = Evaluator(program)
    return _KEPT.evaluator


class _Decoder:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.evaluator: Evaluator | None = None

    def value(self, node: Any, type: Type, path: Path) -> Steps[Value]:
        match type.head:
            case "Int" | "Real" | "Bool" | "String":
                return _scalar(node, type, path)
            case "List":
                items: list[Value] = yield self.items(node, type, path)
                return list_value(items)
            case "Set":
                return (yield from self.distinct(node, type, path))
            case "Map":
                return (yield from self.table(node, type, path))
            case "Option":
                return (yield from self.option(node, type, path))
            case "Tuple":
                return (yield from self.product(node, type, path))
        data = self.program.datas.get(type.head)
        if data is None or type.is_var:
            raise ValueError(f"values of type {show_type(type)} have no JSON form")
        return (yield from self.data(node, data, type, path))

    def items(self, node: Any, type: Type, path: Path) -> Steps[list[Value]]:
        if not isinstance(node, list):
            raise DecodeError(show_path(path), f"an array ({show_type(type)})", describe(node))
        found = []
        for index, item in enumerate(node):
            found.append((yield self.value(item, type.args[0], (path, index))))
        return found

    def distinct(self, node: Any, type: Type, path: Path) -> Steps[Value]:
        items: list[Value] = yield self.items(node, type, path)
        seen: set[Value] = set()
        for index, item in enumerate(items):
            if item in seen:
                raise DecodeError(show_path((path, index)), "each element of a set once", f"{show_brief(item)} again")
            seen.add(item)
        return SetV(seen)

    def table(self, node: Any, type: Type, path: Path) -> Steps[Value]:
        key_type, value_type = type.args
        entries: dict[Any, Value] = {}
        if key_type.head == "String":
            if not isinstance(node, dict):
                raise DecodeError(show_path(path), f"an object ({show_type(type)})", describe(node))
            for key, item in node.items():
                entries[key] = yield self.value(item, value_type, (path, key))
            return MapV(entries)
        if not isinstance(node, list):
            raise DecodeError(show_path(path), f"an array of pairs [key, value] ({show_type(type)})", describe(node))
        for index, pair in enumerate(node):
            here: Path = (path, index)
            if not isinstance(pair, list) or len(pair) != 2:
                raise DecodeError(show_path(here), "a pair [key, value]", describe(pair))
            found = yield self.value(pair[0], key_type, (here, 0))
            if found in entries:
                raise DecodeError(show_path((here, 0)), "each key of a map once", f"{show_brief(found)} again")
            entries[found] = yield self.value(pair[1], value_type, (here, 1))
        return MapV(entries)

    def option(self, node: Any, type: Type, path: Path) -> Steps[Value]:
        if node is None:
            return NONE
        if not may_be_null(type.args[0]):
            return some((yield self.value(node, type.args[0], path)))
        if not isinstance(node, dict) or list(node) != ["some"]:
            raise DecodeError(show_path(path), f'null or {{"some": ...}} ({show_type(type)})', describe(node))
        return some((yield self.value(node["some"], type.args[0], (path, "some"))))

    def product(self, node: Any, type: Type, path: Path) -> Steps[Value]:
        if not type.args:
            if node is not None:
                raise DecodeError(show_path(path), "null (Unit)", describe(node))
            return UNIT
        if not isinstance(node, list) or len(node) != len(type.args):
            raise DecodeError(show_path(path), f"an array of {len(type.args)} ({show_type(type)})", describe(node))
        found = []
        for index, item in enumerate(node):
            found.append((yield self.value(item, type.args[index], (path, index))))
        return Con("Tuple", tuple(found))

    def data(self, node: Any, data: Data, type: Type, path: Path) -> Steps[Value]:
        if data.record:
            return (yield from self.con(node, data.ctors[0], type, path, kind=False))
        if is_enum(data):
            return Con(self.ctor_of(node, data, type, path).name, ())
        if not isinstance(node, dict) or "kind" not in node:
            expected = f'an object with a "kind" that is {self.names_of(data)} ({show_type(type)})'
            raise DecodeError(show_path(path), expected, describe(node) + (" and no `kind`" if isinstance(node, dict) else ""))
        ctor = self.ctor_of(node["kind"], data, type, (path, "kind"))
        return (yield from self.con(node, ctor, type, path, kind=True))

    def ctor_of(self, node: Any, data: Data, type: Type, path: Path) -> Ctor:
        """The constructor that a string names."""
        for ctor in data.ctors:
            if short(ctor.name) == node:
                return ctor
        hint = near(node, [short(c.name) for c in data.ctors]) if isinstance(node, str) else ""
        raise DecodeError(show_path(path), f"{self.names_of(data)} ({show_type(type)})", describe(node), hint)

    def names_of(self, data: Data) -> str:
        names = [string_text(short(c.name)) for c in data.ctors]
        return "one of " + ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")

    def con(self, node: Any, ctor: Ctor, type: Type, path: Path, kind: bool) -> Steps[Value]:
        types = field_types(ctor.name, type, self.program)
        fields = [(p.name, field_key(p.name) if kind else p.name, t) for p, t in zip(ctor.fields, types)]
        values: list[Value] = yield self.fields(node, fields, path, f"an object ({short(ctor.name)})", ("kind",) if kind else ())
        self.check(ctor, dict(zip([p.name for p in ctor.fields], values)), path, {n: k for n, k, _ in fields})
        return Con(ctor.name, tuple(values))

    def fields(
        self, node: Any, fields: list[tuple[str, str, Type]], path: Path, expected: str, more: tuple[str, ...] = ()
    ) -> Steps[list[Value]]:
        """The fields (name, key, type) of an object that has no other keys than ``more``."""
        if not isinstance(node, dict):
            raise DecodeError(show_path(path), expected, describe(node))
        keys = [key for _, key, _ in fields]
        for key in node:
            if key not in keys and key not in more:
                missing = [k for k in keys if k not in node]
                shown = ", ".join(f"`{k}`" for k in (*more, *keys))
                expected = f"only the keys {shown}" if shown else "no keys"
                raise DecodeError(show_path(path), expected, f"the unknown key `{key}`", near(key, missing or keys))
        found = []
        for _, key, type in fields:
            if key not in node:
                raise DecodeError(show_path(path), f"the key `{key}` ({show_type(type)})", describe(node))
            found.append((yield self.value(node[key], type, (path, key))))
        return found

    def check(self, ctor: Ctor, env: Mapping[str, Value], path: Path, keys: Mapping[str, str]) -> None:
        """The invariants of a constructor."""
        for clause in ctor.invariants:
            self.evaluator = self.evaluator or _evaluator_of(self.program)
            try:
                holds = self.evaluator.holds(clause, env)
            except NotExecutable:
                continue
            except EvalStop as stop:
                raise DecodeError(show_path(path), f"values with `{clause.text}`", f"that {stop}") from None
            if not holds:
                where = keys.get(clause.subject or "")
                at, found = path, ", ".join(f"{n} = {show_brief(v)}" for n, v in env.items())
                if where is not None:
                    at, found = (path, where), show_brief(env[clause.subject or ""])
                raise DecodeError(show_path(at), f"a value with `{clause.text}`", found)


def _scalar(node: Any, type: Type, path: Path) -> Value:
    match type.head:
        case "Bool" if isinstance(node, bool):
            return node
        case "String" if isinstance(node, str):
            return node
        case "Int" if isinstance(node, int) and not isinstance(node, bool):
            return node
        case "Real" if isinstance(node, (int, Fraction)) and not isinstance(node, bool):
            return Fraction(node)
        case "Real" if isinstance(node, str) and (ratio := _RATIO.fullmatch(node)) and ratio[2].strip("0"):
            return Fraction(int_of_text(ratio[1]), int_of_text(ratio[2]))
    expected = {
        "Bool": "true or false (Bool)",
        "String": "a string (String)",
        "Int": "a number without fraction or exponent (Int)",
        "Real": 'a number or "p/q" (Real)',
    }
    raise DecodeError(show_path(path), expected[type.head], describe(node))
