"""Fast counterparts of the helpers and of standard functions, over native values; they agree with the evaluator (a test says so).

Native values: lists are Python tuples; tuples, options and records are tuples that begin with the constructor's name; numbers,
strings and booleans are themselves; what else there is (sets, maps, recursive data) stays the evaluator's own value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from kwlogic.core.prim_eval import int_of_text, int_text, real_of_text, real_text
from kwlogic.core.program import Program
from kwlogic.core.types import Type, subst_type
from kwlogic.core.value import Con, Value, iter_list, list_value

Native: TypeAlias = Any

_INT = re.compile(r"-?[0-9]+")
_REAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_RUNS = {"digit_runs": re.compile(r"[0-9]+"), "letter_runs": re.compile(r"[A-Za-z]+"), "word_runs": re.compile(r"[A-Za-z0-9]+")}

# ---------------------------------------------------------------- values


def is_plain(type: Type, program: Program) -> bool:
    """Whether a type's values are finite trees of bounded depth, apart from lists: these are taken apart."""
    stack: list[tuple[Type, frozenset[str]]] = [(type, frozenset())]
    while stack:
        here, above = stack.pop()
        if here.head in above or here.is_var or here.head in ("Fun", "Set", "Map"):
            return False
        stack += [(a, above) for a in here.args]
        if here.head in program.datas:
            stack += [(f.type, above | {here.head}) for c in program.datas[here.head].ctors for f in c.fields]
    return True


def field_types(ctor: str, type: Type, program: Program) -> tuple[Type, ...]:
    """Types of a constructor's fields at an instance of its data type (not for lists)."""
    if ctor == "None":
        return ()
    if ctor in ("Some", "Tuple"):
        return type.args
    found = program.ctors[ctor]
    env = dict(zip(program.datas[found.data].tparams, type.args))
    return tuple(subst_type(f.type, env) for f in found.fields)


def to_native(value: Value, type: Type, program: Program) -> Native:
    """Only as deep as the type nests; values of other than plain types stay as they are."""
    if not isinstance(value, Con) or not is_plain(type, program):
        return value
    if type.head == "List":
        return tuple(to_native(v, type.args[0], program) for v in iter_list(value))
    return (value.ctor, *(to_native(v, t, program) for v, t in zip(value.fields, field_types(value.ctor, type, program))))


def of_native(value: Native, type: Type, program: Program) -> Value:
    if not isinstance(value, tuple):
        found: Value = value
        return found
    if type.head == "List":
        return list_value([of_native(v, type.args[0], program) for v in value])
    return Con(value[0], tuple(of_native(v, t, program) for v, t in zip(value[1:], field_types(value[0], type, program))))


# ---------------------------------------------------------------- helpers


def split(s: str, mark: str) -> tuple[str, ...]:
    return tuple(s.split(mark) if mark else s)


def before(s: str, mark: str) -> str:
    return s.partition(mark)[0] if mark else s[:1]


def after(s: str, mark: str) -> str:
    return s.partition(mark)[2] if mark else s[1:]


def before_last(s: str, mark: str) -> str:
    return s.rpartition(mark)[0] if mark else s[:-1]


def after_last(s: str, mark: str) -> str:
    return s.rpartition(mark)[2] if mark else s[-1:]


def replace_first(s: str, mark: str, new: str) -> str:
    return before(s, mark) + new + after(s, mark) if mark in s else s


def place(s: str, i: int) -> int:
    return min(max(i + len(s) if i < 0 else i, 0), len(s))


def part(s: str, i: int, j: int) -> str:
    return s[place(s, i) : place(s, j)]


def find(s: str, mark: str) -> int:
    return s.find(mark)


def find_nth(s: str, mark: str, n: int) -> int:
    return len(mark.join(split(s, mark)[: max(n, 0)]))


def item(xs: tuple[Native, ...], i: int, other: Native) -> Native:
    at = len(xs) + i if i < 0 else i
    return xs[at] if 0 <= at < len(xs) else other


def capital(s: str) -> str:
    return s[:1].upper() + s[1:].lower()


def words(s: str) -> tuple[str, ...]:
    return tuple(w for w in s.split(" ") if w)


