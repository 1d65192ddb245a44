"""How steady the verdicts are: flips and spread of rlimit, for the shipped specs and the shared cases.

    python benchmarks/stability.py [--seeds 5] [--jobs 1] [--against PYTHON|VERSION] [NAME=PATH ...]

Each obligation is solved as it is and once for each seed in another guise (other names, another order, another seed of the
solver), without cache and without stored proofs. With ``--against``, what another solver says of the same obligations, too.
Flips and changes go to stderr, the table to stdout.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

from kwlogic.workspace.measure import Measured, MeasureRequest, measure

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "cases"
HEAD = ("specs", "obligations", "asked", "flips", "cut off", "mean CV", "median CV", "under 20 %", "widest", "seconds")


def groups() -> dict[str, Path]:
    """Those that are at hand."""
    shared = {name: SHARED / name for name in ("core", "induction", "tip", "tip_false")}
    named = {"standard library": ROOT / "specs" / "std", "examples": ROOT / "specs" / "examples", **shared}
    return {name: path for name, path in named.items() if path.is_dir()}


def row(name: str, found: Measured, seconds: float) -> tuple[str, ...]:
    spreads = found.spreads
    under = sum(s < 0.2 for s in spreads) / len(spreads) if spreads else 1.0
    mean, middle = (statistics.fmean(spreads), statistics.median(spreads)) if spreads else (0.0, 0.0)
    widest = f"{max(spreads, default=0.0):.1%}"
    return (
        name, f"{len(found.found):,}", f"{len(spreads):,}", str(len(found.flips)), str(len(found.cuts)),
        f"{mean:.1%}", f"{middle:.1%}", f"{under:.1%}", widest, f"{seconds:.0f}",
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", metavar="NAME=PATH")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    chosen = {n: Path(p) for n, _, p in (text.partition("=") for text in options.paths)} or groups()
    print("| " + " | ".join(HEAD) + " |")
    print("| " + " | ".join("---" for _ in HEAD) + " |")
    for name, path in chosen.items():
        began = time.perf_counter()
        request = MeasureRequest((str(path.resolve()),), ROOT, options.seeds, jobs=options.jobs, against=options.against)
        found = measure(request)
        print("| " + " | ".join(row(name, found, time.perf_counter() - began)) + " |", flush=True)
        said = [f"flip: {s.id}: {', '.join(s.verdicts)}" for s in found.flips]
        said += [f"cut off: {s.id}: {', '.join(s.verdicts)}" for s in found.cuts]
        if found.against is not None:
            said.append(f"{name}: {found.compared:,} compared, {len(found.changes)} changed, rlimit {found.ratio or 1:.2f} times as much")
            said += [f"changed: {c.id}: {c.was} -> {c.now}" for c in found.changes]
        for line in said:
            print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
