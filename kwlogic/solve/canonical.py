"""The order in which a query is put to the solver: one that names, and the order of writing, have no part in.

Hypotheses, goal, definitions, facts and laws stand where they stood. Within each such run the short assertions come first,
and equally long ones go by their shape, which is the text with its symbols numbered as they come; equal shapes by how their
symbols occur elsewhere. So renaming a variable or swapping two clauses leaves the solver's work as it was.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kwlogic.solve.backend import Query

_TOKEN = re.compile(r'("(?:[^"]|"")*"|\|[^|]*\|)')
_DECLARED = re.compile(r"\(declare-fun (\|[^|]*\|) ")
_KINDS = ("goal", "def:", "fact:", "law", "lambda")
_REMEMBERED = 4096

Shape = tuple[int, str, tuple[str, ...]]
"""Length, text with numbers for symbols, and the symbols in the order of their numbers."""


def canonical(query: Query) -> Query:
    """The same declarations and assertions, in canonical order."""
    shapes = [shape_of(formula) for _, formula in query.assertions]
    runs = runs_of([name for name, _ in query.assertions])
    declared = {m.group(1): d for d in query.declarations if (m := _DECLARED.match(d))}
    keys = [(run, *shape[:2]) for run, shape in zip(runs, shapes, strict=True)]
    if len(set(keys)) < len(keys):
        ranks = _ranks(shapes, declared)
        order = sorted(range(len(keys)), key=lambda i: (keys[i], [ranks[s] for s in shapes[i][2] if s in declared]))
    else:
        order = sorted(range(len(keys)), key=keys.__getitem__)
    return Query(_in_order(query.declarations, declared, [shapes[i][2] for i in order]), tuple(query.assertions[i] for i in order))


def runs_of(names: list[str]) -> list[int]:
    """For each assertion the number of its run of assertions of one kind."""
    out: list[int] = []
    last = None
    for name in names:
        kind = next((k for k in _KINDS if name.startswith(k)), "")
        out.append((out[-1] if out else 0) + (kind != last))
        last = kind
    return out


@lru_cache(_REMEMBERED)
def shape_of(formula: str) -> Shape:
    parts = _TOKEN.split(formula)
    numbers: dict[str, str] = {}
    for index in range(1, len(parts), 2):
        token = parts[index]
        if token[0] == "|":
            number = numbers.get(token)
            parts[index] = number if number is not None else numbers.setdefault(token, f"#{len(numbers)}")
    shape = "".join(parts)
    return len(shape), shape, tuple(numbers)


def _ranks(shapes: list[Shape], declared: dict[str, str]) -> dict[str, int]:
    """A number for each declared symbol that tells where it occurs, but not what it is called: the same for symbols that
    occur alike."""
    roles: dict[str, list[tuple[str, int]]] = {}
    for _, shape, symbols in shapes:
        for position, symbol in enumerate(symbols):
            if symbol in declared:
                roles.setdefault(symbol, []).append((shape, position))
    found = {symbol: tuple(sorted(places)) for symbol, places in roles.items()}
    order = {places: number for number, places in enumerate(sorted(set(found.values())))}
    return {symbol: order[places] for symbol, places in found.items()}


def _in_order(declarations: tuple[str, ...], declared: dict[str, str], used: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The functions among the declarations in order of first use, in the places where functions were declared."""
    first = dict.fromkeys(s for symbols in used for s in symbols if s in declared)
    ordered = iter([*(declared[s] for s in first), *(d for s, d in declared.items() if s not in first)])
    return tuple(next(ordered) if _DECLARED.match(d) else d for d in declarations)
