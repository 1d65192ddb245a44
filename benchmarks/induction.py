"""The induction benchmark: which theorems are proved, and which false ones are refuted, within a fixed budget.

    python benchmarks/induction.py [--false] [--budget N] [--no-cvc5] [FILE ...]

Without files it takes the shared cases. Each problem's ``theorem goal`` is printed with its verdict, the rlimit and the
seconds that all of it took, and (unless ``--no-cvc5``, where cvc5 is installed) what cvc5's own induction makes of the same
problem in five seconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.vc.data import Goal, Kind, Obligation, Proved, Refuted, Result, Unknown, verdict_name

CASES = Path(__file__).resolve().parents[2] / "shared" / "cases"
BUDGET = 10_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One problem: our verdict and cost, and cvc5's word (empty where it was not asked)."""

    name: str
    verdict: str
    rlimit: int
    seconds: float
    note: str = ""
    other: str = ""
    other_seconds: float = 0.0


def run(path: Path, budget: int, cvc5: bool) -> Row:
    """Check one file's theorem, everything in this process."""
    from kwlogic.solve.backend import preload
    from kwlogic.solve.discharge import Session, discharge
    from kwlogic.solve.replay import Replayer
    from kwlogic.vc.theory import Theory

    preload()
    program, obligations = load(path)
    goals = [o for o in obligations if o.declaration.endswith(".goal") and o.ask is Goal.VALID and o.kind is Kind.LEMMA]
    if not goals:
        return Row(path.stem, "error", 0, 0.0, "it does not check")
    theory = Theory(program, distrusted(program, [o for o in obligations if o not in goals], budget))
    session = Session(theory, Replayer(program), budget, 60.0)
    began = time.process_time()
    results = [discharge(session, goal)[0] for goal in goals]
    seconds = time.process_time() - began
    worst = min(results, key=lambda r: (isinstance(r.verdict, Proved), isinstance(r.verdict, Unknown)))
    row = Row(path.stem, verdict_name(worst.verdict), sum(r.rlimit for r in results), seconds, note(worst))
    return compare(row, program, goals[0]) if cvc5 else row


def distrusted(program: Program, others: list[Obligation], budget: int) -> frozenset[str]:
    """What the goal may not rest on: definitions whose recursion is not known to end, above all."""
    from kwlogic.solve.discharge import Session, discharge
    from kwlogic.solve.replay import Replayer
    from kwlogic.solve.trust import untrusted_after
    from kwlogic.vc.theory import Theory

    session = Session(Theory(program), Replayer(program), budget, 60.0)
    return untrusted_after(program, [discharge(session, o)[0] for o in others])


def load(path: Path) -> tuple[Program, list[Obligation]]:
    """The program of one file and its obligations."""
    from kwlogic.vc.plan import names_of, plan
    from kwlogic.workspace.check import elaborate_all
    from kwlogic.workspace.config import project_of
    from kwlogic.workspace.load import load as load_files
    from kwlogic.workspace.select import select

    cwd = Path.cwd()
    project = project_of((str(path),), cwd)
    selections, _ = select((str(path),), project, cwd)
    loaded = load_files(selections, project, cwd)
    program, _ = elaborate_all(loaded, cwd)
    names = [n for n in names_of(program) if n.rpartition(".")[0] in loaded.wanted]
    return program, list(plan(program, names)[0].obligations) if names else []


def note(result: Result) -> str:
    match result.verdict:
        case Refuted(counterexample=found) if found is not None:
            text = ", ".join(f"{name} = {value}" for name, value, _ in found.inputs)
            return text if len(text) <= 90 else text[:87] + "..."
        case Proved(method=method):
            return method
        case _:
            return ""


# ---------------------------------------------------------------- cvc5


def compare(row: Row, program: Program, goal: Obligation) -> Row:
    """The row with what cvc5 makes of the same problem: data types, recursive definitions, the negated goal."""
    from kwlogic.solve.sorts import Unsupported

    try:
        text = smt_text(program, goal)
    except Unsupported as reason:
        return replace(row, other="not posed", note=f"{row.note} ({reason})")
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-c", ASK], input=text, capture_output=True, text=True, timeout=2 * CVC5_SECONDS, check=False
        )
        said = done.stdout.split()
    except subprocess.TimeoutExpired:
        said = []
    word = {"unsat": "proved", "sat": "refuted"}.get(said[0] if said else "", "unknown")
    seconds = float(said[-1]) if len(said) > 1 else time.perf_counter() - began
    return replace(row, other=word, other_seconds=seconds)


