"""``check --expect``: what a run found against the ``# expect: V`` comments of the checked files.

A mark speaks of the line it stands on. It is met when something on that line has the verdict and nothing on it is
worse; `proved` needs everything on the line proved, and something. A line without a mark must not be refuted and must
hold no error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kwlogic.source.data import Severity, Source, Span
from kwlogic.vc.data import Goal, Refuted, verdict_name
from kwlogic.workspace.data import CheckResult
from kwlogic.workspace.findings import FROM_VERDICTS

MARKS = ("proved", "refuted", "unknown", "enforced", "assumed", "error", "warning")
WORSE = {
    "proved": {"error", "refuted", "unknown", "enforced", "assumed"},
    "enforced": {"error", "refuted", "unknown"},
    "assumed": {"error", "refuted", "unknown"},
    "warning": {"error", "refuted", "unknown"},
    "unknown": {"error", "refuted"},
    "refuted": {"error"},
    "error": set(),
}
_MARK = re.compile(r"#\s*expect:\s*(\w*)")


@dataclass(frozen=True, slots=True)
class Mismatch:
    file: str
    line: int
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: expected {self.expected}, found {self.found}"


@dataclass(slots=True)
class _Line:
    marks: list[str] = field(default_factory=list)
    found: set[str] = field(default_factory=set)
    why: dict[str, str] = field(default_factory=dict)


def compare(result: CheckResult) -> tuple[tuple[Mismatch, ...], int]:
    """Mismatches in order of place, and how many marks there are."""
    lines: dict[tuple[str, int], _Line] = {}
    for file, spans in result.selected.items():
        if file in result.sources:
            _read_marks(result.sources[file], spans, lines)
    marks = sum(len(line.marks) for line in lines.values())
    for found in result.results:
        kind = verdict_name(found.verdict)
        if isinstance(found.verdict, Refuted) and found.obligation.ask is Goal.SATISFIABLE:
            continue  # its diagnostic is an error of its own
        _at(lines, result, found.obligation.span, kind, found.obligation.text)
    for diagnostic in result.diagnostics:
        if diagnostic.code not in FROM_VERDICTS and diagnostic.severity is not Severity.NOTE:
            _at(lines, result, diagnostic.span, diagnostic.severity.value, f"{diagnostic.code}: {diagnostic.message}")
    order = {file: i for i, file in enumerate(result.selected)}
    keys = sorted(lines, key=lambda k: (order.get(k[0], -1), k))
    return tuple(m for key in keys for m in _mismatches(key, lines[key])), marks


def _read_marks(source: Source, spans: tuple[Span, ...], lines: dict[tuple[str, int], _Line]) -> None:
    wanted = [(source.position(s.start)[0], source.position(max(s.end - 1, s.start))[0]) for s in spans]
    for found in _MARK.finditer(source.text):
        line = source.position(found.start())[0]
        if not wanted or any(first <= line <= last for first, last in wanted):
            lines.setdefault((source.path, line), _Line()).marks.append(found.group(1))


def _at(lines: dict[tuple[str, int], _Line], result: CheckResult, span: Span | None, kind: str, why: str) -> None:
    file = span.file if span is not None else ""
    number = result.sources[file].position(span.start)[0] if span is not None and file in result.sources else 0
    line = lines.setdefault((file, number), _Line())
    line.found.add(kind)
    line.why.setdefault(kind, " ".join(why.split()))


def _mismatches(key: tuple[str, int], line: _Line) -> list[Mismatch]:
    file, number = key
    if not line.marks:
        bad = [k for k in ("error", "refuted") if k in line.found]
        return [Mismatch(file, number, "nothing refuted and no error", f"{k} ({line.why[k]})") for k in bad[:1]]
    return [Mismatch(file, number, mark or "a verdict", _found(line, mark)) for mark in line.marks if not _is_met(mark, line.found)]


def _is_met(mark: str, found: set[str]) -> bool:
    return mark in found and not WORSE.get(mark, found) & found


def _found(line: _Line, mark: str) -> str:
    if mark not in MARKS:
        return f"no such mark; the marks are {', '.join(MARKS)}"
    parts = [f"{kind} ({line.why[kind]})" for kind in sorted(line.found) if kind != mark]
    return ", ".join(parts) or "nothing on this line"
