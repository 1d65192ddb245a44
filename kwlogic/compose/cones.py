"""Cones: what comes before a box, nearest first, and what is therefore known where it starts.

The contract of a graph is defined by cones, so no bracketing and no order of statements matters. A cone is cut where it gets
large: what is left out is only left unsaid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kwlogic.compose.contract import Said
from kwlogic.compose.data import Box
from kwlogic.compose.lifting import every
from kwlogic.compose.stage import Scene, Stage
from kwlogic.core.terms import Term, mk_and, mk_implies
from kwlogic.source.records import dataclass

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


def before(box: Box) -> list[int]:
    """The boxes right before a box."""
    found = [w.box for w in box.sources if w.box >= 0]
    return [*dict.fromkeys((*found, *box.after))]


def levels(boxes: Sequence[Box], start: Iterable[int], most: int) -> tuple[list[list[int]], bool]:
    """The boxes ``start`` and what comes before them, step by step back; whether that is all of it."""
    seen = dict.fromkeys(start)
    found: list[list[int]] = []
    here = list(seen)
    count = 0
    while here and count < most:
        if len(here) > most - count:
            return [*found, here[: most - count]], False
        found.append(here)
        count += len(here)
        fresh = dict.fromkeys(i for b in here for i in before(boxes[b]) if i not in seen)
        seen.update(fresh)
        here = list(fresh)
    return found, not here


def ancestors(boxes: Sequence[Box]) -> list[int]:
    """For each box the bit set of all that come before it. Quadratic in bits: for graphs of some thousands."""
    above = [0] * len(boxes)
    for index, box in enumerate(boxes):
        for other in before(box):
            above[index] |= above[other] | 1 << other
    return above


def cone_at(stage: Stage, scene: Scene, start: Sequence[int], most: int = MOST) -> Cone:
    """What is known where the boxes ``start`` of a scene have yielded, with what is known at its entry and around it."""
    known: dict[Said, None] = {}
    ends: list[int] = []
    places: list[tuple[int, int]] = []
    rounds: list[tuple[Scene, tuple[Said, ...]]] = []
    whole = True
    here, wanted = scene, start
    while True:
        rows, full = levels(here.dag.boxes, wanted, max(1, most - len(places)))
        whole &= full
        known.update(dict.fromkeys(here.entry))
        for step, row in enumerate(rows):
            for box in row:
                places.append((here.index, box))
                known.update(dict.fromkeys(here.facts[box].said))
            if step + 1 & step == 0:
                ends.append(len(known))
        if here.parent < 0:
            return Cone(tuple(known), tuple(dict.fromkeys(ends)), whole, tuple(places), tuple(rounds))
        outer = stage.scenes[here.parent]
        if here.lists:
            rounds.append((here, tuple(known)))
            known, ends = {}, []
        wanted = before(outer.dag.boxes[here.box])
        here = outer
