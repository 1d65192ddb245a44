"""Templates of one expression: constants, members of a few, bounds, multiples, regular expressions, orders inside lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from kwlogic.core.value_show import show_string
from kwlogic.weave.learn.chance import never_beyond, one_side
from kwlogic.weave.learn.columns import NUMERIC
from kwlogic.weave.learn.literal import number, plain
from kwlogic.weave.learn.regexes import expression_of
from kwlogic.weave.learn.shapes import chance_of_more
from kwlogic.weave.learn.table import Table

MAX_FEW = 8
ZERO_UNSEEN = 0.9  # if a tenth of all Reals were zero
EMPTY_UNSEEN = 0.75  # if a quarter of all texts or lists were empty
ROUND = (1, 100)  # bounds that people set
MULTIPLES = (1000, 100, 10, 5, 2)
SCALARS = ("Int", "Real", "Bool", "String")


def single_facts(table: Table, about: Callable[[int], bool]) -> None:
    """Adds what holds of the single columns that ``about`` admits."""
    for index, column in enumerate(table.columns):
        values = table.single(index) if about(index) else []
        if not values or _constant(table, index, values):
            continue
        if column.sort in NUMERIC and not column.text.startswith("sum("):
            _bounds(table, index, values)
        elif column.sort == "String":
            _texts(table, index, values)
        elif column.sort.startswith("List["):
            _lists(table, index, values)


def _constant(table: Table, index: int, values: list[Any]) -> bool:
    column = table.columns[index]
    table.tried()
    if not table.constant(index):
        return False
    first, text = values[0], None
    if column.sort.startswith("List["):
        text = f"{column.text} == []" if not first else None
    elif column.sort in SCALARS or isinstance(first, str):
        shown = plain(first, column.sort)
        text = None if shown is None else f"{column.text} == {shown}"
        if column.sort == "Bool":
            text = column.text if first else f"not {column.text}"
    if text is not None:
        rank = 3 if column.text.startswith("len(") else 1
        table.add(text, (index,), lambda v: bool(v == first), one_side(len(values)), rank)
    return text is not None


# ---------------------------------------------------------------- numbers


def _bounds(table: Table, index: int, values: list[Any]) -> None:
    column = table.columns[index]
    low, high, count = min(values), max(values), table.count(index)
    whole = column.sort == "Int"
    width = int(high - low) + 1 if whole else 0
    tight = never_beyond(width, len(values)) if 0 < width <= 1000 else 1.0
    _from_below(table, index, low, count, tight)
    for bound in ROUND:
        if high <= bound < 2 * high or high == bound:
            chance = tight if whole and high == bound else one_side(count)
            _bound(table, index, "<=", bound, chance)
            break
    else:
        _bound(table, index, "<=", high, tight)
    if high <= 0:
        _bound(table, index, "<=", 0, one_side(count))
    if whole and count > 2 and not column.text.startswith("len("):
        _multiples(table, index, values)


def _from_below(table: Table, index: int, low: Any, count: int, tight: float) -> None:
    if low > 0:
        _bound(table, index, ">", 0, _never_zero(table, index, count))
    if low >= 0:
        _bound(table, index, ">=", 0, min(tight if low == 0 else 1.0, one_side(count)))
    if low not in (0, 1):
        _bound(table, index, ">=", low, tight)


def _never_zero(table: Table, index: int, count: int) -> float:
    """How likely zero was not seen though it may be: as likely as any Int up to the greatest, or a share of Reals and lengths."""
    column, values = table.columns[index], table.single(index)
    share = EMPTY_UNSEEN if column.text.startswith("len(") else ZERO_UNSEEN
    even = never_beyond(int(max(values)), len(values)) if column.sort == "Int" else 1.0
    return even if column.sort == "Int" and share == ZERO_UNSEEN else min(even, share**count)


def _bound(table: Table, index: int, sign: str, bound: Any, p: float) -> None:
    column = table.columns[index]
    table.tried()
    if bound == 0 and column.text.startswith("len(") and sign == ">=":
        return
    shown = number(bound, column.sort)
    if shown is not None:
        table.add(f"{column.text} {sign} {shown}", (index,), _COMPARE[sign](bound), p, 4)


_COMPARE: dict[str, Any] = {
    "<=": lambda b: lambda v: bool(v <= b),
    ">=": lambda b: lambda v: bool(v >= b),
    ">": lambda b: lambda v: bool(v > b),
}


def _multiples(table: Table, index: int, values: list[int]) -> None:
    for k in MULTIPLES:
        table.tried()
        if all(v % k == 0 for v in values):
            p = Fraction(1, k) ** len(set(values))
            table.add(f"{table.columns[index].text} % {k} == 0", (index,), _divides(k), float(p), 4)
            return


def _divides(k: int) -> Any:
    return lambda v: v % k == 0


# ---------------------------------------------------------------- texts and lists


def _texts(table: Table, index: int, values: list[str]) -> None:
    text, seen = table.columns[index].text, Counter(values)
    table.tried(2)
    if len(seen) <= MAX_FEW and min(seen.values()) > 1 and all(len(v) <= 60 for v in seen):
        members = sorted(seen)
        shown = ", ".join(map(show_string, members))
        table.add(f"{text} in [{shown}]", (index,), lambda v: v in seen, chance_of_more(len(seen), len(values)), 1)
    found = expression_of(sorted(seen))
    if found is not None and len(seen) > 2:
        pattern = re.compile(found[0].replace("$", r"\Z"))
        table.add(f"matches({text}, {_regex(found[0])})", (index,), lambda v: pattern.search(v) is not None, found[1], 2)


def _regex(pattern: str) -> str:
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lists(table: Table, index: int, values: list[list[Any]]) -> None:
    column = table.columns[index]
    long = [v for v in values if len(v) > 1]
    table.tried(3)
    if not long:
        return
    if column.sort in ("List[Int]", "List[Real]"):
        if all(_sorted(v) for v in long):
            table.add(f"is_sorted({column.text})", (index,), _sorted, _orders(long), 3)
        elif all(_sorted(v[::-1]) for v in long):
            table.add(f"is_sorted(reverse({column.text}))", (index,), lambda v: _sorted(v[::-1]), _orders(long), 3)
    if all(_different(v) for v in values):
        table.add(f"distinct({column.text})", (index,), _different, _no_repeat(values), 3)


def _sorted(items: list[Any]) -> bool:
    return all(a <= b for a, b in pairwise(items))


def _different(items: list[Any]) -> bool:
    return len({repr(v) for v in items}) == len(items)


def _orders(lists: list[list[Any]]) -> float:
    """How likely all are sorted, their items drawn in any order."""
    p = 1.0
    for items in lists:
        for k in range(2, min(len(set(items)), 20) + 1):
            p /= k
    return p


def _no_repeat(lists: list[list[Any]]) -> float:
    """How likely no list repeats an item, if items were drawn from all of them."""
    counts = Counter(repr(v) for items in lists for v in items)
    total = sum(counts.values())
    clash = sum(n * n for n in counts.values()) / (total * total)
    p = 1.0
    for items in lists:
        p *= (1 - clash) ** (len(items) * (len(items) - 1) / 2)
    return p
