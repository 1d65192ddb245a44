"""Congruence closure over core terms, with data type values, literals and truth values per class, and undo.

Every merge and every truth value carries a mask: the decisions that it rests on. A class's mask covers all its
merges, so it may name too many decisions, never too few.

Sources: Downey, Sethi, Tarjan (1980); Nelson and Oppen (1980); Detlefs, Nelson, Saxe, Simplify (2005).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_var
from kwlogic.core.types import BOOL
from kwlogic.core.walk import BINDERS, free_vars, subst, subterms
from kwlogic.proof.effort import Budget, Conflict

NODES_AT_MOST = 6_000
_MISSING = object()
_YES, _NO = -1, -2


class EGraph:
    """Nodes are numbers in order of arrival, so children come before parents. ``root`` maps a node to its class."""

    def __init__(self, budget: Budget, on_new: Callable[[int], None]) -> None:
        self.budget = budget
        self.on_new = on_new
        self.terms: list[Term] = []
        self.children: list[tuple[int, ...]] = []
        self.heads: list[object] = []
        self.index: dict[Term, int] = {}
        self.root: list[int] = []
        self.members: list[tuple[int, ...]] = []
        self.uses: list[tuple[int, ...]] = []
        self.mask: list[int] = []
        self.value: list[bool | None] = []
        self.value_mask: list[int] = []
        self.con: list[int] = []
        self.lit: list[int] = []
        self.apart: list[tuple[tuple[int, int], ...]] = []
        self.signatures: dict[object, int] = {}
        self.trail: list[tuple[Any, Any, Any]] = []
        self.merges: deque[tuple[int, int, int]] = deque()
        self.visits: deque[int] = deque()
        self.waiting: set[int] = set()
        self.assign(self.add(TRUE), True, 0)
        self.assign(self.add(FALSE), False, 0)

    # ------------------------------------------------------------ undo

    def set(self, table: Any, key: Any, value: Any) -> None:
        if isinstance(table, dict):
            self.trail.append((table, key, table.get(key, _MISSING)))
        else:
            self.trail.append((table, key, table[key]))
        table[key] = value

    def undo(self, to: int) -> None:
        """Back to a former length of the trail."""
        self.merges.clear()
        self.visits.clear()
        self.waiting.clear()
        while len(self.trail) > to:
            table, key, old = self.trail.pop()
            if table is None:
                self._drop()
            elif old is _MISSING:
                del table[key]
            else:
                table[key] = old

    def _drop(self) -> None:
        del self.index[self.terms.pop()]
        columns: tuple[list[Any], ...] = (self.children, self.heads, self.root, self.members, self.uses, self.mask)
        for column in (*columns, self.value, self.value_mask, self.con, self.lit, self.apart):
            column.pop()

    # ------------------------------------------------------------ terms

    def add(self, term: Term) -> int:
        """The node of a term; new ones, with all their parts, are announced by ``on_new``."""
        found = self.index.get(term)
        if found is not None:
            return found
        stack = [term]
        while stack:
            here = stack[-1]
            if here in self.index:
                stack.pop()
                continue
            head, parts = _shape(here)
            missing = [p for p in parts if p not in self.index]
            if missing:
                stack.extend(reversed(missing))
            else:
                stack.pop()
                self._new(here, head, tuple(self.index[p] for p in parts))
        return self.index[term]

    def _new(self, term: Term, head: object, children: tuple[int, ...]) -> None:
        number = len(self.terms)
        self.budget.charge()
        if number > NODES_AT_MOST:
            self.budget.charge(self.budget.left + 1)
        self.trail.append((None, None, None))
        self.index[term] = number
        self.terms.append(term)
        self.heads.append(head)
        self.children.append(children)
        self.root.append(number)
        self.members.append((number,))
        self.uses.append(())
        self.mask.append(0)
        self.value.append(None)
        self.value_mask.append(0)
        self.con.append(number if term.op is Op.CON else -1)
        self.lit.append(number if term.op is Op.LIT and term.type is not BOOL else -1)
        self.apart.append(())
        for child in dict.fromkeys(self.root[c] for c in children):
            self.set(self.uses, child, (*self.uses[child], number))
        if children:
            self._sign(number)
        self.visit(number)
        self.on_new(number)

    def _sign(self, node: int) -> None:
        """Enter a node under its signature; merge it with a node that has the same."""
        parts = tuple(self._key(c) for c in self.children[node])
        key = (self.heads[node], parts)
        known = self.signatures.get(key)
        if known is None:
            self.set(self.signatures, key, node)
        elif self.root[known] != self.root[node]:
            mask = 0
            for pair in (*self.children[node], *self.children[known]):
                mask |= self.reason(pair)
            self.merges.append((node, known, mask))

    def _key(self, node: int) -> int:
        root = self.root[node]
        value = self.value[root]
        return root if value is None else _YES if value else _NO

    # ------------------------------------------------------------ what is known

    def truth(self, node: int) -> bool | None:
        return self.value[self.root[node]]

    def reason(self, node: int) -> int:
        """What a node's class and truth value rest on."""
        root = self.root[node]
        return self.mask[root] | self.value_mask[root]

    def same(self, left: int, right: int) -> bool:
        return self.root[left] == self.root[right]

    def distinct(self, left: int, right: int) -> int | None:
        """What it rests on that two nodes differ, if they are known to."""
        a, b = self.root[left], self.root[right]
        if a == b:
            return None
        if self.con[a] >= 0 and self.con[b] >= 0 and self.terms[self.con[a]].data != self.terms[self.con[b]].data:
            return self.mask[a] | self.mask[b]
        if self.lit[a] >= 0 and self.lit[b] >= 0:
            return self.mask[a] | self.mask[b]
        if self.value[a] is not None and self.value[b] is not None and self.value[a] != self.value[b]:
            return self.reason(a) | self.reason(b)
        for other, mask in self.apart[a]:
            if self.root[other] == b:
                return mask | self.mask[a] | self.mask[b]
        return None

    # ------------------------------------------------------------ changes

    def visit(self, node: int) -> None:
        if node not in self.waiting:
            self.waiting.add(node)
            self.visits.append(node)

    def merge(self, left: int, right: int, mask: int) -> None:
        if self.root[left] != self.root[right]:
            self.merges.append((left, right, mask))

    def assign(self, node: int, value: bool, mask: int) -> None:
        root = self.root[node]
        known = self.value[root]
        if known is not None:
            if known != value:
                raise Conflict(mask | self.reason(root))
            return
        self._give(root, value, mask)

    def _give(self, root: int, value: bool, mask: int) -> None:
        self.set(self.value, root, value)
        self.set(self.value_mask, root, mask)
        for member in self.members[root]:
            self.visit(member)
        for use in self.uses[root]:
            self._sign(use)
            self.visit(use)

    def separate(self, left: int, right: int, mask: int) -> None:
        """Note that two nodes differ."""
        a, b = self.root[left], self.root[right]
        if a == b:
            raise Conflict(mask | self.mask[a])
        if all(self.root[other] != b for other, _ in self.apart[a]):
            self.set(self.apart, a, (*self.apart[a], (right, mask)))
            self.set(self.apart, b, (*self.apart[b], (left, mask)))
            for use in self.uses[a]:
                self.visit(use)

    def join(self, left: int, right: int, mask: int) -> None:
        """Make two classes one."""
        keep, gone = self.root[left], self.root[right]
        if keep == gone:
            return
        if len(self.members[keep]) + len(self.uses[keep]) < len(self.members[gone]) + len(self.uses[gone]):
            keep, gone = gone, keep
        self.budget.charge(1 + len(self.members[gone]))
        differ = self.distinct(keep, gone)
        if differ is not None:
            raise Conflict(mask | differ)
        old_con, old_value, old_reason = self.con[gone], self.value[gone], self.value_mask[gone]
        self._notice(keep, gone)
        mask |= self.mask[keep] | self.mask[gone]
        if self.con[keep] >= 0 and old_con >= 0:
            for a, b in zip(self.children[self.con[keep]], self.children[old_con], strict=True):
                self.merge(a, b, mask)
        for node in self.members[gone]:
            self.set(self.root, node, keep)
        self.set(self.members, keep, (*self.members[keep], *self.members[gone]))
        self.set(self.mask, keep, mask)
        moved = self.uses[gone]
        self.set(self.uses, keep, (*self.uses[keep], *moved))
        self.set(self.apart, keep, (*self.apart[keep], *self.apart[gone]))
        if self.con[keep] < 0 <= old_con:
            self.set(self.con, keep, old_con)
        if self.lit[keep] < 0 <= self.lit[gone]:
            self.set(self.lit, keep, self.lit[gone])
        if self.value[keep] is None and old_value is not None:
            self._give(keep, old_value, old_reason)
        for use in moved:
            self._sign(use)

    def _notice(self, keep: int, gone: int) -> None:
        """Who must look again: everything around the class that moves, and around the one that learns of a value."""
        for node in (*self.uses[gone], *self.members[gone]):
            self.visit(node)
        if self.con[gone] >= 0 or self.lit[gone] >= 0 or self.value[gone] is not None or self.apart[gone]:
            for node in (*self.uses[keep], *self.members[keep]):
                self.visit(node)


_SHAPES: dict[Term, tuple[object, tuple[Term, ...]]] = {}


def _shape(term: Term) -> tuple[object, tuple[Term, ...]]:
    """Head and parts. What binds variables is a function of its free variables, under one name for all alike."""
    if term.op not in BINDERS:
        return (term.op, term.data, term.type), term.args
    found = _SHAPES.get(term)
    if found is None:
        free = [t for t in subterms(term) if t.op is Op.VAR and t in free_vars(term)]
        formal = {v: mk_var(f"%hole.{i}", v.type) for i, v in enumerate(free)}
        found = _SHAPES[term] = ((term.op, subst(term, formal), term.type), tuple(free))
    return found
