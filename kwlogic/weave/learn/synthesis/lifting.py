"""Functions over the items of a list: bodies are enumerated on all items at once, then mapped, filtered or asked of every item.

What comes out are ordinary nodes of the bank, so that sums, greatest items, joins and conditionals apply to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kwlogic.core.terms import Term, mk_call
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, list_of
from kwlogic.weave.learn.synthesis.building import mk_filter, mk_lambda, mk_map
from kwlogic.weave.learn.synthesis.native import Native
from kwlogic.weave.learn.synthesis.node import Node, Operation, Vector, run_node, term_of

ITEMS = 300  # more items than these in a sample are not enumerated over
BODIES, THEN, TESTS = 1_500, 40, 60


class Lift:
    """A list of the bank and how its items stand in flattened vectors. ``outer`` are the inputs that bodies may use too."""

    def __init__(self, xs: Node, name: str, outer: Sequence[Node]) -> None:
        self.xs, self.name, self.outer = xs, name, tuple(outer)
        self.lengths = [len(v) for v in xs.vec]

    def rows(self) -> list[tuple[Native, ...]]:
        """One row for each item: the item, then the outer inputs."""
        return [(v, *(o.vec[i] for o in self.outer)) for i, vs in enumerate(self.xs.vec) for v in vs]

    def parts(self, flat: Sequence[Native]) -> Iterator[tuple[Native, ...]]:
        """A flattened vector, cut into one piece for each example."""
        at = 0
        for length in self.lengths:
            yield tuple(flat[at : at + length])
            at += length

    # ------------------------------------------------------------ nodes

    def mapped(self, body: Node) -> Node:
        run = self._run(body, lambda xs, f: tuple(map(f, xs)))
        return self._node(
            "map", list_of(body.type), run, lambda a: mk_map(self.name, term_of(body), a[0]), body, tuple(self.parts(body.vec))
        )

    def filtered(self, test: Node) -> Node:
        run = self._run(test, lambda xs, f: tuple(x for x in xs if f(x)))
        kept = tuple(tuple(x for x, k in zip(xs, ks) if k) for xs, ks in zip(self.xs.vec, self.parts(test.vec)))
        return self._node("filter", self.xs.type, run, lambda a: mk_filter(self.name, term_of(test), a[0]), test, kept)

    def asked(self, test: Node, name: str, decide: Callable[[Any], bool]) -> Node:
        """``all`` or ``any``."""
        run = self._run(test, lambda xs, f: decide(map(f, xs)))
        element = self.xs.type.args[0]

        def build(args: tuple[Term, ...]) -> Term:
            return mk_call(f"std.list.{name}", (element,), (mk_lambda(self.name, element, term_of(test)), args[0]), BOOL)

        return self._node(name, BOOL, run, build, test, tuple(decide(p) for p in self.parts(test.vec)))

    def _run(self, body: Node, over: Callable[[Any, Any], Native]) -> Callable[..., Native]:
        names = [o.op.name for o in self.outer]

        def run(xs: Native, *others: Native) -> Native:
            env = dict(zip(names, others))
            return over(xs, lambda x: run_node(body, {**env, self.name: x}))

        return run

    def _node(self, name: str, type: Type, run: Callable[..., Native], build: Callable[..., Term], body: Node, vec: Vector) -> Node:
        args = (self.xs, *self.outer)
        op = Operation(name, tuple(a.type for a in args), type, run, build, 1)
        return Node(op, args, self.xs.cost + body.cost + 1, vec)


def lifted(lift: Lift, bodies: Sequence[Node]) -> Iterator[Node]:
    """Mapped, filtered, asked; and what is mapped over what was filtered."""
    reading = [b for b in bodies if _reads(b, lift.name)]
    tests = sorted((b for b in reading if b.type is BOOL), key=lambda b: b.cost)[:TESTS]
    maps = sorted((b for b in reading if b.type in (INT, REAL, STRING)), key=lambda b: b.cost)[:BODIES]
    for body in maps:
        if body.args:
            yield lift.mapped(body)
    for test in tests:
        kept = lift.filtered(test)
        yield kept
        yield lift.asked(test, "all", all)
        yield lift.asked(test, "any", any)
        yield from _then(lift, kept, test, maps[:THEN])


def _then(lift: Lift, kept: Node, test: Node, maps: Sequence[Node]) -> Iterator[Node]:
    after = Lift(kept, lift.name, lift.outer)
    for body in maps:
        if body.args:
            flat = [v for v, k in zip(body.vec, test.vec) if k]
            yield after.mapped(Node(body.op, body.args, body.cost, tuple(flat)))


def _reads(node: Node, name: str) -> bool:
    stack = [node]
    while stack:
        here = stack.pop()
        if not here.args and here.op.name == name:
            return True
        stack += here.args
    return False
