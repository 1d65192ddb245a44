"""How long `kwlogic check` takes for 1,000 mixed kernels, beside what Z3 alone needs for the same questions.

    python benchmarks/check_speed.py [--kernels 1000] [--seed 1] [--repeats 3]

Every figure is a median over the repeats. Each time stands as seconds on the clock and as seconds of processor (of all
processes), which other programs on the machine disturb less. The pure Z3 time is the sum over the dumped SMT-LIB files
of parsing and solving the text in a fresh context each, in one process; reading files is left out. Two sums are told: of
the questions that were asked, and of all that were posed, that is with those lints that values settled before the
solver was asked. Z3 gets the same setting of the memory allocator as in `kwlogic check`, which makes it faster.

As in an installed package, bytecode is compiled once.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from kernels import modules

from kwlogic.solve.backend import keep_memory
from kwlogic.solve.lints import SETTLED
from kwlogic.vc.data import Goal
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

TEN_LINES = """\
module ten

fn total(xs: List[Int]) -> Int
= match xs { case [] => 0 case [x, *rest] => x + total(rest) }

kernel pay(xs: List[Int], limit: Int) -> (ok: Bool)
  requires limit >= 0
  ensures ok <==> total(xs) <= limit
  ensures len(xs) == 0 ==> ok
= total(xs) <= limit
"""


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and of processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:9.3f} s {self.cpu:9.3f} s"


def middle(costs: Iterable[Cost]) -> Cost:
    known = list(costs)
    return Cost(median(c.wall for c in known), median(c.cpu for c in known))


def environment(bytecode: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(bytecode)}


class Runner:
    """Runs commands and measures them; all of a process's own workers have ended when it does."""

    def __init__(self, bytecode: Path) -> None:
        self.environment = environment(bytecode)

    def run(self, *arguments: str, cwd: Path | None = None) -> tuple[Cost, subprocess.CompletedProcess[str]]:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, env=self.environment)
        wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), done

    def check(self, folder: Path, *options: str) -> tuple[Cost, dict[str, object]]:
        """The cost of one check of the folder, and its JSON."""
        cost, done = self.run("-m", "kwlogic", "check", "--format", "json", "--jobs", "1", *options, ".", cwd=folder)
        if done.returncode not in (0, 1, 3) or not done.stdout.startswith("{"):
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
        return cost, json.loads(done.stdout)


# ---------------------------------------------------------------- the floor


def pure_z3(texts: list[str]) -> Cost:
    """What Z3 needs for the dumped questions."""
    import z3

    began, cpu = time.perf_counter(), time.process_time()
    for text in texts:
        solver = z3.SimpleSolver(ctx=z3.Context())
        solver.from_string(text)
        solver.check()
    return Cost(time.perf_counter() - began, time.process_time() - cpu)


def floors(runner: Runner, folder: Path, repeats: int) -> tuple[tuple[Cost, int], tuple[Cost, int]]:
    """Of the questions asked, and of all posed. The texts come from a run of its own, since writing them takes time."""
    with tempfile.TemporaryDirectory() as log:
        runner.check(folder, "--no-cache", "--log-dir", log)
        texts = [path.read_text(encoding="utf-8") for path in sorted(Path(log).rglob("*.smt2"))]
    asked = [text for text in texts if SETTLED not in text.partition("\n")[0]]
    keep_memory()
    pairs = [(pure_z3(asked), pure_z3(texts)) for _ in range(repeats)]
    return (middle(a for a, _ in pairs), len(asked)), (middle(p for _, p in pairs), len(texts))


# ---------------------------------------------------------------- the checks


def cold_and_warm(runner: Runner, folder: Path, repeats: int) -> tuple[Cost, Cost, dict[str, object]]:
    cold, warm = [], []
    report: dict[str, object] = {}
    for _ in range(repeats):
        shutil.rmtree(folder / ".kwlogic_cache", ignore_errors=True)
        cost, report = runner.check(folder)
        cold.append(cost)
        warm.append(runner.check(folder)[0])
    return middle(cold), middle(warm), report


