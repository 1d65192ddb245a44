"""How often the search for a plan finds the composition that was meant, in libraries of many kernels.

A chain of kernels over record types, each adding a number within a range, is hidden among kernels made by the same dice; the
promise is what the chain does. The search knows nothing of the chain.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kwlogic.lab.kinds import ExperimentKind, Parameter, Row, Value, cpu_seconds
from kwlogic.lab.opened import open_project
from kwlogic.lab.planning import Wish, plan_in


def run(parameters: Mapping[str, Value], seed: int) -> Row:
    library, depth = int(parameters["library"]), int(parameters["depth"])
    dice = random.Random(f"plans {library} {depth} {parameters['types']} {seed}")
    text, chain, wish = _library(dice, library, depth, int(parameters["types"]))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "lib.kw").write_text(text, encoding="utf-8")
        opened = open_project(("lib.kw",), Path(folder))
        began = cpu_seconds()
        found = plan_in(opened, wish, depth, 1, int(parameters["limit"]), laws=bool(parameters["laws"]))
        spent = cpu_seconds() - began
    steps = [s.rpartition(".")[2] for s in found.plans[0].steps] if found.plans else []
    return {
        "found": bool(found.plans),
        "intended": steps == chain,
        "shorter": bool(steps) and len(steps) < depth,
        "questions": found.links + found.wholes,
        "cut": found.cut,
        "cpu_seconds": round(spent, 4),
    }


def _library(dice: random.Random, size: int, depth: int, types: int) -> tuple[str, list[str], Wish]:
    """A module of ``size`` kernels, the names of the hidden chain, and the promise that it keeps."""
    lines = ["module lib", *(f"record T{t}(v: Int)" for t in range(types))]
    path = [dice.randrange(types) for _ in range(depth + 1)]
    made: list[tuple[int, int, int, int]] = []
    most, total = 10, 0
    for i in range(depth):
        add = dice.randint(3, 40)
        made.append((path[i], path[i + 1], add, most + dice.randint(0, 5)))
        most, total = most + add, total + add
    hidden = list(range(depth))
    while len(made) < size:
        made.append((dice.randrange(types), dice.randrange(types), dice.randint(3, 40), dice.randint(0, 40 * depth)))
    names = [f"k{n}" for n in range(len(made))]
    dice.shuffle(names)
    for name, (a, b, add, bound) in sorted(zip(names, made)):
        head = f"kernel {name}(x: T{a}) -> (y: T{b})"
        lines.append(f"{head}\n  requires 0 <= x.v <= {bound}\n  ensures y.v == x.v + {add}\n= T{b}(x.v + {add})")
    wish = Wish(f"x: T{path[0]}", f"z.v == x.v + {total}", "0 <= x.v <= 10", f"z: T{path[-1]}")
    return "\n\n".join(lines) + "\n", [names[i] for i in hidden], wish


KIND = ExperimentKind(
    "planning",
    "how often the search finds the composition that was meant",
    {
        "library": Parameter(10, "how many kernels there are", low=1, high=1000),
        "depth": Parameter(3, "how long the hidden chain is, and how long a plan may be", low=1, high=8),
        "types": Parameter(3, "how many record types there are for ports", low=1, high=50),
        "laws": Parameter(True, "whether independent steps are tried in one order only (the interchange law)"),
        "limit": Parameter(2_000, "how many questions the search may ask", low=1, high=1_000_000),
    },
    {
        "found": "whether a plan was found",
        "intended": "whether it is the hidden chain",
        "shorter": "whether it is shorter",
        "questions": "links and compositions that a solver was asked about",
        "cut": "whether the limit ended the search",
        "cpu_seconds": "processor time of the search, and of checking the plan",
    },
    run,
)
