"""Worker processes: a task in, a message out; hard limits on time and memory; a dead worker costs its task only.

The work itself is deterministic in its own budget. The limits here are a safety net: a task that hits one is
reported as lost, and never remembered.
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any


@dataclass(frozen=True, slots=True)
class Lost:
    """A task whose worker died or was killed, and why."""

    reason: str


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: int | None = None
    deadline: float = 0.0


Factory = Callable[[], Callable[[Any], Any]]


def run_tasks(factory: Factory, tasks: list[Any], jobs: int, wall: float, memory_mb: int) -> Iterator[tuple[int, Any]]:
    """Yield ``(index, answer or Lost)`` as tasks finish. ``factory`` runs once in each worker and yields its function."""
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

    def run(self, tasks: list[Any], jobs: int) -> Iterator[tuple[int, Any]]:
        waiting = iter(range(len(tasks)))
        self.workers = [self._start() for _ in range(jobs)]
        for worker in self.workers:
            self._feed(worker, tasks, waiting)
        while any(w.task is not None for w in self.workers):
            soonest = min(w.deadline for w in self.workers if w.task is not None)
            ready = wait([w.pipe for w in self.workers if w.task is not None], max(0.0, soonest - monotonic()))
            for worker in [w for w in self.workers if w.pipe in ready]:
                yield self._collect(worker)
                self._feed(worker, tasks, waiting)
            for worker in [w for w in self.workers if w.task is not None and monotonic() > w.deadline]:
                task, worker.task = worker.task, None
                assert task is not None
                self._restart(worker)
                yield task, Lost(f"it took longer than {self.wall:.0f} s")
                self._feed(worker, tasks, waiting)

    def _collect(self, worker: _Worker) -> tuple[int, Any]:
        task, worker.task = worker.task, None
        assert task is not None
        try:
            return task, worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(1.0)
            code = worker.process.exitcode
            self._restart(worker)
            return task, Lost(f"its worker died (exit code {code})")

    def _feed(self, worker: _Worker, tasks: list[Any], waiting: Iterable[int]) -> None:
        index = next(iter(waiting), None)
        if index is None:
            return
        worker.task, worker.deadline = index, monotonic() + self.wall
        try:
            worker.pipe.send(tasks[index])
        except (BrokenPipeError, OSError):
            self._restart(worker)
            worker.pipe.send(tasks[index])

    def _start(self) -> _Worker:
        ours, theirs = self.context.Pipe()
        others = [w.pipe for w in self.workers]
        process = self.context.Process(target=_work, args=(self.factory, theirs, ours, others, self.memory_mb), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _restart(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self.workers.remove(worker)
        fresh = self._start()
        self.workers.append(worker)
        worker.process, worker.pipe = fresh.process, fresh.pipe

    def close(self) -> None:
        for worker in self.workers:
            with contextlib.suppress(OSError):
                worker.pipe.close()
        for worker in self.workers:
            worker.process.join(0.2)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()


def _work(factory: Factory, pipe: Connection, parent: Connection, others: list[Connection], memory_mb: int) -> None:
    """The life of a worker: it ends when its parent closes the pipe, or dies."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent.close()
    for other in others:
        other.close()
    _limit_memory(memory_mb)
    function = factory()
    with contextlib.suppress(EOFError, BrokenPipeError, OSError):
        while True:
            task = pipe.recv()
            try:
                answer = function(task)
            except MemoryError:
                answer = Lost("it needs more memory than a worker may have")
            except RecursionError:
                answer = Lost("its terms are nested too deeply")
            pipe.send(answer)


def _limit_memory(memory_mb: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        size = memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
