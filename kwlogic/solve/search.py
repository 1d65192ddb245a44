"""Proof search for one sequent: which attempts, in which order, with which share of the budget.

An *attempt* proves a sequent or not; it never refutes. Refuting is ``solve.discharge``'s, by replay. Limits are in Z3's
deterministic ``rlimit``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from kwlogic.core.program import ByAuto, ByCases, ByInduction, ByRecursion, Proof
from kwlogic.core.terms import FALSE, Op, Term, mk_is, mk_not
from kwlogic.core.types import BOOL, INT
from kwlogic.core.walk import free_vars, subterms
from kwlogic.solve.backend import Answer, Meter, check
from kwlogic.solve.explain import Stuck
from kwlogic.solve.problem import Problem, QueryBuilder, base_name, prepare
from kwlogic.solve.sorts import Unsupported
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp, Sequent
from kwlogic.vc.induct import Case, Scheme, constructors, destructed, functional, is_inductive, natural, structural
from kwlogic.vc.theory import Fact, Theory
from kwlogic.vc.unfold import ground_calls


@dataclass(frozen=True, slots=True)
class Outline:
    """The shape of a proof, for a certificate: a scheme's rule and subjects with an outline for each case; no rule at a
    leaf, where ``facts`` names what its proof used."""

    rule: str = ""
    subjects: tuple[Term, ...] = ()
    cases: tuple[Outline, ...] = ()
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Success:
    """What a proof rests on: declarations, hypotheses, and the method in words. ``lemmas``: facts found on the way, each
    with its own proof, in the order in which they build on each other. ``goal``: which of the obligation's goals it is."""

    uses: frozenset[str]
    hyps: frozenset[str]
    method: str
    outline: Outline = Outline()
    lemmas: tuple[tuple[Fact, Success], ...] = ()
    goal: int = 0


UNCAPPED = 1 << 40
Rung = tuple[int, int, bool, bool]
"""A query to try: rlimit, rounds of ground unfolding (or ``REWRITE``: the instances that rewriting calls for, ``ABSTRACT``:
the same with products uninterpreted), whether with facts, whether with split definitions."""


