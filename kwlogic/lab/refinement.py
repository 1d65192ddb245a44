"""Does one kernel refine another: may it stand wherever the other does?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kwlogic.core.program import Kernel, Program, Refine
from kwlogic.lab.opened import Opened, open_several, verdicts
from kwlogic.source.data import Diagnostic, Severity
from kwlogic.vc.data import Proved, Refuted, Result, Unknown
from kwlogic.workspace.data import Progress
from kwlogic.workspace.findings import one_line

ASKED = "lab.refines"
_OLD = re.compile(r"`([\w']+)'before`")


@dataclass(frozen=True, slots=True)
class RefineAnswer:
    """``problems``: why the ports or resources do not even fit; else ``results`` has a verdict for each clause."""

    concrete: str
    abstract: str
    problems: tuple[Diagnostic, ...]
    results: tuple[Result, ...]

    @property
    def verdict(self) -> str:
        """proved, refuted or unknown."""
        if any(d.severity is Severity.ERROR for d in self.problems) or any(isinstance(r.verdict, Refuted) for r in self.results):
            return "refuted"
        return "proved" if all(isinstance(r.verdict, Proved) for r in self.results) else "unknown"

    def reasons(self) -> tuple[str, ...]:
        """What stands against it, in words."""
        found = [d.message for d in self.problems if d.severity is Severity.ERROR]
        return (*found, *(reason(r) for r in self.results if not isinstance(r.verdict, Proved)))


def refines(
    concrete: str,
    abstract: str,
    paths: Iterable[str] = (),
    cwd: Path | None = None,
    budget: int | None = None,
    progress: Progress | None = None,
) -> RefineAnswer:
    """Whether kernel ``concrete`` may stand wherever ``abstract`` does: its ports fit, it requires no more, ensures no less,
    fails nowhere else and touches nothing else. Raises Refused where there is no such kernel."""
    opened, (a, b) = open_several((abstract, concrete), paths, cwd, budget)
    return refines_in(opened, opened.program, b, a, progress)


def refines_in(opened: Opened, program: Program, concrete: Kernel, abstract: Kernel, progress: Progress | None = None) -> RefineAnswer:
    """The same in a program at hand; a kernel that is not in it (an earlier version) is taken along, without its body."""
    from kwlogic.vc.context import Context
    from kwlogic.vc.refines import refine_obligations

    kernels = dict(program.kernels)
    named = abstract
    if kernels.get(abstract.name) is not abstract:
        named = replace(abstract, name=f"{abstract.name}'before", body=None)
        kernels[named.name] = named
    refine = Refine(ASKED, named.name, concrete.name, concrete.name_span)
    asked = replace(program, kernels=kernels, refines={**program.refines, ASKED: refine}, order=(*program.order, named.name))
    maker, problems = refine_obligations(Context(asked), refine)
    results = verdicts(opened, asked, tuple(maker.made), progress=progress)
    return RefineAnswer(concrete.name, abstract.name, problems, results)


def reason(result: Result) -> str:
    """Why an obligation is not proved: what must hold, and the values for which it does not."""
    said = one_line(_OLD.sub(r"the old `\1`", result.obligation.detail or result.obligation.text), 160)
    verdict = result.verdict
    if isinstance(verdict, Refuted) and verdict.counterexample is not None:
        values = ", ".join(f"{n} = {v}" for n, v, _ in (*verdict.counterexample.inputs, *verdict.counterexample.outputs))
        return f"{said}; refuted by {values}" if values else f"{said}; refuted"
    return f"{said}; unknown: {one_line(verdict.reason, 160)}" if isinstance(verdict, Unknown) else f"{said}; refuted"


__all__ = ["RefineAnswer", "reason", "refines", "refines_in"]
