"""Clauses that are limits of single sites: bounds, divisors, lengths, regular expressions, choices among literals.

``limits_of`` reads a predicate completely or not at all: its answer says of each site alone what the predicate says of the
whole. ``all`` over a list, set, keys or values of a map speaks of every element; ``o is Some ==> p(value(o))`` of what is there; any other condition makes it more than limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Ctor, Origin, Program
from kwlogic.core.regex import RegexError, parse_regex
from kwlogic.core.terms import Op, Term
from kwlogic.core.value import Con
from kwlogic.weave.decode.data import STAR, Ints, Limit, Limits, OneOf, Pattern, Reals, Sizes, Tags, Texts

Places = Mapping[str, Pattern]  # variables, and the sites they stand for
Found = list[tuple[Pattern, Limit]]
_LENGTHS = {"str.len", "set.len", "map.len", "std.list.len"}
_FLIP = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_NEGATED = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt"}


def limits_of(pred: Term, outputs: Mapping[str, object], program: Program) -> Limits | None:
    """The limits that an erased predicate comes to, where it is nothing but limits; None where it is more.

    ``outputs``: names of the variables that are sites; other variables make it more."""
    return _read(pred, {name: (name,) for name in outputs}, program)


def clause_limits(clause: Clause, outputs: Mapping[str, object], program: Program) -> Limits | None:
    """Of a clause. The validity of data is no limit of its own: it lives in the constructors' invariants."""
    return limits_of(erase(clause.pred), outputs, program)


def ctor_limits(ctor: Ctor, program: Program) -> tuple[Limits, tuple[Clause, ...]]:
    """The limits on the fields of a constructor (patterns start with the field), and its invariants that are more."""
    fields = {p.name: p for p in ctor.fields}
    found: Found = []
    rest: list[Clause] = []
    for clause in ctor.invariants:
        if clause.origin is Origin.INVARIANT:
            continue
        limits = clause_limits(clause, fields, program)
        if limits is None:
            rest.append(clause)
        else:
            found.extend(limits)
    return tuple(found), tuple(rest)


def _read(pred: Term, places: Places, program: Program) -> Limits | None:
    found: Found = []
    stack: list[tuple[Term, Places, Pattern]] = [(pred, places, ())]  # what is said under a condition is of sites below it
    while stack:
        here, names, below = stack.pop()
        if here.op is Op.AND:
            stack.extend((a, names, below) for a in reversed(here.args))
        elif here.op is Op.LIT and here.data is True:
            continue
        elif (inner := _inside(here, names, program)) is not None:
            if inner[2][: len(below)] != below:
                return None
            stack.append(inner)
        else:
            limits = _atom(here, names, program)
            if limits is None or any(pattern[: len(below)] != below for pattern, _ in limits):
                return None
            found.extend(limits)
    return tuple(found)


def _inside(term: Term, places: Places, program: Program) -> tuple[Term, Places, Pattern] | None:
    """What is said of every element, or of what an option holds; and where that is."""
    if term.op is Op.IMPLIES and term.args[0].op is Op.IS and term.args[0].data == "Some":
        site = _site(term.args[0].args[0], places, program)
        return (term.args[1], places, (*site, "some")) if site is not None else None
    name = term.data[0] if term.op is Op.CALL else term.data if term.op is Op.PRIM else ""
    if name not in ("std.list.all", "set.all") or term.args[0].op is not Op.LAMBDA or len(term.args[0].data) != 1:
        return None
    ((variable, _),) = term.args[0].data
    over = _elements(term.args[1], places, program)
    if over is None:
        return None
    by_key = term.args[1].op is Op.PRIM and term.args[1].data == "map.keys"
    return term.args[0].args[0], {**places, variable: over}, over[:-1] if by_key else over


def _elements(collection: Term, places: Places, program: Program) -> Pattern | None:
    """The pattern of the elements of a list, set, of the keys or of the values of a map."""
    if collection.op is Op.PRIM and collection.data in ("map.keys", "map.values"):
        site = _site(collection.args[0], places, program)
        return None if site is None else (*site, STAR, 0 if collection.data == "map.keys" else 1)
    site = _site(collection, places, program)
    return None if site is None or collection.type.head == "Map" else (*site, STAR)


