"""Questions that the graph of a composition answers by itself: what may run in parallel, how long it takes, what is dead.

Costs are numbers that the caller gives to kernels (one for each, where nothing is given); expressions, guards and assertions
cost nothing. A region costs what its worst run costs: the dearer branch of a ``case``, both sides of ``??``, all tries of a
``retry``, all rounds of an ``iterate``; ``map`` and ``fold`` count one element.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kwlogic.compose.data import INPUT, Again, Box, Check, Choice, Composition, Dag, Loop, Part, Recover, bodies
from kwlogic.compose.facts import Facts, box_facts, composition_facts, facts_of
from kwlogic.core.program import Program
from kwlogic.lab.drawing import composition_named
from kwlogic.lab.opened import Opened, open_kernel
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Span
from kwlogic.workspace.findings import one_line, short


@dataclass(frozen=True, slots=True)
class Timed:
    """A step of the whole composition. ``start`` and ``end``: when it runs at the earliest; ``slack``: how much later it may
    start without delaying the end; ``stage``: how many steps stand before it on the longest way to it, and itself."""

    name: str
    place: Span
    cost: float
    start: float
    end: float
    slack: float
    stage: int


@dataclass(frozen=True, slots=True)
class Dead:
    """A step whose outputs reach no output of the whole. ``droppable``: nobody would notice; else ``why`` it is kept."""

    name: str
    place: Span
    droppable: bool
    why: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """``stages``: names of the steps that may run at once, stage by stage. ``critical``: the steps of one longest way, in
    order; ``length`` its cost, ``work`` the cost of all steps."""

    kernel: str
    steps: tuple[Timed, ...]
    stages: tuple[tuple[str, ...], ...]
    critical: tuple[str, ...]
    length: float
    work: float
    dead: tuple[Dead, ...]


def schedule(name: str, paths: Iterable[str] = (), cwd: Path | None = None, costs: Mapping[str, float] | None = None) -> Schedule:
    """Critical path, parallel stages and dead steps of a composed kernel. ``costs``: by kernel name, full or short.

    Raises Refused for a kernel that is no composition, or costs of a kernel that has no part in it.
    """
    opened, kernel = open_kernel(name, paths, cwd)
    composition = composition_named(opened, kernel)
    return schedule_of(short(kernel.name), composition, opened.program, _settled(opened, composition, costs or {}))


def schedule_of(name: str, composition: Composition, program: Program, costs: Mapping[str, float]) -> Schedule:
    """The same for a graph at hand; ``costs`` by qualified name."""
    spans = _body_costs(composition, costs)
    dag = composition.root
    own = [_cost(box, costs, spans) for box in dag.boxes]
    before = [sorted({w.box for w in box.sources if w.box != INPUT} | set(box.after)) for box in dag.boxes]
    end, stage = _earliest(dag, own, before)
    length = max(end, default=0.0)
    late = _latest(before, own, length)
    names = _names(dag)
    steps = tuple(
        Timed(names[i], b.place, own[i], end[i] - own[i], end[i], late[i] - end[i], stage[i])
        for i, b in enumerate(dag.boxes)
        if _is_step(b)
    )
    stages: dict[int, list[str]] = {}
    for step in sorted(steps, key=lambda s: s.stage):
        stages.setdefault(step.stage, []).append(step.name)
    critical = tuple(names[i] for i in _critical(before, own, end) if _is_step(dag.boxes[i]))
    return Schedule(name, steps, tuple(map(tuple, stages.values())), critical, length, sum(own), dead_steps(composition, program))


def _is_step(box: Box) -> bool:
    return isinstance(box.what, Part) or bool(bodies(box.what))


def _settled(opened: Opened, composition: Composition, costs: Mapping[str, float]) -> dict[str, float]:
    """Costs by qualified name. Raises Refused for a name that is no part."""
    parts = {b.what.kernel for d in composition.dags for b in d.boxes if isinstance(b.what, Part)}
    found: dict[str, float] = {}
    for name, cost in costs.items():
        meant = [p for p in parts if p == name or short(p) == name]
        if not meant:
            near = difflib.get_close_matches(short(name), [short(p) for p in parts], 1)
            help = f"did you mean `{near[0]}`?" if near else "the parts are " + ", ".join(f"`{short(p)}`" for p in sorted(parts)[:12])
            raise opened.refuse(diagnostic("KW441", f"`{name}` has a cost, but it has no part in this composition", help=help))
        found.update(dict.fromkeys(meant, float(cost)))
    return found


# ---------------------------------------------------------------- costs and times


def _body_costs(composition: Composition, costs: Mapping[str, float]) -> dict[int, float]:
    """The longest way through each dag; bodies come first."""
    spans: dict[int, float] = {}
    for index, dag in enumerate(composition.dags):
        own = [_cost(box, costs, spans) for box in dag.boxes]
        before = [sorted({w.box for w in box.sources if w.box != INPUT} | set(box.after)) for box in dag.boxes]
        spans[index] = max(_earliest(dag, own, before)[0], default=0.0)
    return spans


def _cost(box: Box, costs: Mapping[str, float], spans: Mapping[int, float]) -> float:
    inside = [spans[b] for b in bodies(box.what)]
    match box.what:
        case Part(kernel=name):
            return costs.get(name, 1.0)
        case Choice():
            return max(inside)
        case Recover():
            return sum(inside)
        case Again(count=count):
            return count * inside[0]
        case Loop(bound=bound):
            return bound * inside[0]
        case _:
            return inside[0] if inside else 0.0


def _earliest(dag: Dag, own: list[float], before: list[list[int]]) -> tuple[list[float], list[int]]:
    """When each box ends at the earliest, and its stage; boxes stand behind what they wait for."""
    end: list[float] = []
    stage: list[int] = []
    for i, waits in enumerate(before):
        end.append(own[i] + max((end[b] for b in waits), default=0.0))
        stage.append((1 if _is_step(dag.boxes[i]) else 0) + max((stage[b] for b in waits), default=0))
    return end, stage


def _latest(before: list[list[int]], own: list[float], length: float) -> list[float]:
    """When each box must have ended, for the whole to end in time."""
    late = [length] * len(own)
    for i in range(len(own) - 1, -1, -1):
        for b in before[i]:
            late[b] = min(late[b], late[i] - own[i])
    return late


def _critical(before: list[list[int]], own: list[float], end: list[float]) -> list[int]:
    if not end:
        return []
    here: int | None = max(range(len(end)), key=lambda i: end[i])
    path: list[int] = []
    while here is not None:
        path.append(here)
        here = max(before[here], key=lambda i: end[i], default=None)
    return path[::-1]


def _names(dag: Dag) -> list[str]:
    """What each box is called; repeated names are numbered."""
    plain = [b.what.kernel.rsplit(".", 1)[-1] if isinstance(b.what, Part) else b.name for b in dag.boxes]
    total: dict[str, int] = {}
    for name in plain:
        total[name] = total.get(name, 0) + 1
    seen: dict[str, int] = {}
    names: list[str] = []
    for name in plain:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if total[name] == 1 else f"{name}#{seen[name]}")
    return names


# ---------------------------------------------------------------- dead steps


def dead_steps(composition: Composition, program: Program) -> tuple[Dead, ...]:
    """Steps of the whole composition that no output depends on."""
    known = facts_of(program)
    inside = dict(enumerate(composition_facts(composition, known)))
    dag = composition.root
    live = _live(dag)
    names = _names(dag)
    found: list[Dead] = []
    for i, box in enumerate(dag.boxes):
        if i not in live and not isinstance(box.what, Check):
            facts = box_facts(box.what, len(box.inputs), known, inside)
            found.append(Dead(names[i], box.place, facts.discardable, _why(facts)))
    return tuple(found)


def _live(dag: Dag) -> set[int]:
    """Boxes that an output or a check depends on."""
    stack = [w.box for _, w in dag.outputs if w.box != INPUT]
    stack += [i for i, b in enumerate(dag.boxes) if isinstance(b.what, Check)]
    live: set[int] = set()
    while stack:
        here = stack.pop()
        if here not in live:
            live.add(here)
            stack.extend(w.box for w in dag.boxes[here].sources if w.box != INPUT)
    return live


def _why(facts: Facts) -> str:
    if facts.discardable:
        return "no output depends on it, and nobody would notice if it did not run"
    reasons = []
    if facts.writes:
        reasons.append(f"it writes {one_line(', '.join(sorted(facts.writes)))}")
    if facts.fails:
        reasons.append("it may fail, and then the whole fails")
    if facts.demands:
        reasons.append("what it requires is asked of the inputs")
    if not facts.feasible and not facts.fails:
        reasons.append("it is not known to have an output for every input")
    return "no output depends on it, but " + ", and ".join(reasons)
