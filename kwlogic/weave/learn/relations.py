"""Templates of two expressions and more: equalities, orders, membership, parts of texts, and what decides a truth value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kwlogic.core.value_show import show_string
from kwlogic.weave.learn.chance import crossed
from kwlogic.weave.learn.columns import NUMERIC
from kwlogic.weave.learn.table import Table

Test = Callable[..., bool]
Words = Callable[[str, str], str]


def pair_facts(table: Table, about: Callable[[int, int], bool]) -> None:
    """Adds what holds between two columns, for the pairs that ``about`` admits."""
    columns = table.columns
    same: set[tuple[int, int]] = set()
    for i in range(len(columns)):
        for j in range(len(columns)):
            if i == j or (j, i) in same or not about(i, j) or table.constant(i) or table.constant(j):
                continue
            if columns[i].text in columns[j].text and columns[i].sort != "Bool" and _inside(columns[i].text, columns[j].text):
                continue
            for words, test, rank in _templates(columns[i].sort, columns[j].sort, i < j):
                if _add(table, i, j, words, test, rank):
                    if rank == 0:
                        same.add((i, j))
                    break


def _inside(part: str, whole: str) -> bool:
    """``len(x)`` and ``x``: what is related by how it is written."""
    return f"({part})" in whole or f", {part})" in whole


def _add(table: Table, i: int, j: int, words: Words, test: Test, rank: int) -> bool:
    if not table.holds(test, i, j):
        return False
    rows = table.values(i, j)
    p = crossed(test, [(a,) for a, _ in rows], [b for _, b in rows], table.count(i, j))
    table.add(words(table.columns[i].text, table.columns[j].text), (i, j), test, p, rank)
    return True


def _templates(left: str, right: str, first: bool) -> Iterator[tuple[Words, Test, int]]:
    """Templates of ``left`` and ``right``, the strongest first; symmetric ones only once."""
    if left == right and first:
        yield (lambda a, b: f"{b} == {a}"), (lambda a, b: bool(a == b)), 0
    if left == right and left in NUMERIC:
        yield (lambda a, b: f"{a} < {b}"), _less, 3
        yield (lambda a, b: f"{a} <= {b}"), (lambda a, b: bool(a <= b)), 3
    elif left == right == "String":
        yield from _strings()
    elif right == f"List[{left}]" or (left == "String" and right == "Map"):
        yield (lambda a, b: f"{a} in {b}"), (lambda a, b: a in b), 3
    elif left == right and left.startswith("List["):
        yield from _lists(left, first)
    elif left in NUMERIC and right == "String":
        yield from _shown(left)


def _less(a: Any, b: Any) -> bool:
    return bool(a < b)


def _strings() -> Iterator[tuple[Words, Test, int]]:
    yield (lambda a, b: f"{b} == lower({a})"), (lambda a, b: b == a.lower()), 0
    yield (lambda a, b: f"{b} == upper({a})"), (lambda a, b: b == a.upper()), 0
    yield (lambda a, b: f"{b} == strip({a})"), (lambda a, b: b == a.strip()), 0
    yield (lambda a, b: f"starts_with({b}, {a})"), (lambda a, b: b.startswith(a)), 2
    yield (lambda a, b: f"ends_with({b}, {a})"), (lambda a, b: b.endswith(a)), 2
    yield (lambda a, b: f"contains({b}, {a})"), (lambda a, b: a in b), 3
    yield (lambda a, b: f"{a} <= {b}"), (lambda a, b: a <= b), 4


def _lists(sort: str, first: bool) -> Iterator[tuple[Words, Test, int]]:
    if sort in ("List[Int]", "List[Real]"):
        yield (lambda a, b: f"{b} == sort({a})"), (lambda a, b: b == sorted(a)), 0
    if first:
        yield (lambda a, b: f"{b} == reverse({a})"), (lambda a, b: b == a[::-1]), 0
    yield (lambda a, b: f"{b} == unique({a})"), (lambda a, b: b == _unique(a)), 0
    if first and sort in ("List[Int]", "List[Real]"):
        yield (lambda a, b: f"sort({a}) == sort({b})"), (lambda a, b: sorted(a) == sorted(b)), 1
    yield (lambda a, b: f"forall it in {a} :: it in {b}"), (lambda a, b: bool(a) and all(x in b for x in a)), 3


def _unique(items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _shown(sort: str) -> Iterator[tuple[Words, Test, int]]:
    from kwlogic.core.prim_eval import int_text

    if sort == "Int":
        yield (lambda a, b: f"{b} == to_string({a})"), (lambda a, b: b == int_text(a)), 0
        yield (lambda a, b: f"contains({b}, to_string({a}))"), (lambda a, b: int_text(a) in b), 3


# ---------------------------------------------------------------- truth values


def truth_facts(table: Table, outputs: frozenset[str]) -> None:
    """Adds what a Bool column is equivalent to: a comparison of two other columns, or of one with a threshold that the data settle."""
    columns = table.columns
    bools = [i for i, c in enumerate(columns) if c.sort == "Bool" and not table.constant(i) and (c.roots & outputs or not outputs)]
    for b in bools:
        others = [i for i, c in enumerate(columns) if i != b and not c.roots & columns[b].roots and not table.constant(i)]
        for i in others:
            _threshold(table, b, i)
            for j in others:
                if (i != j and columns[i].sort == columns[j].sort) or columns[j].sort == f"List[{columns[i].sort}]":
                    _decides(table, b, i, j)


def _decides(table: Table, b: int, i: int, j: int) -> None:
    left, right = table.columns[i], table.columns[j]
    tests: list[tuple[str, Test]] = []
    if left.sort == right.sort:
        if left.sort in NUMERIC:
            if not any(x == y for x, y in table.values(i, j)):
                _strictly(table, b, i, j)
                return
            tests = [("<=", lambda x, y: bool(x <= y)), ("<", _less)]
        if left.sort == "String":
            tests.append(("contains", lambda x, y: x in y))
        if i < j:
            tests.append(("==", lambda x, y: bool(x == y)))
    else:
        tests = [("in", lambda x, y: x in y)]
    for sign, test in tests:
        if not table.holds(lambda v, x, y, t=test: v == t(x, y), b, i, j):
            continue
        rows = table.values(b, i, j)
        decided = lambda x, y, v, t=test: v == t(x, y)  # noqa: E731
        p = crossed(decided, [(x, y) for _, x, y in rows], [v for v, _, _ in rows], table.count(b, i, j))
        words = f"contains({right.text}, {left.text})" if sign == "contains" else f"{left.text} {sign} {right.text}"
        table.add(f"{table.columns[b].text} <==> {words}", (b, i, j), lambda v, x, y, t=test: v == t(x, y), p, 0)


def _strictly(table: Table, b: int, i: int, j: int) -> None:
    """Two numbers that were never equal: what decides where they differ; where they are equal, nothing is said."""
    left, right, truth = table.columns[i].text, table.columns[j].text, table.columns[b].text
    if not table.holds(lambda v, x, y: v == (x < y), b, i, j):
        return
    rows = table.values(b, i, j)
    p = crossed(lambda x, y, v: v == (x < y), [(x, y) for _, x, y in rows], [v for v, _, _ in rows], table.count(b, i, j))
    table.add(f"{truth} ==> {left} <= {right}", (b, i, j), lambda v, x, y: not v or x <= y, p, 0)
    table.add(f"{left} < {right} ==> {truth}", (b, i, j), lambda v, x, y: v or x >= y, p, 0)


def _threshold(table: Table, b: int, i: int) -> None:
    """``b <==> x >= c`` where c is the only whole number between those for which b is true and false."""
    column = table.columns[i]
    if column.sort != "Int":
        return
    rows = table.values(b, i)
    true, false = [x for v, x in rows if v], [x for v, x in rows if not v]
    table.tried(2)
    for upward, inside, outside in ((True, true, false), (False, false, true)):
        if inside and outside and min(inside) == max(outside) + 1:
            bound = min(inside)
            test = (lambda v, x, c=bound: v == (x >= c)) if upward else (lambda v, x, c=bound: v == (x < c))
            p = crossed(lambda x, v, t=test: t(v, x), [(x,) for _, x in rows], [v for v, _ in rows], table.count(b, i))
            sign = ">=" if upward else "<"
            table.add(f"{table.columns[b].text} <==> {column.text} {sign} {bound}", (b, i), test, p, 0)


def wrap_facts(table: Table, outputs: frozenset[str]) -> None:
    """Adds texts that are another text, or a number as text, between two constant ones."""
    from kwlogic.core.prim_eval import int_text

    columns = table.columns
    known = [i for i, c in enumerate(columns) if c.sort in ("String", "Int") and not table.constant(i)]
    for y in known:
        if columns[y].sort != "String" or (outputs and not columns[y].roots & outputs):
            continue
        for x in known:
            if x == y or columns[x].roots & outputs or columns[x].roots & columns[y].roots:
                continue
            shown: Callable[[Any], str] = int_text if columns[x].sort == "Int" else str
            _wrapped(table, y, x, shown, columns[x].text if columns[x].sort == "String" else f"to_string({columns[x].text})")


def _wrapped(table: Table, y: int, x: int, shown: Callable[[Any], str], words: str) -> None:
    rows = table.values(x, y)
    a, b = (shown(rows[0][0]), rows[0][1]) if rows else ("", "")
    at = b.find(a) if a and a != b else -1
    table.tried()
    if at < 0:
        return
    before, after = b[:at], b[at + len(a) :]

    def test(v: Any, w: Any) -> bool:
        return bool(w == before + shown(v) + after)

    if all(test(*r) for r in rows):
        p = crossed(test, [(v,) for v, _ in rows], [w for _, w in rows], table.count(x, y))
        parts = [*([show_string(before)] if before else []), words, *([show_string(after)] if after else [])]
        table.add(f"{table.columns[y].text} == {' ++ '.join(parts)}", (x, y), test, p, 0)
