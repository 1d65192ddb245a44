"""The life of a kernel: the thresholds, what is known of it, and what follows. Records only.

candidate → gated → proved or enforced → promoted → retired; rejected where something speaks against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kwlogic.weave.store.data import State

FINE = frozenset(("proved", "enforced", "assumed"))


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds, all configured in the table ``life``.

    ``runs``: judged runs before a promotion. ``success``: what the lower bound of the success rate must reach at
    ``confidence``, under a Beta prior (``prior``: its two parameters). ``patience``: the mean number of runs between two
    false alarms of the drift detector; within n runs one is raised with probability n / patience at most. ``demotions``:
    how often a promoted kernel goes back to earn its place again before it is retired. ``judged``: only runs that somebody
    judged count; otherwise one that yields outputs counts as a success and one that fails as a failure. ``examples``:
    inputs that the gate generates."""

    runs: int = 20
    success: float = 0.9
    confidence: float = 0.95
    prior: tuple[float, float] = (1.0, 1.0)
    patience: int = 2000
    demotions: int = 1
    judged: bool = True
    examples: int = 100


@dataclass(frozen=True, slots=True)
class Gated:
    """What the gate said: ``standing`` is ``accepted``, ``rejected`` or ``undecided``, or empty where it was not asked."""

    standing: str = ""
    reason: str = ""
    runs: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """``verdicts``: of the clauses and other obligations, counted by verdict; ``refuted`` names them. ``outcomes``: of the runs
    since the kernel was last demoted (or stored), oldest first; ``after``: those of them since it was promoted.
    ``demoted``: how often it was. ``upto``: the last feedback that was looked at, by its number in the store. ``oracle``: its
    body is a prompt, a tool or a function, which is enforced at best. ``version``: how runs name this version."""

    gate: Gated = field(default_factory=Gated)
    verdicts: Mapping[str, int] = field(default_factory=dict)
    refuted: tuple[str, ...] = ()
    outcomes: tuple[bool, ...] = ()
    after: tuple[bool, ...] = ()
    demoted: int = 0
    upto: int = 0
    oracle: bool = False
    version: str = ""

    @property
    def settled(self) -> State | None:
        """Proved, enforced, or neither."""
        if not set(self.verdicts) <= FINE:
            return None
        return State.ENFORCED if self.oracle or "enforced" in self.verdicts else State.PROVED


@dataclass(frozen=True, slots=True)
class Move:
    """Where a kernel goes, and why."""

    to: State
    reason: str
