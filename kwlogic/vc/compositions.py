"""What a composition will be obliged to show, each with the verdict ``unknown``: nothing of it is verified yet.

The places are the final ones, so that no reader of a report takes a composition for proved.
"""

from __future__ import annotations

from collections.abc import Iterator

from kwlogic.core.program import ComposeBody, Kernel, Program
from kwlogic.core.wiring import Assert, Call, Check, Fold, Graph, Iterate, Ref, Seq, Step, Wiring
from kwlogic.source.data import Span
from kwlogic.vc.build import Maker
from kwlogic.vc.data import Goal, Kind, Unknown
from kwlogic.vc.given import given

NOT_YET = "compositions are not verified yet: neither this clause nor the links between the parts were checked"


def composed(program: Program, maker: Maker, kernel: Kernel, body: ComposeBody) -> None:
    verdict = Unknown(NOT_YET)
    given(maker, kernel.ensures, Kind.ENSURES, verdict)
    given(maker, kernel.fails, Kind.FAILS, verdict)
    if isinstance(body.wiring, Wiring):
        for kind, span in dict.fromkeys(_places(program, body.wiring)):
            maker.add(kind, Goal.GIVEN, span, given=verdict, detail=NOT_YET)


def _places(program: Program, wiring: Wiring) -> Iterator[tuple[Kind, Span]]:
    """Links at operators and bindings, assertions and invariants at their predicates."""
    for node in wiring.nodes:
        match node:
            case Seq(op_span=span):
                yield Kind.LINK, span
            case Assert(pred=pred):
                yield Kind.PARTIAL, pred.span
            case Fold(invariant=pred):
                yield Kind.LINK, pred.span
            case Iterate(invariant=invariant) if invariant is not None:
                yield Kind.LINK, invariant.span
            case Graph(statements=statements):
                yield from _statements(program, wiring, statements)
            case _:
                pass


def _statements(program: Program, wiring: Wiring, statements: tuple[Step | Check, ...]) -> Iterator[tuple[Kind, Span]]:
    for statement in statements:
        if isinstance(statement, Step):
            if _requires(program, wiring, statement.body):
                yield Kind.LINK, statement.span
        elif not statement.guard:
            yield Kind.PARTIAL, statement.pred.span


def _requires(program: Program, wiring: Wiring, index: int) -> bool:
    """Whether what is bound may require something: anything but a plain kernel without requires does."""
    node = wiring.nodes[index]
    if isinstance(node, Call):
        node = wiring.nodes[node.body]
    kernel = program.kernels.get(node.kernel) if isinstance(node, Ref) else None
    return kernel is None or bool(kernel.requires)
