"""One line for each finding: ``file:line:column: severity[code] message``."""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.render.text import visible
from kwlogic.source.data import Diagnostic, Source


def concise_line(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    span = diagnostic.span
    place = "kwlogic"
    if span is not None:
        source = sources.get(span.file)
        line, column = source.position(span.start) if source else (1, 1)
        place = f"{span.file}:{line}:{column}"
    found = next((n for n in diagnostic.notes if n.startswith("counterexample")), "")
    more = f" ({found})" if found else ""
    return " ".join(visible(f"{place}: {diagnostic.severity.value}[{diagnostic.code}] {diagnostic.message}{more}").split())
