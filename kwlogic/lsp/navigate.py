"""Going from a name to what it stands for, and back: definition, references, highlights, rename, symbols, selection."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp

from kwlogic.lsp.convert import Places, workspace_edit
from kwlogic.lsp.documents import Document
from kwlogic.lsp.refused import Refused
from kwlogic.lsp.server import KwServer
from kwlogic.source.data import Span
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.index import index_of, references
from kwlogic.workspace.live.outline import Item, around, outline
from kwlogic.workspace.live.rename import Refusal, Renaming, rename, renameable
from kwlogic.workspace.load import is_std

KIND = lsp.SymbolKind
KINDS = {
    "fn": KIND.Function, "lemma": KIND.Property, "axiom": KIND.Property, "kernel": KIND.Method, "type": KIND.Enum, "record": KIND.Struct,
    "ctor": KIND.EnumMember, "field": KIND.Field, "resource": KIND.Object, "example": KIND.Event, "refine": KIND.Interface,
    "input": KIND.Variable, "output": KIND.Variable, "clause": KIND.Boolean,
}  # fmt: skip
MOST = 500  # symbols of a workspace that are listed


async def definition(ls: KwServer, params: lsp.DefinitionParams) -> list[lsp.Location] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.Location]:
        return _definitions(analysis, shown, document.lines.offset(params.position), ls.places(analysis))

    return await ls.about(params.text_document.uri, work)


async def all_references(ls: KwServer, params: lsp.ReferenceParams) -> list[lsp.Location] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.Location]:
        places = ls.places(analysis)
        declared = params.context.include_declaration
        return [
            places.location(o)
            for o, definition in _uses(analysis, shown, document.lines.offset(params.position))
            if declared or not definition
        ]

    return await ls.about(params.text_document.uri, work, whole=True)


async def highlight(ls: KwServer, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.DocumentHighlight]:
        index = index_of(analysis, shown)
        found = index.at(document.lines.offset(params.position)) if index is not None else None
        if index is None or found is None:
            return []
        kind = lsp.DocumentHighlightKind
        return [
            lsp.DocumentHighlight(document.lines.range(o.span), kind.Write if o.definition else kind.Read) for o in index.of(found.symbol)
        ]

    return await ls.about(params.text_document.uri, work)


async def prepare(ls: KwServer, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
    def work(analysis: Analysis, shown: str, document: Document) -> lsp.PrepareRenamePlaceholder | str:
        try:
            found = renameable(analysis, shown, document.lines.offset(params.position))
        except Refusal as refusal:
            return str(refusal)
        return lsp.PrepareRenamePlaceholder(document.lines.range(found.span), found.symbol.name)

    answer = await ls.about(params.text_document.uri, work)
    if isinstance(answer, str):
        raise Refused(answer)
    return answer


async def do_rename(ls: KwServer, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    def work(analysis: Analysis, shown: str, document: Document) -> lsp.WorkspaceEdit | str:
        try:
            found: Renaming = rename(ls.desk, analysis, shown, document.lines.offset(params.position), params.new_name)
        except Refusal as refusal:
            return str(refusal)
        return workspace_edit(found.edits, ls.places(analysis))

    answer = await ls.about(params.text_document.uri, work, whole=True)
    if isinstance(answer, str):
        raise Refused(answer)
    return answer


async def symbols(ls: KwServer, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.DocumentSymbol]:
        scope = analysis.scope(shown)
        return [] if scope is None else [_symbol(i, document) for i in outline(scope.tree, scope.source)]

    return await ls.about(params.text_document.uri, work)


async def workspace_symbols(ls: KwServer, params: lsp.WorkspaceSymbolParams) -> list[lsp.WorkspaceSymbol]:
    found: list[lsp.WorkspaceSymbol] = []
    for uri in _one_of_each_project(ls):
        found += await ls.about(uri, lambda a, _, __: _matching(a, params.query.lower(), ls.places(a)), whole=True) or []
    return found[:MOST]


async def selection(ls: KwServer, params: lsp.SelectionRangeParams) -> list[lsp.SelectionRange] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.SelectionRange]:
        scope = analysis.scope(shown)
        made: list[lsp.SelectionRange] = []
        for position in params.positions:
            here = lsp.SelectionRange(document.lines.range(Span(shown, 0, len(document.text))))
            for span in around(scope.tree, document.lines.offset(position)) if scope is not None else ():
                here = lsp.SelectionRange(document.lines.range(span), here)
            made.append(here)
        return made

    return await ls.about(params.text_document.uri, work)


def register(server: KwServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_DEFINITION)(definition)
    server.feature(lsp.TEXT_DOCUMENT_REFERENCES)(all_references)
    server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)(highlight)
    server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)(prepare)
    server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))(do_rename)
    server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(symbols)
    server.feature(lsp.WORKSPACE_SYMBOL)(workspace_symbols)
    server.feature(lsp.TEXT_DOCUMENT_SELECTION_RANGE)(selection)


def _definitions(analysis: Analysis, shown: str, offset: int, places: Places) -> list[lsp.Location]:
    index = index_of(analysis, shown)
    found = index.at(offset) if index is not None else None
    if found is None:
        return []
    symbols = found.choices or (found.symbol,)
    return [places.location(s.place) for s in symbols if s.place is not None]


def _uses(analysis: Analysis, shown: str, offset: int) -> list[tuple[Span, bool]]:
    index = index_of(analysis, shown)
    found = index.at(offset) if index is not None else None
    if found is None:
        return []
    uses = references(analysis, found.symbol)
    return sorted({(o.span, o.definition or same_place(o.span, found.symbol.place)) for o in uses})


def same_place(span: Span, place: Span | None) -> bool:
    return place is not None and span.file == place.file and span.start == place.start


def _symbol(item: Item, document: Document) -> lsp.DocumentSymbol:
    lines = document.lines
    return lsp.DocumentSymbol(
        item.name or "_",
        KINDS[item.kind],
        lines.range(item.span),
        lines.range(item.name_span),
        item.detail,
        children=[_symbol(c, document) for c in item.children],
    )


def _one_of_each_project(ls: KwServer) -> list[str]:
    found: dict[Path, str] = {}
    for document in ls.documents.by_uri.values():
        found.setdefault(ls.desk.project(document.path)[0].root, document.uri)
    return list(found.values())


def _matching(analysis: Analysis, query: str, places: Places) -> list[lsp.WorkspaceSymbol]:
    """Declarations whose names hold the letters of the query in order."""
    found: list[lsp.WorkspaceSymbol] = []
    for scope in analysis.world.scopes.values():
        for item in outline(scope.tree, scope.source) if not is_std(scope.name) else ():
            if item.kind not in ("example", "refine") and _holds(item.name.lower(), query):
                found.append(lsp.WorkspaceSymbol(places.location(item.name_span), item.name, KINDS[item.kind], container_name=scope.name))
    return found


def _holds(name: str, query: str) -> bool:
    letters = iter(name)
    return all(c in letters for c in query)
