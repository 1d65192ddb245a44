"""Inputs that luck would miss: recorded cases, one input for each boundary, the solver's models where enumeration fails.

Deterministic: small values in a fixed order, the solver under its own budget.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from kwlogic.core.eval_data import EvalStop
from kwlogic.core.logic import erase
from kwlogic.core.program import Kernel, Program
from kwlogic.core.terms import TRUE, Term, mk_and, mk_not, mk_var
from kwlogic.core.types import INT
from kwlogic.core.value import Value
from kwlogic.core.walk import subst_types
from kwlogic.gate.atoms import goals_of
from kwlogic.gate.draw import Maker
from kwlogic.gate.problem import played
from kwlogic.vc.theory import Theory

MOST = 64
SMALL, RANDOM = 500, 200
QUERIES = 14
RLIMIT = 150_000
WALL = 2.0
FEW = 6
SHALLOW, DEEP = 3, 7  # rounds of unfolding, which bound the lengths of lists in models
HOPELESS = 40  # evaluations cut off, before enumeration gives up

Env = dict[str, Value]


def recorded(program: Program, kernel: Kernel) -> Iterator[Env]:
    """The inputs of the ``example``s of a kernel."""
    from kwlogic.core.eval import Evaluator

    evaluator = Evaluator(program, max_steps=100_000)
    for example in program.examples.values():
        if example.kernel == kernel.name:
            try:
                yield {name: evaluator.eval(term, {}) for name, term in example.inputs}
            except (EvalStop, RecursionError, MemoryError):
                continue


class Seeds:
    """The seeds of one kernel. ``terms``: its contract and body, calls opened, for the constants that they mention."""

    def __init__(self, program: Program, kernel: Kernel, maker: Maker) -> None:
        self.program, self.kernel, self.maker = program, kernel, maker
        self.theory = Theory(program)
        self.vars = tuple(mk_var(p.name, played(p.type)) for p in kernel.inputs)
        types = dict.fromkeys(kernel.tparams, INT)
        self.requires = tuple(subst_types(erase(c.pred), types) for c in kernel.requires)
        self.goals = goals_of(kernel, self.theory)
        self.open = list(dict.fromkeys((*self.goals.broken, *self.goals.paths, *self.goals.edges))) if kernel.inputs else []

    @property
    def terms(self) -> tuple[Term, ...]:
        return self.goals.terms

    @property
    def aims(self) -> tuple[Term, ...]:
        """Ways through the body: what drawing may aim at."""
        return self.goals.paths if self.kernel.inputs else ()

    def all(self, queries: int = QUERIES) -> tuple[Env, ...]:
        """Inputs that satisfy the ``requires``: recorded ones first, then some for each boundary."""
        from kwlogic.gate.running import admitted

        found = [e for e in recorded(self.program, self.kernel) if admitted(self.maker.evaluator, self.kernel.requires, e)]
        found += self.enumerated()
        found += self.solved(queries)
        unique: dict[tuple[Value, ...], Env] = {}
        for env in found:
            unique.setdefault(tuple(env[p.name] for p in self.kernel.inputs), env)
        return tuple(islice(unique.values(), MOST))

    def enumerated(self) -> list[Env]:
        """Small inputs, each the first one at some boundary; a few more whatever they are."""
        from kwlogic.gate.running import admitted
        from kwlogic.solve.falsify import candidates
        from kwlogic.solve.replay import Replayer
        from kwlogic.solve.samples import Samples

        replayer = Replayer(self.program, 2_000)
        found: list[Env] = []
        extra: list[Env] = []
        for env in candidates(replayer, Samples(self.program, 1), self.vars, SMALL, RANDOM):
            if (not self.open and len(extra) >= FEW) or self.maker.evaluator.cut > HOPELESS:
                break
            if not admitted(self.maker.evaluator, self.kernel.requires, env):
                continue
            met = {g for g in self.open if self.maker.reader.value(g, env) is True}
            if met:
                self.open = [g for g in self.open if g not in met]
                found.append(env)
            elif len(extra) < FEW:
                extra.append(env)
        return found + extra

    def solved(self, queries: int) -> list[Env]:
        """Models of the ``requires`` at the boundaries that enumeration did not reach, and some without one."""
        found: list[Env] = []
        goals: list[Term] = [*self.open[: max(0, queries - 2)], TRUE, TRUE]
        for goal in goals if self.vars else ():
            depths = (SHALLOW, DEEP) if goal in self.goals.broken else (SHALLOW,)
            env = self.model((*self.requires, goal, *self._others(found if goal is TRUE else [])), depths)
            if env is not None:
                found.append(env)
        return found

    def _others(self, found: Iterable[Env]) -> Iterator[Term]:
        """What tells from scalars found before."""
        from kwlogic.core.terms import mk_eq
        from kwlogic.gate.terms import literal

        for env in found:
            same = [mk_eq(v, lit) for v in self.vars if (lit := literal(env[str(v.data)])) is not None]
            if same:
                yield mk_not(mk_and(same))

    def model(self, formulas: tuple[Term, ...], depths: tuple[int, ...]) -> Env | None:
        """Values under which the formulas hold, evaluated; at least the requires."""
        best = None
        for depth in depths:
            env = solve_for(self.theory, self.maker, self.kernel.name, self.vars, formulas, self.requires, depth)
            if env is not None and self.maker.holds(formulas, env):
                return env
            best = best or env
        return best


def solve_for(
    theory: Theory, maker: Maker, before: str, vars: tuple[Term, ...], formulas: tuple[Term, ...], check: tuple[Term, ...], depth: int
) -> Env | None:
    """The solver's model of formulas, where it reads as values for which ``check`` evaluates to true."""
    from kwlogic.solve.backend import Meter
    from kwlogic.solve.backend import check as ask
    from kwlogic.solve.decode import decode_vars
    from kwlogic.solve.problem import QueryBuilder, prepare
    from kwlogic.solve.sorts import Unsupported
    from kwlogic.vc.data import Hyp, Sequent

    hyps = tuple(Hyp(f"requires:{i}", f) for i, f in enumerate(formulas) if f is not TRUE)
    try:
        builder = QueryBuilder(prepare(theory, Sequent(vars, hyps, TRUE), before))
        query = builder.query(depth if builder.symbols else 0, facts=False, negate=False)
    except Unsupported:
        return None
    answer = ask(query, RLIMIT, Meter(), WALL)
    env = decode_vars(theory.program, answer.model, vars) if answer.model is not None else None
    return env if env is not None and maker.holds(check, env) else None
