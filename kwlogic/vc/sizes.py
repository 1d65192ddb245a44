"""Symbolic sizes of values: whether an argument of a recursive call is smaller than what the caller was given.

The size of a value counts its constructors, through lists, options, tuples, maps and sets; numbers, strings and
truth values weigh nothing, functions nothing. A size is a constant plus sizes of unknown parts. A selection that the
program evaluates tells the constructor of what it selects from, so ``[y, *rest]`` out of ``[x, y, *rest]`` is smaller.
Everything here is a sufficient syntactic test: no answer is never wrong, only less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from enum import IntEnum

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_sel
from kwlogic.core.types import Type, subst_type
from kwlogic.source.records import dataclass

WEIGHTLESS = frozenset(("Int", "Real", "Bool", "String", "Fun"))
LIMIT = 2_000


class Order(IntEnum):
    """How a size compares with another."""

    UNKNOWN = 0
    AT_MOST = 1
    LESS = 2


@dataclass(slots=True)
class Size:
    const: int = 0
    parts: Counter[Term] = field(default_factory=Counter)


Elements = Mapping[Term, Term]


def compare(program: Program, new: Term, old: Term, elements: Elements) -> Order:
    """Whether ``new`` is smaller than ``old``, or at most as large, wherever the program evaluates ``new``."""
    if new is old:
        return Order.AT_MOST
    if old.type.head in WEIGHTLESS:
        return Order.UNKNOWN
    branches = branches_of(new)
    return min(_compare(program, b, old, elements) for b in branches) if branches else Order.UNKNOWN


def branches_of(term: Term) -> list[Term]:
    """The values that a term may have, by its topmost ifs; none where there are too many."""
    found: list[Term] = []
    stack, seen = [term], {term}
    while stack:
        here = stack.pop()
        if here.op is not Op.IF:
            found.append(here)
            continue
        fresh = [a for a in here.args[1:] if a not in seen]
        seen.update(fresh)
        stack.extend(fresh)
        if len(seen) > LIMIT:
            return []
    return found


def _compare(program: Program, new: Term, old: Term, elements: Elements) -> Order:
    known = constructors(new, elements)
    left, right = size_of(program, new, known, elements), size_of(program, old, known, {})
    if left is None or right is None or any(right.parts[t] < n for t, n in left.parts.items()):
        return Order.UNKNOWN
    return Order.LESS if left.const < right.const else Order.AT_MOST if left.const == right.const else Order.UNKNOWN


def constructors(term: Term, elements: Elements) -> dict[Term, str]:
    """The constructors of values that the evaluated selections of ``term`` come from."""
    known: dict[Term, str] = {}
    stack = [term]
    while stack and len(known) <= LIMIT:
        here = stack.pop()
        root = _root(here)[0]
        if here.op is Op.CON:
            stack.extend(here.args)
        elif root in elements:
            stack.append(elements[root])
        elif here.op is Op.SEL:
            known[here.args[0]] = here.data[0]
            stack.append(here.args[0])
    return known


def _root(term: Term) -> tuple[Term, int]:
    """What a chain of selections starts from, and its length."""
    count = 0
    while term.op is Op.SEL:
        term, count = term.args[0], count + 1
    return term, count


def size_of(program: Program, term: Term, known: Mapping[Term, str], elements: Elements) -> Size | None:
    """The size of ``term``, or a bound from above where it is part of an element of a collection."""
    size = Size()
    stack = [term]
    steps = 0
    while stack:
        here = stack.pop()
        steps += 1
        if steps > LIMIT * 5:
            return None
        if here.type.head in WEIGHTLESS and not here.type.is_var:
            continue
        root, depth = _root(here)
        if here.op is Op.CON:
            size.const += 1
            stack.extend(here.args)
        elif root in elements:
            size.const -= depth + 1
            stack.append(elements[root])
        elif here in known:
            size.const += 1
            stack.extend(fields_of(program, known[here], here))
        else:
            size.parts[here] += 1
    return size


def fields_of(program: Program, ctor: str, value: Term) -> list[Term]:
    """The fields of a value known to have a constructor, as selections."""
    return [mk_sel(ctor, i, value, t) for i, t in enumerate(field_types(program, ctor, value.type))]


def field_types(program: Program, ctor: str, type: Type) -> tuple[Type, ...]:
    match ctor:
        case "Nil" | "None":
            return ()
        case "Cons":
            return (type.args[0], type)
        case "Some" | "Tuple":
            return type.args
    found = program.ctors[ctor]
    env = dict(zip(program.datas[found.data].tparams, type.args, strict=True))
    return tuple(subst_type(p.type, env) for p in found.fields)
