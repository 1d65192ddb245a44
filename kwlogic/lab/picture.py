"""From the graph of a composition to a picture of it: which spots, frames and edges there are, and what they are called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kwlogic.compose.data import (
    INPUT,
    Again,
    Box,
    Check,
    Choice,
    Composition,
    Dag,
    Each,
    Folded,
    Loop,
    Missing,
    Part,
    Pure,
    Recover,
    Wire,
    bodies,
)
from kwlogic.core.program import Clause
from kwlogic.core.show import show_term
from kwlogic.core.types import show_type
from kwlogic.core.wiring import Port
from kwlogic.lab.pictures import Edge, Frame, Picture, Spot


@dataclass(frozen=True, slots=True)
class Known:
    """The worst verdict of some obligations, None where there are none, and which they are."""

    verdict: str | None = None
    about: tuple[str, ...] = ()


NOTHING = Known()
KnownAt = Callable[[int, int, str | None], Known]
"""Dag, box, and an input of it (None: all): what is known of that which is obliged there."""

WIDEST = 60


def nothing_known(dag: int, box: int, port: str | None) -> Known:
    return NOTHING


def picture_of(
    composition: Composition, title: str, known_at: KnownAt = nothing_known, whole: Known = NOTHING, with_verdicts: bool = False
) -> Picture:
    """The drawing of a composition. ``whole``: what is known of the declared contract, shown at the outputs."""
    drawing = _Drawing(composition, known_at)
    drawing.draw(whole)
    return Picture(title, tuple(drawing.spots), tuple(drawing.frames), tuple(drawing.edges), with_verdicts)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Spots by port: where wires enter a box, and where they leave it. ``all_in``, ``all_out``: for edges of order only."""

    enter: dict[str, list[int]]
    leave: dict[str, list[int]]
    all_in: tuple[int, ...]
    all_out: tuple[int, ...]


