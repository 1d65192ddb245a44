"""How long `kwlogic check` takes for 1,000 mixed kernels, beside what Z3 alone needs for the same questions.

    python benchmarks/check_speed.py [--kernels 1000] [--seed 1] [--repeats 3]

Every figure is a median over the repeats. The pure Z3 time is the sum over the dumped SMT-LIB files of parsing and
solving the text in a fresh context each, in one process; reading files is left out.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from kernels import modules

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


def check(folder: Path, *options: str) -> tuple[float, dict[str, object]]:
    """Wall seconds of one check of the folder, and its JSON."""
    command = [sys.executable, "-m", "kwlogic", "check", "--format", "json", *options, "."]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1, 3):
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return seconds, json.loads(done.stdout)


def seconds_of(*command: str, cwd: Path | None = None) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=cwd, capture_output=True, check=False)
    return time.perf_counter() - began


def pure_z3(folder: Path) -> tuple[float, int]:
    """Sum of seconds that Z3 needs for the dumped questions, and how many there are."""
    import z3

    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.smt2"))]
    total = 0.0
    for text in texts:
        began = time.perf_counter()
        solver = z3.SimpleSolver(ctx=z3.Context())
        solver.from_string(text)
        solver.check()
        total += time.perf_counter() - began
    return total, len(texts)


def cold_and_warm(folder: Path, jobs: int, repeats: int) -> tuple[list[float], list[float], dict[str, object]]:
    cold, warm = [], []
    report: dict[str, object] = {}
    for _ in range(repeats):
        shutil.rmtree(folder / ".kwlogic_cache", ignore_errors=True)
        seconds, report = check(folder, "--jobs", str(jobs))
        cold.append(seconds)
        warm.append(check(folder, "--jobs", str(jobs))[0])
    return cold, warm, report


def z3_seconds(folder: Path, repeats: int) -> tuple[float, int]:
    """From a run of its own, since writing the files takes time."""
    with tempfile.TemporaryDirectory() as log:
        check(folder, "--jobs", "1", "--no-cache", "--log-dir", log)
        runs = [pure_z3(Path(log)) for _ in range(repeats)]
    return median(seconds for seconds, _ in runs), runs[0][1]


def after_an_edit(folder: Path) -> tuple[float, int, int]:
    """Seconds, obligations solved afresh and obligations in all, after the body of one kernel has changed."""
    path = sorted(folder.glob("*.kw"))[0]
    text = path.read_text(encoding="utf-8")
    start = text.index("\n= ", text.index("\nkernel ")) + 3
    end = text.index("\n", start)
    path.write_text(f"{text[:start]}(if true then {text[start:end]} else {text[start:end]}){text[end:]}", encoding="utf-8")
    seconds, report = check(folder, "--jobs", "1")
    path.write_text(text, encoding="utf-8")
    clauses, summary = report["clauses"], report["summary"]
    assert isinstance(clauses, list)
    assert isinstance(summary, dict)
    return seconds, len(clauses) - int(summary["cached"]), len(clauses)


def start_up(repeats: int) -> list[tuple[str, float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ten.kw").write_text(TEN_LINES, encoding="utf-8")
        commands: list[tuple[str, Callable[[], float]]] = [
            ("python -c pass", lambda: seconds_of("-c", "pass")),
            ("python -c 'import z3'", lambda: seconds_of("-c", "import z3")),
            ("kwlogic --version", lambda: seconds_of("-m", "kwlogic", "--version")),
            ("kwlogic check of ten lines", lambda: seconds_of("-m", "kwlogic", "check", "--no-cache", "ten.kw", cwd=folder)),
        ]
        for _, command in commands:
            command()
        return [(what, median(command() for _ in range(repeats))) for what, command in commands]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in modules(chosen.kernels, chosen.seed).items():
            (folder / file).write_text(text, encoding="utf-8")
        (folder / "kwlogic.toml").write_text('paths = ["."]\n', encoding="utf-8")
        report_on(folder, chosen.repeats)
    for what, seconds in start_up(max(5, chosen.repeats)):
        print(f"{what:<34}{seconds:8.3f} s")


def report_on(folder: Path, repeats: int) -> None:
    cold, warm, report = cold_and_warm(folder, 1, repeats)
    edited, solved, obligations = after_an_edit(folder)
    pure, questions = z3_seconds(folder, repeats)
    summary = report["summary"]
    assert isinstance(summary, dict)
    counts = ", ".join(f"{summary[k]} {k}" for k in ("proved", "refuted", "unknown", "errors", "warnings"))
    print(f"{'obligations':<34}{obligations:8}   {counts}")
    print(f"{'first run, 1 worker':<34}{median(cold):8.2f} s")
    print(f"{'pure Z3 time of the same':<34}{pure:8.2f} s over {questions} questions")
    print(f"{'ratio':<34}{median(cold) / pure:8.2f}")
    print(f"{'second run':<34}{median(warm):8.2f} s {100 * median(warm) / median(cold):.1f} % of the first")
    print(f"{'after editing a kernel':<34}{edited:8.2f} s {solved} of {obligations} solved")


if __name__ == "__main__":
    main()
