"""The service behind `kwlogic trace check`: files of traces and spec files in, a report and its diagnostics out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kwlogic.core.eval import Evaluator
from kwlogic.core.value import Value
from kwlogic.core.value_show import show_brief
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.weave.trace.check import MAX_STEPS, Broken, Misfit, Report, Unjudged, check_traces, clause_name
from kwlogic.weave.trace.data import Event, EventKind, Trace
from kwlogic.weave.trace.read import read_traces
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.outcome import parts_notes
from kwlogic.workspace.select import select


@dataclass(frozen=True, slots=True)
class Checked:
    """``diagnostics``: one for each finding, in order of traces; ``notices``: what could not be judged."""

    report: Report
    diagnostics: tuple[Diagnostic, ...]
    notices: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)


def check_files(files: tuple[Path, ...], specs: tuple[str, ...], cwd: Path) -> Checked:
    """Raises Diagnosed where a file cannot be read, or the specs have errors."""
    project = project_of(specs, cwd)
    selections, missing = select(specs, project, cwd)
    if missing:
        raise Diagnosed(*missing)
    loaded = load(selections, project, cwd)
    program, problems = elaborate_all(loaded, cwd)
    errors = [d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR]
    if errors:
        raise Diagnosed(*errors)
    kernels = [k for name, k in program.kernels.items() if name.rpartition(".")[0] in loaded.wanted]
    report = check_traces([t for f in files for t in read_traces(f)], program, kernels)
    told = _Words(Evaluator(program, MAX_STEPS), loaded.sources)
    findings = [*(told.broken(b) for b in report.broken), *(told.misfit(m) for m in report.misfits)]
    return Checked(report, tuple(findings), tuple(map(told.unjudged, report.unjudged)), loaded.sources)


class _Words:
    def __init__(self, evaluator: Evaluator, sources: Mapping[str, Source]) -> None:
        self.evaluator, self.sources = evaluator, sources

    def broken(self, item: Broken) -> Diagnostic:
        clause = item.clause
        name = clause.label or f"`{' '.join(clause.text.split())}`"
        where = _where(item.trace, item.call.index, item.call.tool)
        verb = "forbids" if item.kind == "requires" else "does not allow"
        notes = [*parts_notes(clause, item.env, self.evaluator, self.sources), _values(item.env, item.call.arguments)]
        if item.refused:
            notes.append(f"the tool refused the call: {item.call.error[:200]}")
        return diagnostic("KW812", f"{where} breaks `{name}`".replace("``", "`"), clause.span, f"{verb} this call", notes=tuple(notes))

    def misfit(self, item: Misfit) -> Diagnostic:
        where = _where(item.trace, item.call.index, item.call.tool)
        return diagnostic("KW813", f"{where} does not fit the ports of the kernel: {item.reason}", item.kernel.name_span)

    def unjudged(self, item: Unjudged) -> Diagnostic:
        span = item.clause.span if item.clause is not None else item.kernel.name_span
        where = _where(item.trace, item.call.index, item.call.tool)
        return diagnostic("KW814", f"{where} could not be judged: {item.reason}", span)


def _where(trace: Trace, index: int, tool: str) -> str:
    return f"in trace {trace.trace_id}, event {index + 1}, the call of `{tool}`"


def _values(env: Mapping[str, Value], arguments: object) -> str:
    names = [n for n in env if isinstance(arguments, dict) and n in arguments]
    return "arguments: " + (", ".join(f"{n} = {show_brief(env[n])}" for n in names) or "none")


def with_verdicts(report: Report) -> list[Trace]:
    """The traces with what the check said, as verification events: for export."""
    said: dict[int, list[Event]] = {}
    for item in report.broken:
        clause = f"{item.kernel.name}.{clause_name(item.kind, item.clause)}"
        payload = {"clause": clause, "verdict": "violated", "text": f"event {item.call.index + 1}, call of `{item.call.tool}`"}
        said.setdefault(id(item.trace), []).append(Event(EventKind.VERIFICATION, clause, payload))
    for misfit in report.misfits:
        payload = {"clause": misfit.kernel.name, "verdict": "violated", "text": misfit.reason}
        said.setdefault(id(misfit.trace), []).append(Event(EventKind.VERIFICATION, misfit.kernel.name, payload))
    whole = []
    for trace in report.traces:
        found = said.get(id(trace), [Event(EventKind.VERIFICATION, "contracts", {"clause": "contracts", "verdict": "pass"})])
        whole.append(replace(trace, events=(*trace.events, *found)))
    return whole
