"""Lints: small questions about a contract whose positive answer is a warning.

Most have a negative answer that a few values show, and evaluating takes a hundredth of the time that a solver would. It
is asked where no such values were found. A positive answer is always the solver's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, islice
from random import Random

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import INT, Type
from kwlogic.core.value import Value
from kwlogic.core.walk import free_vars, subterms
from kwlogic.solve.backend import Meter
from kwlogic.solve.discharge import Session
from kwlogic.solve.falsify import PATIENCE, candidates, pool_of
from kwlogic.solve.problem import Problem, QueryBuilder, prepare
from kwlogic.solve.replay import Env, Replayer
from kwlogic.solve.samples import Samples
from kwlogic.solve.search import Search
from kwlogic.solve.sorts import Unsupported
from kwlogic.vc.data import Lint, Sequent

LINT_LIMIT = 150_000
SMALL, MIXED = 30, 120
NEAR = 8
SETTLED = "lint, not asked: values settle it"


def check_lint(session: Session, lint: Lint) -> tuple[frozenset[str] | None, Meter]:
    """Names of the hypotheses that make the lint's statement true, None where it is not (cheaply) shown; and the cost."""
    meter = Meter(keep=session.keep)
    settled = falsified(session.replayer, lint.sequent)
    if settled and not session.keep:
        return None, meter
    problem: Problem = prepare(session.theory, lint.sequent, lint.before)
    if settled:
        _log(problem, meter)
        return None, meter
    search = Search(session.theory, lint.before, (), LINT_LIMIT, meter, session.wall)
    if search.plain(problem) or problem.closed:
        found = search.direct(problem, 0)
    else:
        found = search.ask(problem, LINT_LIMIT, "lint", 1, False, False)
    return None if found is None else found.hyps, meter


def _log(problem: Problem, meter: Meter) -> None:
    """A log shows what the solver would have been asked, too."""
    with contextlib.suppress(Unsupported):
        query = QueryBuilder(problem).query(0, facts=False)
        meter.texts.append((SETTLED, query.text({"rlimit": LINT_LIMIT, "smt.auto_config": False})))


def falsified(replayer: Replayer, sequent: Sequent) -> bool:
    """Whether some values were found for which the hypotheses are true and the goal is false."""
    terms = (sequent.goal, *(h.term for h in sequent.hyps))
    free = frozenset[Term]().union(*map(free_vars, terms)).difference(sequent.vars)
    vars = (*sequent.vars, *sorted(free, key=lambda v: str(v.data)))
    patience = replayer.exhausted + PATIENCE
    for env in _values(replayer, vars, Nearby(replayer.program, terms)):
        if replayer.holds(sequent.goal, env) is False and all(replayer.holds(h.term, env) is True for h in sequent.hyps):
            return True
        if replayer.exhausted >= patience:
            return False
    return False


def _values(replayer: Replayer, vars: tuple[Term, ...], samples: Samples) -> Iterator[Env]:
    """The simplest combinations of values, then others of the same values."""
    yield from candidates(replayer, samples, vars, SMALL, 0)
    pools = [(str(v.data), pool_of(replayer, samples, v.type)) for v in vars]
    if all(pool for _, pool in pools):
        choice = Random(0).choice
        for _ in range(MIXED):
            yield {name: choice(pool) for name, pool in pools}


class Nearby(Samples):
    """Values that stand in some terms, and those beside them, among the small ones."""

    def __init__(self, program: Program, terms: tuple[Term, ...]) -> None:
        super().__init__(program)
        self.near: dict[Type, list[Value]] = {}
        for term in subterms(*terms):
            if term.op is Op.LIT and not isinstance(term.data, bool):
                self.near.setdefault(term.type, []).extend(_around(term.data))

    def _enumerate(self, type: Type, depth: int) -> Iterator[Value]:
        near = self.near.get(INT if type.is_var else type, [])
        usual = super()._enumerate(type, depth)
        return chain(islice(usual, 1), near[:NEAR], usual)


def _around(value: Value) -> tuple[Value, ...]:
    match value:
        case int() | Fraction():
            return value, value + 1, value - 1
        case str():
            return value, value + "a"
        case _:
            return ()
