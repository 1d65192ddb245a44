"""The body of a region as a whole: what it says, where it fails, how its wires come by their values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kwlogic.compose.contract import Said, Value, Written
from kwlogic.compose.data import Box, Wire, bodies
from kwlogic.compose.stage import Scene, Stage, env_of
from kwlogic.core.program import Clause
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_eq, mk_or

NEAR = 24
"""How many boxes of a body speak in the condition under which it fails; the others would only narrow it down further."""


def written_at(clause: Clause, given: dict[str, Term], known: tuple[Said, ...] = ()) -> Written:
    return Written(clause.pred, clause, env_of(given), known)


def insides(stage: Stage, box: Box) -> list[Scene]:
    return [stage.scenes[i] for i in bodies(box.what)]


def all_said(scene: Scene) -> list[Said]:
    return [s for f in scene.facts for s in f.said]


def all_values(scene: Scene, when: Term = TRUE) -> list[Value]:
    if when is TRUE:
        return [v for f in scene.facts for v in f.values]
    return [replace(v, when=mk_and((when, v.when))) for f in scene.facts for v in f.values]


def rests_of(scenes: Iterable[Scene]) -> frozenset[str]:
    return frozenset[str]().union(*(f.rests for s in scenes for f in s.facts))


def failing_inside(scene: Scene) -> Term:
    """Where a body fails: some box does, when those before it have yielded."""
    found: list[Term] = []
    for index, facts in enumerate(scene.facts):
        own = facts.fails if facts.fails is not None else TRUE
        if own is TRUE and not scene.dag.boxes[index].sources:
            return TRUE
        if own is not FALSE:
            before = [s.term for i in _before(scene, index) for s in scene.facts[i].said]
            found.append(mk_and((*before, own)))
    return mk_or(found)


def _before(scene: Scene, index: int) -> list[int]:
    """Some of the boxes that come before a box, the nearest ones."""
    seen: dict[int, None] = {}
    waiting = [index]
    while waiting and len(seen) < NEAR:
        fresh = [i for i in scene.befores[waiting.pop(0)] if i not in seen]
        seen.update(dict.fromkeys(fresh))
        waiting.extend(fresh)
    return sorted(seen)


def outputs_of(scene: Scene, index: int, box: Box) -> dict[str, Term]:
    return {p.name: scene.wires[Wire(index, p.name)] for p in box.outputs}


def equals(path: str, pairs: Iterable[tuple[Term, Term]]) -> tuple[tuple[Said, ...], tuple[Value, ...]]:
    known = list(pairs)
    return tuple(Said(f"wire:{path}", mk_eq(a, b)) for a, b in known), tuple(Value(a, b) for a, b in known)
