"""The walk over a program expression: what must hold where, under the conditions that lead there.

Yields, in the order of evaluation: *needs* (obligations of calls, partial operations, refinements and assertions),
*sites* (calls of the declaration's own recursion), *facts* (what assertions and applied lemmas establish, closed over
their path) and *branches* (conditions of implications and ifs, for lints). It decides nothing and builds no
obligations; ``vc.build`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kwlogic.core.terms import Op, Term, mk_and, mk_implies, mk_not, mk_var
from kwlogic.core.types import Type
from kwlogic.source.data import Span
from kwlogic.vc.data import Hyp, Kind
from kwlogic.vc.elements import applied, element_of
from kwlogic.vc.instances import Signature, at_call, logic, signature_of
from kwlogic.vc.needs import call_needs, con_needs, prim_needs
from kwlogic.vc.scope import Scope
from kwlogic.vc.validity import valid
from kwlogic.vc.walked import Branch, Mode, Need, Task, Walk


def walk_into(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    """Walk one expression; results are appended to what earlier walks found."""
    push(walk, [(visit, term, span, scope)])
    while walk.tasks:
        step, here, where, inside = walk.tasks.pop()
        step(walk, here, where, inside)


def push(walk: Walk, tasks: list[Task]) -> None:
    """Schedule, first first; expressions in which nothing is to be found are left out."""
    walk.tasks.extend(t for t in reversed(tasks) if t[0] is not visit or walk.busy(t[1]))


def visit(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    handler = _VISIT.get(term.op)
    if handler is None:
        push(walk, [(visit, a, span, scope) for a in term.args])
    else:
        handler(walk, term, span, scope)


def _at(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    push(walk, [(visit, term.args[0], term.data, scope)])


def _if(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    cond, then, other = term.args
    known = logic(cond, scope.env)
    if cond.op is Op.AT:
        _branch(walk, cond, known, span, scope)
    push(
        walk,
        [
            (visit, cond, span, scope),
            (visit, then, span, scope.know("path", known)),
            (visit, other, span, scope.know("path", mk_not(known))),
        ],
    )


def _branch(walk: Walk, cond: Term, known: Term, span: Span, scope: Scope) -> None:
    if walk.branching:
        walk.branches.append(Branch(known, scope, cond.data if cond.op is Op.AT else span))


def _implies(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    left, right = term.args
    known = logic(left, scope.env)
    _branch(walk, left, known, span, scope)
    push(walk, [(visit, left, span, scope), (visit, right, span, scope.know("path", known))])


def _and_or(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    last = max((i for i, a in enumerate(term.args) if walk.busy(a)), default=-1)
    tasks: list[Task] = []
    for i, arg in enumerate(term.args[: last + 1]):
        tasks.append((visit, arg, span, scope))
        if i < last:
            known = logic(arg, scope.env)
            scope = scope.know("path", known if term.op is Op.AND else mk_not(known))
    push(walk, tasks)


def _let(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    value, body = term.args
    env = {**scope.env, mk_var(term.data, value.type): logic(value, scope.env)}
    push(walk, [(visit, value, span, scope), (visit, body, span, replace(scope, env=env))])


def enter(walk: Walk, binders: tuple[tuple[str, Type], ...], scope: Scope) -> tuple[Scope, tuple[Term, ...]]:
    """The scope inside a binder, and the variables that stand for what it binds."""
    fresh = tuple(walk.binder(n, t) for n, t in binders)
    env: Mapping[Term, Term] = {**scope.env, **{mk_var(n, t): v for (n, t), v in zip(binders, fresh, strict=True)}}
    return replace(scope, env=env, binders=(*scope.binders, *fresh)), fresh


def _quantifier(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    push(walk, [(visit, term.args[0], span, enter(walk, term.data, scope)[0])])


def _lambda(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    inner, _ = into_lambda(walk, term, scope)
    push(walk, [(visit, term.args[0], span, inner)])


def into_lambda(walk: Walk, term: Term, scope: Scope) -> tuple[Scope, tuple[Term, ...]]:
    """A lambda is only ever applied to values, so the invariants of their types hold inside."""
    inner, fresh = enter(walk, term.data, scope)
    for variable in fresh:
        inner = inner.know("binder", valid(walk.program, variable))
    return inner, fresh


def _assert(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    pred, body = term.args
    known = logic(pred, scope.env)
    tasks: list[Task] = [(visit, pred, span, scope), (_assert_leave, term, span, scope)]
    push(walk, [*tasks, (visit, body, span, scope.know("assert", known))])


def _assert_leave(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    pred = term.args[0]
    where = pred.data if pred.op is Op.AT else span
    goal = logic(pred, scope.env)
    kind = Kind.LEMMA if walk.mode is Mode.PROOF else Kind.PARTIAL
    need = Need(kind, where, goal, scope, f"`{walk.text(where)}` is asserted", "assert", None, len(walk.sites))
    walk.needs.append(need)
    fact = Hyp("assert", scope.close(goal))
    walk.facts.append(fact)
    walk.asserted[fact] = walk.asserted[Hyp("assert", goal)] = need


def _lemma(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    name, targs = term.data
    *args, body = term.args
    inner = scope
    sig = signature_of(walk.program, name)
    if sig is not None:
        inner = _apply(walk, sig, targs, tuple(logic(a, scope.env) for a in args), scope)
    push(walk, [*[(visit, a, span, scope) for a in args], (call_needs, term, span, scope), (visit, body, span, inner)])


def _apply(walk: Walk, sig: Signature, targs: tuple[Type, ...], args: tuple[Term, ...], scope: Scope) -> Scope:
    """What an applied lemma says becomes known; of the declaration itself it is what its recursion says."""
    at = at_call(sig, targs, args, None)
    requires = mk_and(map(at, sig.requires))
    own = sig.name in walk.group
    name = "recursion" if own else f"apply:{sig.name}"
    inner = scope
    for i, clause in enumerate(sig.ensures):
        claim = mk_implies(requires, at(clause))
        inner = inner.know(name, claim)
        fact = Hyp(name, scope.close(claim))
        walk.facts.append(fact)
        if own:
            walk.claimed[fact] = walk.claimed[Hyp(name, claim)] = i
    walk.applied |= {sig.name}
    return replace(inner, rests=inner.rests | {sig.name})


def _call(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    tasks: list[Task] = []
    for i, arg in enumerate(term.args):
        tasks.append(_lambda_of(walk, term, span, scope) if i == 0 else (visit, arg, span, scope))
    leave = {Op.CALL: call_needs, Op.PRIM: prim_needs, Op.CON: con_needs}[term.op]
    push(walk, [*tasks, (leave, term, span, scope)])


def _lambda_of(walk: Walk, term: Term, span: Span, scope: Scope) -> Task:
    """The task for the first argument: where it is a lambda applied to elements, its body knows so."""
    bare, where = term.args[0], span
    while bare.op is Op.AT:
        bare, where = bare.args[0], bare.data
    use = applied(term)
    if use is None or bare.op is not Op.LAMBDA or not walk.busy(bare):
        return visit, term.args[0], span, scope
    inner, fresh = into_lambda(walk, bare, scope)
    args = tuple(logic(a, scope.env) for a in term.args)
    fact, source = element_of(walk.program, term, fresh[use.item], args)
    if fact is not None:
        inner = inner.know("binder", fact)
    if source is not None:
        inner = replace(inner, elements=(*inner.elements, (fresh[use.item], source)))
    return visit, bare.args[0], where, inner


_VISIT: dict[Op, Callable[[Walk, Term, Span, Scope], None]] = {
    Op.AT: _at,
    Op.IF: _if,
    Op.IMPLIES: _implies,
    Op.AND: _and_or,
    Op.OR: _and_or,
    Op.LET: _let,
    Op.LAMBDA: _lambda,
    Op.FORALL: _quantifier,
    Op.EXISTS: _quantifier,
    Op.ASSERT: _assert,
    Op.LEMMA: _lemma,
    Op.CALL: _call,
    Op.PRIM: _call,
    Op.CON: _call,
}
