"""Better compositions of the same parts, one law at a time: each step is written as text, read again, and checked in place.

A step is kept only where the text that says it elaborates to the graph that the law yields, and every obligation of the kernel
is proved for it. So the outcome keeps the declared contract whatever the laws say, and the laws say what else it keeps.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kwlogic.compose.data import Composition
from kwlogic.compose.digest import normal_text
from kwlogic.compose.facts import facts_of
from kwlogic.core.program import Kernel
from kwlogic.lab.drawing import composition_named
from kwlogic.lab.opened import Opened, check_kernels, open_kernel
from kwlogic.lab.refinement import reason
from kwlogic.lab.rewriting import EQUAL, Proposal, proposals
from kwlogic.lab.surface import Unprintable, Writer
from kwlogic.lab.surgery import without_order
from kwlogic.lab.timing import schedule_of
from kwlogic.lab.trial import Trial, declaration_of, exchanged, formatted, naming_in
from kwlogic.source.codes import diagnostic
from kwlogic.vc.data import Enforced, Proved, Result
from kwlogic.workspace.data import Progress
from kwlogic.workspace.findings import short

MOST_STEPS = 60
MOST_TRIALS = 300
MOST_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class Step:
    """A rewriting that was made: ``law`` with its ``kind`` (equal, refines), ``what`` was done, ``conditions`` of the law, and the
    obligations of the rewritten kernel, all proved; ``lemma``: those that showed a condition."""

    law: str
    kind: str
    what: str
    conditions: tuple[str, ...]
    results: tuple[Result, ...]
    lemma: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Optimized:
    """``before`` and ``after``: the kernel's declaration; ``diff`` of its ``file``, whose new ``text`` it leads to. ``steps`` empty: nothing was found. ``spans``: the longest
    way and the work, before and after."""

    kernel: str
    before: str
    after: str
    diff: str
    steps: tuple[Step, ...]
    file: str
    text: str
    path: tuple[float, float] = (0.0, 0.0)
    work: tuple[float, float] = (0.0, 0.0)


def optimize(
    name: str,
    paths: Iterable[str] = (),
    cwd: Path | None = None,
    equal_only: bool = False,
    budget: int | None = None,
    progress: Progress | None = None,
) -> Optimized:
    """Rewrites a composed kernel by the laws of the algebra: needless waiting, dead and repeated steps, guards that come late or
    always hold, fallbacks and retries of what does not fail. ``equal_only`` leaves out the laws that hold one way only.

    Raises Refused for a kernel that is no composition, or that does not check as it is.
    """
    opened, kernel = open_kernel(name, paths, cwd, budget)
    composition = composition_named(opened, kernel)
    results = check_kernels(opened, opened.program, [kernel.name], budget, progress)
    open_ones = [r for r in results if not isinstance(r.verdict, Proved | Enforced)]
    if open_ones:
        raise opened.refuse(
            diagnostic(
                "KW446",
                f"`{short(kernel.name)}` does not check as it is, so there is nothing to keep",
                open_ones[0].obligation.span,
                "not proved",
                notes=tuple(reason(r) for r in open_ones[:4]),
                help="see `kwlogic check`; a rewriting is only proposed of what is proved",
            )
        )
    return _Optimizing(opened, kernel, composition, equal_only, progress).run()


class _Optimizing:
    def __init__(self, opened: Opened, kernel: Kernel, composition: Composition, equal_only: bool, progress: Progress | None) -> None:
        self.opened, self.kernel, self.start, self.progress = opened, kernel, composition, progress
        self.equal_only = equal_only
        self.module, self.span, self.body = declaration_of(opened, kernel)
        self.names = naming_in(opened, self.module)
        self.known = facts_of(opened.program)
        self.sources = dict(opened.sources)
        self.refused: set[tuple[str, str]] = set()
        self.left = max(8, min(MOST_TRIALS, MOST_BOXES // max(1, sum(len(d.boxes) for d in composition.dags))))

    def run(self) -> Optimized:
        steps: list[Step] = []
        here, text = self.start, ""
        while len(steps) < MOST_STEPS:
            found = self.next(here)
            if found is None:
                break
            step, trial, text = found
            steps.append(step)
            self.refused.clear()
            here = composition_named(self.opened, trial.program.kernels[self.kernel.name])
            self.sources[trial.source.path] = trial.source
        return self.outcome(here, text, tuple(steps))

    def next(self, here: Composition) -> tuple[Step, Trial, str] | None:
        """The first proposal that holds up."""
        found = sorted(proposals(here, self.known), key=lambda p: p.kind != EQUAL)
        for proposal in found:
            key = proposal.law, proposal.what
            if key in self.refused or (self.equal_only and proposal.kind != EQUAL):
                continue
            made = self.tried(proposal)
            if made is not None:
                return made
            self.refused.add(key)
        return None

    def tried(self, proposal: Proposal) -> tuple[Step, Trial, str] | None:
        lemma: tuple[Result, ...] = ()
        if proposal.first is not None:
            first = self.checked(proposal.first)
            if first is None:
                return None
            lemma = tuple(r for r in first[1] if r.obligation.kind.value == "partial")
        found = self.checked(proposal.result)
        if found is None:
            return None
        trial, results, text = found
        return Step(proposal.law, proposal.kind, proposal.what, proposal.conditions, results, lemma), trial, text

    def checked(self, composition: Composition) -> tuple[Trial, tuple[Result, ...], str] | None:
        """The composition as text in the kernel's place, if it reads back as the same and everything is proved."""
        self.left -= 1
        if self.left < 0:
            return None
        try:
            text = Writer(self.sources, lambda n: self.names.get(n, n)).body(composition)
        except Unprintable:
            return None
        trial = exchanged(self.opened, self.body.file, [(self.body, text)])
        kernel = trial.program.kernels.get(self.kernel.name)
        if kernel is None or kernel.name in trial.program.modules[self.module].broken:
            return None
        read = composition_named(self.opened, kernel)
        if normal_text(without_order(read), self.known) != normal_text(without_order(composition), self.known):
            return None
        results = check_kernels(self.opened, trial.program, [kernel.name], progress=self.progress)
        good = all(isinstance(r.verdict, Proved | Enforced) for r in results)
        return (trial, results, text) if good else None

    def outcome(self, composition: Composition, text: str, steps: tuple[Step, ...]) -> Optimized:
        source = self.opened.loaded.modules[self.module][0]
        before = source.slice(self.span)
        after = self.declared(source.text, text) if steps else before
        whole = source.text[: self.span.start] + after + source.text[self.span.end :]
        lines = difflib.unified_diff(
            source.text.splitlines(keepends=True), whole.splitlines(keepends=True), f"a/{source.path}", f"b/{source.path}"
        )
        timed = [schedule_of(short(self.kernel.name), c, self.opened.program, {}) for c in (self.start, composition)]
        path, work = (timed[0].length, timed[1].length), (timed[0].work, timed[1].work)
        return Optimized(self.kernel.name, before, after, "".join(lines), steps, str(self.opened.cwd / source.path), whole, path, work)

    def declared(self, source: str, body: str) -> str:
        """The declaration with another body, in canonical layout."""
        head = source[self.span.start : self.body.start].rstrip()
        return formatted(f"{head}\n{body}\n").rstrip("\n")


__all__ = ["Optimized", "Step", "optimize"]
