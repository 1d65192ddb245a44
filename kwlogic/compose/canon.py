"""Texts of types and terms that do not depend on where a term was written or on how its variables are called.

Equal texts mean equal terms up to spans, names of bound variables, and the renaming that the caller gives of free ones.
They are what digests are made of, so their form never changes without a new version of the digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from kwlogic.core.logic import binder_height
from kwlogic.core.terms import Op, Term, mk, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import BINDERS, bound_names, fold, free_vars, rebuild, subst

_TYPES: dict[Type, str] = {}


def type_text(type: Type) -> str:
    """The type with qualified names; types nest as deep as an author writes them."""
    found = _TYPES.get(type)
    if found is None:
        inner = ",".join(map(type_text, type.args))
        found = _TYPES[type] = f"'{type.head}" if type.is_var else f"{type.head}[{inner}]" if type.args else type.head
    return found


def variables(term: Term) -> list[str]:
    """Names of the free variables, in an order that does not depend on them: that of first use, left to right."""
    free = free_vars(term)
    if len(free) < 2:
        return [v.data for v in free]
    found: dict[str, None] = {}
    seen: set[Term] = set()
    stack = [term]
    while stack and len(found) < len(free):
        here = stack.pop()
        if here in seen:
            continue
        seen.add(here)
        if here in free:
            found[here.data] = None
        stack.extend(reversed(here.args))
    return list(found)


def term_text(term: Term, names: Mapping[str, str]) -> str:
    """``names``: what to call the free variables."""
    plain = _plain(term)
    rows: list[str] = []

    def step(here: Term, args: tuple[int, ...]) -> int:
        rows.append(f"{here.op.name} {_data(here, names)}({' '.join(map(str, args))})")
        return len(rows) - 1

    fold((plain,), step)
    return ";".join(rows)


_PLAIN: dict[Term, Term] = {}


def _plain(term: Term) -> Term:
    """No spans; bound variables named by the height of what they range over."""
    found = _PLAIN.get(term)
    return found if found is not None else fold((term,), _strip, _PLAIN)[term]


def _strip(term: Term, args: tuple[Term, ...]) -> Term:
    if term.op is Op.AT:
        return args[0]
    if term.op not in BINDERS:
        return rebuild(term, args)
    height = binder_height(args[-1])
    types = (args[0].type,) if term.op is Op.LET else tuple(t for _, t in term.data)
    fresh = tuple(f"%{height}.{i}" for i in range(len(types)))
    body = subst(args[-1], {mk_var(n, t): mk_var(f, t) for n, f, t in zip(bound_names(term), fresh, types)})
    data = fresh[0] if term.op is Op.LET else tuple(zip(fresh, types))
    return mk(term.op, data, (*args[:-1], body), term.type)


def _data(here: Term, names: Mapping[str, str]) -> str:
    data = here.data
    match here.op:
        case Op.VAR:
            return f"{names.get(data, data)!r}:{type_text(here.type)}"
        case Op.LIT:
            return f"{type_text(here.type)} {data if isinstance(data, Fraction) else repr(data)}"
        case Op.CALL | Op.LEMMA:
            return f"{data[0]}[{','.join(map(type_text, data[1]))}]"
        case Op.CON:
            return f"{data}:{type_text(here.type)}"
        case Op.LAMBDA | Op.FORALL | Op.EXISTS:
            return ",".join(f"{n}:{type_text(t)}" for n, t in data)
        case _:
            return "" if data is None else str(data)
