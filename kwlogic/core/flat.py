"""Terms as flat tables, so that pickling neither recurses nor repeats shared parts."""

from __future__ import annotations

from typing import Any

from kwlogic.core.terms import Op, Term, mk

Table = tuple[tuple[tuple[int, Any, tuple[int, ...], Any], ...], tuple[int, ...]]


def flatten(roots: tuple[Term, ...]) -> Table:
    """Rows in child-first order, then the indices of the roots."""
    seen: dict[Term, int] = {}
    stack = list(roots)
    found: set[Term] = set()
    while stack:
        term = stack.pop()
        if term not in found:
            found.add(term)
            stack.extend(term.args)
    rows: list[tuple[int, Any, tuple[int, ...], Any]] = []
    for term in sorted(found, key=lambda t: t.id):
        seen[term] = len(rows)
        rows.append((int(term.op), term.data, tuple(seen[a] for a in term.args), term.type))
    return tuple(rows), tuple(seen[r] for r in roots)


def revive_all(table: Table) -> tuple[Term, ...]:
    rows, roots = table
    terms: list[Term] = []
    for op, data, args, type in rows:
        terms.append(mk(Op(op), data, tuple(terms[a] for a in args), type))
    return tuple(terms[r] for r in roots)


def revive(table: Table) -> Term:
    return revive_all(table)[0]
