"""The normal form of a composition: each dag's boxes numbered by what they are and where they stand, never by name or order.

From the ordered outputs (by name; then the last states of resources) a walk backwards along ordered inputs numbers every box
that it meets, in linear time. What only an order edge or a possible failure keeps (guards above all) is left over by the walk;
it is told apart by colours: what is below a box and what is above. Boxes of one colour are tried in turn within a budget,
beyond which they are taken as they come: then equal compositions might be called different, never the other way round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from kwlogic.compose.canon import type_text
from kwlogic.compose.data import INPUT, Composition, Dag, Part, Wire
from kwlogic.compose.facts import Facts, FactsOf, box_facts, composition_facts
from kwlogic.compose.labels import Body, Label, label_of
from kwlogic.compose.live import Order, order_of

BUDGET = 64
VERSION = "kwlogic composition 1"


def hashed(text: str) -> str:
    return blake2b(text.encode(), digest_size=32).hexdigest()


@dataclass(frozen=True, slots=True)
class NormalDag:
    """``order``: indices of the boxes that are kept, by number; ``text`` says all that there is to say of the dag."""

    order: tuple[int, ...]
    inputs: tuple[str, ...]
    text: str


@dataclass(slots=True, eq=False)
class Normal:
    """The normal form of all dags of a composition, each as a whole (``root``) or as a body."""

    composition: Composition
    known: FactsOf
    facts: tuple[Facts, ...] = ()
    orders: dict[int, Order] = field(default_factory=dict)
    labels: dict[int, list[Label | None]] = field(default_factory=dict)
    bodies: dict[tuple[object, ...], Body] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts = composition_facts(self.composition, self.known)
        for index in range(len(self.composition.dags)):
            self._prepare(index)

    def root(self) -> NormalDag:
        """The whole; its inputs and outputs are known by name."""
        dag = self.composition.root
        last = len(self.composition.dags) - 1
        found = _Walk(dag, self.orders[last], self.labels[last], {p.name: f":{p.name}" for p in dag.inputs}).run(
            [w for _, w in sorted(dag.outputs, key=lambda o: o[0].name)], True
        )
        ports = (",".join(sorted(f"{p.name}:{type_text(p.type)}" for p in side)) for side in (dag.inputs, (p for p, _ in dag.outputs)))
        return NormalDag(found.order, found.inputs, "\n".join((VERSION, *ports, found.text)))

    def body(self, index: int, outputs: Sequence[str], inputs: Mapping[str, str]) -> Body:
        """A dag as the body of a region, with some of its outputs."""
        key = index, tuple(outputs), tuple(inputs.items())
        found = self.bodies.get(key)
        if found is None:
            dag = self.composition.dags[index]
            wires = {p.name: w for p, w in dag.outputs}
            whole = len(outputs) == len(wires)
            made = _Walk(dag, self.orders[index], self.labels[index], inputs).run([wires[n] for n in outputs], whole)
            found = self.bodies[key] = Body(hashed(made.text), made.inputs)
        return found

    def _prepare(self, index: int) -> None:
        """Facts, edges and labels of a dag; those of its bodies are there."""
        dag = self.composition.dags[index]
        inner = dict(enumerate(self.facts[:index]))
        order = self.orders[index] = order_of(dag, [box_facts(b.what, len(b.inputs), self.known, inner) for b in dag.boxes])
        made: list[Label | None] = []
        seen: dict[object, Label] = {}
        for box, live in zip(dag.boxes, order.live):
            if not live:
                made.append(None)
                continue
            key = (box.what.kernel, box.what.targs, box.inputs) if isinstance(box.what, Part) else None
            label = seen.get(key) if key is not None else None
            if label is None:
                label = label_of(self.composition, box, self.body)
                if key is not None:
                    seen[key] = label
            made.append(label)
        self.labels[index] = made


@dataclass(slots=True, eq=False)
class _Walk:
    """Numbers the boxes of one dag. ``inputs``: what inputs are called; the others are numbered as they are met."""

    dag: Dag
    order: Order
    labels: Sequence[Label | None]
    inputs: Mapping[str, str]
    number: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    slots: list[Sequence[Wire]] = field(default_factory=list)

    def run(self, outputs: Sequence[Wire], whole: bool) -> NormalDag:
        """``whole``: what nothing but failure or order keeps is numbered as well."""
        self.number = [-1] * len(self.dag.boxes)
        self.slots = [self._slots(i) for i in range(len(self.dag.boxes))]
        self._back([w.box for w in outputs if w.box != INPUT])
        if whole:
            self._back([writer for _, writer in self.order.finals])
            self._rest()
        return self._written(outputs, whole)

    def _slots(self, index: int) -> Sequence[Wire]:
        label = self.labels[index]
        sources = self.dag.boxes[index].sources
        if label is None or len(sources) == len(label.slots) < 2:
            return sources
        return [sources[i] for i in label.slots]

    # ------------------------------------------------------------ the walk

    def _back(self, roots: Sequence[int]) -> None:
        """Number what is behind the roots: a box after all that its inputs come from."""
        number, done, slots, versions = self.number, self.done, self.slots, self.order.versions
        stack = list(reversed(roots))
        while stack:
            here = stack[-1]
            if number[here] >= 0:
                stack.pop()
                continue
            waiting = [w.box for w in slots[here] if w.box >= 0 and number[w.box] < 0]
            if here in versions:
                waiting += [v for _, v in versions[here] if v >= 0 and number[v] < 0]
            if waiting:
                waiting.reverse()
                stack += waiting
            else:
                stack.pop()
                number[here] = len(done)
                done.append(here)

    def _rest(self) -> None:
        from kwlogic.compose.colours import Colours

        left = [i for i, live in enumerate(self.order.live) if live and self.number[i] < 0]
        if left:
            names = {**self.inputs, **self._names()}
            colours = Colours(self.dag, self.order, self.labels, self.slots, names, self.number, left)
            for index in colours.settle(BUDGET):
                self.number[index] = len(self.done)
                self.done.append(index)

    # ------------------------------------------------------------ the text

    def _names(self, outputs: Sequence[Wire] = ()) -> dict[str, str]:
        """What the inputs in use are called, in the order of use; those that nothing fixes are numbered."""
        names: dict[str, str] = {}
        count = 0
        for wires in (*(self.slots[i] for i in self.done), outputs):
            for wire in wires:
                if wire.box < 0 and wire.port not in names:
                    fixed = self.inputs.get(wire.port)
                    names[wire.port] = f"#{count}" if fixed is None else fixed
                    count += fixed is None
        return names

    def _written(self, outputs: Sequence[Wire], whole: bool) -> NormalDag:
        names = self._names(outputs)
        kinds: dict[str, int] = {}
        rows = [self._row(i, names, kinds) for i in self.done]
        ends = " ".join(self._ref(w, names) for w in outputs)
        finals = " ".join(f"{r}={self.number[b]}" for r, b in self.order.finals) if whole else ""
        return NormalDag(tuple(self.done), tuple(names), "\n".join((*kinds, "", *rows, ends, finals)))

    def _row(self, index: int, names: Mapping[str, str], kinds: dict[str, int]) -> str:
        label = self.labels[index]
        assert label is not None
        kind = kinds.setdefault(label.text, len(kinds))
        number, labels = self.number, self.labels
        refs = [
            names[w.port] if w.box < 0 else f"{number[w.box]}.{labels[w.box].outs[w.port]}"  # type: ignore[union-attr]
            for w in self.slots[index]
        ]
        row = f"{kind} {' '.join(refs)}"
        if index in self.order.versions:
            row += " / " + " ".join(f"{r}={number[v] if v >= 0 else ''}" for r, v in self.order.versions[index])
        if index in self.order.after:
            row += " < " + " ".join(str(n) for n in sorted(number[j] for j in self.order.after[index]))
        return row

    def _ref(self, wire: Wire, names: Mapping[str, str]) -> str:
        if wire.box < 0:
            return names[wire.port]
        label = self.labels[wire.box]
        assert label is not None
        return f"{self.number[wire.box]}.{label.outs[wire.port]}"
