"""Counted work: what bounds a search, the same on every machine. Processor time is only a safety, looked at now and then."""

from __future__ import annotations

import time

from kwlogic.weave.learn.synthesis.data import Budget

_GLANCE = 20_000


class Exhausted(Exception):
    """The budget is spent; ``reason`` says which part of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Meter:
    __slots__ = ("_glance", "_until", "above", "limit", "seconds", "spent")

    def __init__(self, budget: Budget, above: Meter | None = None) -> None:
        self.above = above
        self.spent, self.limit, self.seconds = 0, budget.work, budget.seconds
        self._until = time.process_time() + budget.seconds
        self._glance = _GLANCE

    def charge(self, work: int) -> None:
        self.spent += work
        if self.above is not None:
            self.above.charge(work)
        if self.spent > self.limit:
            raise Exhausted(f"no function was found among {self.limit:,} candidates")
        if self.spent >= self._glance:
            self._glance = self.spent + _GLANCE
            if time.process_time() > self._until:
                raise Exhausted(f"no function was found within {self.seconds:g} s of processor time")

    def share(self, parts: int) -> Meter:
        """A meter for a part of what is left; what it counts is counted here too."""
        left = max(1, (self.limit - self.spent) // parts)
        return Meter(Budget(work=left, seconds=max(0.1, self._until - time.process_time())), self)
