"""Coverage of matches: which value no arm takes, and which arms no value reaches.

Maranget's usefulness, as a search with an explicit stack over sparse rows: a row maps *places* to the patterns
that still constrain them, so that wildcards cost nothing. Patterns here are resolved and typed but know nothing
of elaboration. Work is bounded; ``CoverageLimit`` says that no answer was found, never a wrong one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from kwlogic.core.program import Data
from kwlogic.core.types import Type, subst_type
from kwlogic.source.records import dataclass

BUDGET = 1_000_000


class CoverageLimit(Exception):
    """The match has more cases than the budget allows to look at."""


@dataclass(frozen=True, slots=True)
class RWild:
    """A variable or ``_``."""


@dataclass(frozen=True, slots=True, eq=False)
class RCon:
    """``Nil``, ``Cons``, ``None``, ``Some``, or a qualified constructor."""

    ctor: str
    args: tuple[RPattern, ...] = ()


@dataclass(frozen=True, slots=True)
class RLit:
    value: int | Fraction | str | bool


@dataclass(frozen=True, slots=True, eq=False)
class RTuple:
    items: tuple[RPattern, ...]


RPattern = RWild | RCon | RLit | RTuple
WILD = RWild()


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The patterns of one arm, one for each matched value. A guarded arm covers nothing for sure."""

    patterns: tuple[RPattern, ...]
    guarded: bool = False


Signature = tuple[tuple[str, tuple[Type, ...]], ...]
CtorsOf = Callable[[Type], Signature | None]
Head = tuple[str, object]
Places = dict[int, RPattern]


def signatures(datas: Mapping[str, Data]) -> CtorsOf:
    """Constructors of a type with the types of their fields; None for types that only literals or ``_`` match."""
    known: dict[Type, Signature | None] = {}

    def ctors_of(type: Type) -> Signature | None:
        if type not in known:
            known[type] = _signature(type, datas)
        return known[type]

    return ctors_of


def _signature(type: Type, datas: Mapping[str, Data]) -> Signature | None:
    if type.is_var:
        return None
    match type.head:
        case "Bool":
            return ("true", ()), ("false", ())
        case "List":
            return ("Nil", ()), ("Cons", (type.args[0], type))
        case "Option":
            return ("None", ()), ("Some", type.args)
        case "Tuple":
            return (("Tuple", type.args),)
    data = datas.get(type.head)
    if data is None:
        return None
    env = dict(zip(data.tparams, type.args, strict=True))
    return tuple((c.name, tuple(subst_type(f.type, env) for f in c.fields)) for c in data.ctors)


def _head(pattern: RPattern) -> tuple[Head, tuple[RPattern, ...]]:
    match pattern:
        case RCon(ctor, args):
            return ("con", ctor), args
        case RTuple(items):
            return ("con", "Tuple"), items
        case RLit(bool() as value):
            return ("con", "true" if value else "false"), ()
        case RLit(value):
            return (type(value).__name__, value), ()
        case RWild():
            raise AssertionError("a wildcard constrains no place")


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """What a branch of the search settled: ``place`` holds ``head`` over ``children``; then the earlier choices."""

    place: int
    head: Head
    children: tuple[int, ...]
    before: _Choice | None


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    rows: list[Places]
    query: Places
    choice: _Choice | None


class _Search:
    """One question: a value that ``query`` matches and no row does."""

    def __init__(self, types: Sequence[Type], ctors_of: CtorsOf, budget: int) -> None:
        self.types = list(types)
        self.ctors_of = ctors_of
        self.budget = budget

    def run(self, rows: list[Places], query: Places) -> tuple[bool, _Choice | None]:
        stack = [_State(rows, query, None)]
        while stack:
            state = stack.pop()
            self.budget -= 1 + len(state.rows)
            if self.budget < 0:
                raise CoverageLimit
            if not state.rows:
                return True, state.choice
            if state.rows[0]:
                stack.extend(reversed(self.branches(state)))
        return False, None

    def branches(self, state: _State) -> list[_State]:
        """Split on a place that the first row constrains; cases that no row names come first, as one."""
        place = next(iter(state.rows[0]))
        if place in state.query:
            head, args = _head(state.query[place])
            return [self.take(state, place, head, len(args))]
        used: dict[Head, int] = {}
        for row in state.rows:
            if place in row:
                head, args = _head(row[place])
                used.setdefault(head, len(args))
        signature = self.ctors_of(self.types[place])
        unnamed = [(("con", c), len(f)) for c, f in signature if ("con", c) not in used] if signature is not None else [(("any", None), 0)]
        return [self.take(state, place, head, arity) for head, arity in (*unnamed[:1], *used.items())]

    def take(self, state: _State, place: int, head: Head, arity: int) -> _State:
        self.budget -= len(state.rows)
        if self.budget < 0:
            raise CoverageLimit
        children = self.new_places(place, head, arity)
        rows = [r for r in (_narrow(row, place, head, children) for row in state.rows) if r is not None]
        query = _narrow(state.query, place, head, children)
        assert query is not None
        return _State(rows, query, _Choice(place, head, children, state.choice))

    def new_places(self, place: int, head: Head, arity: int) -> tuple[int, ...]:
        fields = dict(self.ctors_of(self.types[place]) or ()).get(str(head[1]), ()) if head[0] == "con" else ()
        assert len(fields) == arity, "patterns are typed before coverage is asked"
        first = len(self.types)
        self.types.extend(fields)
        return tuple(range(first, first + arity))


