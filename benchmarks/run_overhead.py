"""What enforcement costs: decoding and checking an oracle's answer, beside bare pydantic validation of the same shape; and
the throughput of concurrent runs against a chat endpoint on loopback, beside the same client without kwlogic.

    python benchmarks/run_overhead.py [--calls 2000] [--runs 200]

Prints medians over rounds, and ratios of figures of the same round.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from kwlogic.compose.interpret import Interpreter, now
from kwlogic.compose.running import OneByOne, Where
from kwlogic.core.program import Program
from kwlogic.weave.run.answers import said
from kwlogic.weave.run.data import Model, RunConfig
from kwlogic.weave.run.service import Runner
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

SPEC = """module bench
record Line(label: String, qty: {n: Int | n > 0}, price: Real)
record Invoice(id: String, lines: List[Line], total: Real)
fn amount(lines: List[Line]) -> Real
= match lines { case [] => 0.0 case [l, *rest] => real(l.qty) * l.price + amount(rest) }
kernel shape(text: String) -> (invoice: Invoice) by prompt "{text}"
kernel extract(text: String) -> (invoice: Invoice)
  ensures sums: invoice.total == amount(invoice.lines)
  ensures named: forall l in invoice.lines :: len(l.label) > 0
  by prompt "{text}"
kernel number(text: String) -> (n: Int)
  ensures 0 <= n <= 100
  by prompt "{text}"
"""


def program() -> Program:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.kw").write_text(SPEC, encoding="utf-8")
        project = project_of(("bench.kw",), folder)
        loaded = load(select(("bench.kw",), project, folder)[0], project, folder)
        found, problems = elaborate_all(loaded, folder)
    assert not problems
    return found


def document(lines: int) -> str:
    rows = [{"label": f"item {i}", "qty": i + 1, "price": 1.25} for i in range(lines)]
    total = sum(r["qty"] * r["price"] for r in rows)  # type: ignore[operator]
    return json.dumps({"invoice": {"id": "A-1", "lines": rows, "total": total}})


def enforced(program: Program, calls: int, rounds: int) -> None:
    from pydantic import BaseModel, ConfigDict, PositiveInt

    class Strict(BaseModel):
        model_config = ConfigDict(strict=True, extra="forbid")

    class Line(Strict):
        label: str
        qty: PositiveInt
        price: float

    class Invoice(Strict):
        id: str
        lines: list[Line]
        total: float

    class Outputs(Strict):
        invoice: Invoice

    print(f"{'lines':>6} {'pydantic':>10} {'decode':>10} {'+ contract':>11} {'whole call':>11}   ratios to pydantic")
    for lines in (1, 10, 100):
        tasks = [partial(Outputs.model_validate_json, document(lines)), *ours(program, document(lines))]
        times = timed(tasks, max(calls // (lines + 1), 20), rounds)
        ratios = [statistics.median(t[r] / times[0][r] for r in range(rounds)) for t in times[1:]]
        medians = [statistics.median(t) for t in times]
        row = f"{lines:>6} {medians[0]:>8.1f}us {medians[1]:>8.1f}us {medians[2]:>9.1f}us {medians[3]:>9.1f}us"
        print(row + "   " + " ".join(f"{r:.1f}" for r in ratios))


def ours(program: Program, text: str) -> list[Callable[[], Any]]:
    """Decoding a bare shape, decoding and checking the contract, and the whole call."""
    kernel, shape = program.kernels["bench.extract"], program.kernels["bench.shape"]
    interpreter = Interpreter(program, OneByOne(lambda k, i, w: said(text, k, program, 10**7)))
    inputs: dict[str, Any] = {"text": "x"}

    def checked() -> None:
        assert not interpreter.broken(kernel, inputs, said(text, kernel, program, 10**7), Where())

    return [lambda: said(text, shape, program, 10**7), checked, lambda: now(interpreter.run(kernel, inputs))]


def timed(tasks: list[Callable[[], Any]], count: int, rounds: int) -> list[list[float]]:
    """Microseconds of one call, by task and round; the tasks of a round run one after the other."""
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, found in zip(tasks, times):
            started = perf_counter()
            for _ in range(count):
                task()
            found.append((perf_counter() - started) / count * 1e6)
    return times


async def throughput(program: Program, url: str, runs: int, concurrency: int) -> tuple[float, float]:
    """Runs a second, of kwlogic and of the bare client."""
    from openai import AsyncOpenAI

    model = Model("m", "m", base_url=url, concurrency=concurrency, structured="text")
    runner = Runner(program, RunConfig(models={"m": model}, model="m", cache=False))
    kernel = program.kernels["bench.number"]
    from kwlogic.weave.run.backends import Backends

    async with Backends(runner.config) as backends:
        await runner.run_in(backends, kernel, {"text": "warm"})
        started = perf_counter()
        await asyncio.gather(*(runner.run_in(backends, kernel, {"text": f"t{i}"}) for i in range(runs)))
        ours = runs / (perf_counter() - started)
    client = AsyncOpenAI(api_key="none", base_url=url)
    slots = asyncio.Semaphore(concurrency)

    async def bare(i: int) -> None:
        async with slots:
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": f"t{i}"}])

    await bare(0)
    started = perf_counter()
    await asyncio.gather(*(bare(i) for i in range(runs)))
    theirs = runs / (perf_counter() - started)
    await client.close()
    return ours, theirs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    found = program()
    enforced(found, options.calls, options.rounds)
    server = Path(__file__).resolve().parents[1] / "tests" / "weave" / "run" / "model_server.py"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(server), str(Path(folder) / "log")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"say": '{"n": 7}', "always": True}) + "\n")
        process.stdin.flush()
        url = f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        both = [asyncio.run(throughput(found, url, options.runs, 16)) for _ in range(options.rounds)]
        process.communicate()
    mine, theirs = (statistics.median(b[i] for b in both) for i in (0, 1))
    ratio = statistics.median(b / o for o, b in both)
    print(f"\n{options.runs} concurrent runs, 16 at a time: {mine:.0f}/s; the bare client: {theirs:.0f}/s; bare / ours {ratio:.2f}")


if __name__ == "__main__":
    main()
