"""Proofs by way of lemmas, all of them on one agenda: what a stuck induction asks for, and what values suggest.

Each conjecture is tried once with next to nothing for each question, since what goes through at all mostly does with that.
Where an induction is stuck, its finished cases are kept, and what would close the open one is put on the agenda; once such
a lemma is proved, those who asked for it go on where they were. The smallest conjecture nearest to the goal comes first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from heapq import heappop, heappush
from itertools import groupby, islice

from kwlogic.core.terms import TRUE, Op, Term, mk_and, mk_implies
from kwlogic.core.walk import free_vars, subterms
from kwlogic.solve.conjectures import accumulators, blocking, canonical, conjectures, occurrences, size
from kwlogic.solve.explore import Explorer
from kwlogic.solve.falsify import seed_of
from kwlogic.solve.lemmas import Pool, closed_sequent
from kwlogic.solve.problem import Problem
from kwlogic.solve.search import UNCAPPED, Outline, Search, Success
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Sequent
from kwlogic.vc.induct import Case, Scheme, structural
from kwlogic.vc.rewrite import Rewriter, match, rules_of
from kwlogic.vc.theory import called

SHARES = (0.15, 0.3), (0.05, 0.1)
"""Of what is left of the budget, at first and when asked again: for theorems, and for clauses."""
CAP = 4_000
"""For each question."""
LEAST = 20_000
SCHEMES = 4
ASKING = 3
"""Inductions whose open cases ask for lemmas."""
SPLITS = 2
DEEPEST = 4
STEP = 3
"""Symbols that a conjecture may have more for each step that it is nearer to the goal."""
UNTIDY = 4
SAME = 12
"""Symbols that a conjecture may have more than an instance of it."""
SPECIAL = 2
"""Symbols that a conjecture may have more than one with a call at a certain value."""
MOST_TRIES = 200
EXPLORE_AFTER = 10
WOKEN = 4
RETRIES = 2
SMALL = 11
NOW_AND_THEN = 3


@dataclass(slots=True)
class Branch:
    """A case of an induction; ``inner``: its own cases, where it is split further."""

    case: Case
    found: Success | None = None
    inner: Attempt | None = None


@dataclass(slots=True)
class Attempt:
    """An induction under way: the branches before ``at`` are proved."""

    scheme: Scheme
    branches: list[Branch]
    at: int = 0


def begun(scheme: Scheme) -> Attempt:
    return Attempt(scheme, [Branch(case) for case in scheme.cases])


@dataclass(slots=True, eq=False)
class Node:
    """A conjecture, or the goal; ``parents`` asked for it (none for what values suggested). ``tried``: how often;
    ``facts``: how many there were then; ``asked``: how far its inductions were when it last asked for lemmas."""

    sequent: Sequent
    formula: Term
    depth: int
    search: Search
    parents: list[Node] = field(default_factory=list)
    attempts: list[Attempt] | None = None
    done: bool = False
    tried: int = 0
    facts: int = -1
    asked: tuple[int, ...] | None = None

    def progress(self) -> tuple[int, ...]:
        return tuple(a.at for a in self.attempts or ())


class Agenda:
    """The search for one goal, which a theorem is or is not."""

    def __init__(self, pool: Pool, sequent: Sequent, theorem: bool) -> None:
        self.pool = pool
        self.shares = list(SHARES[0] if theorem else SHARES[1])
        search = pool.search
        self.theory = search.theory
        problem = search.prepared(sequent)
        self.root = Node(sequent, claimed(search, problem), 0, search)
        self.nodes = {self.root.formula: self.root}
        self.queue: list[tuple[int, int, Node]] = []
        self.tries = 0
        self.most = 0
        self.limit = 0
        self.thorough = 0
        """How many facts there were when the goal was last tried with all efforts."""
        self.suggested: Iterator[Term] = self._suggestions(problem)

    def prove(self) -> Success | None:
        """A proof of the goal, with the lemmas that were found for it, for a share of what is left of the budget; asked again, it
        goes on where the last share was spent."""
        search = self.pool.search
        share = self.shares.pop(0) if self.shares else 0.0
        self.most = self.tries + MOST_TRIES
        self.limit = search.meter.spent + int(share * max(0, search.budget - search.meter.spent))
        if self.limit - search.meter.spent < LEAST:
            return None
        search.cap = CAP
        try:
            found = self._try(self.root, (0, 1)) or self._work()
        finally:
            search.cap = UNCAPPED
        return None if found is None else self.pool.with_lemmas(found)

    def _spent(self) -> bool:
        return self.pool.search.meter.spent >= self.limit or self.pool.full or self.tries >= self.most

    def _work(self) -> Success | None:
        self._expand(self.root)
        while not self._spent():
            node = self._next()
            if node is None:
                break
            found = self._settle(node)
            if found is not None:
                return found
        if not self.pool.facts:
            return None
        self.pool.search.cap = UNCAPPED
        return self._try(self.root, (0, 1))

    def _next(self) -> Node | None:
        """The best of the agenda and what values suggest, in turn once there is no quick end in sight."""
        if not self.queue or (self.tries >= EXPLORE_AFTER and self.tries % 2 == 0):
            formula = next(self.suggested, None)
            if formula is not None:
                return self._node(formula, DEEPEST)
        return heappop(self.queue)[2] if self.queue else None

    def _suggestions(self, problem: Problem) -> Iterator[Term]:
        """Of each size the most general first; what follows by rewriting with the facts at hand is not worth a question."""
        explorer = Explorer(self.theory, problem.formulas, seed_of(repr(sorted(self.pool.search.roots))))
        for _, found in groupby(explorer.conjectures(), lambda _: explorer.size):
            self._charge(explorer)
            for formula in sorted({canonical(c.formula): None for c in found}, key=lambda f: -len(free_vars(f))):
                if formula not in self.nodes and not self._follows(formula) and not self._is_false(formula):
                    yield formula

    def _charge(self, explorer: Explorer) -> None:
        self.pool.search.meter.spent += explorer.work
        explorer.work = 0

    def _follows(self, formula: Term) -> bool:
        rules = [r for f in self.pool.facts for r in rules_of(f.name, f.vars, f.formula)]
        return bool(rules) and Rewriter(self.theory, rules, ()).run(formula) is TRUE

    # ------------------------------------------------------------ one conjecture

    def _settle(self, node: Node) -> Success | None:
        """Try a conjecture; where it is proved, go on with those who asked for it. A proof of the goal, if that ends it."""
        if self._follows(node.formula):
            node.done = True
            return self._wake(node)
        self.tries += 1
        found = self._try(node, (0, 1) if node.parents or size(node.formula) <= SMALL else (0,))
        if found is None:
            self._expand(node)
            return None
        self._add(node, found)
        return self._wake(node)

    def _add(self, node: Node, found: Success) -> None:
        """What follows from the facts at hand adds nothing to them."""
        node.done = True
        if found.method not in ("simplification", "direct"):
            self.pool.add(node.formula, found)

    def _wake(self, proved: Node) -> Success | None:
        waiting = self._asking(proved)
        while waiting and not self._spent():
            node, efforts = waiting.pop(0)
            if node.done or node.facts == len(self.pool.facts):
                continue
            found = self._try(node, efforts)
            if found is None:
                self._expand(node)
            elif node is self.root:
                return found
            else:
                self._add(node, found)
                waiting.extend(self._asking(node))
        return None

    def _asking(self, proved: Node) -> list[tuple[Node, tuple[int, ...]]]:
        """Who asked for a lemma, and how hard they are to be tried again; of one that values suggested, those who may have
        use for it."""
        if proved.parents:
            return [*((n, (0, 1)) for n in proved.parents), self._goal()]
        about = called(proved.formula)
        others = [n for n in self.nodes.values() if 0 < n.tried <= RETRIES and not n.done and n is not self.root]
        others = [n for n in others if about <= self.theory.reach(n.formula)]
        others.sort(key=lambda n: (n.tried, size(n.formula)))
        return [self._goal(), *((n, (0,)) for n in others[:WOKEN])]

    def _goal(self) -> tuple[Node, tuple[int, ...]]:
        return self.root, (0, 1) if len(self.pool.facts) >= self.thorough + NOW_AND_THEN else (0,)

    def _try(self, node: Node, efforts: tuple[int, ...]) -> Success | None:
        """Directly or by an induction, each of which goes on where it was stuck."""
        search = node.search
        search.extra = tuple(self.pool.facts)
        search.forget()
        if node is not self.root:
            search.budget = max(0, self.limit - self.pool.search.meter.spent)
        node.tried, node.facts = node.tried + 1, len(self.pool.facts)
        if node is self.root and len(efforts) > 1:
            self.thorough = node.facts
        try:
            problem = search.prepared(node.sequent)
            found = search.direct(problem, efforts[-1] if node is self.root else 0)
            if found is None and node.attempts is None:
                node.attempts = [begun(s) for s in islice(search.schemes(search.opened(problem)), SCHEMES)]
            for effort in efforts if found is None else ():
                for attempt in node.attempts or ():
                    found = found or self._continue(search, attempt, effort, SPLITS)
            return found
        finally:
            if node is not self.root:
                self.pool.charge(search)

    def _continue(self, search: Search, attempt: Attempt, effort: int, splits: int) -> Success | None:
        while attempt.at < len(attempt.branches):
            branch = attempt.branches[attempt.at]
            branch.found = self._branch(search, branch, effort, splits)
            if branch.found is None:
                return None
            attempt.at += 1
        scheme, parts = attempt.scheme, [b.found for b in attempt.branches if b.found is not None]
        uses = scheme.uses.union(*(p.uses for p in parts))
        hyps = frozenset[str]().union(*(p.hyps for p in parts))
        return Success(uses, hyps, scheme.title, Outline(scheme.rule, scheme.subjects, tuple(p.outline for p in parts)))

    def _branch(self, search: Search, branch: Branch, effort: int, splits: int) -> Success | None:
        problem = search.prepared(branch.case.sequent)
        found = search.direct(problem, effort)
        if found is not None or effort == 0 or splits == 0:
            return found
        if branch.inner is None:
            asked = blocking(search.theory, problem.sequent.goal)
            scheme = None if asked is None else structural(search.theory, problem.sequent, asked)
            if scheme is None:
                return None
            branch.inner = begun(scheme)
        for level in range(effort + 1):
            found = found or self._continue(search, branch.inner, level, splits - 1)
        return found

    # ------------------------------------------------------------ what it asks for

    def _expand(self, node: Node) -> None:
        """Put what would help on the agenda, where its inductions got further than before."""
        if node.depth >= DEEPEST or node.asked == node.progress():
            return
        node.asked = node.progress()
        wanted: dict[Term, None] = {}
        for formula in self._wanted(node):
            if any(t.op is Op.SEL and t.args[0].op is not Op.VAR for t in subterms(formula)):
                continue  # a component of what may not have it
            asked = self.nodes.get(formula)
            if asked is None:
                asked = self._node(formula, node.depth + 1)
                again = SAME * any(_is_instance(formula, general) for general in wanted)
                heappush(self.queue, (_weight(formula) + STEP * asked.depth + again, len(self.nodes), asked))
            wanted[formula] = None
            if not asked.done and asked is not node:
                asked.parents.append(node)

    def _wanted(self, node: Node) -> Iterator[Term]:
        problem = node.search.prepared(node.sequent)
        yield from accumulators(self.theory, problem.sequent.goal, self._is_false)
        yield from self._conjectured(problem)
        for attempt in (node.attempts or ())[:ASKING]:
            place = attempt
            while (inner := place.branches[place.at].inner) is not None:
                place = inner
            yield from self._conjectured(node.search.prepared(place.branches[place.at].case.sequent))

    def _conjectured(self, problem: Problem) -> list[Term]:
        hyps = tuple(h.term for h in problem.sequent.hyps if h.name != "induction")
        inductive = tuple(h.term for h in problem.sequent.hyps if h.name == "induction")
        return conjectures(self.theory, problem.sequent.goal, hyps, inductive, self._is_false)

    def _is_false(self, formula: Term) -> bool:
        """Testing costs, too: once all is spent, nothing more is conjectured."""
        return self._spent() or self.pool.is_false(formula)

    def _node(self, formula: Term, depth: int) -> Node:
        node = Node(closed_sequent(formula), formula, depth, self.pool.inner(formula, self.limit - self.pool.search.meter.spent))
        self.nodes[formula] = node
        return node


def _weight(formula: Term) -> int:
    """Its size, with conditions inside and calls with constants counting more."""
    counts = occurrences((formula,))
    special = sum(n for t, n in counts.items() if t.op is Op.CALL and any(a.op is Op.CON and not a.args for a in t.args))
    return size(formula) + SPECIAL * special + UNTIDY * sum(t.op in (Op.IF, Op.SEL) for t in counts)


def _is_instance(formula: Term, general: Term) -> bool:
    """Of a conjecture that values were held against, which they cannot be where it speaks of any function."""
    vars = free_vars(general)
    tested = not any(v.type.head == "Fun" for v in vars)
    return tested and size(general) < size(formula) and match(general, formula, vars) is not None


def claimed(search: Search, problem: Problem) -> Term:
    """What a problem says, in the form in which conjectures come."""
    conds = mk_and(h.term for h in problem.sequent.hyps)
    return canonical(search.theory.simplify(mk_implies(conds, problem.sequent.goal)))
