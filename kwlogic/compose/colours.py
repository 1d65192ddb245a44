"""An order for the boxes of a dag that no output leads to, by what is below and above each of them.

A colour is a hash of a box with all that it comes after, joined with one of all that comes after it. Boxes of one colour are
nearly always interchangeable: where it is plain that they are, any order will do, else each is tried as the first of them and
the order kept whose colours come out least, as long as the budget lasts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby

from kwlogic.compose.data import INPUT, Dag, Wire
from kwlogic.compose.labels import Label
from kwlogic.compose.live import Order


def _hash(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


@dataclass(slots=True, eq=False)
class Colours:
    """``left``: indices of the boxes without a number, earlier ones first."""

    dag: Dag
    order: Order
    labels: Sequence[Label | None]
    slots: Sequence[Sequence[Wire]]
    names: Mapping[str, str]
    number: Sequence[int]
    left: Sequence[int]
    users: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        waiting = set(self.left)
        live = self.order.live
        for index in range(len(self.dag.boxes)):
            if live[index]:
                edges = [(w.box, f"{n}.{self.out(w)}") for n, w in enumerate(self.slots[index])] if index in waiting else []
                edges += [(v, f"/{r}") for r, v in self.order.versions.get(index, ())] if index in waiting else []
                for earlier, how in (*edges, *((j, "<") for j in self.order.after.get(index, ()))):
                    if earlier in waiting:
                        self.users.setdefault(earlier, []).append((index, how))

    def out(self, wire: Wire) -> str:
        label = self.labels[wire.box] if wire.box != INPUT else None
        return "" if label is None else label.outs[wire.port]

    def settle(self, budget: int) -> list[int]:
        """``left`` in canonical order."""
        best: tuple[list[str], list[int]] | None = None
        tries: list[dict[int, int]] = [{}]
        while tries:
            fixed = tries.pop()
            budget -= 1
            colours = self.colours(fixed)
            ordered = sorted(self.left, key=lambda i: colours[i])
            tie = self._tie(ordered, colours, fixed)
            if tie and budget > 0:
                tries += [{**fixed, member: len(fixed)} for member in reversed(tie[: max(1, budget)])]
                continue
            signature = [colours[i] for i in ordered]
            if best is None or signature < best[0]:
                best = signature, ordered
            if budget <= 0:
                break
        assert best is not None
        return best[1]

    def colours(self, fixed: Mapping[int, int]) -> dict[int, str]:
        """``fixed``: boxes that have been told from others of their colour."""
        down: dict[int, str] = {}
        for index in self.left:
            label = self.labels[index]
            assert label is not None
            refs = [self.names.get(w.port, "?") if w.box < 0 else f"{self._from(w.box, down)}.{self.out(w)}" for w in self.slots[index]]
            states = [(r, self._from(v, down) if v >= 0 else "") for r, v in self.order.versions.get(index, ())]
            after = sorted(self._from(j, down) for j in self.order.after.get(index, ()))
            down[index] = _hash(label.text, refs, states, after, fixed.get(index))
        up: dict[int, str] = {}
        for index in reversed(self.left):
            above = sorted((up.get(u) or str(self.number[u]), how) for u, how in self.users.get(index, ()))
            up[index] = _hash(down[index], above)
        return up

    def _from(self, box: int, down: Mapping[int, str]) -> str:
        return down[box] if self.number[box] < 0 else str(self.number[box])

    def _tie(self, ordered: Sequence[int], colours: Mapping[int, str], fixed: Mapping[int, int]) -> list[int]:
        """The first boxes of one colour that may differ after all."""
        for _, group in groupby(ordered, key=lambda i: colours[i]):
            members = list(group)
            if len(members) > 1 and not all(self._alone(i) for i in members):
                return [m for m in members if m not in fixed]
        return []

    def _alone(self, index: int) -> bool:
        """All neighbours have numbers, so that the colour tells everything."""
        behind = (
            *(w.box for w in self.slots[index]),
            *self.order.after.get(index, ()),
            *(v for _, v in self.order.versions.get(index, ())),
        )
        return all(b < 0 or self.number[b] >= 0 for b in behind) and all(self.number[u] >= 0 for u, _ in self.users.get(index, ()))
