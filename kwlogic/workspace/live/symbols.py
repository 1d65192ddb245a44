"""Names and what they stand for: records, and where a name stands inside a node of the tree.

A symbol is known by the place of its definition; what has none (primitives, built-in types) is known by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kwlogic.elab.state import Entry, TypeEntry
from kwlogic.source.data import Source, Span
from kwlogic.syntax.data import Decl, QName

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_']*")


@dataclass(frozen=True, slots=True)
class Symbol:
    """``kind``: module, fn, lemma, axiom, kernel, ctor, type, record, resource, field, param, input, output, wire, local,
    tparam, result, label or prim. ``owner``: the qualified name of the declaration it belongs to."""

    kind: str
    name: str
    place: Span | None
    qname: str = ""
    owner: str = field(default="", compare=False)
    decl: Decl | None = field(default=None, compare=False, repr=False)
    entry: Entry | None = field(default=None, compare=False, repr=False)

    @property
    def local(self) -> bool:
        return self.kind in ("param", "wire", "local", "tparam", "result", "input", "output")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name at its place. ``choices``: what else it may be, where an overload could not be told."""

    span: Span
    symbol: Symbol
    definition: bool = False
    choices: tuple[Symbol, ...] = field(default=(), compare=False)


def head(span: Span, name: str) -> Span:
    """The name that a node begins with."""
    return Span(span.file, span.start, span.start + len(name))


def last_part(name: QName) -> Span:
    return Span(name.span.file, name.span.end - len(name.parts[-1]), name.span.end)


def first_parts(name: QName, source: Source) -> Span:
    """The module of a qualified name."""
    text = source.text[name.span.start : last_part(name).start].rstrip(". \t\r\n")
    return Span(name.span.file, name.span.start, name.span.start + len(text))


def words(source: Source, start: int, end: int) -> Iterator[tuple[str, Span]]:
    """The names written between two places, comments left out."""
    text = re.sub(r"#[^\n]*", lambda m: " " * len(m.group()), source.text[start:end])
    for found in NAME.finditer(text):
        yield found.group(), Span(source.path, start + found.start(), start + found.end())


def entry_symbol(entry: Entry) -> Symbol:
    from kwlogic.syntax.data import LemmaDecl

    kind = "axiom" if isinstance(entry.decl, LemmaDecl) and entry.decl.keyword == "axiom" else entry.kind
    place = None if entry.span is None else head(entry.span, entry.name)
    return Symbol(kind, entry.name, place, entry.qname, entry.data, entry.decl, entry)


def type_symbol(entry: TypeEntry) -> Symbol:
    from kwlogic.syntax.data import RecordDecl

    kind = "record" if isinstance(entry.decl, RecordDecl) else "type"
    return Symbol(kind, entry.name, entry.decl.name_span, entry.qname, "", entry.decl)
