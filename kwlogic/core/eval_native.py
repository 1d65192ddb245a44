"""Quick versions of the standard library's list functions, in place of their definitions.

One is used only where the definition in the program is the one it was compared with (``DIGESTS``, by the text of the
definition's logic; a test keeps them current and compares the results), so an edited library is run as it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from typing import Any

from kwlogic.core.eval_data import Budget, OutOfBudget
from kwlogic.core.logic import erase
from kwlogic.core.program import Fn
from kwlogic.core.show import show_term
from kwlogic.core.value import NIL, Con, equal, iter_list, list_value

DIGESTS: dict[str, str] = {
    "std.list.len": "1e5de428a14d92c5",
    "std.list.append": "d2fccccf50216669",
    "std.list.member": "71ebe6c4021ce1d5",
    "std.list.nth": "7e0286782aa8d762",
    "std.list.take": "a2eb9dfa059b28a1",
    "std.list.drop": "6fc93ccf0aae4de9",
    "std.list.slice": "113e1cbf7cc1ed3d",
    "std.list.reverse": "43d0abc1564082bb",
    "std.list.range": "41ee8411daf56a04",
    "std.list.flatten": "aafafd8ffdb6d64b",
    "std.list.count": "c4b21cdc82c90a82",
    "std.list.sort": "9c50c05cfdb12fb3",
    "std.list.is_sorted": "48576e04436877d4",
    "std.list.sum": "81a0f4b9c6881ec4",
    "std.list.min_of": "2371f7fb45ca3dbe",
    "std.list.max_of": "bffefae5c0dd2422",
}


def digest(fn: Fn) -> str:
    """Of what the definition means, apart from names of binders and places."""
    text = f"{fn.name}({', '.join(p.name for p in fn.params)}) = {show_term(erase(fn.body))}"
    return sha256(text.encode()).hexdigest()[:16]


def native(fn: Fn) -> Callable[..., Any] | None:
    """The quick version, called with the budget first; None where there is none for this definition."""
    found = NATIVE.get(fn.name)
    return found if found is not None and DIGESTS.get(fn.name) == digest(fn) else None


def _length(budget: Budget, xs: Con) -> int:
    count = sum(1 for _ in iter_list(xs))
    budget.charge(1 + (count >> 2))
    return count


def _items(budget: Budget, xs: Con) -> list[Any]:
    items = list(iter_list(xs))
    budget.charge(1 + (len(items) >> 2))
    return items


def _append(budget: Budget, xs: Con, ys: Con) -> Con:
    return list_value(_items(budget, xs), ys)


def _member(budget: Budget, x: Any, xs: Con) -> bool:
    return any(equal(x, y) for y in _items(budget, xs))


def _nth(budget: Budget, xs: Con, i: int) -> Any:
    if i >= 0:
        budget.charge(1 + (i >> 4))
        for item in iter_list(xs):
            if i == 0:
                return item
            i -= 1
    raise OutOfBudget("this index is outside of the list, where its value is not defined")


def _take(budget: Budget, n: int, xs: Con) -> Con:
    if n <= 0:
        return NIL
    items = []
    for item in iter_list(xs):
        items.append(item)
        if len(items) == n:
            break
    budget.charge(1 + (len(items) >> 2))
    return list_value(items)


def _drop(budget: Budget, n: int, xs: Con) -> Con:
    taken = 0
    while taken < n and xs.fields:
        xs = xs.fields[1]
        taken += 1
    budget.charge(1 + (taken >> 4))
    return xs


def _slice(budget: Budget, xs: Con, i: int, j: int) -> Con:
    return _take(budget, j - i, _drop(budget, i, xs))


def _reverse(budget: Budget, xs: Con) -> Con:
    return list_value(_items(budget, xs)[::-1])


def _range(budget: Budget, low: int, high: int) -> Con:
    budget.charge(1 + (max(0, high - low) >> 2))
    return list_value(list(range(low, high)))


def _flatten(budget: Budget, xss: Con) -> Con:
    return list_value([x for xs in _items(budget, xss) for x in _items(budget, xs)])


def _count(budget: Budget, v: Any, xs: Con) -> int:
    return sum(1 for x in _items(budget, xs) if equal(x, v))


def _sort(budget: Budget, xs: Con) -> Con:
    return list_value(sorted(_items(budget, xs)))


def _is_sorted(budget: Budget, xs: Con) -> bool:
    items = _items(budget, xs)
    return all(x <= y for x, y in pairwise(items))


NATIVE: dict[str, Callable[..., Any]] = {
    "std.list.len": _length,
    "std.list.append": _append,
    "std.list.member": _member,
    "std.list.nth": _nth,
    "std.list.take": _take,
    "std.list.drop": _drop,
    "std.list.slice": _slice,
    "std.list.reverse": _reverse,
    "std.list.range": _range,
    "std.list.flatten": _flatten,
    "std.list.count": _count,
    "std.list.sort": _sort,
    "std.list.is_sorted": _is_sorted,
    "std.list.sum": lambda budget, xs: sum(_items(budget, xs)),
    "std.list.min_of": lambda budget, xs: min(_items(budget, xs), default=0),
    "std.list.max_of": lambda budget, xs: max(_items(budget, xs), default=0),
}
