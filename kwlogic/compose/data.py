"""The graph of a composition: what both surface forms mean, before any contract is read. Records only.

A ``Dag`` has boxes joined by wires. Names of wires, brackets, ``id``, renamings and the order of statements are gone, so
what is left is what LANGUAGE.md §6 calls the composition. An operator that cannot be flattened (``case``, ``??``,
``retry``, ``map``, ``fold``, ``iterate``) is one box, a region, whose bodies are dags of their own, named by their index
in ``Composition.dags`` (bodies stand before what uses them), so that nothing here nests.
"""

from __future__ import annotations

from dataclasses import field

from kwlogic.core.program import Clause
from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.core.wiring import Port
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass

INPUT = -1


@dataclass(frozen=True, slots=True)
class Wire:
    """Output ``port`` of the box with index ``box``; ``box`` is INPUT for an input of the dag."""

    box: int
    port: str


@dataclass(frozen=True, slots=True)
class Part:
    """A kernel, used by its contract."""

    kernel: str
    targs: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Pure:
    """An expression over the box's inputs; its one output is ``value``. ``argument``: the kernel and the port that it
    is given to, for messages."""

    term: Term
    span: Span = field(compare=False)
    argument: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Check:
    """``guard`` (or, false, ``assert``) of a predicate over the box's inputs. It has no outputs: the boxes behind it wait
    for it."""

    pred: Clause
    guard: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """``case``: ``cond`` over the inputs; the bodies' inputs are among the box's."""

    cond: Clause
    then: int
    other: int


@dataclass(frozen=True, slots=True)
class Recover:
    """``first ?? second``."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Again:
    """``retry count body``."""

    count: int
    body: int


@dataclass(frozen=True, slots=True)
class Each:
    """``map body``: every port is a list of the body's, all of one length."""

    body: int


@dataclass(frozen=True, slots=True)
class Folded:
    """``fold body invariant (p)``: ``acc`` through, ``item`` a list; ``invariant`` over ``acc``."""

    body: int
    invariant: Clause


@dataclass(frozen=True, slots=True)
class Loop:
    """``iterate body while (cond) max bound invariant (p)``: the outputs are among the inputs, the others stay as they are."""

    body: int
    cond: Clause
    bound: int
    invariant: Clause | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A hole; the clauses are the refinements of its ports."""

    requires: tuple[Clause, ...] = ()
    ensures: tuple[Clause, ...] = ()


What = Part | Pure | Check | Choice | Recover | Again | Each | Folded | Loop | Missing


@dataclass(frozen=True, slots=True)
class Box:
    """``sources``: where each input comes from, in the order of ``inputs``; ``after``: boxes that come first although no
    wire leads from them (``after``, a guard or an assertion on a wire used here). Both only name boxes that stand
    earlier. ``place``: where messages about the box point; ``name``: what they call it."""

    what: What
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    sources: tuple[Wire, ...]
    after: tuple[int, ...] = ()
    place: Span = field(default=Span("", 0, 0), compare=False)
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Dag:
    """Boxes in an order that respects wires and ``after``. ``outputs``: by name, the wire that each is.

    ``names``: what the author calls a wire, for messages only.
    """

    inputs: tuple[Port, ...]
    boxes: tuple[Box, ...]
    outputs: tuple[tuple[Port, Wire], ...]
    names: tuple[tuple[Wire, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Composition:
    """Bodies of regions first; the last dag is the whole."""

    dags: tuple[Dag, ...]

    @property
    def root(self) -> Dag:
        return self.dags[-1]


def bodies(what: What) -> tuple[int, ...]:
    """Indices of the dags that a region is made of."""
    match what:
        case Choice():
            return what.then, what.other
        case Recover():
            return what.first, what.second
        case Again() | Each() | Folded() | Loop():
            return (what.body,)
        case Part() | Pure() | Check() | Missing():
            return ()


def is_region(what: What) -> bool:
    return bool(bodies(what))
