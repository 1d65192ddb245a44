"""The call that a place stands in, found among the tokens alone, so that the text need not parse; and what may be called so."""

from __future__ import annotations

from dataclasses import dataclass

from kwlogic.elab.names import candidates
from kwlogic.elab.state import Entry
from kwlogic.syntax import data as s
from kwlogic.workspace.findings import one_line
from kwlogic.workspace.live.describe import doc_of, signature
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.symbols import entry_symbol

OPEN, CLOSE = "([{", ")]}"
REACH = 4000  # characters before a place in which its call begins


@dataclass(frozen=True, slots=True)
class Calling:
    """``name`` as written before the parenthesis; ``argument``: which one the place is in; ``given``: names written so far."""

    name: str
    argument: int
    named: str | None
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """``text`` holds each of ``params`` in order."""

    text: str
    params: tuple[str, ...]
    names: tuple[str, ...]
    doc: str = ""


def calling(text: str, offset: int) -> Calling | None:
    """The innermost call around a place."""
    from kwlogic.syntax.engine import engine
    from kwlogic.syntax.lex import DECLARATIONS, lex

    start = max(0, offset - REACH)
    tokens = lex(text, engine().tables, start, offset)
    depth, commas = 0, 0
    named: str | None = None
    given: list[str] = []
    for i in range(len(tokens.kinds) - 2, -1, -1):
        word = tokens.word(i)
        if word in CLOSE and word:
            depth += 1
        elif word in OPEN and word:
            if depth == 0:
                name = _callee(tokens, i) if word == "(" else None
                return None if name is None else Calling(name, commas, named, tuple(given))
            depth -= 1
        elif depth == 0 and word == ",":
            commas += 1
        elif depth == 0 and word == "=" and i and tokens.kinds[i - 1] == "NAME":
            given.append(tokens.word(i - 1))
            named = tokens.word(i - 1) if commas == 0 else named
        elif word in DECLARATIONS and tokens.first_on_line(i):
            return None
    return None


def _callee(tokens: object, paren: int) -> str | None:
    from kwlogic.syntax.lex import DECLARATIONS, Tokens

    assert isinstance(tokens, Tokens)
    parts: list[str] = []
    i = paren - 1
    while i >= 0 and tokens.kinds[i] == "NAME":
        parts.append(tokens.word(i))
        if i < 2 or tokens.word(i - 1) != ".":
            break
        i -= 2
    if not parts or (i > 0 and tokens.word(i - 1) in (*DECLARATIONS, "|", "lemma")):
        return None
    return ".".join(reversed(parts))


def meanings(analysis: Analysis, file: str, name: str) -> tuple[Entry, ...]:
    """What may be called by a name in a file."""
    scope = analysis.scope(file)
    if scope is None:
        return ()
    module, _, last = name.rpartition(".")
    if not module:
        return candidates(analysis.world, scope, last)
    home = analysis.world.scopes.get(module)
    return (home.own[last],) if home is not None and last in home.own else ()


def signatures_of(analysis: Analysis, entries: tuple[Entry, ...]) -> list[Signature]:
    return [made for e in entries if (made := _signature(analysis, e)) is not None]


def _signature(analysis: Analysis, entry: Entry) -> Signature | None:
    symbol = entry_symbol(entry)
    doc = doc_of(symbol)
    place = entry.span
    source = analysis.sources.get(place.file) if place is not None else None
    decl = entry.decl
    params: tuple[s.Param, ...] | None = None
    match decl:
        case s.FnDecl() | s.LemmaDecl():
            params = decl.params
        case s.KernelDecl():
            params = decl.inputs
        case s.RecordDecl():
            params = decl.fields
        case s.TypeDecl():
            params = next((v.fields for v in decl.variants if v.name == entry.name), None)
    if params is None or source is None:
        text = signature(analysis, entry)
        inside = text.partition("(")[2].rpartition(") -> ")[0]
        return Signature(text, tuple(_split(inside)), entry.sig.names if entry.sig is not None else (), doc)
    written = tuple(one_line(source.code(p.span), 80) for p in params)
    tail = ""
    if isinstance(decl, s.FnDecl):
        tail = f" -> {one_line(source.code(decl.result.span), 80)}"
    elif isinstance(decl, s.KernelDecl):
        tail = " -> (" + ", ".join(one_line(source.code(p.span), 80) for p in decl.outputs) + ")"
    return Signature(f"{entry.name}({', '.join(written)}){tail}", written, tuple(p.name for p in params), doc)


def _split(inside: str) -> list[str]:
    """At commas outside of brackets."""
    parts: list[str] = []
    depth, start = 0, 0
    for at, char in enumerate(inside):
        depth += (char in OPEN) - (char in CLOSE)
        if char == "," and depth == 0:
            parts.append(inside[start:at].strip())
            start = at + 1
    return [*parts, inside[start:].strip()] if inside.strip() else []
