"""What running a composition needs from outside, and what it may end in. Records and protocols only.

The interpreter knows kernels, contracts and order; an ``Environment`` alone knows how an oracle is asked and how
independent steps run side by side. So the gate (which plays oracles by values) and the runtime (which calls models)
run the same interpreter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kwlogic.core.program import Clause, Kernel
from kwlogic.core.value import Value
from kwlogic.source.data import Span

Ports = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Where:
    """Where a call stands: ``path`` names the steps around it from the outside in, and is the same in every run of the
    same composition on the same inputs. ``heard``: why earlier attempts at this work failed."""

    path: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()

    def at(self, step: str) -> Where:
        return Where((*self.path, step), self.heard)


@dataclass(frozen=True, slots=True)
class Fault:
    """A clause that is false, with the values it speaks of; ``clause`` None where no clause was reached."""

    message: str
    clause: Clause | None = None
    env: Mapping[str, Value] = field(default_factory=dict, compare=False)
    span: Span | None = None


class Stopped(Exception):
    """A run that ended without outputs. ``notes`` tell what happened since (rollbacks that failed)."""

    def __init__(self, reason: str, where: Where, faults: tuple[Fault, ...] = (), kernel: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.where = where
        self.faults = faults
        self.kernel = kernel
        self.notes: list[str] = []


class Failed(Stopped):
    """A kernel failed, as its contract allows: ``??`` and ``retry`` go on from here."""


class Broken(Stopped):
    """What may never happen: a step was started outside of its ``requires``, an ``assert`` or an invariant is false, an
    expression is undefined. Nothing goes on from here."""


@dataclass(frozen=True, slots=True)
class Done:
    """A finished step, for its rollback."""

    kernel: Kernel
    inputs: Ports
    outputs: Ports
    where: Where


Step = Callable[[int], Awaitable[None]]


class Environment(Protocol):
    async def oracle(self, kernel: Kernel, inputs: Ports, where: Where, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports:
        """The outputs of a kernel whose body is no expression and no composition; raises Failed.

        ``check`` says which clauses given outputs break. Whatever comes out is checked again."""
        ...

    async def schedule(self, waits: Sequence[frozenset[int]], step: Step) -> None:
        """Runs ``step(i)`` for each index, after those that it waits for. At the first exception nothing more is started,
        what runs is ended, and the exception raised."""
        ...

    def note(self, kind: str, where: Where, kernel: Kernel | None, what: Mapping[str, object]) -> None:
        """Told of what happens: started, finished, failed, rolled back, skipped (a clause that cannot be run)."""
        ...


class OneByOne:
    """An environment in which nothing waits: steps run in order, and oracles are a function, which may raise Failed."""

    def __init__(self, oracle: Callable[[Kernel, Ports, Where], Ports]) -> None:
        self._oracle = oracle

    async def oracle(self, kernel: Kernel, inputs: Ports, where: Where, check: Callable[[Ports], tuple[Fault, ...]]) -> Ports:
        return self._oracle(kernel, inputs, where)

    async def schedule(self, waits: Sequence[frozenset[int]], step: Step) -> None:
        for index in range(len(waits)):
            await step(index)

    def note(self, kind: str, where: Where, kernel: Kernel | None, what: Mapping[str, object]) -> None:
        pass
