"""Links that do not hold, mended: the weakest adapter that would fit, the kernels of the project that are one, and a guard.

An adapter is a hole put into the link, so all that is said of it has been checked as holes are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kwlogic.compose.data import INPUT, Box, Check, Composition, Missing, Part, Wire
from kwlogic.core.program import Clause, Kernel
from kwlogic.core.walk import free_vars
from kwlogic.core.wiring import Port
from kwlogic.lab.drawing import composition_named
from kwlogic.lab.filling import HoleAnswer, answers_for
from kwlogic.lab.opened import Opened, check_kernels, open_around
from kwlogic.lab.refinement import reason
from kwlogic.lab.surface import Unprintable, Writer, fresh
from kwlogic.lab.surgery import inserted
from kwlogic.lab.trial import Trial, declaration_of, exchanged, naming_in
from kwlogic.source.data import Span
from kwlogic.vc.data import Enforced, Kind, Proved, Result
from kwlogic.workspace.data import Progress
from kwlogic.workspace.findings import one_line


@dataclass(frozen=True, slots=True)
class Mended:
    """A link that is not proved. ``text``: the clause that is asked for; ``why`` it does not hold. ``guard``: a predicate that makes it
    hold if guarded in front of the part, which then fails where it is false (``guard_open``: what is not proved even so; None: there is
    no such guard). ``adapter``: what a kernel in the link must do, None where that cannot be said. ``guard_body``: the kernel's
    body with the guard in it, ``hole_body`` with a hole where the adapter belongs; empty where there is none."""

    part: str
    text: str
    why: str
    place: Span
    guard: str | None
    guard_open: tuple[str, ...]
    adapter: HoleAnswer | None
    guard_body: str = ""
    hole_body: str = ""


def adapt(
    name: str, paths: Iterable[str] = (), cwd: Path | None = None, budget: int | None = None, progress: Progress | None = None
) -> tuple[Mended, ...]:
    """For each link of a composed kernel that is not proved: what would mend it. Raises Refused for a kernel without parts."""
    opened, kernel = open_around(name, paths, cwd, budget)
    composition = composition_named(opened, kernel)
    results = check_kernels(opened, opened.program, [kernel.name], budget, progress)
    open_ones = [r for r in results if not isinstance(r.verdict, Proved | Enforced) and r.obligation.kind is Kind.LINK]
    found: list[Mended] = []
    for result in open_ones:
        place = located(composition, opened, result)
        if place is not None:
            found.append(_Mending(opened, kernel, composition, result, *place, progress).mended())
    return tuple(found)


def located(composition: Composition, opened: Opened, result: Result) -> tuple[int, int, Clause] | None:
    """The dag and the part that a link's obligation is about, and the clause of its requires."""
    scene = result.obligation.scene
    name, _, number = result.obligation.id.rpartition("/link/")[2].partition("~")[0].rpartition(".")
    if scene is None or not number.isdigit() or scene >= len(composition.dags):
        return None
    for index, box in enumerate(composition.dags[scene].boxes):
        if isinstance(box.what, Part) and box.name == name and box.place == result.obligation.span:
            clauses = opened.program.kernels[box.what.kernel].requires
            return (scene, index, clauses[int(number) - 1]) if int(number) <= len(clauses) else None
    return None


@dataclass(slots=True)
class _Mending:
    """One link of one kernel."""

    opened: Opened
    kernel: Kernel
    composition: Composition
    result: Result
    dag: int
    index: int
    clause: Clause
    progress: Progress | None
    body: str = ""

    @property
    def box(self) -> Box:
        return self.composition.dags[self.dag].boxes[self.index]

    def mended(self) -> Mended:
        guard, still = self.guarded()
        guard_body, self.body = self.body, ""
        text = one_line(self.clause.text)
        adapter = self.adapted()
        return Mended(self.box.name, text, reason(self.result), self.result.obligation.span, guard, still, adapter, guard_body, self.body)

    def spoken(self) -> list[tuple[Port, Wire]]:
        """The inputs that the clause speaks of, with their wires."""
        names = {str(v.data) for v in free_vars(self.clause.pred)}
        return [(p, w) for p, w in zip(self.box.inputs, self.box.sources) if p.name in names]

    def written(self, composition: Composition) -> Trial | None:
        module, _, body = declaration_of(self.opened, self.kernel)
        names = naming_in(self.opened, module)
        try:
            text = Writer(self.opened.sources, lambda n: names.get(n, n)).body(composition)
        except Unprintable:
            return None
        trial = exchanged(self.opened, body.file, [(body, text)])
        if self.kernel.name not in trial.program.kernels:
            return None
        self.body = text
        return trial

    def guarded(self) -> tuple[str | None, tuple[str, ...]]:
        spoken = self.spoken()
        if not spoken:
            return None, ()
        box = Box(
            Check(self.clause, True), tuple(p for p, _ in spoken), (), tuple(w for _, w in spoken), self.box.after, self.box.place, "guard"
        )
        trial = self.written(inserted(self.composition, self.dag, self.index, box, {}))
        if trial is None:
            return None, ()
        results = check_kernels(self.opened, trial.program, [self.kernel.name], progress=self.progress)
        still = tuple(reason(r) for r in results if not isinstance(r.verdict, Proved | Enforced))
        return one_line(self.clause.text), still

    def adapted(self) -> HoleAnswer | None:
        """What a kernel between the wires and the part must do."""
        spoken = self.spoken()
        if not spoken:
            return None
        names = dict(self.composition.dags[self.dag].names)
        inputs = tuple(Port(w.port if w.box == INPUT else names.get(w, w.port), p.type) for p, w in spoken)
        if len({p.name for p in inputs}) < len(inputs):
            inputs = tuple(Port(f"{p.name}_in", p.type) for p, _ in spoken)
        taken = {p.name for p in inputs}
        outputs = tuple(Port(fresh(p.name, taken), p.type) for p, _ in spoken)
        ports = {p.name: o.name for (p, _), o in zip(spoken, outputs)}
        box = Box(Missing(), inputs, outputs, tuple(w for _, w in spoken), self.box.after, self.box.place, "hole")
        trial = self.written(inserted(self.composition, self.dag, self.index, box, ports))
        if trial is None:
            return None
        opened = trial.opened(self.opened)
        kernel = trial.program.kernels[self.kernel.name]
        answers = answers_for(opened, kernel, composition_named(opened, kernel), True, self.progress)
        return answers[0] if answers else None
