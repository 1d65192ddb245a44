"""A composition as a networkx graph, for questions that networkx answers. It is imported when one is asked for.

Nodes are the boxes of the whole by index, with ``input`` and ``output`` beside them; regions are one node each. Never ask such a graph
for its transitive reduction: on ten thousand nodes that takes a minute, and ``compose.live`` has what is needed of it.
"""

from __future__ import annotations

from typing import Any

from kwlogic.compose.data import INPUT, Again, Check, Choice, Composition, Each, Folded, Loop, Missing, Part, Pure, Recover, What

KINDS: dict[type, str] = {
    Part: "kernel", Pure: "expression", Check: "check", Choice: "case", Recover: "fallback", Again: "retry", Each: "map", Folded: "fold",
    Loop: "iterate", Missing: "hole",
}  # fmt: skip


def to_networkx(composition: Composition) -> Any:
    """A ``MultiDiGraph``: a node for each box (attributes ``kind``, ``kernel``, ``name``), an edge for each wire (``source`` and ``target``: its ports) and for each
    order edge (``order`` true). Raises ImportError where networkx is not installed."""
    import networkx as nx  # type: ignore[import-untyped]

    graph = nx.MultiDiGraph()
    dag = composition.root
    graph.add_node("input", kind="input")
    for index, box in enumerate(dag.boxes):
        graph.add_node(index, kind=KINDS[type(box.what)], kernel=_kernel(box.what), name=box.name)
        for port, wire in zip(box.inputs, box.sources):
            graph.add_edge("input" if wire.box == INPUT else wire.box, index, source=wire.port, target=port.name, order=False)
        for earlier in box.after:
            graph.add_edge(earlier, index, source="", target="", order=True)
    graph.add_node("output", kind="output")
    for port, wire in dag.outputs:
        graph.add_edge("input" if wire.box == INPUT else wire.box, "output", source=wire.port, target=port.name, order=False)
    return graph


def _kernel(what: What) -> str:
    return what.kernel if isinstance(what, Part) else ""
