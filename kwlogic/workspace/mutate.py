"""The service behind `kwlogic mutate`: which small changes of a body does its contract not notice?

Each mutant is checked as the declaration itself would be. *Noticed*: some obligation is refuted. *Unnoticed*: all are
proved, and an input is at hand on which the mutant behaves differently: a weak spot of the ``ensures``. *Equivalent*:
it behaves the same on all inputs. *Undecided*: neither the one nor the other was found out within the budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from kwlogic.core.logic import erase
from kwlogic.core.program import ExprBody, Fn, Kernel, Program
from kwlogic.core.show import show_term
from kwlogic.core.terms import Term, mk_eq, mk_var
from kwlogic.core.types import INT, Type, subst_type
from kwlogic.core.value import Value, equal
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Severity, Source, Span
from kwlogic.vc.data import Goal, Hyp, Obligation, Proved, Refuted, Sequent
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.findings import one_line, short
from kwlogic.workspace.load import Loaded, load
from kwlogic.workspace.mutants import Mutant, mutants
from kwlogic.workspace.select import select

BUDGET = 600_000
LIMIT = 200
STEPS = 50_000
SMALL, RANDOM = 250, 150

Shown = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant with what came of it. ``status``: noticed, unnoticed, equivalent or undecided; ``by``: the clause that
    notices it; the values are name, notation and JSON text, on an input where the mutant differs."""

    kind: str
    before: str
    after: str
    span: Span
    status: str
    by: str = ""
    inputs: Shown = ()
    outputs: Shown = ()
    changed: Shown = ()


