"""How likely a template would hold of unrelated values, and which of many tested templates are more than chance.

A relation's rate is that among values of *different* observations; as many observations as are different must then all agree. A bound is held
against one more value as likely as those seen. Kept is what Benjamini and Hochberg's procedure keeps, all tested counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

MAX_PAIRS = 400


def crossed(holds: Callable[..., bool], left: Sequence[tuple[Any, ...]], right: Sequence[Any], count: int) -> float:
    """The chance that ``holds(*left[i], right[i])`` for ``count`` independent i, from its rate where i and j differ."""
    n = len(left)
    pairs = hits = 0
    step = max(1, (n * (n - 1)) // MAX_PAIRS)
    for k in range(0, n * n, step):
        i, j = divmod(k * 7919 % (n * n), n)
        if i == j:
            continue
        pairs += 1
        try:
            hits += holds(*left[i], right[j])
        except (ArithmeticError, ValueError, TypeError, IndexError, KeyError):
            continue
    return float((hits + 1) / (pairs + 2)) ** count if pairs else 1.0


def never_beyond(width: int, count: int) -> float:
    """``count`` draws stay among ``width`` values, if there were one more and all as likely."""
    return (width / (width + 1)) ** count if width > 0 else 1.0


def one_side(count: int) -> float:
    """``count`` draws on one side of a line that halves them."""
    return 0.5**count


def distinct(rows: Sequence[tuple[Any, ...]]) -> int:
    """How many rows differ; values that cannot be hashed are told apart by their text."""
    return len({tuple(v if isinstance(v, (int, str)) else repr(v) for v in row) for row in rows})


def kept(chances: Sequence[float], tested: int, alpha: float) -> list[bool]:
    """Which hypotheses are kept, of ``tested`` that were looked at (those not listed did not hold)."""
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    last = -1
    for rank, index in enumerate(order, 1):
        if chances[index] <= alpha * rank / max(tested, len(chances)):
            last = rank
    chosen = set(order[:last]) if last > 0 else set()
    return [i in chosen for i in range(len(chances))]
