"""Help while reading and writing: hover, completion, signatures."""

from __future__ import annotations

from lsprotocol import types as lsp

from kwlogic.lsp.documents import Document
from kwlogic.lsp.server import KwServer
from kwlogic.workspace.live.complete import Proposal, complete, word_around
from kwlogic.workspace.live.describe import Described, described
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.signatures import calling, meanings, signatures_of
from kwlogic.workspace.live.told import lines as told_lines
from kwlogic.workspace.live.told import summary
from kwlogic.workspace.live.verdicts import Standing, declared

ITEM = lsp.CompletionItemKind
ITEMS = {
    "fn": ITEM.Function, "prim": ITEM.Function, "ctor": ITEM.EnumMember, "kernel": ITEM.Method, "lemma": ITEM.Property, "axiom": ITEM.Property,
    "type": ITEM.Class, "record": ITEM.Struct, "field": ITEM.Field, "module": ITEM.Module, "keyword": ITEM.Keyword, "tparam": ITEM.TypeParameter,
    "argument": ITEM.Variable, "resource": ITEM.Constant,
}  # fmt: skip
MOST_LINES = 12


async def hover(ls: KwServer, params: lsp.HoverParams) -> lsp.Hover | None:
    def work(analysis: Analysis, shown: str, document: Document) -> lsp.Hover | None:
        found = described(analysis, shown, document.lines.offset(params.position))
        if found is None:
            return None
        text = "\n\n".join(_paragraphs(ls, analysis, found))
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), document.lines.range(found.span))

    return await ls.about(params.text_document.uri, work)


async def completion(ls: KwServer, params: lsp.CompletionParams) -> lsp.CompletionList | None:
    def work(analysis: Analysis, shown: str, document: Document) -> lsp.CompletionList:
        offset = document.lines.offset(params.position)
        start, end = word_around(document.text, offset)
        place = lsp.Range(document.lines.position(start), document.lines.position(max(end, offset)))
        letters = document.text[start:offset].lower()
        found = [_item(p, place) for p in complete(analysis, shown, document.text, offset) if _begins(p.label.lower(), letters)]
        return lsp.CompletionList(bool(letters), found)

    return await ls.lately(params.text_document.uri, work)


async def signature(ls: KwServer, params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
    def work(analysis: Analysis, shown: str, document: Document) -> lsp.SignatureHelp | None:
        return _signatures(analysis, shown, document.text, document.lines.offset(params.position))

    return await ls.lately(params.text_document.uri, work)


def register(server: KwServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_HOVER)(hover)
    server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[".", "("]))(completion)
    server.feature(lsp.TEXT_DOCUMENT_SIGNATURE_HELP, lsp.SignatureHelpOptions(trigger_characters=["(", ","]))(signature)


# ---------------------------------------------------------------- hover


def _paragraphs(ls: KwServer, analysis: Analysis, found: Described) -> list[str]:
    parts = [f"```kw\n{found.code}\n```"]
    if found.note:
        parts.append(f"*{found.note}*")
    if found.doc:
        parts.append(found.doc)
    symbol = found.symbol
    if symbol is not None and symbol.qname in declared(analysis) and symbol.kind != "ctor":
        parts.extend(verdict_paragraphs(ls, analysis, symbol.qname))
    return parts


def verdict_paragraphs(ls: KwServer, analysis: Analysis, name: str) -> list[str]:
    """The verdicts of a declaration in words."""
    status = ls.proving.status(analysis, name)
    job = ls.proving.running(analysis, name)
    if job is not None and status.standing is not Standing.FRESH:
        return [f"**being verified**: {job.answered.get(name, 0)} answered so far"]
    told = list(told_lines(status))
    head = f"**{summary(status)}**"
    if not told or status.standing in (Standing.BROKEN, Standing.OPEN):
        return [head]
    more = [f"… and {len(told) - MOST_LINES} more"] if len(told) > MOST_LINES else []
    return [head, "\n".join(f"- {line}" for line in (*told[:MOST_LINES], *more))]


# ---------------------------------------------------------------- completion


def _begins(label: str, letters: str) -> bool:
    """Whether the letters stand in the label in this order, the first of them at its beginning or that of a part."""
    if not letters:
        return True
    rest = iter(label)
    first = label.startswith(letters[0]) or f"_{letters[0]}" in label or f" {letters[0]}" in label
    return first and all(c in rest for c in letters)


def _item(p: Proposal, place: lsp.Range) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        p.label,
        kind=ITEMS.get(p.kind, ITEM.Variable),
        detail=p.detail or None,
        documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, p.doc) if p.doc else None,
        sort_text=f"{p.rank}{p.label}",
        filter_text=p.label,
        text_edit=lsp.TextEdit(place, p.insert or p.label),
    )


def _signatures(analysis: Analysis, shown: str, text: str, offset: int) -> lsp.SignatureHelp | None:
    call = calling(text, offset)
    found = signatures_of(analysis, meanings(analysis, shown, call.name)) if call is not None else []
    if call is None or not found:
        return None
    made = []
    for signature in found:
        params = [lsp.ParameterInformation(p) for p in signature.params]
        argument = signature.names.index(call.named) if call.named in signature.names else call.argument
        doc = lsp.MarkupContent(lsp.MarkupKind.Markdown, signature.doc) if signature.doc else None
        made.append(lsp.SignatureInformation(signature.text, doc, params, min(argument, max(len(params) - 1, 0))))
    active = next((i for i, s in enumerate(found) if call.argument < len(s.params)), 0)
    return lsp.SignatureHelp(made, active, made[active].active_parameter)
