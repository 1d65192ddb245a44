"""What is shown in the text and beside it: semantic tokens, inlay hints, code lenses, folding."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from kwlogic.core.types import show_type
from kwlogic.lsp.documents import Document
from kwlogic.lsp.proving import Proving
from kwlogic.lsp.server import KwServer
from kwlogic.source.data import Span
from kwlogic.syntax import data as s
from kwlogic.vc.data import Kind, verdict_name
from kwlogic.workspace.findings import one_line
from kwlogic.workspace.live.derived import derived
from kwlogic.workspace.live.describe import type_of
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.index import index_of
from kwlogic.workspace.live.outline import folds
from kwlogic.workspace.live.told import MARKS, summary
from kwlogic.workspace.live.verdicts import Standing, declared

TYPES = (
    "namespace", "type", "struct", "enumMember", "typeParameter", "parameter", "variable", "property", "function", "method", "keyword",
    "comment", "string", "number", "operator", "decorator",
)  # fmt: skip
MODIFIERS = ("declaration", "definition", "readonly", "defaultLibrary")
OF_SYMBOL = {
    "module": "namespace", "type": "type", "record": "struct", "ctor": "enumMember", "tparam": "typeParameter", "param": "parameter",
    "input": "parameter", "output": "parameter", "wire": "variable", "local": "variable", "result": "variable", "field": "property",
    "fn": "function", "prim": "function", "kernel": "method", "lemma": "decorator", "axiom": "decorator", "resource": "variable",
}  # fmt: skip
LEGEND = lsp.SemanticTokensLegend(list(TYPES), list(MODIFIERS))


async def tokens(ls: KwServer, params: lsp.SemanticTokensParams) -> lsp.SemanticTokens | None:
    def work(analysis: Analysis, shown: str, document: Document) -> lsp.SemanticTokens:
        return lsp.SemanticTokens(_encoded(semantic(analysis, shown), document))

    return await ls.about(params.text_document.uri, work, times=1)


async def hints(ls: KwServer, params: lsp.InlayHintParams) -> list[lsp.InlayHint] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.InlayHint]:
        start, end = document.lines.offset(params.range.start), document.lines.offset(params.range.end)
        found = (*_types(analysis, shown, document), *_contracts(ls.proving, analysis, shown, document))
        return [h for at, h in found if start <= at <= end]

    return await ls.about(params.text_document.uri, work, times=1)


async def lenses(ls: KwServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.CodeLens]:
        return list(_lenses(ls, analysis, shown, document))

    return await ls.about(params.text_document.uri, work, times=1)


async def folding(ls: KwServer, params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.FoldingRange]:
        scope = analysis.scope(shown)
        found: dict[tuple[int, int], lsp.FoldingRange] = {}
        for span, kind in folds(scope.tree, scope.source) if scope is not None else ():
            place = document.lines.range(span)
            if place.end.line > place.start.line:
                key = (place.start.line, place.end.line)
                found.setdefault(key, lsp.FoldingRange(*key, kind=lsp.FoldingRangeKind(kind)))
        return list(found.values())

    return await ls.about(params.text_document.uri, work, times=1)


def register(server: KwServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, LEGEND)(tokens)
    server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)(hints)
    server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)(lenses)
    server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)(folding)


# ---------------------------------------------------------------- tokens


def semantic(analysis: Analysis, shown: str) -> list[tuple[Span, str, int]]:
    """Every token that the text alone does not colour rightly: names by what they stand for, and what is lexical."""
    from kwlogic.syntax.engine import engine
    from kwlogic.syntax.lex import HARD, lex

    source = analysis.sources[shown]
    index = index_of(analysis, shown)
    found: dict[int, tuple[Span, str, int]] = {}
    for o in index.found if index is not None else ():
        kind = OF_SYMBOL.get(o.symbol.kind)
        library = o.symbol.place is None or o.symbol.qname.startswith("std.")
        if kind is not None:
            found[o.span.start] = (o.span, kind, (1 if o.definition else 0) | (8 if library and not o.symbol.local else 0))
    tokens = lex(source.text, engine().tables)
    for kind, start, end in zip(tokens.kinds, tokens.starts, tokens.ends):
        word = "string" if kind == "STRING" else "number" if kind in ("INT", "REAL") else ""
        if not word and (source.text[start:end] in HARD or (kind.startswith("_") and source.text[start:end].isalpha())):
            word = "keyword"
        if word and start not in found:
            found[start] = (Span(shown, start, end), word, 0)
    for start, end in tokens.comments:
        found[start] = (Span(shown, start, end), "comment", 0)
    return [found[k] for k in sorted(found)]


def _encoded(tokens: list[tuple[Span, str, int]], document: Document) -> list[int]:
    """Relative to each other, line by line, as the protocol wants them."""
    data: list[int] = []
    line, column = 0, 0
    for span, kind, modifiers in tokens:
        for part in _by_line(span, document.text):
            place = document.lines.range(part)
            length = place.end.character - place.start.character
            if length <= 0 or place.start.line < line or (place.start.line == line and place.start.character < column):
                continue
            by = place.start.line - line
            data += [by, place.start.character - (column if not by else 0), length, TYPES.index(kind), modifiers]
            line, column = place.start.line, place.start.character
    return data


def _by_line(span: Span, text: str) -> Iterator[Span]:
    start = span.start
    while start < span.end:
        end = text.find("\n", start, span.end)
        stop = span.end if end < 0 else end
        yield Span(span.file, start, stop)
        start = stop + 1


# ---------------------------------------------------------------- hints


def _types(analysis: Analysis, shown: str, document: Document) -> Iterator[tuple[int, lsp.InlayHint]]:
    """The inferred type of every name that is bound without one."""
    index = index_of(analysis, shown)
    for o in index.found if index is not None else ():
        if index is None or not o.definition or o.symbol.kind not in ("local", "wire") or _annotated(document.text, o.span.end):
            continue
        type = type_of(analysis, index, o.symbol)
        if type is not None and not type.has_vars:
            at = document.lines.position(o.span.end)
            yield o.span.end, lsp.InlayHint(at, f": {show_type(type)}", lsp.InlayHintKind.Type)


def _annotated(text: str, end: int) -> bool:
    return text[end : end + 40].lstrip().startswith(":") and not text[end : end + 40].lstrip().startswith("::")


def _contracts(proving: Proving, analysis: Analysis, shown: str, document: Document) -> Iterator[tuple[int, lsp.InlayHint]]:
    """Beside each clause its verdict; beside a composition without clauses what its parts ensure of its outputs."""
    for name, place in declared(analysis).items():
        if place.span.file != shown:
            continue
        status = proving.status(analysis, name)
        if status.standing is Standing.FRESH:
            for r in status.results:
                if r.obligation.kind in (Kind.ENSURES, Kind.LEMMA, Kind.EXAMPLE, Kind.FAILS) and r.obligation.span.end <= len(
                    document.text
                ):
                    at = document.lines.position(r.obligation.span.end)
                    word = verdict_name(r.verdict)
                    yield r.obligation.span.end, lsp.InlayHint(at, f"{MARKS[word]} {word}", padding_left=True)
    scope = analysis.scope(shown)
    for decl in scope.tree.decls if scope is not None else ():
        if scope is not None and isinstance(decl, s.KernelDecl) and isinstance(decl.body, s.BodyCompose | s.BodyGraph):
            clauses = derived(analysis.program, f"{scope.name}.{decl.name}")
            if clauses and decl.outputs:
                end = document.text.find(")", decl.outputs[-1].span.end) + 1
                text = "; ".join(clauses)
                here = document.lines.position(end)
                yield end, lsp.InlayHint(here, f"parts ensure: {one_line(text, 80)}", padding_left=True, tooltip=text)


# ---------------------------------------------------------------- lenses


def _lenses(ls: KwServer, analysis: Analysis, shown: str, document: Document) -> Iterator[lsp.CodeLens]:
    scope = analysis.scope(shown)
    if scope is None:
        return
    places = declared(analysis)
    for decl in scope.tree.decls:
        name = f"{scope.name}.{getattr(decl, 'name', '')}"
        if not isinstance(decl, s.FnDecl | s.LemmaDecl | s.KernelDecl | s.TypeDecl | s.RecordDecl) or name not in places:
            continue
        place = document.lines.range(decl.name_span)
        title = _title(ls, analysis, name)
        if title:
            yield lsp.CodeLens(place, ls.lens(title, "kwlogic.showVerdicts", [document.uri, name]))
        if isinstance(decl, s.KernelDecl) and name not in analysis.world.broken:
            if isinstance(decl.body, s.BodyExpr):
                yield lsp.CodeLens(place, ls.lens("run", "kwlogic.run", [document.uri, name]))
            if isinstance(decl.body, s.BodyCompose | s.BodyGraph):
                yield lsp.CodeLens(place, ls.lens("show graph", "kwlogic.showGraph", [document.uri, name]))


def _title(ls: KwServer, analysis: Analysis, name: str) -> str:
    status = ls.proving.status(analysis, name)
    job = ls.proving.running(analysis, name)
    if job is not None and status.standing is not Standing.BROKEN:
        before = f" (was {summary(status).removeprefix('stale: ')})" if status.standing is Standing.STALE else ""
        return f"checking, {job.answered.get(name, 0)} answered{before}"
    text = summary(status)
    return "" if text == "nothing to prove" else text
