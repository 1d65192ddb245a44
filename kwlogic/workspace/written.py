"""Results of checks as JSON, and back: all that is shown of them, and nothing of what only provers read."""

from __future__ import annotations

from typing import Any

from kwlogic.core.terms import TRUE
from kwlogic.solve.stored import verdict_from_json, verdict_to_json
from kwlogic.source.data import Diagnostic, Edit, Fix, Label, Severity, Source, Span
from kwlogic.vc.data import Goal, Kind, Obligation, Rest, Result, Sequent
from kwlogic.workspace.data import CheckResult

EMPTY = Sequent((), (), TRUE)


def result_to_json(result: CheckResult) -> dict[str, Any]:
    """Without sources, seconds, and the flags of runs that did not come to their end."""
    return {
        "results": [_result_out(r) for r in result.results],
        "diagnostics": [_diagnostic_out(d) for d in result.diagnostics],
        "selected": {shown: [_span_out(s) for s in spans] for shown, spans in result.selected.items()},
    }


def result_from_json(read: dict[str, Any], sources: dict[str, Source]) -> CheckResult:
    """Raises ValueError, KeyError or TypeError where it is not what was written."""
    return CheckResult(
        tuple(map(_result_in, read["results"])),
        tuple(map(_diagnostic_in, read["diagnostics"])),
        sources,
        {shown: tuple(map(_span_in, spans)) for shown, spans in read["selected"].items()},
    )


def _result_out(result: Result) -> list[Any]:
    ob = result.obligation
    place = [
        ob.id,
        ob.kind.value,
        ob.ask.value,
        ob.module,
        ob.declaration,
        _span_out(ob.span),
        ob.text,
        ob.label,
        ob.detail,
        ob.clause,
        ob.scene,
    ]
    rests = [[r.kernel, r.clause, r.label, _span_out(r.span), r.ends_in] for r in result.rests]
    return [place, verdict_to_json(result.verdict), result.rlimit, rests]


def _result_in(read: list[Any]) -> Result:
    (id, kind, ask, module, declaration, span, text, label, detail, clause, scene), verdict, rlimit, rests = read
    obligation = Obligation(
        id, Kind(kind), Goal(ask), module, declaration, _span_in(span), text, EMPTY, label=label, detail=detail, clause=clause, scene=scene
    )
    found = tuple(Rest(kernel, said, name, _span_in(place), end) for kernel, said, name, place, end in rests)
    return Result(obligation, verdict_from_json(verdict), rlimit, cached=obligation.ask is not Goal.GIVEN, rests=found)


def _diagnostic_out(d: Diagnostic) -> list[Any]:
    fix = None if d.fix is None else [d.fix.title, [[_span_out(e.span), e.text] for e in d.fix.edits]]
    return [d.code, d.severity.value, d.message, [[_span_out(x.span), x.text] for x in d.labels], list(d.notes), d.help, fix]


def _diagnostic_in(read: list[Any]) -> Diagnostic:
    code, severity, message, labels, notes, help, fix = read
    places = tuple(Label(_span_in(span), text) for span, text in labels)
    edits = None if fix is None else Fix(fix[0], tuple(Edit(_span_in(span), text) for span, text in fix[1]))
    return Diagnostic(code, Severity(severity), message, places, tuple(notes), help, edits)


def _span_out(span: Span) -> list[Any]:
    return [span.file, span.start, span.end]


def _span_in(read: list[Any]) -> Span:
    file, start, end = read
    return Span(file, start, end)
