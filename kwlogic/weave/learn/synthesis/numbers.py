"""Numbers by calculation instead of enumeration: sums of two terms, exact straight lines, and where outputs change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from kwlogic.core.terms import mk_int, mk_real
from kwlogic.core.types import INT, Type
from kwlogic.weave.learn.synthesis.bank import Bank
from kwlogic.weave.learn.synthesis.native import Native
from kwlogic.weave.learn.synthesis.node import Node, apply, leaf
from kwlogic.weave.learn.synthesis.operations import ADD, MUL

THRESHOLDS = 8
_FACTORS = (60, 10, 100, 1000, 24, 7, 12, 3600)
_MIXED = 6
_SLOPES_OF = 120
_ROUND = (1000, 100, 10, 5, 2, 1)


def number(type: Type, value: Native, count: int, cost: int | None = None) -> Node:
    """A constant."""
    term = mk_int(value) if type is INT else mk_real(value)
    return leaf(str(value), type, lambda _: value, term, number_cost(value) if cost is None else cost, (value,) * count)


def number_cost(value: Native) -> int:
    """Small and round numbers are cheap; every digit costs."""
    exact = Fraction(value)
    size = len(str(abs(exact.numerator)).rstrip("0")) + len(str(exact.denominator)) - 1
    return 1 + size if abs(exact) > 1 or exact.denominator > 1 else 1


def sum_of_two(bank: Bank, type: Type, goal: Sequence[Native], bound: int) -> Node | None:
    """The cheapest sum of two terms of the bank that is the goal."""
    known, best = bank.seen.get(type, {}), None
    bank.meter.charge(len(known))
    for vec, node in known.items():
        if node.cost + 2 < bound:
            rest = known.get(tuple([g - v for g, v in zip(goal, vec)]))
            if rest is not None and node.cost + rest.cost + 1 < bound:
                best = apply(ADD[type], node, rest)
                bound = best.cost
    return best


def mixed(bank: Bank, type: Type, goal: Sequence[Native], bound: int) -> Node | None:
    """``a * x + y`` over two terms, the factor one of the usual ones: units, places of digits."""
    known, best = bank.seen.get(type, {}), None
    nodes = [n for n in bank.of(type) if n.args and n.cost <= _MIXED]
    bank.meter.charge(len(nodes) * len(_FACTORS))
    for node in nodes:
        for factor in _FACTORS:
            rest = known.get(tuple([g - factor * v for g, v in zip(goal, node.vec)]))
            if rest is not None and node.cost + rest.cost + 4 < bound:
                scaled = apply(MUL[type], node, number(type, factor if type is INT else Fraction(factor), bank.count, 2))
                best = apply(ADD[type], scaled, rest)
                bound = best.cost
    return best


def line(bank: Bank, type: Type, goal: Sequence[Native], rows: Sequence[int], bound: int) -> Node | None:
    """``a * x + b`` over a cheap term x; two examples fix a line, so that it takes three, or a trivial a or b, to count."""
    best: Node | None = None
    nodes = sorted(bank.of(type), key=lambda n: n.cost)[:_SLOPES_OF]
    bank.meter.charge(len(nodes))
    for node in nodes:
        fitted = _fit([node.vec[r] for r in rows], [goal[r] for r in rows])
        if fitted is not None:
            found = _line(bank.count, type, node, *fitted, len(rows))
            if found is not None and found.cost < bound:
                best, bound = found, found.cost
    return best


def _fit(xs: Sequence[Native], ys: Sequence[Native]) -> tuple[Fraction, Fraction] | None:
    other = next((i for i, x in enumerate(xs) if x != xs[0]), None)
    if other is None:
        return None
    slope = Fraction(ys[other] - ys[0]) / Fraction(xs[other] - xs[0])
    at = Fraction(ys[0]) - slope * xs[0]
    return (slope, at) if slope and all(slope * x + at == y for x, y in zip(xs, ys)) else None


def _line(count: int, type: Type, x: Node, slope: Fraction, at: Fraction, rows: int) -> Node | None:
    if (type is INT and (slope.denominator != 1 or at.denominator != 1)) or (rows < 3 and slope != 1 and at != 0):
        return None
    cast = int if type is INT else Fraction
    found = x if slope == 1 else apply(MUL[type], x, number(type, cast(slope), count))
    return found if at == 0 else apply(ADD[type], found, number(type, cast(at), count))


def thresholds(values: Sequence[Native], goal: Sequence[Native]) -> list[Native]:
    """The roundest number between neighbouring values whose outputs differ: what a condition may compare with."""
    outputs: dict[Native, Native] = {}
    for value, out in zip(values, goal):
        outputs.setdefault(value, out)
    found = [_roundest(a, b) for a, b in pairwise(sorted(outputs)) if outputs[a] != outputs[b]]
    return sorted(dict.fromkeys(found), key=lambda n: (number_cost(n), n))[:THRESHOLDS]


def _roundest(low: Native, high: Native) -> Native:
    """Above the lower and up to the higher."""
    for step in _ROUND:
        value = high // step * step
        if value > low:
            return value if isinstance(high, int) else Fraction(value)
    return high


def numeric(ports: Sequence[Type], rows: Sequence[Sequence[Native]]) -> Iterator[tuple[Type, list[Native]]]:
    """The columns that hold numbers."""
    for index, type in enumerate(ports):
        if type.head in ("Int", "Real"):
            yield type, [r[index] for r in rows]
