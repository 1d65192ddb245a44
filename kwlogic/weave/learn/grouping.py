"""Which traces are runs of the same task: those of one family, and else those with like steps and like prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from kwlogic.weave.learn.data import Task
from kwlogic.weave.learn.naming import snake
from kwlogic.weave.learn.prompts import alike
from kwlogic.weave.learn.rows import inputs_of
from kwlogic.weave.learn.titles import title_of
from kwlogic.weave.trace.data import Trace

LIKE_STEPS = 0.75
LIKE_PROMPTS = 0.5
MAX_CLUSTERS = 400


def tasks_of(traces: Sequence[Trace], wanted: str | None = None) -> list[Task]:
    """Tasks in order of their first trace; ``wanted`` leaves only that family."""
    named: dict[str, list[Trace]] = {}
    loose: list[Trace] = []
    for trace in traces:
        if wanted is not None and trace.family != wanted:
            continue
        if trace.family and snake(trace.family) != snake(trace.prompt):
            named.setdefault(trace.family, []).append(trace)
        else:
            loose.append(trace)
    found = [_task(family, members) for family, members in named.items()]
    taken = set(named)
    for members in _clusters(loose):
        name = _name(members, taken)
        taken.add(name)
        found.append(_task(name, members))
    return found


def _task(family: str, members: list[Trace]) -> Task:
    good = tuple(t for t in members if t.success is not False)
    return Task(family, good, tuple(t for t in members if t.success is False))


def shape_of_steps(trace: Trace) -> tuple[str, ...]:
    """The tools in order, runs of one tool once."""
    found: list[str] = []
    for call in trace.calls():
        if not found or found[-1] != call.tool:
            found.append(call.tool)
    return tuple(found)


def _clusters(traces: list[Trace]) -> list[list[Trace]]:
    """Greedy: a trace joins the first cluster whose first trace is like it. Successful ones come first, so that they set the shape."""
    clusters: list[tuple[Trace, tuple[str, ...], frozenset[str], list[Trace]]] = []
    exact: dict[tuple[object, ...], list[Trace]] = {}
    for trace in sorted(traces, key=lambda t: t.success is False):
        steps, keys = shape_of_steps(trace), frozenset(inputs_of(trace))
        same = exact.get((steps, keys, trace.prompt))
        if same is not None:
            same.append(trace)
            continue
        home = next((m for first, s, k, m in clusters if k == keys and _like(first, s, trace, steps)), None)
        if home is None:
            home = []
            if len(clusters) < MAX_CLUSTERS:
                clusters.append((trace, steps, keys, home))
        home.append(trace)
        exact[(steps, keys, trace.prompt)] = home
    return [members for _, _, _, members in clusters]


def _like(first: Trace, mine: tuple[str, ...], trace: Trace, steps: tuple[str, ...]) -> bool:
    if bool(mine) != bool(steps) or bool(first.prompt) != bool(trace.prompt):
        return False
    if mine and mine != steps and SequenceMatcher(None, mine, steps, autojunk=False).ratio() < LIKE_STEPS:
        return False
    return not first.prompt or alike(first.prompt, trace.prompt) >= LIKE_PROMPTS


def _name(members: list[Trace], taken: set[str]) -> str:
    first = members[0]
    if first.prompt:
        base = title_of([t.prompt for t in members], [inputs_of(t) for t in members]) or " ".join(first.prompt.split()[:4])
    else:
        tools = Counter(shape_of_steps(first))
        base = f"run {' '.join(list(tools)[-2:])}" if tools else "task"
    name = snake(base)
    found, n = name, 2
    while found in taken:
        found, n = f"{name}_{n}", n + 1
    return found
