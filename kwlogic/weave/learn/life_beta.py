"""The Beta posterior of a success rate: its distribution function and its quantiles, by continued fraction and bisection.

A bound errs to the careful side: a lower one is never above the quantile, an upper one never below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, log1p

TINY, ROUNDS, HALVINGS = 1e-300, 10_000, 60


def cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's evaluation of the continued fraction."""
    c, d = 1.0, _away(1.0 - (a + b) * x / (a + 1.0))
    d = 1.0 / d
    h = d
    for m in range(1, ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1.0 / _away(1.0 + even * d), _away(1.0 + even / c)
        h *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1.0 / _away(1.0 + odd * d), _away(1.0 + odd / c)
        h *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return h


def _away(value: float) -> float:
    return value if abs(value) > TINY else TINY


def _quantile(q: float, a: float, b: float) -> tuple[float, float]:
    """An interval around the quantile."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if cdf(middle, a, b) < q:
            low = middle
        else:
            high = middle
    return low, high


def lower(outcomes: Sequence[bool], confidence: float, prior: tuple[float, float]) -> float:
    """The success rate is above this with posterior probability ``confidence``."""
    a, b = _posterior(outcomes, prior)
    return max(0.0, _quantile(1.0 - confidence, a, b)[0] - 1e-12)


def upper(outcomes: Sequence[bool], confidence: float, prior: tuple[float, float]) -> float:
    """The success rate is below this with posterior probability ``confidence``."""
    a, b = _posterior(outcomes, prior)
    return min(1.0, _quantile(confidence, a, b)[1] + 1e-12)


def _posterior(outcomes: Sequence[bool], prior: tuple[float, float]) -> tuple[float, float]:
    passed = sum(outcomes)
    return prior[0] + passed, prior[1] + len(outcomes) - passed
