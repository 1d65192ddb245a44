"""The reference evaluator: what terms mean. Exact, deterministic, without a limit on recursion or on the size of values.

Steps are counted: one for each call of a fn or kernel and each round of a bounded quantifier, and more where a result
is large. In checked mode (the default) contracts met on the way are checked, and broken ones raise ``Violation``;
proof steps and clauses that cannot be run (unbounded quantifiers) are passed over, the clauses noted in ``skipped``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kwlogic.core.eval_compile import Compiler
from kwlogic.core.eval_data import Budget, EvalStop, NotExecutable, OutOfBudget, Violation, trampoline
from kwlogic.core.eval_explain import explain
from kwlogic.core.eval_fail import results_env
from kwlogic.core.program import Clause, Program
from kwlogic.core.regex import RegexError
from kwlogic.core.terms import Term
from kwlogic.core.value import Value
from kwlogic.core.walk import free_vars
from kwlogic.source.data import Span

__all__ = ["EvalStop", "Evaluator", "NotExecutable", "OutOfBudget", "Violation"]

MAX_STEPS = 10_000_000
_MAX_TERMS = 4_000


class Evaluator:
    """Evaluates terms over one program. What it compiles it keeps, so reuse it.

    ``externals`` are implementations of kernels that have no expression for a body; they are called with the inputs
    and yield the output, or the tuple of the outputs.
    """

    def __init__(
        self,
        program: Program,
        max_steps: int = MAX_STEPS,
        *,
        checked: bool = True,
        check_ensures: bool = False,
        check_termination: bool = False,
        externals: Mapping[str, Callable[..., Value]] | None = None,
    ) -> None:
        self.program = program
        self.max_steps = max_steps
        self._budget = Budget(max_steps)
        self._options = (checked, check_ensures, check_termination, dict(externals or {}))
        self._compiler = Compiler(program, self._budget, *self._options)
        self._terms: dict[Term, tuple[Any, tuple[str, ...]]] = {}

    @property
    def steps(self) -> int:
        """Steps that the last evaluation took."""
        return self.max_steps - self._budget.left

    @property
    def skipped(self) -> frozenset[Clause]:
        """Clauses that were not checked since they cannot be run."""
        return frozenset(self._compiler.skipped)

    def eval(self, term: Term, env: Mapping[str, Value]) -> Value:
        """The value of a term; ``env`` has its free variables by name."""
        if term not in self._terms:
            if len(self._terms) >= _MAX_TERMS:
                self._forget()
            names = tuple(sorted({v.data for v in free_vars(term)}))
            self._terms[term] = (self._compiled(self._compiler.closed(term, names)), names)
        function, names = self._terms[term]
        missing = [n for n in names if n not in env]
        if missing:
            raise ValueError(f"no value for the variable `{missing[0]}`")
        return self._run(function, [env[n] for n in names])

    def _forget(self) -> None:
        """Drop what was compiled: terms come and go, and each holds on to its code."""
        skipped = self._compiler.skipped
        self._compiler = Compiler(self.program, self._budget, *self._options)
        self._compiler.skipped |= skipped
        self._terms = {}

    def call(self, name: str, args: Sequence[Value]) -> Value:
        """The value of a fn or expression kernel. In checked mode its own ``requires`` are checked first."""
        compiler = self._compiler
        if not compiler.known(name):
            raise NotExecutable(None, f"`{name}` has no body that can be run")
        if compiler.checked:
            self._check("requires", name, compiler.pre(name), compiler.requires_of(name), dict(zip(compiler.params(name), args)), args)
        value = self._run(self._compiled(compiler.callee(name)), args)
        if compiler.check_ensures:
            env, clauses = results_env(self.program, name, (*args, value))
            self._check("ensures", name, compiler.post(name), clauses, env, (*args, value))
        return value

    def holds(self, clause: Clause, env: Mapping[str, Value]) -> bool:
        """Whether a clause is true of its variables."""
        return self.eval(clause.pred, env) is True

    def explain(self, term: Term, env: Mapping[str, Value]) -> list[tuple[Span, Value]]:
        """The value of every span-marked part of a term that has one, in source order; see ``core.eval_explain``."""
        return explain(self.eval, term, env)

    def _check(self, kind: str, name: str, steps: Any, clauses: tuple[Clause, ...], env: dict[str, Value], args: Sequence[Value]) -> None:
        found = self._compiler.finish(steps)
        index = None if found is None else self._run(self._compiler.scope[found.py], args)
        if isinstance(index, int):
            clause = clauses[index]
            verb = "requires" if kind == "requires" else "does not ensure"
            raise Violation(kind, clause.span, clause, name, env, f"`{name.rsplit('.', 1)[-1]}` {verb} `{clause.text}`")

    def _compiled(self, steps: Any) -> Any:
        return self._compiler.scope[self._compiler.finish(steps).py]

    def _run(self, function: Any, args: Sequence[Value]) -> Value:
        self._budget.left = self.max_steps
        try:
            value: Value = trampoline(function(*args))
        except (RecursionError, MemoryError, OverflowError):
            raise OutOfBudget("a value is too large to go on with") from None
        except RegexError as error:
            raise NotExecutable(None, f"the regular expression is wrong: {error.message}") from None
        return value
