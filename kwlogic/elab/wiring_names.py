"""Which names an expression or a composition takes from around it, found in the syntax alone.

Graph bodies need this to know which step waits for which before any type is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

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


PortsOf = Callable[[s.QName], tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Names of the inputs of a composition (with a place that wants each) and of its outputs."""

    needs: Names
    yields: frozenset[str]


def wiring_reach(wiring: s.Wiring, ports_of: PortsOf) -> Reach:
    """Inputs and outputs by name, from syntax and the ports of the kernels named."""
    reach: dict[int, Reach] = {}
    stack: list[tuple[s.Wiring, bool]] = [(wiring, False)]
    while stack:
        here, ready = stack.pop()
        parts = operands(here)
        if ready:
            reach[id(here)] = _reach(here, [reach[id(p)] for p in parts], ports_of)
        else:
            stack.append((here, True))
            stack.extend((p, False) for p in reversed(parts))
    return reach[id(wiring)]


def operands(wiring: s.Wiring) -> tuple[s.Wiring, ...]:
    """The compositions that an operator joins."""
    match wiring:
        case s.WSeq(_, left, right) | s.WPar(_, left, right) | s.WFallback(_, left, right):
            return left, right
        case s.WCase(_, _, then, other):
            return then, other
        case s.WRetry() | s.WMap() | s.WFold() | s.WIterate() | s.WRename():
            return (wiring.body,)
        case _:
            return ()


def _reach(wiring: s.Wiring, parts: list[Reach], ports_of: PortsOf) -> Reach:
    match wiring:
        case s.WSeq():
            return Reach(parts[0].needs, parts[1].yields)
        case s.WPar():
            return Reach({**parts[1].needs, **parts[0].needs}, parts[0].yields | parts[1].yields)
        case s.WFallback():
            return Reach({**parts[1].needs, **parts[0].needs}, parts[0].yields)
        case s.WCase(_, cond):
            return Reach({**parts[1].needs, **parts[0].needs, **free_names(cond)}, parts[0].yields)
        case s.WRename(_, _, pairs):
            return _renamed(parts[0], dict(pairs))
        case s.WRetry() | s.WMap() | s.WFold() | s.WIterate():
            return parts[0]
        case _:
            return _leaf(wiring, ports_of)


def _renamed(body: Reach, pairs: dict[str, str]) -> Reach:
    """A name that is an output is renamed there, and only there."""
    needs = {n if n in body.yields else pairs.get(n, n): span for n, span in body.needs.items()}
    return Reach(needs, frozenset(pairs.get(n, n) for n in body.yields))


def _leaf(wiring: s.Wiring, ports_of: PortsOf) -> Reach:
    match wiring:
        case s.WRef(span, name):
            inputs, outputs = ports_of(name)
            return Reach(dict.fromkeys(inputs, span), frozenset(outputs))
        case s.WCall(_, name, args):
            needs: Names = {}
            for arg in args:
                needs = {**free_names(arg.value), **needs}
            return Reach(needs, frozenset(needs if name.parts == ("id",) else ports_of(name)[1]))
        case s.WGuard(_, pred) | s.WAssert(_, pred):
            return Reach(free_names(pred), frozenset(free_names(pred)))
        case s.WHole(span, inputs, outputs):
            return Reach({p.name: span for p in inputs}, frozenset(p.name for p in outputs))
        case _:
            raise AssertionError("an operator has operands")
