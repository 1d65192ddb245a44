"""The kernels that take part: promoted ones answer, those on trial run beside the model. Elaborated when they are first asked."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic
from kwlogic.weave.learn.life_open import Ready, Unready, ready
from kwlogic.weave.store.data import State, StoredKernel
from kwlogic.weave.store.store import Store

TRIAL = (State.PROVED, State.ENFORCED)


@dataclass(frozen=True, slots=True)
class Member:
    """``contract``: ``proved`` or ``enforced``, or empty where it says nothing but types. ``ensures``: whether it speaks of the outputs."""

    stored: StoredKernel
    state: State
    contract: str
    ensures: bool

    @property
    def answers(self) -> bool:
        return self.state is State.PROMOTED


class Library:
    """Kernels by digest. Use as a context manager: texts of modules lie in a folder that goes in the end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.members: dict[str, Member] = {}
        self.warnings: list[Diagnostic] = []
        self._ready: dict[str, Ready | None] = {}
        self._folders = 0
        self._folder = tempfile.TemporaryDirectory(prefix="kwlogic-loop-")

    def close(self) -> None:
        self._folder.cleanup()

    def refresh(self) -> bool:
        """Read the states anew; whether there are other members than before."""
        found: dict[str, Member] = {}
        for state in (State.PROMOTED, *TRIAL):
            for status in self.store.in_state(state):
                kernel = self.members[status.digest].stored if status.digest in self.members else self.store.kernel(status.digest)
                if kernel is not None:
                    found[status.digest] = Member(kernel, state, self._contract(kernel), any(c.kind == "ensures" for c in kernel.formal))
        found = _newest(found)
        changed = set(found) != set(self.members)
        self.members = found
        return changed

    def _contract(self, kernel: StoredKernel) -> str:
        if not kernel.formal:
            return ""
        verdicts = {v.verdict for v in self.store.verdicts(kernel.digest)}
        return "proved" if verdicts == {"proved"} else "enforced"

    def ready(self, digest: str) -> Ready | None:
        """The kernel to run, None where it cannot be used, which is told once."""
        if digest not in self._ready:
            stored = self.members[digest].stored
            try:
                self._ready[digest] = self.opened(stored)
            except Unready as error:
                self.warnings.append(diagnostic("KW864", f"`{stored.name}` is passed over: {error}"))
                self._ready[digest] = None
        return self._ready[digest]

    def opened(self, stored: StoredKernel) -> Ready:
        """As ``ready``, of any kernel; raises Unready."""
        known = self._ready.get(stored.digest)
        if known is not None:
            return known
        folder = Path(self._folder.name).resolve() / str(self._folders)
        self._folders += 1
        folder.mkdir()
        self._ready[stored.digest] = found = ready(self.store, stored, folder)
        return found


def _newest(found: dict[str, Member]) -> dict[str, Member]:
    """Of each name the newest that answers, and the newest on trial where it is newer."""
    best: dict[tuple[str, bool], Member] = {}
    for member in sorted(found.values(), key=lambda m: m.stored.seq):
        best[member.stored.name, member.answers] = member
    kept = [
        m for m in best.values() if m.answers or (m.stored.name, True) not in best or m.stored.seq > best[m.stored.name, True].stored.seq
    ]
    return {m.stored.digest: m for m in kept}
