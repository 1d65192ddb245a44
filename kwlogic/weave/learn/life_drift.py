"""Has the success rate of a promoted kernel fallen below what it was promoted for? A sequential test with a stated rate
of false alarms.

For each rate q below the promised p, a bet on "the rate is q now" multiplies by q/p at a success and by (1-q)/(1-p) at a
failure; while the rate is p or more it is a supermartingale. The Shiryaev–Roberts sum M ← (M + 1)·L starts such a bet at every
run, so that the time of a change need not be known. As M minus the number of runs is a supermartingale, M reaches ``patience``
within n runs with probability n / patience at most (Doob), and the mean time to a false alarm is at least ``patience`` runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, log1p

FALLS = (0.9, 0.75, 0.5, 0.2)  # the rates that are bet on, as shares of the promised one
MOST = 700.0  # of a logarithm


@dataclass(frozen=True, slots=True)
class Alarm:
    """``at``: the run that raised it (from 1). ``since``: the run with which the change most likely came. ``rate``: since."""

    at: int
    since: int
    rate: float


def drift(outcomes: Iterable[bool], promised: float, patience: float) -> Alarm | None:
    """The first alarm, if there is one."""
    seen: list[bool] = []
    sums = [0.0] * len(FALLS)
    for passed in outcomes:
        seen.append(passed)
        for number, fall in enumerate(FALLS):
            sums[number] = exp(min(MOST, log1p(sums[number]) + _bet(passed, promised * fall, promised)))
        if sum(sums) / len(sums) >= patience:
            since = _change(seen, promised)
            late = seen[since:]
            return Alarm(len(seen), since + 1, sum(late) / len(late))
    return None


def _bet(passed: bool, low: float, promised: float) -> float:
    return log(low / promised) if passed else log1p(-low) - log1p(-promised)


def _change(seen: list[bool], promised: float) -> int:
    """Where the likelihood of a fall, of any of the sizes, is greatest."""
    best, found = float("-inf"), len(seen) - 1
    for fall in FALLS:
        total = 0.0
        for index in range(len(seen) - 1, -1, -1):
            total += _bet(seen[index], promised * fall, promised)
            if total > best:
                best, found = total, index
    return found