def after_an_edit(runner: Runner, folder: Path) -> tuple[Cost, int]:
    """The cost of a check after the body of one kernel has changed, and how many obligations that after another change
    are solved afresh."""
    path = sorted(folder.glob("*.kw"))[0]
    text = path.read_text(encoding="utf-8")
    path.write_text(edited(text, "true"), encoding="utf-8")
    cost, _ = runner.check(folder)
    path.write_text(edited(text, "1 < 2"), encoding="utf-8")
    fresh = solved(folder)
    path.write_text(text, encoding="utf-8")
    return cost, fresh


def edited(text: str, condition: str) -> str:
    """Another body, of the same meaning, for the first kernel."""
    start = text.index("\n= ", text.index("\nkernel ")) + 3
    end = text.index("\n", start)
    return f"{text[:start]}(if {condition} then {text[start:end]} else {text[start:end]}){text[end:]}"


def solved(folder: Path) -> int:
    """How many obligations a check solves afresh. Some come with their verdict, and are never solved."""
    results = check(CheckRequest((".",), folder, jobs=1)).results
    return sum(not r.cached and r.obligation.ask is not Goal.GIVEN for r in results)


def start_up(runner: Runner, repeats: int) -> list[tuple[str, Cost]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ten.kw").write_text(TEN_LINES, encoding="utf-8")
        commands: list[tuple[str, Callable[[], Cost]]] = [
            ("python -c pass", lambda: runner.run("-c", "pass")[0]),
            ("python -c 'import z3'", lambda: runner.run("-c", "import z3")[0]),
            ("kwlogic --version", lambda: runner.run("-m", "kwlogic", "--version")[0]),
            ("kwlogic check of ten lines", lambda: runner.run("-m", "kwlogic", "check", "--no-cache", "ten.kw", cwd=folder)[0]),
        ]
        for _, command in commands:
            command()
        runner.check(folder)
        return [(what, middle(command() for _ in range(repeats))) for what, command in commands]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as bytecode:
        runner, folder = Runner(Path(bytecode)), Path(name)
        for file, text in modules(chosen.kernels, chosen.seed).items():
            (folder / file).write_text(text, encoding="utf-8")
        (folder / "kwlogic.toml").write_text('paths = ["."]\nproofs = false\n', encoding="utf-8")
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n{'':<34}{'clock':>11} {'processor':>11}")
        for what, cost in start_up(runner, max(5, chosen.repeats)):
            print(f"{what:<34}{cost}")
        report_on(runner, folder, chosen.repeats)
        print(f"load {os.getloadavg()[0]:.1f} at the end")


def report_on(runner: Runner, folder: Path, repeats: int) -> None:
    cold, warm, report = cold_and_warm(runner, folder, repeats)
    summary, clauses = report["summary"], report["clauses"]
    assert isinstance(summary, dict)
    assert isinstance(clauses, list)
    counts = ", ".join(f"{summary[k]} {k}" for k in ("proved", "refuted", "unknown", "errors", "warnings"))
    print(f"{'obligations':<34}{len(clauses):9}    {counts}")
    print(f"{'first run, 1 worker':<34}{cold}")
    print(f"{'second run':<34}{warm}  {100 * warm.wall / cold.wall:.1f} % of the first, {solved(folder)} solved", flush=True)
    edit, fresh = after_an_edit(runner, folder)
    print(f"{'after editing a kernel':<34}{edit}  {fresh} of {len(clauses)} solved", flush=True)
    (asked, questions), (posed, all_questions) = floors(runner, folder, repeats)
    print(f"{'pure Z3, questions posed':<34}{posed}  {all_questions} questions")
    print(f"{'pure Z3, questions asked':<34}{asked}  {questions} questions")
    print(f"{'ratio to posed':<34}{cold.wall / posed.wall:9.2f}   {cold.cpu / posed.cpu:9.2f}")
    print(f"{'ratio to asked':<34}{cold.wall / asked.wall:9.2f}   {cold.cpu / asked.cpu:9.2f}")


if __name__ == "__main__":
    main()