def _site(term: Term, places: Places, program: Program) -> Pattern | None:
    """The site that a term is, if it is one."""
    steps: list[str | int | None] = []
    while True:
        if term.op is Op.VAR:
            base = places.get(term.data)
            return None if base is None else (*base, *reversed(steps))
        if term.op is not Op.SEL:
            return None
        ctor, index = term.data
        inner = term.args[0]
        if ctor == "Tuple":
            steps.append(index)
        elif ctor == "Some" and inner.op is Op.PRIM and inner.data == "map.get":
            entry = _entry(inner, places, program)
            return None if entry is None else (*entry, *reversed(steps))
        elif ctor == "Some":
            steps.append("some")
        elif ctor in program.ctors and program.datas[program.ctors[ctor].data].record:
            steps.append(program.ctors[ctor].fields[index].name)
        else:
            return None
        term = inner


def _entry(get: Term, places: Places, program: Program) -> Pattern | None:
    """``get(k, m)`` for the keys ``k`` of ``m``: the value of the entry."""
    key, table = get.args
    site = _site(table, places, program)
    at = places.get(key.data) if key.op is Op.VAR else None
    if site is None or at != (*site, STAR, 0):
        return None
    return (*site, STAR, 1)


# ---------------------------------------------------------------- atoms


def _atom(term: Term, places: Places, program: Program) -> Found | None:
    if term.op is Op.OR or term.op is Op.EQ or term.op is Op.IS:
        return _choice(term, places, program)
    if term.op is Op.VAR and term.data in places:
        return [(places[term.data], OneOf((True,)))]
    if term.op is Op.NOT:
        return _negated(term.args[0], places, program)
    if term.op in (Op.CALL, Op.PRIM) and (term.data[0] if term.op is Op.CALL else term.data) in ("std.list.member", "set.member"):
        values, site = _literals(term.args[1]), _site(term.args[0], places, program)
        return None if values is None or site is None else [(site, OneOf(tuple(dict.fromkeys(values))))]
    if term.op is not Op.PRIM:
        site = _site(term, places, program) if term.type.head == "Bool" else None
        return None if site is None else [(site, OneOf((True,)))]
    comparison = term.data.partition(".")
    if comparison[0] in ("int", "real") and comparison[2] in ("lt", "le"):
        return _bound(comparison[2], term.args, places, program)
    if comparison[0] == "str" and len(term.args) == 2 and term.args[1].op is Op.LIT:
        site = _site(term.args[0], places, program)
        limit = _text(comparison[2], term.args[1].data)
        return [(site, limit)] if site is not None and limit is not None else None
    return None


def _literals(term: Term) -> list[Any] | None:
    """The values of a list or set that is written out."""
    found: list[Any] = []
    while (term.op is Op.CON and term.data == "Cons") or (term.op is Op.PRIM and term.data == "set.add"):
        if term.args[0].op is not Op.LIT:
            return None
        found.append(term.args[0].data)
        term = term.args[1]
    ends = (term.op is Op.CON and term.data == "Nil") or (term.op is Op.PRIM and term.data == "set.empty")
    return found if ends else None


def _text(word: str, text: Any) -> Texts | None:
    match word:
        case "matches":
            try:
                return Texts(regexes=(parse_regex(text),))
            except RegexError:
                return None
        case "starts_with":
            return Texts(prefix=text)
        case "ends_with":
            return Texts(suffix=text)
        case "contains":
            return Texts(contains=(text,))
    return None


def _negated(term: Term, places: Places, program: Program) -> Found | None:
    if term.op is Op.PRIM and term.data.endswith((".lt", ".le")) and term.data.startswith(("int.", "real.")):
        return _bound(_NEGATED[term.data.rpartition(".")[2]], term.args, places, program)
    if term.op is Op.EQ:
        return _unequal(term, places, program)
    if term.op is Op.PRIM and term.data in ("map.has", "set.member"):
        return _absent(term, places, program)
    inner = _atom(term, places, program) if term.op is Op.PRIM or term.op is Op.VAR or term.op is Op.SEL else None
    if inner is None or len(inner) != 1:
        return None
    site, limit = inner[0]
    if isinstance(limit, Texts) and limit.regexes:
        return [(site, Texts(never=limit.regexes))]
    return [(site, OneOf((False,)))] if isinstance(limit, OneOf) and limit.values == (True,) else None


def _absent(term: Term, places: Places, program: Program) -> Found | None:
    """A literal that is no key of a map, no element of a set."""
    value, table = term.args
    site = _site(table, places, program)
    limit = _not_equal(value) if value.op is Op.LIT else None
    if site is None or limit is None:
        return None
    return [((*site, STAR, 0) if table.type.head == "Map" else (*site, STAR), limit)]


