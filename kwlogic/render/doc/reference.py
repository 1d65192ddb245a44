"""Pages that are made of what the program itself reads: the grammar, and the registry of diagnostic codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kwlogic.resources import grammar_dir
from kwlogic.source.codes import Code, registry

GROUPS = {
    "KW1": "Text", "KW2": "Names", "KW3": "Types", "KW4": "Composition", "KW5": "Obligations", "KW6": "The gate", "KW7": "Projects and files",
    "KW8": "The weave: traces, learning, routing, decoding, running", "KW9": "Internal",
}  # fmt: skip
FILES = {
    "declarations": "Declarations", "types": "Types", "expressions": "Expressions", "compositions": "Compositions", "lexical": "Words and marks",
}  # fmt: skip


def diagnostics_page() -> str:
    return "\n".join(_diagnostics()) + "\n"


def _diagnostics() -> Iterator[str]:
    yield from ("# Diagnostic codes", "", "`kwlogic explain CODE` shows the same. Every example is run by a test.", "")
    for prefix, title in GROUPS.items():
        own = [c for c in registry().values() if c.code.startswith(prefix)]
        if own:
            yield from (f"## {title}", "")
            for code in own:
                yield from _code(code)


def _code(code: Code) -> Iterator[str]:
    yield from (f"({code.code})=", f"### {code.code}: {code.title}", "", f"*{code.severity.value}.* {code.explanation}", "")
    for words, text in (("This yields it:", code.example), ("This does not:", code.fixed)):
        if text:
            yield from (words, "", "````kw", text.strip("\n"), "````", "")
    if not code.example and code.how:
        yield from ("For example:", "", "````text", code.how, "````", "")


def grammar_page() -> str:
    """The files of the grammar as they are: what is parsed is what is shown."""
    lines = [
        "# Grammar",
        "",
        "The grammar, in the notation of Lark, exactly as the parser reads it. [The language](../language.md) says what it means.",
        "",
    ]
    for name, title in FILES.items():
        text = re.sub(r"\n{3,}", "\n\n", (grammar_dir() / f"{name}.lark").read_text(encoding="utf-8").strip())
        lines += [f"## {title}", "", "```lark", text, "```", ""]
    return "\n".join(lines)
