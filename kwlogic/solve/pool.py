"""Worker processes: a task in, a message out; hard limits on time and memory; a dead worker costs its task only.

The work itself is deterministic in its own budget. The limits here are a safety net: a task that hits one is
reported as lost, and never remembered. A worker has one task in hand and at most one waiting, so that it never
idles between two. It ends when its parent does, however that comes about.
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from kwlogic.source.records import dataclass


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without an answer, and why. ``again``: it may have been another's fault, so it deserves a second try."""

    reason: str
    again: bool = False


@dataclass(slots=True)
class _Worker:
    """``tasks``: the one in hand, then the one waiting; ``deadline`` is for the one in hand."""

    process: BaseProcess
    pipe: Connection
    tasks: deque[int] = field(default_factory=deque)
    deadline: float = 0.0


Factory = Callable[[], Callable[[int], Any]]


def run_tasks(factory: Factory, tasks: list[int], jobs: int, wall: float, memory_mb: int) -> Iterator[tuple[int, Any]]:
    """Yield ``(task, answer or Lost)`` as tasks finish. ``factory`` runs once in each worker and yields its function.

    What was lost with its worker, or for want of memory, is tried once more at the end, with no other beside it.
    """
    again: list[int] = []
    for task, answer in _run(factory, tasks, jobs, wall, memory_mb):
        if isinstance(answer, Lost) and answer.again:
            again.append(task)
        else:
            yield task, answer
    for task in again:
        yield from _run(factory, [task], 1, wall, memory_mb)


def _run(factory: Factory, tasks: list[int], jobs: int, wall: float, memory_mb: int) -> Iterator[tuple[int, Any]]:
    pool = _Pool(factory, wall, memory_mb)
    try:
        yield from pool.run(tasks, max(1, min(jobs, len(tasks))))
    finally:
        pool.close()


class _Pool:
    def __init__(self, factory: Factory, wall: float, memory_mb: int) -> None:
        self.factory = factory
        self.wall = wall
        self.memory_mb = memory_mb
        self.context: Any = mp.get_context("fork" if "fork" in mp.get_all_start_methods() else "spawn")
        self.workers: list[_Worker] = []
        self.waiting: deque[int] = deque()

    def run(self, tasks: list[int], jobs: int) -> Iterator[tuple[int, Any]]:
        self.waiting.extend(tasks)
        for _ in range(jobs):
            self.workers.append(self._start())
        self._feed()
        while busy := [w for w in self.workers if w.tasks]:
            soonest = min(w.deadline for w in busy)
            ready = wait([w.pipe for w in busy], max(0.0, soonest - monotonic()))
            for worker in [w for w in busy if w.pipe in ready]:
                yield self._collect(worker)
            for worker in [w for w in busy if w.tasks and w.pipe not in ready and monotonic() > w.deadline]:
                yield self._give_up(worker, f"it took longer than {self.wall:g} s")
            self._feed()

    def _feed(self) -> None:
        """Every worker gets a task, then each a second one while there are plenty."""
        for depth in (1, 2):
            for worker in self.workers:
                if len(worker.tasks) < depth and len(self.waiting) >= (depth - 1) * len(self.workers) + 1:
                    self._send(worker, self.waiting.popleft())

    def _send(self, worker: _Worker, task: int) -> None:
        """A pipe that is broken is noticed when it is read."""
        if not worker.tasks:
            worker.deadline = monotonic() + self.wall
        worker.tasks.append(task)
        with contextlib.suppress(OSError):
            worker.pipe.send(task)

    def _collect(self, worker: _Worker) -> tuple[int, Any]:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(1.0)
            return self._give_up(worker, f"its worker died (exit code {worker.process.exitcode})", again=True)
        worker.deadline = monotonic() + self.wall
        return worker.tasks.popleft(), answer

    def _give_up(self, worker: _Worker, reason: str, again: bool = False) -> tuple[int, Lost]:
        """Exchange a worker for a fresh one; only the task in hand is lost."""
        task = worker.tasks.popleft()
        self.waiting.extendleft(reversed(worker.tasks))
        worker.tasks.clear()
        _end(worker)
        self.workers.remove(worker)
        fresh = self._start()
        self.workers.append(worker)
        worker.process, worker.pipe = fresh.process, fresh.pipe
        return task, Lost(reason, again)

    def _start(self) -> _Worker:
        ours, theirs = self.context.Pipe()
        others = [w.pipe for w in self.workers]
        process = self.context.Process(target=_work, args=(self.factory, theirs, ours, others, self.memory_mb), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def close(self) -> None:
        for worker in self.workers:
            _end(worker, 0.0 if worker.tasks else 0.5)


def _end(worker: _Worker, patience: float = 0.0) -> None:
    with contextlib.suppress(OSError):
        worker.pipe.close()
    if patience:
        worker.process.join(patience)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()


# ---------------------------------------------------------------- in the worker


def _work(factory: Factory, pipe: Connection, parent: Connection, others: list[Connection], memory_mb: int) -> None:
    """The life of a worker. What it inherits is never garbage, so its collector need not look there."""
    import gc
    import signal

    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent.close()
    for other in others:
        other.close()
    _end_with_parent()
    _limit_memory(memory_mb)
    function = factory()
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(answered(function, pipe.recv()))


def answered(function: Callable[[int], Any], task: int) -> Any:
    """The function's answer; where it fails, why."""
    try:
        return function(task)
    except MemoryError:
        return Lost("it needs more memory than a worker may have", again=True)
    except RecursionError:
        return Lost("its terms are nested too deeply")
    except Exception as error:
        if os.environ.get("KWLOGIC_DEBUG"):
            raise
        return Lost(f"an internal error, please report it: {type(error).__name__}: {error}")


def _end_with_parent() -> None:
    """A parent that was killed says nothing, and a worker deep in a query does not read its pipe: a thread watches."""
    import threading

    parent = mp.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _limit_memory(memory_mb: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        size = memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
