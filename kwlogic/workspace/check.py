"""The service behind `kwlogic check`: from a request to verdicts and diagnostics. It prints nothing.

Whatever goes wrong in one file or declaration becomes a diagnostic, and all other results are kept.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kwlogic.core.program import Program
from kwlogic.resources import std_dir
from kwlogic.solve.cache import Cache, open_cache
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Severity, Source, Span
from kwlogic.vc.data import Obligation, Plan
from kwlogic.workspace.config import OWN_FILE, SHARED_FILE, project_of, show_path
from kwlogic.workspace.data import CheckRequest, CheckResult, Progress, Project, Selection
from kwlogic.workspace.findings import finding, start_of, unused_requires
from kwlogic.workspace.lints import lint_diagnostics
from kwlogic.workspace.load import Loaded, complete, is_std, load
from kwlogic.workspace.logs import prepare, write_logs
from kwlogic.workspace.proofs import Books, wanted, within
from kwlogic.workspace.select import select

if TYPE_CHECKING:
    from kwlogic.solve.session import Solved


def check(request: CheckRequest, progress: Progress | None = None) -> CheckResult:
    """Check what the request selects. Raises Diagnosed where the request or the configuration is wrong."""
    began = time.perf_counter()
    project = project_of(request.paths, request.cwd)
    selections, missing = select(request.paths, project, request.cwd)
    if not selections:
        sources = {project.source.path: project.source} if project.source else {}
        return CheckResult((), missing, sources, seconds=time.perf_counter() - began, io_failed=bool(missing))
    loaded = load(selections, project, request.cwd)
    program, problems = elaborate_all(loaded, request.cwd)
    names, unselected = declarations(loaded, program)
    plan, failures = _plan(program, names)
    if request.log_dir is not None:
        prepare(request.log_dir)
    run = _Run(request, project, program, plan, progress)
    run.read_proofs(loaded)
    solved = run.solve()
    run.write_proofs(solved, loaded)
    results = solved.results
    if request.log_dir is not None:
        write_logs(request.log_dir, loaded, program, plan)
    shown = _shown(problems, loaded)
    diagnostics = [*missing, *loaded.diagnostics, *shown, *unselected, *failures, *run.notices]
    diagnostics += [d for r in results if (d := finding(r, program)) is not None]
    diagnostics += lint_diagnostics(solved.findings, results) + ([] if solved.interrupted else unused_requires(results, program))
    order = {s.shown: i for i, s in enumerate(selections)}
    sources = dict(loaded.sources) | ({project.source.path: project.source} if project.source else {})
    return CheckResult(
        tuple(sorted(results, key=lambda r: _place(r.obligation.span, order))),
        tuple(sorted(dict.fromkeys(diagnostics), key=lambda d: _place(d.span, order))),
        sources,
        _selected(loaded, selections),
        plan.lints,
        time.perf_counter() - began,
        loaded.io_failed or bool(missing) or bool(unselected),
        solved.interrupted,
    )


def _place(span: Span | None, order: dict[str, int]) -> tuple[int, str, int]:
    file, start = start_of(span)
    return order.get(file, len(order) if file else -1), file, start


def elaborate_all(loaded: Loaded, cwd: Path) -> tuple[Program, tuple[Diagnostic, ...]]:
    """Elaborate what is loaded; an error is told only with the whole standard library in view."""
    from kwlogic.elab.elaborate import elaborate

    program, problems = elaborate(tuple(loaded.modules.values()))
    if loaded.whole or not any(d.severity is Severity.ERROR for d in problems):
        return program, problems
    complete(loaded, cwd)
    return elaborate(tuple(loaded.modules.values()))


def _plan(program: Program, names: list[str]) -> tuple[Plan, tuple[Diagnostic, ...]]:
    if not names:
        return Plan((), ()), ()
    from kwlogic.vc.plan import plan

    return plan(program, names)


def _shown(problems: Iterable[Diagnostic], loaded: Loaded) -> list[Diagnostic]:
    """Warnings of modules that were only used are not this run's business."""
    files = {s.shown for s in loaded.wanted.values()}
    return [d for d in problems if d.severity is Severity.ERROR or d.span is None or d.span.file in files]


