"""The canonical layout of a file: width 100, no options, all comments and documentation kept.

Formatting is idempotent and never changes the syntax tree. A text that does not parse is not formatted: callers look
at the diagnostics of ``parse_module`` first.
"""

from __future__ import annotations

from dataclasses import dataclass

from kwlogic.source.data import Source
from kwlogic.syntax.data import Comment, Decl, ExampleDecl, Module, RecordDecl, RefineDecl, ResourceDecl, TypeDecl, UseDecl
from kwlogic.syntax.format_decl import DeclPrinter, use_text
from kwlogic.syntax.format_expr import show_expr
from kwlogic.syntax.format_small import show_pattern, show_type
from kwlogic.syntax.format_wiring import show_wiring
from kwlogic.syntax.layout import HARD, Doc, lay_out, seq
from kwlogic.syntax.notes import Notes
from kwlogic.syntax.showing import drive

__all__ = ["format_module", "show_expr", "show_pattern", "show_type", "show_wiring"]

COMPACT = {UseDecl: 1, ResourceDecl: 2, RefineDecl: 3, ExampleDecl: 4, TypeDecl: 5, RecordDecl: 5}


@dataclass(frozen=True, slots=True)
class Entry:
    """The ``module`` line, a ``use``, a declaration or a comment between them; ``start`` counts its documentation in."""

    start: int
    end: int
    item: Module | UseDecl | Decl | Comment


def format_module(module: Module, source: Source) -> str:
    """The text of the module in canonical layout."""
    entries = _entries(module, source)
    inside = {id(e.item) for e in entries}
    notes = Notes(tuple(c for c in module.comments if id(c) not in inside))
    printer = DeclPrinter(notes, source.text)
    parts: list[Doc | str] = []
    for i, entry in enumerate(entries):
        if i:
            blank = _blank_between(entries[i - 1], entry, source)
            parts += [HARD, HARD] if blank else [HARD]
        parts.append(_print(entry, printer))
        line_end = source.text.find("\n", entry.end)
        following = entries[i + 1].start if i + 1 < len(entries) else len(source.text) + 1
        parts.append(notes.trailing(min(following, line_end if line_end >= 0 else len(source.text) + 1)))
        parts.append(_left_over(notes, entry))
    text = lay_out(seq(*parts)).strip("\n")
    return text + "\n" if text else ""


def _left_over(notes: Notes, entry: Entry) -> Doc:
    """Comments inside a declaration that found no line of their own while it was printed: below it."""
    parts: list[Doc | str] = []
    for comment in notes.take(entry.end):
        parts += [HARD, comment.text] if parts or type(entry.item) in COMPACT else [HARD, HARD, comment.text]
    return seq(*parts)


def _entries(module: Module, source: Source) -> list[Entry]:
    items: list[Entry] = [Entry(i.span.start, i.span.end, i) for i in module.uses]
    items += [Entry(_doc_start(d, source), d.span.end, d) for d in module.decls]
    if module.name is not None:
        items.append(Entry(source.text.rfind("module", 0, module.name.span.start), module.name.span.end, module))
    items.sort(key=lambda e: e.start)
    spans = iter([*items, Entry(len(source.text) + 1, len(source.text) + 1, module)])
    current = next(spans)
    between: list[Entry] = []
    for comment in module.comments:
        while comment.span.start >= current.end and current.end <= len(source.text):
            current = next(spans)
        if comment.own_line and comment.span.start < current.start:
            between.append(Entry(comment.span.start, comment.span.end, comment))
    return sorted([*items, *between], key=lambda e: e.start)


def _doc_start(decl: Decl, source: Source) -> int:
    """Where the documentation above a declaration begins."""
    start = decl.span.start
    for _ in decl.doc:
        start = source.text.rfind("##", 0, source.text.rfind("\n", 0, start))
        start = source.text.rfind("\n", 0, start + 2) + 1
    return start


def _blank_between(above: Entry, below: Entry, source: Source) -> bool:
    written = source.text[above.end : below.start].count("\n") > 1
    if isinstance(above.item, Comment):
        return written
    if isinstance(below.item, Comment):
        return written or type(above.item) not in COMPACT
    kind = COMPACT.get(type(above.item))
    return written or kind is None or kind != COMPACT.get(type(below.item)) or bool(getattr(below.item, "doc", ()))


def _print(entry: Entry, printer: DeclPrinter) -> Doc:
    item = entry.item
    if isinstance(item, Module):
        return seq(f"module {item.name}")
    if isinstance(item, UseDecl):
        return use_text(item)
    if isinstance(item, Comment):
        return seq(item.text)
    doc: Doc = drive(printer.decl(item))
    return doc