def _narrow(row: Places, place: int, head: Head, children: tuple[int, ...]) -> Places | None:
    """The row where ``place`` has this head; None where it asks for another."""
    pattern = row.get(place)
    if pattern is None:
        return row
    own, args = _head(pattern)
    if own != head:
        return None
    rest = {p: q for p, q in row.items() if p != place}
    return {**{c: a for c, a in zip(children, args, strict=True) if not isinstance(a, RWild)}, **rest}


def _places(patterns: Sequence[RPattern]) -> Places:
    return {i: p for i, p in enumerate(patterns) if not isinstance(p, RWild)}


def missing(rows: Sequence[Row], types: Sequence[Type], ctors_of: CtorsOf, budget: int = BUDGET) -> tuple[RPattern, ...] | None:
    """Patterns of values that no unguarded row matches; None where all are covered."""
    search = _Search(types, ctors_of, budget)
    found, choice = search.run([_places(r.patterns) for r in rows if not r.guarded], {})
    return _witness(choice, len(types)) if found else None


def dead_arms(rows: Sequence[Row], types: Sequence[Type], ctors_of: CtorsOf, budget: int = BUDGET) -> list[int]:
    """Indices of arms that earlier unguarded ones cover wholly."""
    dead: list[int] = []
    above: list[Places] = []
    for index, row in enumerate(rows):
        places = _places(row.patterns)
        search = _Search(types, ctors_of, budget)
        found, _ = search.run(above, places)
        budget = search.budget
        if not found:
            dead.append(index)
        elif not row.guarded:
            above.append(places)
    return dead


def _witness(choice: _Choice | None, width: int) -> tuple[RPattern, ...]:
    """Latest choices first, so children are built before the place that holds them."""
    built: dict[int, RPattern] = {}
    while choice is not None:
        args = tuple(built.pop(c, WILD) for c in choice.children)
        built[choice.place] = _pattern_of(choice.head, args)
        choice = choice.before
    return tuple(built.get(i, WILD) for i in range(width))


def _pattern_of(head: Head, args: tuple[RPattern, ...]) -> RPattern:
    kind, value = head
    if kind == "any":
        return WILD
    if kind != "con":
        assert isinstance(value, int | Fraction | str)
        return RLit(value)
    if value == "Tuple":
        return RTuple(args)
    return RLit(value == "true") if value in ("true", "false") else RCon(str(value), args)


def show_pattern(pattern: RPattern) -> str:
    """The pattern as an author writes it."""
    out: list[str] = []
    stack: list[RPattern | str] = [pattern]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            out.append(item)
        else:
            stack.extend(reversed(_pieces(item)))
    return "".join(out)


def _pieces(pattern: RPattern) -> list[RPattern | str]:
    match pattern:
        case RWild():
            return ["_"]
        case RLit(value):
            return [_show_literal(value)]
        case RTuple(items):
            return ["(", *_commas(items), ")"]
        case RCon("Nil" | "Cons"):
            return _list_pieces(pattern)
        case RCon(ctor, args):
            name = ctor.rsplit(".", 1)[-1]
            return [name, "(", *_commas(args), ")"] if args else [name]


def _list_pieces(pattern: RPattern) -> list[RPattern | str]:
    items: list[RPattern] = []
    while isinstance(pattern, RCon) and pattern.ctor == "Cons":
        items.append(pattern.args[0])
        pattern = pattern.args[1]
    tail: list[RPattern | str] = [] if isinstance(pattern, RCon) else [", *" if items else "*", pattern]
    return ["[", *_commas(items), *tail, "]"]


def _commas(items: Sequence[RPattern]) -> list[RPattern | str]:
    pieces: list[RPattern | str] = []
    for item in items:
        pieces.extend((", ", item) if pieces else (item,))
    return pieces


def _show_literal(value: int | Fraction | str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Fraction):
        return show_decimal(value)
    return str(value)


def show_decimal(value: Fraction) -> str:
    """Literals are finite decimals, so the denominator divides a power of ten."""
    places = 1
    while (value * 10**places).denominator != 1 and places < 400:
        places += 1
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"
