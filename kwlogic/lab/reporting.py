"""The service behind `kwlogic report`: all that is known of a project's modules, page by page. It prints nothing.

Verdicts are those of one check; proofs are told from the certificates that the project keeps, and where there are none by
their method alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kwlogic.core.program import ComposeBody, Kernel
from kwlogic.core.wiring import Wiring
from kwlogic.lab.drawing import picture_with
from kwlogic.lab.pictures import Picture
from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.vc.data import Goal, Obligation, Proved, Result
from kwlogic.workspace.audit import Audit, audit
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult, Progress
from kwlogic.workspace.proofs_check import Scene


@dataclass(frozen=True, slots=True)
class Clause:
    """An obligation with its verdict, and its proof in words (empty where no certificate tells it)."""

    result: Result
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """The graph of a composition."""

    name: str
    span: Span
    picture: Picture


@dataclass(frozen=True, slots=True)
class Page:
    """A module that was checked. ``diagnostics``: those about its file."""

    module: str
    source: Source
    clauses: tuple[Clause, ...]
    figures: tuple[Figure, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    result: CheckResult
    pages: tuple[Page, ...]
    audit: Audit


def report(paths: Iterable[str] = (), cwd: Path | None = None, frozen: bool = False, progress: Progress | None = None) -> Report:
    """Checks what is selected and gathers what is known. Raises Diagnosed where nothing can be selected."""
    where, typed = cwd or Path.cwd(), tuple(paths)
    result = check(CheckRequest(typed, where, frozen=frozen), progress)
    scene = Scene(typed, where)
    found = _Pages(result, scene)
    title = scene.project.root.resolve().name or "kwlogic"
    return Report(title, result, tuple(found.page(m) for m in scene.loaded.wanted), audit(result))


class _Pages:
    def __init__(self, result: CheckResult, scene: Scene) -> None:
        self.result, self.scene = result, scene
        self.by_module: dict[str, list[Result]] = {}
        for one in result.results:
            self.by_module.setdefault(one.obligation.module, []).append(one)
        self.obligations: dict[str, Obligation] = {}
        if scene.books.entries:
            self.obligations = {o.id: o for o in scene.obligations()}

    def page(self, module: str) -> Page:
        source, _ = self.scene.loaded.modules[module]
        results = self.by_module.get(module, [])
        clauses = tuple(Clause(r, self._words(r)) for r in results)
        about = tuple(d for d in self.result.diagnostics if d.span is not None and d.span.file == source.path)
        return Page(module, source, clauses, tuple(self._figures(module, results)), about)

    def _words(self, result: Result) -> tuple[str, ...]:
        from kwlogic.workspace.proofs_check import in_words

        obligation = self.obligations.get(result.obligation.id)
        if obligation is None or obligation.ask is not Goal.VALID or not isinstance(result.verdict, Proved):
            return ()
        return in_words(self.scene, obligation)

    def _figures(self, module: str, results: list[Result]) -> Iterable[Figure]:
        from kwlogic.compose.wiring_to_dag import composition_of

        for name, kernel in self.scene.program.kernels.items():
            if name.rpartition(".")[0] == module and _composed(kernel):
                own = [r for r in results if r.obligation.declaration == name]
                composition = composition_of(kernel.body.wiring, kernel)  # type: ignore[union-attr, arg-type]
                yield Figure(name.rpartition(".")[2], kernel.name_span, picture_with(composition, kernel, own, self.scene.program))


def _composed(kernel: Kernel) -> bool:
    return isinstance(kernel.body, ComposeBody) and isinstance(kernel.body.wiring, Wiring)
