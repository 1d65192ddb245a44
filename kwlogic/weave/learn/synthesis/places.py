"""Substrings between places: each input text is cut at constants, at marks (found from either end) and beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import contains

from kwlogic.core.terms import mk_int, mk_prim
from kwlogic.core.types import INT, STRING
from kwlogic.weave.learn.synthesis import native
from kwlogic.weave.learn.synthesis.bank import Bank
from kwlogic.weave.learn.synthesis.building import helper, mk_add, mk_len, prim
from kwlogic.weave.learn.synthesis.node import Node, Operation, Vector, apply, leaf

PART = Operation("part", (STRING, INT, INT), STRING, native.part, helper("part", STRING), 1)
_FIND = Operation("find", (STRING, STRING), INT, native.find, helper("find", INT), 1)
_LAST = Operation(
    "last place",
    (STRING, STRING),
    INT,
    lambda s, m: len(native.before_last(s, m)),
    lambda a: mk_len(helper("before_last", STRING)(a)),
    2,
)
_SECOND = Operation(
    "second place",
    (STRING, STRING),
    INT,
    lambda s, m: native.find_nth(s, m, 2),
    lambda a: helper("find_nth", INT)((*a, mk_int(2))),
    3,
)
_LENGTH = Operation("length", (STRING,), INT, len, lambda a: mk_len(a[0]), 0)
_BACK = Operation("from the end", (STRING, INT), INT, lambda s, n: len(s) - n, lambda a: mk_prim("int.sub", (mk_len(a[0]), a[1]), INT), 1)
REPLACE = Operation("replace", (STRING, STRING, STRING), STRING, str.replace, prim("str.replace", STRING), 1)
_ROUNDS, _BEAM = 8, 40
_NEAR = (0, 1, -1, 2, 3, 4, -2, -3)
_AT = {0: 0, 1: 1, 2: 1, 3: 1, -1: 1, -2: 1, -3: 1, 4: 2, 5: 2, 6: 2, -4: 2, -5: 2, 7: 3, 8: 3, 9: 3, 10: 3}


def shifted(node: Node, by: int, cost: int) -> Node:
    """A place beside another."""
    if by == 0:
        return node
    op = Operation(f"{by:+}", (INT,), INT, lambda n: n + by, lambda a: mk_add(a[0], by), cost)
    return apply(op, node)


def places(source: Node, marks: Iterable[Node], numbers: Iterable[Node], count: int) -> list[Node]:
    """Places in a text, one for each vector, the cheapest."""
    found: dict[Vector, Node] = {}

    def keep(node: Node) -> None:
        actual = tuple(map(native.place, source.vec, node.vec))
        old = found.get(actual)
        if old is None or node.cost < old.cost:
            found[actual] = node

    for at, cost in _AT.items():
        keep(leaf(str(at), INT, lambda _, at=at: at, mk_int(at), cost, (at,) * count))  # type: ignore[misc]
    keep(apply(_LENGTH, source))
    for number in numbers:
        for by in (0, 1, -1):
            keep(shifted(number, by, 1))
        keep(apply(_BACK, source, number))
    for mark in marks:
        for op in (_FIND, _LAST, _SECOND):
            if op is not _FIND and not all(s.count(m) > 1 for s, m in zip(source.vec, mark.vec)):
                continue
            base = apply(op, source, mark)
            for by in _NEAR:
                keep(shifted(base, by, 1 if by == 1 else 2))
    return sorted(found.values(), key=lambda n: n.cost)


def add_parts(bank: Bank, source: Node, marks: Iterable[Node], numbers: Iterable[Node], limit: int) -> None:
    """The substrings of a text between any two of its places, the cheapest first, up to a limit of pairs."""
    found = places(source, marks, numbers, bank.count)
    pairs = sorted(((a.cost + b.cost, i, j) for i, a in enumerate(found) for j, b in enumerate(found) if i != j))[:limit]
    bank.meter.charge(len(pairs))
    run = native.part
    known = bank.seen.setdefault(STRING, {})
    for cost, i, j in pairs:
        low, high = found[i], found[j]
        vec = tuple(map(run, source.vec, low.vec, high.vec))
        if vec not in known and any(vec):
            bank.add(Node(PART, (source, low, high), cost + source.cost + 2, vec))


def add_edits(bank: Bank, sources: Iterable[Node], exchanges: Iterable[tuple[Node, Node]], goal: Sequence[str]) -> None:
    """Texts with marks exchanged for others, one exchange after the other; what is nearest to the goal is gone on with."""
    pairs = list(exchanges)
    known = bank.seen.setdefault(STRING, {})
    front = list(sources)
    reached = {n.vec for n in front}
    for _ in range(_ROUNDS):
        after: list[Node] = []
        for node in front:
            for old, new in pairs:
                made = apply(REPLACE, node, old, new)
                if made.vec not in reached:
                    reached.add(made.vec)
                    bank.add(made)
                    after.append(known.get(made.vec, made))
            bank.meter.charge(len(pairs))
        front = sorted(after, key=lambda n: (-sum(map(contains, goal, n.vec)), n.cost))[:_BEAM]