def declarations(loaded: Loaded, program: Program) -> tuple[list[str], list[Diagnostic]]:
    """The declarations to verify, and what to say of selected names that do not exist."""
    from kwlogic.vc.plan import names_of

    names: list[str] = []
    problems: list[Diagnostic] = []
    of_module: dict[str, list[str]] = {}
    for name in names_of(program):
        of_module.setdefault(name.rpartition(".")[0], []).append(name)
    for module, selection in loaded.wanted.items():
        info = program.modules.get(module)
        if info is None:
            continue
        short = {n.removeprefix(f"{module}."): n for n in of_module.get(module, ())}
        broken = {n.removeprefix(f"{module}.") for n in info.broken}
        names.extend(n for s, n in short.items() if not selection.names or s in selection.names)
        written = {getattr(d, "name", "") for d in loaded.modules[module][1].decls}
        for missing in sorted(selection.names - short.keys() - broken - written):
            problems.append(_no_declaration(missing, selection, [*short, *broken]))
    return names, problems


def _no_declaration(name: str, selection: Selection, known: list[str]) -> Diagnostic:
    import difflib

    near = difflib.get_close_matches(name, known, 1)
    help = f"did you mean `{selection.shown}::{near[0]}`?" if near else None
    return diagnostic("KW705", f"`{selection.shown}` declares no `{name}`", help=help)


def _selected(loaded: Loaded, selections: Iterable[Selection]) -> dict[str, tuple[Span, ...]]:
    found: dict[str, tuple[Span, ...]] = {s.shown: () for s in selections if not s.names}
    for module, selection in loaded.wanted.items():
        if selection.names:
            decls = loaded.modules[module][1].decls
            found[selection.shown] = tuple(d.span for d in decls if getattr(d, "name", "") in selection.names)
    return found


class _Run:
    """One call of the prover, with the cache around it and what came before an interruption."""

    def __init__(self, request: CheckRequest, project: Project, program: Program, plan: Plan, progress: Progress | None) -> None:
        self.request, self.project, self.program, self.plan, self.progress = request, project, program, plan, progress
        self.notices: list[Diagnostic] = []
        self.books: Books | None = None

    def read_proofs(self, loaded: Loaded) -> None:
        """The certificates that the project keeps of the modules in scope."""
        if wanted(self.project, self.request.proofs) and any(within(self.project, s.path) for s in loaded.wanted.values()):
            self.books = Books(self.project)
            self.books.read(loaded.modules)

    def write_proofs(self, solved: Solved, loaded: Loaded) -> None:
        if self.books is not None:
            whole = {m for m, s in loaded.wanted.items() if not s.names and not solved.interrupted}
            self.books.write(self.plan.obligations, solved.results, whole, self.request.cwd, self.program)
            self.notices.extend(self.books.problems)

    def solve(self) -> Solved:
        from kwlogic.solve.session import Solved

        if not self.plan.obligations and not self.plan.lints:
            return Solved(())
        cache = self._cache()
        try:
            return self._solve(cache)
        finally:
            if cache is not None:
                self.notices.extend(d for d in cache.warnings if d not in self.notices)
                cache.close()
            if self.progress is not None:
                self.progress.stop()

    def _solve(self, cache: Cache | None) -> Solved:
        from kwlogic.solve.session import SolveOptions, solve_all

        config, request = self.project.config, self.request
        options = SolveOptions(
            budget=request.budget or config.budget,
            jobs=(request.jobs if request.jobs is not None else config.jobs) or processors(),
            log_dir=request.log_dir,
            cache=cache,
            wall=config.wall_seconds,
            memory_mb=config.memory_mb,
            proofs=None if self.books is None else self.books.entries,
        )
        progress = self.progress
        if progress is not None:
            progress.start(len(self.plan.obligations))
        on_result = progress.advance if progress is not None else lambda _: None
        return solve_all(self.program, self.plan.obligations, self.plan.lints, options, on_result, self._behind)

    def _behind(self, names: frozenset[str]) -> tuple[Obligation, ...]:
        """The obligations of declarations that were not selected; the standard library's are proved where it is made."""
        return _plan(self.program, [n for n in names if not self._shipped(n)])[0].obligations

    def _shipped(self, name: str) -> bool:
        module = self.program.modules.get(name.rpartition(".")[0])
        return (
            module is not None and is_std(module.name) and Path(self.request.cwd, module.file).resolve().is_relative_to(std_dir().resolve())
        )

    def _cache(self) -> Cache | None:
        wanted = self.request.cache if self.request.cache is not None else self.project.config.cache
        if not wanted:
            return None
        cache, notices = open_cache(self.project.root)
        self.notices.extend(notices)
        return cache


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def configuration_sources(cwd: Path) -> dict[str, Source]:
    """The configuration file as text, for showing what is wrong in it."""
    found: dict[str, Source] = {}
    for folder in (cwd, *cwd.parents):
        for name in (OWN_FILE, SHARED_FILE):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                shown = show_path(folder / name, cwd)
                found[shown] = Source(shown, (folder / name).read_text(encoding="utf-8"))
    return found
