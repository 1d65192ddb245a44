"""Files, spans and diagnostics: plain records that every other package shares.

Nothing here parses, checks or prints. A span is a half-open range of code points in one file.
"""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from dataclasses import field
from enum import Enum

from kwlogic.source.records import dataclass

_COMMENT = re.compile(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*', re.S)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range ``[start, end)`` of code points in the file shown as ``file``."""

    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """One file: the path as shown to people, and its text."""

    path: str
    text: str
    line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        object.__setattr__(self, "line_starts", tuple(starts))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Text of line ``number`` (from 1), without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def code(self, span: Span) -> str:
        """The text of a span without the comments that stand inside it."""
        text = self.slice(span)
        return text if "#" not in text else _COMMENT.sub(lambda m: "" if m.group().startswith("#") else m.group(), text)


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Label:
    """A place with a few words; the first label of a diagnostic is its primary one."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, why, and what to do. Data until the last moment: ``render`` prints it."""

    code: str
    severity: Severity
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fix: Fix | None = None

    @property
    def span(self) -> Span | None:
        return self.labels[0].span if self.labels else None


class Diagnosed(Exception):
    """Raised where work cannot go on; carries the diagnostics to show instead of a traceback."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.message for d in diagnostics))
        self.diagnostics = diagnostics
