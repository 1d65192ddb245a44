"""Certificates out of proofs: the shape that a search found, proved again with ground instances only.

At each leaf the solver picks the instances that matter; then ``proof.ground`` must show the contradiction without it
(tier T1). Where that fails, the leaf says what was asked instead, and the proof counts less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kwlogic.core.terms import Op, Term, mk_call, mk_var
from kwlogic.core.types import BOOL, INT
from kwlogic.core.walk import BINDERS, fold, free_vars, rebuild, subterms
from kwlogic.proof.check import Checker, Collector, Scope, quantified_in, restricted, scope_of
from kwlogic.proof.data import Along, Certificate, Law, Leaf, Lemma, Natural, Pick, Specialise, Split, Step, Structural, Tree, tier_of
from kwlogic.proof.facts import facts_of
from kwlogic.proof.goals import along, free_of, introduce, natural, split, structural
from kwlogic.proof.ground import refutes
from kwlogic.proof.seal import Seals
from kwlogic.proof.statements import Refused
from kwlogic.solve.backend import Meter, Query, check
from kwlogic.solve.encode import Encoder
from kwlogic.solve.instances import Candidate, Instances
from kwlogic.solve.remembered import facts_in
from kwlogic.solve.search import Outline, Success
from kwlogic.solve.sorts import Unsupported
from kwlogic.vc.data import Obligation, Sequent

LEAN_ROUNDS, ROUNDS = 6, 3
QUICK_STEPS = 15_000
STEPS = 200_000
LIMIT = 600_000
HIDDEN = ("set.", "map.", "str.")


class Certifier:
    """Makes certificates under one program."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.normal = checker.statements.normal
        self.seals = Seals(checker.program)

    def certify(self, obligation: Obligation, found: Success) -> Certificate | None:
        """A certificate of what was found; None where its shape cannot be followed. First with the hypotheses that the
        solver used, then with all."""
        best: Certificate | None = None
        every = frozenset(h.name for h in obligation.sequent.hyps)
        for hyps in dict.fromkeys((found.hyps & every, every)):
            made = self._with(obligation, found, hyps)
            if made is not None and (best is None or made.tier < best.tier):
                best = made
            if best is not None and best.tier == "T1":
                break
        return best

    def _with(self, obligation: Obligation, found: Success, hyps: frozenset[str]) -> Certificate | None:
        scope = scope_of(self.checker.program, obligation)
        try:
            lemmas = self._lemmas(found, scope)
            tree = self.tree(restricted(obligation, found.goal, hyps), found.outline, replace(scope, lemmas=lemmas))
        except (Refused, StopIteration):
            return None
        made = Certificate(obligation.id, self.seals.of(obligation), "T1", tree, lemmas, found.goal, hyps)
        return replace(made, tier=tier_of(made))

    def _lemmas(self, found: Success, scope: Scope) -> tuple[Lemma, ...]:
        """Proofs of the lemmas that were used, and of those that these use."""
        wanted = facts_in(found.outline)
        for fact, proof in reversed(found.lemmas):
            if fact.name in wanted:
                wanted |= facts_in(proof.outline)
        out: list[Lemma] = []
        for fact, proof in found.lemmas:
            if fact.name in wanted:
                here = replace(scope, lemmas=tuple(out))
                tree = self.tree(Sequent(fact.vars, (), fact.formula), proof.outline, here)
                out.append(Lemma(fact.name, fact.tparams, fact.vars, fact.formula, tree))
        return tuple(out)

    # ------------------------------------------------------------ trees

    def tree(self, sequent: Sequent, outline: Outline, scope: Scope) -> Tree:
        """The tree of an outline; it is as deep as inductions nest."""
        opened = introduce(self.normal, sequent)
        match outline.rule:
            case "":
                return self.leaf(opened, outline.facts, scope)
            case "nested":
                return self._nested(sequent, outline.subjects, iter(outline.cases), scope)
            case "split":
                cases = split(self.checker.data, opened, outline.subjects[0])
                return Split(outline.subjects[0], self._trees(cases, outline, scope))
            case "along":
                return self._along(opened, outline, scope)
            case "structural" | "natural":
                return self._inductive(opened, outline, scope)
            case other:
                raise Refused(f"no certificate speaks of `{other}`")

    def _trees(self, sequents: list[Sequent], outline: Outline, scope: Scope) -> tuple[Tree, ...]:
        if len(sequents) != len(outline.cases):
            raise Refused("the cases differ")
        return tuple(self.tree(s, o, scope) for s, o in zip(sequents, outline.cases, strict=True))

    def _inductive(self, opened: Sequent, outline: Outline, scope: Scope) -> Tree:
        (var,) = outline.subjects
        record = self._record(opened) if var not in free_of(opened) else None
        if record is not None:
            (inner,) = structural(self.checker.data, opened, record)
            return Structural(record, (self.tree(inner, outline, scope),))
        if outline.rule == "natural":
            return Natural(var, self.tree(natural(opened, var), outline.cases[0], scope))
        return Structural(var, self._trees(structural(self.checker.data, opened, var), outline, scope))

    def _record(self, opened: Sequent) -> Term | None:
        """A variable of a type with one constructor."""
        named = sorted(free_of(opened), key=lambda v: str(v.data))
        return next((v for v in named if len(self.checker.data.plain(v.type)) == 1), None)

    def _along(self, opened: Sequent, outline: Outline, scope: Scope) -> Tree:
        (call,) = outline.subjects
        record = self._record(opened) if not set(call.args) <= free_of(opened) else None
        if record is not None:
            (inner,) = structural(self.checker.data, opened, record)
            return Structural(record, (self.tree(inner, outline, scope),))
        step, guard = along(self.checker.statements, opened, call)
        tree = self.tree(step, outline.cases[0], scope)
        if guard is None:
            return Along(call, tree, None)
        return Along(call, tree, self.tree(guard, outline.cases[1] if len(outline.cases) > 1 else Outline(), scope))

    def _nested(self, sequent: Sequent, subjects: tuple[Term, ...], cases: Iterator[Outline], scope: Scope) -> Tree:
        if not subjects:
            return self.tree(sequent, next(cases), scope)
        var, rest = subjects[0], subjects[1:]
        opened = introduce(self.normal, sequent)
        if var not in free_of(opened):
            return self._nested(sequent, rest, cases, scope)
        if var.type is INT:
            return Natural(var, self._nested(natural(opened, var), rest, cases, scope))
        inner = structural(self.checker.data, opened, var)
        return Structural(var, tuple(self._nested(s, rest, cases, scope) for s in inner))

    # ------------------------------------------------------------ leaves

    def leaf(self, opened: Sequent, facts: frozenset[str], scope: Scope) -> Leaf:
        """Few instances that contradict the negated goal, shown without a solver where that is possible."""
        plain = Collector(self.checker, opened, scope, set()).formulas
        if refutes(plain, self.checker.data.plain, QUICK_STEPS):
            return Leaf()
        for lean, rounds in ((True, LEAN_ROUNDS), (False, ROUNDS)):
            instances = Instances(self.checker, opened, scope, facts, lean)
            for _ in range(rounds):
                before = len(instances.found)
                instances.grow()
                if len(instances.found) == before and instances.rounds > 1:
                    continue
                steps = self._picked(instances, opened, scope)
                if steps is not None:
                    return Leaf(steps)
        return Leaf(tier="T4")

    def _picked(self, instances: Instances, opened: Sequent, scope: Scope) -> tuple[Step, ...] | None:
        """The instances that a solver needs, if they are enough without it; where it knows more of primitives than the
        laws at hand, all of these come along."""
        for hide in (True, False):
            core = self._core(instances, hide)
            if core is None:
                continue
            if not hide:
                core += [c for c in instances.found if isinstance(c.step, Law) and c not in core]
            steps = self._steps(instances, core, opened, scope)
            if self._holds(opened, steps, scope):
                return steps
        return None

    def _holds(self, opened: Sequent, steps: tuple[Step, ...], scope: Scope) -> bool:
        try:
            formulas = Collector(self.checker, opened, scope, set()).run(steps)
        except Refused:
            return False
        return refutes(formulas, self.checker.data.plain, STEPS)

    def _core(self, instances: Instances, hide: bool) -> list[Candidate] | None:
        """The candidates that the solver needs; None where it finds no contradiction."""
        encoder = Encoder(self.checker.program)
        hidden: dict[Term, Term] = {}
        memo: dict[Term, Term] = {}

        def plain(term: Term, args: tuple[Term, ...]) -> Term:
            if term in instances.collector.quantified:
                return hidden.setdefault(term, mk_var(f"quantified.{len(hidden)}", BOOL))
            here = rebuild(term, args) if args else term
            return uninterpreted(here) if hide else here

        def text(term: Term) -> str:
            return encoder.formula(fold((term,), plain, memo)[term])

        try:
            own = [(f"own~{i}", text(f)) for i, f in enumerate(instances.collector.formulas[: instances.own])]
            rest = [(f"step~{i}", text(c.formula)) for i, c in enumerate(instances.found)]
            own += [(f"fact~{i}", text(f)) for i, f in enumerate(known_facts(instances.collector.formulas))]
        except Unsupported:
            return None
        lambdas = [(f"lambda~{i}", axiom) for i, axiom in enumerate(encoder.axioms)]
        answer = check(Query(tuple(encoder.declarations()), (*own, *rest, *lambdas)), LIMIT, Meter(), 10.0)
        if answer.status != "unsat":
            return None
        return [c for i, c in enumerate(instances.found) if f"step~{i}" in answer.core]

    def _steps(self, instances: Instances, core: list[Candidate], opened: Sequent, scope: Scope) -> tuple[Step, ...]:
        """The candidates in order, with those that bring the quantified formulas they speak of, renumbered."""
        kept = set(core)
        for candidate in reversed(instances.found):
            if candidate in kept and candidate.about is not None:
                kept |= self._origin(instances, candidate.about)
        collector = Collector(self.checker, opened, scope, set())
        out: list[Step] = []
        for candidate in instances.found:
            if candidate in kept:
                step = candidate.step
                if candidate.about is not None and isinstance(step, Specialise | Pick):
                    step = replace(step, number=list(collector.quantified).index(candidate.about))
                collector.take(step)
                out.append(step)
        return tuple(out)

    def _origin(self, instances: Instances, formula: Term) -> set[Candidate]:
        """The first candidate that mentions a quantified formula, unless the sequent does."""
        if any(formula in quantified_in(f) for f in instances.collector.formulas[: instances.own]):
            return set()
        for candidate in instances.found:
            if formula in quantified_in(candidate.formula):
                return {candidate}
        return set()


def known_facts(formulas: list[Term]) -> list[Term]:
    """What the ground prover knows of primitives that the solver is not to know."""
    everything = subterms(*formulas)
    bound = {mk_var(n, t) for term in everything if term.op in BINDERS and term.op is not Op.LET for n, t in term.data}
    ground = (t for t in everything if t.op is Op.PRIM and t.data.startswith(HIDDEN) and bound.isdisjoint(free_vars(t)))
    return [fact for term in ground for fact in facts_of(term)]


def uninterpreted(term: Term) -> Term:
    """Sets, maps and strings as the ground prover sees them: functions of which only the laws at hand are known."""
    if term.op is Op.PRIM and term.data.startswith(HIDDEN):
        return mk_call(f"primitive.{term.data}", (*(a.type for a in term.args), term.type), term.args, term.type)
    return term
