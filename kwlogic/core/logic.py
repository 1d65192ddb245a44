"""From programs to logic: drop spans and proof steps, inline lets, give binders canonical names.

Binders are named by the height of their body, so that alpha-equivalent terms become identical.
"""

from __future__ import annotations

from kwlogic.core.terms import Op, Term, mk_var
from kwlogic.core.walk import BINDERS, fold, free_vars, rebuild, subst

_MEMO: dict[Term, Term] = {}


def erase(term: Term) -> Term:
    """The logical reading of a program term: no AT, ASSERT, LEMMA or LET, canonical binders."""
    found = _MEMO.get(term)
    return found if found is not None else fold((term,), _step, _MEMO)[term]


def _step(term: Term, args: tuple[Term, ...]) -> Term:
    if term.op is Op.AT:
        return args[0]
    if term.op is Op.ASSERT or term.op is Op.LEMMA:
        return args[-1]
    if term.op is Op.LET:
        return subst(args[1], {mk_var(term.data, args[0].type): args[0]})
    if term.op in BINDERS:
        return canonical(rebuild(term, args))
    return rebuild(term, args)


def canonical(term: Term) -> Term:
    """Rename the binders of a quantifier or lambda whose body is canonical already."""
    if term.op not in BINDERS:
        return term
    height = _above(binder_height(term.args[0]), free_vars(term))
    names = tuple(f"%{height}.{i}" for i in range(len(term.data)))
    body = subst(term.args[0], {mk_var(n, t): mk_var(c, t) for (n, t), c in zip(term.data, names, strict=True)})
    from kwlogic.core.terms import mk

    return mk(term.op, tuple((c, t) for c, (_, t) in zip(names, term.data, strict=True)), (body,), term.type)


def free_height(*terms: Term) -> int:
    """The height that names a binder around the terms: theirs, or the next whose names are not free in them, as those
    of a binder further out may be."""
    return _above(max(map(binder_height, terms)), frozenset[Term]().union(*map(free_vars, terms)))


def _above(height: int, free: frozenset[Term]) -> int:
    taken = {str(v.data).partition(".")[0] for v in free}
    while f"%{height}" in taken:
        height += 1
    return height


_HEIGHT: dict[Term, int] = {}


def binder_height(term: Term) -> int:
    """How many binders nest inside a term."""

    def step(here: Term, parts: tuple[int, ...]) -> int:
        return max(parts, default=0) + (1 if here.op in BINDERS else 0)

    return fold((term,), step, _HEIGHT)[term]