def _kept(accepts: Callable[[str], bool]) -> Callable[[str], str]:
    return lambda s: "".join(c for c in s if accepts(c))


def is_digit(c: str) -> bool:
    return "0" <= c <= "9"


def is_letter(c: str) -> bool:
    return "a" <= c <= "z" or "A" <= c <= "Z"


def int_of(s: str) -> int:
    return int_of_text(s) if _INT.fullmatch(s) else 0


def real_of(s: str) -> Fraction:
    return real_of_text(s) if _REAL.fullmatch(s) else Fraction(0)


HELPERS: dict[str, Callable[..., Native]] = {
    "before": before,
    "after": after,
    "before_last": before_last,
    "after_last": after_last,
    "replace_first": replace_first,
    "place": place,
    "part": part,
    "find": find,
    "find_nth": find_nth,
    "item": item,
    "capital": capital,
    "words": words,
    "digits": _kept(is_digit),
    "without_digits": _kept(lambda c: not is_digit(c)),
    "letters": _kept(is_letter),
    "capitals": _kept(lambda c: "A" <= c <= "Z"),
    **{name: (lambda s, p=pattern: tuple(p.findall(s))) for name, pattern in _RUNS.items()},
    "int_of": int_of,
    "real_of": real_of,
}

# ---------------------------------------------------------------- primitives and standard functions


def rounded(r: Fraction) -> int:
    return round(r)


def unique(xs: tuple[Native, ...]) -> tuple[Native, ...]:
    return tuple(dict.fromkeys(xs))


PRIMS: dict[str, Callable[..., Native]] = {
    "int.add": lambda a, b: a + b,
    "int.sub": lambda a, b: a - b,
    "int.mul": lambda a, b: a * b,
    "int.neg": lambda a: -a,
    "int.div": lambda a, b: a // b,
    "int.mod": lambda a, b: a % b,
    "int.lt": lambda a, b: a < b,
    "int.le": lambda a, b: a <= b,
    "real.add": lambda a, b: a + b,
    "real.sub": lambda a, b: a - b,
    "real.mul": lambda a, b: a * b,
    "real.neg": lambda a: -a,
    "real.div": lambda a, b: a / b,
    "real.lt": lambda a, b: a < b,
    "real.le": lambda a, b: a <= b,
    "real.of_int": Fraction,
    "real.floor": lambda r: r.__floor__(),
    "str.len": len,
    "str.concat": lambda a, b: a + b,
    "str.contains": lambda s, m: m in s,
    "str.starts_with": str.startswith,
    "str.ends_with": str.endswith,
    "str.replace": str.replace,
    "str.split": split,
    "str.join": lambda m, xs: m.join(xs),
    "str.strip": str.strip,
    "str.lower": str.lower,
    "str.upper": str.upper,
    "str.of_int": int_text,
    "str.of_real": real_text,
    "str.of_bool": lambda b: "true" if b else "false",
}

STD: dict[str, Callable[..., Native]] = {
    "std.list.len": len,
    "std.list.append": lambda a, b: a + b,
    "std.list.member": lambda x, xs: x in xs,
    "std.list.take": lambda n, xs: xs[: max(n, 0)],
    "std.list.drop": lambda n, xs: xs[max(n, 0) :],
    "std.list.reverse": lambda xs: xs[::-1],
    "std.list.unique": unique,
    "std.list.count": lambda v, xs: xs.count(v),
    "std.list.sum": sum,
    "std.list.sort": lambda xs: tuple(sorted(xs)),
    "std.list.min_of": min,
    "std.list.max_of": max,
    "std.list.range": lambda lo, hi: tuple(range(lo, hi)),
    "std.list_real.sum": lambda xs: sum(xs, Fraction(0)),
    "std.list_real.sort": lambda xs: tuple(sorted(xs)),
    "std.list_real.min_of": min,
    "std.list_real.max_of": max,
    "std.number.abs": abs,
    "std.number.min": min,
    "std.number.max": max,
    "std.real.abs": abs,
    "std.real.min": min,
    "std.real.max": max,
    "std.real.ceil": lambda r: r.__ceil__(),
    "std.real.round": rounded,
}
