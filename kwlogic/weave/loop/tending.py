"""What the loop has gathered: raw answers, what was said of them, which kinds of them are due to be learnt from."""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.weave.learn.data import Task
from kwlogic.weave.learn.grouping import tasks_of
from kwlogic.weave.learn.life_data import Policy
from kwlogic.weave.learn.life_service import ENDED, Gate, Reviewed, retire, review
from kwlogic.weave.loop import memory
from kwlogic.weave.loop.compiling import compile_family
from kwlogic.weave.loop.data import Compiled, Learn, Settings, Shadow, Tended
from kwlogic.weave.loop.library import Member
from kwlogic.weave.store.data import State
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.data import Trace
from kwlogic.weave.trace.text import read_trace


class Garden:
    """Raw answers stay in memory as well as in the store; the store is read once."""

    def __init__(self, store: Store, settings: Settings, policy: Policy, learn: Learn | None, gate: Gate) -> None:
        self.store, self.settings, self.policy, self.learn, self.gate = store, settings, policy, learn, gate
        self.traces: dict[str, Trace] = {t.trace_id: t for t in memory.raw_traces(store)}
        self.tried: dict[str, int] = {}
        for said in store.feedback(""):
            document = memory.document_of(said)
            if document.get("mode") == "compile" and isinstance(document.get("traces"), int):
                self.tried[said.family] = document["traces"]
        self._seen = 0

    # ------------------------------------------------------------ raw answers

    def keep(self, prompt: str, family: str, value: object, model: str, shadows: tuple[Shadow, ...]) -> str:
        trace_id = memory.keep_raw(self.store, prompt, family, value, model, shadows)
        self._read(trace_id)
        return trace_id

    def _read(self, trace_id: str) -> Trace | None:
        trace = memory.raw_trace(self.store, trace_id)
        if trace is not None:
            self.traces[trace_id] = trace
        return trace

    def raw(self, trace_id: str) -> Trace | None:
        return self.traces.get(trace_id) or self._read(trace_id)

    def prompt_of(self, run_id: str) -> str:
        """The prompt that a run of a kernel answered."""
        found = self.store.trace(run_id)
        return read_trace(found.document, run_id).prompt if found is not None else ""

    def judged(self, trace: Trace, right: bool) -> tuple[tuple[str, bool], ...]:
        """Note what was said of a raw answer, and what that says of the kernels that ran beside the model.

        Where the model was wrong and a kernel came to something else, that says nothing of the kernel."""
        memory.judge_raw(self.store, trace, right)
        self._read(trace.trace_id)
        evidence = tuple((kernel, right and agrees) for kernel, agrees in memory.shadows_of(trace) if right or agrees)
        for kernel, verdict in evidence:
            memory.keep_prompt(self.store, kernel, trace.family, "shadow", trace.prompt, verdict, run=trace.trace_id)
            self.store.count_outcome(kernel, verdict)
        return evidence

    def unclaimed(self) -> list[str]:
        """Prompts that no kernel was learnt from or took."""
        return [t.prompt for t in self.traces.values() if t.prompt and not memory.shadows_of(t) and not self._learnt(t)]

    # ------------------------------------------------------------ what is due

    def _good(self, trace: Trace) -> bool:
        return trace.success is True or (trace.success is None and not self.settings.told)

    def _learnt(self, trace: Trace) -> bool:
        """Whether a kernel that still has a life before it came of the trace."""
        return any(self.store.status(k.child).state not in ENDED for k in self.store.children(trace.trace_id) if k.relation == "trace")

    def _taken(self, trace: Trace) -> bool:
        taken = (k for k, _ in memory.shadows_of(trace))
        return any(self.store.status(k).state not in ENDED for k in taken) or self._learnt(trace)

    def _stale(self, trace: Trace) -> bool:
        """Whether a kernel that was learnt from the trace, or came to the same, lost its promotion since: what was right then may
        be wrong now."""
        kernels = {k for k, agrees in memory.shadows_of(trace) if agrees}
        kernels |= {k.child for k in self.store.children(trace.trace_id) if k.relation == "trace"}
        lost = (t.at for k in kernels for t in self.store.transitions(k) if t.before is State.PROMOTED and t.by == "rule")
        stored = self.store.trace(trace.trace_id)
        return stored is not None and any(at > stored.at for at in lost)

    def due(self) -> list[Task]:
        """Kinds of prompts with enough good answers, that no kernel is on its way for."""
        good = [t for t in self.traces.values() if self._good(t) and t.prompt]
        if len(good) < self.settings.traces or len(good) == self._seen:
            return []
        self._seen = len(good)
        free = [t for t in good if not self._taken(t) and not self._stale(t)]
        if len(free) < self.settings.traces:
            return []
        tasks = tasks_of(free)
        return [t for t in tasks if len(t.traces) >= max(self.settings.traces, 2 * self.tried.get(t.family, 0))]

    # ------------------------------------------------------------ tending

    def tend(self, members: Iterable[Member], learn: bool) -> Tended:
        compiled: list[Compiled] = []
        reviewed: list[Reviewed] = []
        for task in self.due() if learn and self.learn is not None else ():
            assert self.learn is not None
            made, found = compile_family(self.store, task.family, task.traces, self.learn, self.policy, self.gate)
            self.tried[task.family] = len(task.traces)
            compiled.append(made)
            reviewed += found
        reviewed += review(self.store, self.policy, [m.stored for m in members], self.gate)
        for one in reviewed:
            if any(m.after is State.PROMOTED for m in one.moves):
                self._supersede(one)
        return Tended(tuple(compiled), tuple(reviewed))

    def _supersede(self, promoted: Reviewed) -> None:
        """An older version gives way to one that was promoted."""
        for older in self.store.kernels(name=promoted.kernel.name):
            if older.seq < promoted.kernel.seq and self.store.status(older.digest).state not in ENDED:
                retire(self.store, older, f"superseded by {promoted.kernel.digest[:12]}, which was promoted", self.policy)
