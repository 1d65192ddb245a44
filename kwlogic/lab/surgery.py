"""Cutting and joining graphs: boxes taken out, wires led elsewhere, a body put in place of its region. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from kwlogic.compose.data import (
    INPUT,
    Again,
    Box,
    Choice,
    Composition,
    Dag,
    Each,
    Folded,
    Loop,
    Recover,
    What,
    Wire,
    bodies,
)


@dataclass(frozen=True, slots=True)
class Change:
    """Of one dag: boxes to ``drop``, wires to ``lead`` elsewhere (to a wire of a box that stays), boxes to ``wait`` for besides
    (or instead, where ``forget`` has them), by old indices."""

    drop: frozenset[int] = frozenset()
    lead: Mapping[Wire, Wire] = field(default_factory=dict)
    wait: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    forget: Mapping[int, frozenset[int]] = field(default_factory=dict)


def changed(composition: Composition, index: int, change: Change) -> Composition:
    """The composition with one of its dags changed; bodies that nothing uses any more are gone."""
    return with_dag(composition, index, _changed(composition.dags[index], change))


def with_dag(composition: Composition, index: int, dag: Dag) -> Composition:
    dags = list(composition.dags)
    dags[index] = dag
    return pruned(Composition(tuple(dags)))


def _changed(dag: Dag, change: Change) -> Dag:
    number = {INPUT: INPUT}
    for i in range(len(dag.boxes)):
        if i not in change.drop:
            number[i] = len(number) - 1

    def led(wire: Wire) -> Wire:
        seen: set[Wire] = set()
        while wire in change.lead and wire not in seen:
            seen.add(wire)
            wire = change.lead[wire]
        return Wire(number[wire.box], wire.port)

    boxes: list[Box] = []
    for i, box in enumerate(dag.boxes):
        if i in change.drop:
            continue
        waits = _stays(dag, change, (*box.after, *change.wait.get(i, ())), change.forget.get(i, frozenset()))
        sources = tuple(map(led, box.sources))
        after = tuple(sorted({number[w] for w in waits} - {s.box for s in sources}))
        boxes.append(replace(box, sources=sources, after=after))
    outputs = tuple((p, led(w)) for p, w in dag.outputs)
    names = tuple((Wire(number[w.box], w.port), n) for w, n in dag.names if w.box in number)
    return ordered(Dag(dag.inputs, tuple(boxes), outputs, names))


def _stays(dag: Dag, change: Change, waits: Iterable[int], forget: frozenset[int]) -> set[int]:
    """What is waited for, with what a dropped box waited for in its place."""
    found: set[int] = set()
    stack = [w for w in waits if w not in forget]
    while stack:
        here = stack.pop()
        if here in change.drop:
            stack.extend(dag.boxes[here].after)
        else:
            found.add(here)
    return found


def ordered(dag: Dag) -> Dag:
    """The boxes in an order that respects wires and ``after``, the old one where it does."""
    waits = [{w.box for w in b.sources if w.box != INPUT} | set(b.after) for b in dag.boxes]
    if all(w < i for i, ws in enumerate(waits) for w in ws):
        return dag
    order: list[int] = []
    placed: set[int] = set()
    left = list(range(len(dag.boxes)))
    while left:
        ready = next((i for i in left if waits[i] <= placed), None)
        if ready is None:
            raise ValueError("boxes that wait for each other")
        order.append(ready)
        placed.add(ready)
        left.remove(ready)
    number = {INPUT: INPUT, **{old: new for new, old in enumerate(order)}}

    def moved(wire: Wire) -> Wire:
        return Wire(number[wire.box], wire.port)

    boxes = tuple(
        replace(b, sources=tuple(map(moved, b.sources)), after=tuple(sorted(number[a] for a in b.after)))
        for b in (dag.boxes[i] for i in order)
    )
    return Dag(dag.inputs, boxes, tuple((p, moved(w)) for p, w in dag.outputs), tuple((moved(w), n) for w, n in dag.names))


def inserted(composition: Composition, index: int, before: int, box: Box, ports: Mapping[str, str]) -> Composition:
    """A box put in front of another one, which comes after it. ``ports``: which of the other's inputs take which of its outputs."""
    dag = composition.dags[index]

    def moved(wire: Wire) -> Wire:
        return wire if wire.box < before else Wire(wire.box + 1, wire.port)

    def later(waits: Iterable[int]) -> tuple[int, ...]:
        return tuple(w if w < before else w + 1 for w in waits)

    old = dag.boxes[before]
    sources = tuple(Wire(before, ports[p.name]) if p.name in ports else w for p, w in zip(old.inputs, old.sources))
    after = old.after if any(p.name in ports for p in old.inputs) else (*old.after, before)
    target = replace(old, sources=sources, after=after)
    rest = (replace(b, sources=tuple(map(moved, b.sources)), after=later(b.after)) for b in dag.boxes[before + 1 :])
    outputs = tuple((p, moved(w)) for p, w in dag.outputs)
    names = tuple((moved(w), n) for w, n in dag.names)
    return with_dag(composition, index, Dag(dag.inputs, (*dag.boxes[:before], box, target, *rest), outputs, names))


