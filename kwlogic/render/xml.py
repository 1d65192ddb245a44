"""Text as XML holds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from kwlogic.render.full import diagnostic_lines
from kwlogic.source.data import Diagnostic, Source


def attribute(text: str) -> str:
    """Quoted, for an attribute."""
    return quoteattr(_clean(text))


def content(text: str) -> str:
    return escape(_clean(text))


def told(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]) -> str:
    """Diagnostics as the terminal shows them, as the content of an element."""
    lines = ("".join(text for text, _ in line) for d in diagnostics for line in diagnostic_lines(d, sources))
    return content("\n".join(lines))


def _clean(text: str) -> str:
    """Without the characters that XML does not have."""
    return "".join(c if c in "\n\t" or (" " <= c <= "\ud7ff") or ("\ue000" <= c <= "\ufffd") or c > "\uffff" else "?" for c in text)
