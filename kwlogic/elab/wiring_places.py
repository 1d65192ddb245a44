"""Where a port of a composition comes from: the part that uses or yields it, and what to call that part."""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.core.program import Kernel
from kwlogic.core.wiring import AnyNode, Call, Case, Fallback, Fold, Iterate, Map, Par, Ref, Rename, Retry, Seq
from kwlogic.source.data import Label


def user_of(nodes: Sequence[AnyNode], index: int, name: str) -> tuple[AnyNode, str]:
    """The innermost part that takes input ``name`` of a node, and the port's name there."""
    return _descend(nodes, index, name, inputs=True)


def maker_of(nodes: Sequence[AnyNode], index: int, name: str) -> tuple[AnyNode, str]:
    """The innermost part that yields output ``name`` of a node, and the port's name there."""
    return _descend(nodes, index, name, inputs=False)


def _descend(nodes: Sequence[AnyNode], index: int, name: str, inputs: bool) -> tuple[AnyNode, str]:
    while True:
        node = nodes[index]
        match node:
            case Seq():
                index = node.left if inputs else node.right
            case Par() | Fallback():
                index = node.left if _has(nodes[node.left], name, inputs) else node.right
            case Case():
                if not any(_has(nodes[i], name, inputs) for i in (node.then, node.other)):
                    return node, name
                index = node.then if _has(nodes[node.then], name, inputs) else node.other
            case Rename():
                inside = {outer: inner for inner, outer in (node.inputs if inputs else node.outputs)}
                index, name = node.body, inside.get(name, name)
            case Retry() | Map() | Fold() | Iterate():
                index = node.body
            case Call():
                if inputs:
                    return node, name
                index = node.body
            case _:
                return node, name


def _has(node: AnyNode, name: str, inputs: bool) -> bool:
    return any(p.name == name for p in (node.face.inputs if inputs else node.face.outputs))


def called(node: AnyNode) -> str:
    """What to call a part in a message."""
    match node:
        case Ref(_, _, kernel):
            return f"`{kernel.rsplit('.', 1)[-1]}`"
        case Call() | Rename() | Retry() | Map() | Fold() | Iterate():
            return f"this `{type(node).__name__.lower()}`"
        case _:
            return "this part"


def port_label(kernels: dict[str, Kernel], part: AnyNode, name: str, inputs: bool) -> Label | None:
    """Where the kernel of a part declares a port."""
    if not isinstance(part, Ref) or part.kernel not in kernels:
        return None
    kernel = kernels[part.kernel]
    for port in kernel.inputs if inputs else kernel.outputs:
        if port.name == name:
            return Label(port.span, f"`{name}` of `{kernel.name.rsplit('.', 1)[-1]}` is declared here")
    return None
