"""Rewriting as a way to find instances: which facts, at which arguments, does a goal call for?

Facts and induction hypotheses become rules, mostly left side to right. The goal and the hypotheses are rewritten with
them; every step yields a ground *instance*, a true formula, and it is the instances that a prover is given. So the
rewriting itself need not be trusted, nor terminate by any order: it is bounded.

Source of the idea: Boyer and Moore's simplifier; Detlefs, Nelson, Saxe, Simplify (2005), for instances as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_and, mk_eq, mk_implies, mk_not, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import BINDERS, fold, free_vars, rebuild, subst, subst_types, subterms
from kwlogic.source.records import dataclass
from kwlogic.vc.theory import Theory
from kwlogic.vc.triggers import match_type

STEPS = 40
MOST_INSTANCES = 80


@dataclass(frozen=True, slots=True)
class Rule:
    """For all ``vars``: ``cond`` implies that ``left`` equals ``right``. ``name`` says where it comes from.

    ``fixed``: a hypothesis, whose type variables stand for the types of the claim and not for any.
    """

    name: str
    vars: frozenset[Term]
    cond: Term
    left: Term
    right: Term
    permutes: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """A true ground formula: a rule at given arguments."""

    name: str
    formula: Term


def rules_of(name: str, vars: Iterable[Term], formula: Term, fixed: bool = False) -> list[Rule]:
    """Rules in a fact (or, ``fixed``, in a hypothesis): one for each equation or atom that it concludes."""
    conds: list[Term] = []
    bound = frozenset(vars)
    while formula.op in (Op.IMPLIES, Op.FORALL):
        if formula.op is Op.IMPLIES:
            conds.append(formula.args[0])
            formula = formula.args[1]
        else:
            bound |= {mk_var(n, t) for n, t in formula.data}
            formula = formula.args[0]
    parts = formula.args if formula.op is Op.AND else (formula,)
    cond = mk_and(conds)
    return [r for p in parts for r in _oriented(name, bound, cond, p, fixed)]


def _oriented(name: str, bound: frozenset[Term], cond: Term, part: Term, fixed: bool) -> list[Rule]:
    if part.op is Op.EQ:
        left, right = part.args
        sides = [(left, right)] if _is_left(left, bound) else [(right, left)] if _is_left(right, bound) else []
    elif part.op is Op.NOT:
        sides = [(part.args[0], FALSE)] if _is_left(part.args[0], bound) else []
    else:
        sides = [(part, TRUE)] if _is_left(part, bound) else []
    needed = free_vars(cond) & bound
    out = []
    for left, right in sides:
        if (free_vars(right) & bound) | needed <= free_vars(left):
            out.append(Rule(name, bound & free_vars(left), cond, left, right, match(left, right, bound) is not None, fixed))
    return out


def _is_left(term: Term, bound: frozenset[Term]) -> bool:
    """Calls (and comparisons of calls) are rewritten; what binds variables itself is not."""
    if term.op is not Op.CALL and not (term.op is Op.PRIM and any(a.op is Op.CALL for a in term.args)):
        return False
    return not any(t.op in BINDERS and not bound.isdisjoint(free_vars(t)) for t in subterms(term))


def match(pattern: Term, term: Term, vars: frozenset[Term]) -> tuple[dict[Term, Term], dict[str, Type]] | None:
    """A substitution of ``vars`` (and of type variables) that makes the pattern the term."""
    env: dict[Term, Term] = {}
    types: dict[str, Type] = {}
    stack = [(pattern, term)]
    while stack:
        left, right = stack.pop()
        if left in vars:
            bound = env.setdefault(left, right)
            extended = match_type(left.type, right.type, types) if left.type.has_vars else types
            if bound is not right or extended is None or (not left.type.has_vars and left.type is not right.type):
                return None
            types = extended
        elif left is right:
            continue
        elif left.op is not right.op or len(left.args) != len(right.args) or left.op in BINDERS or not left.args:
            return None
        else:
            step = _match_head(left, right, types)
            if step is None:
                return None
            types = step
            stack.extend(zip(left.args, right.args, strict=True))
    return env, types


def _match_head(left: Term, right: Term, types: dict[str, Type]) -> dict[str, Type] | None:
    if left.op is not Op.CALL:
        return types if left.data == right.data else None
    if left.data[0] != right.data[0]:
        return None
    here: dict[str, Type] | None = types
    for a, b in zip(left.data[1], right.data[1], strict=True):
        here = match_type(a, b, here) if here is not None else None
    return here


class Rewriter:
    """Rewrites with a set of rules and collects the instances used."""

    def __init__(self, theory: Theory, rules: Iterable[Rule], known: Iterable[Term]) -> None:
        self.theory = theory
        self.rules: dict[object, list[Rule]] = {}
        for rule in rules:
            self.rules.setdefault(_head(rule.left), []).append(rule)
        self.known = frozenset(known)
        self.instances: dict[Term, Instance] = {}

    def run(self, term: Term) -> Term:
        """The term rewritten until nothing applies, or the bounds are reached."""
        here = self.theory.simplify(term)
        for _ in range(STEPS):
            after = self.theory.simplify(fold((here,), self._step)[here])
            if after is here or len(self.instances) > MOST_INSTANCES:
                return after
            here = after
        return here

    def _step(self, term: Term, args: tuple[Term, ...]) -> Term:
        here = rebuild(term, args) if args else term
        if term.op in BINDERS:
            return term  # instances must be ground
        for rule in self.rules.get(_head(here), ()):
            right = self._apply(rule, here)
            if right is not None:
                return right
        return here

    def _apply(self, rule: Rule, here: Term) -> Term | None:
        found = match(rule.left, here, rule.vars)
        if found is None:
            return None
        env, types = found
        typed = {subst_types(v, types): t for v, t in env.items()}
        if subst(subst_types(rule.left, types), typed) is not here or (rule.fixed and any(t.head != n for n, t in types.items())):
            return None  # a variable of the rule may also be one of the goal, and a type is not always settled by the arguments
        right = self.theory.simplify(subst(subst_types(rule.right, types), typed))
        cond = self.theory.simplify(subst(subst_types(rule.cond, types), typed))
        if cond is FALSE or right is here or (rule.permutes and not _smaller(right, here)):
            return None
        equation = here if right is TRUE else mk_not(here) if right is FALSE else mk_eq(here, right)
        formula = mk_implies(cond, equation)
        if any(str(v.data).startswith("%") for v in free_vars(formula)):
            return None
        self.instances.setdefault(formula, Instance(rule.name, formula))
        return right if cond is TRUE or self._known(cond) else None

    def _known(self, cond: Term) -> bool:
        parts = cond.args if cond.op is Op.AND else (cond,)
        return all(p in self.known for p in parts)


def _head(term: Term) -> object:
    return (term.op, term.data[0]) if term.op is Op.CALL else (term.op, term.data) if term.op is Op.PRIM else term.op


def _smaller(left: Term, right: Term) -> bool:
    """A total order on terms that is the same in every process: by printed form."""
    from kwlogic.core.show import show_term

    a, b = show_term(left), show_term(right)
    return (len(a), a) < (len(b), b)
