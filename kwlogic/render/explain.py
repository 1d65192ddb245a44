"""`kwlogic explain`: one code with its explanation and example, or the list of all."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from kwlogic.render.text import BOLD, DIM, PLAIN, SEVERITY, Line, plain
from kwlogic.source.codes import Code, registry


def explain_lines(code: Code) -> Iterator[Line]:
    yield (code.code, SEVERITY[code.severity.value]), (f" ({code.severity.value}): {code.title}", BOLD)
    yield ()
    for line in textwrap.wrap(code.explanation, 88):
        yield plain(line)
    for title, source in (("This yields it:", code.example), ("This does not:", code.fixed)):
        if source:
            yield ()
            yield ((title, DIM),)
            yield ()
            for line in source.rstrip("\n").split("\n"):
                yield plain(f"    {line}".rstrip())
    if not code.example and code.how:
        yield ()
        yield ("For example: ", DIM), (code.how, PLAIN)


def list_lines() -> Iterator[Line]:
    for code in registry().values():
        yield (f"{code.code}  ", SEVERITY[code.severity.value]), (code.title, PLAIN)
