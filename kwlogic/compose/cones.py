"""Cones: what comes before a box, nearest first, and what is therefore known where it starts.

The contract of a graph is defined by cones, so no bracketing and no order of statements matters. A cone is cut where it gets
large: what is left out is only left unsaid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kwlogic.compose.contract import Said
from kwlogic.compose.lifting import every
from kwlogic.compose.stage import Scene, Stage, before
from kwlogic.core.terms import Term, mk_and, mk_implies
from kwlogic.source.records import dataclass

__all__ = ["Cone", "all_before", "before", "cone_at", "levels"]
ROUND = "round"
MOST = 32
"""Boxes of a cone that speak to a prover; replays know all."""


@dataclass(frozen=True, slots=True)
class Cone:
    """``known``: what is said, nearest first; ``ends``: how much of it the boxes up to 1, 2, 4, ... steps back say. ``whole``: nothing
    was left out. ``places``: the boxes, by scene. ``rounds``: for each ``map`` around, the innermost first, its body's scene with
    what is known in a round of it; ``known`` then speaks of what is outside of all of them."""

    known: tuple[Said, ...]
    ends: tuple[int, ...]
    whole: bool
    places: tuple[tuple[int, int], ...]
    rounds: tuple[tuple[Scene, tuple[Said, ...]], ...] = ()

    def goals(self, goal: Term) -> tuple[Term, ...]:
        """Forms of a goal, each enough: of all rounds at once, then of one round whatever it is."""
        if not self.rounds:
            return (goal,)
        one = mk_implies(mk_and(s.term for _, said in self.rounds for s in said), goal)
        lifted = goal
        for scene, said in self.rounds:
            lifted = mk_implies(mk_and(s.term for s in said if s.name != ROUND), lifted)
            lifted = every(lifted, scene.lists, next(iter(scene.inputs.values())))
        return lifted, one


def levels(befores: Sequence[Sequence[int]], start: Iterable[int], most: int) -> tuple[list[list[int]], bool]:
    """The boxes ``start`` and what comes before them, step by step back; whether that is all of it."""
    here = list(dict.fromkeys(start))
    seen = set(here)
    found: list[list[int]] = []
    count = 0
    while here and count < most:
        if len(here) > most - count:
            return [*found, here[: most - count]], False
        found.append(here)
        count += len(here)
        fresh: list[int] = []
        for box in here:
            for other in befores[box]:
                if other not in seen:
                    seen.add(other)
                    fresh.append(other)
        here = fresh
    return found, not here


def all_before(befores: Sequence[Sequence[int]], index: int) -> set[int]:
    """Every box that comes before a box."""
    found: set[int] = set()
    waiting = list(befores[index])
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting.extend(befores[here])
    return found


def cone_at(stage: Stage, scene: Scene, start: Sequence[int], most: int = MOST) -> Cone:
    """What is known where the boxes ``start`` of a scene have yielded, with what is known at its entry and around it."""
    known: list[Said] = []
    ends: list[int] = []
    places: list[tuple[int, int]] = []
    rounds: list[tuple[Scene, tuple[Said, ...]]] = []
    whole = True
    here, wanted = scene, start
    while True:
        rows, full = levels(here.befores, wanted, max(1, most - len(places)))
        whole &= full
        known += here.entry
        for step, row in enumerate(rows):
            for box in row:
                places.append((here.index, box))
                known += here.facts[box].said
            if step + 1 & step == 0:
                ends.append(len(known))
        if here.parent < 0:
            return Cone(tuple(known), tuple(dict.fromkeys(ends)), whole, tuple(places), tuple(rounds))
        outer = stage.scenes[here.parent]
        if here.lists:
            rounds.append((here, tuple(known)))
            known, ends = [], []
        wanted = outer.befores[here.box]
        here = outer
