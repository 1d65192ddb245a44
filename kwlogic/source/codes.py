"""The registry of diagnostic codes: each is declared once, with its title, explanation and an example.

``kwlogic explain CODE``, the documentation, SARIF help and editor hovers read this registry. The declarations
live in ``source/catalogue/*.py``, one file for each hundred; a test runs every example.
"""

from __future__ import annotations

from functools import cache

from kwlogic.source.data import Diagnostic, Fix, Label, Severity, Span
from kwlogic.source.records import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding.

    ``example`` is spec source that yields the code (empty where a file alone cannot, then ``how`` says how
    a test provokes it); ``fixed`` is the same source put right.
    """

    code: str
    severity: Severity
    title: str
    explanation: str
    example: str = ""
    fixed: str = ""
    how: str = ""


@cache
def registry() -> dict[str, Code]:
    """All codes, by name, in order."""
    from kwlogic.source.catalogue import all_codes

    return {c.code: c for c in sorted(all_codes(), key=lambda c: c.code)}


def diagnostic(
    code: str,
    message: str,
    span: Span | None = None,
    label: str = "",
    *more: Label,
    notes: tuple[str, ...] = (),
    help: str | None = None,
    fix: Fix | None = None,
) -> Diagnostic:
    """A diagnostic of a registered code, whose severity comes from the registry."""
    labels = (() if span is None else (Label(span, label),)) + more
    return Diagnostic(code, registry()[code].severity, message, labels, notes, help, fix)
