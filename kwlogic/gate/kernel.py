"""One kernel through the gate: kept cases first, then seeds, then generated inputs, each run held against the contract.

What is proved is run all the same: a failing run then refutes the proof, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from kwlogic.core.program import ComposeBody, ExprBody, Kernel, Program
from kwlogic.gate import words
from kwlogic.gate.cases import Kept, case_of
from kwlogic.gate.data import Case, Env, Finding, KernelReport, Settings
from kwlogic.gate.problem import played
from kwlogic.gate.running import Break, Runner
from kwlogic.source.data import Diagnostic
from kwlogic.vc.data import Kind, Proved, Result

Ask = Callable[[Kernel, Env], Env]
FEW = 5
PATIENCE = 40
MOST_FINDINGS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before: verdicts of the check, kept cases of the module, one case to be run alone, and how an oracle is
    really asked (raises ``Failed``), where that is wanted."""

    results: tuple[Result, ...] = ()
    kept: tuple[Kept, ...] = ()
    only: Case | None = None
    ask: Ask | None = None


@dataclass(slots=True)
class Course:
    """What a kernel's way through the gate has brought so far."""

    program: Program
    kernel: Kernel
    options: Settings
    known: Known
    findings: list[Finding] = field(default_factory=list)
    runs: int = 0
    seeded: int = 0
    replayed: int = 0

    def report(self, kind: str) -> KernelReport:
        return KernelReport(self.kernel.name, kind, tuple(self.findings), self.runs, self.seeded, self.replayed)

    @property
    def types(self) -> dict[str, object]:
        return {p.name: played(p.type) for p in self.kernel.inputs}

    def cases(self) -> Iterator[Case]:
        """The kept cases of the kernel; those that do not fit it any more are told."""
        for kept in self.known.kept:
            if kept.kernel == self.kernel.name.rpartition(".")[2]:
                found = case_of(kept, self.kernel, self.program)
                if isinstance(found, Diagnostic):
                    self.findings.append(words.stale(found))
                else:
                    yield found

    def found(self, broken: Break, case: Case | None = None, kept: bool = False) -> None:
        """Note a break, unless one like it is noted."""
        proved = is_proved(self.known.results, self.kernel, broken)
        new = words.finding(self.program, self.kernel, broken, proved, kept, case)
        places = {(f.diagnostic.code, f.diagnostic.span) for f in self.findings}
        if (new.diagnostic.code, new.diagnostic.span) not in places and len(self.findings) < MOST_FINDINGS * 2:
            self.findings.append(new)


def is_proved(results: Iterable[Result], kernel: Kernel, broken: Break) -> bool:
    """Whether the check has proved that this break cannot be."""
    mine = [r for r in results if r.obligation.declaration == kernel.name]
    if broken.kind == "ensures":
        mine = [r for r in mine if r.obligation.clause == broken.clause and r.obligation.kind in (Kind.ENSURES, Kind.REFINEMENT)]
    elif broken.kind == "partial":
        kinds = (Kind.PARTIAL, Kind.CALL, Kind.REFINEMENT)
        mine = [r for r in mine if r.obligation.span == broken.span and r.obligation.kind in kinds]
    elif broken.kind in ("link", "fails"):
        mine = [r for r in mine if r.obligation.kind in ((Kind.LINK, Kind.PARTIAL, Kind.CALL) if broken.kind == "link" else (Kind.FAILS,))]
    else:
        return False
    return bool(mine) and all(isinstance(r.verdict, Proved) for r in mine)


def gate_kernel(program: Program, kernel: Kernel, options: Settings, known: Known | None = None) -> KernelReport:
    """What the gate finds out about one kernel by running it."""
    course = Course(program, kernel, options, known or Known())
    match kernel.body:
        case ExprBody():
            _expression(course)
            return course.report("expression")
        case ComposeBody():
            from kwlogic.gate.composition import gate_composition

            gate_composition(course)
            return course.report("composition")
        case None:
            return course.report("signature")
        case _:
            from kwlogic.gate.oracle import gate_oracle

            gate_oracle(course)
            return course.report("oracle")


