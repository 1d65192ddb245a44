"""Whether a graph is a composition at all: every input has one source that stands earlier and has its type.

Graphs that come from spec files are well formed by construction; this is for those that programs make (generators, rewriting,
imports), and for holding the rest against. Linear in the edges, whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kwlogic.compose.data import INPUT, Box, Check, Composition, Dag, Each, Folded, Loop, Part, bodies
from kwlogic.core.program import Kernel
from kwlogic.core.types import Type, list_of, show_type, subst_type
from kwlogic.core.wiring import Port

Ports = tuple[Port, ...]


def problems(composition: Composition, kernels: Mapping[str, Kernel] | None = None) -> Iterator[str]:
    """What is wrong, in words; nothing for a composition. ``kernels``: those that parts name, to hold their ports against."""
    if not composition.dags:
        yield "there is no graph"
        return
    for index, dag in enumerate(composition.dags):
        place = f"graph {index}: " if len(composition.dags) > 1 else ""
        for problem in _dag(composition, index, dag, kernels):
            yield place + problem


def _dag(composition: Composition, index: int, dag: Dag, kernels: Mapping[str, Kernel] | None) -> Iterator[str]:
    inputs = {p.name: p.type for p in dag.inputs}
    if len(inputs) < len(dag.inputs):
        yield "two inputs have one name"
    types: list[dict[str, Type]] = []
    faces: dict[int, dict[str, Type]] = {}
    known: set[tuple[object, ...]] = set()
    for number, box in enumerate(dag.boxes):
        outputs = faces.get(id(box.outputs))
        if outputs is None:
            outputs = faces[id(box.outputs)] = {p.name: p.type for p in box.outputs}
        if len(box.sources) != len(box.inputs):
            yield f"box {number}: {len(box.inputs)} inputs have {len(box.sources)} sources"
        for port, wire in zip(box.inputs, box.sources):
            at = wire.box
            found = (inputs if at == INPUT else types[at] if 0 <= at < number else _NONE).get(wire.port)
            if found is not port.type:
                yield _mismatch(number, port, at, wire.port, found)
        for earlier in box.after:
            if not 0 <= earlier < number:
                yield f"box {number} waits for box {earlier}, which does not stand before it"
        key = (id(box.what), id(box.inputs), id(box.outputs))
        if key not in known:
            known.add(key)
            yield from (f"box {number}: {p}" for p in _what(composition, index, box, kernels))
        types.append(outputs)
    for port, wire in dag.outputs:
        found = (inputs if wire.box == INPUT else types[wire.box] if 0 <= wire.box < len(types) else _NONE).get(wire.port)
        if found is not port.type:
            yield _mismatch(len(types), port, wire.box, wire.port, found)


_NONE: dict[str, Type] = {}


def _mismatch(number: int, port: Port, box: int, name: str, found: Type | None) -> str:
    giver = (
        "the input" if box == INPUT else f"output `{name}` of box {box}" if box < number else f"box {box}, which does not stand before it,"
    )
    if found is None:
        return f"box {number}: `{port.name}` comes from {giver} `{name}`, which there is not"
    return f"box {number}: `{port.name}: {show_type(port.type)}` comes from {giver} `{name}: {show_type(found)}`"


def _what(composition: Composition, index: int, box: Box, kernels: Mapping[str, Kernel] | None) -> Iterator[str]:
    what = box.what
    if isinstance(what, Part) and kernels is not None:
        yield from _part(box, what, kernels.get(what.kernel))
    if isinstance(what, Check) and box.outputs:
        yield "a check has no outputs"
    for body in bodies(what):
        if not 0 <= body < index:
            yield f"its body, graph {body}, does not stand before it"
        else:
            yield from _body(box, composition.dags[body], lists=isinstance(what, Each), looped=isinstance(what, Folded | Loop))


def _part(box: Box, what: Part, kernel: Kernel | None) -> Iterator[str]:
    if kernel is None:
        yield f"there is no kernel `{what.kernel}`"
        return
    env = dict(zip(kernel.tparams, what.targs))
    for side, params in ((box.inputs, kernel.inputs), (box.outputs, kernel.outputs)):
        want = {p.name: subst_type(p.type, env) for p in params}
        if {p.name: p.type for p in side} != want:
            yield f"its ports are not those of `{what.kernel}`"


def _body(box: Box, dag: Dag, lists: bool, looped: bool) -> Iterator[str]:
    """The ports of a region are those of its body, or lists of them."""
    outer = ({p.name: p.type for p in box.inputs}, {p.name: p.type for p in box.outputs})
    inner = (dag.inputs, tuple(p for p, _ in dag.outputs))
    for mine, ports in zip(outer, inner):
        for port in ports:
            wanted = (
                list_of(port.type) if lists or (looped and port.name == "item" and mine.get("item") is list_of(port.type)) else port.type
            )
            if mine.get(port.name) is not wanted:
                yield f"`{port.name}: {show_type(wanted)}` of its body is not among its ports"
