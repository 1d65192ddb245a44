"""How likely a route is right: a small logistic model over what the scores look like, fitted on prompts that the scores
were not fitted on.

It sees the best score, its distance to the next, the energy, how similar the nearest examples are, and how much of the
prompt is known at all, so a prompt that is far from everything is not trusted because one kernel is a little nearer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kwlogic.weave.route.threads import one_thread

FEATURES = ("score", "margin", "energy", "similar", "most similar", "known", "outside")


@dataclass(frozen=True, slots=True)
class Confidence:
    """A logistic model over standardised features; ``temperature`` divides scores, for the other candidates."""

    mean: Any
    scale: Any
    weights: Any
    bias: float
    temperature: float
    rest: float

    def of(self, features: Any) -> float:
        z = float(np.dot((np.asarray(features) - self.mean) / self.scale, self.weights)) + self.bias
        return float(1.0 / (1.0 + np.exp(-np.clip(z, -40.0, 40.0))))

    def shares(self, values: Any) -> Any:
        """The scores of candidates as probabilities among themselves."""
        z = np.asarray(values, np.float64) / self.temperature
        odds = np.exp(z - z.max()) if len(z) else z
        return odds / odds.sum() if len(z) else z


def fit_confidence(features: Any, right: Any, weights: Any, temperature: float, rest: float) -> Confidence:
    """``weights``: how much each prompt counts. With only one outcome there is nothing to tell apart, and the base rate is said."""
    features, right = np.asarray(features, np.float64), np.asarray(right, bool)
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    if right.all() or not right.any():
        rate = (float(np.dot(weights, right)) + 1) / (float(np.sum(weights)) + 2)
        return Confidence(mean, scale, np.zeros(features.shape[1]), float(np.log(rate / (1 - rate))), temperature, rest)
    found = _rising((features - mean) / scale, right, np.asarray(weights, np.float64))
    return Confidence(mean, scale, found[:-1], float(found[-1]), temperature, rest)


def _rising(rows: Any, right: Any, counts: Any) -> Any:
    """Logistic regression with a ridge and without negative weights, the bias last: a prompt that is more like a kernel's
    examples is never trusted less, so far from all that was seen confidence goes down."""
    from scipy.optimize import minimize

    signs = np.where(right, 1.0, -1.0)

    def loss(w: Any) -> tuple[float, Any]:
        margins = signs * (rows @ w[:-1] + w[-1])
        value = float(np.dot(counts, np.logaddexp(0.0, -margins)) + 0.5 * np.dot(w[:-1], w[:-1]))
        pull = -counts * signs / (1.0 + np.exp(np.clip(margins, -500, 500)))
        return value, np.concatenate((rows.T @ pull + w[:-1], [pull.sum()]))

    bounds = [(0.0, None)] * rows.shape[1] + [(None, None)]
    with one_thread():
        return minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x


def fit_temperature(scores: Sequence[Any], places: Sequence[int]) -> float:
    """What scores are divided by, so that the right kernel's probability is as likely as it says: by golden section on the
    negative log-likelihood. ``places``: where the right kernel stands in each prompt's scores; -1 where it is not among them."""
    known = [(s, p) for s, p in zip(scores, places) if p >= 0]
    if not known:
        return 1.0
    wide = max(len(s) for s, _ in known)
    table = np.full((len(known), wide), -1e9)
    for i, (s, _) in enumerate(known):
        table[i, : len(s)] = s
    at = np.array([p for _, p in known])

    def loss(log_t: float) -> float:
        z = table / np.exp(log_t)
        top = z.max(axis=1)
        return float((top + np.log(np.exp(z - top[:, None]).sum(axis=1)) - z[np.arange(len(at)), at]).mean())

    low, high, ratio = -4.0, 4.0, (5**0.5 - 1) / 2
    for _ in range(40):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if loss(a) < loss(b) else (a, high)
    return float(np.exp((low + high) / 2))


def calibration_error(confidence: Any, right: Any, bins: int = 15) -> tuple[float, tuple[tuple[float, float, int], ...]]:
    """The expected calibration error over bins of equally many, and the bins: mean confidence, share right, how many."""
    order = np.argsort(np.asarray(confidence), kind="stable")
    parts = [p for p in np.array_split(order, min(bins, max(1, len(order)))) if len(p)]
    found = tuple((float(np.mean(np.asarray(confidence)[p])), float(np.mean(np.asarray(right)[p])), len(p)) for p in parts)
    total = sum(n for _, _, n in found)
    return (sum(abs(c - r) * n for c, r, n in found) / total if total else 0.0), found


def ranking_quality(confidence: Any, right: Any) -> float:
    """The probability that a right route has more confidence than a wrong one (area under the ROC curve)."""
    right = np.asarray(right, bool)
    good, bad = int(right.sum()), int((~right).sum())
    if not good or not bad:
        return 1.0
    _, place, counts = np.unique(np.asarray(confidence, np.float64), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[right].sum() - good * (good + 1) / 2) / (good * bad))


def risk_curve(confidence: Any, right: Any, points: int = 20) -> tuple[tuple[float, float], ...]:
    """Pairs of coverage and the share of wrong ones among what is covered."""
    order = np.argsort(-np.asarray(confidence), kind="stable")
    if not len(order):
        return ()
    wrong = np.cumsum(~np.asarray(right, bool)[order])
    at = np.unique(np.ceil(np.linspace(1 / points, 1, points) * len(order)).astype(int))
    return tuple((float(n / len(order)), float(wrong[n - 1] / n)) for n in at)
