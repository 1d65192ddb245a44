"""Why a clause has the value it has: the value of every part of it that stands in the source.

Parts inside of a bounded quantifier that an element decides (the first that breaks a ``forall``, or fulfils an
``exists``) are shown for that element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kwlogic.core.eval_data import EvalStop
from kwlogic.core.eval_static import strip_at
from kwlogic.core.terms import Op, Term
from kwlogic.core.value import Value, iter_list
from kwlogic.core.walk import BINDERS, free_vars
from kwlogic.source.data import Span

Eval = Callable[[Term, Mapping[str, Value]], Value]
Env = Mapping[str, Value]
_MAX_TRIED = 10_000

_DOMAINS: dict[str, Callable[..., Iterable[Any]]] = {
    "std.list": iter_list,
    "set": lambda s: s.ordered(),
    "int": range,
}


def explain(run: Eval, term: Term, env: Env) -> list[tuple[Span, Value]]:
    """Values of the span-marked parts that have one, in source order, of each quantifier after the part it is."""
    found: dict[Span, Value] = {}
    waiting: list[tuple[Term, Env]] = [(term, env)]
    while waiting:
        here, scope = waiting.pop()
        for span, part, inner in marked(run, here, scope):
            value = _try(run, part, inner)
            if value is None or span in found:
                continue
            found[span] = value
            witness = _witness(run, strip_at(part), inner, value)
            if witness is not None:
                waiting.append(witness)
    return sorted(found.items(), key=lambda pair: (pair[0].start, -pair[0].end))


def _try(run: Eval, term: Term, env: Env) -> Value | None:
    if any(v.data not in env for v in free_vars(term)):
        return None
    try:
        return run(term, env)
    except EvalStop:
        return None


def marked(run: Eval, term: Term, env: Env) -> list[tuple[Span, Term, Env]]:
    """The span-marked parts outside of quantifiers and lambdas, each with the values of the lets around it."""
    found: list[tuple[Span, Term, Env]] = []
    stack: list[tuple[Term, Env]] = [(term, env)]
    seen: set[tuple[Term, int]] = set()
    scopes: list[Env] = [env]  # kept, so that their identities stay apart
    while stack:
        here, scope = stack.pop()
        if (here, id(scope)) in seen:
            continue
        seen.add((here, id(scope)))
        if here.op is Op.AT:
            found.append((here.data, here, scope))
        if here.op is Op.LET:
            bound = _try(run, here.args[0], scope)
            inner = {k: v for k, v in scope.items() if k != here.data}
            scopes.append(inner if bound is None else {**inner, here.data: bound})
            stack.append((here.args[1], scopes[-1]))
            stack.append((here.args[0], scope))
        elif here.op not in BINDERS:
            stack.extend((a, scope) for a in reversed(here.args))
    return found


def _witness(run: Eval, term: Term, env: Env, value: Value) -> tuple[Term, Env] | None:
    """The body of a bounded quantifier, with the element that decides it."""
    name = term.data[0] if term.op is Op.CALL else term.data if term.op is Op.PRIM else ""
    family, _, kind = name.rpartition(".")
    if kind not in ("all", "any") or family not in _DOMAINS or value is not (kind == "any"):
        return None
    predicate = strip_at(term.args[0])
    if predicate.op is not Op.LAMBDA:
        return None
    bounds = [_try(run, a, env) for a in term.args[1:]]
    if any(b is None for b in bounds):
        return None
    binder = predicate.data[0][0]
    for count, item in enumerate(_DOMAINS[family](*bounds)):
        inner = {**env, binder: item}
        if count > _MAX_TRIED:
            break
        if _try(run, predicate.args[0], inner) is value:
            return predicate.args[0], inner
    return None
