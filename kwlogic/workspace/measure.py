"""The service behind `kwlogic measure`: how steady are the verdicts?

Every obligation is solved once as it is and once for each seed in another guise (``solve.shake``: other names, another
order of hypotheses and declarations, another seed of the solver), without cache and without stored proofs. A *flip* is an
obligation whose verdict is not the same in all of them; the *spread* is the coefficient of variation of its rlimit.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kwlogic.core.program import Program
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.vc.data import Goal, Obligation, verdict_name
from kwlogic.workspace.check import declarations, elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.proving import processors
from kwlogic.workspace.select import select

if TYPE_CHECKING:
    from kwlogic.vc.theory import Theory

FORMAT = 1
CUT = "cut off"
TRIVIAL = 0
"""An obligation that asks the solver nothing has no spread."""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Verdict and rlimit of one obligation, first as it is, then in each guise. ``CUT`` stands for what the safety net of
    time and memory ended: that says something of the machine, and nothing of the verdict."""

    id: str
    verdicts: tuple[str, ...]
    rlimits: tuple[int, ...]

    @property
    def flips(self) -> bool:
        return len(set(self.verdicts) - {CUT}) > 1

    @property
    def cut(self) -> bool:
        return CUT in self.verdicts

    @property
    def spread(self) -> float:
        if self.cut:
            return 0.0
        mean = statistics.fmean(self.rlimits)
        return statistics.pstdev(self.rlimits) / mean if mean > TRIVIAL else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """What an obligation's verdict was in an earlier measurement, and what it is now."""

    id: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Measured:
    """``solver`` names the versions. ``against``: the versions of the earlier measurement, with what changed since."""

    found: tuple[Steadiness, ...] = ()
    seeds: int = 0
    solver: str = ""
    against: str | None = None
    changes: tuple[Change, ...] = ()
    compared: int = 0
    ratio: float | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    failed: bool = False

    @property
    def flips(self) -> tuple[Steadiness, ...]:
        return tuple(s for s in self.found if s.flips)

    @property
    def cuts(self) -> tuple[Steadiness, ...]:
        return tuple(s for s in self.found if s.cut)

    @property
    def spreads(self) -> list[float]:
        """Of the obligations that ask the solver something, in order of size."""
        return sorted(s.spread for s in self.found if max(s.rlimits) > TRIVIAL and not s.cut)

    @property
    def exit_code(self) -> int:
        if self.failed:
            return 2
        return 1 if self.flips or self.changes else 0 if self.found else 4


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """``against``: a file that ``save`` wrote, or a solver: an environment's folder or Python, or a version."""

    paths: tuple[str, ...]
    cwd: Path
    seeds: int = 5
    budget: int | None = None
    jobs: int | None = None
    save: Path | None = None
    against: Path | None = None


def measure(request: MeasureRequest, progress: Callable[[int, int], None] = lambda done, total: None) -> Measured:
    """Solve everything selected, several times over. Raises Diagnosed where files or the configuration are wrong."""
    if request.against is not None:
        from kwlogic.workspace.measure_against import measurement

        with measurement(request, request.against) as saved:
            earlier = _read(saved)
        return _compared(_measured(request, progress), earlier)
    return _measured(request, progress)


def _measured(request: MeasureRequest, progress: Callable[[int, int], None]) -> Measured:
    project = project_of(request.paths, request.cwd)
    selections, missing = select(request.paths, project, request.cwd)
    if missing or not selections:
        return Measured(diagnostics=missing, failed=bool(missing))
    loaded = load(selections, project, request.cwd)
    program, problems = elaborate_all(loaded, request.cwd)
    names, unknown = declarations(loaded, program)
    errors = tuple(d for d in (*loaded.diagnostics, *problems, *unknown) if d.severity is Severity.ERROR)
    if unknown or loaded.io_failed:
        return Measured(diagnostics=errors, sources=loaded.sources, failed=True)
    config = project.config
    jobs = (request.jobs if request.jobs is not None else config.jobs) or processors()
    task = _Task(program, tuple(_asked(program, names)), request.budget or config.budget, config.wall_seconds)
    found = tuple(_solved(task, request.seeds, jobs, config.memory_mb, progress))
    measured = Measured(found, request.seeds, _versions(), diagnostics=errors, sources=loaded.sources)
    if request.save is not None:
        _write(request.save, measured)
    return measured


