"""Places: code points in a text on this side, lines and code units of the client's encoding on the other.

A place that lies outside of a line or of the text is taken for the nearest one that does not.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from lsprotocol import types as lsp

from kwlogic.source.data import Span

_LINE_END = re.compile(r"\r\n|\n|\r")
UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"


class Lines:
    """The lines of one text, as the protocol counts them."""

    def __init__(self, text: str, encoding: str = UTF16) -> None:
        self.text, self.encoding = text, encoding
        self.starts = [0, *(m.end() for m in _LINE_END.finditer(text))]
        self.plain = text.isascii()

    def position(self, offset: int) -> lsp.Position:
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.starts, offset) - 1
        return lsp.Position(line, self._units(self.text[self.starts[line] : offset]))

    def range(self, span: Span) -> lsp.Range:
        return lsp.Range(self.position(span.start), self.position(max(span.start, span.end)))

    def offset(self, position: lsp.Position) -> int:
        if position.line >= len(self.starts):
            return len(self.text)
        start = self.starts[max(position.line, 0)]
        end = self.starts[position.line + 1] if position.line + 1 < len(self.starts) else len(self.text)
        line = self.text[start:end].rstrip("\r\n")
        return start + self._points(line, max(position.character, 0))

    def _units(self, text: str) -> int:
        if self.plain or self.encoding == UTF32 or text.isascii():
            return len(text)
        return len(text.encode("utf-8" if self.encoding == UTF8 else "utf-16-le", "surrogatepass")) // (1 if self.encoding == UTF8 else 2)

    def _points(self, line: str, units: int) -> int:
        if self.plain or self.encoding == UTF32 or line.isascii():
            return min(units, len(line))
        for index, char in enumerate(line):
            if units <= 0:
                return index
            units -= self._units(char)
        return len(line)


def changed(text: str, change: lsp.TextDocumentContentChangeEvent, encoding: str) -> str:
    """The text after one change."""
    if isinstance(change, lsp.TextDocumentContentChangeWholeDocument):
        return change.text
    lines = Lines(text, encoding)
    start, end = lines.offset(change.range.start), lines.offset(change.range.end)
    return text[:start] + change.text + text[max(start, end) :]
