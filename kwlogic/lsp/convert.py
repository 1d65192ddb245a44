"""From the workspace's records to the protocol's: diagnostics, places, edits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lsprotocol import types as lsp

from kwlogic.lsp.documents import Documents
from kwlogic.lsp.positions import Lines
from kwlogic.source.codes import registry
from kwlogic.source.data import Diagnostic, Edit, Severity, Source, Span
from kwlogic.workspace.live.desk import Analysis

SEVERITY = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}
FADED = frozenset(("KW311", "KW531", "KW533"))


class Places:
    """Spans of one analysis as places of the protocol; what was split into lines once is kept."""

    def __init__(self, documents: Documents, analysis: Analysis) -> None:
        self.documents, self.analysis = documents, analysis
        self._lines: dict[str, Lines] = {}

    def lines(self, file: str) -> Lines:
        found = self._lines.get(file)
        if found is None:
            source = self.analysis.sources.get(file) or Source(file, "")
            found = self._lines[file] = Lines(source.text, self.documents.encoding)
        return found

    def range(self, span: Span) -> lsp.Range:
        return self.lines(span.file).range(span)

    def uri(self, file: str) -> str:
        path = self.analysis.paths.get(file)
        return self.documents.uri_of(path if path is not None else Path(self.analysis.project.root, file))

    def location(self, span: Span) -> lsp.Location:
        return lsp.Location(self.uri(span.file), self.range(span))


def text_edits(edits: Iterable[Edit], lines: Lines) -> list[lsp.TextEdit]:
    return [lsp.TextEdit(lines.range(e.span), e.text) for e in edits]


def workspace_edit(edits: Iterable[Edit], places: Places) -> lsp.WorkspaceEdit:
    changes: dict[str, list[lsp.TextEdit]] = {}
    for e in edits:
        changes.setdefault(places.uri(e.span.file), []).append(lsp.TextEdit(places.range(e.span), e.text))
    return lsp.WorkspaceEdit(changes=changes)


def to_lsp(d: Diagnostic, lines: Lines, file: str, places: Places | None, stale: bool = False) -> lsp.Diagnostic:
    """One diagnostic; a stale one is of an earlier text, says so, and counts for nothing."""
    span = d.span if d.span is not None and d.span.file == file else Span(file, 0, 0)
    parts = [d.message, *d.notes, *((f"help: {d.help}",) if d.help else ())]
    code = registry().get(d.code)
    tags = [lsp.DiagnosticTag.Unnecessary] if d.code in FADED or stale else None
    return lsp.Diagnostic(
        _visible(lines, span),
        ("stale, of an earlier text: " if stale else "") + "\n".join(parts),
        lsp.DiagnosticSeverity.Hint if stale else SEVERITY[d.severity],
        d.code,
        source="kwlogic",
        tags=tags,
        related_information=None if places is None else _related(d, places),
        data={"title": code.title} if code is not None else None,
    )


def _visible(lines: Lines, span: Span) -> lsp.Range:
    """A place without extent is shown at the character that it is before."""
    if span.end <= span.start and span.start < len(lines.text) and lines.text[span.start] not in "\r\n":
        span = Span(span.file, span.start, span.start + 1)
    return lines.range(span)


def _related(d: Diagnostic, places: Places) -> list[lsp.DiagnosticRelatedInformation] | None:
    told = [label for label in d.labels[1:] if label.text and label.span.file in places.analysis.sources]
    return [lsp.DiagnosticRelatedInformation(places.location(label.span), label.text) for label in told] or None
