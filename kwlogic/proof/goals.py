"""Sequents as the checker sees them: introduced, and taken apart by induction or cases into sequents that imply them.

Introducing moves the antecedents of a goal to the hypotheses and names its universal variables. A scheme's sequents
together imply the sequent it is made from; that is what has to be believed of this file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kwlogic.core.logic import erase
from kwlogic.core.terms import (
    TRUE,
    Op,
    Term,
    mk_and,
    mk_call,
    mk_con,
    mk_forall,
    mk_implies,
    mk_int,
    mk_is,
    mk_lambda,
    mk_not,
    mk_prim,
    mk_sel,
    mk_var,
)
from kwlogic.core.types import BOOL, INT
from kwlogic.core.walk import free_vars, subst, subst_types
from kwlogic.proof.datatypes import DataTypes
from kwlogic.proof.normal import Normal
from kwlogic.proof.statements import Refused, Statements, conjunction
from kwlogic.vc.data import Hyp, Sequent
from kwlogic.vc.recursion import call_sites


def introduce(normal: Normal, sequent: Sequent) -> Sequent:
    """Normal forms; antecedents of the goal as hypotheses, new names for what quantifiers speak of; known values of
    variables put in for them."""
    names = Names({str(v.data) for t in (sequent.goal, *(h.term for h in sequent.hyps)) for v in free_vars(t)})
    hyps: list[Hyp] = []
    for hyp in sequent.hyps:
        _assume(normal.of(hyp.term), hyp.name, hyps, names)
    goal = normal.of(sequent.goal)
    while goal.op in (Op.IMPLIES, Op.FORALL):
        if goal.op is Op.IMPLIES:
            _assume(goal.args[0], "path", hyps, names)
            goal = goal.args[1]
        else:
            goal = _open(goal, names)
    hyps, goal = _substitute_equals(normal, hyps, goal)
    return Sequent(sequent.vars, tuple({h.term: h for h in hyps}.values()), goal)


@dataclass(slots=True)
class Names:
    """Names that are not in use yet."""

    taken: set[str]
    made: int = field(default=0)

    def new(self) -> str:
        while f"sk.{self.made}" in self.taken:
            self.made += 1
        name = f"sk.{self.made}"
        self.taken.add(name)
        return name


def _assume(term: Term, name: str, hyps: list[Hyp], names: Names) -> None:
    stack = [term]
    while stack:
        here = stack.pop()
        if here.op is Op.AND:
            stack.extend(reversed(here.args))
        elif here.op is Op.EXISTS:
            stack.append(_open(here, names))
        elif here is not TRUE:
            hyps.append(Hyp(name, here))


def _open(quantified: Term, names: Names) -> Term:
    return subst(quantified.args[0], {mk_var(n, t): mk_var(names.new(), t) for n, t in quantified.data})


def _substitute_equals(normal: Normal, hyps: list[Hyp], goal: Term) -> tuple[list[Hyp], Term]:
    for index, hyp in enumerate(hyps):
        pair = _variable_equation(hyp.term)
        if pair is None:
            continue
        env = dict((pair,))
        if any(pair[0] in free_vars(h.term) for h in hyps if h is not hyp) or pair[0] in free_vars(goal):
            hyps = [h if i == index else Hyp(h.name, normal.of(subst(h.term, env))) for i, h in enumerate(hyps)]
            goal = normal.of(subst(goal, env))
    return hyps, goal


def _variable_equation(term: Term) -> tuple[Term, Term] | None:
    if term.op is not Op.EQ:
        return None
    left, right = term.args
    for var, value in ((left, right), (right, left)):
        if var.op is Op.VAR and var not in free_vars(value):
            return var, value
    return None


def free_of(sequent: Sequent) -> set[Term]:
    out = set(free_vars(sequent.goal))
    for hyp in sequent.hyps:
        out |= free_vars(hyp.term)
    return out


# ---------------------------------------------------------------- cases


def split(data: DataTypes, sequent: Sequent, term: Term) -> list[Sequent]:
    """A sequent for each constructor of a term, or for both truth values."""
    if term.type is BOOL:
        tests = [term, mk_not(term)]
    else:
        tests = [mk_is(ctor, term) for ctor, _ in data.named(term.type)]
    if not tests:
        raise Refused(f"`{term}` has no constructors to tell apart")
    return [Sequent(sequent.vars, (*sequent.hyps, Hyp("case", t)), sequent.goal) for t in tests]


# ---------------------------------------------------------------- induction


def claim(sequent: Sequent, env: dict[Term, Term]) -> Term:
    """The sequent as a formula under a substitution, closed over all its variables but those substituted.

    Hypotheses of an outer induction are left out where the substitution does not touch them, and what they are about
    is not closed over; others remain conditions.
    """
    outer = [h for h in sequent.hyps if h.name == "induction" and free_vars(h.term).isdisjoint(env)]
    formula = mk_implies(mk_and(h.term for h in sequent.hyps if h not in outer), sequent.goal)
    fixed = set(env).union(*(free_vars(h.term) for h in outer))
    others = sorted((v for v in free_vars(formula) if v not in fixed), key=lambda v: str(v.data))
    renamed = {v: mk_var(f"%ih.{i}", v.type) for i, v in enumerate(others)}
    return mk_forall(tuple((str(renamed[v].data), v.type) for v in others), subst(formula, {**env, **renamed}))


def structural(data: DataTypes, sequent: Sequent, var: Term) -> list[Sequent]:
    """A sequent for each constructor, with the claim for its parts of the same type."""
    ctors = data.named(var.type)
    free = free_of(sequent)
    if var.op is not Op.VAR or not ctors or var not in free:
        raise Refused(f"`{var}` is no variable of the claim whose type has constructors")
    out = []
    for ctor, fields in ctors:
        parts = _fresh_parts({str(v.data) for v in free}, var, fields)
        value = mk_con(ctor, parts, var.type)
        extra = tuple(Hyp("induction", h) for p in parts for h in _component(sequent, var, p))
        hyps = tuple(Hyp(h.name, subst(h.term, {var: value})) for h in sequent.hyps)
        vars = tuple(v for own in sequent.vars for v in (parts if own is var else (own,)))
        out.append(Sequent(vars, (*hyps, *extra), subst(sequent.goal, {var: value})))
    return out


def _fresh_parts(taken: set[str], var: Term, fields: Iterable[tuple[str, object]]) -> tuple[Term, ...]:
    out = []
    for name, type in fields:
        base = f"{var.data}.{name}"
        while base in taken:
            base += "'"
        taken.add(base)
        out.append(mk_var(base, type))  # type: ignore[arg-type]
    return tuple(out)


def _component(sequent: Sequent, var: Term, part: Term) -> list[Term]:
    """The claim for a part: for itself, or for what a list, an option or a tuple holds."""
    if part.type is var.type:
        return [claim(sequent, {var: part})]
    if part.type.head == "List" and part.type.args[0] is var.type:
        element = mk_var("%member", var.type)
        member = mk_call("std.list.member", (var.type,), (element, part), BOOL)
        body = claim(sequent, {var: element})
        each = mk_forall(((str(element.data), element.type),), mk_implies(member, body))
        predicate = mk_lambda(((str(element.data), element.type),), body)
        return [each, mk_call("std.list.all", (var.type,), (predicate, part), BOOL)]
    if part.type.head == "Option" and part.type.args[0] is var.type:
        return [mk_implies(mk_is("Some", part), claim(sequent, {var: mk_sel("Some", 0, part, var.type)}))]
    if part.type.head == "Tuple":
        parts = [mk_sel("Tuple", i, part, t) for i, t in enumerate(part.type.args)]
        return [h for p in parts for h in _component(sequent, var, p)]
    return []


def natural(sequent: Sequent, var: Term) -> Sequent:
    """The sequent, with the claim for all smaller values that are not negative."""
    if var.op is not Op.VAR or var.type is not INT or var not in free_of(sequent):
        raise Refused(f"`{var}` is no Int variable of the claim")
    smaller = mk_var("%below", INT)
    within = mk_and((mk_prim("int.le", (mk_int(0), smaller), BOOL), mk_prim("int.lt", (smaller, var), BOOL)))
    every = mk_forall(((str(smaller.data), INT),), mk_implies(within, claim(sequent, {var: smaller})))
    before = mk_prim("int.sub", (var, mk_int(1)), INT)
    step = mk_implies(mk_prim("int.lt", (mk_int(0), var), BOOL), claim(sequent, {var: before}))
    return Sequent(sequent.vars, (*sequent.hyps, Hyp("induction", step), Hyp("induction", every)), sequent.goal)


def along(statements: Statements, sequent: Sequent, call: Term) -> tuple[Sequent, Sequent | None]:
    """The sequent with the claim for the arguments of each recursive call, and that the call is one that ends."""
    fn = statements.recursive(call.data[0]) if call.op is Op.CALL else None
    distinct = len(set(call.args)) == len(call.args) and all(a.op is Op.VAR for a in call.args)
    if fn is None or fn.group != frozenset((fn.name,)) or not distinct:
        raise Refused(f"`{call}` is not a call of a recursive function with different variables")
    types = dict(zip(fn.tparams, call.data[1], strict=True))
    params = [subst_types(mk_var(p.name, p.type), types) for p in fn.params]
    env = dict(zip(params, call.args, strict=True))
    requires = subst_types(conjunction(fn.requires), types)
    extra = []
    for site in call_sites(erase(fn.body), fn.group):
        if site.binders:
            continue
        args = [subst(subst_types(a, types), env) for a in site.call.args]
        path = mk_and(subst(subst_types(c, types), env) for c in site.path)
        domain = subst(requires, dict(zip(params, args, strict=True)))
        extra.append(Hyp("induction", mk_implies(mk_and((path, domain)), claim(sequent, dict(zip(call.args, args, strict=True))))))
    guard = statements.normal.of(subst(requires, env))
    step = Sequent(sequent.vars, (*sequent.hyps, *extra), sequent.goal)
    return step, None if guard is TRUE else Sequent(sequent.vars, sequent.hyps, guard)
