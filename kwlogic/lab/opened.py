"""Opening a project for questions: its program, its kernels by name, and the checks that answers go through.

What cannot be opened or found is refused with diagnostics; the sources to show them with travel along.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kwlogic.core.program import Kernel, Program
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.vc.data import Obligation, Plan, Result
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import CheckRequest, Progress, Project
from kwlogic.workspace.findings import short
from kwlogic.workspace.load import Loaded, is_std, load
from kwlogic.workspace.run import errors_about
from kwlogic.workspace.select import select


class Refused(Diagnosed):
    """A question that has no answer as it was put; ``sources`` holds what the diagnostics point at."""

    def __init__(self, *diagnostics: Diagnostic, sources: Mapping[str, Source] | None = None) -> None:
        super().__init__(*diagnostics)
        self.sources: Mapping[str, Source] = dict(sources or {})


@dataclass(frozen=True, slots=True)
class Opened:
    """A project as its files stand. ``problems``: what was wrong with its text; the rest of it is usable."""

    project: Project
    cwd: Path
    loaded: Loaded
    program: Program
    problems: tuple[Diagnostic, ...]
    budget: int | None = None

    @property
    def sources(self) -> Mapping[str, Source]:
        return {**self.program.sources, **self.loaded.sources}

    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.problems if d.severity is Severity.ERROR)

    def own_kernels(self) -> list[str]:
        """Qualified names of the kernels of the selected files, in order."""
        return [k for k in self.program.kernels if k.rpartition(".")[0] in self.loaded.wanted]

    def all_kernels(self) -> list[str]:
        """Those of the modules that the selected files use, too; the standard library's left out."""
        return [k for k in self.program.kernels if not is_std(k.rpartition(".")[0])]

    def refuse(self, *diagnostics: Diagnostic) -> Refused:
        return Refused(*diagnostics, sources=self.sources)


def open_project(paths: Iterable[str] = (), cwd: Path | None = None, budget: int | None = None, whole: bool = False) -> Opened:
    """Reads and elaborates the project, or the files and folders that ``paths`` names. Raises Refused.

    ``whole`` loads all of the standard library, for texts that are written later and may use any of it.
    """
    where, typed = cwd or Path.cwd(), tuple(paths)
    project = project_of(typed, where)
    selections, missing = select(typed, project, where)
    if missing:
        raise Refused(*missing, sources={project.source.path: project.source} if project.source else {})
    loaded = load(selections, project, where, whole=whole)
    program, problems = elaborate_all(loaded, where)
    return Opened(project, where, loaded, program, (*loaded.diagnostics, *problems), budget)


def open_kernel(
    name: str, paths: Iterable[str] = (), cwd: Path | None = None, budget: int | None = None, whole: bool = False
) -> tuple[Opened, Kernel]:
    """A project and one of its kernels: FILE::NAME, MODULE.NAME or NAME. Raises Refused, with a suggestion."""
    file, colons, wanted = name.partition("::")
    opened = open_project((file,) if colons else paths, cwd, budget, whole)
    return opened, kernel_named(opened, wanted if colons else name)


def open_several(
    names: Iterable[str], paths: Iterable[str] = (), cwd: Path | None = None, budget: int | None = None
) -> tuple[Opened, tuple[Kernel, ...]]:
    """A project and several of its kernels, each named as for ``open_kernel``; files that are named need not be the project's."""
    asked = [name.partition("::") for name in names]
    files = tuple(dict.fromkeys(file for file, colons, _ in asked if colons))
    where, rest = cwd or Path.cwd(), tuple(paths)
    if files and not rest and not all(colons for _, colons, _ in asked):
        project = project_of((), where)
        rest = tuple(str(project.root / p) for p in project.config.paths)
    opened = open_project((*files, *rest), where, budget)
    return opened, tuple(_kernel_in(opened, file, name) if colons else kernel_named(opened, file) for file, colons, name in asked)


def _kernel_in(opened: Opened, file: str, name: str) -> Kernel:
    """The kernel of this name in this file, else any of that name."""
    here = (opened.cwd / file).resolve()
    mine = [m for m, s in opened.loaded.wanted.items() if s.path.resolve() == here]
    full = [f"{m}.{name}" for m in mine if f"{m}.{name}" in opened.program.kernels]
    return opened.program.kernels[full[0]] if full else kernel_named(opened, name)


def open_around(name: str, paths: Iterable[str] = (), cwd: Path | None = None, budget: int | None = None) -> tuple[Opened, Kernel]:
    """Like ``open_kernel``, but with all of the project in sight that a named file belongs to: for questions about who else is
    concerned."""
    file, colons, wanted = name.partition("::")
    if not colons:
        return open_kernel(name, paths, cwd, budget)
    where = cwd or Path.cwd()
    project = project_of((file,), where)
    rest = [str(project.root / p) for p in project.config.paths] if project.source is not None else []
    opened = open_project((file, *rest), where, budget)
    return opened, _kernel_in(opened, file, wanted)


def kernel_named(opened: Opened, name: str) -> Kernel:
    """The kernel of this name among the selected files, else among the modules they use. Raises Refused."""
    for among in (opened.own_kernels(), opened.all_kernels()):
        found = [k for k in among if k == name] or [k for k in among if short(k) == name]
        if len(found) == 1:
            return opened.program.kernels[found[0]]
        if found:
            listed = ", ".join(f"`{k}`" for k in found)
            raise opened.refuse(
                diagnostic("KW726", f"`{name}` is the name of {len(found)} kernels: {listed}", help="give the module too, as MODULE.NAME")
            )
    errors = errors_about(short(name), opened.errors(), opened.sources)
    message = f"there is no kernel `{name}`" + (", or it has errors" if errors else "")
    raise opened.refuse(*errors[:20], diagnostic("KW726", message, help=_near(name, opened.all_kernels())))


def _near(name: str, kernels: list[str]) -> str:
    near = difflib.get_close_matches(short(name), [short(k) for k in kernels], 1)
    if near:
        return f"did you mean `{near[0]}`?"
    if not kernels:
        return "no kernel is in sight: name a file, as in FILE::KERNEL"
    some = ", ".join(f"`{short(k)}`" for k in kernels[:8])
    return f"there {'is' if len(kernels) == 1 else 'are'} {some}{' and others' if len(kernels) > 8 else ''}"


# ---------------------------------------------------------------- checking


def verdicts(
    opened: Opened, program: Program, obligations: tuple[Obligation, ...], budget: int | None = None, progress: Progress | None = None
) -> tuple[Result, ...]:
    """A result for each obligation, by the same prover, cache and budget as `kwlogic check`; no certificates are kept."""
    from kwlogic.solve.cache import open_cache
    from kwlogic.workspace.proving import Proving

    if not obligations:
        return ()
    jobs = None if len(obligations) > 4 else 1
    request = CheckRequest(cwd=opened.cwd, budget=budget or opened.budget, jobs=jobs, proofs=False)
    cache = open_cache(opened.project.root)[0] if opened.project.config.cache else None
    try:
        solved = Proving(request, opened.project, program, Plan(obligations, ()), cache).solve(progress)
    finally:
        if cache is not None:
            cache.close()
    if solved.interrupted:
        raise KeyboardInterrupt
    return solved.results


def check_kernels(
    opened: Opened, program: Program, names: Iterable[str], budget: int | None = None, progress: Progress | None = None
) -> tuple[Result, ...]:
    """Results of everything that is to be shown of some declarations."""
    from kwlogic.vc.plan import plan

    return verdicts(opened, program, plan(program, names)[0].obligations, budget, progress)
