"""What learning passes on: observations, types of values, clauses with their support, drafts of kernels. Records only.

Values are JSON documents with exact numbers (``int`` and ``Fraction``); a clause is text of the language with the traces it
rests on. Nothing here has been checked: that is ``settle``'s duty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kwlogic.source.data import Diagnostic
from kwlogic.weave.trace.data import Trace


class Absent:
    """What an observation has no value for."""

    def __repr__(self) -> str:
        return "<absent>"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Options:
    """``holdout``: the share of observations that clauses are not made from, but must hold on. ``alpha``: the share of kept
    clauses that may hold by chance (Benjamini–Hochberg). ``budget``: rlimit units an obligation; ``seconds``: for one body."""

    module: str = "learnt"
    family: str | None = None
    holdout: float = 0.25
    alpha: float = 0.05
    budget: int = 300_000
    seconds: float = 10.0
    examples: int = 3
    synthesis: bool = True
    limit: int = 2_000


@dataclass(frozen=True, slots=True)
class Observation:
    """One run of a task or step. ``inputs`` and ``outputs`` by port; an output that was not recorded is absent."""

    source: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    prompt: str = ""
    success: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of values: ``head`` is Int, Real, Bool, String, Enum, Record, List, Map, Option or Tuple. ``name`` of a declared one;
    ``keys`` of a record or the constructors of an enum; ``parts`` in their order."""

    head: str
    parts: tuple[Shape, ...] = ()
    keys: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """An expression over ports and its value in each observation (``ABSENT`` where it has none). ``depth``: how far inside;
    ``port``: where it starts; ``output``: whether an output is in it."""

    text: str
    sort: str
    values: Sequence[Any]
    roots: frozenset[str]
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Clause:
    """A learnt clause. ``support`` of ``total`` observations decide it and satisfy it; ``p`` bounds the chance that it would hold
    of unrelated values; ``rank`` orders by strength, the strongest first; ``by``: ``traces`` or the model that proposed it."""

    kind: str
    text: str
    roots: frozenset[str]
    support: int
    total: int
    p: float
    rank: int = 5
    by: str = "traces"
    label: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template filled in: its text and how to decide it on a tuple of column values. ``p`` as in Clause; ``stratum``: the kind of
    template, among whose like chance is controlled."""

    text: str
    columns: tuple[int, ...]
    holds: Callable[..., bool] = field(compare=False)
    p: float = 1.0
    rank: int = 5
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """``key``: what the data call it; ``name``: what the language does."""

    name: str
    shape: Shape
    key: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """``kind``: expression, prompt, tool, graph. ``text`` stands after ``=``, is the prompt's or tool's text, or a graph's lines."""

    kind: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A kernel to be. ``rows``: what was observed of it; ``failed``: observations of failed runs that fit its ports; ``rejected``: how many of
    these its clauses refuse; ``dropped``: what was left out, with the reason; ``tested`` templates, ``held_out`` observations; ``docs``: lines above it."""

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    body: Body
    rows: tuple[Observation, ...] = ()
    failed: tuple[Observation, ...] = ()
    clauses: tuple[Clause, ...] = ()
    family: str = ""
    docs: tuple[str, ...] = ()
    examples: tuple[Observation, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    rejected: int = 0
    tested: int = 0
    held_out: int = 0
    candidate: bool = False
    helpers: tuple[str, ...] = ()
    fallback: Body | None = None
    parts: tuple[str, ...] = ()
    calls: tuple[tuple[str, Draft, dict[str, str]], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Task:
    """Traces of one task."""

    family: str
    traces: tuple[Trace, ...]
    failed: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True)
class Learned:
    """``text``: the module, formatted, empty where nothing was learnt; ``kernels`` in order, parts before wholes;
    ``verdicts``: of every clause and obligation of the text, by `kwlogic check`."""

    module: str
    text: str
    kernels: tuple[Draft, ...]
    diagnostics: tuple[Diagnostic, ...]
    traces: int = 0
    verdicts: tuple[tuple[str, str, str], ...] = ()
    proved: int = 0
    enforced: int = 0