@dataclass(slots=True)
class _Drawing:
    composition: Composition
    known_at: KnownAt
    spots: list[Spot] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    waiting: list[tuple[int, int | None, dict[str, int], dict[str, int]]] = field(default_factory=list)

    def draw(self, whole: Known) -> None:
        root = self.composition.root
        enter = self.pills(root.inputs, "input", None)
        leave = self.pills([p for p, _ in root.outputs], "output", None, whole)
        self.waiting.append((len(self.composition.dags) - 1, None, enter, leave))
        while self.waiting:
            index, frame, enter, leave = self.waiting.pop()
            self.dag(index, frame, enter, leave)

    def pills(self, ports: list[Port] | tuple[Port, ...], kind: str, frame: int | None, known: Known = NOTHING) -> dict[str, int]:
        return {p.name: self.spot(Spot(f"{p.name}: {show_type(p.type)}", kind, frame, "", known.verdict, known.about)) for p in ports}

    def spot(self, spot: Spot) -> int:
        self.spots.append(spot)
        return len(self.spots) - 1

    def frame(self, frame: Frame) -> int:
        self.frames.append(frame)
        return len(self.frames) - 1

    def dag(self, index: int, frame: int | None, enter: dict[str, int], leave: dict[str, int]) -> None:
        dag = self.composition.dags[index]
        names = dict(dag.names)
        ends = [self.box(box, frame, self.known_at(index, i, None)) for i, box in enumerate(dag.boxes)]
        types = {Wire(INPUT, p.name): p for p in dag.inputs}
        types |= {Wire(i, p.name): p for i, b in enumerate(dag.boxes) for p in b.outputs}

        def sources(wire: Wire) -> list[int]:
            return [enter[wire.port]] if wire.box == INPUT else ends[wire.box].leave.get(wire.port, [])

        def wire_edge(wire: Wire, port: str, target: int, known: Known) -> None:
            anonymous = wire.box != INPUT and isinstance(dag.boxes[wire.box].what, Pure)
            name = port if anonymous else names.get(wire, wire.port)
            label = name if port in ("", name) else f"{name} → {port}"
            note = show_type(types[wire].type)
            self.edges.extend(Edge(s, target, _short(label), note, known.verdict, about=known.about) for s in sources(wire))

        for i, box in enumerate(dag.boxes):
            for port, wire in zip(box.inputs, box.sources):
                known = self.known_at(index, i, port.name)
                for target in ends[i].enter.get(port.name, ()):
                    wire_edge(wire, _target_name(box, port), target, known)
            for earlier in box.after:
                self.order_edges(ends[earlier], ends[i])
        for port, wire in dag.outputs:
            end = self.spots[leave[port.name]]
            wire_edge(wire, port.name, leave[port.name], Known(end.verdict, end.about))

    def order_edges(self, earlier: _Ends, later: _Ends) -> None:
        if earlier.all_out and later.all_in:
            self.edges.append(Edge(earlier.all_out[0], later.all_in[0], order=True))

    def box(self, box: Box, frame: int | None, known: Known) -> _Ends:
        if bodies(box.what):
            return self.region(box, frame, known)
        label, kind, note = _leaf(box)
        spot = self.spot(Spot(_short(label), kind, frame, note, known.verdict, known.about))
        return _Ends({p.name: [spot] for p in box.inputs}, {p.name: [spot] for p in box.outputs}, (spot,), (spot,))

    def region(self, box: Box, frame: int | None, known: Known) -> _Ends:
        """A frame for the operator, and one for each body where there are two."""
        outer = self.frame(Frame(_short(_region_label(box)), frame, known.verdict, known.about))
        found = bodies(box.what)
        enter: dict[str, list[int]] = {}
        leave: dict[str, list[int]] = {}
        if isinstance(box.what, Choice):
            spot = self.spot(Spot(_short(_text(box.what.cond)), "condition", outer, "decides which branch runs", None))
            for name in _mentioned(box.what.cond, box):
                enter.setdefault(name, []).append(spot)
        for number, body in enumerate(found):
            inner = outer if len(found) == 1 else self.frame(Frame(_branch(box, number), outer, None))
            dag: Dag = self.composition.dags[body]
            pills_in = self.pills(dag.inputs, "input", inner)
            pills_out = self.pills([p for p, _ in dag.outputs], "output", inner)
            self.waiting.append((body, inner, pills_in, pills_out))
            for name, spot in pills_in.items():
                enter.setdefault(name, []).append(spot)
            for name, spot in pills_out.items():
                leave.setdefault(name, []).append(spot)
        if len(found) > 1:
            leave = self.joined(box, outer, leave)
        if isinstance(box.what, Loop):
            for port in box.outputs:
                leave.setdefault(port.name, enter.get(port.name, [])[:1])
        first = tuple(s for spots in enter.values() for s in spots)
        last = tuple(s for spots in leave.values() for s in spots)
        return _Ends(enter, leave, first or last, last or first)

    def joined(self, box: Box, outer: int, leave: dict[str, list[int]]) -> dict[str, list[int]]:
        """One spot for each output, whichever branch it comes from."""
        pills = self.pills(box.outputs, "output", outer)
        self.edges.extend(Edge(spot, pills[name]) for name, spots in leave.items() for spot in spots if name in pills)
        return {name: [spot] for name, spot in pills.items()}


# ---------------------------------------------------------------- words


def _leaf(box: Box) -> tuple[str, str, str]:
    match box.what:
        case Part(kernel=name):
            return name.rsplit(".", 1)[-1], "kernel", name
        case Pure(term=term):
            return show_term(term, limit=200), "expression", f"the argument of {box.what.argument}" if box.what.argument else ""
        case Check(pred=pred, guard=guard):
            return _text(pred), "guard" if guard else "assert", ""
        case Missing():
            ports = ", ".join(f"{p.name}: {show_type(p.type)}" for p in box.outputs)
            return "?", "hole", f"a kernel that yields {ports} is missing here"
        case _:
            raise AssertionError("a region")


def _region_label(box: Box) -> str:
    match box.what:
        case Choice(cond=cond):
            return f"case {_text(cond)}"
        case Recover():
            return "?? (fallback)"
        case Again(count=count):
            return f"retry {count}"
        case Each():
            return "map"
        case Folded(invariant=invariant):
            return f"fold, invariant {_text(invariant)}"
        case Loop(cond=cond, bound=bound):
            return f"iterate while {_text(cond)} max {bound}"
        case _:
            raise AssertionError("not a region")


def _branch(box: Box, number: int) -> str:
    words = ("first", "if it fails") if isinstance(box.what, Recover) else ("then", "else")
    return words[number]


def _target_name(box: Box, port: Port) -> str:
    return "" if isinstance(box.what, Pure | Check) else port.name


def _mentioned(clause: Clause, box: Box) -> list[str]:
    from kwlogic.core.walk import free_vars

    names = {v.data for v in free_vars(clause.pred)}
    return [p.name for p in box.inputs if p.name in names]


def _text(clause: Clause) -> str:
    return " ".join(clause.text.split())


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 3] + "..."
