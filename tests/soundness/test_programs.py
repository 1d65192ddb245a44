"""Random kernels against the evaluator: what is proved must hold on every input tried, what is refuted must break."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import module

from kwlogic.core.codec import decode_ports
from kwlogic.core.eval import EvalStop, Evaluator, NotExecutable, OutOfBudget, Violation
from kwlogic.core.program import Kernel, Program
from kwlogic.core.value import Value, list_value
from kwlogic.source.data import Severity
from kwlogic.vc.data import Kind, Proved, Refuted, Result
from kwlogic.workspace.check import check, elaborate_all
from kwlogic.workspace.config import find_project
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

AT_ONCE = 25
TRIES = 60
quiet = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


@settings(quiet, max_examples=4)
@given(st.integers(0, 2**32))
def test_verdicts_stand(tmp_path_factory: pytest.TempPathFactory, seed: int):
    stand(tmp_path_factory.mktemp("programs"), seed, 150_000)


@pytest.mark.slow
@settings(quiet, max_examples=80)
@given(st.integers(2**32, 2**40))
def test_verdicts_of_many_stand(tmp_path_factory: pytest.TempPathFactory, seed: int):
    stand(tmp_path_factory.mktemp("programs"), seed, 400_000)


def stand(folder: Path, seed: int, budget: int) -> None:
    text = module(seed, AT_ONCE)
    (folder / "random_kernels.kw").write_text(text, encoding="utf-8")
    request = CheckRequest(("random_kernels.kw",), folder, budget=budget, jobs=1, cache=False)
    result = check(request)
    wrong_types = [d for d in result.diagnostics if d.severity is Severity.ERROR and not d.code.startswith("KW5")]
    assert not wrong_types, f"seed {seed}: {wrong_types[0].code} {wrong_types[0].message}"
    program = program_of(request)
    complaints = [c for k in program.kernels.values() for c in faults(program, k, result, seed)]
    assert not complaints, f"seed {seed}\n" + "\n".join(complaints)


def program_of(request: CheckRequest) -> Program:
    project = find_project(request.cwd, request.cwd)
    selections, _ = select(request.paths, project, request.cwd)
    return elaborate_all(load(selections, project, request.cwd), request.cwd)[0]


def faults(program: Program, kernel: Kernel, result: CheckResult, seed: int) -> list[str]:
    mine = [r for r in result.results if r.obligation.declaration == kernel.name]
    evaluator = Evaluator(program, max_steps=50_000)
    r = random.Random(f"{seed}/{kernel.name}")
    out = [c for found in mine if isinstance(found.verdict, Refuted) for c in replayed(evaluator, program, kernel, found)]
    for _ in range(TRIES):
        inputs = {p.name: some_value(r, p.type.head) for p in kernel.inputs}
        try:
            out.extend(broken(evaluator, kernel, inputs, mine))
        except (OutOfBudget, NotExecutable):
            continue
    return out


def broken(evaluator: Evaluator, kernel: Kernel, inputs: dict[str, Value], mine: list[Result]) -> list[str]:
    """Proved obligations that these inputs break. A clause need only be defined where those before it hold."""
    proved = {(f.obligation.kind, f.obligation.clause) for f in mine if isinstance(f.verdict, Proved)}
    spans = {f.obligation.span for f in mine if isinstance(f.verdict, Proved) and f.obligation.kind is not Kind.ENSURES}
    open_spans = {f.obligation.span for f in mine if not isinstance(f.verdict, Proved)}
    try:
        if not all(evaluator.holds(c, inputs) for c in kernel.requires):
            return []
    except Violation as violation:
        return told(kernel, inputs, violation) if violation.span in spans - open_spans else []
    try:
        env = {**inputs, "y": evaluator.call(kernel.name, list(inputs.values()))}
    except Violation as violation:
        return told(kernel, inputs, violation) if violation.span in spans - open_spans else []
    out: list[str] = []
    so_far = True
    for index, clause in enumerate(kernel.ensures):
        try:
            holds = evaluator.holds(clause, env)
        except Violation as violation:
            return out + told(kernel, inputs, violation) if so_far and violation.span in spans - open_spans else out
        so_far &= holds
        if not holds and (Kind.ENSURES, index) in proved:
            out.append(f"{kernel.name}: `{clause.text}` was proved and is false for {inputs}")
    return out


def told(kernel: Kernel, inputs: dict[str, Value], violation: Violation) -> list[str]:
    return [f"{kernel.name}: proved safe, and for {inputs}: {violation.message}"]


def replayed(evaluator: Evaluator, program: Program, kernel: Kernel, found: Result) -> list[str]:
    """A counterexample is an input that satisfies the requires and breaks the clause, or is undefined at the place."""
    assert isinstance(found.verdict, Refuted)
    example = found.verdict.counterexample
    if example is None:
        return []
    text = "{" + ", ".join(f'"{n}": {j}' for n, _, j in example.inputs if not n.startswith("sk.")) + "}"
    inputs = decode_ports(text, kernel.inputs, program)
    what = f"{kernel.name}: `{found.obligation.text}` was refuted by {text}"
    try:
        if not all(evaluator.holds(c, inputs) for c in kernel.requires):
            return [f"{what}, which is outside of the requires"]
        env = {**inputs, "y": evaluator.call(kernel.name, list(inputs.values()))}
        clauses = (
            [kernel.ensures[found.obligation.clause]]
            if found.obligation.kind is Kind.ENSURES and found.obligation.clause is not None
            else []
        )
        values = [evaluator.holds(c, env) for c in clauses or kernel.ensures]
    except Violation:
        return []
    except EvalStop:
        return [f"{what}, which cannot be run"]
    return [] if found.obligation.kind is not Kind.ENSURES or not all(values) else [f"{what}, and that satisfies it"]


def some_value(r: random.Random, head: str) -> Value:
    if head == "Bool":
        return r.random() < 0.5
    if head == "Int":
        return r.choice([0, 1, -1, 2, 3, r.randint(-12, 12), r.randint(-(10**6), 10**6)])
    return list_value([r.choice([0, 1, 2, -1, r.randint(-9, 9)]) for _ in range(r.choice([0, 1, 1, 2, 3, 5]))])
