"""The one traversal API over terms: ``fold`` with an explicit stack and memo, ``rebuild``, substitution.

Nothing here recurses on the Python stack: terms are as deep as users make them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from kwlogic.core.terms import (
    Op,
    Term,
    mk,
    mk_and,
    mk_apply,
    mk_eq,
    mk_exists,
    mk_forall,
    mk_if,
    mk_implies,
    mk_is,
    mk_lambda,
    mk_let,
    mk_not,
    mk_or,
    mk_sel,
    mk_var,
)
from kwlogic.core.types import Type, subst_type

T = TypeVar("T")
BINDERS = frozenset((Op.LET, Op.LAMBDA, Op.FORALL, Op.EXISTS))


def fold(roots: Iterable[Term], step: Callable[[Term, tuple[T, ...]], T], memo: dict[Term, T] | None = None) -> dict[Term, T]:
    """Bottom-up over the shared graph; ``step`` sees each distinct term once. Returns the memo."""
    done: dict[Term, T] = {} if memo is None else memo
    stack = list(roots)
    while stack:
        term = stack[-1]
        if term in done:
            stack.pop()
            continue
        waiting = [a for a in term.args if a not in done]
        if waiting:
            stack.extend(reversed(waiting))
        else:
            stack.pop()
            done[term] = step(term, tuple([done[a] for a in term.args]))
    return done


def subterms(*roots: Term) -> list[Term]:
    """All distinct subterms, children first."""
    return list(fold(roots, lambda t, _: None))


def rebuild(term: Term, args: tuple[Term, ...]) -> Term:
    """The same node over new arguments, through the simplifying constructors."""
    if args == term.args:
        return term
    match term.op:
        case Op.AND:
            return mk_and(args)
        case Op.OR:
            return mk_or(args)
        case Op.NOT:
            return mk_not(args[0])
        case Op.IMPLIES:
            return mk_implies(*args)
        case Op.EQ:
            return mk_eq(*args)
        case Op.IF:
            return mk_if(*args)
        case Op.SEL:
            return mk_sel(term.data[0], term.data[1], args[0], term.type)
        case Op.IS:
            return mk_is(term.data, args[0])
        case Op.LET:
            return mk_let(term.data, *args)
        case Op.LAMBDA:
            return mk_lambda(term.data, args[0])
        case Op.FORALL:
            return mk_forall(term.data, args[0])
        case Op.EXISTS:
            return mk_exists(term.data, args[0])
        case Op.APPLY:
            return mk_apply(args[0], args[1:])
        case _:
            return mk(term.op, term.data, args, term.type)


def bound_names(term: Term) -> tuple[str, ...]:
    """Names that the node itself binds (in its last argument)."""
    if term.op is Op.LET:
        return (term.data,)
    return tuple(n for n, _ in term.data) if term.op in BINDERS else ()


_FREE: dict[Term, frozenset[Term]] = {}
_NONE: frozenset[Term] = frozenset()


def free_vars(term: Term) -> frozenset[Term]:
    """Free variables (as VAR terms), memoised for the process."""
    found = _FREE.get(term)
    return found if found is not None else fold((term,), _free_step, _FREE)[term]


def _free_step(term: Term, parts: tuple[frozenset[Term], ...]) -> frozenset[Term]:
    if term.op is Op.VAR:
        return frozenset((term,))
    if term.op in BINDERS:
        names = set(bound_names(term))
        inner = frozenset(v for v in parts[-1] if v.data not in names)
        return inner if len(parts) == 1 else parts[0] | inner
    if not parts:
        return _NONE
    union = parts[0]
    for part in parts[1:]:
        if not part <= union:
            union = union | part
    return union


def subst(term: Term, env: Mapping[Term, Term]) -> Term:
    """Replace free VAR terms simultaneously; binders are renamed where they would capture.

    A key matches by name and type. Work is proportional to the distinct subterms that mention a key.
    """
    if not env:
        return term
    keys = frozenset(env)
    done: dict[Term, Term] = {}
    stack = [term]
    while stack:
        here = stack[-1]
        if here in done:
            stack.pop()
            continue
        if here.op is Op.VAR:
            done[here] = env.get(here, here)
        elif keys.isdisjoint(free_vars(here)):
            done[here] = here
        elif here.op in BINDERS:
            done[here] = _subst_binder(here, env)
        else:
            waiting = [a for a in here.args if a not in done]
            if waiting:
                stack.extend(waiting)
                continue
            done[here] = rebuild(here, tuple([done[a] for a in here.args]))
        stack.pop()
    return done[term]


def _subst_binder(term: Term, env: Mapping[Term, Term]) -> Term:
    """Binders nest as deep as an author writes them, so one Python frame for each is affordable."""
    names = set(bound_names(term))
    body_free = free_vars(term.args[-1])
    inner = {k: v for k, v in env.items() if k.data not in names and k in body_free}
    clash = {v.data for t in inner.values() for v in free_vars(t)} & names
    body, data = term.args[-1], term.data
    if clash:
        taken = {v.data for t in inner.values() for v in free_vars(t)} | {v.data for v in body_free} | names
        fresh = {n: fresh_name(n, taken) for n in sorted(clash)}
        if term.op is Op.LET:
            body = subst(body, {mk_var(data, term.args[0].type): mk_var(fresh[data], term.args[0].type)})
            data = fresh[data]
        else:
            body = subst(body, {mk_var(n, t): mk_var(fresh[n], t) for n, t in data if n in fresh})
            data = tuple((fresh.get(n, n), t) for n, t in data)
    body = subst(body, inner)
    if term.op is Op.LET:
        return mk_let(data, subst(term.args[0], env), body)
    return rebuild(mk(term.op, data, term.args, term.type), (body,))


def fresh_name(base: str, taken: set[str]) -> str:
    """``base`` with the least number that makes it new; adds it to ``taken``."""
    number = 1
    while f"{base}~{number}" in taken:
        number += 1
    name = f"{base}~{number}"
    taken.add(name)
    return name


def subst_types(term: Term, env: Mapping[str, Type]) -> Term:
    """Instantiate type variables everywhere in a term."""
    if not env:
        return term

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        type = subst_type(here.type, env)
        data = here.data
        if here.op is Op.CALL or here.op is Op.LEMMA:
            data = (data[0], tuple(subst_type(t, env) for t in data[1]))
        elif here.op in BINDERS and here.op is not Op.LET:
            data = tuple((n, subst_type(t, env)) for n, t in data)
        return mk(here.op, data, args, type)

    return fold((term,), step)[term]
