"""Matching modulo equality: where do the patterns of a fact occur among terms, given what is known to be equal?

The graph is the ground prover's own, after propagation. Bindings are classes; each is shown by its smallest term.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.core.walk import BINDERS, free_vars, subterms
from kwlogic.proof.egraph import EGraph
from kwlogic.vc.triggers import match_type

Env = dict[Term, int]
Types = dict[str, Type]
Match = tuple[Env, Types]
MOST_PARTIAL = 200
MOST_POSSIBLE = 12


class Matcher:
    """Matches in one graph; terms that mention one of the ``bound`` variables count for nothing."""

    def __init__(self, graph: EGraph, bound: set[Term]) -> None:
        self.graph = graph
        self.nodes: dict[object, list[int]] = {}
        self.best: dict[int, tuple[int, int]] = {}
        self.reach: dict[int, list[int]] = {}
        for node, term in enumerate(graph.terms):
            if not bound.isdisjoint(free_vars(term)):
                continue
            self.nodes.setdefault(_head(term), []).append(node)
            rank = (len(subterms(term)), node)
            root = graph.root[node]
            if root not in self.best or rank < self.best[root]:
                self.best[root] = rank

    def term(self, root: int) -> Term:
        """The smallest term of a class."""
        return self.graph.terms[self.best[root][1]]

    def group(self, patterns: tuple[Term, ...], vars: frozenset[Term]) -> Iterator[Match]:
        """Environments under which every pattern occurs."""
        partial: list[Match] = [({}, {})]
        for pattern in patterns:
            partial = [m for env, types in partial for m in self._anywhere(pattern, vars, env, types)][:MOST_PARTIAL]
        yield from partial

    def _anywhere(self, pattern: Term, vars: frozenset[Term], env: Env, types: Types) -> Iterator[Match]:
        for node in self.nodes.get(_head(pattern), ()):
            yield from self._node(pattern, node, vars, env, types)

    def _node(self, pattern: Term, node: int, vars: frozenset[Term], env: Env, types: Types) -> Iterator[Match]:
        """Ways to match an application against one node; patterns are as deep as authors write facts."""
        term = self.graph.terms[node]
        fitted = _fit(pattern, term, types)
        if fitted is None or pattern.op in BINDERS:
            return
        partial: list[Match] = [(env, fitted)]
        for part, child in zip(pattern.args, self.graph.children[node], strict=True):
            partial = [m for e, t in partial for m in self._class(part, self.graph.root[child], vars, e, t)][:MOST_PARTIAL]
        yield from partial

    def _class(self, pattern: Term, root: int, vars: frozenset[Term], env: Env, types: Types) -> Iterator[Match]:
        if pattern in vars:
            known = env.get(pattern)
            if known is None and root in self.best:
                extended = match_type(pattern.type, self.graph.terms[root].type, types)
                if extended is not None:
                    yield {**env, pattern: root}, extended
            elif known is not None and self.graph.root[known] == root:
                yield env, types
        elif not free_vars(pattern) & vars and not pattern.type.has_vars:
            node = self.graph.index.get(pattern)
            if node is not None and self.graph.root[node] in self.possible(root):
                yield env, types
        else:
            for value in self.possible(root):
                for member in self.graph.members[value]:
                    if _head(self.graph.terms[member]) == _head(pattern):
                        yield from self._node(pattern, member, vars, env, types)

    def possible(self, root: int) -> list[int]:
        """Classes that a class may turn out to equal: the branches of conditionals, and fields of those."""
        if root not in self.reach:
            self.reach[root] = [root]
            graph = self.graph
            for member in graph.members[root]:
                term = graph.terms[member]
                if term.op is Op.IF:
                    for child in graph.children[member][1:]:
                        self._reach(root, self.possible(graph.root[child]))
                elif term.op is Op.SEL:
                    for value in self.possible(graph.root[graph.children[member][0]]):
                        con = graph.con[value]
                        if con >= 0 and graph.terms[con].data == term.data[0]:
                            self._reach(root, self.possible(graph.root[graph.children[con][term.data[1]]]))
        return self.reach[root]

    def _reach(self, root: int, more: list[int]) -> None:
        known = self.reach[root]
        known.extend(m for m in list(more) if m not in known and len(known) < MOST_POSSIBLE)


def _head(term: Term) -> object:
    if term.op is Op.CALL:
        return term.op, term.data[0]
    return term.op if term.op in BINDERS else (term.op, term.data)


def _fit(pattern: Term, term: Term, types: Types) -> Types | None:
    """Types under which the pattern's head is the term's."""
    if len(pattern.args) != len(term.args):
        return None
    here = match_type(pattern.type, term.type, types)
    if pattern.op is Op.CALL:
        for a, b in zip(pattern.data[1], term.data[1], strict=True):
            here = match_type(a, b, here) if here is not None else None
    return here


# ---------------------------------------------------------------- patterns

_OPS = frozenset((Op.CALL, Op.CON, Op.SEL, Op.APPLY, Op.VAR, Op.LIT, Op.PRIM, Op.LAMBDA))


def patterns(formula: Term, vars: tuple[Term, ...]) -> list[tuple[Term, ...]]:
    """Groups of applications that mention all the variables: single ones, else pairs, else triples. Arithmetic within
    them is matched as it is written, and only where nothing else mentions a variable."""
    return _groups(formula, frozenset(vars), False) or _groups(formula, frozenset(vars), True)


def _groups(formula: Term, wanted: frozenset[Term], arithmetic: bool) -> list[tuple[Term, ...]]:
    calls = [t for t in subterms(formula) if t.op in (Op.CALL, Op.APPLY, Op.PRIM) and free_vars(t) & wanted]
    found = [t for t in calls if _is_pattern(t, wanted, arithmetic) and not _is_arithmetic(t)]
    single = [t for t in found if wanted <= free_vars(t)]
    groups: list[tuple[Term, ...]]
    if single:
        least = [t for t in single if not any(o is not t and o in subterms(t) for o in single)]
        return [(t,) for t in least[:4]]
    for size in (2, 3):
        groups = [g for g in combinations(found[:10], size) if wanted <= frozenset[Term]().union(*(free_vars(t) for t in g))]
        if groups:
            return groups[:3]
    return []


def _is_pattern(term: Term, wanted: frozenset[Term], arithmetic: bool) -> bool:
    for part in subterms(term):
        if not free_vars(part) & wanted:
            continue
        if part.op not in _OPS or part.op is Op.LAMBDA or (_is_arithmetic(part) and not arithmetic):
            return False
    return True


def _is_arithmetic(term: Term) -> bool:
    return term.op is Op.PRIM and term.data.startswith(("int.", "real."))