def _asked(program: Program, names: list[str]) -> Iterator[Obligation]:
    from kwlogic.vc.plan import plan

    if names:
        yield from (o for o in plan(program, names)[0].obligations if o.ask in (Goal.VALID, Goal.SATISFIABLE))


def _versions() -> str:
    from kwlogic.solve.environment import environment

    return environment()


# ---------------------------------------------------------------- solving


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker is made from. A task's number is the obligation's, in each guise in turn."""

    program: Program
    obligations: tuple[Obligation, ...]
    budget: int
    wall: float

    def __call__(self) -> Callable[[int], tuple[str, int, bool]]:
        from kwlogic.vc.theory import Theory

        theory = Theory(self.program)
        return lambda number: self._solve(theory, number)

    def _solve(self, theory: Theory, number: int) -> tuple[str, int, bool]:
        from kwlogic.solve.discharge import Session, discharge
        from kwlogic.solve.replay import Replayer
        from kwlogic.solve.shake import Shake

        guise, index = divmod(number, len(self.obligations))
        shake = Shake(guise) if guise else None
        obligation = self.obligations[index]
        session = Session(theory, Replayer(self.program), self.budget, self.wall / 2, shake=shake)
        result, _ = discharge(session, obligation if shake is None else shake.obligation(obligation))
        return verdict_name(result.verdict), result.rlimit, result.volatile


def _solved(task: _Task, seeds: int, jobs: int, memory_mb: int, progress: Callable[[int, int], None]) -> Iterator[Steadiness]:
    from kwlogic.solve.backend import preload
    from kwlogic.solve.pool import Lost, run_tasks

    if not task.obligations:
        return
    preload()
    count = len(task.obligations)
    total = count * (seeds + 1)
    answers: dict[int, tuple[str, int]] = {}
    for number, answer in run_tasks(task, list(range(total)), jobs, task.wall, memory_mb):
        answers[number] = (CUT, 0) if isinstance(answer, Lost) or answer[2] else (answer[0], answer[1])
        progress(len(answers), total)
    for index, obligation in enumerate(task.obligations):
        mine = [answers[guise * count + index] for guise in range(seeds + 1)]
        yield Steadiness(obligation.id, tuple(v for v, _ in mine), tuple(r for _, r in mine))


# ---------------------------------------------------------------- files


def to_json(measured: Measured) -> dict[str, Any]:
    """As ``--save`` writes it."""
    return {
        "format": FORMAT,
        "versions": measured.solver,
        "seeds": measured.seeds,
        "obligations": {s.id: {"verdicts": list(s.verdicts), "rlimits": list(s.rlimits)} for s in measured.found},
    }


def _write(path: Path, measured: Measured) -> None:
    try:
        path.write_text(json.dumps(to_json(measured), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Diagnosed(diagnostic("KW732", f"`{path}` cannot be written: {error.strerror or error}")) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        if read["format"] != FORMAT:
            raise ValueError(f"its format is {read['format']!r}, and this version reads {FORMAT}")
        for entry in read["obligations"].values():
            str(entry["verdicts"][0]), int(entry["rlimits"][0])
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Diagnosed(diagnostic("KW732", f"`{path}` cannot be read as a measurement: {reason}", help="`--save` writes one")) from error
    found: dict[str, Any] = read
    return found


def _compared(measured: Measured, earlier: dict[str, Any]) -> Measured:
    """Against an earlier measurement, as far as it has the same obligations."""
    from dataclasses import replace

    both = [(s, earlier["obligations"][s.id]) for s in measured.found if s.id in earlier["obligations"]]
    firsts = [(s.id, str(old["verdicts"][0]), s.verdicts[0]) for s, old in both]
    changes = tuple(Change(id, was, now) for id, was, now in firsts if was != now and CUT not in (was, now))
    then, now = sum(int(old["rlimits"][0]) for _, old in both), sum(s.rlimits[0] for s, _ in both)
    return replace(
        measured, against=str(earlier.get("versions", "?")), changes=changes, compared=len(both), ratio=now / then if then else None
    )
