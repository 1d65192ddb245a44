"""Values in the language's own notation, and as closed core terms. Iterative: values are as deep as runs make them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kwlogic.core.prim_eval import finite_decimal, int_text
from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_bool, mk_con, mk_int, mk_prim, mk_real, mk_str
from kwlogic.core.types import Type, subst_type
from kwlogic.core.value import EMPTY_MAP, EMPTY_SET, Con, MapV, SetV, Value, iter_list

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BRIEF = 200
LIMIT = 100_000_000  # values that share parts may be far larger as text than in memory


def show_string(text: str) -> str:
    """The literal of a string; what cannot be seen is escaped."""
    return '"' + "".join(c if c.isprintable() and c not in _ESCAPES else _ESCAPES.get(c) or f"\\u{{{ord(c):x}}}" for c in text) + '"'


def show_real(value: Fraction) -> str:
    """``1.5``, or ``(1.0 / 3.0)``."""
    return finite_decimal(value) or f"({int_text(value.numerator)}.0 / {int_text(value.denominator)}.0)"


def show_value(value: Value, type: Type | None = None, program: Program | None = None, limit: int = LIMIT) -> str:
    """The value as an author writes it; ends in ``...`` after about ``limit`` characters."""
    out: list[str] = []
    stack: list[Any] = [_Show(value)]
    length = 0
    while stack:
        here = stack.pop()
        if isinstance(here, str):
            out.append(here)
            length += len(here)
            if length > limit:
                return "".join(out)[:limit] + "..."
        else:
            stack.extend(reversed(_layer(here.value)))
    return "".join(out)


def show_brief(value: Value, limit: int = 0) -> str:
    """For messages: cut off where it is long."""
    return show_value(value, limit=limit or _BRIEF)


class _Show:
    """Marks a value that is still to be shown, among strings that are done."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


_Pieces = list[Any]


def _layer(value: Value) -> _Pieces:
    """Text of the outermost layer, with what is inside left to be shown."""
    if isinstance(value, Con):
        return _show_con(value)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, int):
        return [int_text(value)]
    if isinstance(value, str):
        return [show_string(value)]
    if isinstance(value, Fraction):
        return [show_real(value)]
    if isinstance(value, SetV):
        return _listed("{", value.ordered(), "}")
    if isinstance(value, MapV):
        return _entries(value)
    return ["<function>"]


def _listed(opening: str, items: Any, closing: str) -> _Pieces:
    found: _Pieces = [opening]
    for item in items:
        if len(found) > 1:
            found.append(", ")
        found.append(_Show(item))
    return [*found, closing]


def _entries(value: MapV) -> _Pieces:
    if not value.entries:
        return ["{:}"]
    found: _Pieces = ["{"]
    for key in value.keys_ordered():
        found += [*([", "] if len(found) > 1 else []), _Show(key), ": ", _Show(value.entries[key])]
    return [*found, "}"]


def _show_con(value: Con) -> _Pieces:
    if value.ctor in ("Nil", "Cons"):
        return _listed("[", iter_list(value), "]")
    if value.ctor == "Tuple":
        return _listed("(", value.fields, ")")
    name = value.ctor.rsplit(".", 1)[-1]
    return _listed(name + "(", value.fields, ")") if value.fields else [name]


# ---------------------------------------------------------------- values and terms


def field_types(ctor: str, type: Type, program: Program) -> tuple[Type, ...]:
    """Types of a constructor's fields, at an instance of its data type."""
    match ctor:
        case "Nil" | "None":
            return ()
        case "Cons":
            return (type.args[0], type)
        case "Some" | "Tuple":
            return type.args
    found = program.ctors[ctor]
    env = dict(zip(program.datas[found.data].tparams, type.args))
    return tuple(subst_type(f.type, env) for f in found.fields)


def value_to_term(value: Value, type: Type, program: Program) -> Term:
    """The closed term of a first-order value."""
    done: dict[tuple[int, Type], Term] = {}
    stack = [(value, type)]
    while stack:
        here, at = stack[-1]
        parts = _typed_parts(here, at, program)
        waiting = [p for p in parts if (id(p[0]), p[1]) not in done]
        if waiting:
            stack.extend(waiting)
        else:
            stack.pop()
            done[id(here), at] = _build(here, at, tuple(done[id(p), t] for p, t in parts))
    return done[id(value), type]


def _typed_parts(value: Value, type: Type, program: Program) -> list[tuple[Any, Type]]:
    if isinstance(value, Con):
        return list(zip(value.fields, field_types(value.ctor, type, program)))
    if isinstance(value, SetV):
        return [(item, type.args[0]) for item in value.ordered()]
    if isinstance(value, MapV):
        return [p for k in value.keys_ordered() for p in ((k, type.args[0]), (value.entries[k], type.args[1]))]
    return []


def _build(value: Value, type: Type, parts: tuple[Term, ...]) -> Term:
    if isinstance(value, Con):
        return mk_con(value.ctor, parts, type)
    if isinstance(value, SetV):
        found = mk_prim("set.empty", (), type)
        for item in reversed(parts):
            found = mk_prim("set.add", (item, found), type)
        return found
    if isinstance(value, MapV):
        found = mk_prim("map.empty", (), type)
        for key, item in reversed(list(zip(parts[::2], parts[1::2]))):
            found = mk_prim("map.put", (key, item, found), type)
        return found
    if isinstance(value, bool):
        return mk_bool(value)
    if isinstance(value, int):
        return mk_int(value)
    if isinstance(value, Fraction):
        return mk_real(value)
    if isinstance(value, str):
        return mk_str(value)
    raise ValueError("a function is no first-order value")


def term_to_value(term: Term) -> Value:
    """The value of a closed term of constructors, literals and set and map literals; else ``ValueError``."""
    from kwlogic.core.walk import fold

    value: Value = fold((term,), _value_step)[term]
    return value


def _value_step(term: Term, parts: tuple[Any, ...]) -> Any:
    if term.op is Op.LIT:
        return term.data
    if term.op is Op.CON:
        return Con(term.data, parts)
    if term.op is Op.AT:
        return parts[0]
    if term.op is Op.PRIM:
        match term.data:
            case "set.empty":
                return EMPTY_SET
            case "map.empty":
                return EMPTY_MAP
            case "set.add":
                return SetV(parts[1].items | {parts[0]})
            case "map.put":
                return MapV({**parts[2].entries, parts[0]: parts[1]})
            case "int.neg" | "real.neg":
                return -parts[0]
    raise ValueError("the term is no closed value")
