"""Runs of one task laid beside each other: the steps that all of them take, in order, and what else some of them do.

A run of calls of one tool is one element, with how often it was called. The skeleton is what is common to all sequences, found one
by one from the most frequent; a trace that has less than half of it is left out, and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from kwlogic.weave.learn.rows import usable
from kwlogic.weave.trace.data import ToolCall, Trace

_Runs = list[tuple[str, list[ToolCall]]]


@dataclass(frozen=True, slots=True)
class Step:
    """``calls``: one for each aligned trace; where ``repeated``, all calls of the run of each."""

    tool: str
    calls: tuple[tuple[ToolCall, ...], ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Aligned:
    """``optional``: tools of steps that only some traces take, with how many do; ``left``: traces that are too different."""

    traces: tuple[Trace, ...]
    steps: tuple[Step, ...]
    optional: tuple[tuple[str, int], ...]
    left: tuple[Trace, ...]


def align(traces: Sequence[Trace]) -> Aligned:
    runs = [_runs(t) for t in traces]
    order = Counter(tuple(tool for tool, _ in r) for r in runs).most_common()
    skeleton = list(order[0][0]) if order else []
    left: set[int] = set()
    for sequence, _ in order[1:]:
        common = _common(skeleton, list(sequence))
        mine = [i for i, r in enumerate(runs) if tuple(t for t, _ in r) == sequence]
        if len(common) * 2 < len(skeleton) and len(left) + len(mine) <= len(traces) // 3:
            left |= set(mine)
        else:
            skeleton = common
    kept = [i for i in range(len(traces)) if i not in left]
    places = [_places(skeleton, runs[i]) for i in kept]
    steps: list[Step] = []
    for position, tool in enumerate(skeleton):
        steps += _steps(tool, [tuple(runs[i][p[position]][1]) for i, p in zip(kept, places)])
    extra: Counter[str] = Counter()
    for i, p in zip(kept, places):
        extra.update({runs[i][k][0] for k in range(len(runs[i])) if k not in p})
    return Aligned(tuple(traces[i] for i in kept), tuple(steps), tuple(sorted(extra.items())), tuple(traces[i] for i in sorted(left)))


def _runs(trace: Trace) -> _Runs:
    found: _Runs = []
    for call in trace.calls():
        if not usable(call):
            continue
        if found and found[-1][0] == call.tool:
            found[-1][1].append(call)
        else:
            found.append((call.tool, [call]))
    return found


def _common(left: list[str], right: list[str]) -> list[str]:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return [t for i, _, n in matcher.get_matching_blocks() for t in left[i : i + n]]


def _places(skeleton: list[str], runs: _Runs) -> list[int]:
    """Where each element of the skeleton stands in a sequence that it is part of."""
    places: list[int] = []
    at = 0
    for tool in skeleton:
        while runs[at][0] != tool:
            at += 1
        places.append(at)
        at += 1
    return places


def _steps(tool: str, runs: list[tuple[ToolCall, ...]]) -> list[Step]:
    """One step for each call where all runs are as long, else one that is repeated."""
    lengths = {len(r) for r in runs}
    if len(lengths) == 1:
        return [Step(tool, tuple((r[k],) for r in runs), False) for k in range(lengths.pop())]
    return [Step(tool, tuple(runs), True)]