def _expression(course: Course) -> None:
    from kwlogic.gate.inputs import Inputs

    program, kernel, options = course.program, course.kernel, course.options
    runner = Runner(program, kernel, options.steps)
    if course.known.only is not None:
        _replay(course, runner, [course.known.only])
        return
    _replay(course, runner, course.cases())
    inputs = Inputs(program, kernel, seeds=options.seeds, patience=PATIENCE)
    for env in inputs.seeds:
        course.seeded += 1
        broken = runner.run(env)
        if broken is not None:
            course.found(_smallest(course, inputs, runner, env, broken))
    if not course.findings:
        broken = generate(course, inputs, runner)
        if broken is not None:
            course.found(_smallest(course, inputs, runner, broken.inputs, broken))
    close(course, runner.slow, inputs.maker.evaluator.cut)


def generate(course: Course, inputs: object, runner: Runner) -> Break | None:
    from kwlogic.gate.generate import Tally, generated
    from kwlogic.gate.inputs import Inputs

    assert isinstance(inputs, Inputs)
    tally = Tally()
    broken = generated(inputs.strategy(), runner.run, course.options, tally)
    course.runs += tally.runs
    return broken


def close(course: Course, slow: int, cut: int = 0) -> None:
    """What is to be said of the runs as a whole. ``slow``: runs cut off; ``cut``: predicates cut off."""
    if slow * 2 > course.runs + course.seeded + course.replayed:
        course.findings.append(words.slow(course.kernel, slow, "runs"))
    elif cut and course.runs + course.seeded < FEW:
        course.findings.append(words.slow(course.kernel, cut, "evaluations of the requires"))
    elif course.runs + course.seeded < FEW and course.kernel.inputs and not any(f.case for f in course.findings):
        course.findings.append(_why_none(course))


def _why_none(course: Course) -> Finding:
    """No input at all: is there any?"""
    core = None if course.seeded else unsatisfiable(course.program, course.kernel)
    return words.starved(course.kernel, course.runs + course.seeded) if core is None else words.contradiction(course.kernel, core)


def unsatisfiable(program: Program, kernel: Kernel) -> frozenset[str] | None:
    """The clauses that no input satisfies together, where the solver says that none does."""
    from kwlogic.solve.discharge import Session, discharge
    from kwlogic.solve.replay import Replayer
    from kwlogic.vc.data import Goal, Refuted
    from kwlogic.vc.plan import obligations_of
    from kwlogic.vc.theory import Theory

    session = Session(Theory(program), Replayer(program, 20_000), 3_000_000, 10.0)
    for obligation in obligations_of(program, kernel.name).obligations:
        if obligation.ask is Goal.SATISFIABLE:
            verdict = discharge(session, obligation)[0].verdict
            if isinstance(verdict, Refuted):
                return verdict.core
    return None


def _replay(course: Course, runner: Runner, cases: Iterable[Case]) -> None:
    from kwlogic.gate.running import admitted

    for case in cases:
        course.replayed += 1
        if admitted(runner.evaluator, course.kernel.requires, case.inputs):
            broken = runner.run(case.inputs)
            if broken is not None:
                course.found(broken, case, kept=course.known.only is None)


def _smallest(course: Course, inputs: object, runner: Runner, env: Env, broken: Break) -> Break:
    """The break on the smallest input that shows it."""
    from kwlogic.gate.inputs import Inputs
    from kwlogic.gate.shrink import shrunk

    assert isinstance(inputs, Inputs)

    def still(env: Env) -> Break | None:
        found = runner.run(env) if inputs.admits(env) else None
        return found if found is not None and (found.kind, found.clause, found.span) == (broken.kind, broken.clause, broken.span) else None

    types = {p.name: t for p, t in zip(course.kernel.inputs, inputs.types)}
    return shrunk(course.program, env, types, broken, still)
