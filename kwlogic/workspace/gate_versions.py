"""Kernels against an earlier version of the project: a git revision, a file, or the recorded baseline."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kwlogic.core.logic import erase
from kwlogic.core.program import Kernel, Program
from kwlogic.gate.data import Change, Comparison, Finding, KernelReport, Step
from kwlogic.gate.semver import proposed, step_between
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source, Span
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.gate_data import GateRequest
from kwlogic.workspace.gate_files import GateFiles
from kwlogic.workspace.load import Loaded, is_std, load_library
from kwlogic.workspace.read import read_source

BASELINE = "baseline"
SECONDS = 30


class Versions:
    """The earlier version of the modules that are gated, and comparisons with it."""

    def __init__(self, request: GateRequest, loaded: Loaded, program: Program, files: GateFiles, kernels: list[Kernel]) -> None:
        from kwlogic.gate.versions import BUDGET, WALL, Comparer
        from kwlogic.solve.work import SolveOptions
        from kwlogic.workspace.proving import processors

        self.request, self.loaded, self.files, self.kernels = request, loaded, files, kernels
        self.against = request.against or BASELINE
        self.before: dict[str, Source] = {}
        self.old = self._old_program()
        options = SolveOptions(budget=request.budget or BUDGET, jobs=request.jobs or processors(), wall=WALL)
        pairs = [(self.old.kernels[k.name], k) for k in kernels if k.name in self.old.kernels]
        self.comparisons = Comparer(self.old, program, options).compare(pairs)

    # ------------------------------------------------------------ the earlier text

    def _old_program(self) -> Program:
        from kwlogic.syntax.parse import parse_module

        old = Loaded()
        for path, name in self.loaded.paths.items():
            if is_std(name):
                continue
            source = self._source(name, path)
            if source is None and name in self.loaded.wanted:
                continue
            self.before[name] = source or self.loaded.modules[name][0]
            module, _ = parse_module(self.before[name])
            old.modules[name] = (self.before[name], module)
            old.sources[self.before[name].path] = self.before[name]
        if not self.before.keys() & self.loaded.wanted.keys():
            raise Diagnosed(self._nothing())
        load_library(old, self.request.cwd, "")
        program, problems = elaborate_all(old, self.request.cwd)
        errors = [d for d in problems if d.severity is Severity.ERROR]
        self.files.sources.update({s.path: s for s in self.before.values() if s.path not in self.loaded.sources})
        if errors:
            message = f"the earlier version ({self.against}) does not check: {errors[0].message}"
            raise Diagnosed(diagnostic("KW615", message, help="compare with a version that checks"))
        return program

    def _source(self, module: str, path: Path) -> Source | None:
        if self.against == BASELINE:
            return self.files.read(module, BASELINE)
        file = Path(self.request.cwd, self.against)
        if file.is_file():
            return self._file(module, file)
        return self._revision(path)

    def _file(self, module: str, file: Path) -> Source | None:
        """The file, for the module that its header names, or for the only one that is gated."""
        from kwlogic.workspace.find import header_of

        name = header_of(file)
        if module not in self.loaded.wanted or not (name == module or (name is None and len(self.loaded.wanted) == 1)):
            return None
        return read_source(file, self.against)

    def _revision(self, path: Path) -> Source | None:
        """The text that a file had; None where it was not there."""
        if _git(path.parent, "rev-parse", "--verify", "--quiet", f"{self.against}^{{commit}}") is None:
            raise Diagnosed(self._nothing())
        text = _git(path.parent, "show", f"{self.against}:./{path.name}")
        return None if text is None else Source(f"{self.against}:{self.loaded.modules[self.loaded.paths[path]][0].path}", text)

    def _nothing(self) -> Diagnostic:
        if self.against == BASELINE:
            message, help = "no baseline is recorded", "`kwlogic gate --accept` records the present specs as the baseline"
        else:
            message = f"`{self.against}` is no file, no revision that git knows here, and not `baseline`"
            help = "give a commit, branch or tag, the path of an earlier spec file, or `baseline`"
        return diagnostic("KW615", message, help=help)

    # ------------------------------------------------------------ comparing

    def compared(self, kernel: Kernel, report: KernelReport) -> KernelReport:
        """The report with the comparison, and what is to be said of it."""
        from dataclasses import replace

        comparison = self.comparisons.get(kernel.name)
        if comparison is None:
            return replace(report, comparison=Comparison(Change.NEW, Step.NONE, after=kernel.version))
        found = _findings(kernel, comparison, self.against)
        return replace(report, comparison=comparison, findings=(*report.findings, *found))

    def removed(self) -> list[Diagnostic]:
        """Kernels that the selected modules had and have not any more."""
        names = {k.name for k in self.kernels}
        found: list[Diagnostic] = []
        for module, selection in self.loaded.wanted.items():
            if module not in self.before or selection.names:
                continue
            for name, old in self.old.kernels.items():
                if name.rpartition(".")[0] == module and name not in names:
                    found.append(self._gone(old, selection.shown))
        return found

    def _gone(self, old: Kernel, shown: str) -> Diagnostic:
        successor = next((k for k in self.kernels if k.name not in self.old.kernels and _alike(old, k)), None)
        short = old.name.rpartition(".")[2]
        if successor is None:
            return diagnostic("KW617", f"the kernel `{short}` has been removed since {self.against}", Span(shown, 0, 0), "no longer here")
        name = successor.name.rpartition(".")[2]
        message = f"the kernel `{short}` has been renamed `{name}` since {self.against}"
        return diagnostic("KW617", message, successor.name_span, "the same contract", help=f"keep `{short}` as well, or accept the change")


def _alike(old: Kernel, new: Kernel) -> bool:
    sides = [[(p.name, p.type) for p in k.inputs + k.outputs] for k in (old, new)]
    preds = [[erase(c.pred) for c in (*k.requires, *k.ensures)] for k in (old, new)]
    return sides[0] == sides[1] and preds[0] == preds[1]


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, timeout=SECONDS, check=False)
        return done.stdout.decode("utf-8") if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _findings(kernel: Kernel, comparison: Comparison, against: str) -> tuple[Finding, ...]:
    name = kernel.name.rpartition(".")[2]
    notes = tuple(_note(r.text, r.witness) for r in comparison.reasons)
    wanted = proposed(comparison.before, comparison.step)
    if comparison.change is Change.UNKNOWN:
        message = f"not known whether `{name}` refines what it was in {against}"
        return (Finding(diagnostic("KW616", message, kernel.name_span, "", notes=notes, help="`--budget` tries harder"), undecided=True),)
    if comparison.admitted and not _backwards(comparison):
        return ()
    if comparison.step is Step.MAJOR or _backwards(comparison):
        return (Finding(_breaking(kernel, comparison, against, notes, wanted)),)
    message = f"`{name}` has changed since {against}, and its version does not show it: it takes a {comparison.step.value} step"
    help = None if wanted is None else f'version "{wanted}"'
    return (Finding(diagnostic("KW609", message, kernel.name_span, comparison.change.value, notes=notes, help=help)),)


def _backwards(comparison: Comparison) -> bool:
    before, after = comparison.before, comparison.after
    return before is not None and after is not None and step_between(before, after) is None


def _breaking(kernel: Kernel, comparison: Comparison, against: str, notes: tuple[str, ...], wanted: str | None) -> Diagnostic:
    name = kernel.name.rpartition(".")[2]
    if comparison.step is not Step.MAJOR:
        message = f"the version of `{name}` went back from {comparison.before} to {comparison.after}"
        return diagnostic("KW608", message, kernel.name_span, comparison.change.value, notes=notes)
    if comparison.after is None:
        why, help = "it declares no version", "declare a `version`, or record the change with `--accept`"
    else:
        why, help = f"version {comparison.after} does not admit that", f'version "{wanted}" would'
    message = f"users of `{name}` may break: since {against} its contract is {_WORDS[comparison.change]}, and {why}"
    return diagnostic("KW608", message, kernel.name_span, comparison.change.value, notes=notes, help=help)


_WORDS = {
    Change.WEAKER: "weaker",
    Change.INCOMPARABLE: "neither weaker nor stronger but another",
    Change.PORTS: "about other ports",
}


def _note(text: str, witness: tuple[tuple[str, str, str], ...]) -> str:
    if not witness:
        return text
    values = ", ".join(f"{name} = {shown}" for name, shown, _ in witness)
    return f"{text}\n  one version allows this and the other does not: {values}"
