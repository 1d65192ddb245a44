"""What the loop saves, and what it costs: calls of the model and wrong answers with and without it, on made-up prompts of eight kinds
with a scripted model that errs; the same with a user who misjudges, and with a world that changes; the time of an answer.

    python benchmarks/loop.py [--prompts 480] [--seeds 7 8 9]

Prints tables. Everything but the times is the same in every run.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from kwlogic.weave.loop.data import Way
from kwlogic.weave.loop.demo import MODEL, Shown, Wanted, demonstrate
from kwlogic.weave.loop.demo_model import Scripted
from kwlogic.weave.loop.demo_tasks import tasks
from kwlogic.weave.loop.service import Loop
from kwlogic.weave.run.data import RunConfig
from kwlogic.weave.store.store import open_store


@dataclass(frozen=True)
class Measured:
    shown: Shown
    seconds: float
    kernel: tuple[float, ...]
    model: tuple[float, ...]


def measured(wanted: Wanted) -> Measured:
    """One demonstration, and then the time of answers from its store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        began = process_time()
        shown = asyncio.run(demonstrate(folder, wanted))
        seconds = process_time() - began
        kernel, model = asyncio.run(times(folder, wanted))
    return Measured(shown, seconds, kernel, model)


async def times(folder: Path, wanted: Wanted) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Seconds of an answer, by a kernel and by the model (which here takes none itself)."""
    asked = tasks(wanted.seed + 1000, 100, 0.2, wanted.kinds)
    found: dict[Way, list[float]] = {Way.KERNEL: [], Way.MODEL: []}
    with open_store("demo.sqlite", folder) as store:
        models = {MODEL: Scripted(asked, 0.0)}
        async with Loop(store, RunConfig(model=MODEL), wanted.settings, wanted.policy, models, routing=wanted.routing) as loop:
            for turn in (0, 1):
                for task in asked:
                    began = perf_counter()
                    answer = await loop.answer(task.prompt)
                    if turn:  # in the first turn kernels are elaborated
                        found[answer.way].append(perf_counter() - began)
    return tuple(found[Way.KERNEL]), tuple(found[Way.MODEL])


def rows(title: str, runs: list[Measured]) -> None:
    print(f"\n{title}")
    print(f"{'seed':>6} {'kernels':>8} {'last block':>11} {'verified':>9} {'outputs':>8} {'wrong':>6} {'by kernels':>11} {'alone':>6} {'calls':>6} {'alone':>6}"
          f" {'words':>7} {'alone':>7} {'cpu s':>6}")  # fmt: skip
    for run in runs:
        blocks, last = run.shown.blocks, run.shown.blocks[-1]

        def total(name: str, blocks: tuple[object, ...] = blocks) -> int:
            return sum(getattr(b, name) for b in blocks)

        print(f"{run.shown.wanted.seed:>6} {last.promoted:>8} {last.hit_rate:>11.0%} {last.verified_rate:>9.0%} {last.ensures / last.prompts:>8.0%} {total('wrong'):>6} "
              f"{total('wrong_kernel'):>11} {total('alone_wrong'):>6} {total('calls'):>6} {total('alone_calls'):>6} "
              f"{total('words'):>7} {total('alone_words'):>7} {run.seconds:>6.0f}")  # fmt: skip


def block_rows(run: Measured) -> None:
    print(f"\nBlocks of {run.shown.wanted.block} prompts, seed {run.shown.wanted.seed}")
    print(
        f"{'prompts':>8} {'by kernels':>11} {'verified':>9} {'outputs':>8} {'wrong':>6} {'by kernels':>11} {'alone':>6} {'calls':>6} {'words':>7} {'alone':>7}"
    )
    for number, b in enumerate(run.shown.blocks, 1):
        print(f"{number * run.shown.wanted.block:>8} {b.hit_rate:>11.0%} {b.verified_rate:>9.0%} {b.ensures / b.prompts:>8.0%} {b.wrong:>6} {b.wrong_kernel:>11} "
              f"{b.alone_wrong:>6} {b.calls:>6} {b.words:>7} {b.alone_words:>7}")  # fmt: skip


def changed(run: Measured) -> None:
    """What became of the kernel for prices when they changed."""
    print("\nA price changes unannounced after half of the prompts")
    for name, change in run.shown.lives:
        if "tickets" in name:
            print(f"  {name.rpartition('.')[2]}: {change}")
    print(f"  wrong answers of kernels, block by block: {', '.join(str(b.wrong_kernel) for b in run.shown.blocks)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=480)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9])
    given = parser.parse_args()
    runs = [measured(Wanted(given.prompts, seed=s)) for s in given.seeds]
    block_rows(runs[0])
    rows("The user is always right", runs)
    rows("One judgement in twenty is wrong", [measured(Wanted(given.prompts, seed=s, noise=0.05)) for s in given.seeds[:1]])
    changed(measured(Wanted(given.prompts, seed=given.seeds[0], kinds=("prices", "dates"), change=given.prompts // 2)))
    kernel, model = ([t * 1e3 for r in runs for t in getattr(r, n)] for n in ("kernel", "model"))
    for name, found in (("by a kernel", kernel), ("by the model, which takes no time itself", model)):
        ordered = sorted(found)
        if ordered:
            print(
                f"\nAn answer {name}: median {statistics.median(ordered):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f} ms, n = {len(ordered)}"
            )


if __name__ == "__main__":
    main()
