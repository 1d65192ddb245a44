"""Rows of column values that templates are held against, and the count of templates that were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from kwlogic.weave.learn.chance import distinct
from kwlogic.weave.learn.columns import Group
from kwlogic.weave.learn.data import ABSENT, Candidate, Column


class Table:
    """A group's columns on the rows that clauses are made from. ``counts``: how many templates of each stratum were tried."""

    def __init__(self, group: Group, train: frozenset[int]) -> None:
        self.group = group
        self.columns: Sequence[Column] = group.columns
        self.rows = [i for i, r in enumerate(group.row) if r in train]
        self.counts: Counter[str] = Counter()
        self.stratum = ""
        self.found: list[Candidate] = []
        self._known: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}

    def tried(self, more: int = 1) -> None:
        """Count templates of the present stratum."""
        self.counts[self.stratum] += more

    def values(self, *columns: int) -> list[tuple[Any, ...]]:
        """The tuples of the columns' values, where all are there."""
        if columns not in self._known:
            taken = [self.columns[c].values for c in columns]
            rows = (tuple(v[i] for v in taken) for i in self.rows)
            found = [r for r in rows if not any(x is ABSENT for x in r)]
            if len(columns) > 1:
                return found
            self._known[columns] = found
        return self._known[columns]

    def single(self, column: int) -> list[Any]:
        return [v for (v,) in self.values(column)]

    def constant(self, column: int) -> bool:
        values = self.values(column)
        return all(v == values[0] for v in values)

    def count(self, *columns: int) -> int:
        """How many different rows speak of the columns."""
        return distinct(self.values(*columns))

    def holds(self, test: Callable[..., bool], *columns: int) -> bool:
        """Whether a template holds of every row; it is counted."""
        self.tried()
        rows = self.values(*columns)
        return bool(rows) and all(test(*r) for r in rows)

    def add(self, text: str, columns: tuple[int, ...], test: Callable[..., bool], p: float, rank: int) -> None:
        self.found.append(Candidate(text, columns, test, min(1.0, p), rank, self.stratum))
