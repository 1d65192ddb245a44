"""What the commands share: printing diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TextIO

from kwlogic.render.full import diagnostic_lines
from kwlogic.render.text import write_lines
from kwlogic.source.data import Diagnostic, Source


def print_diagnostics(diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], stream: TextIO) -> None:
    write_lines([line for d in diagnostics for line in diagnostic_lines(d, sources)], stream)
