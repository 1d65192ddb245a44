"""What the loop has gathered: raw answers, what was said of them, which kinds of them are due to be learnt from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from kwlogic.weave.learn.data import Task
from kwlogic.weave.learn.grouping import tasks_of
from kwlogic.weave.learn.life_data import Policy
from kwlogic.weave.learn.life_service import ENDED, Gate, Reviewed, retire, review
from kwlogic.weave.loop import memory
from kwlogic.weave.loop.claims import Claims
from kwlogic.weave.loop.compiling import compile_family
from kwlogic.weave.loop.data import Compiled, Learn, Settings, Shadow, Tended
from kwlogic.weave.loop.library import Member
from kwlogic.weave.store.data import State
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.data import Trace
from kwlogic.weave.trace.text import read_trace


class Garden:
    """Raw answers stay in memory as well as in the store, from when they are first needed."""

    def __init__(self, store: Store, settings: Settings, policy: Policy, learn: Learn | None, gate: Gate) -> None:
        self.store, self.settings, self.policy, self.learn, self.gate = store, settings, policy, learn, gate
        self._seen = 0

    @cached_property
    def traces(self) -> dict[str, tuple[Trace, str]]:
        """Raw answers by id, with the time of each."""
        return {t.trace_id: (t, at) for t, at in memory.raw_traces(self.store)}

    @cached_property
    def tried(self) -> dict[str, int]:
        """From how many answers of a family learning was last tried."""
        found: dict[str, int] = {}
        for said in self.store.feedback(""):
            document = memory.document_of(said)
            if document.get("mode") == "compile" and isinstance(document.get("traces"), int):
                found[said.family] = document["traces"]
        return found

    # ------------------------------------------------------------ raw answers

    def keep(self, prompt: str, family: str, value: object, model: str, shadows: tuple[Shadow, ...]) -> str:
        trace_id = memory.keep_raw(self.store, prompt, family, value, model, shadows)
        self._known(trace_id)
        return trace_id

    def _known(self, trace_id: str) -> None:
        """Also in memory, where answers are."""
        found = memory.raw_trace(self.store, trace_id) if "traces" in self.__dict__ else None
        if found is not None:
            self.traces[trace_id] = found

    def raw(self, trace_id: str) -> Trace | None:
        found = memory.raw_trace(self.store, trace_id)
        return found[0] if found is not None else None

    def prompt_of(self, run_id: str) -> str:
        """The prompt that a run of a kernel answered."""
        found = self.store.trace(run_id)
        return read_trace(found.document, run_id).prompt if found is not None else ""

    def judged(self, trace: Trace, right: bool) -> tuple[tuple[str, bool], ...]:
        """Note what was said of a raw answer, and what that says of the kernels that ran beside the model.

        Where the model was wrong and a kernel came to something else, that says nothing of the kernel."""
        memory.judge_raw(self.store, trace, right)
        self._known(trace.trace_id)
        evidence = tuple((kernel, right and agrees) for kernel, agrees in memory.shadows_of(trace) if right or agrees)
        for kernel, verdict in evidence:
            memory.keep_prompt(self.store, kernel, trace.family, "shadow", trace.prompt, verdict, run=trace.trace_id)
            self.store.count_outcome(kernel, verdict)
        return evidence

    def unclaimed(self, members: Collection[str]) -> list[str]:
        """Prompts that no kernel was learnt from or took."""
        claims = Claims(self.store, members)
        return [t.prompt for t, _ in self.traces.values() if t.prompt and not claims.taken(t)]

    # ------------------------------------------------------------ what is due

    def _good(self, trace: Trace) -> bool:
        return bool(trace.prompt) and (trace.success is True or (trace.success is None and not self.settings.told))

    def due(self, members: Collection[str]) -> list[Task]:
        """Kinds of prompts with enough good answers, that no kernel is on its way for."""
        good = [(t, at) for t, at in self.traces.values() if self._good(t)]
        if len(good) < self.settings.traces or len(good) == self._seen:
            return []
        self._seen = len(good)
        claims = Claims(self.store, members)
        free = [t for t, at in good if not claims.taken(t) and not claims.stale(t, at)]
        tasks = tasks_of(free) if len(free) >= self.settings.traces else []
        return [t for t in tasks if len(t.traces) >= max(self.settings.traces, 2 * self.tried.get(t.family, 0))]

    # ------------------------------------------------------------ tending

    def tend(self, members: Iterable[Member], learn: bool) -> Tended:
        compiled: list[Compiled] = []
        reviewed: list[Reviewed] = []
        taking_part = list(members)
        digests = [m.stored.digest for m in taking_part]
        for task in self.due(digests) if learn and self.learn is not None else ():
            assert self.learn is not None
            made, found = compile_family(self.store, task.family, task.traces, self.learn, self.policy, self.gate)
            self.tried[task.family] = len(task.traces)
            compiled.append(made)
            reviewed += found
        reviewed += review(self.store, self.policy, [m.stored for m in taking_part], self.gate)
        for one in reviewed:
            if any(m.after is State.PROMOTED for m in one.moves):
                self._supersede(one)
        return Tended(tuple(compiled), tuple(reviewed))

    def _supersede(self, promoted: Reviewed) -> None:
        """An older version gives way to one that was promoted."""
        for older in self.store.kernels(name=promoted.kernel.name):
            if older.seq < promoted.kernel.seq and self.store.status(older.digest).state not in ENDED:
                retire(self.store, older, f"superseded by {promoted.kernel.digest[:12]}, which was promoted", self.policy)
