"""Alarms: the share of prompts that are abstained from, of low confidences, of wrong routes, against what calibration saw.

Each is a sequence of yes and no held against a rate that calibration supports (a Clopper-Pearson upper bound). The
statistic is a CUSUM of likelihood ratios against a mixture of higher rates; under rates up to the supported one, each
factor has mean at most one, so the mean number of prompts to a false alarm is at least the limit, whatever the rate
does below it and without looking at a horizon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

from kwlogic.weave.route.data import Drift

FACTORS = (1.5, 2.0, 3.0)  # the odds of the alternatives over those of the supported rate
LIMIT = 10_000.0  # prompts to a false alarm, in the mean, at least


@dataclass(slots=True)
class Monitor:
    """One rate. ``base``: the rate that is supported; ``levels``: the CUSUM of each alternative, as logarithms."""

    what: str
    base: float
    seen: int = 0
    hits: int = 0
    since: int = 0
    hits_since: int = 0
    levels: tuple[float, ...] = (0.0,) * len(FACTORS)
    alarm: Drift | None = None

    def see(self, hit: bool) -> None:
        self.seen += 1
        self.hits += hit
        if not 0.0 < self.base < 1.0:
            return
        new = []
        for level, factor in zip(self.levels, FACTORS):
            rate = self.base * factor / (1 - self.base + self.base * factor)
            new.append(max(level, 0.0) + (log(rate / self.base) if hit else log((1 - rate) / (1 - self.base))))
        self.levels = tuple(new)
        if max(new) <= 0:
            self.since = self.hits_since = 0
        else:
            self.since += 1
            self.hits_since += hit
        top = max(new)
        total = top + log(sum(exp(v - top) for v in new)) - log(len(new))
        if self.alarm is None and total >= log(LIMIT):
            self.alarm = Drift(self.what, self.seen, self.base, self.hits_since / max(1, self.since))

    def state(self) -> dict[str, object]:
        alarm = self.alarm
        told = None if alarm is None else [alarm.after, alarm.before, alarm.since]
        counts = {"seen": self.seen, "hits": self.hits, "since": self.since, "hits_since": self.hits_since}
        return {"what": self.what, "base": self.base, **counts, "levels": list(self.levels), "alarm": told}


def monitor_of(state: Mapping[str, object]) -> Monitor:
    """A monitor as ``state`` wrote it; raises ValueError, TypeError or KeyError where it is none."""
    numbers = [state[k] for k in ("seen", "hits", "since", "hits_since")]
    levels, base, told = state["levels"], state["base"], state["alarm"]
    if not all(isinstance(n, int) and n >= 0 for n in numbers) or not isinstance(levels, list) or len(levels) != len(FACTORS):
        raise ValueError("counts of an alarm are no counts")
    if not isinstance(base, float | int) or not all(isinstance(v, float | int) for v in levels):
        raise ValueError("levels of an alarm are no numbers")
    seen, hits, since, hits_since = (int(str(n)) for n in numbers)
    found = Monitor(str(state["what"]), float(base), seen, hits, since, hits_since, tuple(float(v) for v in levels))
    if isinstance(told, list):
        found.alarm = Drift(found.what, int(told[0]), float(told[1]), float(told[2]))
    return found