def _unequal(term: Term, places: Places, program: Program) -> Found | None:
    for subject, value in (term.args, term.args[::-1]):
        site = _site(subject, places, program)
        if value.op is not Op.LIT or site is None:
            continue
        limit = _not_equal(value)
        return None if limit is None else [(site, limit)]
    return None


def _not_equal(literal: Term) -> Limit | None:
    excluded: frozenset[Any] = frozenset((literal.data,))
    match literal.type.head:
        case "Int":
            return Ints(excluded=excluded)
        case "Real":
            return Reals(excluded=excluded)
        case "String":
            return Texts(excluded=excluded)
        case "Bool":
            return OneOf((not literal.data,))
    return None


def _choice(term: Term, places: Places, program: Program) -> Found | None:
    """One of some literals, or of some constructors without fields."""
    modulo = _divisor(term, places, program)
    if modulo is not None:
        return modulo
    size = _size_is(term, places, program)
    if size is not None:
        return size
    sites: set[Pattern] = set()
    values: list[Any] = []
    for option in term.args if term.op is Op.OR else (term,):
        found = _equal(option, places, program)
        if found is None:
            return None
        sites.add(found[0])
        values.append(found[1])
    if len(sites) != 1:
        return None
    site = sites.pop()
    if all(isinstance(v, Con) for v in values):
        return [(site, Tags(tuple(dict.fromkeys(v.ctor for v in values))))]
    return [(site, OneOf(tuple(dict.fromkeys(values))))] if not any(isinstance(v, Con) for v in values) else None


def _equal(term: Term, places: Places, program: Program) -> tuple[Pattern, Any] | None:
    if term.op is Op.IS:
        site = _site(term.args[0], places, program)
        enum = term.data in ("Some", "None") or (term.data in program.ctors and not program.ctors[term.data].fields)
        return (site, Con(term.data, ())) if site is not None and enum else None
    if term.op is not Op.EQ:
        return None
    for subject, value in (term.args, term.args[::-1]):
        site = _site(subject, places, program)
        if site is not None and value.op is Op.LIT:
            return site, value.data
        if site is not None and value.op is Op.CON and not value.args and value.data in program.ctors:
            return site, Con(value.data, ())
    return None


def _divisor(term: Term, places: Places, program: Program) -> Found | None:
    """``x % 3 == 1``."""
    if term.op is not Op.EQ:
        return None
    for left, right in (term.args, term.args[::-1]):
        if left.op is Op.PRIM and left.data == "int.mod" and right.op is Op.LIT and left.args[1].op is Op.LIT:
            site, modulus = _site(left.args[0], places, program), left.args[1].data
            if site is None or modulus < 1 or not 0 <= right.data < modulus:
                return None
            return [(site, Ints(modulus=modulus, remainder=right.data))]
    return None


def _size_is(term: Term, places: Places, program: Program) -> Found | None:
    """``len(xs) == 3``."""
    if term.op is not Op.EQ or term.args[0].type.head != "Int":
        return None
    both = [_bound(word, term.args, places, program) for word in ("le", "ge")]
    known = [pair for found in both if found is not None for pair in found]
    return known if len(known) == 2 and isinstance(known[0][1], (Sizes, Texts)) else None


def _bound(word: str, args: tuple[Term, ...], places: Places, program: Program) -> Found | None:
    left, right = args
    if left.op is Op.LIT:
        left, right, word = right, left, _FLIP[word]
    if right.op is not Op.LIT:
        return None
    name = left.data[0] if left.op is Op.CALL else left.data if left.op is Op.PRIM else ""
    if name in _LENGTHS:
        site = _site(left.args[0], places, program)
        limit = _length(word, right.data, name == "str.len")
    else:
        site = _site(left, places, program)
        limit = _whole(word, right.data) if right.type.head == "Int" else _real(word, right.data)
    return None if site is None else [(site, limit)]


def _whole(word: str, value: int) -> Ints:
    match word:
        case "lt":
            return Ints(high=value - 1)
        case "le":
            return Ints(high=value)
        case "gt":
            return Ints(low=value + 1)
        case _:
            return Ints(low=value)


def _real(word: str, value: Fraction) -> Reals:
    if word in ("lt", "le"):
        return Reals(high=value, high_open=word == "lt")
    return Reals(low=value, low_open=word == "gt")


def _length(word: str, value: int, text: bool) -> Limit:
    whole = _whole(word, value)
    low, high = max(whole.low or 0, 0), whole.high
    if high is not None and high < 0:
        return OneOf(()) if text else Sizes(1, 0)
    sizes = Sizes(low, high)
    return Texts(sizes.low, sizes.high) if text else replace(sizes)
