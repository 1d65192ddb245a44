"""Typed compositions: what a kernel made of other kernels is, before any question about it is asked. Records only.

A ``Wiring`` is a table of nodes: an operand stands before the operator that uses it and is named by its index; the
last node is the whole. So a composition of any size compares, hashes and pickles without recursion.

Every node has a ``Face``, its inputs and outputs by name, with refinements erased from the types: a kernel's
refinements are clauses of that kernel (``Program.kernels``), a hole's stand in the node. Predicates are ``Clause``
records over port names as variables. Spans tell where obligations lie: ``op_span`` at an operator, ``span`` at a
binding or an argument.
"""

from __future__ import annotations

from dataclasses import field

from kwlogic.core.program import Clause
from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass


@dataclass(frozen=True, slots=True)
class Port:
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Face:
    """Names are unique on each side; their order is the one written and means nothing but positions of targets."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True, slots=True)
class Node:
    span: Span = field(compare=False, repr=False)
    face: Face


@dataclass(frozen=True, slots=True)
class Ref(Node):
    """A kernel by qualified name, its type parameters settled by the links around it."""

    kernel: str
    targs: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Id(Node):
    """Passes its ports through."""


@dataclass(frozen=True, slots=True)
class Seq(Node):
    """``left >> right``: every input of the right is an output of the left; the left's other outputs are dropped."""

    left: int
    right: int
    op_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Par(Node):
    """``left & right``: inputs joined by name, outputs disjoint."""

    left: int
    right: int
    op_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Fallback(Node):
    """``left ?? right``: the right runs where the left fails; the outputs are the left's, in its order."""

    left: int
    right: int
    op_span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Case(Node):
    """``cond`` ranges over the inputs, which are those of both branches and of ``cond`` itself."""

    cond: Clause
    then: int
    other: int


@dataclass(frozen=True, slots=True)
class Retry(Node):
    count: int
    body: int


@dataclass(frozen=True, slots=True)
class Map(Node):
    """Every port of the body becomes a list of it; the lists have one length."""

    body: int


@dataclass(frozen=True, slots=True)
class Fold(Node):
    """The body is ``(acc: A, item: T) -> (acc: A)``; the fold ``(acc: A, item: List[T]) -> (acc: A)``.

    ``invariant`` ranges over ``acc``.
    """

    body: int
    invariant: Clause


@dataclass(frozen=True, slots=True)
class Iterate(Node):
    """Outputs of the body are among its inputs, the others stay as they are. ``cond`` and ``invariant`` range over
    the body's inputs."""

    body: int
    cond: Clause
    bound: int
    invariant: Clause | None


@dataclass(frozen=True, slots=True)
class Guard(Node):
    """The ports of ``pred``, through; fails where it does not hold."""

    pred: Clause


@dataclass(frozen=True, slots=True)
class Assert(Node):
    """The ports of ``pred``, through; ``pred`` is obliged."""

    pred: Clause


@dataclass(frozen=True, slots=True)
class Rename(Node):
    """``inputs`` and ``outputs``: (name in the body, name outside), the renamed ones only. A name that is both an
    input and an output of the body (of ``id``, ``guard``, ``iterate``, ``fold``) is renamed as an output only, so that
    ``id(x)[x as y]`` renames a wire."""

    body: int
    inputs: tuple[tuple[str, str], ...]
    outputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Hole(Node):
    """A kernel yet to be found; the clauses are the refinements of its ports."""

    requires: tuple[Clause, ...] = ()
    ensures: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """``term`` is what the body's input ``port`` gets, over the inputs of the call."""

    port: str
    term: Term
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``body`` with every input given by an expression; the inputs are the variables of these expressions."""

    body: int
    args: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A binding. ``targets``: (output port of the body, wire), discarded outputs left out.

    ``body``'s inputs are wires of the same names. ``waits``: indices of the statements that must come first (a wire
    they bind, an ``after``, a guard or assertion on a wire used here).
    """

    span: Span = field(compare=False, repr=False)
    targets: tuple[tuple[str, str], ...]
    body: int
    after: tuple[int, ...]
    waits: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """``guard p;`` or (``guard`` false) ``assert p;``, over wires. It comes before every step that uses one of its
    wires and that it does not itself depend on."""

    span: Span = field(compare=False, repr=False)
    guard: bool
    pred: Clause
    waits: tuple[int, ...]


Statement = Step | Check


@dataclass(frozen=True, slots=True)
class Graph(Node):
    """``{ y <- k(x); ... }``: statements as written; ``order`` is one order of their indices that respects ``waits``.

    Wires: the inputs of the face, and what the steps bind; the outputs of the face are wires.
    """

    statements: tuple[Statement, ...]
    order: tuple[int, ...]


AnyNode = Ref | Id | Seq | Par | Fallback | Case | Retry | Map | Fold | Iterate | Guard | Assert | Rename | Hole | Call | Graph


@dataclass(frozen=True, slots=True)
class Wiring:
    """Operands first; the last node is the whole composition."""

    nodes: tuple[AnyNode, ...]

    @property
    def root(self) -> AnyNode:
        return self.nodes[-1]


def operands(node: AnyNode) -> tuple[int, ...]:
    """Indices of the nodes that a node is made of."""
    match node:
        case Seq() | Par() | Fallback():
            return node.left, node.right
        case Case():
            return node.then, node.other
        case Retry() | Map() | Fold() | Iterate() | Rename() | Call():
            return (node.body,)
        case Graph():
            return tuple(s.body for s in node.statements if isinstance(s, Step))
        case Ref() | Id() | Guard() | Assert() | Hole():
            return ()


def kernels_of(wiring: Wiring) -> tuple[str, ...]:
    """Qualified names of the kernels that a composition uses, each once, in order."""
    return tuple(dict.fromkeys(n.kernel for n in wiring.nodes if isinstance(n, Ref)))
