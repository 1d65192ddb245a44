"""Smaller inputs that still show the same: greedy, one value at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kwlogic.core.program import Program
from kwlogic.core.types import Type
from kwlogic.core.value import Value
from kwlogic.solve.falsify import simpler_values

TRIES = 400
T = TypeVar("T")
Env = dict[str, Value]


def shrunk(program: Program, env: Env, types: dict[str, Type], first: T, still: Callable[[Env], T | None], tries: int = TRIES) -> T:
    """The result of the smallest input found for which ``still`` gives one."""
    found, again = first, True
    while again and tries > 0:
        again = False
        for name, type in types.items():
            for value in simpler_values(program, env[name], type):
                tries -= 1
                result = still({**env, name: value})
                if result is not None:
                    env, found, again = {**env, name: value}, result, True
                    break
                if tries <= 0:
                    return found
    return found
