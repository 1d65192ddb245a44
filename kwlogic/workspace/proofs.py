"""The folder `proofs/` of a project: reading and writing certificates, and checking them without a solver.

Files mirror modules: ``proofs/std/list.proof`` for ``std.list``. A file is written only where its text changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Goal, Obligation, Proved, Result
from kwlogic.workspace.data import Project

FOLDER = "proofs"
SUFFIX = ".proof"


def wanted(project: Project, asked: bool | None) -> bool:
    """Whether a run keeps certificates: as asked, else as configured, else in a project (a folder with a configuration)."""
    if asked is not None:
        return asked
    if project.config.proofs is not None:
        return project.config.proofs
    return project.source is not None or (project.root / FOLDER).is_dir()


def within(project: Project, path: Path) -> bool:
    """Whether a file belongs to the project: certificates of others are theirs to keep."""
    return path.resolve().is_relative_to(project.root.resolve())


def path_of(project: Project, module: str) -> Path:
    return project.root.joinpath(FOLDER, *module.split(".")).with_name(module.rpartition(".")[2] + SUFFIX)


@dataclass(slots=True)
class Books:
    """The files of some modules. ``entries``: text of entries by obligation, over all of them; ``lemmas``: statements by module.
    ``frozen``: what would be
    written is told instead."""

    project: Project
    texts: dict[str, str | None] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    lemmas: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    frozen: bool = False

    def read(self, modules: Iterable[str]) -> None:
        from kwlogic.proof.book import entries_of, lemmas_of, module_in

        for module in modules:
            path = path_of(self.project, module)
            try:
                text = path.read_bytes().decode("utf-8")
            except FileNotFoundError:
                self.texts[module] = None
                continue
            except (OSError, UnicodeDecodeError) as error:
                self.problems.append(unreadable(path, str(error)))
                self.texts[module] = None
                continue
            self.texts[module] = text
            if module_in(text) != module:
                continue
            found, self.lemmas[module] = entries_of(text), lemmas_of(text)
            self.entries.update((k, t) for k, t in found.items() if k not in self.entries)

    def write(self, obligations: Iterable[Obligation], results: Iterable[Result], whole: set[str], cwd: Path, program: Program) -> None:
        """Put the certificates of a run into the files of the project's modules; in those that were not checked as a
        ``whole``, the entries of what was not asked stay."""
        from kwlogic.proof.book import entries_of
        from kwlogic.solve.remembered import found_in, merged

        results = tuple(results)
        for module, lemmas in found_in(results).items():
            self.lemmas[module] = merged(self.lemmas.get(module, ()), lemmas)
        new = {r.obligation.id: text for r in results if (text := _entry(r)) is not None}
        order: dict[str, list[str]] = {}
        for obligation in obligations:
            if obligation.ask is Goal.VALID:
                order.setdefault(obligation.module, []).append(obligation.id)
        for module, ids in order.items():
            if not within(self.project, Path(cwd, program.modules[module].file)) or not any(i in new for i in ids):
                continue
            if module not in whole:
                before = entries_of(self.texts.get(module) or "")
                ids = [*before, *(i for i in ids if i in new and i not in before)]
            self._write(module, ids, new)

    def _write(self, module: str, ids: list[str], new: dict[str, str]) -> None:
        from kwlogic.proof.book import book_text, merged

        text = book_text(module, merged(ids, self.entries, new), self.lemmas.get(module, ()))
        if text == self.texts.get(module):
            return
        path = path_of(self.project, module)
        if self.frozen:
            self.problems.append(_behind(path.relative_to(self.project.root), self.texts.get(module), text))
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(path.name + ".new")
            beside.write_text(text, encoding="utf-8")
            beside.replace(path)
            self.texts[module] = text
        except OSError as error:
            self.problems.append(diagnostic("KW741", f"`{path}` cannot be written: {error.strerror or error}"))


def _entry(result: Result) -> str | None:
    """The entry of a result; None where the one that there is stays."""
    if result.obligation.ask is not Goal.VALID or result.volatile:
        return None
    if isinstance(result.verdict, Proved):
        return result.verdict.certificate or None
    from kwlogic.proof.book import open_text

    return open_text(result.obligation.id)


def _behind(path: Path, before: str | None, now: str) -> Diagnostic:
    from kwlogic.proof.book import entries_of

    old, new = entries_of(before or ""), entries_of(now)
    differ = sum(old.get(name) != text for name, text in new.items()) + sum(name not in new for name in old)
    are = "certificate in `{}` is not as it" if differ == 1 else "certificates in `{}` are not as they"
    what = f"`{path}` does not exist" if before is None else f"{differ} {are.format(path)} would be now"
    return diagnostic("KW748", what, help="run `kwlogic check` without `--frozen` and commit `proofs/`")


def unreadable(path: Path, reason: str) -> Diagnostic:
    return diagnostic("KW740", f"`{path}` cannot be read: {reason}")
