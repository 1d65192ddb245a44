"""How often a verdict was attacked, and how often it fell (never, or that is a bug).

    python benchmarks/soundness.py [--programs 2000] [--theories 80] [--first 0]

Three attacks: random kernels, whose verdicts are held against evaluation; random recursive functions with claims that look
true, where what is proved must withstand other and larger inputs; and the specs of `tests/soundness/` that must not verify.
Exits with 1 where anything is wrong. In pieces: ``--first`` gives the first seed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "soundness"))

from attacking import attack  # noqa: E402
from attacks import attacks_of  # noqa: E402
from test_attacks import faults as attack_faults  # noqa: E402
from test_programs import AT_ONCE, program_of  # noqa: E402
from test_programs import faults as kernel_faults  # noqa: E402

from kwlogic.workspace.check import check  # noqa: E402
from kwlogic.workspace.data import CheckRequest  # noqa: E402

PROGRAMS = "random_kernels.kw"
TRIES = 60


def kernels(first: int, count: int, budget: int) -> tuple[Counter[str], list[str]]:
    """Random kernels, as in ``test_programs``."""
    from programs import module

    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(first, first + -(-count // AT_ONCE)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / PROGRAMS).write_text(module(seed, AT_ONCE), encoding="utf-8")
            request = CheckRequest((PROGRAMS,), folder, budget=budget, jobs=1, cache=False)
            result = check(request)
            program = program_of(request)
        for found in result.results:
            counts[type(found.verdict).__name__.lower()] += 1
        for kernel in program.kernels.values():
            wrong += [f"seed {seed}: {fault}" for fault in kernel_faults(program, kernel, result, seed)]
        counts["programs"] += len(program.kernels)
        counts["evaluations"] += TRIES * len(program.kernels)
    return counts, wrong


def theories(first: int, count: int) -> tuple[Counter[str], list[str]]:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as name:
            tally = attack(Path(name), seed)
        counts += tally.counts
        wrong += tally.wrong
    return counts, wrong


def written(budget: int) -> tuple[Counter[str], list[str]]:
    """The attacks that are written down, a module each."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for theme in sorted((ROOT / "tests" / "soundness").glob("*.kw")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            attacks = attacks_of(theme)
            for a in attacks:
                (folder / a.file).write_text(f"module {a.name}\n{a.text}", encoding="utf-8")
            result = check(CheckRequest(tuple(a.file for a in attacks), folder, budget=budget, jobs=1, cache=False))
        counts["modules"] += len(attacks)
        counts["lines that must not be proved"] += sum(len(a.marked("no")) for a in attacks)
        wrong += [f"{theme.stem}/{a.name}: {fault}" for a in attacks for fault in attack_faults(a, result)]
    return counts, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=2_000)
    parser.add_argument("--theories", type=int, default=80)
    parser.add_argument("--written", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--budget", type=int, default=400_000)
    options = parser.parse_args()
    wrong: list[str] = []
    parts = {
        "random kernels": lambda: kernels(options.first, options.programs, options.budget),
        "random theories": lambda: theories(options.first, options.theories),
        "written attacks": lambda: written(options.budget) if options.written else (Counter[str](), []),
    }
    for title, part in parts.items():
        began = time.perf_counter()
        counts, found = part()
        wrong += found
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items())
        print(f"{title}: {told}; {len(found)} wrong; {time.perf_counter() - began:.0f} s", flush=True)
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
