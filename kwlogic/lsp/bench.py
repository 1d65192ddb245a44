"""The one thread on which texts are analysed: in the order asked, while the protocol's own loop stays free.

A whole analysis is abandoned as soon as a text changes. A question that was cut off that way is asked again, or refused
with the code that says so, after which clients ask again by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pygls.exceptions import JsonRpcException

from kwlogic.source.abandon import Abandoned

T = TypeVar("T")


class Modified(JsonRpcException):
    """The text has changed; who asked may ask again."""

    CODE = -32801

    def __init__(self) -> None:
        super().__init__(message="the text has changed since", code=self.CODE)


class Bench:
    """``edition`` counts the changes of all texts."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(1, "kwlogic-analysis")
        self.edition = 0

    def moved(self) -> None:
        self.edition += 1

    async def run(self, task: Callable[[], T]) -> T:
        """On the thread; raises Abandoned where the task does."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, task)

    async def ask(self, task: Callable[[Callable[[], bool]], T], times: int = 20) -> T:
        """An answer that speaks of the texts as they are; ``task`` is told how to find out that they have changed. Raises
        Modified where they do so again and again."""
        for _ in range(times):
            edition = self.edition
            try:
                return await self.run(lambda edition=edition: task(lambda: self.edition != edition))  # type: ignore[misc]
            except Abandoned:
                await asyncio.sleep(0)
        raise Modified

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
