"""The service behind `kwlogic check`: from a request to verdicts and diagnostics. It prints nothing.

Whatever goes wrong in one file or declaration becomes a diagnostic, and all other results are kept.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kwlogic.core.program import Program
from kwlogic.solve.cache import Cache, open_cache
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Severity, Source, Span
from kwlogic.vc.data import Plan
from kwlogic.workspace.config import OWN_FILE, SHARED_FILE, project_of, show_path
from kwlogic.workspace.data import CheckRequest, CheckResult, Progress, Project, Selection
from kwlogic.workspace.executor import executor_of
from kwlogic.workspace.findings import after_the_body, finding, start_of, undefined_bodies, unused_requires
from kwlogic.workspace.lints import lint_diagnostics
from kwlogic.workspace.load import Loaded, complete, load
from kwlogic.workspace.logs import prepare, write_logs
from kwlogic.workspace.remember import Memory
from kwlogic.workspace.select import select

if TYPE_CHECKING:
    from kwlogic.solve.session import Solved


def check(request: CheckRequest, progress: Progress | None = None) -> CheckResult:
    """Check what the request selects. Raises Diagnosed where the request or the configuration is wrong."""
    with executor_of(request.executor) as executor:
        return _checked(replace(request, executor=executor), progress)


def _checked(request: CheckRequest, progress: Progress | None) -> CheckResult:
    began = time.perf_counter()
    project = project_of(request.paths, request.cwd)
    selections, missing = select(request.paths, project, request.cwd)
    if not selections:
        sources = {project.source.path: project.source} if project.source else {}
        return CheckResult((), missing, sources, seconds=time.perf_counter() - began, io_failed=bool(missing))
    cache, notices = _cache(request, project)
    try:
        result = _remembered(request, project, selections, missing, cache, notices, progress)
    finally:
        if cache is not None:
            cache.close()
    return replace(result, seconds=time.perf_counter() - began)


def _cache(request: CheckRequest, project: Project) -> tuple[Cache | None, tuple[Diagnostic, ...]]:
    wanted = not request.frozen and (request.cache if request.cache is not None else project.config.cache)
    return open_cache(project.root) if wanted else (None, ())


def _remembered(
    request: CheckRequest,
    project: Project,
    selections: tuple[Selection, ...],
    missing: tuple[Diagnostic, ...],
    cache: Cache | None,
    notices: tuple[Diagnostic, ...],
    progress: Progress | None,
) -> CheckResult:
    """The answer of an earlier run, or a fresh one, which is then kept. Logs are only written by fresh ones."""
    usable = cache is not None and not missing and request.log_dir is None
    memory = Memory(cache, request, project, selections) if cache is not None and usable else None
    known = memory.recall() if memory is not None else None
    if known is not None:
        return known
    loaded = load(selections, project, request.cwd)
    fresh = Checking(request, project, selections, loaded, cache)
    result = fresh.result(progress)
    told = [*missing, *notices, *(cache.warnings if cache is not None else ())]
    if memory is not None and fresh.settled and not told:
        memory.keep(loaded, result)
    diagnostics = _in_order([*told, *result.diagnostics], selections)
    return replace(result, diagnostics=diagnostics, io_failed=result.io_failed or bool(missing))


class Checking:
    """One check of what was loaded, with nothing remembered but single verdicts."""

    def __init__(
        self, request: CheckRequest, project: Project, selections: tuple[Selection, ...], loaded: Loaded, cache: Cache | None
    ) -> None:
        self.request, self.project, self.selections, self.loaded, self.cache = request, project, selections, loaded, cache
        self.settled = False

    def result(self, progress: Progress | None) -> CheckResult:
        request, loaded = self.request, self.loaded
        program, problems = elaborate_all(loaded, request.cwd)
        names, unselected = declarations(loaded, program)
        plan, failures = _plan(program, names)
        if request.log_dir is not None:
            prepare(request.log_dir)
        solved, refused = self._solved(program, plan, progress)
        if request.log_dir is not None:
            write_logs(request.log_dir, loaded, program, plan)
        diagnostics = [*loaded.diagnostics, *_shown(problems, loaded), *unselected, *failures, *refused, *_found(solved, program, failures)]
        order = _order(self.selections)
        failed = loaded.io_failed or bool(unselected)
        self.settled = not (failed or refused or solved.interrupted or solved.volatile)
        return CheckResult(
            tuple(sorted(solved.results, key=lambda r: _place(r.obligation.span, order))),
            _in_order(diagnostics, self.selections),
            dict(loaded.sources) | ({self.project.source.path: self.project.source} if self.project.source else {}),
            _selected(loaded, self.selections),
            plan.lints,
            io_failed=failed,
            interrupted=solved.interrupted,
        )

    def _solved(self, program: Program, plan: Plan, progress: Progress | None) -> tuple[Solved, list[Diagnostic]]:
        """Verdicts, and what went wrong with the files of certificates."""
        from kwlogic.workspace.proving import Proving

        proving = Proving(self.request, self.project, program, plan, self.cache)
        proving.read_proofs(self.loaded)
        solved = proving.solve(progress)
        proving.write_proofs(solved, self.loaded)
        return solved, proving.problems


def _found(solved: Solved, program: Program, told: Iterable[Diagnostic]) -> list[Diagnostic]:
    """What the verdicts and lints say. Of a recursion that is known to be hopeless enough has been told already."""
    results = solved.results
    hopeless = {d.span for d in told if d.code == "KW506"}
    undefined = undefined_bodies(results)
    found = [
        after_the_body(d, undefined.get(r.obligation.declaration))
        for r in results
        if (d := finding(r, program)) is not None and not (d.code == "KW520" and d.span in hopeless)
    ]
    return found + lint_diagnostics(solved.findings, results) + ([] if solved.interrupted else unused_requires(results, program))


def _order(selections: Iterable[Selection]) -> dict[str, int]:
    return {s.shown: i for i, s in enumerate(selections)}


def _in_order(diagnostics: Iterable[Diagnostic], selections: Iterable[Selection]) -> tuple[Diagnostic, ...]:
    """By file and place, each once."""
    order = _order(selections)
    return tuple(sorted(dict.fromkeys(diagnostics), key=lambda d: _place(d.span, order)))


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


def configuration_sources(cwd: Path) -> dict[str, Source]:
    """The configuration file as text, for showing what is wrong in it."""
    found: dict[str, Source] = {}
    for folder in (cwd, *cwd.parents):
        for name in (OWN_FILE, SHARED_FILE):
            with contextlib.suppress(OSError, UnicodeDecodeError):
                shown = show_path(folder / name, cwd)
                found[shown] = Source(shown, (folder / name).read_text(encoding="utf-8"))
    return found
