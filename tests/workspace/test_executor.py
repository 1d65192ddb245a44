"""Who solves makes no difference: worker processes, a cluster of Dask, or anything else that keeps to the protocol."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from kwlogic.solve.pool import Factory
from kwlogic.source.data import Diagnosed
from kwlogic.vc.data import Proved, Refuted, Result
from kwlogic.workspace import executor_dask
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.executor import address_of

SPEC = """module queue
fn total(xs: List[Int]) -> Int
= match xs { case [] => 0 case [x, *rest] => x + total(rest) }
fn mirror(xs: List[Int]) -> List[Int]
= match xs { case [] => [] case [x, *rest] => mirror(rest) ++ [x] }
lemma total_append(xs: List[Int], ys: List[Int]) ensures total(xs ++ ys) == total(xs) + total(ys)
lemma total_mirror(xs: List[Int]) ensures total(mirror(xs)) == total(xs)
lemma mirrors(xs: List[Int]) ensures mirror(mirror(xs)) == xs
lemma mirror_len(xs: List[Int]) ensures len(mirror(xs)) == len(xs)
lemma folded(xs: List[Int]) ensures total(map(fn (x: Int) => x + 1, xs)) == total(xs) + len(xs)
lemma wrong(xs: List[Int]) ensures total(xs) >= 0
kernel half(n: Int) -> (m: Int) requires n >= 0 ensures m * 2 <= n ensures n <= m * 2 + 1 = n // 2
kernel bad(n: Int) -> (m: Int) ensures m * 2 == n = n // 2
"""


def verdicts(result: CheckResult) -> list[tuple[object, ...]]:
    assert not [d for d in result.diagnostics if not d.code.startswith("KW5")], result.diagnostics
    return [(r.obligation.id, r.verdict, r.rlimit) for r in result.results]


def stored(folder: Path) -> dict[str, bytes]:
    """What the cache holds of verdicts (the answer of the whole run has its seconds in it)."""
    with sqlite3.connect(folder / ".kwlogic_cache" / "verdicts.sqlite") as connection:
        rows = connection.execute("SELECT key, value FROM verdicts").fetchall()
    return {key: value for key, value in rows if b'"environment"' not in value}


@pytest.fixture
def place(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "queue.kw").write_text(SPEC, encoding="utf-8")
        return folder

    return make


# ---------------------------------------------------------------- the protocol


@dataclass
class Backwards:
    """An executor of a few lines: here and now, last task first."""

    asked: list[int] = field(default_factory=list)
    closed: bool = False

    def run(self, factory: Factory, tasks: list[int], wall: float, memory_mb: int) -> Iterator[tuple[int, Any]]:
        function = factory()
        for task in reversed(tasks):
            self.asked.append(task)
            yield task, function(task)

    def close(self) -> None:
        self.closed = True


def test_anything_that_keeps_to_the_protocol_will_do(place: Callable[[str], Path]):
    mine = Backwards()
    found = check(CheckRequest(("queue.kw::half", "queue.kw::bad"), place("a"), cache=False, executor=mine))
    assert verdicts(found) == verdicts(check(CheckRequest(("queue.kw::half", "queue.kw::bad"), place("b"), cache=False)))
    assert mine.asked
    assert not mine.closed, "who makes an executor closes it"


@pytest.mark.parametrize("text", ["dask://localhost:8786", "dask://10.0.0.1:1", "dask://[::1]:8786"])
def test_addresses(text: str):
    assert address_of(text) == text.removeprefix("dask://")


@pytest.mark.parametrize(
    "text", ["", "dask", "desk://h:1", "dask://", "dask://h", "dask://:1", "dask://h:x", "dask://h:70000", "dask://h:1/x", "dask://a@h:1"]
)
def test_what_is_no_executor_is_told(text: str, place: Callable[[str], Path]):
    with pytest.raises(Diagnosed) as told:
        check(CheckRequest(("queue.kw",), place("a"), executor=text))
    assert [d.code for d in told.value.diagnostics] == ["KW733"]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, place: Callable[[str], Path]):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Diagnosed) as told:
        check(CheckRequest(("queue.kw",), place("a"), executor="dask://localhost:8786"))
    (only,) = told.value.diagnostics
    assert only.code == "KW734"
    assert "kwlogic[dask]" in only.message


# ---------------------------------------------------------------- a real cluster

dask = pytest.importorskip("distributed", reason="the extra `kwlogic[dask]`")


def test_a_cluster_in_this_process(place: Callable[[str], Path]):
    """The small twin of the test below: the same protocol over a socket, with a worker that is a thread."""
    here, there = place("here"), place("there")
    names = ("queue.kw::half", "queue.kw::bad", "queue.kw::total_append")
    local = check(CheckRequest(names, here, jobs=1))
    with dask.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address.partition("://")[2]
        distant = check(CheckRequest(names, there, executor=f"dask://{address}"))
    assert verdicts(distant) == verdicts(local)
    assert stored(there) == stored(here)


@dataclass
class Cluster:
    """A scheduler and its workers, each a process. Its address stands in a file, as soon as it listens."""

    file: Path
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        for _ in range(1200):
            if self.file.exists() and self.file.stat().st_size:
                return str(json.loads(self.file.read_text(encoding="utf-8"))["address"]).partition("://")[2]
            assert self.scheduler.poll() is None, "the scheduler ended"
            time.sleep(0.1)
        raise AssertionError("the scheduler does not start")

    def add_worker(self) -> None:
        self.workers.append(start("worker", self.address, "--nthreads", "1", "--no-nanny"))

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    file = tmp_path / "scheduler.json"
    made = Cluster(file, start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)))
    try:
        yield made
    finally:
        made.stop()


@dataclass
class KillingTheFirst:
    """Progress that kills a worker as soon as there is a result."""

    cluster: Cluster
    count: int = 0

    def start(self, total: int) -> None: ...

    def advance(self, result: Result) -> None:
        self.count += 1
        if result.rlimit and self.cluster.workers[0].poll() is None:
            self.cluster.workers[0].send_signal(signal.SIGKILL)
            self.cluster.workers[0].wait()

    def stop(self) -> None: ...


@pytest.mark.slow
def test_a_cluster_of_two_workers_one_of_which_is_killed(cluster: Cluster, place: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch):
    here, there = place("here"), place("there")
    local = check(CheckRequest(("queue.kw",), here, jobs=1))
    request = CheckRequest(("queue.kw",), there, executor=f"dask://{cluster.address}")
    monkeypatch.setattr(executor_dask, "CONNECT_SECONDS", 0.5)
    with pytest.raises(Diagnosed) as told:
        check(request)
    assert [d.code for d in told.value.diagnostics] == ["KW736"], "there are no workers yet"
    monkeypatch.setattr(executor_dask, "CONNECT_SECONDS", 60.0)
    cluster.add_worker()
    cluster.add_worker()
    both_there(cluster)
    killing = KillingTheFirst(cluster)
    distant = check(request, killing)
    assert cluster.workers[0].poll() is not None, "it was killed"
    assert killing.count == len(distant.results)
    assert verdicts(distant) == verdicts(local)
    assert stored(there) == stored(here)
    assert distant.count(Proved) > 5
    assert distant.count(Refuted) == 2
    again = check(CheckRequest(("queue.kw",), there))
    assert verdicts(again) == verdicts(local)
    assert all(r.cached for r in again.results if r.rlimit), "what the cluster found is remembered"


def both_there(cluster: Cluster) -> None:
    with dask.Client(f"tcp://{cluster.address}", timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)


@pytest.mark.slow
def test_a_lost_scheduler_ends_in_unknowns(cluster: Cluster, place: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch):
    @dataclass
    class Losing(KillingTheFirst):
        def advance(self, result: Result) -> None:
            if result.rlimit:
                self.cluster.scheduler.kill()

    monkeypatch.setattr(executor_dask, "CONNECT_SECONDS", 60.0)
    cluster.add_worker()
    folder = place("a")
    began = time.monotonic()
    found = check(CheckRequest(("queue.kw",), folder, executor=f"dask://{cluster.address}"), Losing(cluster))
    assert time.monotonic() - began < 120
    lost = [r for r in found.results if r.volatile]
    assert lost
    assert all("connection" in getattr(r.verdict, "reason", "") for r in lost)
    assert verdicts(check(CheckRequest(("queue.kw",), folder))) == verdicts(check(CheckRequest(("queue.kw",), place("b"))))


@pytest.mark.slow
def test_what_listens_but_is_no_scheduler(place: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(executor_dask, "CONNECT_SECONDS", 1.0)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        began = time.monotonic()
        with pytest.raises(Diagnosed) as told:
            check(CheckRequest(("queue.kw",), place("a"), executor=f"dask://127.0.0.1:{mute.getsockname()[1]}"))
        assert time.monotonic() - began < 30
    assert [d.code for d in told.value.diagnostics] == ["KW735"]
