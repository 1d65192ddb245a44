"""What the workspace is asked and what it answers: records only."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kwlogic.source.data import Diagnostic, Severity, Source, Span
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Lint, Refuted, Result, Unknown

if TYPE_CHECKING:
    from kwlogic.solve.executor import Executor


@dataclass(frozen=True, slots=True)
class Config:
    """``[tool.kwlogic]`` or ``kwlogic.toml``. ``jobs`` 0 means one for each processor; ``budget`` counts rlimit units.
    ``proofs`` None: certificates are kept in projects that have a configuration. ``tables``: what packages above read for
    themselves (``run``, ``store``, ...), by name."""

    paths: tuple[str, ...] = (".",)
    exclude: tuple[str, ...] = ()
    budget: int = 10_000_000
    jobs: int = 0
    cache: bool = True
    wall_seconds: float = 60.0
    memory_mb: int = 4096
    proofs: bool | None = None
    tables: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Project:
    """``root`` is the folder of the configuration file, or the current folder where there is none."""

    root: Path
    config: Config
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """One file to check, as shown to people, with the declarations wanted from it (empty: all)."""

    path: Path
    shown: str
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """``paths`` as typed; what is None comes from the configuration. ``executor``: who
    solves, or the name of it (`local`, `dask://HOST:PORT`). ``frozen``: nothing is remembered and nothing is written."""

    paths: tuple[str, ...] = ()
    cwd: Path = field(default_factory=Path.cwd)
    budget: int | None = None
    jobs: int | None = None
    cache: bool | None = None
    log_dir: Path | None = None
    proofs: bool | None = None
    executor: str | Executor | None = None
    frozen: bool = False


class Progress(Protocol):
    """Told how many obligations there are, and of each result as it comes."""

    def start(self, total: int) -> None: ...

    def advance(self, result: Result) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Results in order of file and place. ``io_failed``: a file or folder that was asked for could not be read or
    written. ``selected``: shown path of each checked file and the spans looked at (empty: the whole file)."""

    results: tuple[Result, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]
    selected: dict[str, tuple[Span, ...]] = field(default_factory=dict)
    lints: tuple[Lint, ...] = ()
    seconds: float = 0.0
    io_failed: bool = False
    interrupted: bool = False

    @property
    def rlimit(self) -> int:
        return sum(r.rlimit for r in self.results)

    def count(self, verdict: type) -> int:
        return sum(1 for r in self.results if isinstance(r.verdict, verdict))

    def errors(self) -> int:
        return sum(1 for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def exit_code(self) -> int:
        """0 all proved, 1 findings, 2 input or output failed, 3 only unknowns, 4 nothing to check, 130 interrupted."""
        if self.interrupted:
            return 130
        if self.io_failed:
            return 2
        if self.errors() or self.count(Refuted):
            return 1
        if self.count(Unknown):
            return 3
        return 0 if self.results else 4
