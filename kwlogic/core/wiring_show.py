"""Printing typed compositions in the language's own notation (for logs, messages and debugging)."""

from __future__ import annotations

from kwlogic.core.program import Clause
from kwlogic.core.show import show_term
from kwlogic.core.types import show_type
from kwlogic.core.wiring import (
    AnyNode,
    Assert,
    Call,
    Case,
    Check,
    Face,
    Fallback,
    Fold,
    Graph,
    Guard,
    Hole,
    Id,
    Iterate,
    Map,
    Par,
    Port,
    Ref,
    Rename,
    Retry,
    Seq,
    Step,
    Wiring,
)

_LEVEL = {Fallback: 0, Seq: 1, Par: 2, Case: 3, Fold: 3, Iterate: 3, Map: 3, Retry: 3, Guard: 3, Assert: 3, Hole: 3}
_Piece = str | tuple[int, int]  # text, or (node, least level that needs no parentheses)


def show_wiring(wiring: Wiring) -> str:
    """Its face, then the composition."""
    out: list[str] = [show_face(wiring.root.face), "\n= " if not isinstance(wiring.root, Graph) else "\n"]
    stack: list[_Piece] = [(len(wiring.nodes) - 1, 0)]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            out.append(piece)
            continue
        node = wiring.nodes[piece[0]]
        pieces = _pieces(node)
        if _LEVEL.get(type(node), 9) < piece[1]:
            pieces = ["(", *pieces, ")"]
        stack.extend(reversed(pieces))
    return "".join(out)


def show_face(face: Face) -> str:
    return f"({_ports(face.inputs)}) -> ({_ports(face.outputs)})"


def _ports(ports: tuple[Port, ...]) -> str:
    return ", ".join(f"{p.name}: {show_type(p.type)}" for p in ports)


def _pieces(node: AnyNode) -> list[_Piece]:
    match node:
        case Ref():
            return [_last(node.kernel)]
        case Id():
            return [f"id({', '.join(p.name for p in node.face.inputs)})"]
        case Seq():
            return [(node.left, 1), " >> ", (node.right, 2)]
        case Par():
            return [(node.left, 2), " & ", (node.right, 3)]
        case Fallback():
            return [(node.left, 0), " ?? ", (node.right, 1)]
        case Case():
            return [f"case ({_text(node.cond)}) then ", (node.then, 4), " else ", (node.other, 4)]
        case Guard():
            return [f"guard ({_text(node.pred)})"]
        case Assert():
            return [f"assert ({_text(node.pred)})"]
        case Hole():
            return ["hole", show_face(node.face)]
        case Rename():
            pairs = dict((*node.inputs, *node.outputs))
            return [(node.body, 4), "[", ", ".join(f"{a} as {b}" for a, b in pairs.items()), "]"]
        case Call():
            return [(node.body, 4), "(", ", ".join(f"{a.port} = {show_term(a.term)}" for a in node.args), ")"]
        case Graph():
            return _graph(node)
        case _:
            return _prefixed(node)


def _prefixed(node: Retry | Map | Fold | Iterate) -> list[_Piece]:
    match node:
        case Retry():
            return [f"retry {node.count} ", (node.body, 4)]
        case Map():
            return ["map ", (node.body, 4)]
        case Fold():
            return ["fold ", (node.body, 4), f" invariant ({_text(node.invariant)})"]
        case Iterate():
            tail = "" if node.invariant is None else f" invariant ({_text(node.invariant)})"
            return ["iterate ", (node.body, 4), f" while ({_text(node.cond)}) max {node.bound}{tail}"]


def _graph(node: Graph) -> list[_Piece]:
    pieces: list[_Piece] = ["{\n"]
    for number, statement in enumerate(node.statements):
        waits = f"  # {number}, waits for {', '.join(map(str, statement.waits))}\n" if statement.waits else f"  # {number}\n"
        match statement:
            case Check():
                pieces.append(f"  {'guard' if statement.guard else 'assert'} {_text(statement.pred)};{waits}")
            case Step():
                pieces.extend((f"  ({', '.join(f'{w} = {p}' for p, w in statement.targets)}) <- ", (statement.body, 0), f";{waits}"))
    return [*pieces, "}"]


def _text(clause: Clause) -> str:
    return " ".join(clause.text.split())


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]