@dataclass(frozen=True, slots=True)
class Mutation:
    """``left_out``: mutants beyond the limit. ``failed``: the request could not be answered, the diagnostics say why."""

    name: str = ""
    tried: tuple[Tried, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    left_out: int = 0
    failed: bool = False

    def count(self, status: str) -> int:
        return sum(t.status == status for t in self.tried)

    @property
    def exit_code(self) -> int:
        if self.failed:
            return 2
        if self.count("unnoticed"):
            return 1
        return 3 if self.count("undecided") else 0 if self.tried else 4


def mutate(name: str, paths: tuple[str, ...], cwd: Path, budget: int = BUDGET, limit: int = LIMIT) -> Mutation:
    """Change the body of a kernel or fn in small ways. Raises Diagnosed where the configuration is wrong."""
    file, colons, wanted = name.partition("::")
    where = (file,) if colons else paths
    project = project_of(where, cwd)
    selections, missing = select(where, project, cwd)
    sources = {project.source.path: project.source} if project.source else {}
    if missing:
        return Mutation(diagnostics=missing, sources=sources, failed=True)
    loaded = load(selections, project, cwd)
    program, problems = elaborate_all(loaded, cwd)
    found = _find(program, loaded, wanted if colons else name)
    if isinstance(found, Diagnostic):
        errors = tuple(d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR)
        return Mutation(name, diagnostics=(*errors, found), sources=loaded.sources, failed=True)
    return _Trial(program, found, budget, loaded.sources).run(limit)


def _find(program: Program, loaded: Loaded, name: str) -> Kernel | Fn | Diagnostic:
    mine = [n for n in (*program.kernels, *program.fns) if n.rpartition(".")[0] in loaded.wanted]
    found = [n for n in mine if n == name] or [n for n in mine if short(n) == name]
    if len(found) > 1:
        listed = ", ".join(f"`{n}`" for n in found)
        return diagnostic("KW726", f"`{name}` is the name of {len(found)} declarations: {listed}", help="give the module too")
    if not found:
        import difflib

        near = difflib.get_close_matches(short(name), [short(n) for n in mine], 1)
        return diagnostic("KW726", f"there is no kernel `{name}`", help=f"did you mean `{near[0]}`?" if near else None)
    decl = program.kernels.get(found[0]) or program.fns[found[0]]
    if isinstance(decl, Kernel) and not isinstance(decl.body, ExprBody):
        help = "only what has an expression for a body can be changed"
        return diagnostic("KW731", f"`{short(decl.name)}` has no expression for a body", decl.name_span, help=help)
    if not decl.ensures:
        help = "write an `ensures`: without one, every change goes unnoticed"
        return diagnostic("KW731", f"`{short(decl.name)}` promises nothing that a change could break", decl.name_span, help=help)
    return decl


def body_of(decl: Kernel | Fn) -> Term:
    if isinstance(decl, Fn):
        return decl.body
    assert isinstance(decl.body, ExprBody)
    return decl.body.term


def with_body(program: Program, decl: Kernel | Fn, body: Term) -> Program:
    """The program with another body of one declaration."""
    if isinstance(decl, Fn):
        return replace(program, fns={**program.fns, decl.name: replace(decl, body=body)})
    return replace(program, kernels={**program.kernels, decl.name: replace(decl, body=ExprBody(body))})


class _Trial:
    """All mutants of one declaration, one after the other."""

    def __init__(self, program: Program, decl: Kernel | Fn, budget: int, sources: dict[str, Source]) -> None:
        from kwlogic.core.eval import Evaluator
        from kwlogic.solve.played import concrete
        from kwlogic.vc.theory import Theory

        self.program, self.decl, self.budget, self.sources = program, decl, budget, sources
        self.theory = Theory(program)
        params = decl.inputs if isinstance(decl, Kernel) else decl.params
        vars = tuple(mk_var(p.name, p.type) for p in params)
        self.hyps = tuple(Hyp(f"requires:{i}", erase(c.pred)) for i, c in enumerate(decl.requires))
        self.vars = concrete(Sequent(vars, self.hyps, mk_eq(body_of(decl), body_of(decl)))).vars
        self.evaluator = Evaluator(program, max_steps=STEPS)
        self._inputs: list[tuple[dict[str, Value], Value]] | None = None

    def run(self, limit: int) -> Mutation:
        name = self.decl.name
        obligations = self._obligations(self.program)
        refuted = [o for o in obligations if isinstance(self._verdict(self.theory, o), Refuted)]
        if refuted:
            message = f"the body of `{short(name)}` itself breaks `{one_line(refuted[0].text)}`, so there is no use in changing it"
            wrong = diagnostic("KW731", message, refuted[0].span, help="`kwlogic check` shows an input for which it does")
            return Mutation(name, diagnostics=(wrong,), sources=self.sources, failed=True)
        made = list(mutants(body_of(self.decl)))
        tried = tuple(self._try(m) for m in made[:limit])
        return Mutation(name, tried, tuple(map(self._weak_spot, islice(_unnoticed(tried), 50))), self.sources, len(made) - len(tried))

    # ------------------------------------------------------------ one mutant

    def _try(self, mutant: Mutant) -> Tried:
        from kwlogic.vc.theory import Theory

        program = with_body(self.program, self.decl, mutant.body)
        theory = Theory(program)
        open_ones = 0
        for obligation in self._obligations(program):
            verdict = self._verdict(theory, obligation)
            if isinstance(verdict, Refuted):
                label = f"{obligation.label}: " if obligation.label else ""
                return self._tried(mutant, "noticed", label + one_line(obligation.text))
            open_ones += not isinstance(verdict, Proved)
        if open_ones:
            return self._tried(mutant, "undecided")
        return self._compare(mutant, program)

    def _verdict(self, theory: object, obligation: Obligation) -> object:
        from kwlogic.solve.discharge import Session, discharge
        from kwlogic.solve.replay import Replayer
        from kwlogic.vc.theory import Theory

        assert isinstance(theory, Theory)
        return discharge(Session(theory, Replayer(theory.program, STEPS), self.budget, 10.0), obligation)[0].verdict

    def _obligations(self, program: Program) -> list[Obligation]:
        """What notices a change: everything but whether the requires can be satisfied. Clauses first."""
        from kwlogic.vc.plan import plan

        found = [o for o in plan(program, [self.decl.name])[0].obligations if o.ask is Goal.VALID]
        return sorted(found, key=lambda o: (o.clause is None, o.span.start))

    def _tried(self, mutant: Mutant, status: str, by: str = "", values: tuple[Shown, Shown, Shown] = ((), (), ())) -> Tried:
        before, after = (one_line(show_term(t, self.program, 200), 60) for t in (mutant.before, mutant.after))
        return Tried(mutant.kind, before, after, mutant.span or self.decl.name_span, status, by, *values)

    # ------------------------------------------------------------ does it behave differently?

    def _compare(self, mutant: Mutant, program: Program) -> Tried:
        from kwlogic.core.eval import Evaluator

        evaluator = Evaluator(program, max_steps=STEPS)
        for env, value in self._known_inputs():
            other = self._value(evaluator, env)
            if other is not None and not equal(value, other):
                return self._tried(mutant, "unnoticed", values=self._shown(env, value, other))
        status, found = self._decide(mutant)
        if found is not None:
            was, now = self._value(self.evaluator, found), self._value(evaluator, found)
            if was is not None and now is not None and not equal(was, now):
                return self._tried(mutant, "unnoticed", values=self._shown(found, was, now))
        return self._tried(mutant, status)

    def _decide(self, mutant: Mutant) -> tuple[str, dict[str, Value] | None]:
        """Ask the solver whether both bodies are equal: where they are not, it may know an input."""
        from kwlogic.solve.backend import Meter
        from kwlogic.solve.decode import decode_vars
        from kwlogic.solve.played import concrete
        from kwlogic.solve.search import Search

        if isinstance(self.decl, Fn) and self.decl.group:
            return "undecided", None  # a recursion that is changed is another function
        goal = mk_eq(erase(body_of(self.decl)), erase(mutant.body))
        sequent = concrete(Sequent(self.vars, self.hyps, goal))
        search = Search(self.theory, self.decl.name, (), self.budget, Meter(), 10.0, self.theory.reach(goal))
        if search.quick(sequent, 1) is not None:
            return "equivalent", None
        model = search.last.model if search.last is not None else None
        return "undecided", decode_vars(self.program, model, sequent.vars) if model is not None else None

    def _known_inputs(self) -> list[tuple[dict[str, Value], Value]]:
        if self._inputs is None:
            self._inputs = list(self._make_inputs())
        return self._inputs

    def _make_inputs(self) -> Iterator[tuple[dict[str, Value], Value]]:
        from kwlogic.solve.falsify import PATIENCE, candidates, seed_of
        from kwlogic.solve.replay import Replayer
        from kwlogic.solve.samples import Samples

        replayer = Replayer(self.program, STEPS)
        samples = Samples(self.program, seed_of(self.decl.name))
        for env in candidates(replayer, samples, self.vars, SMALL, RANDOM):
            if replayer.exhausted >= PATIENCE:
                return
            value = self._value(self.evaluator, env) if replayer.satisfies(self.decl.requires, env) else None
            if value is not None:
                yield env, value

    def _value(self, evaluator: object, env: dict[str, Value]) -> Value | None:
        """What the declaration yields; None where it does not (its inputs are outside of the requires, or it runs on)."""
        from kwlogic.core.eval import Evaluator
        from kwlogic.core.eval_data import EvalStop

        assert isinstance(evaluator, Evaluator)
        try:
            return evaluator.call(self.decl.name, [env[str(v.data)] for v in self.vars])
        except (EvalStop, RecursionError, MemoryError):
            return None

    def _shown(self, env: dict[str, Value], value: Value, other: Value) -> tuple[Shown, Shown, Shown]:
        from kwlogic.core.eval_fail import results_env
        from kwlogic.solve.present import present

        played: dict[str, Type] = dict.fromkeys(self.decl.tparams, INT)
        if isinstance(self.decl, Kernel):
            names = {p.name: p.type for p in self.decl.outputs}
        else:
            names = {"result": self.decl.result}
        vars = tuple(mk_var(n, subst_type(t, played)) for n, t in names.items())
        args = [env[str(v.data)] for v in self.vars]
        both = (results_env(self.program, self.decl.name, (*args, v))[0] for v in (value, other))
        before, after = (present(self.program, vars, found) for found in both)
        return present(self.program, self.vars, env), before, after

    # ------------------------------------------------------------ words

    def _weak_spot(self, tried: Tried) -> Diagnostic:
        message = f"the contract of `{short(self.decl.name)}` does not notice {tried.kind}: `{tried.before}` becomes `{tried.after}`"
        inputs = ", ".join(f"{n} = {v}" for n, v, _ in tried.inputs) or "no input"
        was, now = (", ".join(f"{n} = {v}" for n, v, _ in values) for values in (tried.outputs, tried.changed))
        help = "if this output is wrong, say so in an `ensures`"
        return diagnostic(
            "KW535", message, tried.span, "", notes=(f"on {inputs}: {was} becomes {now}, and every clause still holds",), help=help
        )


def _unnoticed(tried: tuple[Tried, ...]) -> Iterator[Tried]:
    return (t for t in tried if t.status == "unnoticed")
