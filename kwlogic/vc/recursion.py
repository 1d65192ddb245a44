"""Where a function calls itself: the call sites of a body with the conditions that lead there."""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.core.terms import Op, Term, mk_not
from kwlogic.core.walk import BINDERS
from kwlogic.source.records import dataclass
from kwlogic.vc.theory import called


@dataclass(frozen=True, slots=True)
class Site:
    """A call under ``path`` conditions; ``binders`` are the variables bound around it, outermost first."""

    call: Term
    path: tuple[Term, ...]
    binders: tuple[tuple[str, object], ...]


def call_sites(body: Term, names: frozenset[str]) -> list[Site]:
    """All calls of ``names`` in an erased body; a shared subterm is visited once for each path that leads to it."""
    return list(dict.fromkeys(_walk(body, names)))


def _walk(body: Term, names: frozenset[str]) -> Iterator[Site]:
    stack: list[tuple[Term, tuple[Term, ...], tuple[tuple[str, object], ...]]] = [(body, (), ())]
    while stack:
        term, path, binders = stack.pop()
        if names.isdisjoint(called(term)):
            continue
        if term.op is Op.CALL and term.data[0] in names:
            yield Site(term, path, binders)
        stack.extend(reversed(list(_children(term, path, binders))))


def _children(
    term: Term, path: tuple[Term, ...], binders: tuple[tuple[str, object], ...]
) -> Iterator[tuple[Term, tuple[Term, ...], tuple[tuple[str, object], ...]]]:
    if term.op is Op.IF:
        cond, then, other = term.args
        yield cond, path, binders
        yield then, (*path, cond), binders
        yield other, (*path, mk_not(cond)), binders
    elif term.op in (Op.AND, Op.OR, Op.IMPLIES):
        for i, arg in enumerate(term.args):
            before = term.args[:i]
            yield arg, (*path, *(mk_not(b) if term.op is Op.OR else b for b in before)), binders
    elif term.op in BINDERS:
        yield term.args[-1], path, (*binders, *term.data)
    else:
        for arg in term.args:
            yield arg, path, binders