def smt_text(program: Program, goal: Obligation) -> str:
    """The problem for a solver that does inductions of its own."""
    from kwlogic.core.terms import mk_and, mk_forall, mk_implies
    from kwlogic.solve.models import recursive_query
    from kwlogic.solve.problem import Problem
    from kwlogic.vc.data import Sequent
    from kwlogic.vc.theory import Theory

    theory = Theory(program)
    sequent = goal.sequent
    claim = mk_implies(mk_and(h.term for h in sequent.hyps), sequent.goal)
    closed = mk_forall(tuple((str(v.data), v.type) for v in sequent.vars), claim)
    query = recursive_query(Problem(theory, Sequent((), (), theory.simplify(closed)), goal.before, ()))
    return f"(set-logic ALL)\n{query.script()}\n(check-sat)\n"


CVC5_SECONDS = 5
ASK = f"""
import sys, time
import cvc5
solver = cvc5.Solver(cvc5.TermManager())
for name in ("quant-ind", "full-saturate-quant", "conjecture-gen"):
    solver.setOption(name, "true")
solver.setOption("tlimit-per", "{1000 * CVC5_SECONDS}")
parser = cvc5.InputParser(solver)
parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.stdin.read(), "problem")
symbols, answer, began = parser.getSymbolManager(), "", time.perf_counter()
while not (command := parser.nextCommand()).isNull():
    answer += command.invoke(solver, symbols)
print(answer.strip() or "unknown", f"{{time.perf_counter() - began:.3f}}")
"""


def has_cvc5() -> bool:
    return importlib.util.find_spec("cvc5") is not None


def show(row: Row) -> str:
    other = f"  cvc5 {row.other:<8} {row.other_seconds:5.2f} s" if row.other else ""
    return f"{row.name:<42} {row.verdict:<8} {row.rlimit:>11,} {row.seconds:7.2f} s{other}  {row.note}"


def main() -> int:
    parser = argparse.ArgumentParser(description="The induction benchmark.")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--false", action="store_true", help="the false conjectures, which are to be refuted")
    parser.add_argument("--budget", type=int, default=BUDGET, help="rlimit for each goal")
    parser.add_argument("--no-cvc5", action="store_true")
    options = parser.parse_args()
    files = options.files or sorted((CASES / ("tip_false" if options.false else "tip")).glob("*.kw"))
    if not files:
        parser.error(f"there are no problems in {CASES}; name the files to take")
    cvc5 = not options.no_cvc5 and has_cvc5()
    if not options.no_cvc5 and not cvc5:
        print("cvc5 is not installed (`pip install cvc5`): no comparison")
    wanted = "refuted" if options.false else "proved"
    began = time.perf_counter()
    rows = []
    for path in files:
        rows.append(run(path, options.budget, cvc5))
        print(show(rows[-1]), flush=True)
    summary(rows, wanted, cvc5)
    print(f"budget {options.budget:,} rlimit for each goal; {time.perf_counter() - began:.0f} s in all")
    return 0


def summary(rows: list[Row], wanted: str, cvc5: bool) -> None:
    reached = [r for r in rows if r.verdict == wanted]
    print(f"{len(reached)} of {len(rows)} {wanted}, median {statistics.median(r.seconds for r in rows):.3f} s (processor)")
    for row in rows:
        if row.verdict != wanted:
            print(f"  not {wanted}: {row.name} ({row.verdict})")
    if cvc5:
        others = [r for r in rows if r.other == wanted]
        only = [r.name for r in others if r.verdict != wanted]
        median = statistics.median(r.other_seconds for r in rows)
        print(f"cvc5, induction and conjectures of its own, {CVC5_SECONDS} s: {len(others)} of {len(rows)}, median {median:.3f} s")
        print(f"  by cvc5 only: {', '.join(only) or 'none'}")


if __name__ == "__main__":
    sys.exit(main())
