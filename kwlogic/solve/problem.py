"""A sequent, prepared: introduced, simplified, with the definitions and facts that bear on it; and its queries."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property

from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_not, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import free_vars, subst, subst_types, subterms
from kwlogic.solve.backend import Query
from kwlogic.solve.encode import Encoder
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp, Sequent
from kwlogic.vc.primlaws import element_laws, prim_laws
from kwlogic.vc.rewrite import Instance, Rewriter, rules_of
from kwlogic.vc.splitaxioms import equations
from kwlogic.vc.theory import Fact, Theory
from kwlogic.vc.triggers import TypeEnv, patterns, type_envs
from kwlogic.vc.unfold import unfold

FACTS_AT_MOST = 120


@dataclass(slots=True)
class Problem:
    """An introduced sequent. ``skolems`` are constants for variables the goal or a hypothesis quantified.

    ``substituted``: names of the hypotheses that were substituted into others, on which every proof thus rests.
    """

    theory: Theory
    sequent: Sequent
    before: str
    using: tuple[str, ...]
    skolems: tuple[Term, ...] = ()
    extra: tuple[Fact, ...] = ()
    substituted: frozenset[str] = frozenset()

    @property
    def closed(self) -> bool:
        """Proved by simplification alone."""
        return self.sequent.goal is TRUE or any(h.term is FALSE for h in self.sequent.hyps)

    @property
    def formulas(self) -> list[Term]:
        return [*(h.term for h in self.sequent.hyps), self.sequent.goal]


def prepare(theory: Theory, sequent: Sequent, before: str, using: tuple[str, ...] = (), extra: tuple[Fact, ...] = ()) -> Problem:
    """Simplify, move the goal's antecedents to the hypotheses, name its universals by constants."""
    skolems = Skolems(taken={str(v.data) for t in (sequent.goal, *(h.term for h in sequent.hyps)) for v in free_vars(t)})
    hyps: list[Hyp] = []
    for hyp in sequent.hyps:
        _assume(theory.simplify(hyp.term), hyp.name, hyps, skolems)
    goal = theory.simplify(sequent.goal)
    while goal.op in (Op.IMPLIES, Op.FORALL):
        if goal.op is Op.IMPLIES:
            _assume(goal.args[0], "path", hyps, skolems)
            goal = goal.args[1]
        else:
            goal = theory.simplify(_open(goal, skolems))
    hyps, goal, used = _substitute_equals(theory, hyps, goal)
    kept = tuple({h.term: h for h in hyps}.values())
    return Problem(theory, Sequent(sequent.vars, kept, goal), before, using, tuple(skolems.made), extra, used)


@dataclass(slots=True)
class Skolems:
    """Constants under names that the sequent does not use yet: it may come from one that was introduced before."""

    taken: set[str]
    made: list[Term] = field(default_factory=list)

    def new(self, type: Type) -> Term:
        number = len(self.made)
        while f"sk.{number}" in self.taken:
            number += 1
        self.taken.add(f"sk.{number}")
        self.made.append(mk_var(f"sk.{number}", type))
        return self.made[-1]


def _substitute_equals(theory: Theory, hyps: list[Hyp], goal: Term) -> tuple[list[Hyp], Term, frozenset[str]]:
    """Where a hypothesis says that a variable equals something else, say the latter everywhere; the hypothesis stays.
    With the names of the hypotheses that were so used."""
    used: set[str] = set()
    for index, hyp in enumerate(hyps):
        pair = _variable_equation(hyp.term)
        if pair is None:
            continue
        env = dict((pair,))
        if any(pair[0] in free_vars(h.term) for i, h in enumerate(hyps) if i != index) or pair[0] in free_vars(goal):
            hyps = [h if i == index else Hyp(h.name, theory.simplify(subst(h.term, env))) for i, h in enumerate(hyps)]
            goal = theory.simplify(subst(goal, env))
            used.add(hyp.name)
    return hyps, goal, frozenset(used)


def _variable_equation(term: Term) -> tuple[Term, Term] | None:
    if term.op is not Op.EQ:
        return None
    left, right = term.args
    for var, value in ((left, right), (right, left)):
        if var.op is Op.VAR and var not in free_vars(value):
            return var, value
    return None


def _assume(term: Term, name: str, hyps: list[Hyp], skolems: Skolems) -> None:
    stack = [term]
    while stack:
        here = stack.pop()
        if here.op is Op.AND:
            stack.extend(reversed(here.args))
        elif here.op is Op.EXISTS:
            stack.append(_open(here, skolems))
        elif here is not TRUE:
            hyps.append(Hyp(name, here))


def _open(quantified: Term, skolems: Skolems) -> Term:
    return subst(quantified.args[0], {mk_var(name, type): skolems.new(type) for name, type in quantified.data})


