"""The ground prover: are these quantifier-free formulas contradictory?

A tableau: propagate, consult arithmetic, check that no value contains itself, then split on something undecided. A
contradiction names the decisions that it rests on; the last of them is turned round, and what came after is given
up. ``refutes`` says yes only with every branch closed; no means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.core.terms import Op, Term, mk_eq, mk_is
from kwlogic.core.types import BOOL, INT, REAL
from kwlogic.proof.effort import Budget, Conflict, Spent
from kwlogic.proof.egraph import EGraph
from kwlogic.proof.numbers import Numbers
from kwlogic.proof.rules import CtorsOf, Rules

STEPS = 300_000


def refutes(formulas: Iterable[Term], ctors_of: CtorsOf, steps: int = STEPS) -> bool:
    """Whether the formulas contradict each other, for all that is found within the budget."""
    try:
        return _Tableau(ctors_of, Budget(steps)).refute(list(formulas))
    except Spent:
        return False


def propagated(formulas: Iterable[Term], ctors_of: CtorsOf, steps: int = STEPS) -> EGraph | None:
    """What follows from the formulas without splitting; None where that is a contradiction already, or too much."""
    tableau = _Tableau(ctors_of, Budget(steps))
    try:
        return tableau.graph if tableau.start(list(formulas)) else None
    except Spent:
        return None


class _Tableau:
    def __init__(self, ctors_of: CtorsOf, budget: Budget) -> None:
        self.fresh: list[int] = []
        self.graph = EGraph(budget, self.fresh.append)
        self.rules = Rules(self.graph, ctors_of)
        self.ctors_of = ctors_of
        self.marks: list[tuple[int, int, bool]] = []

    def start(self, formulas: list[Term]) -> bool:
        """Assume the formulas; whether they survive propagation."""
        try:
            for formula in formulas:
                self.graph.assign(self.graph.add(formula), True, 0)
            self._settle()
        except Conflict:
            return False
        return True

    def refute(self, formulas: list[Term]) -> bool:
        if not self.start(formulas):
            return True
        while True:
            chosen = self._choose()
            if chosen is None:
                return False
            if not self._decide(*chosen):
                return True

    def _decide(self, node: int, value: bool) -> bool:
        """Assume it; on a contradiction turn round the last decision it rests on. False: nothing was assumed any more."""
        graph = self.graph
        self.marks.append((len(graph.trail), node, value))
        mask = 1 << (len(self.marks) - 1)
        while True:
            try:
                graph.assign(node, value, mask)
                self._settle()
                return True
            except Conflict as conflict:
                self.fresh.clear()
                graph.budget.charge(5)
                if conflict.mask == 0:
                    return False
                level = conflict.mask.bit_length() - 1
                length, node, before = self.marks[level]
                del self.marks[level:]
                graph.undo(length)
                value, mask = not before, conflict.mask & ~(1 << level)

    def _settle(self) -> None:
        """Everything that follows without a decision."""
        while True:
            self._introduce()
            self.rules.run()
            if self.fresh:
                continue
            if Numbers(self.graph).check():
                continue
            self._acyclic()
            return

    def _introduce(self) -> None:
        while self.fresh:
            self.rules.introduce(self.fresh.pop())

    # ------------------------------------------------------------ no value contains itself

    def _acyclic(self) -> None:
        graph = self.graph
        state: dict[int, int] = {}
        for start in {graph.root[n] for n, t in enumerate(graph.terms) if t.op is Op.CON and t.args}:
            stack = [(start, iter(self._fields(start)))]
            if start in state:
                continue
            state[start] = 1
            while stack:
                root, fields = stack[-1]
                child = next(fields, None)
                if child is None:
                    state[root] = 2
                    stack.pop()
                elif state.get(child) == 1:
                    cycle = [r for r, _ in stack]
                    raise Conflict(_union(graph.mask[r] for r in cycle[cycle.index(child) :]))
                elif child not in state:
                    state[child] = 1
                    stack.append((child, iter(self._fields(child))))

    def _fields(self, root: int) -> list[int]:
        con = self.graph.con[root]
        return [self.graph.root[c] for c in self.graph.children[con]] if con >= 0 else []

    # ------------------------------------------------------------ what to split on

    def _choose(self) -> tuple[int, bool] | None:
        """The open disjunction with the fewest alternatives, or an open condition; then rarer things."""
        graph = self.graph
        best: tuple[int, int, int, bool] | None = None
        for node, term in enumerate(graph.terms):
            found = self._split_of(node, term)
            if found is not None and (best is None or (found[0], node) < best[:2]):
                best = (found[0], node, found[1], found[2])
        if best is not None:
            return best[2], best[3]
        return self._interface()

    def _split_of(self, node: int, term: Term) -> tuple[int, int, bool] | None:
        """Cost, and the decision to take for this node."""
        graph = self.graph
        truth = graph.truth(node)
        match term.op:
            case Op.OR | Op.AND if truth is (term.op is Op.OR):
                children = graph.children[node]
                if any(graph.truth(c) is truth for c in children):
                    return None
                open_ones = [c for c in children if graph.truth(c) is None]
                return (len(open_ones) + 4 * (term in self.rules.late), open_ones[0], truth) if open_ones else None
            case Op.IMPLIES if truth is True:
                left, right = graph.children[node]
                if graph.truth(left) is None and graph.truth(right) is None:
                    return 2, left, False
            case Op.IF:
                cond = graph.children[node][0]
                if graph.truth(cond) is None:
                    return 3, cond, True
            case Op.EQ:
                return self._split_equation(node, term, truth)
            case Op.IS if truth is None:
                return 4, node, True
            case Op.PRIM if truth is None and term.type is BOOL and term.data in ("int.le", "int.lt", "real.le", "real.lt"):
                return 8, node, True
            case _:
                pass
        return None

    def _split_equation(self, node: int, term: Term, truth: bool | None) -> tuple[int, int, bool] | None:
        graph = self.graph
        left, right = graph.children[node]
        if truth is None:
            return 7, node, True
        if term.args[0].type is BOOL:
            return (3, left, True) if graph.truth(left) is None else None
        if truth is False:
            for side, other in ((left, right), (right, left)):
                con = graph.con[graph.root[side]]
                if con >= 0 and graph.con[graph.root[other]] < 0:
                    test = graph.add(mk_is(graph.terms[con].data, graph.terms[other]))
                    return (5, test, True) if graph.truth(test) is None else None
        return None

    def _interface(self) -> tuple[int, bool] | None:
        """Numbers or unknowns in the same place of two applications of one function may be equal; and Bool arguments."""
        graph = self.graph
        by_head: dict[object, list[int]] = {}
        for node, term in enumerate(graph.terms):
            if term.op in (Op.CALL, Op.APPLY) or (term.op is Op.PRIM and not term.data.startswith(("int.", "real."))):
                by_head.setdefault(graph.heads[node], []).append(node)
                for child in graph.children[node]:
                    if graph.terms[child].type is BOOL and graph.truth(child) is None:
                        return child, True
        for nodes in by_head.values():
            for i, first in enumerate(nodes):
                for second in nodes[i + 1 :]:
                    graph.budget.charge()
                    found = self._argument_pair(first, second)
                    if found is not None:
                        return found
        return None

    def _argument_pair(self, first: int, second: int) -> tuple[int, bool] | None:
        graph = self.graph
        if graph.same(first, second):
            return None
        pairs = [(a, b) for a, b in zip(graph.children[first], graph.children[second], strict=True) if not graph.same(a, b)]
        if any(graph.distinct(a, b) is not None for a, b in pairs):
            return None
        if len(pairs) != 1 or graph.terms[pairs[0][0]].type not in (INT, REAL):
            return None
        left, right = (graph.terms[n] for n in pairs[0])
        node = graph.add(mk_eq(left, right))
        return (node, True) if graph.truth(node) is None else None


def _union(masks: Iterable[int]) -> int:
    out = 0
    for mask in masks:
        out |= mask
    return out
