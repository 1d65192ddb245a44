"""The operations that enumeration combines, for the types in play. Everything here is total: what it builds owes no proof.

Roles narrow what an argument may be: ``mark`` (texts to look for: constants, inputs and both together), ``edge`` (what texts may begin or end with), ``glue`` (what joins), ``new`` (what replaces
a mark), ``small`` (places: small integers, integer inputs and one beside them). A limit bounds the cost of an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from fractions import Fraction

from kwlogic.core.prim_eval import int_text
from kwlogic.core.program import Program
from kwlogic.core.terms import (
    FALSE,
    TRUE,
    Op,
    Term,
    mk_and,
    mk_call,
    mk_con,
    mk_eq,
    mk_if,
    mk_int,
    mk_not,
    mk_or,
    mk_prim,
    mk_real,
    mk_sel,
    mk_str,
)
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, list_of, option_of
from kwlogic.core.value import SetV
from kwlogic.weave.learn.synthesis import native
from kwlogic.weave.learn.synthesis.building import (
    helper,
    mk_add,
    mk_filter,
    mk_helper,
    mk_len,
    mk_list,
    mk_map,
    prim,
    std,
    string_var,
)
from kwlogic.weave.learn.synthesis.native import Native
from kwlogic.weave.learn.synthesis.node import Kind, Operation

STRINGS = list_of(STRING)
_BIG = 10**15
_DEFAULTS: dict[Type, tuple[Native, Term]] = {}
_DEFAULTS[STRING] = ("", mk_str(""))
_DEFAULTS[INT] = (0, mk_int(0))
_DEFAULTS[REAL] = (Fraction(0), mk_real(Fraction(0)))


def operations(types: Iterable[Type], program: Program, bound: str) -> tuple[Operation, ...]:
    """What there is for the types in play, in a fixed order. ``bound`` names what functions over items bind; no input has the name."""
    known = set(types)
    found: list[Operation] = []
    if STRING in known:
        found += [*_strings(), *_string_lists(bound), *_string_tests()]
    found += _integers()
    if REAL in known:
        found += _reals()
    for type in sorted(known, key=repr):
        if type.head == "List":
            found += _lists(type, known)
        found += [*_fields(type, program), *_choices(type, program), *_collections(type, known)]
    return tuple(found)


def _op(name: str, params: tuple[Kind, ...], result: Type, cost: int = 1, limits: tuple[int, ...] = ()) -> Operation:
    """A helper by its name."""
    return Operation(name, params, result, native.HELPERS[name], helper(name, result), cost, limits)


def _prim(
    name: str, params: tuple[Kind, ...], result: Type, cost: int = 1, limits: tuple[int, ...] = (), symmetric: bool = False
) -> Operation:
    return Operation(name, params, result, native.PRIMS[name], prim(name, result), cost, limits, symmetric)


def _std(name: str, params: tuple[Kind, ...], result: Type, *targs: Type, cost: int = 1, limits: tuple[int, ...] = ()) -> Operation:
    return Operation(name, params, result, native.STD[name], std(name, result, *targs), cost, limits)


# ---------------------------------------------------------------- strings


def _strings() -> Iterator[Operation]:
    for name in ("before", "after", "before_last", "after_last"):
        yield _op(name, (STRING, "mark"), STRING)
    yield _prim("str.replace", (STRING, "mark", "new"), STRING, 1)
    yield _op("replace_first", (STRING, "mark", "new"), STRING, 2)
    for name in ("str.strip", "str.lower", "str.upper"):
        yield _prim(name, (STRING,), STRING)
    for name in ("capital", "digits", "letters", "capitals", "without_digits"):
        yield _op(name, (STRING,), STRING, 1)
    yield Operation("first", (STRING, "small"), STRING, lambda s, n: native.part(s, 0, n), _first, 2)
    yield Operation("rest", (STRING, "small"), STRING, lambda s, n: native.part(s, n, len(s)), _rest, 2)
    yield Operation("int text", (INT,), STRING, int_text, prim("str.of_int", STRING), 1)
    yield Operation("join", ("glue", STRINGS), STRING, lambda m, xs: m.join(xs), prim("str.join", STRING), 1)
    yield _op("find", (STRING, "mark"), INT, 1)
    yield _op("find_nth", (STRING, "mark", "small"), INT, 2)
    yield Operation("count", (STRING, "mark"), INT, _count, _count_term, 1)
    yield _prim("str.len", (STRING,), INT)
    yield _op("int_of", (STRING,), INT)


def _first(args: tuple[Term, ...]) -> Term:
    return mk_helper("part", (args[0], mk_int(0), args[1]), STRING)


def _rest(args: tuple[Term, ...]) -> Term:
    return mk_helper("part", (*args, mk_len(args[0])), STRING)


def _count(s: str, mark: str) -> int:
    return len(native.split(s, mark)) - 1


def _count_term(args: tuple[Term, ...]) -> Term:
    return mk_add(mk_len(mk_prim("str.split", args, STRINGS)), -1)


_EACH: tuple[tuple[str, Callable[[str], str], Callable[[Term], Term]], ...] = (
    ("capital", native.capital, lambda w: mk_helper("capital", (w,), STRING)),
    ("upper", str.upper, lambda w: mk_prim("str.upper", (w,), STRING)),
    ("lower", str.lower, lambda w: mk_prim("str.lower", (w,), STRING)),
    ("strip", str.strip, lambda w: mk_prim("str.strip", (w,), STRING)),
    ("first", lambda w: w[:1], lambda w: mk_helper("part", (w, mk_int(0), mk_int(1)), STRING)),
)


def _string_lists(bound: str) -> Iterator[Operation]:
    yield Operation("split", (STRING, "mark"), STRINGS, native.split, prim("str.split", STRINGS), 1)
    for name in ("words", "digit_runs", "letter_runs", "word_runs"):
        yield _op(name, (STRING,), STRINGS, 1)
    yield Operation("with", (STRINGS, "mark"), STRINGS, _with, _with_term(bound), 2, (4, 3))
    for name, run, body in _EACH:
        yield Operation(f"each {name}", (STRINGS,), STRINGS, _each(run), _each_term(body, bound), 2)


def _with(xs: tuple[str, ...], mark: str) -> tuple[str, ...]:
    return tuple(x for x in xs if mark in x)


def _with_term(bound: str) -> Callable[[tuple[Term, ...]], Term]:
    return lambda args: mk_filter(bound, mk_prim("str.contains", (string_var(bound), args[1]), BOOL), args[0])


def _each(run: Callable[[str], str]) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    return lambda xs: tuple(map(run, xs))


def _each_term(body: Callable[[Term], Term], bound: str) -> Callable[[tuple[Term, ...]], Term]:
    return lambda args: mk_map(bound, body(string_var(bound)), args[0])


_CLASSES = ("[0-9]", "^-?[0-9]+$", "[A-Z]", "[a-z]", "^[A-Za-z]", "^[0-9]", "[0-9]$")


def _string_tests() -> Iterator[Operation]:
    from kwlogic.core.prim_eval import CALLS

    yield _prim("str.contains", (STRING, "mark"), BOOL)
    yield _prim("str.starts_with", (STRING, "edge"), BOOL)
    yield _prim("str.ends_with", (STRING, "edge"), BOOL)
    yield Operation("same text", (STRING, STRING), BOOL, lambda a, b: a == b, lambda a: mk_eq(*a), 1, (4, 4), symmetric=True)
    yield Operation("is text", (STRING, "mark"), BOOL, lambda a, b: a == b, lambda a: mk_eq(*a), 1, (4, 3))
    for pattern in _CLASSES:
        run = CALLS["str.matches"]
        yield Operation(f"matches {pattern}", (STRING,), BOOL, _matching(run, pattern), _matching_term(pattern), 2, (3,))


def _matching(run: Callable[..., Native], pattern: str) -> Callable[[str], bool]:
    return lambda s: bool(run(s, pattern))


def _matching_term(pattern: str) -> Callable[[tuple[Term, ...]], Term]:
    return lambda args: mk_prim("str.matches", (args[0], mk_str(pattern)), BOOL)


# ---------------------------------------------------------------- numbers


def _bounded(run: Callable[..., int]) -> Callable[..., Native]:
    def bounded(*args: int) -> Native:
        found = run(*args)
        return found if -_BIG < found < _BIG else None

    return bounded


def _guarded(name: str) -> Callable[..., Native]:
    run = native.PRIMS[name]
    return lambda a, b: run(a, b) if b else type(a)(0)


def _guarded_term(name: str, type: Type) -> Callable[[tuple[Term, ...]], Term]:
    """A division; 0 where the divisor may be 0 and is."""
    zero = _DEFAULTS[type][1]

    def build(args: tuple[Term, ...]) -> Term:
        divided = mk_prim(name, args, type)
        return divided if args[1].op is Op.LIT and args[1].data else mk_if(mk_eq(args[1], zero), zero, divided)

    return build


def _integers() -> Iterator[Operation]:
    yield _prim("int.add", (INT, INT), INT, symmetric=True)
    yield _prim("int.sub", (INT, INT), INT)
    yield Operation("int.mul", (INT, INT), INT, _bounded(native.PRIMS["int.mul"]), prim("int.mul", INT), 1, (6, 6), symmetric=True)
    for name in ("int.div", "int.mod"):
        yield Operation(name, (INT, "divisor"), INT, _guarded(name), _guarded_term(name, INT), 1)
    yield _std("std.number.abs", (INT,), INT)
    yield Operation("min", (INT, INT), INT, min, std("std.number.min", INT), 1, (5, 5), symmetric=True)
    yield Operation("max", (INT, INT), INT, max, std("std.number.max", INT), 1, (5, 5), symmetric=True)
    yield _prim("int.lt", (INT, INT), BOOL, 1, (6, 6))
    yield _prim("int.le", (INT, INT), BOOL, 1, (6, 6))
    yield Operation("same int", (INT, INT), BOOL, lambda a, b: a == b, lambda a: mk_eq(*a), 1, (6, 6), symmetric=True)


def _reals() -> Iterator[Operation]:
    yield _prim("real.add", (REAL, REAL), REAL, symmetric=True)
    yield _prim("real.sub", (REAL, REAL), REAL)
    yield _prim("real.mul", (REAL, REAL), REAL, symmetric=True)
    yield Operation("real.div", (REAL, "real divisor"), REAL, _guarded("real.div"), _guarded_term("real.div", REAL), 1)
    yield _prim("real.of_int", (INT,), REAL, limits=(4,))
    for name, of in (
        ("real.floor", prim("real.floor", INT)),
        ("std.real.ceil", std("std.real.ceil", INT)),
        ("std.real.round", std("std.real.round", INT)),
    ):
        run = native.PRIMS.get(name) or native.STD[name]
        yield Operation(name, (REAL,), INT, run, of, 1)
    yield _std("std.real.abs", (REAL,), REAL)
    yield _std("std.real.min", (REAL, REAL), REAL, limits=(4, 4))
    yield _std("std.real.max", (REAL, REAL), REAL, limits=(4, 4))
    yield _prim("real.lt", (REAL, REAL), BOOL, 1, (5, 5))
    yield _prim("real.le", (REAL, REAL), BOOL, 1, (5, 5))
    yield Operation("same real", (REAL, REAL), BOOL, lambda a, b: a == b, lambda a: mk_eq(*a), 1, (5, 5), symmetric=True)
    yield _op("real_of", (STRING,), REAL, limits=(5,))
    yield Operation("real text", (REAL,), STRING, native.PRIMS["str.of_real"], prim("str.of_real", STRING), 1)


# ---------------------------------------------------------------- lists and records


def _lists(type: Type, known: set[Type]) -> Iterator[Operation]:
    element = type.args[0]
    yield _std("std.list.len", (type,), INT, element)
    yield _std("std.list.reverse", (type,), type, element)
    yield _std("std.list.take", ("small", type), type, element)
    yield _std("std.list.drop", ("small", type), type, element)
    yield Operation(
        "init", (type,), type, lambda xs: xs[:-1], lambda a: mk_call("std.list.take", (element,), (mk_add(mk_len(a[0]), -1), a[0]), type), 2
    )
    yield _std("std.list.unique", (type,), type, element, cost=2)
    if element in known:
        yield _std("std.list.member", (element, type), BOOL, element, limits=(4, 4))
        yield _std("std.list.count", (element, type), INT, element, cost=2, limits=(4, 4))
    yield Operation("no items", (type,), BOOL, lambda xs: not xs, lambda a: mk_eq(a[0], mk_list((), element)), 1, (4,))
    yield Operation("append", (type, type), type, lambda a, b: a + b, std("std.list.append", type, element), 1, (4, 4))
    if element in _DEFAULTS:
        other, term = _DEFAULTS[element]
        yield Operation("item", (type, "small"), element, lambda xs, i: native.item(xs, i, other), _item_term(element, term), 1)
    if element is INT or element is REAL:
        yield from _number_lists(type, element)


def _item_term(element: Type, other: Term) -> Callable[[tuple[Term, ...]], Term]:
    return lambda args: mk_helper("item", (*args, other), element, element)


def _number_lists(type: Type, element: Type) -> Iterator[Operation]:
    module = "std.list" if element is INT else "std.list_real"
    yield _std(f"{module}.sum", (type,), element)
    yield _std(f"{module}.sort", (type,), type)
    none, none_term = _DEFAULTS[element]
    for name, run in (("min_of", min), ("max_of", max)):
        yield Operation(name, (type,), element, _or(run, none), _guarded_call(f"{module}.{name}", none_term, element), 2)


def _or(run: Callable[..., Native], none: Native) -> Callable[..., Native]:
    return lambda xs: run(xs) if xs else none


def _guarded_call(name: str, none: Term, element: Type) -> Callable[[tuple[Term, ...]], Term]:
    """``if xs == [] then none else name(xs)``: the function wants an item."""
    return lambda args: mk_if(mk_eq(args[0], mk_list((), element)), none, mk_call(name, (), args, element))


def _fields(type: Type, program: Program) -> Iterator[Operation]:
    """Projections of a record."""
    data = program.datas.get(type.head)
    if data is None or len(data.ctors) != 1 or not native.is_plain(type, program):
        return
    ctor = data.ctors[0].name
    for index, (field, at) in enumerate(zip(data.ctors[0].fields, native.field_types(ctor, type, program))):
        yield Operation(f".{field.name}", (type,), at, _get(index + 1), _selected(ctor, index, at), 1)


def _choices(type: Type, program: Program) -> Iterator[Operation]:
    """Tests for the cases of a data type that have no fields; what an option holds, or a default."""
    data = program.datas.get(type.head)
    for ctor in data.ctors if data is not None and len(data.ctors) > 1 else ():
        if not ctor.fields and native.is_plain(type, program):
            yield Operation(f"is {ctor.name}", (type,), BOOL, _is(ctor.name), _equal(mk_con(ctor.name, (), type)), 1)
    if type.head == "Option" and native.is_plain(type, program):
        yield Operation("is None", (type,), BOOL, _is("None"), _equal(mk_con("None", (), type)), 1)
        if type.args[0] in _DEFAULTS:
            other, term = _DEFAULTS[type.args[0]]
            yield Operation("get_or", (type,), type.args[0], _held(other), _held_term(type.args[0], term), 1)


def _collections(type: Type, known: set[Type]) -> Iterator[Operation]:
    """Of sets and maps whose members are no compound values: how many, whether one is there, what a key leads to."""
    if type.head not in ("Set", "Map") or type.args[0] not in (STRING, INT, BOOL):
        return
    key, size = type.args[0], "set.len" if type.head == "Set" else "map.len"
    holds = "set.member" if type.head == "Set" else "map.has"
    yield Operation(size, (type,), INT, lambda v: len(_members(v)), prim(size, INT), 1)
    if key in known:
        yield Operation(holds, (key, type), BOOL, lambda k, v: k in _members(v), prim(holds, BOOL), 1)
    if type.head == "Set" and list_of(key) in known:
        yield Operation("to_list", (type,), list_of(key), lambda v: v.ordered(), prim("set.to_list", list_of(key)), 1)
    if type.head == "Map" and type.args[1] in _DEFAULTS:
        other, term = _DEFAULTS[type.args[1]]
        yield Operation("get", (key, type), type.args[1], lambda k, v: v.entries.get(k, other), _got(type.args[1], term), 2)


def _members(value: Native) -> Collection[Native]:
    return value.items if isinstance(value, SetV) else value.entries


def _got(type: Type, other: Term) -> Callable[[tuple[Term, ...]], Term]:
    """``get_or(get(key, map), other)``."""
    return lambda args: mk_call("std.option.get_or", (type,), (mk_prim("map.get", args, option_of(type)), other), type)


def _is(ctor: str) -> Callable[[Native], bool]:
    return lambda value: bool(value[0] == ctor)


def _equal(to: Term) -> Callable[[tuple[Term, ...]], Term]:
    return lambda args: mk_eq(args[0], to)


def _held(other: Native) -> Callable[[Native], Native]:
    return lambda value: value[1] if len(value) > 1 else other


def _held_term(type: Type, other: Term) -> Callable[[tuple[Term, ...]], Term]:
    return lambda args: mk_call("std.option.get_or", (type,), (args[0], other), type)


def _get(index: int) -> Callable[[Native], Native]:
    return lambda value: value[index]


def _selected(ctor: str, index: int, type: Type) -> Callable[[tuple[Term, ...]], Term]:
    return lambda args: mk_sel(ctor, index, args[0], type)


def constructor(ctor: str, type: Type, types: tuple[Type, ...]) -> Operation:
    """Building a record, a tuple or a case."""
    run = (lambda *args: (ctor, *args)) if types else (lambda _: (ctor,))  # without arguments, it is given the inputs
    return Operation(f"new {ctor}", types, type, run, lambda args: mk_con(ctor, args, type), 1)


def equals(type: Type) -> Operation:
    return Operation("same", (type, type), BOOL, lambda a, b: a == b, lambda a: mk_eq(*a), 1)


ADD = {t: Operation("+", (t, t), t, lambda a, b: a + b, prim(f"{t.head.lower()}.add", t), 1) for t in (INT, REAL)}
MUL = {t: Operation("*", (t, t), t, lambda a, b: a * b, prim(f"{t.head.lower()}.mul", t), 1) for t in (INT, REAL)}
NOT = Operation("not", (BOOL,), BOOL, lambda a: not a, lambda a: mk_not(a[0]), 1)
CONCAT = Operation("concat", (STRING, STRING), STRING, lambda a, b: a + b, prim("str.concat", STRING), 1)


def choice(type: Type) -> Operation:
    """``if``, over a condition and two values."""
    return Operation("if", (BOOL, type, type), type, lambda c, a, b: a if c else b, _choice_term, 2)


def _choice_term(args: tuple[Term, ...]) -> Term:
    """``if``, or the connective that it is."""
    test, then, other = args
    if then is TRUE or other is FALSE:
        return mk_or((test, other)) if then is TRUE else mk_and((test, then))
    if then is FALSE or other is TRUE:
        return mk_and((mk_not(test), other)) if then is FALSE else mk_or((mk_not(test), then))
    return mk_if(test, then, other)
