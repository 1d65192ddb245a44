"""The walk over a program expression: what must hold where, under the conditions that lead there.

Yields, in the order of evaluation: *needs* (obligations of calls, partial operations, refinements and assertions),
*sites* (calls of the declaration's own recursion), *facts* (what assertions and applied lemmas establish, closed over
their path) and *branches* (conditions of implications and ifs, for lints). It decides nothing and builds no
obligations; ``vc.build`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from kwlogic.core.program import Clause, Origin, Program
from kwlogic.core.terms import Op, Term, mk_and, mk_implies, mk_not, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import fold, fresh_name
from kwlogic.source.data import Span
from kwlogic.vc.data import Hyp, Kind
from kwlogic.vc.elements import applied, element_of
from kwlogic.vc.guards import GUARDS, INDEXED
from kwlogic.vc.instances import Signature, at_call, logic, signature_of
from kwlogic.vc.scope import Scope
from kwlogic.vc.validity import valid


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must hold; ``part`` names what obliges it (a callee, an operation) in the obligation's id.

    ``after``: how many sites were met before. Only what these say may be used to show it.
    """

    kind: Kind
    span: Span
    goal: Term
    scope: Scope
    detail: str
    part: str = ""
    label: str | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """A call (or lemma application) of the declaration's own recursion, at erased arguments."""

    name: str
    targs: tuple[Type, ...]
    args: tuple[Term, ...]
    call: Term
    scope: Scope
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    cond: Term
    scope: Scope
    span: Span


class Mode(Enum):
    """What an assertion is: a partial operation in an expression, a claim in the steps of a proof."""

    EXPRESSION = "expression"
    PROOF = "proof"


Task = tuple[Callable[["Walk", Term, Span, Scope], None], Term, Span, Scope]


@dataclass(slots=True)
class Walk:
    """``group``: names whose calls are sites. ``taken``: names that binders must not reuse.

    ``asserted``: the hypotheses that an assertion yields, with its need; ``claimed``: those that a lemma's application
    of itself yields, with the clause.
    """

    program: Program
    group: frozenset[str]
    taken: set[str]
    mode: Mode = Mode.EXPRESSION
    branching: bool = False
    needs: list[Need] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    facts: list[Hyp] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    asserted: dict[Hyp, Need] = field(default_factory=dict)
    claimed: dict[Hyp, int] = field(default_factory=dict)
    applied: frozenset[str] = frozenset()
    tasks: list[Task] = field(default_factory=list)
    _busy: dict[Term, bool] = field(default_factory=dict)

    def walk(self, term: Term, span: Span, scope: Scope) -> None:
        """Walk one expression; results are appended to what earlier walks found."""
        self.push([(visit, term, span, scope)])
        while self.tasks:
            step, here, where, inside = self.tasks.pop()
            step(self, here, where, inside)

    def push(self, tasks: list[Task]) -> None:
        """Schedule, first first; expressions in which nothing is to be found are left out."""
        self.tasks.extend(t for t in reversed(tasks) if t[0] is not visit or self.busy(t[1]))

    def busy(self, term: Term) -> bool:
        return fold((term,), lambda t, parts: True in parts or self._own(t), self._busy)[term]

    def _own(self, term: Term) -> bool:
        match term.op:
            case Op.ASSERT | Op.LEMMA:
                return True
            case Op.CALL:
                sig = signature_of(self.program, term.data[0])
                return term.data[0] in self.group or (sig is not None and any(obliged(c) for c in sig.requires))
            case Op.PRIM:
                return term.data in GUARDS
            case Op.CON:
                ctor = self.program.ctors.get(term.data)
                return ctor is not None and bool(ctor.invariants)
            case Op.IMPLIES | Op.IF:
                return self.branching
            case _:
                return False

    def binder(self, name: str, type: Type) -> Term:
        """A variable for a binder, renamed where the name is taken already."""
        if name in self.taken:
            name = fresh_name(name, self.taken)
        self.taken.add(name)
        return mk_var(name, type)

    def text(self, span: Span) -> str:
        source = self.program.sources.get(span.file)
        return "" if source is None else source.slice(span)


def obliged(clause: Clause) -> bool:
    """Whether callers must show the clause (invariants hold of every value by construction)."""
    return clause.origin is not Origin.INVARIANT


# ---------------------------------------------------------------- children with their scopes


