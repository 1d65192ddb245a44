"""What typing a composition asks of the rest of elaboration, and the table it fills.

``Around`` is a protocol, so that compositions know nothing of how expressions are checked.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from kwlogic.core.program import Clause, Data, Kernel
from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.core.wiring import AnyNode, Face, Port
from kwlogic.elab.context import shown
from kwlogic.elab.suggest import listed
from kwlogic.elab.wiring_types import differences
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Fix, Label, Span
from kwlogic.syntax import data as s

Ports = dict[str, Type]


class Around(Protocol):
    """The declaration that a composition stands in. What returns None has reported why (or stays silent on purpose)."""

    def lookup_kernel(self, name: s.QName) -> Kernel | None:
        """The signature of a kernel; its body is not looked at."""

    def elaborate_predicate(self, expr: s.Expr, ports: Mapping[str, Type]) -> Clause | None:
        """A Bool expression over ports."""

    def elaborate_expr(
        self, expr: s.Expr, ports: Mapping[str, Type], expected: Type, what: str = "", why: Label | None = None
    ) -> Term | None:
        """An expression over ports, of a type that may hold open metavariables; ``what`` wants it, as ``why`` shows."""

    def elaborate_ports(self, params: Sequence[s.Param], output: bool) -> tuple[tuple[Port, ...], tuple[Clause, ...]] | None:
        """Ports as a signature writes them, and the clauses of their refinements."""

    def fresh_type(self) -> Type:
        """A metavariable."""

    def unify(self, a: Type, b: Type) -> bool:
        """Make two types equal, where they can be."""

    def zonk(self, type: Type) -> Type:
        """The type with solved metavariables replaced."""

    def finish(self, clause: Clause) -> Clause | None:
        """Close a clause when all links are known."""

    def finish_term(self, term: Term) -> Term | None: ...

    def report(self, found: Diagnostic) -> None: ...

    def datas(self) -> Mapping[str, Data]:
        """The data types known so far, by qualified name."""


# A checker is a generator that yields the checkers of its operands and gets their answers, so that nothing here
# recurses on the Python stack; ``run`` drives it.
Checker = Generator["Checker", Any, "int | None"]


def run(checker: Checker) -> int | None:
    stack = [checker]
    answer: int | None = None
    while stack:
        try:
            stack.append(stack[-1].send(answer))
            answer = None
        except StopIteration as done:
            stack.pop()
            answer = done.value
    return answer


@dataclass(slots=True, eq=False)
class Table:
    """The nodes made so far. ``failed``: something was reported, so the composition is not to be used."""

    around: Around
    nodes: list[AnyNode] = field(default_factory=list)
    failed: bool = False
    polymorphic: list[tuple[Span, Kernel, tuple[Type, ...]]] = field(default_factory=list)
    looked_up: dict[Span, Kernel | None] = field(default_factory=dict)

    def add(self, node: AnyNode) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def face(self, index: int) -> Face:
        return self.nodes[index].face

    def kernel(self, name: s.QName) -> Kernel | None:
        """Looked up once for each place, so that an unknown name is reported once."""
        if name.span not in self.looked_up:
            self.looked_up[name.span] = self.around.lookup_kernel(name)
        found = self.looked_up[name.span]
        self.failed |= found is None
        return found

    def ports_of(self, name: s.QName) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of a kernel's inputs and outputs; none where it is not known."""
        kernel = None if name.parts == ("id",) else self.kernel(name)
        if kernel is None:
            return (), ()
        return tuple(p.name for p in kernel.inputs), tuple(p.name for p in kernel.outputs)

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *more: Label | None,
        notes: tuple[str, ...] = (),
        help: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        self.failed = True
        labels = tuple(m for m in more if m is not None)
        self.around.report(diagnostic(code, message, span, label, *labels, notes=notes, help=help, fix=fix))

    def show(self, type: Type) -> str:
        return shown(self.around.zonk(type))

    def apart(self, name: str, one: Type, other: Type) -> tuple[str, ...]:
        """Notes on where two types of a port differ."""
        return differences(name, self.around.zonk(one), self.around.zonk(other), self.around.datas())

    def show_ports(self, ports: Sequence[Port], limit: int = 8) -> str:
        return listed((f"{p.name}: {self.show(p.type)}" for p in ports), limit)


def by_name(ports: Sequence[Port]) -> Ports:
    return {p.name: p.type for p in ports}
