"""The open texts, and what parsing and elaboration say of them together with the files around them.

A text that is open stands in for its file. Texts of one project are checked together, so that one may use what another
declares before either is saved. What has not changed is not parsed again; an analysis that nothing has touched is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.core.sweep import size, sweep
from kwlogic.elab.elaborate import elaborate, world_of
from kwlogic.elab.state import Scope, World
from kwlogic.source.abandon import Asked
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.syntax.data import Module
from kwlogic.workspace.config import find_project, show_path
from kwlogic.workspace.data import Config, Project, Selection
from kwlogic.workspace.load import Loaded, load
from kwlogic.workspace.read import unsaved
from kwlogic.workspace.select import SUFFIX, select

Parsed = tuple[Module, tuple[Diagnostic, ...]]
WARM = """module warm
kernel one(x: Int) -> (y: Int)
= match [x] { case [] => 0 case [y, *_] => y + 1 }
kernel two(x: Int) -> (y: Int)
{
  y <- one(x);
}
"""
KEPT = 4000  # parsed files that are remembered
SWEEP = 300_000  # terms made since the last time after which those that nobody holds are dropped


@dataclass(slots=True, eq=False, repr=False)
class Analysis:
    """What is known of a project's open files, and (``whole``) of all its others. Spans are places in ``sources``."""

    project: Project
    loaded: Loaded
    program: Program
    world: World
    diagnostics: tuple[Diagnostic, ...]
    paths: dict[str, Path]
    whole: bool = False
    memo: dict[str, object] = field(default_factory=dict)

    @property
    def sources(self) -> dict[str, Source]:
        return self.loaded.sources

    def shown(self, path: Path) -> str | None:
        names = self.memo.get("names")
        if not isinstance(names, dict):
            names = self.memo["names"] = {os.path.realpath(p): s for s, p in reversed(self.paths.items())}
        found = names.get(os.path.realpath(path))
        return found if isinstance(found, str) else None

    def scope(self, shown: str) -> Scope | None:
        """The module that a file is, where it could be read as one."""
        return next((s for s in self.world.scopes.values() if s.source.path == shown), None)

    def of_file(self, shown: str) -> tuple[Diagnostic, ...]:
        """What is wrong with one file; what has no place in any is told at the top of every file."""
        return tuple(d for d in self.diagnostics if d.span is None or d.span.file == shown)


