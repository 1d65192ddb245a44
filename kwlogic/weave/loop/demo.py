"""The demonstration behind `kwlogic weave --demo`: a fresh store, kinds of prompts that come again and again, a scripted model that
errs, and a user who says of every answer whether it was right. What is measured is counted here, block by block.

The same prompts go to the same model without the loop, for comparison.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json
from kwlogic.weave.learn.life_data import Policy
from kwlogic.weave.learn.life_service import Gate
from kwlogic.weave.loop.data import Answer, Compiled, NoAnswer, Settings, Way
from kwlogic.weave.loop.demo_model import Scripted
from kwlogic.weave.loop.demo_tasks import KINDS, Task, tasks
from kwlogic.weave.loop.learning import learner
from kwlogic.weave.loop.raw import messages_of, said
from kwlogic.weave.loop.service import Loop
from kwlogic.weave.route.data import Settings as RouteSettings
from kwlogic.weave.run.data import RunConfig
from kwlogic.weave.store.data import State, Status
from kwlogic.weave.store.store import Store, open_store

MODEL = "scripted"
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown. ``errors``: the share of the model's wrong answers; ``noise``: of the user's wrong judgements. ``every``:
    prompts between two times of tending. ``change``: the prompt from which on the price of tickets is another."""

    prompts: int = 480
    block: int = 40
    every: int = 10
    errors: float = 0.12
    noise: float = 0.0
    change: int = 0
    seed: int = 7
    singles: float = 0.06
    kinds: tuple[str, ...] = tuple(KINDS)
    settings: Settings = field(default_factory=lambda: Settings(traces=16, seconds=2.0, read=False))
    policy: Policy = field(default_factory=lambda: Policy(runs=8, success=0.85, examples=30))
    routing: RouteSettings = field(default_factory=lambda: RouteSettings(work=1))


@dataclass(frozen=True, slots=True)
class Block:
    """``kernel``: answered by promoted kernels; ``clauses``: those of them whose contract says more than types, all of it proved or
    enforced; ``ensures``: of the outputs. ``wrong`` answers, and ``wrong_kernel``: those that kernels gave. ``calls`` of the model, and ``words`` it read and said;
    ``alone_*``: the same without the loop. ``promoted``: kernels in the end."""

    prompts: int
    kernel: int
    clauses: int
    ensures: int
    wrong: int
    wrong_kernel: int
    calls: int
    words: int
    promoted: int
    alone_wrong: int
    alone_calls: int
    alone_words: int

    @property
    def hit_rate(self) -> float:
        return self.kernel / self.prompts if self.prompts else 0.0

    @property
    def verified_rate(self) -> float:
        return self.clauses / self.prompts if self.prompts else 0.0


@dataclass(frozen=True, slots=True)
class Shown:
    """``kernels``: name, state, what stands behind it and its body's kind. ``lives``: changes of state, as they happened."""

    wanted: Wanted
    blocks: tuple[Block, ...]
    kernels: tuple[tuple[str, str, str], ...]
    lives: tuple[tuple[str, str], ...]
    compiled: tuple[Compiled, ...]


async def demonstrate(folder: Path, wanted: Wanted, tick: Tick = lambda done, total: None, gate: Gate | None = None) -> Shown:
    """Run the demonstration in an empty folder."""
    asked = tasks(wanted.seed, wanted.prompts, wanted.singles, wanted.kinds, wanted.change)
    with open_store("demo.sqlite", folder) as store:
        model = Scripted(asked, wanted.errors, wanted.seed)
        config = RunConfig(model=MODEL)
        made: list[Compiled] = []
        blocks: list[Block] = []
        async with Loop(
            store, config, wanted.settings, wanted.policy, {MODEL: model}, learner(wanted.settings), gate, wanted.routing
        ) as loop:
            for start in range(0, len(asked), wanted.block):
                counted = _Counted(loop, model, made)
                for number, task in enumerate(asked[start : start + wanted.block], start):
                    await counted.ask(task, random.Random(f"{wanted.seed} {number}").random() < wanted.noise)
                    tick(number + 1, len(asked))
                    if (number + 1) % wanted.every == 0:
                        made += loop.tend().compiled
                blocks.append(counted.block(await _alone(asked[: start + wanted.block], start, wanted)))
        return Shown(wanted, tuple(blocks), _kernels(store), _lives(store), tuple(made))


class _Counted:
    """One block of prompts."""

    def __init__(self, loop: Loop, model: Scripted, made: list[Compiled]) -> None:
        self.loop, self.model = loop, model
        self.before = (model.calls, model.words)
        self.answers: list[tuple[Answer | None, bool]] = []

    async def ask(self, task: Task, misjudged: bool) -> None:
        try:
            answer = await self.loop.answer(task.prompt)
        except NoAnswer:
            self.answers.append((None, False))
            return
        right = is_right(answer.text, task.truth)
        self.loop.judge(answer.answer_id, right is not misjudged)
        self.answers.append((answer, right))

    def block(self, alone: tuple[int, int, int]) -> Block:
        kernel = [(a, right) for a, right in self.answers if a is not None and a.way is Way.KERNEL]
        return Block(
            len(self.answers),
            len(kernel),
            sum(bool(a.contract) for a, _ in kernel),
            sum(self.loop.library.members[a.kernel].ensures for a, _ in kernel if a.kernel in self.loop.library.members),
            sum(not right for _, right in self.answers),
            sum(not right for _, right in kernel),
            self.model.calls - self.before[0],
            self.model.words - self.before[1],
            sum(m.answers for m in self.loop.library.members.values()),
            *alone,
        )


def is_right(text: str, truth: Any) -> bool:
    """Whether an answer is the truth, as JSON or as it stands."""
    try:
        return text == truth or bool(read_json(text) == truth)
    except (JsonError, RecursionError):
        return False


async def _alone(asked: Sequence[Task], start: int, wanted: Wanted) -> tuple[int, int, int]:
    """Wrong answers, calls and words of the model without the loop, from a prompt on."""
    model = Scripted(asked, wanted.errors, wanted.seed)
    wrong = calls = words = 0
    for number, task in enumerate(asked):
        before = model.words
        text = said(await model.complete(messages_of(task.prompt), None)).text
        if number >= start:
            wrong += not is_right(text, task.truth)
            calls += 1
            words += model.words - before
    return wrong, calls, words


def _kernels(store: Store) -> tuple[tuple[str, str, str], ...]:
    """Of each kernel that was learnt the version that answers, else the latest: its name, its state, how many judged runs succeeded."""
    shown: dict[str, Status] = {}
    parts = {row["parent"] for row in store.rows("lineage") if row["relation"] == "part"}
    for kernel in store.kernels():
        if kernel.digest in parts:
            continue
        status = store.status(kernel.digest)
        if kernel.name not in shown or shown[kernel.name].state is not State.PROMOTED:
            shown[kernel.name] = status
    return tuple((name, s.state.value, f"{s.passes} right, {s.failures} wrong") for name, s in sorted(shown.items()))


def _lives(store: Store) -> tuple[tuple[str, str], ...]:
    names = {k.digest: k.name for k in store.kernels()}
    return tuple((names.get(t.kernel, t.kernel), f"{t.before.value} -> {t.after.value}: {t.reason}") for t in store.transitions())
