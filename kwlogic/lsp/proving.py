"""Verdicts: asked for when typing rests, streamed while they arrive, kept for as long as they speak of the text.

The prover is a process of its own; nothing here waits for it. Only declarations whose verdicts do not hold any more
are asked about.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from kwlogic.lsp.documents import Document
from kwlogic.source.data import Diagnostic
from kwlogic.vc.data import Refuted
from kwlogic.workspace.findings import finding
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.live.prover import LAST, Prover
from kwlogic.workspace.live.quick import Change, moved_diagnostic
from kwlogic.workspace.live.verdicts import Board, Standing, Status, declared
from kwlogic.workspace.written import result_from_json

if TYPE_CHECKING:
    from kwlogic.lsp.server import KwServer

REST = 0.4  # seconds after an analysis before verdicts are asked for
COMMAND = (sys.executable, "-m", "kwlogic.lsp.worker")


@dataclass(slots=True, eq=False, repr=False)
class Job:
    """One question put to the prover, about declarations as they are in ``analysis``."""

    analysis: Analysis
    names: tuple[str, ...]
    texts: dict[str, str] = field(repr=False)
    number: int = 0
    total: int = 0
    answered: dict[str, int] = field(default_factory=dict)
    early: list[Diagnostic] = field(default_factory=list)
    partial: bool = False
    token: str = ""
    shown: bool = False

    @property
    def count(self) -> int:
        return sum(self.answered.values())


class Proving:
    """One board and at most one job for each project."""

    def __init__(self, server: KwServer) -> None:
        self.server = server
        self.prover = Prover(COMMAND, lambda line: None)
        self.boards: dict[Path, Board] = {}
        self.jobs: dict[Path, Job] = {}
        self.waiting: dict[Path, int] = {}

    def board(self, analysis: Analysis) -> Board:
        return self.boards.setdefault(analysis.project.root, Board())

    def close(self) -> None:
        self.prover.close()

    # ------------------------------------------------------------ what is known

    def status(self, analysis: Analysis, name: str) -> Status:
        return self.board(analysis).status(analysis, name)

    def running(self, analysis: Analysis, name: str) -> Job | None:
        """The job that asks about this declaration, if there is one."""
        job = self.jobs.get(analysis.project.root)
        return job if job is not None and name in job.names else None

    def findings(self, analysis: Analysis, shown: str) -> list[tuple[Diagnostic, bool]]:
        """What verdicts have to say in a file, and whether it is stale."""
        found: list[tuple[Diagnostic, bool]] = []
        for name, place in declared(analysis).items():
            if place.span.file == shown:
                status = self.status(analysis, name)
                found += [(d, status.standing is Standing.STALE) for d in status.findings]
        job = self.jobs.get(analysis.project.root)
        if job is not None and job.analysis is analysis:
            known = {d.span for d, _ in found}
            found += [(d, False) for d in job.early if d.span is not None and d.span.file == shown and d.span not in known]
        return found

    def findings_moved(self, analysis: Analysis, shown: str, change: Change) -> list[tuple[Diagnostic, bool]]:
        """The same, for a text that has changed since: what stands in the changed declaration is stale."""
        held = [p.span for p in declared(analysis).values() if p.span.file == shown and p.span.start <= change.start <= p.span.end]

        def touched(d: Diagnostic) -> bool:
            return d.span is not None and any(h.start <= d.span.start <= h.end for h in held)

        return [(moved_diagnostic(d, shown, change), stale or touched(d)) for d, stale in self.findings(analysis, shown)]

    # ------------------------------------------------------------ asking

    def wanted(self, path: Path, saved: bool = False) -> None:
        """Verdicts of a document, and of those of its project, are wanted."""
        when = self.server.options.get("verify", "change")
        if when == "never" or (when == "save" and not saved):
            return
        self.server.spawn(self._rested(path))

    async def _rested(self, path: Path) -> None:
        root = self.server.desk.project(path)[0].root
        edition = self.waiting[root] = self.waiting.get(root, 0) + 1
        await asyncio.sleep(REST)
        if self.waiting[root] == edition:
            await self.verify(path)

    async def verify(self, path: Path, again: tuple[str, ...] = ()) -> None:
        """Ask about everything that is outdated in the open documents of a project, and about ``again``. What has changed
        since the question that is being answered comes first, then what that was about."""
        document = self.server.documents.at(path)
        if document is None:
            return
        found = await self.server.about(document.uri, lambda analysis, shown, _: (analysis, *self._outdated(analysis, again)))
        if found is None:
            return
        analysis, names, texts = found
        running = self.jobs.get(analysis.project.root)
        first = names
        if running is not None:
            first = [n for n in names if n not in running.names or not _same(running.analysis, analysis, n)]
            if not first:
                return
            self.prover.cancel(running.number)
            self._ended(running)
        if first:
            self._submit(Job(analysis, tuple(first), texts, partial=len(first) < len(names)))

    def _outdated(self, analysis: Analysis, again: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
        """What to ask about, and all texts as they were analysed, open or not: the verdicts are of these and no others."""
        texts = {str(p): t for p, t in self.server.desk.texts.items()}
        for source, _ in analysis.loaded.modules.values():
            texts.setdefault(str(analysis.paths[source.path]), source.text)
        board = self.board(analysis)
        board.forget(again)
        shown = [analysis.shown(p) for p in self.server.desk.texts]
        return [n for file in shown if file is not None for n in board.outdated(analysis, file)], texts

    def _submit(self, job: Job) -> None:
        analysis = job.analysis
        places = declared(analysis)
        paths = [_selection(analysis, places[n].span.file, n) for n in job.names]
        task = {
            "do": "check",
            "root": str(analysis.project.root),
            "paths": paths,
            "texts": job.texts,
            "budget": self.server.options.get("budget"),
        }
        loop = asyncio.get_running_loop()
        self.jobs[analysis.project.root] = job

        def tell(message: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(self._heard, job, message)

        job.number = self.prover.submit(task, tell)

    # ------------------------------------------------------------ hearing

    def _heard(self, job: Job, message: dict[str, Any]) -> None:
        if self.jobs.get(job.analysis.project.root) is not job:
            return
        if "total" in message:
            job.total = message["total"]
            self._begin(job)
        elif "result" in message:
            self.server.spawn(self._streamed(job, message["result"]))
        elif LAST & message.keys():
            self.server.spawn(self._finished(job, message))

    async def _streamed(self, job: Job, data: dict[str, Any]) -> None:
        def read() -> tuple[str, Diagnostic | None]:
            [result] = result_from_json(data, {}).results
            told = finding(result, job.analysis.program) if isinstance(result.verdict, Refuted) else None
            return result.obligation.declaration, told

        name, told = await self.server.bench.run(read)
        job.answered[name] = job.answered.get(name, 0) + 1
        if told is not None:
            job.early.append(told)
            self.server.publish_all(job.analysis, tuple(d.path for d in self._open(job.analysis)))
        self._report(job)

    async def _finished(self, job: Job, message: dict[str, Any]) -> None:
        if self.jobs.get(job.analysis.project.root) is not job:
            return
        self._ended(job)
        if "done" not in message:
            reason = "; ".join(message.get("refused", ())) or message.get("failed")
            if reason:
                self.server.window_log_message(lsp.LogMessageParams(lsp.MessageType.Error, f"verification stopped: {reason}"))
            return
        board = self.board(job.analysis)
        await self.server.bench.run(lambda: board.keep(job.analysis, job.names, result_from_json(message["done"], {})))
        for document in self._open(job.analysis)[:1]:
            await self.server.republish(document)
            if job.partial:
                await self.verify(document.path)

    def _open(self, analysis: Analysis) -> list[Document]:
        """The open documents of a project."""
        documents = list(self.server.documents.by_uri.values())
        return [d for d in documents if self.server.desk.project(d.path)[0].root == analysis.project.root]

    # ------------------------------------------------------------ progress

    def _begin(self, job: Job) -> None:
        window = self.server.client_capabilities.window
        if job.total and window is not None and window.work_done_progress:
            job.token = f"kwlogic-{uuid.uuid4()}"
            self.server.spawn(self._create(job))

    async def _create(self, job: Job) -> None:
        await self.server.work_done_progress.create_async(job.token)
        if self.jobs.get(job.analysis.project.root) is not job:
            return
        job.shown = True
        value = lsp.WorkDoneProgressBegin("kwlogic", cancellable=True, message=f"0 of {job.total}", percentage=0)
        self.server.work_done_progress.begin(job.token, value)
        stop = self.server.work_done_progress.tokens[job.token]
        stop.add_done_callback(lambda f: self._stop(job) if f.cancelled() else None)

    def _stop(self, job: Job) -> None:
        self.prover.cancel(job.number)

    def _report(self, job: Job) -> None:
        if job.shown and self.jobs.get(job.analysis.project.root) is job:
            value = lsp.WorkDoneProgressReport(
                message=f"{job.count} of {job.total}", percentage=min(100, 100 * job.count // max(job.total, 1))
            )
            self.server.work_done_progress.report(job.token, value)

    def _ended(self, job: Job) -> None:
        self.jobs.pop(job.analysis.project.root, None)
        if job.shown:
            self.server.work_done_progress.end(job.token, lsp.WorkDoneProgressEnd())


def _same(one: Analysis, other: Analysis, name: str) -> bool:
    a, b = declared(one).get(name), declared(other).get(name)
    return a is not None and b is not None and a.digest == b.digest


def _selection(analysis: Analysis, shown: str, name: str) -> str:
    scope = analysis.scope(shown)
    module = scope.name if scope is not None else ""
    return f"{analysis.paths[shown]}::{name.removeprefix(f'{module}.')}"
