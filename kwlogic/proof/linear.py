"""Arithmetic: equations by elimination, inequalities by Fourier and Motzkin's method with integer tightening.

Products of atoms count as atoms once the equations are used. Every row carries the decisions it rests on. Only
contradictions are concluded, never the existence of a solution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from kwlogic.proof.effort import Budget, Conflict
from kwlogic.proof.poly import ONE, Monomial, Number, Poly, add, multiply, primitive, scale, value_of

MOST_ROWS = 400
MOST_PINCHES = 30


@dataclass(frozen=True, slots=True)
class Row:
    """``poly >= 0``, or ``poly > 0`` where strict."""

    poly: Poly
    strict: bool
    mask: int


class Linear:
    """Equations and inequalities of one moment; raises Conflict where they contradict each other."""

    def __init__(self, is_int: Callable[[int], bool], budget: Budget) -> None:
        self.is_int = is_int
        self.budget = budget
        self.solved: dict[int, tuple[Poly, int]] = {}
        self.rows: list[Row] = []
        self.later: list[tuple[Poly, int]] = []

    # ------------------------------------------------------------ equations

    def normal(self, poly: Poly) -> tuple[Poly, int]:
        """The polynomial with solved atoms replaced, and what that rests on."""
        if not any(a in self.solved for m in poly for a in m):
            return poly, 0
        out: Poly = {}
        mask = 0
        for monomial, coefficient in poly.items():
            part: Poly = {ONE: coefficient}
            for number in monomial:
                known = self.solved.get(number)
                if known is None:
                    part = {tuple(sorted((*m, number))): c for m, c in part.items()}
                else:
                    part = multiply(part, known[0])
                    mask |= known[1]
            out = add(out, part)
        self.budget.charge(1 + len(out))
        return out, mask

    def equal(self, poly: Poly, mask: int) -> None:
        """Assume ``poly == 0``."""
        poly, used = self.normal(poly)
        poly, mask = primitive(poly), mask | used
        value = value_of(poly)
        if value is not None:
            if value:
                raise Conflict(mask)
            return
        if self._integral(poly) and not _is_whole(poly.get(ONE, 0)):
            raise Conflict(mask)  # integers with a common factor cannot add up to it
        pivot = self._pivot(poly)
        if pivot is None:
            self.later.append((poly, mask))
        else:
            self._solve(pivot, poly, mask)

    def _pivot(self, poly: Poly) -> int | None:
        """An atom to express by the others: best a real one, or one with coefficient 1."""
        best: tuple[int, int] | None = None
        for monomial, coefficient in poly.items():
            if len(monomial) != 1 or any(monomial[0] in m for m in poly if len(m) > 1):
                continue
            rank = (0 if abs(coefficient) == 1 else 1 if not self.is_int(monomial[0]) else 2, monomial[0])
            best = rank if best is None or rank < best else best
        return None if best is None else best[1]

    def _solve(self, pivot: int, poly: Poly, mask: int) -> None:
        from fractions import Fraction

        coefficient = poly[(pivot,)]
        rest = scale({m: c for m, c in poly.items() if m != (pivot,)}, Fraction(-1) / coefficient)
        self.solved[pivot] = (rest, mask)
        for number, (other, reason) in list(self.solved.items()):
            if number != pivot and any(pivot in m for m in other):
                changed, used = self.normal(other)
                self.solved[number] = (changed, reason | used)

    def _integral(self, poly: Poly) -> bool:
        return all(self.is_int(a) for m in poly for a in m)

    # ------------------------------------------------------------ inequalities

    def at_least(self, poly: Poly, strict: bool, mask: int) -> None:
        """Assume ``poly >= 0`` (``> 0``)."""
        self.rows.append(Row(poly, strict, mask))

    def pinch(self) -> None:
        """What lies between two equal bounds equals them."""
        for _ in range(MOST_PINCHES):
            rows = [r for row in self.rows if (r := self._normal_row(row)) is not None and not r.strict]
            known = {frozenset(r.poly.items()): r for r in rows}
            for row in rows:
                other = known.get(frozenset(scale(row.poly, -1).items()))
                if other is not None:
                    self.equal(row.poly, row.mask | other.mask)
                    break
            else:
                return

    def check(self) -> None:
        """Look for a contradiction among everything assumed."""
        for poly, mask in self._leftover():
            self.at_least(poly, False, mask)
            self.at_least(scale(poly, -1), False, mask)
        rows = [r for row in self.rows if (r := self._normal_row(row)) is not None]
        self._eliminate(_strongest(rows + self._products(rows)))

    def _leftover(self) -> list[tuple[Poly, int]]:
        out = []
        for poly, mask in self.later:
            changed, used = self.normal(poly)
            out.append((changed, mask | used))
        return out

    def _normal_row(self, row: Row) -> Row | None:
        poly, used = self.normal(row.poly)
        return self._tight(Row(poly, row.strict, row.mask | used))

    def _tight(self, row: Row) -> Row | None:
        """The row in its strongest form; None where it says nothing."""
        value = value_of(row.poly)
        if value is not None:
            if value < 0 or (value == 0 and row.strict):
                raise Conflict(row.mask)
            return None
        poly = primitive(row.poly)
        if not self._integral(poly):
            return Row(poly, row.strict, row.mask)
        bound = _floor(poly.get(ONE, 0)) if not row.strict else ceil(poly.get(ONE, 0)) - 1
        poly = {m: c for m, c in poly.items() if m}
        return Row({**poly, ONE: bound} if bound else poly, False, row.mask)

    def _products(self, rows: list[Row]) -> list[Row]:
        """Squares are not negative, and products of rows are not, where all their products occur already."""
        wanted = {m for r in rows for m in r.poly if len(m) > 1}
        if not wanted:
            return []
        out = [Row({m: 1}, False, 0) for m in wanted if len(m) == 2 and m[0] == m[1]]
        linear = [r for r in rows if all(len(m) <= 1 for m in r.poly)][:40]
        for i, left in enumerate(linear):
            for right in linear[i:]:
                self.budget.charge()
                if not any(tuple(sorted(a + b)) in wanted for a in left.poly if a for b in right.poly if b):
                    continue
                product = multiply(left.poly, right.poly)
                if all(len(m) < 2 or m in wanted for m in product):
                    found = self._tight(Row(product, left.strict and right.strict, left.mask | right.mask))
                    out.extend([] if found is None else [found])
        return out

    def _eliminate(self, rows: list[Row]) -> None:
        while rows:
            counts: dict[Monomial, list[int]] = {}
            for row in rows:
                for monomial, coefficient in row.poly.items():
                    if monomial:
                        counts.setdefault(monomial, [0, 0])[coefficient > 0] += 1
            if not counts:
                return
            chosen = min(counts, key=lambda m: (counts[m][0] * counts[m][1] - counts[m][0] - counts[m][1], m))
            if counts[chosen][0] * counts[chosen][1] + len(rows) > MOST_ROWS:
                return
            rows = self._without(chosen, rows)

    def _without(self, chosen: Monomial, rows: list[Row]) -> list[Row]:
        kept = [r for r in rows if chosen not in r.poly]
        below = [r for r in rows if r.poly.get(chosen, 0) > 0]
        above = [r for r in rows if r.poly.get(chosen, 0) < 0]
        for low in below:
            for high in above:
                self.budget.charge(1 + (len(low.poly) + len(high.poly)) // 4)
                poly = add(scale(low.poly, -high.poly[chosen]), scale(high.poly, low.poly[chosen]))
                found = self._tight(Row(poly, low.strict or high.strict, low.mask | high.mask))
                if found is not None:
                    kept.append(found)
        return _strongest(kept)


def _strongest(rows: list[Row]) -> list[Row]:
    """Of rows that differ in their constant only, the strongest; of equal ones, that with the fewest decisions."""
    best: dict[frozenset[tuple[Monomial, Number]], Row] = {}
    for row in rows:
        key = frozenset((m, c) for m, c in row.poly.items() if m)
        known = best.get(key)
        if known is None or _rank(row) < _rank(known):
            best[key] = row
    return list(best.values())


def _rank(row: Row) -> tuple[Number, bool, int]:
    return row.poly.get(ONE, 0), not row.strict, row.mask.bit_count()


def _floor(value: Number) -> int:
    return value.numerator // value.denominator


def _is_whole(value: Number) -> bool:
    return value.denominator == 1
