"""What the gate is told and what it answers: records only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kwlogic.core.value import Value
from kwlogic.source.data import Diagnostic, Severity

Env = dict[str, Value]


class Standing(Enum):
    """What becomes of a kernel at the gate. Undecided is neither: something could not be found out."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


class Change(Enum):
    """How a kernel's contract stands to that of an earlier version."""

    NEW = "new"
    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"
    REFINES = "refines"
    WEAKER = "weaker"
    INCOMPARABLE = "incomparable"
    PORTS = "other ports"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class Step(Enum):
    """A step of a semantic version, by size."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


@dataclass(frozen=True, slots=True)
class Settings:
    """``examples``: generated inputs for each kernel. ``seed`` 0 is the derandomised profile. ``steps`` bounds each
    evaluation; ``seconds`` is a safety net for each kernel."""

    examples: int = 100
    seed: int = 0
    seeds: bool = True
    steps: int = 50_000
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Play:
    """What an oracle answered in a run of a composition; ``outputs`` None: it failed."""

    kernel: str
    outputs: Env | None


@dataclass(frozen=True, slots=True)
class Case:
    """An input that once broke something, with what oracles answered."""

    kernel: str
    inputs: Env
    plays: tuple[Play, ...] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found out. ``case``: the input that shows it. ``undecided``: it leaves open whether all is well."""

    diagnostic: Diagnostic
    case: Case | None = None
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a version is not a refinement of another: the clause, and a witness that one admits and the other does not, by
    name and notation."""

    text: str
    clause: str = ""
    witness: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A kernel against an earlier version: what changed, the step that the version must take, the versions declared."""

    change: Change
    step: Step
    reasons: tuple[Reason, ...] = ()
    before: str | None = None
    after: str | None = None
    admitted: bool = True


@dataclass(frozen=True, slots=True)
class KernelReport:
    """What the gate found out about one kernel. ``runs`` of generated inputs, ``seeded`` of seeds, ``replayed`` of kept
    cases. ``refuted`` and ``unknown``: what the check says of its clauses."""

    name: str
    kind: str
    findings: tuple[Finding, ...] = ()
    runs: int = 0
    seeded: int = 0
    replayed: int = 0
    comparison: Comparison | None = None
    refuted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        errors = [f for f in self.findings if f.diagnostic.severity is Severity.ERROR]
        if errors or self.refuted:
            return Standing.REJECTED
        return Standing.UNDECIDED if self.unknown or any(f.undecided for f in self.findings) else Standing.ACCEPTED
