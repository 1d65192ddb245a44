"""Giving up work that nobody waits for any more: long passes ask now and then, and raise."""

from __future__ import annotations

from collections.abc import Callable

Asked = Callable[[], bool]


class Abandoned(Exception):
    """Nobody waits for the answer any more."""


def go_on(abandoned: Asked | None) -> None:
    """Raises Abandoned where the work is to be given up."""
    if abandoned is not None and abandoned():
        raise Abandoned
