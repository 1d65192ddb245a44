"""How compositions scale: building, link types, digests and contracts of graphs up to 100,000 nodes, beside other tools.

    python benchmarks/compose_scale.py [--sizes 100,1000,10000,100000] [--workflows FILE] [--json FILE] [--repeats 3]

Chains and random graphs come from ``kwlogic.compose.generate``; ``--workflows`` takes the graphs of real workflows (WfInstances as one
JSON file: ``dags`` with ``tasks``, ``edges`` and ``programs``). In the same run networkx alone (a graph of the same edges, sorted
topologically) and, where it is installed, Haystack (a pipeline of the same edges; up to ``--haystack`` nodes) do the same graphs.
Times are CPU seconds of this process, the least over the repeats: other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from kwlogic.compose.data import INPUT, Box, Composition, Dag, Part, Wire
from kwlogic.compose.digest import digest
from kwlogic.compose.facts import facts_of
from kwlogic.compose.generate import Shape, composition, from_edges, kernel, shape
from kwlogic.compose.wellformed import problems
from kwlogic.core.program import Program
from kwlogic.core.types import INT
from kwlogic.core.wiring import Port
from kwlogic.elab.elaborate import elaborate
from kwlogic.lab.links import Links, Memory
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_module

CLASSES = 12  # contracts that the programs of workflows are given
Row = dict[str, Any]


def cpu(run: Callable[[], Any], repeats: int = 1) -> tuple[float, Any]:
    """Least CPU seconds, and the last answer."""
    least, answer = float("inf"), None
    for _ in range(repeats):
        gc.collect()
        began = time.process_time()
        answer = run()
        least = min(least, time.process_time() - began)
    return least, answer


def program_of(texts: dict[str, str]) -> Program:
    source = Source("library.kw", "module gen\n\n" + "\n\n".join(texts.values()) + "\n")
    tree, wrong = parse_module(source)
    program, found = elaborate([(source, tree)])
    if wrong or found:
        sys.exit("\n".join(d.message for d in (*wrong, *found)))
    return program


# ---------------------------------------------------------------- generated graphs


def generated(name: str, size: int, repeats: int, haystack: int) -> Row:
    seconds, of = cpu(lambda: shape(name, size, 1))
    row: Row = {"graph": f"{name} {size:,}", "nodes": len(of.takes), "edges": of.edges, "shape_s": seconds}
    row["build_s"], made = cpu(lambda: composition(of), repeats)
    program = program_of(library_of(of))
    row["types_s"], wrong = cpu(lambda: list(problems(made, program.kernels)), repeats)
    known = facts_of(program)
    row["digest_s"], _ = cpu(lambda: digest(made, known), repeats)
    row["contracts_s"], report = cpu(lambda: Links(program, made, whole_requires(program)).check())
    row |= {"links": report.links, "asked": report.asked, "open": len(report.open), "problems": len(wrong)}
    row["networkx_s"], _ = cpu(lambda: networkx_sorted(of), repeats)
    row["haystack_s"] = haystack_pipeline(of) if len(of.takes) <= haystack else None
    return row


def library_of(of: Shape, variants: int = 7) -> dict[str, str]:
    used = dict.fromkeys((len(t), i % variants) for i, t in enumerate(of.takes))
    texts = {f"k{n}_{v}": kernel(f"k{n}_{v}", n, "linear", v) for n, v in used}
    return {**texts, "whole": "kernel whole(x: Int) -> (y: Int)\n  requires x >= 0\n= x"}


def whole_requires(program: Program) -> Any:
    return program.kernels["gen.whole"].requires


def networkx_sorted(of: Shape) -> int:
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(of.takes)))
    graph.add_edges_from((t, i) for i, takes in enumerate(of.takes) for t in takes if t >= 0)
    return len(list(networkx.topological_sort(graph)))


def haystack_pipeline(of: Shape) -> float | None:
    """CPU seconds for a pipeline of components with typed sockets; None where it is not installed."""
    try:
        from haystack import Pipeline, component
    except ImportError:
        return None

    def make(inputs: int) -> Any:
        def run(self: Any, **values: int) -> dict[str, int]:
            return {"y": sum(values.values())}

        made = component(type(f"K{inputs}", (), {"run": component.output_types(y=int)(run), "__init__": lambda self: set_up(self)}))

        def set_up(self: Any) -> None:
            component.set_input_types(self, **{f"a{j}": int for j in range(inputs)})

        return made

    kinds = {n: make(n) for n in {len(t) for t in of.takes}}

    def build() -> None:
        pipeline = Pipeline()
        for index, takes in enumerate(of.takes):
            pipeline.add_component(f"n{index}", kinds[len(takes)]())
        for index, takes in enumerate(of.takes):
            for port, take in enumerate(takes):
                if take >= 0:
                    pipeline.connect(f"n{take}.y", f"n{index}.a{port}")

    return cpu(build)[0]


def one_change(size: int) -> Row:
    """A graph that has been checked; one kernel in it gets a new contract."""
    of = shape("random", size, 1)
    program = program_of({**library_of(of), "one": kernel("one", 1, "linear", 3)})
    made = composition(of)
    at = next(i for i in range(size // 2, size) if len(of.takes[i]) == 1)
    boxes = list(made.root.boxes)
    boxes[at] = replace(boxes[at], what=Part("gen.one"))
    made = Composition((replace(made.root, boxes=tuple(boxes)),))
    links = Links(program, made, whole_requires(program))
    first, _ = cpu(links.check)
    often = next(n for n in program.kernels if n.startswith("gen.k2_"))
    row: Row = {"graph": f"random {size:,}", "all_s": first}
    for what, name in (("one use", "gen.one"), ("many uses", often)):
        old = program.kernels[name]
        changed = program_of({"x": kernel(name.removeprefix("gen."), len(old.inputs), "linear", 11)}).kernels[name]
        seconds, report = cpu(lambda changed=changed: links.changed(changed))
        row[what] = {"s": seconds, "links": report.links, "asked": report.asked, "open": len(report.open)}
    return row


# ---------------------------------------------------------------- workflows


def workflows(path: Path, haystack: int) -> list[Row]:
    data = json.loads(path.read_text(encoding="utf-8"))["dags"]
    rows: list[Row] = []
    memory = Memory()
    for dag in data:
        began = time.process_time()
        programs = [re.sub(r"[_-]?\d+$", "", p) for p in dag["programs"]]
        edges = [(a, b) for a, b in dag["edges"]]
        of = from_edges(dag["file"], dag["tasks"], edges)
        names = ordered(dag["tasks"], edges, programs)
        library, made = workflow(of, names)
        program = program_of(library)
        wrong = list(problems(made, program.kernels))
        ready = time.process_time()
        report = Links(program, made, whole_requires(program), memory=memory).check()
        checked = time.process_time()
        row: Row = {"graph": dag["file"], "nodes": len(of.takes), "edges": of.edges, "links": report.links, "asked": report.asked}
        row |= {"open": len(report.open), "problems": len(wrong), "read_s": ready - began, "contracts_s": checked - ready}
        row["digest_s"], _ = cpu(lambda made=made, program=program: digest(made, facts_of(program)))
        row["networkx_s"], _ = cpu(lambda of=of: networkx_sorted(of))
        row["haystack_s"] = haystack_pipeline(of) if len(of.takes) <= haystack else None
        rows.append(row)
    return rows


def ordered(count: int, edges: list[tuple[int, int]], programs: list[str]) -> list[str]:
    """Names of programs in the order that ``from_edges`` puts their tasks into; the step that joins ends is a program, too."""
    followers: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for a, b in edges:
        followers[a].append(b)
        missing[b] += 1
    ready = [i for i in range(count) if not missing[i]]
    for node in ready:
        for follower in followers[node]:
            missing[follower] -= 1
            if not missing[follower]:
                ready.append(follower)
    return [*(programs[n] for n in ready), "the end"]


def workflow(of: Shape, names: list[str]) -> tuple[dict[str, str], Composition]:
    """A kernel for each program and number of inputs, with one of some contracts: it yields at least so much as it is given, or a
    little more, and wants what every program yields."""
    library: dict[str, str] = {"whole": "kernel whole(x: Int) -> (y: Int)\n  requires x >= 0\n= x"}
    outputs = (Port("y", INT),)
    faces: dict[int, tuple[Port, ...]] = {}
    boxes: list[Box] = []
    for takes, program in zip(of.takes, names):
        inputs = len(takes)
        variant = sum(map(ord, program)) % CLASSES
        called = f"{re.sub(r'[^A-Za-z0-9]', '_', program) or 'k'}_{inputs}"
        called = called if called[0].islower() else f"k_{called}"
        if called not in library:
            library[called] = contract(called, inputs, variant)
        faces.setdefault(inputs, tuple(Port(f"a{j}", INT) for j in range(inputs)))
        sources = tuple(Wire(t, "y") if t >= 0 else Wire(INPUT, "x") for t in takes)
        boxes.append(Box(Part(f"gen.{called}"), faces[inputs], outputs, sources))
    return library, Composition((Dag((Port("x", INT),), tuple(boxes), ((Port("y", INT), Wire(len(boxes) - 1, "y")),)),))


def contract(name: str, inputs: int, variant: int) -> str:
    ports = [f"a{j}" for j in range(inputs)]
    head = f"kernel {name}({', '.join(f'{p}: Int' for p in ports)}) -> (y: Int)"
    wants = [f"  requires {p} >= -{variant % 3}" for p in ports]
    return "\n".join(
        (head, *wants, f"  ensures y >= {variant}", f"  ensures y >= a0 + {variant}", f"= (if a0 > 0 then a0 else 0) + {variant}")
    )


# ---------------------------------------------------------------- printing


def show(rows: list[Row], columns: dict[str, str]) -> None:
    texts = [[cell(r.get(c)) for c in columns] for r in rows]
    widths = [max(len(h), *(len(t[i]) for t in texts)) for i, h in enumerate(columns.values())]
    print("  ".join(h.rjust(w) if i else h.ljust(w) for i, (h, w) in enumerate(zip(columns.values(), widths))))
    for text in texts:
        print("  ".join(t.rjust(w) if i else t.ljust(w) for i, (t, w) in enumerate(zip(text, widths))))
    print()


def cell(value: Any) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


COLUMNS = {
    "graph": "graph", "edges": "edges", "build_s": "build", "types_s": "link types", "digest_s": "digest", "contracts_s": "contracts",
    "links": "links", "asked": "asked", "open": "open", "networkx_s": "networkx", "haystack_s": "Haystack",
}  # fmt: skip
FLOWS = {
    "graph": "workflow", "nodes": "steps", "edges": "edges", "read_s": "read", "contracts_s": "contracts", "links": "links",
    "asked": "asked", "open": "open", "digest_s": "digest", "networkx_s": "networkx", "haystack_s": "Haystack",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,1000,10000,100000")
    parser.add_argument("--workflows", type=Path)
    parser.add_argument("--haystack", type=int, default=1200, help="most nodes of a Haystack pipeline")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = [int(s) for s in options.sizes.split(",") if s]
    rows = [generated(name, size, options.repeats, options.haystack) for name in ("chain", "random") for size in sizes]
    if rows:
        show(rows, COLUMNS)
    change = one_change(10_000)
    for what in ("one use", "many uses"):
        print(f"a changed kernel with {what} in {change['graph']} nodes: {change[what]}")
    print()
    flows = workflows(options.workflows, options.haystack) if options.workflows else []
    if flows:
        flows.sort(key=lambda r: r["edges"])
        total = {k: sum(r[k] or 0 for r in flows) for k in FLOWS if k != "graph"}
        show([*flows[-6:], {"graph": f"all {len(flows)}", **total}], FLOWS)
    if options.json:
        options.json.write_text(json.dumps({"generated": rows, "change": change, "workflows": flows}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
