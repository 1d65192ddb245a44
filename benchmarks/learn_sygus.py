"""String tasks with examples (SyGuS, PBE-Strings) through `kwlogic learn`: each task's examples as traces, a module with a checked kernel out of them.

    python benchmarks/learn_sygus.py [FILE] [--seconds 5] [--only NAME,...]

FILE is JSON with `problems` (default: ../shared/data/sygus_pbe_slia.json). Told of each task: whether its kernel has a synthesised body, whether its
examples were reported as contradictory (KW850), how many clauses it has, and whether the body holds of every example by the reference evaluator (a
clause or body of which that is not so would have been left out). Seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from kwlogic.weave.learn.data import Learned, Options
from kwlogic.weave.learn.service import learn_files

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "sygus_pbe_slia.json"


def lines_of(problem: dict[str, Any]) -> str:
    """The examples as rows of JSON, one a line."""
    names = [name.lstrip("_") for name, _ in problem["params"]]
    rows = [
        {"id": f"{i + 1}", "family": problem["name"], "inputs": dict(zip(names, given)), "output": wanted}
        for i, (given, wanted) in enumerate(problem["examples"])
    ]
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def state_of(learned: Learned) -> str:
    """``body``, ``contradictory``, or what the kernel is instead."""
    if any(d.code == "KW850" for d in learned.diagnostics):
        return "contradictory"
    if not learned.kernels:
        return "nothing"
    last = learned.kernels[-1]
    return "body" if last.body.kind in ("expression", "graph") else "candidate" if last.candidate else last.body.kind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=DATA)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--only", default="", help="tasks whose names contain one of these")
    options = parser.parse_args()
    if not options.file.is_file():
        sys.exit(f"{options.file} is not there: give the file of the tasks")
    wanted = [w for w in options.only.split(",") if w]
    counts: Counter[str] = Counter()
    ensured, start = 0, time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        for problem in json.loads(options.file.read_text(encoding="utf-8"))["problems"]:
            if wanted and not any(w in problem["name"] for w in wanted):
                continue
            path, before = Path(folder) / "traces.jsonl", time.process_time()
            path.write_text(lines_of(problem), encoding="utf-8")
            learned = learn_files([path], Options(seconds=options.seconds))
            state = state_of(learned)
            counts[state] += 1
            ensures = sum(c.kind == "ensures" for k in learned.kernels[-1:] for c in k.clauses)
            ensured += state == "body" and ensures > 0
            told = next((d.message for d in learned.diagnostics if d.code == "KW850" or "body" in d.message), "")
            note = "" if state == "body" else told[:110]
            print(f"{problem['name'][:44]:44} {state:13} {time.process_time() - before:6.1f} s  {ensures:2} ensures  {note}", flush=True)
    print(
        ", ".join(f"{n} {s}" for s, n in counts.most_common())
        + f"; {ensured} bodies under an `ensures`; {time.process_time() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
