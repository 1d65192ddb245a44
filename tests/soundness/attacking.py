"""Checks random theories and attacks what was proved by evaluation; counts what happened. Used by the tests and by the benchmark."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from theories import theory

from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.program import Lemma, Program
from kwlogic.core.value import Con, Value, list_value
from kwlogic.source.data import Severity
from kwlogic.vc.data import Kind, Proved
from kwlogic.workspace.check import check, elaborate_all
from kwlogic.workspace.config import find_project
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

FILE = "random_theory.kw"
STEPS = 20_000
HASTY, THOROUGH = (0, 1, 2), (0, 1, 1, 2, 2, 2, 3, 3)
"""Sizes of the inputs on which a claim must hold to be checked: few, so that false ones get through, or more."""


@dataclass
class Tally:
    """``evaluations`` that a proved claim withstood; ``wrong``: what was proved and is false, or refuted and is true."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.wrong += other.wrong


def attack(folder: Path, seed: int, functions: int = 4, claims: int = 60, most: int = 8, budget: int = 150_000, tries: int = 200) -> Tally:
    """Write a theory, check the claims of it that look true, and attack those that were proved."""
    (folder / FILE).write_text(theory(seed, functions, claims), encoding="utf-8")
    program = program_of(folder)
    r = random.Random(f"{seed}/attack")
    lemmas = [x for x in program.lemmas.values() if x.name.startswith("random_theory.")]
    likely = [x for i, x in enumerate(lemmas) if looks_true(program, x, r, THOROUGH if i % 2 else HASTY)][:most]
    tally = Tally(Counter({"theories": 1, "functions": functions, "claims written": len(lemmas), "claims checked": len(likely)}))
    if likely:
        paths = tuple(f"{FILE}::{x.name.rpartition('.')[2]}" for x in likely)
        result = check(CheckRequest(paths, folder, budget=budget, jobs=1, cache=False, proofs=False))
        judge(program, likely, result, r, tries, tally)
    tally.wrong = [f"seed {seed}: {text}" for text in tally.wrong]
    return tally


def program_of(folder: Path) -> Program:
    project = find_project(folder, folder)
    selections, _ = select((FILE,), project, folder)
    program, problems = elaborate_all(load(selections, project, folder), folder)
    wrong = [d for d in problems if d.severity is Severity.ERROR]
    assert not wrong, f"the theory does not check: {wrong[0].code} {wrong[0].message}"
    return program


def looks_true(program: Program, lemma: Lemma, r: random.Random, sizes: tuple[int, ...]) -> bool:
    """On a few small inputs, one of which at least satisfies what is required."""
    evaluator = Evaluator(program, max_steps=STEPS)
    met = 0
    for size in sizes:
        held = outcome(evaluator, lemma, inputs(r, lemma, size))
        if held is False:
            return False
        met += held is True
    return met > 0


def outcome(evaluator: Evaluator, lemma: Lemma, env: dict[str, Value]) -> bool | None:
    """Whether the claim holds; None outside of what it requires, or where it cannot be run."""
    try:
        if not all(evaluator.holds(c, env) for c in lemma.requires):
            return None
        return all(evaluator.holds(c, env) for c in lemma.ensures)
    except EvalStop:
        return None


def judge(program: Program, lemmas: list[Lemma], result: CheckResult, r: random.Random, tries: int, tally: Tally) -> None:
    by_name = {x.name: x for x in lemmas}
    for found in result.results:
        lemma = by_name.get(found.obligation.declaration)
        if lemma is None or found.obligation.kind is not Kind.LEMMA:
            continue
        tally.counts[type(found.verdict).__name__.lower()] += 1
        if isinstance(found.verdict, Proved):
            withstand(program, lemma, r, tries, tally)


def withstand(program: Program, lemma: Lemma, r: random.Random, tries: int, tally: Tally) -> None:
    for number in range(tries):
        evaluator = Evaluator(program, max_steps=STEPS)
        env = inputs(r, lemma, 1 + number % 9)
        held = outcome(evaluator, lemma, env)
        tally.counts["evaluations"] += held is not None
        if held is False:
            tally.wrong.append(f"{lemma.name} was proved, and is false for {env}")
            return


def inputs(r: random.Random, lemma: Lemma, size: int) -> dict[str, Value]:
    return {p.name: some_value(r, str(p.type.head), size) for p in lemma.params}


def some_value(r: random.Random, head: str, size: int) -> Value:
    def number() -> int:
        return r.choice([0, 1, -1, 2, r.randint(-size, size), r.randint(-(10**size), 10**size)])

    if head == "Int":
        return number()
    if head == "List":
        return list_value([number() for _ in range(r.randint(0, size))])
    if head.endswith("Span"):
        low = number()
        return Con(f"{head.rpartition('.')[0]}.Span", (low, low + abs(number())))
    return tree(r, head.rpartition(".")[0], size, number)


def tree(r: random.Random, module: str, size: int, number: object) -> Value:
    if size <= 0 or r.random() < 0.3:
        return Con(f"{module}.Tip", ())
    left, right = tree(r, module, size // 2, number), tree(r, module, size // 2, number)
    return Con(f"{module}.Fork", (left, number(), right))  # type: ignore[operator]
