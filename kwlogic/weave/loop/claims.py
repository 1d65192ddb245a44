"""Which raw answers are spoken for: a kernel that answers, or is on trial and has not failed, was learnt from them or took their
prompts. And which are of yesterday.
"""

from __future__ import annotations

from collections.abc import Collection

from kwlogic.weave.loop import memory
from kwlogic.weave.store.data import State, Status
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.data import Trace


class Claims:
    """As the store is now; ``members``: the digests of the kernels that take part."""

    def __init__(self, store: Store, members: Collection[str]) -> None:
        self.store = store
        self.learnt: dict[str, list[str]] = {}
        for row in store.rows("lineage"):
            if row["relation"] == "trace":
                self.learnt.setdefault(row["parent"], []).append(row["child"])
        self.lost: dict[str, str] = {}
        for made in store.transitions():
            if made.before is State.PROMOTED and made.by == "rule":
                self.lost[made.kernel] = made.at
        self._names: dict[str, str] = {}
        self.alive = {self._name(d) for d in members if self._holds(store.status(d))}

    @staticmethod
    def _holds(status: Status) -> bool:
        """One on trial that has failed is held against what is learnt from more answers."""
        return status.state is State.PROMOTED or not status.failures

    def _name(self, digest: str) -> str:
        if digest not in self._names:
            kernel = self.store.kernel(digest)
            self._names[digest] = kernel.name if kernel is not None else ""
        return self._names[digest]

    def taken(self, trace: Trace) -> bool:
        """Whether such a kernel, in whatever version, came of the trace or took its prompt."""
        kernels = (*self.learnt.get(trace.trace_id, ()), *(k for k, _ in memory.shadows_of(trace)))
        return any(self._name(k) in self.alive for k in kernels)

    def stale(self, trace: Trace, at: str) -> bool:
        """Whether a kernel that was learnt from the trace, or came to the same, lost its promotion since: what was right then may
        be wrong now."""
        kernels = (*self.learnt.get(trace.trace_id, ()), *(k for k, agrees in memory.shadows_of(trace) if agrees))
        return any(self.lost.get(k, "") > at for k in kernels)