@dataclass(slots=True)
class Search:
    """One search over one theory. ``budget`` bounds the rlimit of all queries, ``cap`` that of each; ``roots``: the functions
    that the statement speaks of, before simplification."""

    theory: Theory
    before: str
    using: tuple[str, ...]
    budget: int
    meter: Meter
    wall: float = 20.0
    roots: frozenset[str] = frozenset()
    cap: int = UNCAPPED
    tried: list[str] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    last: Answer | None = None
    reason: str = ""
    extra: tuple[Fact, ...] = ()
    _proofs: dict[Sequent, Success] = field(default_factory=dict)
    _failed: dict[tuple[Sequent, int, bool, bool], int] = field(default_factory=dict)

    # ------------------------------------------------------------ one query

    def ask(self, problem: Problem, rlimit: int, title: str, depth: int, facts: bool, axioms: bool) -> Success | None:
        """Send one query; a proof if it is unsatisfiable."""
        rlimit = min(rlimit, self.budget - self.meter.spent)
        if rlimit <= 0:
            self.reason = "the budget is used up"
            return None
        builder = QueryBuilder(problem)
        try:
            query = builder.query(depth, facts, axioms) if depth >= 0 else builder.rewritten(1, depth == ABSTRACT)
        except Unsupported as reason:
            self.reason = str(reason)
            return None
        answer = check(query, rlimit, self.meter, self.wall, title, models=_modelled_exactly(builder))
        self.last = answer
        if answer.status == "unsat":
            return self._success(builder, answer, title)
        if answer.reason and answer.reason != "canceled" and not answer.reason.lstrip("(").startswith("incomplete"):
            self.reason = answer.reason
        return None

    def _success(self, builder: QueryBuilder, answer: Answer, title: str) -> Success:
        names = {base_name(c) for c in answer.core}
        used = [f for f in builder.facts if f"fact:{f.name}" in names]
        owners = frozenset(f.owner for f in used if f not in self.extra)
        facts = owners.union(*(self._unfoldable(f.reach) | f.support for f in used))
        hyps = frozenset(n for n in names if not n.startswith(("fact:", "def:", "law", "lambda", "goal")))
        outline = Outline(facts=frozenset(f.name for f in used))
        return Success(facts | self._definitions(builder), hyps | builder.problem.substituted, title, outline)

    def forget(self) -> None:
        """What failed may be tried again: there are new facts."""
        self._failed.clear()

    # ------------------------------------------------------------ ladders

    def plain(self, problem: Problem) -> bool:
        """Whether one query without definitions or facts decides the problem."""
        return not QueryBuilder(problem).symbols

    def direct(self, problem: Problem, effort: int) -> Success | None:
        """Without induction, up to an effort: 0 is what fits in milliseconds, ``ALL`` is all. What was tried is not repeated."""
        found = self._closed(problem) or self._proofs.get(problem.sequent)
        if found is not None:
            return found
        plain = self.plain(problem)
        for level in range(effort + 1):
            for rung in ((PLAIN_LIMITS[level], 0, bool(self.using), False),) if plain else self._rungs(problem, level):
                found = self._rung(problem, rung)
                if found is not None or self.meter.spent >= self.budget:
                    return found
        return None

    def _rungs(self, problem: Problem, level: int) -> tuple[Rung, ...]:
        """Where each question may cost but little, the two that prove most."""
        if self.cap == UNCAPPED:
            return LADDER[level]
        return ((self.cap, 1, True, not self._has_facts(problem)),) if level else ((self.cap, ABSTRACT, False, False),)

    def _rung(self, problem: Problem, rung: Rung) -> Success | None:
        limit, depth, facts, axioms = rung
        limit = min(limit, self.cap)
        asked = (problem.sequent, depth, facts and self._has_facts(problem), axioms)
        if limit < 2 * self._failed.get(asked, 0):
            return None
        found = self.ask(problem, limit, "direct", *asked[1:])
        if found is None:
            self._failed[asked] = limit
        else:
            self._proofs[problem.sequent] = found
        return found

    def _has_facts(self, problem: Problem) -> bool:
        """Whether a query with facts would say more than one without."""
        builder = QueryBuilder(problem)
        return bool(builder.facts) or not builder.symbols or not builder.symbols.isdisjoint(("std.list.all", "std.list.any"))

    def _closed(self, problem: Problem) -> Success | None:
        if not problem.closed:
            return None
        builder = QueryBuilder(problem)
        hyps = frozenset(h.name for h in problem.sequent.hyps if h.term is mk_not(problem.sequent.goal))
        false = frozenset(h.name for h in problem.sequent.hyps if h.term is FALSE)
        return Success(self._definitions(builder), hyps | false | problem.substituted, "simplification")

    def _definitions(self, builder: QueryBuilder) -> frozenset[str]:
        """Recursive definitions that may have been unfolded: all in reach, since simplification leaves no trace."""
        return self._unfoldable(builder.symbols | self.roots)

    def _unfoldable(self, names: frozenset[str]) -> frozenset[str]:
        return frozenset(f"def:{s}" for s in names if self.theory.is_recursive(s) and self.theory.visible(s) is not None)

    # ------------------------------------------------------------ whole search

    def prove(self, sequent: Sequent, hint: Proof | None, effort: int) -> Success | None:
        """By the hint if there is one, then automatically, with growing effort."""
        problem = self.prepared(sequent)
        for scheme in self._hinted(sequent, hint) or ():
            found = self.by_scheme(scheme, min(effort + 1, ALL), 1)
            if found is not None:
                return found
        if self.plain(problem):
            return self.direct(problem, ALL)
        for level in range(effort + 1):
            found = self._automatic(problem, level)
            if found is not None:
                return found
        return None

    def prepared(self, sequent: Sequent) -> Problem:
        return prepare(self.theory, sequent, self.before, self.using, self.extra)

    def opened(self, problem: Problem) -> Sequent:
        """The sequent to choose inductions for: components of records are variables there."""
        opened = destructed(self.theory, problem.sequent)
        return problem.sequent if opened is problem.sequent else self.prepared(opened).sequent

    def quick(self, sequent: Sequent, most: int) -> Success | None:
        """Directly or by one induction, up to a low effort; with the facts that were found since it was last tried."""
        self.forget()
        problem = self.prepared(sequent)
        found = self.direct(problem, 0)
        if found is not None or self.plain(problem):
            return found
        for effort in range(most + 1):
            for scheme in self.schemes(problem.sequent):
                if self.meter.spent >= self.budget:
                    return None
                found = self.by_scheme(scheme, effort, 0)
                if found is not None:
                    return found
        return None

    def _automatic(self, problem: Problem, effort: int) -> Success | None:
        found = self.direct(problem, effort)
        if found is not None:
            return found
        for scheme in self.schemes(self.opened(problem)):
            if self.meter.spent >= self.budget:
                return None
            found = self.by_scheme(scheme, effort, 1 if effort >= 2 else 0)
            if found is not None:
                return found
        return None

    def _hinted(self, sequent: Sequent, hint: Proof | None) -> list[Scheme] | None:
        """Schemes of a hint; None where there is none (or it only names facts)."""
        match hint:
            case ByInduction(names):
                return self._inductions(sequent, names)
            case ByRecursion(call):
                opened = prepare(self.theory, sequent, self.before).sequent
                scheme = functional(self.theory, opened, call) or functional(self.theory, sequent, call)
                return [] if scheme is None else [scheme]
            case ByCases(subject):
                scheme = self.cases(sequent, subject)
                return [] if scheme is None else [scheme]
            case ByAuto() | None:
                return None
            case _:
                return None

    def _inductions(self, sequent: Sequent, names: tuple[str, ...]) -> list[Scheme]:
        vars = {str(v.data): v for v in sequent.vars}
        schemes = [self.induction(sequent, vars[n]) for n in names if n in vars]
        if len(names) > 1 and schemes and schemes[0] is not None:
            nested = self._nested(schemes[0], tuple(vars[n] for n in names[1:] if n in vars))
            schemes = [nested, *schemes]
        return [s for s in schemes if s is not None]

    def _nested(self, scheme: Scheme, rest: tuple[Term, ...]) -> Scheme | None:
        """Induct on the further variables inside each case."""
        cases = scheme.cases
        for var in rest:
            inner: list[Case] = []
            for case in cases:
                deeper = self.induction(case.sequent, var)
                inner.extend([case] if deeper is None else deeper.cases)
            cases = tuple(inner)
        title = f"{scheme.title}, then {', '.join(str(v.data) for v in rest)}"
        return Scheme(title, cases, scheme.uses, "nested", (*scheme.subjects, *rest))

    def induction(self, sequent: Sequent, var: Term) -> Scheme | None:
        return natural(sequent, var) if var.type is INT else structural(self.theory, sequent, var)

    def cases(self, sequent: Sequent, subject: Term) -> Scheme | None:
        """A case for each constructor of the subject, or for both truth values."""
        if subject.type is BOOL:
            both = ((subject, "true"), (mk_not(subject), "false"))
            halves = tuple(Case(w, Sequent(sequent.vars, (*sequent.hyps, Hyp("case", t)), sequent.goal)) for t, w in both)
            return Scheme("cases", halves, rule="split", subjects=(subject,))
        ctors = constructors(self.theory, subject.type)
        if not ctors:
            return None
        made = tuple(
            Case(c.rsplit(".", 1)[-1], Sequent(sequent.vars, (*sequent.hyps, Hyp("case", mk_is(c, subject))), sequent.goal))
            for c, _ in ctors
        )
        return Scheme("cases", made, rule="split", subjects=(subject,))

    def by_scheme(self, scheme: Scheme, effort: int, nesting: int) -> Success | None:
        """Prove every case, hardest knowledge last; the first failure ends it."""
        self.tried.append(scheme.title)
        uses = scheme.uses
        hyps: frozenset[str] = frozenset()
        outlines = []
        for number, case in enumerate(scheme.cases):
            problem = self.prepared(case.sequent)
            found = self.direct(problem, effort)
            if found is None and nesting > 0:
                found = self._deeper(problem, effort, nesting - 1)
            if found is None:
                held = tuple(c.title for c in scheme.cases[:number])
                self.stuck.append(Stuck(scheme.title, held, case.title, problem.sequent))
                return None
            uses |= found.uses
            hyps |= found.hyps
            outlines.append(found.outline)
        return Success(uses, hyps, scheme.title, Outline(scheme.rule, scheme.subjects, tuple(outlines)))

    def _deeper(self, problem: Problem, effort: int, nesting: int) -> Success | None:
        before = len(self.stuck)
        for scheme in list(self.schemes(problem.sequent))[:3]:
            if self.meter.spent >= self.budget:
                return None
            found = self.by_scheme(scheme, min(effort, 2), nesting)
            if found is not None:
                return found
        del self.stuck[before:]  # what is told is where the outer induction is stuck
        return None

    # ------------------------------------------------------------ choice of induction

    def schemes(self, sequent: Sequent) -> Iterator[Scheme]:
        """Inductions worth trying, the most promising first: along calls of recursive functions, then on variables
        at their recursive arguments, then on any other inductive variable."""
        goal_vars = free_vars(sequent.goal)
        functionals = []
        ranks: dict[Term, int] = {}
        for call in ground_calls((sequent.goal, *(h.term for h in sequent.hyps if h.name != "induction"))):
            if not self.theory.is_recursive(call.data[0]):
                continue
            functionals.append(call)
            for position, arg in enumerate(call.args):
                if arg.op is Op.VAR and position in self._taken_apart(call):
                    ranks[arg] = ranks.get(arg, 0) + (2 if arg in goal_vars else 1)
        ordered = sorted(ranks, key=lambda v: (-ranks[v], str(v.data)))
        rest = [v for v in sorted(goal_vars, key=lambda v: str(v.data)) if v not in ranks]
        seen: set[Term] = set()
        for var in (*ordered, *rest):
            if var not in seen and var.type is not INT and is_inductive(self.theory, var.type):
                seen.add(var)
                scheme = structural(self.theory, sequent, var)
                if scheme is not None:
                    yield scheme
        for call in functionals:
            if len(call.args) == 1 and call.args[0] in seen and self._goes_by_parts(call):
                continue
            scheme = functional(self.theory, sequent, call)
            if scheme is not None:
                yield scheme
        for var in (*ordered, *rest):
            if var.type is INT and var not in seen:
                seen.add(var)
                scheme = natural(sequent, var)
                if scheme is not None:
                    yield scheme

    def _goes_by_parts(self, call: Term) -> bool:
        """Whether each recursive call is of a part of the argument, so that structural induction says the same."""
        definition = self.theory.definition(call)
        if definition is None:
            return False
        inner = [t.args[0] for t in subterms(definition.body) if t.op is Op.CALL and t.data == call.data]
        return all(a.op is Op.SEL and a.args[0] is definition.params[0] for a in inner)

    def _taken_apart(self, call: Term) -> set[int]:
        """Positions of parameters that the definition tests or that change in recursive calls."""
        definition = self.theory.definition(call)
        if definition is None:
            return set()
        out = set()
        recursive = [t for t in subterms(definition.body) if t.op is Op.CALL and t.data[0] == call.data[0]]
        for i, param in enumerate(definition.params):
            tested = any(t.op is Op.IS and t.args[0] is param for t in subterms(definition.body))
            if tested or (param.type is INT and any(r.args[i] is not param for r in recursive)):
                out.add(i)
        return out


