"""What the gate's service is asked and what it answers: records only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kwlogic.core.program import Kernel, Program
from kwlogic.core.value import Value
from kwlogic.gate.data import KernelReport, Settings, Standing
from kwlogic.source.data import Diagnostic, Severity, Source
from kwlogic.workspace.data import Project

Asker = Callable[[Program, Project], Callable[[Kernel, dict[str, Value]], dict[str, Value]]]


@dataclass(frozen=True, slots=True)
class GateRequest:
    """``against``: a git revision, a file, or ``baseline``. ``accept`` records the baseline. ``record``: whether inputs that
    break something are kept. ``replay``: the text of one case, which alone is run. ``asker``: how oracles are really asked."""

    paths: tuple[str, ...] = ()
    cwd: Path = field(default_factory=Path.cwd)
    settings: Settings = field(default_factory=Settings)
    check: bool = True
    against: str | None = None
    accept: bool = False
    record: bool = True
    replay: str | None = None
    budget: int | None = None
    jobs: int | None = None
    cache: bool | None = None
    asker: Asker | None = None


class GateProgress(Protocol):
    """Told how many kernels there are, which one is at the gate, and what became of it."""

    def start(self, total: int) -> None: ...

    def enter(self, name: str) -> None: ...

    def advance(self, report: KernelReport) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class GateResult:
    """Reports in order of file and place. ``written``: files that were written, as shown. ``failed``: the request could not
    be answered, or a file could not be read or written."""

    reports: tuple[KernelReport, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    seconds: float = 0.0
    seed: int = 0
    failed: bool = False
    interrupted: bool = False

    def count(self, standing: Standing) -> int:
        return sum(r.standing is standing for r in self.reports)

    @property
    def exit_code(self) -> int:
        """0 all accepted, 1 some rejected, 2 input or output failed, 3 some undecided, 4 nothing to gate, 130 interrupted."""
        if self.interrupted:
            return 130
        if self.failed:
            return 2
        if self.count(Standing.REJECTED) or any(d.severity is Severity.ERROR for d in self.diagnostics):
            return 1
        return 3 if self.count(Standing.UNDECIDED) else 0 if self.reports or self.written else 4
