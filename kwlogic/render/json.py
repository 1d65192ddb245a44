"""The JSON interface of `kwlogic check`, version 1 (documented in ``docs/json.md``). Keys are added, never changed.

Values of counterexamples are spliced in as the exact JSON text that they have, so that no digit is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kwlogic.source.data import Diagnostic, Label, Severity, Source, Span
from kwlogic.vc.data import Assumed, Enforced, Proved, Refuted, Rest, Result, Unknown, verdict_name
from kwlogic.workspace.data import CheckResult

VERSION = 1


class Raw(str):
    """Text that is JSON already."""

    __slots__ = ()


def check_json(result: CheckResult) -> str:
    return dump(
        {
            "version": VERSION,
            "summary": _summary(result),
            "clauses": [_clause(r, result.sources) for r in result.results],
            "diagnostics": [diagnostic_object(d, result.sources) for d in result.diagnostics],
        }
    )


def diagnostics_json(diagnostics: tuple[Diagnostic, ...], sources: Mapping[str, Source]) -> str:
    """The same object for a run that did not come to checking anything."""
    return check_json(CheckResult((), diagnostics, dict(sources)))


def _summary(result: CheckResult) -> dict[str, Any]:
    counts = {kind.__name__.lower(): result.count(kind) for kind in (Proved, Refuted, Unknown, Enforced, Assumed)}
    return counts | {
        "errors": result.errors(),
        "warnings": sum(1 for d in result.diagnostics if d.severity is Severity.WARNING),
        "cached": sum(1 for r in result.results if r.cached),
        "seconds": round(result.seconds, 3),
        "rlimit": result.rlimit,
    }


def _clause(result: Result, sources: Mapping[str, Source]) -> dict[str, Any]:
    obligation, verdict = result.obligation, result.verdict
    counterexample = blame = reason = tier = None
    match verdict:
        case Proved():
            tier = verdict.tier
        case Refuted():
            found = verdict.counterexample
            counterexample = {name: Raw(text) for name, _, text in found.inputs} if found is not None else None
            reason = (found.note or None) if found is not None else "no input satisfies it"
        case Unknown():
            blame, reason = verdict.blame, "\n".join(filter(None, (verdict.reason, verdict.stuck)))
        case _:
            pass
    return {
        "file": obligation.span.file,
        "line": _position(obligation.span, sources)[0],
        "module": obligation.module,
        "declaration": obligation.declaration.removeprefix(f"{obligation.module}."),
        "kind": obligation.kind.value,
        "label": obligation.label,
        "verdict": verdict_name(verdict),
        "counterexample": counterexample,
        "blame": blame,
        "reason": reason,
        "tier": tier,
        "rlimit": result.rlimit,
        "rests_on": [_rest(r, sources) for r in result.rests],
    }


def _rest(rest: Rest, sources: Mapping[str, Source]) -> dict[str, Any]:
    line = _position(rest.span, sources)[0]
    return {"kernel": rest.kernel, "clause": rest.label or rest.clause, "file": rest.span.file, "line": line, "ends_in": rest.ends_in}


def diagnostic_object(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, Any]:
    head = {"code": diagnostic.code, "severity": diagnostic.severity.value, "message": diagnostic.message}
    labels = [place(label.span, sources) | {"text": label.text} for label in diagnostic.labels]
    return head | place(diagnostic.span, sources) | {"labels": labels, "help": diagnostic.help}


def place(span: Span | None, sources: Mapping[str, Source]) -> dict[str, Any]:
    if span is None:
        return dict.fromkeys(("file", "line", "column", "end_line", "end_column"))
    line, column = _position(span, sources)
    end_line, end_column = _position(Span(span.file, span.end, span.end), sources)
    return {"file": span.file, "line": line, "column": column, "end_line": end_line, "end_column": end_column}


def _position(span: Span, sources: Mapping[str, Source]) -> tuple[int, int]:
    source = sources.get(span.file)
    return source.position(span.start) if source is not None else (1, 1)


def dump(value: Any) -> str:
    """JSON text of dicts, lists, Raw and scalars; depth is bounded by the interface, not by user data."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value)


__all__ = ["Label", "Raw", "check_json", "diagnostic_object", "diagnostics_json", "dump", "place"]
