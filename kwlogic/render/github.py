"""Findings as workflow commands of GitHub Actions, which shows them at their lines.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kwlogic.source.codes import registry
from kwlogic.source.data import Diagnostic, Severity, Source
from kwlogic.workspace.data import CheckResult

COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github_lines(result: CheckResult) -> Iterator[str]:
    for diagnostic in result.diagnostics:
        yield github_line(diagnostic, result.sources)


def github_line(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    help = (f"help: {diagnostic.help}",) if diagnostic.help else ()
    message = "\n".join((diagnostic.message, *diagnostic.notes, *help))
    keys = _place(diagnostic, sources) | {"title": f"{diagnostic.code}: {registry()[diagnostic.code].title}"}
    shown = ",".join(f"{key}={_property(value)}" for key, value in keys.items())
    return f"::{COMMAND[diagnostic.severity]} {shown}::{_data(message)}"


def _place(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> dict[str, str]:
    span = diagnostic.span
    source = sources.get(span.file) if span is not None else None
    if span is None or source is None:
        return {"file": span.file} if span is not None else {}
    (line, column), (end_line, end_column) = source.position(span.start), source.position(max(span.start, span.end))
    found = {"file": span.file, "line": str(line), "endLine": str(end_line)}
    # columns are only shown for a finding within one line
    return found | ({"col": str(column), "endColumn": str(end_column)} if line == end_line else {})


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