REWRITE, ABSTRACT = -1, -2
PLAIN_LIMITS = (300_000, 2_000_000, 8_000_000, 8_000_000)

LADDER: tuple[tuple[Rung, ...], ...] = (
    ((50_000, ABSTRACT, False, False),),
    ((60_000, 1, False, False), (100_000, 1, True, False), (120_000, 1, True, True)),
    ((300_000, REWRITE, False, False), (300_000, 2, True, False), (500_000, 1, True, True), (500_000, 3, True, False)),
    ((1_500_000, 2, True, True), (1_500_000, 3, True, False), (1_500_000, 2, False, False)),
)
ALL = len(LADDER) - 1


def _modelled_exactly(builder: QueryBuilder) -> bool:
    """Whether the solver's values are the language's: its sets may be infinite and its reals irrational, which tells
    as soon as quantifiers are instantiated by what a model holds and not only by what the formulas speak of."""
    if builder.symbols:
        return False
    parts = subterms(*builder.problem.formulas)
    types = {t.type for t in parts} | {type for t in parts if t.op in (Op.FORALL, Op.EXISTS) for _, type in t.data}
    curved = any(t.op is Op.PRIM and t.data in ("real.mul", "real.div", "int.mul") for t in parts)
    return all(t.head in ("Int", "Bool", "String") or (t.head == "Real" and not curved) for t in types)
