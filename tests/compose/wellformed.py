"""The rules of typed compositions once more, read off the finished records: what elaboration makes must keep them."""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.core.program import Kernel
from kwlogic.core.types import Type, list_of
from kwlogic.core.walk import free_vars
from kwlogic.core.wiring import (
    Assert,
    Call,
    Case,
    Check,
    Fallback,
    Fold,
    Graph,
    Guard,
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
    operands,
)

Ports = dict[str, Type]


def named(ports: tuple[Port, ...]) -> Ports:
    found = {p.name: p.type for p in ports}
    assert len(found) == len(ports), "names of one side differ"
    assert not any(t.has_vars for t in found.values())
    return found


def joined(*sides: Ports) -> Ports:
    out: Ports = {}
    for side in sides:
        for name, type in side.items():
            assert out.setdefault(name, type) is type
    return out


def variables(clause_or_term: object) -> set[str]:
    term = getattr(clause_or_term, "pred", None) or getattr(clause_or_term, "term", clause_or_term)
    return {v.data for v in free_vars(term)}


def assert_well_formed(wiring: Wiring, kernels: Mapping[str, Kernel]) -> None:
    faces = [(named(n.face.inputs), named(n.face.outputs)) for n in wiring.nodes]
    for index, node in enumerate(wiring.nodes):
        assert all(i < index for i in operands(node))
        inputs, outputs = faces[index]
        match node:
            case Ref():
                kernel = kernels[node.kernel]
                assert list(inputs) == [p.name for p in kernel.inputs]
                assert list(outputs) == [p.name for p in kernel.outputs]
            case Id() | Guard() | Assert():
                assert inputs == outputs
                if not isinstance(node, Id):
                    assert set(inputs) == variables(node.pred)
            case Seq():
                assert inputs == faces[node.left][0]
                assert outputs == faces[node.right][1]
                assert faces[node.right][0].items() <= faces[node.left][1].items()
            case Par():
                assert inputs == joined(faces[node.left][0], faces[node.right][0])
                assert not faces[node.left][1].keys() & faces[node.right][1].keys()
                assert outputs == faces[node.left][1] | faces[node.right][1]
            case Fallback():
                assert inputs == joined(faces[node.left][0], faces[node.right][0])
                assert outputs == faces[node.left][1] == faces[node.right][1]
            case Case():
                own = {n: inputs[n] for n in variables(node.cond)}
                assert inputs == joined(own, faces[node.then][0], faces[node.other][0])
                assert outputs == faces[node.then][1] == faces[node.other][1]
            case Retry():
                assert (inputs, outputs) == faces[node.body]
                assert node.count >= 1
            case Map():
                assert [inputs, outputs] == [{n: list_of(t) for n, t in side.items()} for side in faces[node.body]]
            case Fold():
                acc, item = faces[node.body][0]["acc"], faces[node.body][0]["item"]
                assert faces[node.body] == ({"acc": acc, "item": item}, {"acc": acc})
                assert (inputs, outputs) == ({"acc": acc, "item": list_of(item)}, {"acc": acc})
            case Iterate():
                assert (inputs, outputs) == faces[node.body]
                assert outputs.items() <= inputs.items()
                assert variables(node.cond) <= inputs.keys()
            case Rename():
                ins, outs = dict(node.inputs), dict(node.outputs)
                assert inputs == {ins.get(n, n): t for n, t in faces[node.body][0].items()}
                assert outputs == {outs.get(n, n): t for n, t in faces[node.body][1].items()}
            case Call():
                assert {a.port: a.term.type for a in node.args} == faces[node.body][0]
                assert inputs.keys() == {v for a in node.args for v in variables(a)}
                assert outputs == faces[node.body][1]
            case Graph():
                assert_graph(node, faces)


def assert_graph(graph: Graph, faces: list[tuple[Ports, Ports]]) -> None:
    wires = {p.name: p.type for p in graph.face.inputs}
    makers: dict[str, int] = {}
    assert sorted(graph.order) == list(range(len(graph.statements)))
    done: set[int] = set()
    for index in graph.order:
        statement = graph.statements[index]
        assert set(statement.waits) <= done
        if isinstance(statement, Check):
            used = variables(statement.pred)
        else:
            used = set(faces[statement.body][0])
            assert faces[statement.body][0].items() <= wires.items()
        assert used <= wires.keys()
        assert {makers[w] for w in used if w in makers} <= set(statement.waits)
        if isinstance(statement, Step):
            for port, wire in statement.targets:
                assert wire not in wires
                wires[wire], makers[wire] = faces[statement.body][1][port], index
        done.add(index)
    assert {p.name: p.type for p in graph.face.outputs}.items() <= wires.items()
