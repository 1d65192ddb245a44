"""Templates under a condition: what holds where a truth value is true or false, or where a constructor or one of few texts is given.

Only what does not hold without the condition is told with it, and only of conditions with enough different observations on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kwlogic.weave.learn.columns import Group
from kwlogic.weave.learn.data import Candidate
from kwlogic.weave.learn.literal import plain
from kwlogic.weave.learn.table import Table

LEAST = 5
MAX_CONDITIONS = 8
MAX_VALUES = 4
STRATUM = "condition"
TOLD = (0, 1, 3)  # equations, constants, relations

Fill = Callable[[Table, frozenset[str]], None]


def conditional_facts(table: Table, about: frozenset[str], fill: Fill) -> None:
    """Adds implications whose conclusions ``fill`` finds on the rows of the condition."""
    plainly = {c.text for c in table.found}
    for number, (column, words, value) in enumerate(_conditions(table)):
        if number >= MAX_CONDITIONS:
            break
        values = table.columns[column].values
        part = _part(table, [i for i in table.rows if values[i] == value and type(values[i]) is type(value)])
        if part is None:
            continue
        fill(part, about)
        table.counts[STRATUM] += part.counts.total()
        for found in part.found:
            speaks = any(table.columns[c].roots & about for c in found.columns)
            if speaks and column not in found.columns and found.text not in plainly and found.rank in TOLD:
                table.found.append(_under(table, found, column, words, value, len(part.rows)))


def _conditions(table: Table) -> Iterator[tuple[int, str, Any]]:
    for index, column in enumerate(table.columns):
        if column.text.startswith("is_some(") or table.constant(index) or not column.text.replace(".", "").replace("_", "").isalnum():
            continue
        values = table.single(index)
        if column.sort == "Bool":
            yield index, column.text, True
            yield index, f"not {column.text}", False
            continue
        if not values or not isinstance(values[0], str):
            continue
        seen = sorted(set(values))
        if 2 <= len(seen) <= MAX_VALUES and len(values) >= LEAST * len(seen):
            for value in seen:
                yield index, f"{column.text} == {plain(value, column.sort)}", value


def _part(table: Table, rows: list[int]) -> Table | None:
    """The rows of the condition as a table; None where there are too few."""
    if len({table.group.row[i] for i in rows}) < LEAST or len(rows) == len(table.rows):
        return None
    part = Table(Group(table.columns if isinstance(table.columns, tuple) else tuple(table.columns), table.group.row), frozenset())
    part.rows = rows
    return part


def _under(table: Table, found: Candidate, column: int, words: str, value: Any, count: int) -> Candidate:
    def holds(given: Any, *rest: Any) -> bool:
        return given != value or found.holds(*rest)

    text = f"{words} ==> {found.text}"
    if "<==>" in found.text or "==>" in found.text or found.text.startswith("forall"):
        text = f"{words} ==> ({found.text})"
    rows = table.values(*found.columns)
    by_luck = 2 * _all_among(sum(found.holds(*r) for r in rows), len(rows), count)
    p = by_luck if found.rank == 1 else max(found.p, by_luck)
    return Candidate(text, (column, *found.columns), holds, p, found.rank + 2, STRATUM)


def _all_among(good: int, total: int, drawn: int) -> float:
    """How likely ``drawn`` of ``total`` rows are all good."""
    from math import comb

    return comb(good, drawn) / comb(total, drawn) if 0 < drawn <= total else 1.0