def inlined(composition: Composition, index: int, region: int, body: int) -> Composition:
    """A body in place of the region that it belongs to. What waited for the region waits for the boxes of the body."""
    dag, inner = composition.dags[index], composition.dags[body]
    outer = dag.boxes[region]
    given = dict(zip((p.name for p in outer.inputs), outer.sources))
    count = len(inner.boxes)

    def inside(wire: Wire) -> Wire:
        return given[wire.port] if wire.box == INPUT else Wire(region + wire.box, wire.port)

    shift = count - 1
    ends = {p.name: inside(w) for p, w in inner.outputs}

    def outside(wire: Wire) -> Wire:
        if wire.box == region:
            return ends[wire.port]
        return wire if wire.box < region else Wire(wire.box + shift, wire.port)

    def waits(after: Iterable[int]) -> tuple[int, ...]:
        moved: set[int] = set()
        for a in after:
            moved |= set(range(region, region + count)) if a == region else {a if a < region else a + shift}
        return tuple(sorted(moved))

    middle = [
        replace(b, sources=tuple(map(inside, b.sources)), after=tuple(sorted({region + a for a in b.after} | set(outer.after))))
        for b in inner.boxes
    ]
    front = list(dag.boxes[:region])
    back = [replace(b, sources=tuple(map(outside, b.sources)), after=waits(b.after)) for b in dag.boxes[region + 1 :]]
    back = [replace(b, after=tuple(a for a in b.after if a not in {s.box for s in b.sources})) for b in back]
    outputs = tuple((p, outside(w)) for p, w in dag.outputs)
    names = {outside(w): n for w, n in dag.names if w.box != region or w.port in ends}
    names |= {inside(w): n for w, n in inner.names if w.box != INPUT and inside(w) not in names}
    names = {w: n for w, n in names.items() if w.box != INPUT}
    return with_dag(composition, index, Dag(dag.inputs, (*front, *middle, *back), outputs, tuple(names.items())))


def pruned(composition: Composition) -> Composition:
    """Without dags that are no body of anything; the whole stays last."""
    root = len(composition.dags) - 1
    used: set[int] = set()
    stack = [root]
    while stack:
        here = stack.pop()
        if here not in used:
            used.add(here)
            stack.extend(b for box in composition.dags[here].boxes for b in bodies(box.what))
    if len(used) == len(composition.dags):
        return composition
    number = {old: new for new, old in enumerate(sorted(used))}
    return Composition(
        tuple(
            replace(composition.dags[i], boxes=tuple(replace(b, what=renumbered(b.what, number)) for b in composition.dags[i].boxes))
            for i in sorted(used)
        )
    )


def renumbered(what: What, number: Mapping[int, int]) -> What:
    match what:
        case Choice():
            return replace(what, then=number[what.then], other=number[what.other])
        case Recover():
            return Recover(number[what.first], number[what.second])
        case Again() | Each() | Folded() | Loop():
            return replace(what, body=number[what.body])
        case _:
            return what


def without_order(composition: Composition) -> Composition:
    """Wires alone, for comparing what two graphs compute."""
    return Composition(tuple(replace(d, boxes=tuple(replace(b, after=()) for b in d.boxes)) for d in composition.dags))


def body_alone(composition: Composition, index: int) -> Composition:
    """One of the dags as a composition of its own."""
    return pruned(Composition(composition.dags[: index + 1]))
