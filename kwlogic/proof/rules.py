"""What each kind of node tells about its neighbours, given what is known of them: propagation, no guessing."""

from __future__ import annotations

from collections.abc import Callable

from kwlogic.core.terms import Op, Term, mk_and, mk_con, mk_eq, mk_is, mk_or, mk_prim, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, REAL, Type
from kwlogic.core.walk import subst
from kwlogic.proof.effort import Conflict
from kwlogic.proof.egraph import EGraph
from kwlogic.proof.facts import facts_of
from kwlogic.proof.normal import computed

Constructors = tuple[tuple[str, tuple[Type, ...]], ...]
CtorsOf = Callable[[Type], Constructors]


class Rules:
    """The rules over one graph. ``ctors_of`` lists the constructors of a data type, empty for other types."""

    def __init__(self, graph: EGraph, ctors_of: CtorsOf) -> None:
        self.graph = graph
        self.ctors_of = ctors_of
        self.late: set[Term] = set()

    def run(self) -> None:
        """Until nothing follows any more."""
        graph = self.graph
        while graph.merges or graph.visits:
            if graph.merges:
                graph.join(*graph.merges.popleft())
                continue
            node = graph.visits.popleft()
            graph.waiting.discard(node)
            graph.budget.charge()
            rule = _RULES.get(graph.terms[node].op)
            if rule is not None:
                rule(self, node)

    def introduce(self, node: int) -> None:
        """What holds of a term wherever it stands: of records that they have their fields, of quotients and the like."""
        term = self.graph.terms[node]
        if term.op is Op.SEL and len(self.ctors_of(term.args[0].type)) == 1:
            self._expand(self.graph.children[node][0], term.data[0], 0)
        elif term.op is Op.PRIM:
            for fact in facts_of(term):
                self.graph.assign(self.graph.add(fact), True, 0)

    def _expand(self, node: int, ctor: str, mask: int) -> None:
        """The node is this constructor over its own fields."""
        graph = self.graph
        term = graph.terms[node]
        if graph.con[graph.root[node]] >= 0:
            return
        for name, fields in self.ctors_of(term.type):
            if name == ctor:
                parts = tuple(mk_sel(ctor, i, term, t) for i, t in enumerate(fields))
                graph.merge(node, graph.add(mk_con(ctor, parts, term.type)), mask)

    # ------------------------------------------------------------ connectives

    def _all_or_any(self, node: int) -> None:
        """AND; and OR, which is the same with truth values swapped."""
        graph = self.graph
        flip = graph.terms[node].op is Op.OR
        wanted = graph.truth(node)
        children = graph.children[node]
        open_ones = []
        reasons = 0
        for child in children:
            truth = graph.truth(child)
            if truth is None:
                open_ones.append(child)
            elif truth is flip:
                graph.assign(node, flip, graph.reason(child))
                return
            else:
                reasons |= graph.reason(child)
        if wanted is (not flip):
            for child in open_ones:
                graph.assign(child, not flip, graph.reason(node))
        elif not open_ones:
            graph.assign(node, not flip, reasons)
        elif wanted is flip and len(open_ones) == 1:
            graph.assign(open_ones[0], flip, reasons | graph.reason(node))

    def _not(self, node: int) -> None:
        graph = self.graph
        (child,) = graph.children[node]
        above, below = graph.truth(node), graph.truth(child)
        if below is not None:
            graph.assign(node, not below, graph.reason(child))
        elif above is not None:
            graph.assign(child, not above, graph.reason(node))

    def _implies(self, node: int) -> None:
        graph = self.graph
        left, right = graph.children[node]
        p, q, here = graph.truth(left), graph.truth(right), graph.truth(node)
        if p is False:
            graph.assign(node, True, graph.reason(left))
        elif q is True:
            graph.assign(node, True, graph.reason(right))
        elif here is False:
            graph.assign(left, True, graph.reason(node))
            graph.assign(right, False, graph.reason(node))
        elif p is True and q is False:
            graph.assign(node, False, graph.reason(left) | graph.reason(right))
        elif here is True and p is True:
            graph.assign(right, True, graph.reason(node) | graph.reason(left))
        elif here is True and q is False:
            graph.assign(left, False, graph.reason(node) | graph.reason(right))

    def _if(self, node: int) -> None:
        graph = self.graph
        cond, then, other = graph.children[node]
        truth = graph.truth(cond)
        if truth is not None:
            graph.merge(node, then if truth else other, graph.reason(cond))
            return
        if graph.same(then, other):
            graph.merge(node, then, graph.mask[graph.root[then]])
            return
        for branch, excluded in ((then, False), (other, True)):
            differ = graph.distinct(node, branch)
            if differ is not None:
                graph.assign(cond, excluded, differ)
                return
        a, b = graph.truth(then), graph.truth(other)
        if a is not None and a is b:
            graph.assign(node, a, graph.reason(then) | graph.reason(other))

    # ------------------------------------------------------------ equality

    def _eq(self, node: int) -> None:
        graph = self.graph
        left, right = graph.children[node]
        if graph.same(left, right):
            graph.assign(node, True, graph.mask[graph.root[left]])
            return
        differ = graph.distinct(left, right)
        if differ is not None:
            graph.assign(node, False, differ)
            if graph.terms[left].type is not BOOL:
                return
        truth = graph.truth(node)
        if truth is True:
            graph.merge(left, right, graph.reason(node))
        elif truth is False:
            graph.separate(left, right, graph.reason(node))
            self._apart(node)
        if graph.terms[left].type is BOOL:
            self._iff(node, left, right)
        else:
            self._by_parts(node, left, right)

    def _apart(self, node: int) -> None:
        """Of two numbers that differ, one is less."""
        term = self.graph.terms[node]
        type = term.args[0].type
        if type is INT or type is REAL:
            name = "int.lt" if type is INT else "real.lt"
            less, more = mk_prim(name, term.args, BOOL), mk_prim(name, (term.args[1], term.args[0]), BOOL)
            either = mk_or((less, more, term))
            self.late.add(either)
            self.graph.assign(self.graph.add(either), True, 0)

    def _iff(self, node: int, left: int, right: int) -> None:
        graph = self.graph
        truth, a, b = graph.truth(node), graph.truth(left), graph.truth(right)
        if a is not None and b is not None:
            graph.assign(node, a is b, graph.reason(left) | graph.reason(right))
        elif truth is not None and (a is not None or b is not None):
            known, unknown = (left, right) if a is not None else (right, left)
            graph.assign(unknown, graph.truth(known) is truth, graph.reason(known) | graph.reason(node))

    def _by_parts(self, node: int, left: int, right: int) -> None:
        """An equation between built values is one between their fields; with a constant, a test."""
        graph = self.graph
        a, b = graph.con[graph.root[left]], graph.con[graph.root[right]]
        mask = graph.mask[graph.root[left]] | graph.mask[graph.root[right]]
        if a >= 0 and b >= 0:
            pairs = zip(graph.terms[a].args, graph.terms[b].args, strict=True)
            graph.merge(node, graph.add(mk_and(mk_eq(x, y) for x, y in pairs)), mask)
            return
        for con, other in ((a, right), (b, left)):
            if con >= 0 and not graph.children[con]:
                graph.merge(node, graph.add(mk_is(graph.terms[con].data, graph.terms[other])), mask)
                return
        ctors = self.ctors_of(graph.terms[left].type)
        if len(ctors) == 1:
            self._expand(left if a < 0 else right, ctors[0][0], 0)

    # ------------------------------------------------------------ data types

    def _is(self, node: int) -> None:
        graph = self.graph
        (value,) = graph.children[node]
        root = graph.root[value]
        ctor = graph.terms[node].data
        if graph.con[root] >= 0:
            graph.assign(node, graph.terms[graph.con[root]].data == ctor, graph.mask[root])
            return
        truth = graph.truth(node)
        ctors = self.ctors_of(graph.terms[value].type)
        if truth is True or len(ctors) == 1:
            self._expand(value, ctor, graph.reason(node) if truth is True else 0)
        elif truth is False:
            self._last_left(value, ctors)

    def _last_left(self, value: int, ctors: Constructors) -> None:
        """When a value is none of the constructors but one, it is that one."""
        graph = self.graph
        term = graph.terms[value]
        open_ones = []
        reasons = graph.mask[graph.root[value]]
        for name, _ in ctors:
            test = graph.add(mk_is(name, term))
            if graph.truth(test) is None:
                open_ones.append(test)
            elif graph.truth(test) is True:
                return
            else:
                reasons |= graph.reason(test)
        if not open_ones and ctors:
            raise Conflict(reasons)
        if len(open_ones) == 1:
            graph.assign(open_ones[0], True, reasons)

    def _sel(self, node: int) -> None:
        graph = self.graph
        (value,) = graph.children[node]
        root = graph.root[value]
        con = graph.con[root]
        ctor, index = graph.terms[node].data
        if con >= 0 and graph.terms[con].data == ctor:
            graph.merge(node, graph.children[con][index], graph.mask[root])

    def _prim(self, node: int) -> None:
        """A primitive whose arguments are known to be literals is computed."""
        graph = self.graph
        roots = [graph.root[c] for c in graph.children[node]]
        if not roots or any(graph.lit[r] < 0 for r in roots):
            return
        term = graph.terms[node]
        value = computed(mk_prim(term.data, tuple(graph.terms[graph.lit[r]] for r in roots), term.type))
        mask = 0
        for root in roots:
            mask |= graph.mask[root]
        if value.op is not Op.PRIM:
            graph.merge(node, graph.add(value), mask)

    def _apply(self, node: int) -> None:
        """A function that is known to be a lambda is applied."""
        graph = self.graph
        function, *args = graph.children[node]
        root = graph.root[function]
        for member in graph.members[root]:
            term = graph.terms[member]
            if term.op is Op.LAMBDA:
                env = {mk_var(n, t): graph.terms[a] for (n, t), a in zip(term.data, args, strict=True)}
                graph.merge(node, graph.add(subst(term.args[0], env)), graph.mask[root])
                return


_RULES: dict[Op, Callable[[Rules, int], None]] = {
    Op.AND: Rules._all_or_any,
    Op.OR: Rules._all_or_any,
    Op.NOT: Rules._not,
    Op.IMPLIES: Rules._implies,
    Op.IF: Rules._if,
    Op.EQ: Rules._eq,
    Op.IS: Rules._is,
    Op.SEL: Rules._sel,
    Op.APPLY: Rules._apply,
    Op.PRIM: Rules._prim,
}
