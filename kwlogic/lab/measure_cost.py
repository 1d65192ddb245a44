"""What checking a composition costs, by its size, its shape and the class of its contracts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kwlogic.compose.generate import CONTRACTS, SHAPES, Shape, from_edges, module, shape
from kwlogic.lab.kinds import ExperimentKind, Parameter, Row, Value, cpu_seconds
from kwlogic.vc.data import Kind, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

WORKFLOW = "workflow:"


def run(parameters: Mapping[str, Value], seed: int) -> Row:
    of = _shape(parameters, seed)
    text = module(of, str(parameters["contracts"]), int(parameters["variants"]))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "gen.kw").write_text(text, encoding="utf-8")
        began = cpu_seconds()
        result = check(CheckRequest(("gen.kw::whole",), Path(folder), jobs=1, cache=False, proofs=False))
        spent = cpu_seconds() - began
    links = [r for r in result.results if r.obligation.kind is Kind.LINK]
    return {
        "steps": len(of.takes),
        "edges": of.edges,
        "links": len(links),
        "obligations": len(result.results),
        "proved": sum(isinstance(r.verdict, Proved) for r in result.results),
        "rlimit": result.rlimit,
        "cpu_seconds": round(spent, 4),
        "ms_per_step": round(1000 * spent / len(of.takes), 3),
    }


def _shape(parameters: Mapping[str, Value], seed: int) -> Shape:
    name, size = str(parameters["shape"]), int(parameters["size"])
    if not name.startswith(WORKFLOW):
        return shape(name, size, seed)
    graph = _workflows(str(parameters["data"]))[name.removeprefix(WORKFLOW)]
    return from_edges(name, graph["tasks"], [(a, b) for a, b in graph["edges"]])


@cache
def _workflows(path: str) -> dict[str, Any]:
    """Graphs by name: ``{"graphs": {name: {"tasks": n, "edges": [[a, b], ...]}}}``, or a list ``dags`` of objects that have
    these and a ``file``, by whose name without ``.json`` they go."""
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    if "dags" not in document:
        found: dict[str, Any] = document["graphs"]
        return found
    return {Path(d["file"]).name.removesuffix(".json"): {"tasks": d["tasks"], "edges": d["edges"]} for d in document["dags"]}


def workflow_names(path: str) -> list[str]:
    """Names of the graphs in a file. Raises OSError, ValueError, KeyError or TypeError where it is none."""
    graphs = _workflows(path)
    for name, graph in graphs.items():
        if any(not (0 <= a < graph["tasks"] and 0 <= b < graph["tasks"]) for a, b in graph["edges"]):
            raise ValueError(f"an edge of `{name}` leads to a task that there is not")
        from_edges(name, graph["tasks"], [(a, b) for a, b in graph["edges"]])
    return list(graphs)


KIND = ExperimentKind(
    "check-cost",
    "what checking one composition costs",
    {
        "shape": Parameter("chain", f"one of {', '.join(SHAPES)}, or {WORKFLOW}NAME from `data`", (*SHAPES, WORKFLOW)),
        "size": Parameter(10, "how many steps", low=1, high=100_000),
        "contracts": Parameter("bounds", f"one of {', '.join(CONTRACTS)}", CONTRACTS),
        "variants": Parameter(7, "how many different kernels there are for each number of inputs", low=1, high=1000),
        "data": Parameter("", "a file of workflow graphs, beside the experiment"),
    },
    {
        "steps": "steps of the composition",
        "edges": "wires between them",
        "links": "obligations of links",
        "obligations": "obligations in all",
        "proved": "how many were proved",
        "rlimit": "work of the solver, which does not depend on the machine",
        "cpu_seconds": "processor time, reading and elaborating included",
        "ms_per_step": "processor time for each step, in milliseconds",
    },
    run,
)
