"""One obligation to one verdict.

Order: what is given or run; then proof at low effort; then counterexamples (evaluation on small inputs, the solver's
models), each replayed; then proof at full effort. A counterexample that does not replay is never shown: it becomes the
reason of an ``Unknown``, with blame where a callee's contract allowed what its body never does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from kwlogic.core.terms import Op, Term
from kwlogic.core.walk import subterms
from kwlogic.solve.agenda import Agenda
from kwlogic.solve.backend import Meter, check
from kwlogic.solve.decode import decode_vars
from kwlogic.solve.discovery import Discovery
from kwlogic.solve.explain import stuck_text
from kwlogic.solve.falsify import Falsifier, Wide, witness
from kwlogic.solve.lemmas import Pool, accept
from kwlogic.solve.models import is_large, recursive_query
from kwlogic.solve.narrow import Narrowing
from kwlogic.solve.played import concrete
from kwlogic.solve.present import present, present_outputs
from kwlogic.solve.problem import QueryBuilder, base_name, prepare
from kwlogic.solve.replay import Env, Replay, Replayer, declaration
from kwlogic.solve.search import ALL, Search, Success
from kwlogic.solve.sized import Sized, calls_in_reach
from kwlogic.solve.sorts import Unsupported
from kwlogic.solve.speculate import Speculation
from kwlogic.solve.tester import Tester
from kwlogic.source.records import dataclass
from kwlogic.vc.data import (
    Counterexample,
    Goal,
    Kind,
    Obligation,
    Proved,
    Refuted,
    Result,
    Sequent,
    Unknown,
    Verdict,
)
from kwlogic.vc.theory import Theory

if TYPE_CHECKING:
    from kwlogic.solve.proofs import Proofs
    from kwlogic.solve.remembered import Offers, Statements
    from kwlogic.solve.shake import Shake

WITNESS_LIMIT = 3_000_000
MODEL_LIMIT = 1_000_000
RUN_LIMIT = 20_000_000
LAST_LIMIT = 6_000_000
FEW = 50_000
NARROWING = 0.4
"""Of the budget, and on top of it."""
LITTLE, MUCH = 200_000, 1_500_000
"""Work of a wide search, after the cheap inductions and after the usual ones: steps of the evaluator."""


@dataclass(slots=True)
class Session:
    """What the obligations of one run share inside one process. ``offers``: statements of lemmas to look at first, by
    module; ``again``: the obligations were tried before without them, and nothing else is to be tried."""

    theory: Theory
    replayer: Replayer
    budget: int
    wall: float
    keep: bool = False
    proofs: Proofs | None = None
    shake: Shake | None = None
    offers: Offers = field(default_factory=dict)
    again: bool = False
    statements: Statements | None = None

    def offered(self, module: str) -> list[Term]:
        """Lemmas that other proofs of a module were found by, to be proved anew."""
        texts = self.offers.get(module, ())
        if not texts:
            return []
        if self.statements is None:
            from kwlogic.solve.remembered import Statements

            self.statements = Statements(self.theory.program)
        return self.statements.formulas(texts)


def discharge(session: Session, obligation: Obligation) -> tuple[Result, Meter]:
    """The verdict of one obligation, and what it cost."""
    meter = Meter(keep=session.keep, shake=session.shake)
    started = perf_counter()
    verdict = _verdict(session, obligation, meter)
    seconds = perf_counter() - started
    return Result(obligation, verdict, meter.spent, seconds, volatile=meter.volatile and isinstance(verdict, Unknown)), meter


def _verdict(session: Session, obligation: Obligation, meter: Meter) -> Verdict:
    match obligation.ask:
        case Goal.GIVEN:
            return obligation.given if obligation.given is not None else Unknown("no verdict was given")
        case Goal.RUN:
            from kwlogic.solve.examples import run_example

            return run_example(session.theory.program, obligation)
        case Goal.SATISFIABLE:
            return _satisfiable(session, obligation, meter)
        case Goal.VALID:
            replayed = session.proofs.replay(obligation) if session.proofs is not None else None
            return replayed if replayed is not None else Prover(session, obligation, meter).verdict()


# ---------------------------------------------------------------- is there an input at all?


def _satisfiable(session: Session, obligation: Obligation, meter: Meter) -> Verdict:
    program, replayer = session.theory.program, session.replayer
    sequent = concrete(obligation.sequent)
    hyps = [h.term for h in sequent.hyps]

    def satisfied(env: Env) -> bool:
        return all(replayer.holds(h, env) is True for h in hyps)

    found = witness(replayer, sequent.vars, satisfied, 60)
    if found is None:
        found_or_verdict = _solve_witness(session, obligation, sequent, meter)
        if isinstance(found_or_verdict, Refuted):
            return found_or_verdict
        found = found_or_verdict
        if found is not None and not satisfied(found):
            found = None
    if found is None:
        found = witness(replayer, sequent.vars, satisfied, 2_000)
    if found is None:
        return Unknown("no input that satisfies all requires was found, and none was shown to be impossible")
    return Proved(method="witness", tier="T1", witness=Counterexample(present(program, sequent.vars, found)))


def _solve_witness(session: Session, obligation: Obligation, sequent: Sequent, meter: Meter) -> Env | Refuted | None:
    problem = prepare(session.theory, sequent, obligation.before, obligation.using)
    builder = QueryBuilder(problem)
    for depth in (2, 4) if builder.symbols else (0,):
        try:
            query = builder.query(depth, facts=False, negate=False)
        except Unsupported:
            return None
        answer = check(query, WITNESS_LIMIT, meter, session.wall, "requires")
        if answer.status == "unsat" or (problem.closed and any(h.term.op is Op.LIT for h in problem.sequent.hyps)):
            core = frozenset(base_name(c) for c in answer.core if c.startswith("requires"))
            return Refuted(None, core or frozenset(h.name for h in sequent.hyps))
        env = decode_vars(session.theory.program, answer.model, sequent.vars)
        if env is not None and all(session.replayer.holds(h.term, env) is True for h in sequent.hyps):
            return env
    return None


# ---------------------------------------------------------------- does it hold?


def _theory_for(theory: Theory, obligation: Obligation) -> Theory:
    """A proof of termination must not unfold the very recursion that it is about."""
    fn = theory.program.fns.get(obligation.declaration)
    if obligation.kind is not Kind.TERMINATION or fn is None:
        return theory
    terms = (*(h.term for h in obligation.sequent.hyps), obligation.sequent.goal, *obligation.alternatives)
    if all(fn.group.isdisjoint(theory.reach(t)) for t in terms):
        return theory
    return Theory(theory.program, theory.untrusted | {f"def:{n}" for n in fn.group} | fn.group)


class Prover:
    """Proves or refutes one obligation."""

    def __init__(self, session: Session, obligation: Obligation, meter: Meter) -> None:
        self.session = session
        self.obligation = obligation
        self.meter = meter
        self.theory = _theory_for(session.theory, obligation)
        self.falsifier = Falsifier(session.replayer, obligation)
        self.wide: Wide | None = None
        self.pool: Pool | None = None
        self.speculation: Speculation | None = None
        self.agenda: Agenda | None = None
        self.tester = Tester(session.theory.program)
        self.suspect: Env | None = None
        self.played = concrete(obligation.sequent)
        self.problem = prepare(self.theory, self.played, obligation.before, obligation.using)
        self.search = self._search()

    def verdict(self) -> Verdict:
        search = self.search
        if self.session.again:
            found_again = self._by_offered(search)
            return Unknown("") if found_again is None else self._proved(found_again)
        plain = search.plain(self.problem)
        attempts: tuple[Callable[[], Success | Proved | Refuted | None], ...] = (
            lambda: self._low_effort(search),
            lambda: None if plain else self._glance(search),
            lambda: None if plain else self._prove(search, 0),
            lambda: self._refute(search) or self._refute_deeper((2, 4), MODEL_LIMIT // 5),
            lambda: self._wider(search),
            lambda: None if plain else self._by_offered(search),
            *self._full_effort(search),
        )
        for attempt in attempts:
            found = attempt()
            if found is not None:
                return self._proved(found) if isinstance(found, Success) else found
        return self._unknown(search)

    def _full_effort(self, search: Search) -> tuple[Callable[[], Success | Refuted | None], ...]:
        """What takes long, proof and refutation in turn. A large goal is one that only its models are likely to settle."""
        large = is_large(self.problem)
        return (
            lambda: None if large else self._direct(search),
            lambda: None if large else self._refute_running(MODEL_LIMIT // 40),
            lambda: None if large else self._swiftly(search),
            lambda: self._refute_narrowing(1) if large else None,
            lambda: self._refute_running(RUN_LIMIT) if large else self._speculate(search, 1),
            lambda: None if large else self._refute_running(MODEL_LIMIT // 10),
            lambda: self._prove(search, 1),
            lambda: self._refute_widely(LITTLE),
            lambda: None if large else self._refute_narrowing(20),
            lambda: None if large else self._swiftly(search),
            lambda: None if large else self._speculate(search, 2),
            lambda: None if large else self._refute_narrowing(1),
            lambda: self._refute_widely(MUCH),
            lambda: None if large else self._discover(search),
            lambda: None if large else self._speculate(search, 3),
            lambda: self._prove(search, ALL),
            lambda: self._refute_deeper((3, 6), MODEL_LIMIT),
            lambda: None if large else self._refute_running(LAST_LIMIT),
        )

    def _search(self) -> Search:
        ob = self.obligation
        terms = (*(h.term for h in ob.sequent.hyps), ob.sequent.goal, *ob.alternatives)
        roots = frozenset[str]().union(*(self.theory.reach(t) for t in terms))
        return Search(self.theory, ob.before, ob.using, self.session.budget, self.meter, self.session.wall, roots)

    def _with_goal(self, goal: Term) -> Sequent:
        sequent = self.obligation.sequent
        return sequent if goal is sequent.goal else Sequent(sequent.vars, sequent.hyps, goal)

    def _low_effort(self, search: Search) -> Success | None:
        """One cheap query for each goal: enough for most obligations, and a model for the others."""
        for count in self.obligation.slices:
            sequent = self.obligation.sequent
            found = search.direct(search.prepared(Sequent(sequent.vars, sequent.hyps[:count], sequent.goal)), 0)
            if found is not None:
                return found
        for number, goal in enumerate((self.obligation.sequent.goal, *self.obligation.alternatives)):
            problem = search.prepared(self._with_goal(goal))
            found = search.direct(problem, 0)
            if found is not None:
                return replace(found, goal=number)
        return None

    def _wider(self, search: Search) -> Proved | None:
        """With more of what comes before than the obligation itself says: of that no certificate can be made."""
        sequent = self.obligation.sequent
        for hyps in () if self.obligation.play is None else self.obligation.play.wider():
            found = search.direct(search.prepared(Sequent(sequent.vars, hyps, sequent.goal)), 0)
            if found is not None:
                return Proved(found.uses, found.hyps, found.method)
        return None

    def _prove(self, search: Search, effort: int) -> Success | None:
        for number, goal in enumerate((self.obligation.sequent.goal, *self.obligation.alternatives)):
            found = search.prove(self._with_goal(goal), self.obligation.hint, effort)
            if found is not None:
                return replace(found, goal=number)
        return None

    def _direct(self, search: Search) -> Success | None:
        """Without induction, which is enough for most clauses: lemmas need not be thought of then."""
        if self.obligation.kind is Kind.LEMMA:
            return None
        return search.direct(search.prepared(self.obligation.sequent), 1)

    def _speculate(self, search: Search, depth: int) -> Success | None:
        """By the lemmas that stuck cases ask for."""
        if not search.roots:
            return None
        if self.speculation is None:
            self.speculation = Speculation(self._pool(search))
        return self.speculation.prove(self.obligation.sequent, depth)

    def _swiftly(self, search: Search) -> Success | None:
        """By lemmas that are proved with next to nothing; the second time with a larger share."""
        if self.agenda is None and search.roots and not search.plain(self.problem):
            self.agenda = Agenda(Pool(search, self.tester), self.obligation.sequent, self.obligation.kind is Kind.LEMMA)
        return None if self.agenda is None else self.agenda.prove()

    def _by_offered(self, search: Search) -> Success | None:
        """By the lemmas that other goals of the module were proved by."""
        offered = self.session.offered(self.obligation.module)
        if not offered or is_large(self.problem):
            return None
        pool = self._pool(search)
        if not accept(pool, offered):
            return None
        found = search.quick(self.obligation.sequent, 1)
        if found is not None:
            return pool.with_lemmas(found)
        return self._speculate(search, 1) if self.session.again else None

    def _discover(self, search: Search) -> Success | None:
        """By the lemmas that there are about the functions at hand."""
        return Discovery(self._pool(search), self.obligation.sequent).prove() if search.roots else None

    def _pool(self, search: Search) -> Pool:
        if self.pool is None:
            self.pool = Pool(search, self.tester)
        return self.pool

    def _proved(self, found: Success) -> Proved | Refuted:
        verdict = self._certified(found)
        if not found.lemmas or not isinstance(verdict, Proved) or verdict.lemmas:
            return verdict
        from kwlogic.solve.remembered import statements_of

        return replace(verdict, lemmas=statements_of(found))

    def _certified(self, found: Success) -> Proved | Refuted:
        """A certificate is asked for where they are kept; what rests on a solver's word alone is held against inputs."""
        if self.session.proofs is not None:
            proved = self.session.proofs.certified(self.obligation, found)
            refuted = self._evaluate(40, 40) if proved.tier == "T4" and self.obligation.refutable else None
            return proved if refuted is None else refuted
        return Proved(found.uses, found.hyps, found.method)

    # ------------------------------------------------------------ refutation

    def _glance(self, search: Search) -> Refuted | None:
        """The model of the first query, and the smallest inputs: what is plainly false is told at once."""
        if not self.obligation.refutable:
            return None
        return self._modelled(search) or self._evaluate(40, 20, patient=False)

    def _refute(self, search: Search) -> Refuted | None:
        if not self.obligation.refutable:
            return None
        found = self._modelled(search)
        if found is not None:
            return found
        if (
            search.plain(self.problem)
            and self.played is self.obligation.sequent
            and search.last is not None
            and search.last.status == "sat"
        ):
            return self._evaluate(40, 40)
        return self._evaluate(300, 200)

    def _modelled(self, search: Search) -> Refuted | None:
        if search.last is None or search.last.model is None:
            return None
        return self._from_model(search.last.model, self.obligation.sequent.vars)

    def _evaluate(self, small: int, random: int, patient: bool = True) -> Refuted | None:
        found = self.falsifier.search(self.played, self.problem.skolems if self._clause() else (), small, random, patient)
        return None if found is None else self._refuted(*found)

    def _clause(self) -> bool:
        return self.obligation.clause is not None

    def _from_model(self, model: object, vars: tuple[Term, ...]) -> Refuted | None:
        if any(v.type.has_vars for v in vars):
            return None
        skolems = self.problem.skolems
        env = decode_vars(self.theory.program, model, (*vars, *skolems, *self._wired()))
        if env is None:
            return None
        found = self.falsifier.try_env(env, vars, skolems)
        if found is None:
            self.suspect = env
            return None
        return self._refuted(*self.falsifier.shrink(found, vars, skolems))

    def _wired(self) -> tuple[Term, ...]:
        """The wires of a composition that are run in a replay, with what a model says of them."""
        return () if self.obligation.play is None else self.session.replayer.wires(self.obligation).run_vars

    def _refute_widely(self, work: int) -> Refuted | None:
        """Evaluation on very many inputs, where functions are at stake that the solver does not know."""
        if not self.obligation.refutable or not QueryBuilder(self.problem).symbols:
            return None
        if self.wide is None:
            sized = Sized(self.theory, calls_in_reach(self.theory, self.problem.formulas), self.falsifier.samples)
            self.wide = Wide(self.falsifier, self.played, self.problem.skolems if self._clause() else (), sized)
        before = self.wide.work
        found = self.wide.search(work)
        self._evaluated(self.wide.work - before)
        return None if found is None else self._refuted(*found)

    def _refute_narrowing(self, part: int) -> Refuted | None:
        """Inputs decided only as far as evaluation asks, for at most that part of the budget."""
        skolems = self.problem.skolems if self._clause() else ()
        if not self.obligation.refutable or self.obligation.play is not None or skolems or not QueryBuilder(self.problem).symbols:
            return None
        try:
            narrowing = Narrowing(self.session.replayer.program, self.falsifier.samples, self.played)
        except Unsupported:
            return None
        found = self.falsifier.narrow(narrowing, self.played, int(NARROWING * self.session.budget) // part)
        self._evaluated(narrowing.work)
        return None if found is None else self._refuted(*found)

    def _refute_running(self, limit: int) -> Refuted | None:
        """A model of the recursive definitions as the solver runs them, which it does without a limit."""
        if not self.obligation.refutable or not QueryBuilder(self.problem).symbols or self.falsifier.endless:
            return None
        try:
            query = recursive_query(self.problem)
        except Unsupported:
            return None
        answer = check(query, limit, self.meter, self.session.wall, "model")
        return self._from_model(answer.model, self.played.vars) if answer.model is not None else None

    def _left(self) -> int:
        """What is left of the budget; never nothing, which the solver would take for no limit."""
        return max(FEW, self.search.budget - self.meter.spent)

    def _evaluated(self, work: int) -> None:
        """Charge for looking at inputs, which has an allowance of its own: it takes nothing from what proofs may cost."""
        self.meter.spent += work
        self.search.budget += work

    def _refute_deeper(self, depths: tuple[int, ...], limit: int) -> Refuted | None:
        """Models of ever deeper unfoldings, with nothing quantified."""
        if not self.obligation.refutable or not QueryBuilder(self.problem).symbols:
            return None
        for depth in depths:
            try:
                query = QueryBuilder(self.problem).query(depth, facts=False)
            except Unsupported:
                return None
            answer = check(query, min(limit, self._left()), self.meter, self.session.wall, "model")
            found = self._from_model(answer.model, self.played.vars) if answer.model is not None else None
            if found is not None or answer.status == "unsat":
                return found
        return None

    def _refuted(self, env: Env, replay: Replay) -> Refuted:
        program = self.theory.program
        if self.obligation.play is not None:
            return Refuted(self.session.replayer.wires(self.obligation).shown(env, replay.note))
        decl = declaration(program, self.obligation.declaration)
        inputs = present(program, self.played.vars, env)
        skolems = tuple(s for s in self.problem.skolems if self._clause() and str(s.data) in env)
        shown = present(program, skolems, env)
        outputs = () if decl is None else present_outputs(program, decl, dict(replay.outputs))
        return Refuted(Counterexample(inputs + shown, outputs, replay.note))

    # ------------------------------------------------------------ neither

    def _unknown(self, search: Search) -> Unknown:
        pools = (self.pool, self.agenda.pool if self.agenda is not None else None)
        found = max(len(p.facts) if p is not None else 0 for p in pools)
        lemmas = [f"{found} lemma{'s' * (found > 1)} found on the way"] if found else []
        tried = tuple(dict.fromkeys(["direct", *search.tried, *lemmas]))
        open_wires = "" if self.obligation.play is None else self.session.replayer.wires(self.obligation).why_open
        if open_wires:
            return Unknown(open_wires, None, None, tried, self.falsifier.passed)
        blamed = self._blamed()
        if blamed is not None:
            short = blamed.rsplit(".", 1)[-1]
            reason = f"the contract of `{short}` allows values that its body never yields; a stronger `ensures` of `{short}` may prove this"
            return Unknown(reason, "callee", blamed, tried, self.falsifier.passed)
        if self.suspect is not None and search.last is not None and search.last.status == "sat":
            reason = "the solver's counterexample does not replay in the evaluator"
        elif search.reason:
            reason = f"not proved within the budget, and no counterexample found ({search.reason})"
        else:
            reason = "not proved within the budget, and no counterexample found"
        return Unknown(reason, None, None, tried, self.falsifier.passed, stuck_text(search.stuck, self.theory.program))

    def _blamed(self) -> str | None:
        """The callee whose contract is all that the proof could see, where a model used a value its body never yields."""
        if self.suspect is None:
            return None
        if self.obligation.play is not None:
            return self.session.replayer.wires(self.obligation).blamed(self.suspect)
        for formula in (self.problem.sequent.goal, *(h.term for h in self.problem.sequent.hyps)):
            for term in subterms(formula):
                if term.op is Op.CALL and self._closed_to_callers(term.data[0]):
                    return str(term.data[0])
        return None

    def _closed_to_callers(self, name: str) -> bool:
        program = self.theory.program
        fn = program.fns.get(name)
        return name in program.kernels or (fn is not None and fn.opaque)
