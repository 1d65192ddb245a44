"""The scripted model of the demonstration: it knows the truth, and misses it as often as it is told to, the same way every time."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kwlogic.weave.loop.demo_tasks import KINDS, Task, plain
from kwlogic.weave.run.data import Message, OracleError


class Scripted:
    """A chat model. ``calls`` counts questions, ``words`` what was read and said: a measure of tokens."""

    def __init__(self, tasks: Iterable[Task], errors: float, seed: int = 1) -> None:
        self.known = {plain(t.prompt): t for t in tasks}
        self.errors, self.seed = errors, seed
        self.calls = 0
        self.words = 0
        self._asked: Counter[str] = Counter()

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        asked = (plain(m["content"]) for m in reversed(messages) if m["role"] == "user")
        prompt = next((p for p in asked if p in self.known), "")  # behind it may stand what was wrong with the last answer
        task = self.known.get(prompt)
        self.calls += 1
        self._asked[prompt] += 1
        if task is None:
            raise OracleError("the scripted model knows nothing of this prompt", once_more=False)
        said = self._said(task, self._asked[prompt], schema)
        self.words += sum(len(m["content"].split()) for m in messages) + len(said.split())
        return said

    def _said(self, task: Task, time: int, schema: Mapping[str, Any] | None) -> str:
        source = random.Random(f"{self.seed} {time} {task.prompt}")
        value = task.truth
        if task.kind and source.random() < self.errors:
            value = KINDS[task.kind].spoil(value, source)
        names = list((schema or {}).get("properties", {}))
        if names and not (isinstance(value, dict) and set(value) == set(names)):
            value = {names[0]: value}
        return json.dumps(value, ensure_ascii=False)

    async def close(self) -> None:
        pass
