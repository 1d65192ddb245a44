"""What an evaluation may end in other than a value, and the trampoline that runs compiled code without Python recursion.

A compiled function either returns its value or is a generator: it yields a generator where it needs that one's
value, and returns a generator where it ends in a call (so that tail calls take no space).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import GeneratorType
from typing import Any

from kwlogic.core.program import Clause
from kwlogic.core.value import Value
from kwlogic.source.data import Span


class EvalStop(Exception):
    """An evaluation that ended without a value."""


class OutOfBudget(EvalStop):
    """The steps, or the memory they stand for, were used up."""

    def __init__(self, message: str = "the evaluation needs more steps than it was given") -> None:
        super().__init__(message)


class NotExecutable(EvalStop):
    """The value depends on what cannot be run: an unbounded quantifier, an oracle, a composition."""

    def __init__(self, span: Span | None, reason: str = "an unbounded quantifier cannot be run") -> None:
        super().__init__(reason)
        self.span = span
        self.reason = reason


class Violation(EvalStop):
    """A condition of the program is false.

    ``kind``: call, partial, refinement, ensures, requires, assert or termination. ``span``: the failing expression;
    for a refinement, the argument. ``clause``: what is false (None for primitives and assertions). ``name``: the
    callee, constructor or primitive. ``env``: the inputs of the callee, or what is in scope.
    """

    def __init__(self, kind: str, span: Span | None, clause: Clause | None, name: str, env: Mapping[str, Value], message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.span = span
        self.clause = clause
        self.name = name
        self.env = dict(env)
        self.message = message


class Budget:
    """Steps that are left. ``charge`` before work or memory that one step does not pay for."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def charge(self, cost: int) -> None:
        self.left -= cost
        if self.left < 0:
            raise OutOfBudget


def trampoline(start: Any) -> Any:
    """The value of a generator, or of what it returns."""
    if type(start) is not GeneratorType:
        return start
    waiting: list[Any] = []
    send, value = start.send, None
    while True:
        try:
            wanted = send(value)
        except StopIteration as stop:
            value = stop.value
            if type(value) is GeneratorType:
                send, value = value.send, None
            elif waiting:
                send = waiting.pop()
            else:
                return value
        else:
            waiting.append(send)
            send, value = wanted.send, None
