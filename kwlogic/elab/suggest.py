"""Near misses: the name an author probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest

ENOUGH = 300  # diagnostics after which a run makes no more guesses among all names in scope
CLOSE = 16

FOREIGN = {
    "True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
    "null": "None", "nil": "None", "Null": "None", "Nothing": "None", "Just": "Some",
    "Float": "Real", "float": "Real", "Double": "Real", "double": "Real", "Decimal": "Real", "Rational": "Real", "Number": "Real",
    "Integer": "Int", "Nat": "Int", "Text": "String", "Str": "String", "str": "String", "Boolean": "Bool",
    "Array": "List", "Vector": "List", "Seq": "List", "Dict": "Map", "dict": "Map", "HashMap": "Map",
    "Optional": "Option", "Maybe": "Option", "Void": "Unit",
    "length": "len", "size": "len", "reduce": "fold", "foldl": "fold",
}  # fmt: skip
"""What other languages call it."""


def near(name: str, pool: Iterable[str]) -> str | None:
    """The closest of ``pool``, None where nothing is close; a difference of case alone always is."""
    from difflib import get_close_matches

    pool = set(pool)
    if (meant := FOREIGN.get(name)) in (*pool, "true", "false"):
        return meant
    names = sorted(pool - {name})
    lower = name.lower()
    for candidate in names:
        if candidate.lower() == lower:
            return candidate
    if len(names) > CLOSE:
        pairs = _pairs(lower)
        names = nlargest(CLOSE, names, key=lambda n: _overlap(pairs, _pairs(n.lower())))
    found = get_close_matches(name, names, n=1, cutoff=0.6 if len(name) <= 8 else 0.72)
    return found[0] if found else None


@lru_cache(maxsize=1 << 14)
def _pairs(name: str) -> frozenset[str]:
    padded = f" {name} "
    return frozenset(padded[i : i + 2] for i in range(len(padded) - 1))


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b))


def did_you_mean(name: str, pool: Iterable[str]) -> str | None:
    found = near(name, pool)
    return None if found is None else f"did you mean `{found}`?"


def listed(names: Iterable[str], limit: int = 8) -> str:
    """```a`, `b` and 3 more``, for messages."""
    items = [f"`{n}`" for n in names]
    if len(items) > limit:
        return ", ".join(items[:limit]) + f" and {len(items) - limit} more"
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + f" and {items[-1]}" if items else "none"


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
