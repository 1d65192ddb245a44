"""How fast the store is, and what tracing costs: `python benchmarks/store_speed.py [--kernels 10 100000]`.

Seconds of processor and of the clock for each operation; writes are durable (one fsync each) unless they go in batches.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kwlogic import trace
from kwlogic.weave.store.convert import kernel_of
from kwlogic.weave.store.data import CacheEntry, StoredKernel
from kwlogic.weave.store.store import Store, open_store

BATCH = 1_000


def kernel(number: int) -> StoredKernel:
    ports = [["text", "String"], ["limit", "Real"]]
    clauses = [["ensures", f"c{i}", f"amount(invoice.lines) <= limit + {number * 10 + i}.0"] for i in range(5)]
    content = {
        "inputs": ports,
        "outputs": [["ok", "Bool"]],
        "clauses": clauses,
        "rests_on": {f"m.f{i}": f"{number:032x}" for i in range(4)},
    }
    return kernel_of(f"bench.k{number}", content, module="bench", family=f"family {number % 50}")


def measured(what: str, count: int, work: Callable[[], object]) -> None:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    wall, used = time.perf_counter() - clock, time.process_time() - processor
    print(f"  {what:<44}{count / wall:>10.0f} /s by the clock {1e6 * used / count:>10.1f} µs of processor each")


def measure(folder: Path, size: int) -> None:
    print(f"{size} kernels")
    chance = random.Random(1)
    path = folder / f"{size}.sqlite"
    with open_store(str(path)) as store:
        kernels = [kernel(n) for n in range(size)]
        measured("insert, in batches of 1,000", size, lambda: [store.put_kernels(kernels[i : i + BATCH]) for i in range(0, size, BATCH)])
        single = [kernel(10_000_000 + n) for n in range(200)]
        measured("insert, one by one", len(single), lambda: [store.put_kernel(k) for k in single])
        some = [chance.choice(kernels) for _ in range(1_000)]
        measured("look up by digest", len(some), lambda: [store.kernel(k.digest) for k in some])
        measured("look up the latest by name", len(some), lambda: [store.latest(k.name) for k in some])
        cached(store)
    began = time.process_time()
    open_store(str(path)).close()
    print(
        f"  open: {time.process_time() - began:.3f} s of processor; {path.stat().st_size / 1e6:.1f} MB, log {Path(f'{path}.log').stat().st_size / 1e6:.1f} MB"
    )


def cached(store: Store) -> None:
    entries = [CacheEntry(f"{n:064x}", "k", '{"x": 1}', '{"y": 2}') for n in range(200)]
    measured("cache: put", len(entries), lambda: [store.cache_put(e) for e in entries])
    measured("cache: get", len(entries), lambda: [store.cache_get(e.key) for e in entries])


@trace.traced
def nothing(a: int, b: str) -> int:
    return a


def tracing() -> None:
    print("tracing")
    bare, count = nothing.__wrapped__, 20_000
    measured("a call, bare", count, lambda: [bare(1, "x") for _ in range(count)])
    measured("a traced call, no recording", count, lambda: [nothing(1, "x") for _ in range(count)])
    with trace.record(limits=None):
        measured("a traced call, recorded", 5_000, lambda: [nothing(1, "x") for _ in range(5_000)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, nargs="+", default=[10, 100_000])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for size in options.kernels:
            measure(Path(folder), size)
    tracing()


if __name__ == "__main__":
    main()
