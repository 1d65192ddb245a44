"""Exact fits among numbers: sums, differences, products, greatest and least of two columns, and linear relations with constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from kwlogic.weave.learn.chance import crossed
from kwlogic.weave.learn.columns import NUMERIC
from kwlogic.weave.learn.literal import number
from kwlogic.weave.learn.table import Table

MAX_FITTED = 24
MAX_SIZE = 10**6

_OPS: tuple[tuple[str, bool, Callable[[Any, Any], Any]], ...] = (
    ("{0} + {1}", True, lambda a, b: a + b),
    ("{0} - {1}", False, lambda a, b: a - b),
    ("{0} * {1}", True, lambda a, b: a * b),
    ("max({0}, {1})", True, max),
    ("min({0}, {1})", True, min),
)


def fit_facts(table: Table, outputs: frozenset[str]) -> None:
    """Adds equations for numeric columns; where there are outputs, only for these."""
    columns = table.columns
    numeric = [i for i, c in enumerate(columns) if c.sort in NUMERIC and not table.constant(i)][:MAX_FITTED]
    wanted = [i for i in numeric if not outputs or columns[i].roots & outputs]
    for y in wanted:
        known = [i for i in numeric if i != y and not _related(columns[i].text, columns[y].text)]
        if any(columns[i].sort == columns[y].sort and table.holds(_equal, i, y) for i in known):
            continue  # what it equals says it all
        if any(_line(table, y, x) for x in known if not (outputs and columns[x].roots & outputs and x > y)):
            continue
        pairs = [(a, b) for k, a in enumerate(known) for b in known[k + 1 :]]
        found = [_two(table, y, a, b) for a, b in pairs]
        if not any(found):
            for a, b in pairs:
                if _plane(table, y, a, b):
                    break


def _equal(left: Any, right: Any) -> bool:
    return bool(left == right)


def _related(left: str, right: str) -> bool:
    return f"({left})" in right or f"({right})" in left


def _add(table: Table, y: int, xs: tuple[int, ...], words: str, of: Callable[..., Any], freedom: int) -> bool:
    def test(*row: Any) -> bool:
        return bool(row[-1] == of(*row[:-1]))

    if not table.holds(test, *xs, y):
        return False
    rows = table.values(*xs, y)
    spare = table.count(*xs) - freedom
    p = crossed(test, [r[:-1] for r in rows], [r[-1] for r in rows], max(spare, 0))
    table.add(f"{table.columns[y].text} == {words}", (*xs, y), test, p, 0)
    return True


def _text(table: Table, x: int, sort: str) -> str:
    column = table.columns[x]
    return f"real({column.text})" if sort == "Real" and column.sort == "Int" else column.text


def _two(table: Table, y: int, a: int, b: int) -> bool:
    sort = table.columns[y].sort
    if sort == "Int" and "Real" in (table.columns[a].sort, table.columns[b].sort):
        return False
    found = False
    for words, symmetric, of in _OPS:
        for one, two in ((a, b),) if symmetric else ((a, b), (b, a)):
            text = words.format(_text(table, one, sort), _text(table, two, sort))
            found = _add(table, y, (one, two), text, of, 0) or found
    return found


def _line(table: Table, y: int, x: int) -> bool:
    """y = a * x + b, from two rows; with a = 1 and b = 0 it is an equality, which is another template's."""
    rows = list(dict.fromkeys(table.values(x, y)))
    pair = next(((rows[0], r) for r in rows[1:] if r[0] != rows[0][0]), None) if rows else None
    table.tried()
    if pair is None:
        return False
    (x0, y0), (x1, y1) = pair
    a = Fraction(y1 - y0) / Fraction(x1 - x0)
    return _linear(table, y, (x,), (a,), y0 - a * x0, 2)


def _plane(table: Table, y: int, a: int, b: int) -> bool:
    rows = list(dict.fromkeys(table.values(a, b, y)))
    table.tried()
    if len(rows) < 6:
        return False
    found = _solved(rows)
    return found is not None and all(found[:2]) and _linear(table, y, (a, b), found[:2], found[2], 3)


def _solved(rows: Sequence[tuple[Any, ...]]) -> tuple[Fraction, Fraction, Fraction] | None:
    """The plane through the first three rows that settle one."""
    x0, z0, y0 = rows[0]
    moved = [(Fraction(x - x0), Fraction(z - z0), Fraction(y - y0)) for x, z, y in rows[1:]]
    first = next((m for m in moved if m[0] or m[1]), None)
    second = None if first is None else next((m for m in moved if first[0] * m[1] != first[1] * m[0]), None)
    if first is None or second is None:
        return None
    det = first[0] * second[1] - first[1] * second[0]
    p = (first[2] * second[1] - first[1] * second[2]) / det
    q = (first[0] * second[2] - first[2] * second[0]) / det
    return p, q, y0 - p * x0 - q * z0


def _linear(table: Table, y: int, xs: tuple[int, ...], factors: Sequence[Fraction], constant: Fraction, freedom: int) -> bool:
    sort = table.columns[y].sort
    if any(abs(v.numerator) > MAX_SIZE or v.denominator > MAX_SIZE for v in (*factors, Fraction(constant))) or not any(factors):
        return False
    if (len(xs) == 1 and factors[0] == 1 and constant == 0) or (
        sort == "Int" and any(f.denominator > 1 for f in (*factors, Fraction(constant)))
    ):
        return False
    if sort == "Int" and any(table.columns[x].sort == "Real" for x in xs):
        return False
    words = _words(table, xs, factors, Fraction(constant), sort)
    if words is None:
        return False
    return _add(table, y, xs, words, lambda *v: sum((f * x for f, x in zip(factors, v)), constant), freedom)


def _words(table: Table, xs: tuple[int, ...], factors: Sequence[Fraction], constant: Fraction, sort: str) -> str | None:
    terms = [(f, _text(table, x, sort)) for f, x in zip(factors, xs)] + ([(constant, "")] if constant else [])
    out = ""
    for value, text in sorted(terms, key=lambda t: t[0] < 0):
        shown = number(abs(value), sort)
        if shown is None:
            return None
        term = shown if not text else text if abs(value) == 1 else f"{shown} * {text}"
        out += (f" - {term}" if value < 0 else f" + {term}") if out else (f"-{term}" if value < 0 else term)
    return out
