"""The service behind `kwlogic gate`: the check's verdicts, runs of every kernel, versions against versions. It prints nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.gate.cases import Kept, case_of, read_cases
from kwlogic.gate.data import Case, KernelReport
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.vc.data import Refuted, Result, Unknown
from kwlogic.workspace.check import check, declarations, elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import CheckRequest
from kwlogic.workspace.findings import finding, one_line
from kwlogic.workspace.gate_data import GateProgress, GateRequest, GateResult
from kwlogic.workspace.gate_files import GateFiles
from kwlogic.workspace.load import Loaded, load
from kwlogic.workspace.select import select

if TYPE_CHECKING:
    from kwlogic.gate.kernel import Ask
    from kwlogic.workspace.gate_versions import Versions


def gate(request: GateRequest, progress: GateProgress | None = None) -> GateResult:
    """Send what the request selects through the gate. Raises Diagnosed where the request or the configuration is wrong."""
    began = time.perf_counter()
    project = project_of(request.paths, request.cwd)
    selections, missing = select(request.paths, project, request.cwd)
    if not selections:
        sources = {project.source.path: project.source} if project.source else {}
        return GateResult((), missing, sources, failed=bool(missing))
    loaded = load(selections, project, request.cwd)
    program, problems = elaborate_all(loaded, request.cwd)
    gating = _Gating(request, loaded, program, GateFiles(project.root, request.cwd))
    gating.ask = None if request.asker is None else request.asker(program, project)
    errors = tuple(d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR)
    gating.diagnostics += [*missing, *errors]
    gating.failed |= bool(missing) or loaded.io_failed
    result = gating.result(progress)
    return replace(result, seconds=time.perf_counter() - began)


class _Gating:
    def __init__(self, request: GateRequest, loaded: Loaded, program: Program, files: GateFiles) -> None:
        self.request, self.loaded, self.program, self.files = request, loaded, program, files
        self.diagnostics: list[Diagnostic] = []
        self.failed = False
        self.ask: Ask | None = None
        self.kernels, unselected = self._kernels()
        self.diagnostics += unselected
        self.failed |= bool(unselected)
        self.sources = dict(loaded.sources)

    def _kernels(self) -> tuple[list[Kernel], list[Diagnostic]]:
        names, problems = declarations(self.loaded, self.program)
        return [self.program.kernels[n] for n in names if n in self.program.kernels], problems

    def result(self, progress: GateProgress | None) -> GateResult:
        request = self.request
        if request.replay is not None:
            return self._finished([self._replayed(request.replay)] if len(self.kernels) == 1 else self._ambiguous())
        versions = self._versions() if request.against is not None else None
        results = self._checked()
        reports: list[KernelReport] = []
        if progress is not None:
            progress.start(len(self.kernels))
        interrupted = False
        try:
            for kernel in self.kernels:
                if progress is not None:
                    progress.enter(kernel.name)
                report = self._one(kernel, results, versions)
                reports.append(report)
                if progress is not None:
                    progress.advance(report)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            if progress is not None:
                progress.stop()
        if versions is not None and not interrupted:
            self.diagnostics += versions.removed()
        if request.accept and not interrupted:
            self._accept(reports)
        return replace(self._finished(reports), interrupted=interrupted)

    def _finished(self, reports: list[KernelReport]) -> GateResult:
        sources = {**self.sources, **self.files.sources}
        seed = self.request.settings.seed
        return GateResult(
            tuple(reports), tuple(dict.fromkeys(self.diagnostics)), sources, tuple(self.files.written), seed=seed, failed=self.failed
        )

    # ------------------------------------------------------------ one kernel

    def _one(self, kernel: Kernel, results: tuple[Result, ...], versions: Versions | None) -> KernelReport:
        from kwlogic.gate.kernel import Known, gate_kernel

        cases = {e.name for e in self.program.examples.values() if e.kernel == kernel.name}
        mine = tuple(r for r in results if r.obligation.declaration in {kernel.name, *cases})
        kept = self._kept(kernel)
        report = gate_kernel(self.program, kernel, self.request.settings, Known(mine, kept, ask=self._asked(kernel)))
        report = replace(report, refuted=_said(mine, Refuted), unknown=_said(mine, Unknown))
        if versions is not None:
            report = versions.compared(kernel, report)
        self._keep(kernel, report)
        return report

    def _asked(self, kernel: Kernel) -> Ask | None:
        """Functions are called, if anything is; never such that write."""
        body = kernel.body
        return self.ask if isinstance(body, OracleBody) and body.kind == "python" and not kernel.writes else None

    def _kept(self, kernel: Kernel) -> tuple[Kept, ...]:
        found, problems = self.files.cases(kernel.name.rpartition(".")[0])
        self.diagnostics += problems
        return found

    def _keep(self, kernel: Kernel, report: KernelReport) -> None:
        """What broke is kept, so that it is run forever."""
        from kwlogic.gate.cases import case_line

        if not self.request.record:
            return
        for found in report.findings:
            if found.case is not None and found.diagnostic.code in ("KW601", "KW602", "KW604", "KW605", "KW606", "KW607"):
                self.files.keep(kernel.name.rpartition(".")[0], case_line(found.case, self.program))

    def _checked(self) -> tuple[Result, ...]:
        """The verdicts of the check; its findings about kernels that are gated are shown with the gate's."""
        request = self.request
        if not request.check or not self.kernels:
            return ()
        result = check(CheckRequest(request.paths, request.cwd, request.budget, request.jobs, request.cache))
        names = {k.name for k in self.kernels}
        names |= {e.name for e in self.program.examples.values() if e.kernel in names}
        shown = (d for r in result.results if r.obligation.declaration in names and (d := finding(r, self.program)) is not None)
        self.diagnostics += [d for d in shown if d.severity is Severity.ERROR]
        return result.results

    # ------------------------------------------------------------ replay, versions, baseline

    def _ambiguous(self) -> list[KernelReport]:
        from kwlogic.source.codes import diagnostic

        message = f"`--replay` runs one kernel, and {len(self.kernels)} are selected"
        self.diagnostics.append(diagnostic("KW726", message, help="name it: FILE::KERNEL"))
        self.failed = True
        return []

    def _replayed(self, text: str) -> KernelReport:
        from kwlogic.gate.kernel import Known, gate_kernel

        kernel = self.kernels[0]
        source = Source("<replay>", f"{kernel.name.rpartition('.')[2]} {text}")
        self.sources[source.path] = source
        kept, problems = read_cases(source)
        case: Case | Diagnostic | None = case_of(kept[0], kernel, self.program) if kept else None
        if not isinstance(case, Case):
            self.diagnostics += [*problems, *([case] if case is not None else [])]
            self.failed = True
            return KernelReport(kernel.name, "")
        return gate_kernel(self.program, kernel, self.request.settings, Known(only=case, ask=self._asked(kernel)))

    def _versions(self) -> Versions:
        from kwlogic.workspace.gate_versions import Versions

        return Versions(self.request, self.loaded, self.program, self.files, self.kernels)

    def _accept(self, reports: Iterable[KernelReport]) -> None:
        """Record the present text of each selected module as its baseline."""
        for module in self.loaded.wanted:
            if module in self.loaded.modules:
                self.files.write(module, "baseline", self.loaded.modules[module][0].text)


def _said(results: tuple[Result, ...], verdict: type) -> tuple[str, ...]:
    """The clauses with a verdict, by label or text."""
    found = (r.obligation for r in results if isinstance(r.verdict, verdict))
    return tuple(dict.fromkeys(f"{o.label}: {one_line(o.text, 60)}" if o.label else one_line(o.text, 60) for o in found))


__all__ = ["Diagnosed", "GateRequest", "GateResult", "gate"]
