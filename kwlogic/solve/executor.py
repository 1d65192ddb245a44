"""Who carries out the tasks of a run: worker processes of this machine, or whatever else keeps to this small protocol.

A *factory* makes, in each worker, the function that answers a task by its number. An executor yields an answer, or
``Lost`` with the reason, for every task, in the order of finishing. What is answered does not depend on who carries it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from kwlogic.solve.pool import Factory, run_tasks
from kwlogic.source.records import dataclass


class Executor(Protocol):
    """``wall`` (seconds for a task) and ``memory_mb`` are a safety net; the tasks have limits of their own."""

    def run(self, factory: Factory, tasks: list[int], wall: float, memory_mb: int) -> Iterator[tuple[int, Any]]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LocalPool:
    """Up to ``jobs`` processes of this machine."""

    jobs: int

    def run(self, factory: Factory, tasks: list[int], wall: float, memory_mb: int) -> Iterator[tuple[int, Any]]:
        return run_tasks(factory, tasks, self.jobs, wall, memory_mb)

    def close(self) -> None:
        """Each run ends its own workers."""
