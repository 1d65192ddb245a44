"""Two versions of a program side by side: what changed of the old one is kept under another name in the new one.

Terms and types are shared by a process, so that what did not change is identical, and sameness is a pointer comparison.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Data, Fn, Program
from kwlogic.core.terms import Op, Term, mk
from kwlogic.core.types import Type
from kwlogic.core.walk import fold, subterms

MARK = "'before"


@dataclass(frozen=True, slots=True)
class Merged:
    """``program``: the new one with the old one's changed functions. ``renamed``: their names. ``types``: heads of data types
    that are built otherwise now; ``unfit``: old functions that deal in them, which mean nothing in the new program."""

    program: Program
    renamed: dict[str, str]
    types: frozenset[str]
    unfit: frozenset[str] = frozenset()

    def old(self, term: Term) -> Term:
        """An erased term of the old program, in the merged one."""
        return renamed_calls(term, self.renamed)

    def is_unfit(self, terms: Iterable[Term]) -> bool:
        """Whether erased terms of the old program speak of what is built otherwise now."""
        return any(t.type.head in self.types or (t.op is Op.CALL and t.data[0] in self.unfit) for t in subterms(*terms))

    def changed_type(self, type: Type) -> str | None:
        """A data type inside a type that is built otherwise now."""
        stack, seen = [type], set[Type]()
        while stack:
            here = stack.pop()
            if here.head in self.types:
                return here.head
            seen.add(here)
            data = self.program.datas.get(here.head)
            inner = [f.type for c in data.ctors for f in c.fields] if data is not None else []
            stack.extend(t for t in (*here.args, *inner) if t not in seen)
        return None


def merge(old: Program, new: Program) -> Merged:
    types = frozenset(n for n, d in old.datas.items() if n in new.datas and not _same_data(d, new.datas[n]))
    mentions = {n: _mentions(f) for n, f in old.fns.items()}
    changed = _changed(old, new, types, mentions)
    unfit = _closed({n for n, f in old.fns.items() if _heads(f) & types}, mentions) if types else frozenset()
    renamed = {n: n + MARK for n in changed if n in new.fns}
    carried = (*changed, *(n for n in old.fns if n not in new.fns))
    added = {renamed.get(n, n): _carried(old.fns[n], renamed) for n in carried if n not in unfit}
    datas = {n: d for n, d in old.datas.items() if n not in new.datas}
    ctors = {c.name: c for d in datas.values() for c in d.ctors}
    program = replace(
        new,
        fns={**new.fns, **added},
        datas={**new.datas, **datas},
        ctors={**new.ctors, **ctors},
        order=(*new.order, *added),
    )
    return Merged(program, renamed, types, unfit)


def _same_data(a: Data, b: Data) -> bool:
    return a.tparams == b.tparams and [(c.name, [(f.name, f.type) for f in c.fields]) for c in a.ctors] == [
        (c.name, [(f.name, f.type) for f in c.fields]) for c in b.ctors
    ]


def _changed(old: Program, new: Program, types: frozenset[str], mentions: dict[str, frozenset[str]]) -> list[str]:
    """The functions that mean something else now, through what they call as well."""
    bad = {n for n, f in old.fns.items() if n in new.fns and not _same_fn(f, new.fns[n])}
    bad |= {n for n, f in old.fns.items() if _heads(f) & types}
    closed = _closed(bad, mentions)
    return [n for n in old.fns if n in closed]


def _closed(bad: set[str], mentions: dict[str, frozenset[str]]) -> frozenset[str]:
    """With everything that calls them, however indirectly."""
    callers: dict[str, list[str]] = {}
    for name, called in mentions.items():
        for callee in called:
            callers.setdefault(callee, []).append(name)
    found, stack = set(bad), list(bad)
    while stack:
        for caller in callers.get(stack.pop(), ()):
            if caller not in found:
                found.add(caller)
                stack.append(caller)
    return frozenset(found)


def _terms(fn: Fn) -> list[Term]:
    return [erase(t) for t in (fn.body, *fn.decreases, *(c.pred for c in (*fn.requires, *fn.ensures)))]


def _mentions(fn: Fn) -> frozenset[str]:
    return frozenset(t.data[0] for t in subterms(*_terms(fn)) if t.op is Op.CALL)


def _heads(fn: Fn) -> frozenset[str]:
    return frozenset(t.type.head for t in subterms(*_terms(fn)))


def _same_fn(a: Fn, b: Fn) -> bool:
    shape = [(f.tparams, [(p.name, p.type) for p in f.params], f.result, f.opaque) for f in (a, b)]
    return shape[0] == shape[1] and all(x is y for x, y in zip(_terms(a), _terms(b))) and len(_terms(a)) == len(_terms(b))


def _carried(fn: Fn, renamed: dict[str, str]) -> Fn:
    """An old function under its new name."""

    def carried(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
        return tuple(replace(c, pred=renamed_calls(erase(c.pred), renamed)) for c in clauses)

    return replace(
        fn,
        name=renamed.get(fn.name, fn.name),
        body=renamed_calls(erase(fn.body), renamed),
        requires=carried(fn.requires),
        ensures=carried(fn.ensures),
        decreases=tuple(renamed_calls(erase(t), renamed) for t in fn.decreases),
        group=frozenset(renamed.get(n, n) for n in fn.group),
    )


def renamed_calls(term: Term, renamed: dict[str, str]) -> Term:
    if not renamed:
        return term

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        data = here.data
        if here.op is Op.CALL and data[0] in renamed:
            data = (renamed[data[0]], data[1])
        return here if data is here.data and args == here.args else mk(here.op, data, args, here.type)

    return fold((term,), step)[term]
