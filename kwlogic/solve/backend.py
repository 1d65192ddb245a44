"""The Z3 back end: SMT-LIB text in, an answer out. A fresh context for each query.

``rlimit`` makes answers deterministic. The wall-clock limit given here is a first safety net (Z3 does not always
honour it; the worker's supervisor is the second): an answer it cut off is marked ``volatile``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kwlogic.source.records import dataclass

if TYPE_CHECKING:
    import z3

    from kwlogic.solve.shake import Shake

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of the C library's mallopt


@dataclass(slots=True)
class Answer:
    """``status``: unsat, sat or unknown; ``core`` holds names of assertions (unsat only); ``model`` a Z3 model or None."""

    status: str
    rlimit: int = 0
    core: frozenset[str] = frozenset()
    model: Any = None
    reason: str = ""
    volatile: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Query:
    """Declarations and named assertions, in order."""

    declarations: tuple[str, ...]
    assertions: tuple[tuple[str, str], ...]

    def script(self) -> str:
        """What the solver reads: assertions without names, one a line."""
        return "\n".join((*self.declarations, *(f"(assert {formula})" for _, formula in self.assertions)))

    def text(self, options: Mapping[str, object]) -> str:
        """A self-contained file that asks Z3 the same with the same limits."""
        head = [f"(set-option :{key} {str(value).lower()})" for key, value in options.items()]
        named = (f"(assert (! {formula} :named |{name}|))" for name, formula in self.assertions)
        head += ["(set-option :produce-unsat-cores true)", "(set-logic ALL)"]
        return "\n".join((*head, *self.declarations, *named, "(check-sat)", ""))


@dataclass(slots=True)
class Meter:
    """What a proof search has spent, and the texts it sent when a log is kept. ``shake``: the guise of its questions."""

    spent: int = 0
    solver_seconds: float = 0.0
    volatile: bool = False
    keep: bool = False
    texts: list[tuple[str, str]] = field(default_factory=list)
    shake: Shake | None = None


def preload() -> None:
    """Load the solver before workers are forked, so that they share it."""
    import z3  # noqa: F401

    keep_memory()


def keep_memory() -> None:
    """Let the allocator keep what a context gave back. It would else return 16 MiB to the system after each query and
    have them cleared page by page for the next, which takes longer than most queries."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, 256 * 2**20)
        mallopt(M_MMAP_THRESHOLD, 32 * 2**20)


def check(query: Query, rlimit: int, meter: Meter, wall: float = 20.0, title: str = "", models: bool = False) -> Answer:
    """Decide the satisfiability of the conjunction of the assertions. ``models``: instantiate quantifiers by models as
    well, which pays where there is no function for a pattern to match."""
    import z3

    from kwlogic.solve.canonical import canonical

    names: dict[str, str] = {}
    if meter.shake is not None:
        query, names = meter.shake.query(query)
    query = canonical(query)
    if meter.keep:
        options = {"rlimit": rlimit, "smt.mbqi": models, "smt.auto_config": False}
        meter.texts.append((title, query.text(options)))
    started = perf_counter()
    try:
        solver = z3.SimpleSolver(ctx=z3.Context())
        numbers = {"rlimit": rlimit, "timeout": int(wall * 1000)}
        if meter.shake is not None:
            numbers["random_seed"] = meter.shake.seed
        _set(z3, solver, numbers, {"mbqi": models, "auto_config": False})
        _track(z3, solver, z3.parse_smt2_string(query.script(), ctx=solver.ctx), [name for name, _ in query.assertions])
        answer = _answer(z3, solver, str(solver.check()), rlimit)
    except z3.Z3Exception as error:
        reason = _message(error)
        answer = Answer("unknown", reason=reason, volatile="memory" in reason)
    if meter.shake is not None:
        answer.model = meter.shake.model(answer.model, names)
    answer.seconds = perf_counter() - started
    meter.spent += answer.rlimit
    meter.solver_seconds += answer.seconds
    meter.volatile |= answer.volatile
    return answer


def _set(z3: Any, solver: z3.Solver, numbers: dict[str, int], flags: dict[str, bool]) -> None:
    """Options by plain calls, too: the wrapper looks each of them up."""
    ctx = solver.ctx.ref()
    params = z3.Z3_mk_params(ctx)
    z3.Z3_params_inc_ref(ctx, params)
    for name, number in numbers.items():
        z3.Z3_params_set_uint(ctx, params, z3.Z3_mk_string_symbol(ctx, name), number)
    for name, flag in flags.items():
        z3.Z3_params_set_bool(ctx, params, z3.Z3_mk_string_symbol(ctx, name), flag)
    z3.Z3_solver_set_params(ctx, solver.solver, params)
    z3.Z3_params_dec_ref(ctx, params)


def _track(z3: Any, solver: z3.Solver, formulas: z3.AstVector, names: list[str]) -> None:
    """Assert each formula under its name. The plain calls take a fifth of the time that wrapped terms would.

    A fresh literal lives only until the next call that makes a term, so nothing may come between making and using it.
    """
    ctx = solver.ctx.ref()
    bool_sort = z3.Z3_mk_bool_sort(ctx)
    if z3.Z3_ast_vector_size(ctx, formulas.vector) != len(names):
        raise z3.Z3Exception("the solver read another number of assertions")
    for index, name in enumerate(names):
        formula = z3.Z3_ast_vector_get(ctx, formulas.vector, index)
        literal = z3.Z3_mk_const(ctx, z3.Z3_mk_string_symbol(ctx, name), bool_sort)
        z3.Z3_solver_assert_and_track(ctx, solver.solver, formula, literal)


def _answer(z3: Any, solver: z3.Solver, status: str, rlimit: int) -> Answer:
    spent = _rlimit(z3, solver)
    if status == "unsat":
        return Answer(status, spent, frozenset(c.decl().name() for c in solver.unsat_core()))
    reason = "" if status == "sat" else solver.reason_unknown()
    volatile = spent < rlimit and any(w in reason for w in ("timeout", "canceled", "memory"))
    try:
        model = None if volatile else solver.model()
    except z3.Z3Exception:
        model = None
    return Answer(status, spent, model=model, reason=reason, volatile=volatile)


def _rlimit(z3: Any, solver: z3.Solver) -> int:
    ctx = solver.ctx.ref()
    statistics = z3.Z3_solver_get_statistics(ctx, solver.solver)
    z3.Z3_stats_inc_ref(ctx, statistics)
    try:
        for index in reversed(range(z3.Z3_stats_size(ctx, statistics))):
            if z3.Z3_stats_get_key(ctx, statistics, index) == "rlimit count":
                return int(z3.Z3_stats_get_uint_value(ctx, statistics, index))
        return 0
    finally:
        z3.Z3_stats_dec_ref(ctx, statistics)


def _message(error: Exception) -> str:
    raw = error.args[0] if error.args else b""
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