class Desk:
    """The texts that are open, by path, and what was read of the files around them."""

    def __init__(self) -> None:
        self.texts: dict[Path, str] = {}
        self._parsed: dict[str, tuple[str, Parsed]] = {}
        self._known: dict[tuple[Path, bool], Analysis] = {}
        self._last: dict[Path, Analysis] = {}
        self._swept = 0
        self._projects: dict[Path, tuple[Project, tuple[Diagnostic, ...]]] = {}

    # ------------------------------------------------------------ texts

    def put(self, path: Path, text: str) -> None:
        """A text is opened, or changed."""
        if self.texts.get(path) != text:
            self.texts[path] = text
            self._known.clear()

    def drop(self, path: Path) -> None:
        """A text is closed: its file counts again."""
        if self.texts.pop(path, None) is not None:
            self._known.clear()

    def touch(self) -> None:
        """Files have changed on disk."""
        self._known.clear()
        self._last.clear()
        self._projects.clear()

    def rest(self) -> None:
        """Nobody waits: give back what earlier texts have left behind."""
        if size() > self._swept + SWEEP:
            sweep()
            self._swept = size()

    def another(self, texts: Mapping[Path, str]) -> Desk:
        """A desk with other texts, which need not read again what this one has read."""
        made = Desk()
        made.texts, made._parsed = dict(texts), dict(self._parsed)
        return made

    def warm(self) -> None:
        """Load what the first text will need: the grammar, the standard library, the words for errors."""
        from kwlogic.workspace.live.quick import quick

        path = Path("warm.kw").absolute()
        other = self.another({path: WARM})
        quick(other.analysis(path), path.name, WARM.replace("y + 1", "y +"))
        self._parsed.update(other._parsed)

    # ------------------------------------------------------------ projects

    def project(self, path: Path) -> tuple[Project, tuple[Diagnostic, ...]]:
        """The project of a file, and what is wrong with its configuration; then the defaults hold."""
        found = self._projects.get(path.parent)
        if found is None:
            try:
                found = find_project(path.parent, path.parent), ()
            except Diagnosed as error:
                told = tuple(_at_the_top(d) for d in error.diagnostics)
                found = Project(path.parent, Config()), told
            self._projects[path.parent] = found
        return found

    def together(self, path: Path) -> tuple[Path, ...]:
        """The open texts that are analysed with this one."""
        root = self.project(path)[0].root
        return tuple(p for p in self.texts if self.project(p)[0].root == root)

    # ------------------------------------------------------------ analyses

    def analysis(self, path: Path, whole: bool = False, abandoned: Asked | None = None) -> Analysis:
        """What is known of an open text and those of its project; ``whole``: of all files of the project. Raises
        Abandoned."""
        project, problems = self.project(path)
        for known in (self._known.get((project.root, True)), None if whole else self._known.get((project.root, False))):
            if known is not None and known.shown(path) is not None:
                return known
        with self.reading():
            made = self._analysed(project, problems, self._selected(project, path, whole), abandoned, whole)
        self._known[project.root, whole] = self._last[project.root] = made
        return made

    def before(self, path: Path) -> Analysis | None:
        """The last analysis that holds this text, if no other open text of its project has changed since."""
        last = self._last.get(self.project(path)[0].root)
        if last is None:
            return None
        for other in self.together(path):
            shown = last.shown(other)
            if shown is None or (other != path and last.sources[shown].text != self.texts[other]):
                return None
        return last

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Within, open texts are read in place of their files."""
        with unsaved(self.texts):
            yield

    def _selected(self, project: Project, path: Path, whole: bool) -> list[Selection]:
        found: dict[Path, Selection] = {}
        for open_ in (path, *self.together(path)):
            found.setdefault(open_, Selection(open_, show_path(open_, project.root)))
        if whole and project.source is not None:
            for selection in select((), project, project.root)[0]:
                if all(os.path.realpath(selection.path) != os.path.realpath(p) for p in self.texts):
                    found.setdefault(selection.path, selection)
        elif whole:
            for beside in sorted(path.parent.glob(f"*{SUFFIX}")):
                found.setdefault(beside, Selection(beside, show_path(beside, project.root)))
        return list(found.values())

    def _analysed(
        self,
        project: Project,
        problems: tuple[Diagnostic, ...],
        selections: list[Selection],
        abandoned: Asked | None,
        whole: bool,
    ) -> Analysis:
        loaded = load(selections, project, project.root, whole=True, parse=lambda source: self.parse(source, abandoned))
        program, found = elaborate(tuple(loaded.modules.values()), abandoned)
        world = world_of(program)
        assert world is not None
        files = {s.shown for s in loaded.wanted.values()}
        kept = [d for d in found if d.severity is Severity.ERROR or d.span is None or d.span.file in files]
        paths = {loaded.modules[name][0].path: path for path, name in loaded.paths.items()}
        paths |= {s.shown: s.path for s in selections}
        return Analysis(project, loaded, program, world, (*problems, *loaded.diagnostics, *kept), paths, whole)

    def parse(self, source: Source, abandoned: Asked | None = None) -> Parsed:
        """The tree of a text; that of a text which was read before is the same."""
        from kwlogic.syntax.parse import parse_module

        found = self._parsed.get(source.path)
        if found is None or found[0] != source.text:
            found = source.text, parse_module(source, abandoned)
            if len(self._parsed) >= KEPT:
                self._parsed.clear()
            self._parsed[source.path] = found
        return found[1]


def _at_the_top(d: Diagnostic) -> Diagnostic:
    """What is wrong with a configuration is told without a place, since its file may not be open."""
    from dataclasses import replace

    where = f"`{d.span.file}`: " if d.span is not None else ""
    return replace(d, message=where + d.message, labels=())
