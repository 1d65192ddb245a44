"""Which names an expression or a composition takes from around it, found in the syntax alone.

Graph bodies need this to know which step waits for which before any type is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

from kwlogic.source.data import Span
from kwlogic.syntax import data as s

Names = dict[str, Span]
_Scoped = tuple[object, frozenset[str]]
_NONE: frozenset[str] = frozenset()


def free_names(expr: s.Expr) -> Names:
    """Free names of an expression with the place of their first use; names of functions included."""
    found: dict[str, Span] = {}
    stack: list[_Scoped] = [(expr, _NONE)]
    while stack:
        item, bound = stack.pop()
        if isinstance(item, s.Name):
            if item.name not in bound:
                found.setdefault(item.name, item.span)
        else:
            stack.extend(reversed(list(_parts(item, bound))))
    return found


def _parts(item: object, bound: frozenset[str]) -> Iterator[_Scoped]:
    match item:
        case s.Let(_, pattern, value, body):
            yield value, bound
            yield body, bound | pattern_names(pattern)
        case s.Lambda(_, params, body):
            yield body, bound | {p.name for p in params}
        case s.Quant(_, _, binders, body):
            for binder in binders:
                yield binder.domain, bound
                bound = bound | {binder.name}
            yield body, bound
        case s.Arm(_, pattern, guard, body):
            inner = bound | pattern_names(pattern)
            yield guard, inner
            yield body, inner
        case s.Node():
            for part in fields(item):
                yield getattr(item, part.name), bound
        case tuple():
            for element in item:
                yield element, bound


def pattern_names(pattern: s.Pattern) -> frozenset[str]:
    """Names that a pattern may bind."""
    names: set[str] = set()
    stack: list[object] = [pattern]
    while stack:
        match stack.pop():
            case s.PVar(_, name):
                names.add(name)
            case s.PCon(_, _, items) | s.PTuple(_, items):
                stack.extend(items)
            case s.PList(_, items, rest):
                stack.extend((*items, rest))
    return frozenset(names)


def wiring_needs(wiring: s.Wiring, inputs_of: Callable[[s.QName], tuple[str, ...]]) -> Names:
    """Names of the inputs of a composition, from syntax and the ports of the kernels it names."""
    needs: dict[int, Names] = {}
    stack: list[tuple[s.Wiring, bool]] = [(wiring, False)]
    while stack:
        here, ready = stack.pop()
        parts = _needy_parts(here)
        if not ready:
            stack.append((here, True))
            stack.extend((p, False) for p in reversed(parts))
            continue
        joined: Names = {}
        for part in parts:
            for name, span in needs[id(part)].items():
                joined.setdefault(name, span)
        needs[id(here)] = _own_needs(here, joined, inputs_of)
    return needs[id(wiring)]


def _needy_parts(wiring: s.Wiring) -> tuple[s.Wiring, ...]:
    """The operands whose inputs are inputs of the whole."""
    match wiring:
        case s.WSeq(_, left):
            return (left,)
        case s.WPar(_, left, right) | s.WFallback(_, left, right):
            return left, right
        case s.WCase(_, _, then, other):
            return then, other
        case s.WRetry() | s.WMap() | s.WFold() | s.WIterate() | s.WRename():
            return (wiring.body,)
        case _:
            return ()


def _own_needs(wiring: s.Wiring, joined: Names, inputs_of: Callable[[s.QName], tuple[str, ...]]) -> Names:
    match wiring:
        case s.WRef(span, name):
            return dict.fromkeys(inputs_of(name), span)
        case s.WCall(_, _, args):
            merged: Names = {}
            for arg in args:
                merged = {**free_names(arg.value), **merged}
            return merged
        case s.WCase(_, cond):
            return {**free_names(cond), **joined}
        case s.WGuard(_, pred) | s.WAssert(_, pred):
            return free_names(pred)
        case s.WHole(span, inputs):
            return {p.name: span for p in inputs}
        case s.WRename(_, _, pairs):
            outside = dict(pairs)
            return {outside.get(n, n): span for n, span in joined.items()}
        case _:
            return joined
