"""Between the congruence closure and arithmetic: rows out of classes and truth values, equalities and truths back.

The atoms of arithmetic are classes; a sum or product stands for the polynomial of its parts.
"""

from __future__ import annotations

from kwlogic.core.terms import Op
from kwlogic.core.types import INT, REAL
from kwlogic.proof.egraph import EGraph
from kwlogic.proof.linear import Linear
from kwlogic.proof.poly import Poly, add, atom, constant, multiply, scale, value_of

_ORDER = {"int.lt": True, "int.le": False, "real.lt": True, "real.le": False}
_SUMS = frozenset(f"{t}.{op}" for t in ("int", "real") for op in ("add", "sub", "neg", "mul")) | {"real.of_int"}


class Numbers:
    """One look at the numeric part of a graph."""

    def __init__(self, graph: EGraph) -> None:
        self.graph = graph
        self.polys: dict[int, tuple[Poly, int]] = {}
        self.linear = Linear(lambda a: graph.terms[a].type is INT, graph.budget)

    def check(self) -> bool:
        """Raise Conflict on a contradiction; say whether something new was told to the graph."""
        graph = self.graph
        numeric = [n for n, t in enumerate(graph.terms) if t.type is INT or t.type is REAL]
        if not numeric:
            return False
        for node in numeric:
            self.polys[node] = self._poly(node)
        self._classes(numeric)
        orders = [n for n, t in enumerate(graph.terms) if t.op is Op.PRIM and t.data in _ORDER]
        self._assume(orders)
        self.linear.pinch()
        if self._tell(numeric, orders):
            return True
        self.linear.check()
        return False

    # ------------------------------------------------------------ rows

    def _poly(self, node: int) -> tuple[Poly, int]:
        graph = self.graph
        term = graph.terms[node]
        graph.budget.charge()
        if term.op is Op.LIT:
            return constant(term.data), 0
        if term.op is not Op.PRIM or (term.data not in _SUMS and term.data != "real.div"):
            return atom(graph.root[node]), graph.mask[graph.root[node]]
        parts = [self._part(c) for c in graph.children[node]]
        mask = 0
        for _, reason in parts:
            mask |= reason
        polys = [p for p, _ in parts]
        match term.data.rpartition(".")[2]:
            case "add":
                return add(polys[0], polys[1]), mask
            case "sub":
                return add(polys[0], polys[1], -1), mask
            case "neg":
                return scale(polys[0], -1), mask
            case "mul":
                return multiply(polys[0], polys[1]), mask
            case "of_int":
                return polys[0], mask
            case "div":
                divisor = value_of(polys[1])
                if divisor:
                    from fractions import Fraction

                    return scale(polys[0], Fraction(1) / divisor), mask
        return atom(graph.root[node]), graph.mask[graph.root[node]]

    def _part(self, node: int) -> tuple[Poly, int]:
        """A child's polynomial; its literal value where the class has one."""
        graph = self.graph
        root = graph.root[node]
        if graph.lit[root] >= 0:
            return constant(graph.terms[graph.lit[root]].data), graph.mask[root]
        return self.polys.get(node, ({}, 0)) if node in self.polys else (atom(root), graph.mask[root])

    def _classes(self, numeric: list[int]) -> None:
        """All members of a class are equal."""
        graph = self.graph
        for node in numeric:
            root = graph.root[node]
            if len(graph.members[root]) == 1:
                continue
            poly, mask = self.polys[node]
            if poly != {(root,): 1}:
                self.linear.equal(add(poly, atom(root), -1), mask | graph.mask[root])

    def _assume(self, orders: list[int]) -> None:
        graph = self.graph
        for node in orders:
            truth = graph.truth(node)
            if truth is None:
                continue
            difference, mask = self._difference(node)
            strict = _ORDER[graph.terms[node].data]
            if truth:
                self.linear.at_least(difference, strict, mask | graph.reason(node))
            else:
                self.linear.at_least(scale(difference, -1), not strict, mask | graph.reason(node))

    def _difference(self, node: int) -> tuple[Poly, int]:
        """Right minus left."""
        left, right = self.graph.children[node]
        (a, p), (b, q) = self.polys[left], self.polys[right]
        return add(b, a, -1), p | q

    # ------------------------------------------------------------ what the equations say

    def _tell(self, numeric: list[int], orders: list[int]) -> bool:
        graph = self.graph
        changed = False
        for node in orders:
            if graph.truth(node) is None:
                difference, mask = self._difference(node)
                normal, used = self.linear.normal(difference)
                value = value_of(normal)
                if value is not None:
                    graph.assign(node, value > 0 or (value == 0 and not _ORDER[graph.terms[node].data]), mask | used)
                    changed = True
        for node, term in enumerate(graph.terms):
            if term.op is Op.EQ and graph.truth(node) is None and term.args[0].type in (INT, REAL):
                changed |= self._tell_equation(node)
        return self._tell_shared(numeric) or changed

    def _tell_equation(self, node: int) -> bool:
        graph = self.graph
        difference, mask = self._difference(node)
        normal, used = self.linear.normal(difference)
        value = value_of(normal)
        if value is None:
            return False
        graph.assign(node, value == 0, mask | used)
        return True

    def _tell_shared(self, numeric: list[int]) -> bool:
        """Terms of different classes that the equations make equal are merged, where something else uses them."""
        graph = self.graph
        seen: dict[object, tuple[int, int]] = {}
        changed = False
        for node in numeric:
            if graph.lit[graph.root[node]] != node and not any(self._foreign(u) for u in graph.uses[graph.root[node]]):
                continue
            poly, mask = self.polys[node]
            normal, used = self.linear.normal(poly)
            key = (graph.terms[node].type, frozenset(normal.items()))
            known = seen.setdefault(key, (node, mask | used))
            if not graph.same(known[0], node):
                graph.merge(known[0], node, mask | used | known[1])
                changed = True
        return changed

    def _foreign(self, node: int) -> bool:
        """Whether a use is neither arithmetic nor an equation."""
        term = self.graph.terms[node]
        return term.op is not Op.EQ and not (term.op is Op.PRIM and (term.data in _SUMS or term.data in _ORDER))
