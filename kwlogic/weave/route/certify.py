"""Abstention with a guarantee: the least confidence at which few routes are wrong, with a bound that holds.

Thresholds come from prompts that the calibration set has no part in, from strict to lax. Each is a hypothesis "more than
alpha of what is routed is wrong", tested exactly (binomial, the same as a Clopper-Pearson bound below alpha). A sequence
that was fixed beforehand may go on without dividing delta until its first failure; several sequences, each from its own
start, divide delta among them. So the threshold that is chosen is wrong with probability at most delta, whatever
the distribution, as long as calibration prompts and later ones are exchangeable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from kwlogic.weave.route.data import Certificate

STARTS = 4
STEPS = 30
ENOUGH = 100  # confidences whose quantiles suffice for a grid
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)


def upper(wrong: int, n: int, delta: float) -> float:
    """The Clopper-Pearson upper bound of a share: true shares above it yield so few with probability at most ``delta``."""
    if n <= 0 or wrong >= n:
        return 1.0
    from scipy.special import betaincinv

    return float(betaincinv(wrong + 1, n - wrong, 1 - delta))


def lower(wrong: int, n: int, delta: float) -> float:
    return 1.0 - upper(n - wrong, n, delta)


def grid_of(scores: Sequence[float]) -> list[float]:
    """Thresholds from strict to lax: quantiles of confidences that have nothing to do with the calibration set; round ones
    too where these are few. A finer grid would not do better: a sequence ends where chance first fails it."""
    round_ones = [i / 20 for i in range(2, 20)] if len(scores) < ENOUGH else []
    shares = np.linspace(0.15, 1.0, STEPS)
    found = np.quantile(np.asarray(scores, np.float64), 1 - shares) if len(scores) else np.zeros(0)
    return sorted({float(t) for t in (*found, *round_ones)}, reverse=True)


def certify(scores: Any, right: Any, scope: Any, grid: Sequence[float], alpha: float, delta: float) -> Certificate:
    """``scores``: the confidence in each calibration prompt's best kernel; ``right``: whether that is its kernel;
    ``scope``: whether it has one at all."""
    scores, right, scope = np.asarray(scores, np.float64), np.asarray(right, bool), np.asarray(scope, bool)
    starts = sorted({round(i * len(grid) / STARTS) for i in range(STARTS)} - {len(grid)})
    each = delta / max(1, len(starts))
    best: float | None = None
    for start in starts:
        for threshold in grid[start:]:
            taken = scores >= threshold
            if upper(int((taken & ~right).sum()), int(taken.sum()), each) > alpha:
                break
            best = threshold if best is None else min(best, threshold)
    found = best if best is not None else _estimated(scores, right, grid, alpha)
    taken = scores >= found
    accepted, wrong = int(taken.sum()), int((taken & ~right).sum())
    simultaneous = delta / max(1, len(grid))  # the threshold was chosen with these prompts at hand
    bound = alpha if best is not None else upper(wrong, accepted, simultaneous)
    shares = robust(scores, right, scope, found, simultaneous) if best is not None else ()
    return Certificate(best is not None, alpha, delta, found, len(scores), int((~scope).sum()), accepted, wrong, bound, len(starts), shares)


def at_threshold(found: Certificate, scores: Any, right: Any, threshold: float, steps: int) -> Certificate:
    """An uncertified one at another threshold, with what is known there."""
    taken = np.asarray(scores, np.float64) >= threshold
    accepted, wrong = int(taken.sum()), int((taken & ~np.asarray(right, bool)).sum())
    bound = upper(wrong, accepted, found.delta / max(1, steps))
    return replace(found, threshold=threshold, accepted=accepted, wrong=wrong, bound=bound)


def _estimated(scores: Any, right: Any, grid: Sequence[float], alpha: float) -> float:
    """Without enough prompts: where the confidence itself says 1 - alpha, or the wrong ones end, whichever is stricter."""
    worst = scores[~right].max(initial=0.0)
    return max(1 - alpha if not len(scores) else min(1 - alpha, float(max(grid, default=1.0))), float(np.nextafter(worst, 2)))


def robust(scores: Any, right: Any, scope: Any, threshold: float, delta: float) -> tuple[tuple[float, float], ...]:
    """What the certificate becomes for other shares out of scope: three bounds, each at a third of delta, whose quotient
    grows with the share, so each entry holds for every share up to it. Empty without prompts out of scope."""
    outside, inside = int((~scope).sum()), int(scope.sum())
    if not outside or not inside:
        return ()
    taken = scores >= threshold
    let_in = upper(int((taken & ~scope).sum()), outside, delta / 3)
    wrong = upper(int((taken & scope & ~right).sum()), inside, delta / 3)
    kept = lower(int((taken & scope).sum()), inside, delta / 3)
    found = []
    for share in SHARES:
        bad = share * let_in + (1 - share) * wrong
        found.append((share, min(1.0, bad / max(bad, share * let_in + (1 - share) * kept, 1e-12))))
    return tuple(found)


def needed(alpha: float, delta: float) -> int:
    """How many routed prompts, none of them wrong, a certificate takes at least."""
    return int(np.ceil(np.log(delta / STARTS) / np.log(1 - alpha)))
