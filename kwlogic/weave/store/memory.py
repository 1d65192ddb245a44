"""What a run remembers, kept in the store: finished steps by run and place, verified answers by key. Texts in, texts out.

A store that fails is no failure of a run: then nothing is remembered, and ``trouble`` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.store.data import CacheEntry, RunState, Step
from kwlogic.weave.store.store import Store

T = TypeVar("T")


class StoreMemory:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.trouble: list[Diagnostic] = []

    def step(self, run: str, path: str) -> str | None:
        found = self._try(lambda: self.store.step(run, path))
        return found.outputs if found is not None and found.state is RunState.DONE else None

    def keep_step(self, run: str, path: str, outputs: str) -> None:
        self._try(lambda: self.store.put_step(Step(run, path, "", "", RunState.DONE, "", outputs)))

    def answer(self, key: str) -> str | None:
        found = self._try(lambda: self.store.cache_get(key))
        return found.outputs if found is not None else None

    def keep_answer(self, key: str, kernel: str, outputs: str) -> None:
        self._try(lambda: self.store.cache_put(CacheEntry(key, kernel, "", outputs)))

    def drop_answer(self, key: str) -> None:
        self._try(lambda: self.store.cache_drop(key=key))

    def _try(self, ask: Callable[[], T]) -> T | None:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            return ask()
        except Diagnosed as error:
            self.trouble.extend(error.diagnostics)
        except (SQLAlchemyError, OSError) as error:
            from kwlogic.source.codes import diagnostic

            self.trouble.append(diagnostic("KW803", f"the store `{self.store.database.shown}` failed: {error}"))
        return None
