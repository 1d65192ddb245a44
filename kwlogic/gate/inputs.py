"""Inputs that a kernel admits and outputs that it may yield, as strategies.

Most are drawn constructively under the predicates; a share are seeds (recorded cases, boundary values, the solver's models)
and neighbours of seeds, so that luck is not needed where the predicates leave little.
"""

from __future__ import annotations

from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Kernel, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.core.value import Value
from kwlogic.core.walk import subterms
from kwlogic.gate.draw import MOST_NEAR, Dead, Draw, Drawer, Maker, Near
from kwlogic.gate.problem import Problem, played, predicates, problem_of
from kwlogic.gate.wants import Env

DEPTH = 5
RETRIES = 3


def value_strategy(program: Program, type: Type, clauses: tuple[Clause, ...] = (), name: str = "x") -> st.SearchStrategy[Value]:
    """Values of a type, under clauses about the variable ``name``."""
    problem = problem_of(program, [(name, type)], predicates(clauses))
    return env_strategy(program, problem).map(lambda env: env[name])


def env_strategy(program: Program, problem: Problem, known: Env | None = None, maker: Maker | None = None) -> st.SearchStrategy[Env]:
    """Environments for a problem's variables."""
    maker = maker or Maker(program)
    near = literals(problem.preds)
    for value, type in _typed(known or {}, problem):
        maker.heights.note(value, type, near, MOST_NEAR)

    return _env(maker, problem, known or {}, near)


@st.composite
def _env(draw: Draw, maker: Maker, problem: Problem, known: Env, near: Near) -> Env:
    try:
        return Drawer(maker, draw).env(problem, known, near, DEPTH)
    except Dead:
        reject()


def _typed(known: Env, problem: Problem) -> list[tuple[Value, Type]]:
    types = {v.data: v.type for p in problem.preds for v in subterms(p) if v.op is Op.VAR}
    return [(value, played(types[n])) for n, value in known.items() if n in types]


def literals(terms: tuple[Term, ...]) -> Near:
    """The constants that terms mention: bounds are where mistakes are."""
    found: Near = {}
    for term in subterms(*terms):
        if term.op is Op.LIT and not isinstance(term.data, bool):
            known = found.setdefault(term.type, [])
            if term.data not in known and len(known) < MOST_NEAR:
                known.append(term.data)
    return found


def inputs_problem(program: Program, kernel: Kernel) -> Problem:
    return problem_of(program, [(p.name, p.type) for p in kernel.inputs], predicates(kernel.requires))


def outputs_problem(program: Program, kernel: Kernel) -> Problem:
    return problem_of(program, [(p.name, p.type) for p in kernel.outputs], predicates(kernel.ensures))


class Starved(BaseException):
    """Drawing is given up: nothing was found for too long. Not for Hypothesis to catch."""


class Inputs:
    """Where a kernel's inputs come from. ``patience``: how many drawings may fail before the first succeeds, before they are
    given up by raising Starved; without it, each is a rejected example."""

    def __init__(self, program: Program, kernel: Kernel, *, seeds: bool = True, patience: int | None = None) -> None:
        from kwlogic.gate.seeds import Seeds

        self.program, self.kernel = program, kernel
        self.types = tuple(played(p.type) for p in kernel.inputs)
        self.problem = inputs_problem(program, kernel)
        self.maker = Maker(program)
        self.requires = tuple(erase(c.pred) for c in kernel.requires)
        found = Seeds(program, kernel, self.maker) if seeds else None
        self.near = literals((*self.requires, *(erase(c.pred) for c in kernel.ensures), *(found.terms if found else ())))
        self.seeds: tuple[Env, ...] = found.all() if found else ()
        self.aims = tuple(self._aimed(g) for g in found.aims) if found else ()
        self.patience = patience
        self.misses = self.hits = 0

    def admits(self, env: Env) -> bool:
        """Whether all ``requires`` hold, invariants included; those that cannot be run count as held."""
        from kwlogic.gate.running import admitted

        return admitted(self.maker.evaluator, self.kernel.requires, env)

    def strategy(self) -> st.SearchStrategy[Env]:
        """Inputs that satisfy the ``requires``."""
        return _inputs(self)

    def draw_one(self, draw: Draw) -> Env:
        """Constructively, along one way through the body, from a seed, or next to one; raises Dead."""
        drawer = Drawer(self.maker, draw)
        way = drawer.choose(8) if self.seeds else 0
        if way == 7:
            return self.seeds[drawer.choose(len(self.seeds))]
        if way == 6:
            return self._neighbour(drawer)
        if way in (3, 4, 5) and self.aims:
            try:
                return drawer.env(self.aims[drawer.choose(len(self.aims))], {}, self.near, DEPTH)
            except Dead:
                pass
        return drawer.env(self.problem, {}, self.near, DEPTH)

    def _aimed(self, goal: Term) -> Problem:
        """The inputs that take one way through the body."""
        return problem_of(self.program, [(p.name, p.type) for p in self.kernel.inputs], (*predicates(self.kernel.requires), goal))

    def _neighbour(self, drawer: Drawer) -> Env:
        """A seed with the value of one port drawn anew."""
        seed = self.seeds[drawer.choose(len(self.seeds))]
        at = drawer.choose(len(self.types))
        if not self.types:
            return seed
        value: Any = drawer.value(self.types[at], self.near, DEPTH)
        return {**seed, self.kernel.inputs[at].name: value}


@st.composite
def _inputs(draw: Draw, inputs: Inputs) -> Env:
    for _ in range(RETRIES):
        try:
            env = inputs.draw_one(draw)
        except Dead:
            continue
        if inputs.admits(env):
            inputs.hits += 1
            return env
    if not inputs.seeds:
        inputs.misses += 1
        if inputs.patience is not None and not inputs.hits and inputs.misses > inputs.patience:
            raise Starved
        reject()
    return inputs.seeds[Drawer(inputs.maker, draw).choose(len(inputs.seeds))]