def visit(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    handler = _VISIT.get(term.op)
    if handler is None:
        walk.push([(visit, a, span, scope) for a in term.args])
    else:
        handler(walk, term, span, scope)


def _at(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    walk.push([(visit, term.args[0], term.data, scope)])


def _if(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    cond, then, other = term.args
    known = logic(cond, scope.env)
    if cond.op is Op.AT:
        _branch(walk, cond, known, span, scope)
    walk.push(
        [
            (visit, cond, span, scope),
            (visit, then, span, scope.know("path", known)),
            (visit, other, span, scope.know("path", mk_not(known))),
        ]
    )


def _branch(walk: Walk, cond: Term, known: Term, span: Span, scope: Scope) -> None:
    if walk.branching:
        walk.branches.append(Branch(known, scope, cond.data if cond.op is Op.AT else span))


def _implies(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    left, right = term.args
    known = logic(left, scope.env)
    _branch(walk, left, known, span, scope)
    walk.push([(visit, left, span, scope), (visit, right, span, scope.know("path", known))])


def _and_or(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    last = max((i for i, a in enumerate(term.args) if walk.busy(a)), default=-1)
    tasks: list[Task] = []
    for i, arg in enumerate(term.args[: last + 1]):
        tasks.append((visit, arg, span, scope))
        if i < last:
            known = logic(arg, scope.env)
            scope = scope.know("path", known if term.op is Op.AND else mk_not(known))
    walk.push(tasks)


def _let(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    value, body = term.args
    env = {**scope.env, mk_var(term.data, value.type): logic(value, scope.env)}
    walk.push([(visit, value, span, scope), (visit, body, span, replace(scope, env=env))])


def enter(walk: Walk, binders: tuple[tuple[str, Type], ...], scope: Scope) -> tuple[Scope, tuple[Term, ...]]:
    """The scope inside a binder, and the variables that stand for what it binds."""
    fresh = tuple(walk.binder(n, t) for n, t in binders)
    env: Mapping[Term, Term] = {**scope.env, **{mk_var(n, t): v for (n, t), v in zip(binders, fresh, strict=True)}}
    return replace(scope, env=env, binders=(*scope.binders, *fresh)), fresh


def _quantifier(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    walk.push([(visit, term.args[0], span, enter(walk, term.data, scope)[0])])


def _lambda(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    inner, _ = into_lambda(walk, term, scope)
    walk.push([(visit, term.args[0], span, inner)])


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
    walk.push([*tasks, (visit, body, span, scope.know("assert", known))])


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
    walk.push([*[(visit, a, span, scope) for a in args], (_call_leave, term, span, scope), (visit, body, span, inner)])


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
    leave = {Op.CALL: _call_leave, Op.PRIM: _prim_leave, Op.CON: _con_leave}[term.op]
    walk.push([*tasks, (leave, term, span, scope)])


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


# ---------------------------------------------------------------- what an operation needs


def _call_leave(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    name, targs = term.data
    sig = signature_of(walk.program, name)
    if sig is None:
        return
    given = term.args[:-1] if term.op is Op.LEMMA else term.args
    args = tuple(logic(a, scope.env) for a in given)
    if any(obliged(c) for c in sig.requires):
        _requires(walk, sig, targs, args, given, span, scope)
    if name in walk.group:
        walk.sites.append(Site(name, targs, args, logic(term, scope.env), scope, span))


def _requires(
    walk: Walk, sig: Signature, targs: tuple[Type, ...], args: tuple[Term, ...], given: tuple[Term, ...], span: Span, scope: Scope
) -> None:
    """Each clause is shown with the earlier ones known, as it may be defined only where they hold."""
    at = at_call(sig, targs, args, None)
    places = {p.name: spot(a, span) for p, a in zip(sig.params, given, strict=True)}
    for clause in sig.requires:
        goal = at(clause)
        if obliged(clause):
            walk.needs.append(_call_need(walk, sig, clause, goal, given, places, span, scope))
        scope = scope.know("earlier", goal)


def _call_need(
    walk: Walk, sig: Signature, clause: Clause, goal: Term, given: tuple[Term, ...], places: dict[str, Span], span: Span, scope: Scope
) -> Need:
    short = sig.name.rsplit(".", 1)[-1]
    if clause.origin is Origin.REFINEMENT:
        where = places.get(clause.subject or "", span)
        detail = f"`{clause.text}` must hold of `{clause.subject}` of `{short}`"
        return Need(Kind.REFINEMENT, where, goal, scope, detail, short, clause.label, len(walk.sites))
    if sig.name in INDEXED:
        detail = INDEXED[sig.name].format(*(walk.text(spot(a, span)) for a in given))
        return Need(Kind.PARTIAL, span, goal, scope, detail, short, None, len(walk.sites))
    return Need(Kind.CALL, span, goal, scope, f"`{short}` requires `{clause.text}`", short, clause.label, len(walk.sites))


def spot(term: Term, otherwise: Span) -> Span:
    """Where an argument stands."""
    return term.data if term.op is Op.AT else otherwise


def _prim_leave(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    entry = GUARDS.get(term.data)
    if entry is None:
        return
    guard, words = entry
    detail = words.format(*(walk.text(spot(a, span)) for a in term.args))
    goal = guard(tuple(logic(a, scope.env) for a in term.args))
    walk.needs.append(Need(Kind.PARTIAL, span, goal, scope, detail, term.data, None, len(walk.sites)))


def _con_leave(walk: Walk, term: Term, span: Span, scope: Scope) -> None:
    ctor = walk.program.ctors.get(term.data)
    if ctor is None or not ctor.invariants:
        return
    tparams = walk.program.datas[ctor.data].tparams
    sig = Signature(ctor.name, tparams, ctor.fields, (), ctor.invariants, ())
    args = tuple(logic(a, scope.env) for a in term.args)
    _requires(walk, sig, term.type.args, args, term.args, span, scope)


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
