"""Both surface forms to one graph: names, brackets and order vanish; size costs no more than it must."""

from __future__ import annotations

import time

import pytest

from kwlogic.compose.data import Check, Choice, Composition, Dag, Part, Pure, Recover, Wire
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.program import ComposeBody
from kwlogic.core.types import INT
from kwlogic.core.wiring import Face, Graph, Port, Ref, Rename, Seq, Step, Wiring
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Source, Span
from kwlogic.syntax.parse import parse_module

LEAVES = """
kernel inc(n: Int) -> (m: Int)
= n + 1

kernel sum(n: Int, k: Int) -> (m: Int)
= n + k

"""
HERE = Span("f", 0, 1)


def dag(text: str, name: str = "use") -> Dag:
    return composition(text, name).root


def composition(text: str, name: str = "use") -> Composition:
    source = Source("m.kw", "module m\n" + LEAVES + text)
    module, problems = parse_module(source)
    program, found = elaborate(((source, module),))
    assert not [*problems, *found]
    kernel = program.kernels[f"m.{name}"]
    assert isinstance(kernel.body, ComposeBody)
    assert isinstance(kernel.body.wiring, Wiring)
    return composition_of(kernel.body.wiring, kernel)


def shape(graph: Dag) -> list[object]:
    """Boxes without the names that only messages use."""
    return [(type(b.what).__name__, b.name, b.sources, b.after) for b in graph.boxes]


@pytest.mark.parametrize(
    "body",
    [
        "= compose inc[m as x] >> inc[n as x][m as r]",
        "{\n  a <- inc(n);\n  r <- inc(a);\n}",
        "{\n  r <- inc(n = w);\n  w <- inc(n);\n}",
        "= compose id(n) >> inc[m as n] >> inc[m as r] >> id(r)",
        "= compose (inc[m as n] >> (id(n) >> inc))[m as r]",
    ],
)
def test_one_graph_for_all_ways_of_writing_it(body: str):
    found = dag(f"kernel use(n: Int) -> (r: Int)\n{body}\n")
    assert shape(found) == [("Part", "inc", (Wire(-1, "n"),), ()), ("Part", "inc", (Wire(0, "m"),), ())]
    assert found.outputs == ((Port("r", INT), Wire(1, "m")),)


def test_users_of_a_guarded_wire_wait():
    words = dag("kernel use(n: Int) -> (r: Int)\n{\n  guard n > 0;\n  r <- inc(n);\n}\n")
    term = dag("kernel use(n: Int) -> (r: Int)\n= compose guard (n > 0) >> inc[m as r]\n")
    assert shape(words) == shape(term)
    assert words.boxes[1].after == (0,)
    assert isinstance(words.boxes[0].what, Check)


def test_what_does_not_use_the_wire_does_not_wait():
    found = dag("kernel use(n: Int, k: Int) -> (r: Int, s: Int)\n{\n  guard n > 0;\n  r <- inc(k);\n  s <- inc(n);\n}\n")
    assert [b.after for b in found.boxes] == [(), (), (0,)]


def test_arguments_wait_for_the_guards_of_their_wires():
    found = dag("kernel use(n: Int) -> (r: Int)\n{\n  guard n > 0;\n  r <- inc(10 // n);\n}\n")
    assert [type(b.what) for b in found.boxes] == [Check, Pure, Part]
    assert [b.after for b in found.boxes] == [(), (0,), ()], "what its argument waits for comes before the part, too"


def test_a_plain_argument_is_a_wire():
    found = dag("kernel use(n: Int, k: Int) -> (r: Int)\n{\n  r <- sum(n, k = k);\n}\n")
    assert [type(b.what) for b in found.boxes] == [Part]


def test_after_is_kept_where_no_wire_leads():
    found = dag("kernel use(n: Int) -> (r: Int, s: Int)\n{\n  r <- inc(n) after s;\n  s <- inc(n);\n}\n")
    assert [b.after for b in found.boxes] == [(), (0,)]


def test_regions_have_bodies():
    found = composition("kernel use(n: Int) -> (m: Int)\n= compose (case (n > 0) then inc else inc) ?? inc\n")
    assert isinstance(found.root.boxes[0].what, Recover)
    inner = found.dags[found.root.boxes[0].what.first]
    assert isinstance(inner.boxes[0].what, Choice)


# ---------------------------------------------------------------- size

FACE = Face((Port("n", INT),), (Port("n", INT),))


def chain(count: int, left: bool) -> Wiring:
    nodes: list[Ref | Seq] = [Ref(HERE, FACE, "m.a") for _ in range(count)]
    last = 0 if left else count - 1
    for index in range(1, count):
        other = index if left else count - 1 - index
        nodes.append(Seq(HERE, FACE, *((last, other) if left else (other, last)), HERE))
        last = len(nodes) - 1
    return Wiring(tuple(nodes))


def graph(count: int) -> Wiring:
    nodes: list[Ref | Rename | Graph] = []
    steps = []
    for index in range(count):
        face = Face((Port(f"w{index}", INT),), FACE.outputs)
        nodes += [Ref(HERE, FACE, "m.a"), Rename(HERE, face, len(nodes), (("n", f"w{index}"),), ())]
        steps.append(Step(HERE, (("n", f"w{index + 1}"),), len(nodes) - 1, (), (index - 1,) if index else ()))
    ends = Face((Port("w0", INT),), (Port(f"w{count}", INT),))
    nodes.append(Graph(HERE, ends, tuple(steps), tuple(range(count))))
    return Wiring(tuple(nodes))


@pytest.mark.parametrize("wiring", [chain(10_000, True), chain(10_000, False), graph(10_000)], ids=["left", "right", "graph"])
def test_long_compositions_take_linear_time_and_no_stack(wiring: Wiring):
    started = time.process_time()
    found = composition_of(wiring)
    assert len(found.root.boxes) == 10_000
    assert time.process_time() - started < 3
    assert all(b.sources[0].box == i - 1 for i, b in enumerate(found.root.boxes))