class QueryBuilder:
    """Makes queries of one problem, from the plain one to the one with every fact."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.theory = problem.theory

    @cached_property
    def symbols(self) -> frozenset[str]:
        out: frozenset[str] = frozenset()
        for formula in self.problem.formulas:
            out |= self.theory.reach(formula)
        return out | {"std.list.member"} if out & {"std.list.all", "std.list.any"} else out

    @cached_property
    def facts(self) -> list[Fact]:
        found = self.theory.facts(self.symbols, self.problem.before, self.problem.using)
        return [*found[:FACTS_AT_MOST], *self.problem.extra]

    @cached_property
    def instances(self) -> list[Instance]:
        """Instances of facts and hypotheses that rewriting the goal and the hypotheses calls for."""
        hyps = self.problem.sequent.hyps
        rules = [r for h in hyps if h.term.op in (Op.FORALL, Op.IMPLIES) for r in rules_of(h.name, (), h.term, fixed=True)]
        rules += [r for h in hyps if h.term.op is Op.EQ and h.name == "induction" for r in rules_of(h.name, (), h.term, fixed=True)]
        rules += [r for f in self.facts for r in rules_of(f"fact:{f.name}", f.vars, f.formula)]
        rewriter = Rewriter(self.theory, rules, (h.term for h in hyps))
        for formula in (self.problem.sequent.goal, *(h.term for h in hyps)):
            rewriter.run(formula)
        return list(rewriter.instances.values())

    def rewritten(self, depth: int, abstract: bool) -> Query:
        """Hypotheses, goal, the instances that rewriting calls for, and ground unfolding: nothing quantified is added."""
        encoder = Encoder(self.theory.program, abstract)
        out = [(h.name, encoder.formula(h.term)) for h in self.problem.sequent.hyps]
        out.append(("goal", encoder.formula(mk_not(self.problem.sequent.goal))))
        out.extend((i.name, encoder.formula(i.formula)) for i in self.instances)
        ground = [*self.problem.formulas, *(i.formula for i in self.instances)]
        unfolded = unfold(self.theory, ground, depth)
        out.extend((f"def:{i.fn}", encoder.formula(i.formula)) for i in unfolded)
        laws = [*prim_laws(ground), *element_laws(ground)]
        out.extend(("law", encoder.formula(self.theory.simplify(law))) for law in laws)
        out.extend(("lambda", axiom) for axiom in encoder.axioms)
        return Query(tuple(encoder.declarations()), _unique(out))

    def query(self, depth: int = 0, facts: bool = False, axioms: bool = False, negate: bool = True) -> Query:
        """``depth`` rounds of ground unfolding; ``facts``: lemmas and ensures; ``axioms``: split definitions."""
        encoder = Encoder(self.theory.program)
        out: list[tuple[str, str]] = []
        formulas = self.problem.formulas
        for hyp in self.problem.sequent.hyps:
            out.append((hyp.name, encoder.formula(hyp.term)))
        if negate:
            out.append(("goal", encoder.formula(mk_not(self.problem.sequent.goal))))
        instances = unfold(self.theory, formulas, depth) if depth else []
        for instance in instances:
            out.append((f"def:{instance.fn}", encoder.formula(instance.formula)))
        ground = [*formulas, *(i.formula for i in instances)]
        for law in [*prim_laws(ground), *(element_laws(ground) if facts else ())]:
            out.append(("law", encoder.formula(self.theory.simplify(law))))
        if facts:
            out.extend(self._facts(encoder, ground))
        if axioms:
            out.extend(self._axioms(encoder, ground))
        out.extend(("lambda", axiom) for axiom in encoder.axioms)
        return Query(tuple(encoder.declarations()), _unique(out))

    def _facts(self, encoder: Encoder, ground: list[Term]) -> list[tuple[str, str]]:
        out: list[tuple[str, str]] = []
        calls, types = call_types(ground)
        for fact in self.facts:
            for env in type_envs(fact, calls, types):
                vars, formula = self._instance(fact, env)
                out.append((f"fact:{fact.name}", encoder.forall(vars, formula, patterns(formula, vars))))
        return out

    def _instance(self, fact: Fact, env: TypeEnv) -> tuple[tuple[Term, ...], Term]:
        renamed = {v: mk_var(f"%{v.data}", subst_types(v, env).type) for v in fact.vars}
        formula = subst_types(fact.formula, env)
        vars = tuple(renamed[v] for v in fact.vars)
        return vars, subst(formula, {subst_types(v, env): renamed[v] for v in fact.vars})

    def _axioms(self, encoder: Encoder, ground: list[Term]) -> list[tuple[str, str]]:
        """Equations for every recursive function in reach, at the type instances in use."""
        out: list[tuple[str, str]] = []
        done: set[tuple[str, tuple[Type, ...]]] = set()
        frontier = [(t.data, t.type) for t in subterms(*ground) if t.op is Op.CALL]
        while frontier:
            (name, targs), result = frontier.pop(0)
            if (name, targs) in done or not self.theory.is_recursive(name):
                continue
            done.add((name, targs))
            for equation in equations(self.theory, name, targs, result):
                out.append((f"def:{name}", encoder.forall(equation.vars, equation.formula, [(equation.pattern,)])))
                frontier.extend((t.data, t.type) for t in subterms(equation.formula) if t.op is Op.CALL)
        return out


def call_types(terms: list[Term]) -> tuple[dict[str, list[tuple[Type, ...]]], list[Type]]:
    """Type arguments by function name, and all types, in order of creation."""
    calls: dict[str, dict[tuple[Type, ...], None]] = {}
    types: dict[Type, None] = {}
    for term in subterms(*terms):
        types[term.type] = None
        if term.op is Op.CALL:
            calls.setdefault(term.data[0], {})[term.data[1]] = None
    return {name: list(found) for name, found in calls.items()}, list(types)


def _unique(named: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Equal formulas once; names made distinct by a running number."""
    seen: set[str] = set()
    out: list[tuple[str, str]] = []
    for name, formula in named:
        if formula not in seen and formula != "true":
            seen.add(formula)
            out.append((f"{name}~{len(out)}", formula))
    return tuple(out)


def base_name(name: str) -> str:
    return name.rsplit("~", 1)[0]
