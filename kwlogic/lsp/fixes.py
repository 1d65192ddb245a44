"""Changing the text: code actions, formatting, and the commands behind lenses."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from kwlogic.core.program import Param
from kwlogic.lsp.convert import to_lsp, workspace_edit
from kwlogic.lsp.documents import Document
from kwlogic.lsp.reading import verdict_paragraphs
from kwlogic.lsp.refused import Refused
from kwlogic.lsp.server import KwServer
from kwlogic.source.data import Edit, Severity, Source, Span
from kwlogic.syntax import data as s
from kwlogic.vc.data import Proved, Refuted
from kwlogic.workspace.live.actions import Action, actions, declaration_at
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.verdicts import Standing, declared

KINDS = [lsp.CodeActionKind.QuickFix]
SERVER = {
    "kwlogic.showVerdicts": "kwlogic.server.verdicts",
    "kwlogic.run": "kwlogic.server.run",
    "kwlogic.showGraph": "kwlogic.server.graph",
}


async def code_actions(ls: KwServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction] | None:
    def work(analysis: Analysis, shown: str, document: Document) -> list[lsp.CodeAction]:
        start, end = document.lines.offset(params.range.start), document.lines.offset(params.range.end)
        return _offered(ls, analysis, shown, document, start, end)

    return await ls.about(params.text_document.uri, work)


async def resolve(ls: KwServer, action: lsp.CodeAction) -> lsp.CodeAction:
    data = action.data
    if not isinstance(data, Mapping) or action.edit is not None:
        return action
    action.edit = await _mended(ls, data["uri"], data["kernel"], data["with"], data["start"])
    return action


async def format_all(ls: KwServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    document = ls.documents.get(params.text_document.uri)
    return None if document is None else await ls.bench.run(lambda: _formatted(document))


async def verify(ls: KwServer, uri: str, *names: str) -> Any:
    """Ask for verdicts again: of the declarations named, and of all that are outdated."""
    document = ls.documents.get(uri)
    if document is not None:
        await ls.proving.verify(document.path, names)
    return None


async def verdicts(ls: KwServer, uri: str, name: str) -> Any:
    """The verdicts of a declaration in words."""
    found = await ls.about(uri, lambda analysis, _, __: verdict_paragraphs(ls, analysis, _known(analysis, name)))
    text = "\n".join(found or ())
    if "kwlogic.showVerdicts" not in ls.options.get("commands", ()):
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, text))
    return {"text": text}


def _known(analysis: Analysis, name: str) -> str:
    if name not in declared(analysis):
        raise Refused(f"there is no declaration `{name}`; a name has its module in front, as in `shop.total`")
    return name


async def graph(ls: KwServer, uri: str, name: str, *options: Any) -> Any:
    """The picture of a composition, with its verdicts unless the option says false; a file where the client shows none."""
    answer = await _prover(ls, uri, name, {"do": "graph", "verdicts": options[:1] != (False,)})
    if "kwlogic.showGraph" not in ls.options.get("commands", ()):
        await _show(ls, answer["svg"], name)
    return answer


async def run(ls: KwServer, uri: str, name: str, *inputs: Any) -> Any:
    """Run an expression kernel on a JSON document; without one, on an input that is known to be allowed."""
    document = inputs[0] if inputs else None
    given = document if isinstance(document, str) else None if document is None else json.dumps(document)
    if given is None:
        given = await ls.about(uri, lambda analysis, _, __: some_input(ls, analysis, _known(analysis, name)))
    if given is None:
        raise Refused("no input is known yet: give one, or wait for the verdicts")
    answer = await _prover(ls, uri, name, {"do": "run", "input": given})
    if "kwlogic.run" not in ls.options.get("commands", ()):
        told = answer["output"] or "\n".join(answer["problems"])
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, f"{name} {given}\n{told}"))
    return {**answer, "input": given}


def register(server: KwServer) -> None:
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(KINDS, resolve_provider=True))(code_actions)
    server.feature(lsp.CODE_ACTION_RESOLVE)(resolve)
    server.feature(lsp.TEXT_DOCUMENT_FORMATTING)(format_all)
    server.command("kwlogic.verify")(verify)
    server.command("kwlogic.server.verdicts")(verdicts)
    server.command("kwlogic.server.graph")(graph)
    server.command("kwlogic.server.run")(run)


# ---------------------------------------------------------------- code actions


def _offered(ls: KwServer, analysis: Analysis, shown: str, document: Document, start: int, end: int) -> list[lsp.CodeAction]:
    places = ls.places(analysis)
    found: list[lsp.CodeAction] = []
    current = [(d, False) for d in analysis.of_file(shown)] + ls.proving.findings(analysis, shown)
    for d, stale in current:
        if stale or d.span is None or d.span.start > end or max(d.span.end, d.span.start) < start:
            continue
        decl = declaration_at(analysis, shown, d.span)
        scope = analysis.scope(shown)
        name = f"{scope.name}.{decl.name}" if scope is not None and decl is not None else ""
        status = ls.proving.status(analysis, name) if name in declared(analysis) else None
        results = status.results if status is not None and status.standing is Standing.FRESH else ()
        for action in actions(analysis, shown, d, results):
            told = to_lsp(d, document.lines, shown, places)
            edit = workspace_edit(action.edits, places) if action.link is None else None
            data = None if action.link is None else _data(document.uri, name, action, d.span)
            found.append(
                lsp.CodeAction(
                    action.title,
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[told],
                    is_preferred=action.preferred or None,
                    edit=edit,
                    data=data,
                )
            )
    return found


def _data(uri: str, name: str, action: Action, span: Span) -> dict[str, Any]:
    assert action.link is not None
    return {"uri": uri, "kernel": name, "with": action.link[1], "start": span.start}


async def _mended(ls: KwServer, uri: str, name: str, how: str, start: int) -> lsp.WorkspaceEdit:
    """The body of a composition with a guard or an adapter in the link; checked by the prover before it is offered."""
    answer = await _prover(ls, uri, name, {"do": "adapt"})
    at = [m for m in answer if m["start"] == start] or answer
    mended = at[0] if at else {}
    body, declaration = mended.get("guard_body"), ""
    if how == "adapter":
        body, declaration = mended.get("adapter_body"), mended.get("adapter") or ""
    if not body:
        raise Refused(f"no {how} mends this link")

    def work(analysis: Analysis, shown: str, document: Document) -> lsp.WorkspaceEdit | None:
        scope = analysis.scope(shown)
        short = name.rpartition(".")[2]
        decls = scope.tree.decls if scope is not None else ()
        decl = next((d for d in decls if isinstance(d, s.KernelDecl) and d.name == short), None)
        if decl is None or decl.body is None:
            return None
        edits = [Edit(decl.body.span, body)]
        if declaration:
            place = Span(shown, decl.span.start, decl.span.start)
            edits.append(Edit(place, f"{declaration.rstrip()}\n\n"))
        return workspace_edit(edits, ls.places(analysis))

    edit = await ls.about(uri, work)
    if edit is None:
        raise Refused("the kernel is not there any more")
    return edit


# ---------------------------------------------------------------- formatting


def _formatted(document: Document) -> list[lsp.TextEdit] | None:
    """The canonical layout, as one edit of what differs; nothing for a text that does not parse."""
    from kwlogic.syntax.format import format_module
    from kwlogic.syntax.parse import parse_module
    from kwlogic.workspace.live.quick import change_between

    source = Source(document.path.name, document.text)
    tree, problems = parse_module(source)
    if any(d.severity is Severity.ERROR for d in problems):
        return None
    text = format_module(tree, source)
    again, problems = parse_module(Source(source.path, text))
    if again != tree or any(d.severity is Severity.ERROR for d in problems):
        return None
    change = change_between(source.text, text)
    if change is None:
        return []
    place = document.lines.range(Span("", change.start, change.old))
    return [lsp.TextEdit(place, text[change.start : change.new])]


# ---------------------------------------------------------------- commands


async def _prover(ls: KwServer, uri: str, name: str, job: dict[str, Any]) -> Any:
    """The answer of the process that proves; raises Refused with its reason."""
    document = ls.documents.get(uri)
    if document is None:
        raise Refused("the document is not open")
    project = ls.desk.project(document.path)[0]
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[dict[str, Any]] = loop.create_future()

    def told(message: dict[str, Any]) -> None:
        if {"done", "cancelled", "refused", "failed"} & message.keys():
            loop.call_soon_threadsafe(lambda: None if answer.done() else answer.set_result(message))

    short = name.rpartition(".")[2]
    texts = {str(p): t for p, t in dict(ls.desk.texts).items()}
    task = {**job, "root": str(project.root), "name": f"{document.path}::{short}", "texts": texts}
    number = ls.proving.prover.submit(task, told)
    try:
        message = await answer
    except asyncio.CancelledError:
        ls.proving.prover.cancel(number)
        raise
    if "done" in message:
        return message["done"]
    raise Refused("; ".join(message.get("refused", ())) or message.get("failed", "it was cancelled"))


async def _show(ls: KwServer, svg: str, name: str) -> None:
    """In a file of its own, with whatever the client opens pictures with."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix=f"{name.rpartition('.')[2]}-", suffix=".svg", delete=False) as file:
        file.write(svg)
    uri = Path(file.name).as_uri()
    window = ls.client_capabilities.window
    if window is not None and window.show_document is not None and window.show_document.support:
        await ls.window_show_document_async(lsp.ShowDocumentParams(uri, external=True))
    else:
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, f"the graph is in {file.name}"))


def some_input(ls: KwServer, analysis: Analysis, name: str) -> str | None:
    """An input that a verdict speaks of: a counterexample, else a witness of the requires; JSON."""
    kernel = analysis.program.kernels.get(name)
    if kernel is None or name not in declared(analysis):
        return None
    if not kernel.inputs:
        return "{}"
    status = ls.proving.status(analysis, name)
    for kind in (Refuted, Proved):
        for r in status.results:
            found = (
                r.verdict.counterexample if isinstance(r.verdict, Refuted) else r.verdict.witness if isinstance(r.verdict, Proved) else None
            )
            if isinstance(r.verdict, kind) and found is not None and _complete(found.inputs, kernel.inputs):
                return "{" + ", ".join(f"{json.dumps(n)}: {text}" for n, _, text in found.inputs) + "}"
    return None


def _complete(given: tuple[tuple[str, str, str], ...], ports: tuple[Param, ...]) -> bool:
    return {n for n, _, _ in given} == {p.name for p in ports}
