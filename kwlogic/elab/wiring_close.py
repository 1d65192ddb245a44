"""Closing a composition: all links are known, so type variables are replaced by what they came to be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kwlogic.core.program import Clause, ComposeBody
from kwlogic.core.types import Type, type_vars
from kwlogic.core.wiring import AnyNode, Argument, Call, Case, Check, Face, Fold, Graph, Guard, Iterate, Port, Ref, Statement, Wiring
from kwlogic.core.wiring import Assert as AssertNode
from kwlogic.elab.wiring_context import Table


def close(table: Table) -> ComposeBody | None:
    """The finished composition; None where something was reported."""
    if not table.failed:
        for span, kernel, targs in table.polymorphic:
            for name, meta in zip(kernel.tparams, targs, strict=True):
                if any(v.startswith("?") for v in type_vars(table.around.zonk(meta))):
                    last = kernel.name.rsplit(".", 1)[-1]
                    table.error(
                        "KW416",
                        f"the links do not settle the type parameter `{name}` of `{last}`",
                        span,
                        f"`{name}` could be any type",
                        help="connect one of its ports to one of a known type",
                    )
    closer = _Closer(table)
    nodes = tuple(closer.node(n) for n in table.nodes) if not table.failed else ()
    return None if table.failed else ComposeBody(Wiring(nodes))


def closed_nodes(table: Table) -> tuple[AnyNode, ...]:
    """The nodes of a composition whose links may yet settle types that are open: these stay variables."""
    closer = _Closer(table)
    closer.open = True
    return tuple(closer.node(n) for n in table.nodes)


class _Closer:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.around = table.around
        self.open = bool(table.polymorphic)

    def type(self, type: Type) -> Type:
        return self.around.zonk(type)

    def face(self, face: Face) -> Face:
        if not self.open:
            return face
        return Face(*(tuple(Port(p.name, self.type(p.type)) for p in side) for side in (face.inputs, face.outputs)))

    def clause(self, clause: Clause) -> Clause:
        found = self.around.finish(clause)
        self.table.failed |= found is None
        return found or clause

    def argument(self, arg: Argument) -> Argument:
        term = self.around.finish_term(arg.term)
        self.table.failed |= term is None
        return replace(arg, term=term or arg.term)

    def statement(self, statement: Statement) -> Statement:
        return replace(statement, pred=self.clause(statement.pred)) if isinstance(statement, Check) else statement

    def node(self, node: AnyNode) -> AnyNode:
        changes: dict[str, Any] = {"face": self.face(node.face)}
        match node:
            case Ref() if node.targs:
                changes["targs"] = tuple(self.type(t) for t in node.targs)
            case Guard() | AssertNode():
                changes["pred"] = self.clause(node.pred)
            case Case():
                changes["cond"] = self.clause(node.cond)
            case Fold():
                changes["invariant"] = self.clause(node.invariant)
            case Iterate():
                changes["cond"] = self.clause(node.cond)
                changes["invariant"] = None if node.invariant is None else self.clause(node.invariant)
            case Call():
                changes["args"] = tuple(self.argument(a) for a in node.args)
            case Graph():
                changes["statements"] = tuple(self.statement(x) for x in node.statements)
        return replace(node, **changes)
