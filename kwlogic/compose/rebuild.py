"""Changing a dag box by box: what is said of each box is done, and wires and order edges follow. Nothing is judged here.

What waited for a box waits for what takes its place. Where a box goes away without one, what waited for it waits for what the box
itself came after, so no step ever comes to know less than it did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kwlogic.compose.data import INPUT, Again, Box, Choice, Composition, Dag, Each, Folded, Loop, Recover, What, Wire, bodies
from kwlogic.core.wiring import Port


@dataclass(frozen=True, slots=True)
class Same:
    """The box is box ``other``, which stands before it; ``outs``: which of its outputs each output is."""

    other: int
    outs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gone:
    """The box goes away; nothing uses its outputs but what goes away as well."""


@dataclass(frozen=True, slots=True)
class Instead:
    """Boxes in its place, over some of its inputs, side by side and without outputs; or one with its outputs."""

    boxes: tuple[tuple[What, tuple[Port, ...]], ...]


@dataclass(frozen=True, slots=True)
class Inline:
    """The boxes of a body in its place."""

    dag: int


@dataclass(frozen=True, slots=True)
class Fused:
    """The box, a ``map``, does what box ``first``, another, did before it as well: ``body`` is its body now, at ``dag``."""

    first: int
    dag: int
    body: Dag


Change = Same | Gone | Instead | Inline | Fused


def changed(composition: Composition, index: int, changes: Mapping[int, Change]) -> Composition:
    """The composition with changes in one of its dags."""
    fused = [c for c in changes.values() if isinstance(c, Fused)]
    gone = {c.first: Gone() for c in fused}
    dags = list(composition.dags)
    for change in fused:
        dags[change.dag] = change.body
    dags[index] = _Rebuilt(composition, composition.dags[index]).run({**changes, **gone})
    return pruned(Composition(tuple(dags)))


@dataclass(slots=True, eq=False)
class _Rebuilt:
    """``wires`` and ``waits``: what an old wire is now, and what those that waited for an old box wait for. ``more``: what those
    that use a wire wait for besides."""

    composition: Composition
    dag: Dag
    made: list[Box] = field(default_factory=list)
    wires: dict[Wire, Wire] = field(default_factory=dict)
    waits: dict[int, frozenset[int]] = field(default_factory=dict)
    more: dict[Wire, frozenset[int]] = field(default_factory=dict)

    def run(self, changes: Mapping[int, Change]) -> Dag:
        for port in self.dag.inputs:
            self.wires[Wire(INPUT, port.name)] = Wire(INPUT, port.name)
        for index, box in enumerate(self.dag.boxes):
            self.box(index, box, changes.get(index))
        ends = tuple((p, self.wires[w]) for p, w in self.dag.outputs)
        names = {self.wires[w]: n for w, n in reversed(self.dag.names) if w in self.wires}
        return Dag(self.dag.inputs, tuple(self.made), ends, tuple(names.items()))

    def box(self, index: int, box: Box, change: Change | None) -> None:
        after = self.after(box)
        if isinstance(change, Fused):
            self.fused(index, box, change, after)
            return
        if any(w not in self.wires for w in box.sources):
            change = Gone()
        match change:
            case None:
                here = self.add(replace(box, sources=self.sources(box), after=self.sorted(after, box)))
                self.waits[index] = frozenset((here,))
                for port in box.outputs:
                    self.wires[Wire(index, port.name)] = Wire(here, port.name)
            case Same(other, outs):
                self.waits[index] = self.waits[other]
                for port in box.outputs:
                    old = Wire(other, outs[port.name])
                    self.wires[Wire(index, port.name)] = self.wires[old]
                    self.more[Wire(index, port.name)] = self.more.get(old, frozenset())
            case Gone():
                fed = (self.waits.get(w.box, frozenset()) for w in box.sources if w.box >= 0)
                self.waits[index] = after.union(*fed)
            case Instead(boxes):
                self.instead(index, box, boxes, after)
            case Inline(dag):
                self.inline(index, box, self.composition.dags[dag], after)

    def fused(self, index: int, box: Box, change: Fused, after: frozenset[int]) -> None:
        first = self.dag.boxes[change.first]
        waits = self.sorted(after | self.after(first), first)
        here = self.add(Box(Each(change.dag), first.inputs, box.outputs, self.sources(first), waits, box.place, box.name))
        self.waits[index] = frozenset((here,))
        for port in box.outputs:
            self.wires[Wire(index, port.name)] = Wire(here, port.name)

    def add(self, box: Box) -> int:
        self.made.append(box)
        return len(self.made) - 1

    def sources(self, box: Box) -> tuple[Wire, ...]:
        return tuple([self.wires[w] for w in box.sources])

    def after(self, box: Box) -> frozenset[int]:
        found: set[int] = set()
        for earlier in box.after:
            found |= self.waits[earlier]
        for wire in box.sources:
            found |= self.more.get(wire, frozenset())
        return frozenset(found)

    def sorted(self, after: Iterable[int], box: Box) -> tuple[int, ...]:
        return tuple(sorted(set(after) - {self.wires[w].box for w in box.sources}))

    def instead(self, index: int, box: Box, boxes: tuple[tuple[What, tuple[Port, ...]], ...], after: frozenset[int]) -> None:
        """Each waits for what fed the box as a whole, so it comes after all that the box came after."""
        fed = {p.name: w for p, w in zip(box.inputs, self.sources(box))}
        feeding = after | {w.box for w in fed.values() if w.box >= 0}
        here: list[int] = []
        for what, inputs in boxes:
            own = tuple(fed[p.name] for p in inputs)
            waits = tuple(sorted(feeding - {w.box for w in own}))
            here.append(self.add(Box(what, inputs, box.outputs, own, waits, box.place, box.name)))
        self.waits[index] = frozenset(here)
        for port in box.outputs:
            self.wires[Wire(index, port.name)] = Wire(here[-1], port.name)

    def inline(self, index: int, box: Box, body: Dag, after: frozenset[int]) -> None:
        """Who used the region came after all of it, and still does."""
        inside = {Wire(INPUT, p.name): w for p, w in zip(box.inputs, self.sources(box))}
        taken = {w.port for b in body.boxes for w in b.sources if w.box < 0}
        after |= {w.box for p, w in zip(box.inputs, self.sources(box)) if p.name not in taken and w.box >= 0}
        at: dict[int, int] = {}
        used: set[int] = set()
        for number, inner in enumerate(body.boxes):
            own = tuple(inside[w] for w in inner.sources)
            waits = (after | {at[j] for j in inner.after}) - {w.box for w in own}
            at[number] = self.add(replace(inner, sources=own, after=tuple(sorted(waits))))
            used |= {w.box for w in inner.sources} | set(inner.after)
            for port in inner.outputs:
                inside[Wire(number, port.name)] = Wire(at[number], port.name)
        last = frozenset(at[n] for n in at if n not in used) or after
        self.waits[index] = last
        for port, wire in body.outputs:
            self.wires[Wire(index, port.name)] = inside[wire]
            self.more[Wire(index, port.name)] = last | after


# ---------------------------------------------------------------- bodies


def one_after_other(first: Dag, second: Dag, links: Mapping[str, str]) -> Dag:
    """Both dags as one; ``links``: which output of the first each input of the second is. What stands in the second comes after
    all of the first."""
    used = {w.box for b in first.boxes for w in b.sources} | {j for b in first.boxes for j in b.after}
    last = {i for i in range(len(first.boxes)) if i not in used}
    ends = {p.name: w for p, w in first.outputs}
    count = len(first.boxes)

    def moved(wire: Wire) -> Wire:
        return ends[links[wire.port]] if wire.box == INPUT else Wire(wire.box + count, wire.port)

    boxes = list(first.boxes)
    for box in second.boxes:
        sources = tuple(moved(w) for w in box.sources)
        waits = (last | {j + count for j in box.after}) - {w.box for w in sources}
        boxes.append(replace(box, sources=sources, after=tuple(sorted(waits))))
    return Dag(first.inputs, tuple(boxes), tuple((p, moved(w)) for p, w in second.outputs))


def with_bodies(what: What, at: Mapping[int, int]) -> What:
    """The region with its bodies at other places."""
    match what:
        case Choice():
            return replace(what, then=at[what.then], other=at[what.other])
        case Recover():
            return replace(what, first=at[what.first], second=at[what.second])
        case Again() | Each() | Folded() | Loop():
            return replace(what, body=at[what.body])
        case _:
            return what


def pruned(composition: Composition) -> Composition:
    """Without dags that nothing uses."""
    last = len(composition.dags) - 1
    used, stack = {last}, [last]
    while stack:
        for box in composition.dags[stack.pop()].boxes:
            fresh = [b for b in bodies(box.what) if b not in used]
            used.update(fresh)
            stack.extend(fresh)
    if len(used) == len(composition.dags):
        return composition
    at = {old: new for new, old in enumerate(sorted(used))}
    return Composition(tuple(_moved(composition.dags[old], at) for old in sorted(used)))


def _moved(dag: Dag, at: Mapping[int, int]) -> Dag:
    if not any(bodies(b.what) for b in dag.boxes):
        return dag
    return replace(dag, boxes=tuple(replace(b, what=with_bodies(b.what, at)) if bodies(b.what) else b for b in dag.boxes))
