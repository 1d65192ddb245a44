"""Quantifiers over rationals taken out of linear contracts, exactly: Fourier and Motzkin's elimination, for systems of a few lines.

``some(names, cases)`` says that values for the names exist; ``always(names, given, goal)`` that the goal holds for all of them where
what is given does. Both answer with a formula without quantifiers, so that a solver decides every question about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kwlogic.compose.pacti import Cases, Linear
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_not, mk_or, mk_prim, mk_real
from kwlogic.core.types import BOOL

MOST = 2000  # lines of a system


class TooLarge(Exception):
    """The elimination grows beyond what is worth it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """The sum is at most ``most``, or (``strict``) below it."""

    sum: tuple[tuple[str, Fraction], ...]
    most: Fraction
    strict: bool = False

    def at(self, name: str) -> Fraction:
        return next((c for v, c in self.sum if v == name), Fraction(0))

    def term(self) -> Term:
        whole = Linear(self.sum, self.most).term()
        if not self.sum:
            return TRUE if Fraction(0) < self.most or (self.most == 0 and not self.strict) else FALSE
        return mk_prim("real.lt", (whole.args[0], mk_real(self.most)), BOOL) if self.strict else whole


def some(names: Iterable[str], cases: Cases) -> Term:
    return mk_or(mk_and(r.term() for r in _without(list(names), [_Row(p.sum, p.most) for p in case])) for case in cases)


def always(names: Sequence[str], given: Cases, goal: Sequence[Linear]) -> Term:
    """No values of the names satisfy what is given and break a line of the goal."""
    parts: list[Term] = []
    for case in given:
        rows = [_Row(p.sum, p.most) for p in case]
        for line in goal:
            broken = _Row(tuple((v, -c) for v, c in line.sum), -line.most, True)
            parts.append(mk_not(mk_and(r.term() for r in _without(list(names), [*rows, broken]))))
    return mk_and(parts)


def _without(names: list[str], rows: list[_Row]) -> list[_Row]:
    """The system without the names; those first that combine into the fewest lines."""
    while names:
        name = min(names, key=lambda n: _cost(n, rows))
        names.remove(name)
        rows = _one(name, rows)
        if len(rows) > MOST:
            raise TooLarge
    return rows


def _cost(name: str, rows: list[_Row]) -> int:
    up, down = (sum(1 for r in rows if sign * r.at(name) > 0) for sign in (1, -1))
    return up * down - up - down


def _one(name: str, rows: list[_Row]) -> list[_Row]:
    above = [r for r in rows if r.at(name) > 0]
    below = [r for r in rows if r.at(name) < 0]
    made = [r for r in rows if not r.at(name)]
    made += [_joined(a, b, name) for a in above for b in below]
    best: dict[tuple[tuple[str, Fraction], ...], _Row] = {}
    for row in made:
        kept = best.get(row.sum)
        if kept is None or (row.most, not row.strict) < (kept.most, not kept.strict):
            best[row.sum] = row
    return list(best.values())


def _joined(above: _Row, below: _Row, name: str) -> _Row:
    """The two lines added so that the name cancels out; scaled so that equal lines look equal."""
    x, y = -below.at(name), above.at(name)
    sums: dict[str, Fraction] = {}
    for row, factor in ((above, x), (below, y)):
        for v, c in row.sum:
            sums[v] = sums.get(v, Fraction(0)) + factor * c
    left = tuple(sorted((v, c) for v, c in sums.items() if c))
    scale = abs(left[0][1]) if left else Fraction(1)
    most = x * above.most + y * below.most
    return _Row(tuple((v, c / scale) for v, c in left), most / scale, above.strict or below.strict)
