"""The server: documents come in, diagnostics go out; every other feature registers itself and asks here.

A keystroke is answered from the declaration it changes (``workspace.live.quick``); when typing pauses the whole text
is analysed; when it rests verdicts are asked for. Whatever goes wrong inside a request becomes its error and a line of the
log, and the server lives on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from kwlogic import __version__
from kwlogic.lsp.bench import Bench, Modified
from kwlogic.lsp.convert import Places, to_lsp
from kwlogic.lsp.documents import Document, Documents
from kwlogic.lsp.refused import quiet
from kwlogic.source.data import Diagnostic
from kwlogic.workspace.live.desk import Analysis, Desk
from kwlogic.workspace.live.quick import Quick, quick

T = TypeVar("T")
PAUSE = 0.35  # seconds without a keystroke before the whole text is analysed
LOG = logging.getLogger("kwlogic.lsp")


class KwServer(LanguageServer):
    """What the features share."""

    def __init__(self) -> None:
        from kwlogic.lsp.proving import Proving

        super().__init__("kwlogic", __version__, max_workers=2)
        self.documents = Documents()
        self.desk = Desk()
        self.bench = Bench()
        self.options: dict[str, Any] = {}
        self.proving = Proving(self)
        self.tasks: set[asyncio.Task[None]] = set()

    # ------------------------------------------------------------ asking

    async def about(self, uri: str, task: Callable[[Analysis, str, Document], T], whole: bool = False, times: int = 20) -> T | None:
        """The answer of a task about an open document, with an analysis of its text as it is; None where it is not open.
        ``times``: how often it is begun anew when the text changes meanwhile, until Modified is raised."""
        document = self.documents.get(uri)
        if document is None:
            return None

        def work(abandoned: Callable[[], bool]) -> T | None:
            self.desk.put(document.path, document.text)
            analysis = self.desk.analysis(document.path, whole, abandoned)
            shown = analysis.shown(document.path)
            return None if shown is None else task(analysis, shown, document)

        return await self.bench.ask(work, times)

    async def lately(self, uri: str, task: Callable[[Analysis, str, Document], T]) -> T | None:
        """The same with the analysis of an earlier text where there is one, at once: for help with the word being typed."""
        document = self.documents.get(uri)
        if document is None:
            return None

        def work() -> tuple[bool, T | None]:
            self.desk.put(document.path, document.text)
            before = self.desk.before(document.path)
            shown = None if before is None else before.shown(document.path)
            return (False, None) if before is None or shown is None else (True, task(before, shown, document))

        known, answer = await self.bench.run(work)
        return answer if known else await self.about(uri, task)

    def places(self, analysis: Analysis) -> Places:
        found = analysis.memo.get("places")
        if not isinstance(found, Places):
            found = analysis.memo["places"] = Places(self.documents, analysis)
        return found

    def spawn(self, work: Any) -> None:
        """Work whose failure is logged and costs nothing else."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _guarded(self, work: Any) -> None:
        try:
            await work
        except Exception:
            LOG.exception("background work failed")

    # ------------------------------------------------------------ documents

    def opened(self, uri: str, text: str, version: int) -> None:
        document = self.documents.open(uri, text, version)
        self.bench.moved()
        self.spawn(self._settle(document, version, 0.0))

    def edited(self, uri: str, changes: list[lsp.TextDocumentContentChangeEvent], version: int) -> None:
        document = self.documents.get(uri)
        if document is None:
            return
        document.apply(changes, version)
        self.bench.moved()
        self.spawn(self._typed(document, version))

    def closed(self, uri: str) -> None:
        document = self.documents.close(uri)
        if document is None:
            return
        self.bench.moved()
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
        self.spawn(self._dropped(document))

    async def _dropped(self, document: Document) -> None:
        def work() -> tuple[Path, ...]:
            self.desk.drop(document.path)
            return self.desk.together(document.path)

        await self._settle_others(await self.bench.run(work))

    async def _settle_others(self, paths: tuple[Path, ...]) -> None:
        for path in paths:
            other = self.documents.at(path)
            if other is not None:
                await self._settle(other, other.version, 0.0)
                return

    async def disk_changed(self) -> None:
        """Files outside of the editor are other than they were: everything open is looked at again."""
        self.bench.moved()
        await self.bench.run(self.desk.touch)
        roots: dict[Path, Document] = {}
        for document in self.documents.by_uri.values():
            roots.setdefault(self.desk.project(document.path)[0].root, document)
        for document in roots.values():
            await self._settle(document, document.version, 0.0)

    # ------------------------------------------------------------ what is wrong

    async def _typed(self, document: Document, version: int) -> None:
        """After a keystroke: the quick answer, then the whole one."""
        text = document.text

        def work() -> tuple[Quick | None, Analysis | None, str | None]:
            if document.version != version:
                return None, None, None
            self.desk.put(document.path, text)
            before = self.desk.before(document.path)
            shown = None if before is None else before.shown(document.path)
            return (None if before is None or shown is None else quick(before, shown, text)), before, shown

        found, before, shown = await self.bench.run(work)
        if document.version != version:
            return
        if found is not None and before is not None and shown is not None:
            standing = self.proving.findings_moved(before, shown, found.change)
            self._publish(document, shown, found.diagnostics, standing, None)
        await self._settle(document, version, PAUSE if found is not None and found.settled else 0.0)

    async def _settle(self, document: Document, version: int, pause: float) -> None:
        """The whole analysis, of this document and those that are analysed with it."""
        known = None
        while known is None:
            await asyncio.sleep(pause)
            if document.version != version or self.documents.get(document.uri) is not document:
                return
            try:
                known = await self.about(document.uri, lambda analysis, shown, _: (analysis, self.desk.together(document.path)), times=1)
            except Modified:  # by another document; a change of this one comes with its own analysis
                pause = PAUSE
            else:
                break
        if known is None or document.version != version:
            return
        analysis, together = known
        self.publish_all(analysis, together)
        await self._refresh()
        self.proving.wanted(document.path)
        await self.bench.run(self.desk.rest)

    def publish_all(self, analysis: Analysis, together: tuple[Path, ...]) -> None:
        """The diagnostics of all open documents of a project, unless one has changed since."""
        for path in together:
            other, shown = self.documents.at(path), analysis.shown(path)
            if other is not None and shown is not None and analysis.sources[shown].text == other.text:
                standing = self.proving.findings(analysis, shown)
                self._publish(other, shown, analysis.of_file(shown), standing, self.places(analysis))

    def _publish(
        self,
        document: Document,
        shown: str,
        own: tuple[Diagnostic, ...],
        verdicts: list[tuple[Diagnostic, bool]],
        places: Places | None,
    ) -> None:
        found = [to_lsp(d, document.lines, shown, places) for d in own]
        found += [to_lsp(d, document.lines, shown, places, stale) for d, stale in verdicts]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(document.uri, found, document.version))

    async def _refresh(self) -> None:
        """Ask the client to ask again for what depends on the whole text."""
        workspace = self.client_capabilities.workspace
        wanted: list[tuple[Any, Callable[[], Any]]] = [
            (workspace and workspace.semantic_tokens, lambda: self.workspace_semantic_tokens_refresh(None)),
            (workspace and workspace.inlay_hint, lambda: self.workspace_inlay_hint_refresh(None)),
            (workspace and workspace.code_lens, lambda: self.workspace_code_lens_refresh(None)),
        ]
        for capability, refresh in wanted:
            if capability and capability.refresh_support:
                refresh()

    async def republish(self, document: Document) -> None:
        """The same text, told again with the verdicts that there are now."""
        known = await self.about(document.uri, lambda analysis, shown, _: (analysis, self.desk.together(document.path)))
        if known is not None:
            self.publish_all(*known)
            await self._refresh()

    def lens(self, title: str, name: str, arguments: list[Any]) -> lsp.Command:
        """What a lens does: the client's own command where it has one of that name, else the server's."""
        from kwlogic.lsp.fixes import SERVER

        own = name in self.options.get("commands", ())
        return lsp.Command(title, name if own else SERVER[name], arguments=arguments)

    def shut(self) -> None:
        self.proving.close()
        self.bench.close()


def make_server() -> KwServer:
    from kwlogic.lsp import fixes, marks, navigate, reading, sync

    server = KwServer()
    for part in (sync, navigate, reading, marks, fixes):
        part.register(server)
    logging.getLogger("pygls.protocol.json_rpc").addFilter(quiet)
    return server
