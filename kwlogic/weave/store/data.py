"""What the store holds: plain records, all of text and numbers, so that a store is exactly what its export says.

Documents (ports, inputs, outputs, events) are JSON texts, kept verbatim: numbers never pass through binary floats.
Times are ISO 8601 in UTC. Ids are arbitrary text and never become paths.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]
HALVES = re.compile("[\ud800-\udfff]")


def canonical(document: object) -> str:
    """The one JSON text of a document: sorted keys, no blanks; escapes only where half a surrogate pair needs them."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return json.dumps(document, sort_keys=True, separators=(",", ":")) if HALVES.search(text) else text


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class State(Enum):
    """Where a kernel stands in its life. Only ``promoted`` ones answer prompts.

    A candidate was stored; a gated one was accepted by the gate; then every clause is proved, or proved or enforced. What
    older stores and KernelWeave call ``verified`` is nobody's proof: it is read as a candidate."""

    CANDIDATE = "candidate"
    GATED = "gated"
    PROVED = "proved"
    ENFORCED = "enforced"
    PROMOTED = "promoted"
    RETIRED = "retired"
    REJECTED = "rejected"

    @classmethod
    def _missing_(cls, value: object) -> State | None:
        return cls.CANDIDATE if value == "verified" else None


class RunState(Enum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Informal:
    """A condition in words: shown and counted, never taken for a proved or enforced one."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Formal:
    """A clause of a contract, as its author wrote it."""

    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class StoredKernel:
    """One version of a kernel, named by the digest of ``document`` (the canonical JSON text of what it is).

    ``spec`` is the text of the module that declares it (empty for an import that has none); ``seq`` counts the versions
    in the order they were stored, from 1; ``origin`` says where it comes from (``kwlogic``, ``kernelweave``, …).
    """

    digest: str
    name: str
    module: str
    version: str
    family: str
    origin: str
    document: str
    spec: str
    seq: int
    at: str
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    formal: tuple[Formal, ...] = ()
    informal: tuple[Informal, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """The mutable part of a kernel."""

    digest: str
    state: State
    passes: int = 0
    failures: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """A kernel went from one state to another. ``by``: ``rule`` (the thresholds of the configuration) or ``hand``.
    ``evidence`` is the JSON text of what was known then; ``seq`` counts the transitions of a kernel, from 1."""

    kernel: str
    before: State
    after: State
    reason: str
    by: str = "rule"
    evidence: str = "{}"
    seq: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """The verdict on one clause (or other obligation) of a stored kernel."""

    kernel: str
    obligation: str
    kind: str
    label: str
    text: str
    verdict: str
    tier: str = ""
    reason: str = ""
    counterexample: str = ""
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """``obligation`` names what is proved; ``text`` is the certificate as `proofs/` keeps it."""

    kernel: str
    obligation: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """Lineage: ``child`` (a kernel) came from ``parent``; ``relation`` is ``trace``, ``part``, ``version``, ``import``, or
    ``uses MODULE``, where ``parent`` is the digest of that module's text."""

    child: str
    relation: str
    parent: str


@dataclass(frozen=True, slots=True)
class StoredTrace:
    """``document`` is the JSON text of the trace, as ``weave.trace.data`` reads and writes it."""

    trace_id: str
    family: str
    document: str
    success: bool | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a kernel; ``inputs`` and ``outputs`` are JSON texts of the ports."""

    run_id: str
    kernel: str
    name: str
    inputs: str
    state: RunState = RunState.RUNNING
    outputs: str = ""
    reason: str = ""
    trace_id: str = ""
    at: str = ""
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A finished step of a run. ``step`` is its place in the composition, stable between runs of the same kernel version;
    ``key`` names what it was asked (kernel version and inputs), so that a resumed run takes it only for the same question."""

    run_id: str
    step: str
    kernel: str
    key: str
    state: RunState
    inputs: str
    outputs: str = ""
    reason: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of a prompt; ``document`` is the JSON text of all that was said."""

    feedback_id: str
    kernel: str
    family: str
    document: str
    success: bool | None = None
    seq: int = 0
    at: str = ""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A verified output. ``key`` covers kernel version, exact typed arguments and an oracle's settings; whoever takes the
    output out checks the contract again."""

    key: str
    kernel: str
    inputs: str
    outputs: str
    settings: str = ""
    at: str = ""
