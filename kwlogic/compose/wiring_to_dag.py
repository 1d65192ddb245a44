"""From a typed composition to its graph: brackets, ``id``, renamings and the order of statements vanish.

Both surface forms come out as one ``Dag``: an argument that is just a port is a wire, any other is a ``Pure`` box; a guard
or assertion is a ``Check`` box, for which the users of its wires wait; an operator that cannot be flattened is a box with
bodies. Linear in the composition, with no recursion over it.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

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
    What,
    Wire,
)
from kwlogic.core import wiring as w
from kwlogic.core.program import Clause, Kernel
from kwlogic.core.terms import Op, Term
from kwlogic.core.walk import free_vars, subterms
from kwlogic.core.wiring import Face, Port, Wiring
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A value: the wire that it is, and the checks that whoever uses it comes after."""

    wire: Wire
    waits: tuple[int, ...] = ()


Env = Mapping[str, Source]
Values = dict[str, Source]
Expansion = Generator[Any, Values, Values]


@dataclass(frozen=True, slots=True)
class _Around:
    """``after``: boxes that all boxes made here come after; ``place``: the operator or binding that they are linked by."""

    after: tuple[int, ...] = ()
    place: Span | None = None


@dataclass(slots=True)
class _Making:
    """A dag in the making."""

    inputs: tuple[Port, ...]
    boxes: list[Box] = field(default_factory=list)
    names: dict[Wire, str] = field(default_factory=dict)

    def add(
        self, what: What, face: Face, sources: Sequence[Source], around: _Around, span: Span, name: str = ""
    ) -> tuple[int, dict[str, Source]]:
        """The new box's index, and its outputs."""
        wires = tuple(s.wire for s in sources)
        after = self._after(wires, {*around.after, *(x for s in sources for x in s.waits)})
        self.boxes.append(Box(what, face.inputs, face.outputs, wires, after, around.place or span, name))
        index = len(self.boxes) - 1
        return index, {p.name: Source(Wire(index, p.name)) for p in face.outputs}

    def _after(self, wires: Iterable[Wire], waits: set[int]) -> tuple[int, ...]:
        """``waits`` without what comes first anyway, as a neighbour waits for it."""
        if not waits:
            return ()
        feeding = {x.box for x in wires if x.box != INPUT}
        behind = set(feeding)
        for index in feeding | waits:
            behind.update(self.boxes[index].after)
            behind.update(x.box for x in self.boxes[index].sources)
        return tuple(sorted(waits - behind))


def composition_of(wiring: Wiring, kernel: Kernel | None = None) -> Composition:
    """The graph of a composition: with the inputs and outputs of ``kernel``, of the composition's own where there is none."""
    return _Expand(wiring).whole(kernel)


class _Expand:
    def __init__(self, wiring: Wiring) -> None:
        self.nodes = wiring.nodes
        self.dags: list[Dag] = []

    def whole(self, kernel: Kernel | None) -> Composition:
        face = self.nodes[-1].face
        inputs, outputs = face.inputs, face.outputs
        if kernel is not None:
            inputs = tuple(Port(p.name, p.type) for p in kernel.inputs)
            outputs = tuple(Port(p.name, p.type) for p in kernel.outputs)
        _run(self.body(len(self.nodes) - 1, inputs, outputs, None))
        return Composition(tuple(self.dags))

    def body(self, index: int, inputs: tuple[Port, ...], outputs: tuple[Port, ...], place: Span | None) -> Expansion:
        """Adds a dag of its own for a node."""
        making = _Making(inputs)
        env = {p.name: Source(Wire(INPUT, p.name)) for p in inputs}
        found = yield self.expand(index, env, making, _Around(place=place))
        ends = tuple((p, found[p.name].wire) for p in outputs)
        self.dags.append(Dag(inputs, tuple(making.boxes), ends, tuple(making.names.items())))
        return found

    def expand(self, index: int, env: Env, making: _Making, around: _Around) -> Expansion:
        node = self.nodes[index]
        match node:
            case w.Seq():
                middle = self.leaf(node.left, env, making, around)
                if middle is None:
                    middle = yield self.expand(node.left, env, making, around)
                inner = _Around(around.after, node.op_span)
                last = self.leaf(node.right, middle, making, inner)
                return (yield self.expand(node.right, middle, making, inner)) if last is None else last
            case w.Par():
                left = yield self.expand(node.left, env, making, around)
                right = yield self.expand(node.right, env, making, around)
                return _merged(left, right)
            case w.Rename():
                found = yield self.expand(node.body, self.renamed_inputs(node, env), making, around)
                return _renamed(node, found, making)
            case w.Call():
                return (yield self.expand(node.body, self.given(node, env, making, around), making, around))
            case w.Graph():
                return (yield self.graph(node, env, making, around))
            case w.Ref() | w.Hole() | w.Id() | w.Guard() | w.Assert():
                return _leaf(node, env, making, around)
            case _:
                return (yield self.region(node, env, making, around))

    def leaf(self, index: int, env: Env, making: _Making, around: _Around) -> Values | None:
        """What a node yields that is a leaf, or one renamed or given arguments, as most are; None for others."""
        node = self.nodes[index]
        if isinstance(node, _LEAVES):
            return _leaf(node, env, making, around)
        if isinstance(node, w.Rename) and isinstance(inner := self.nodes[node.body], _LEAVES):
            return _renamed(node, _leaf(inner, self.renamed_inputs(node, env), making, around), making)
        if isinstance(node, w.Call) and isinstance(inner := self.nodes[node.body], _LEAVES):
            return _leaf(inner, self.given(node, env, making, around), making, around)
        return None

    def renamed_inputs(self, node: w.Rename, env: Env) -> Env:
        outer = dict(node.inputs)
        return {p.name: env[outer.get(p.name, p.name)] for p in self.nodes[node.body].face.inputs}

    def given(self, node: w.Call, env: Env, making: _Making, around: _Around) -> Env:
        called = _called(self.nodes, node.body)
        return {a.port: _argument(a, called, env, making, around) for a in node.args}

    # ------------------------------------------------------------ regions

    def region(self, node: w.AnyNode, env: Env, making: _Making, around: _Around) -> Expansion:
        """One box, with a dag for each operand."""
        place = around.place
        made: list[int] = []
        for index in w.operands(node):
            face = self.nodes[index].face
            outputs = node.face.outputs if isinstance(node, w.Case | w.Fallback) else face.outputs
            yield self.body(index, face.inputs, outputs, place)
            made.append(len(self.dags) - 1)
        sources = [env[p.name] for p in node.face.inputs]
        return making.add(_region(node, made), node.face, sources, around, node.span, _word(node))[1]

    # ------------------------------------------------------------ graph bodies

    def graph(self, node: w.Graph, env: Env, making: _Making, around: _Around) -> Expansion:
        wires: Values = {p.name: env[p.name] for p in node.face.inputs}
        ends: list[tuple[int, ...]] = [()] * len(node.statements)
        checks: dict[str, tuple[int, ...]] = {}
        for index in node.order:
            statement = node.statements[index]
            start = len(making.boxes)
            waits = _waits(node, index, ends)
            here = _Around((*around.after, *waits), statement.span)
            if isinstance(statement, w.Check):
                _check(statement.pred, statement.guard, wires, making, here)
                for name in _names((statement.pred.pred,)):
                    checks[name] = (*checks.get(name, ()), start)
            else:
                body = self.nodes[statement.body]
                given = {p.name: wires[p.name] for p in body.face.inputs}
                found = self.leaf(statement.body, given, making, here)
                if found is None:
                    found = yield self.expand(statement.body, given, making, here)
                for port, wire in statement.targets:
                    wires[wire] = found[port]
                    making.names.setdefault(found[port].wire, wire)
            ends[index] = _ends(making.boxes, start)
        return {p.name: _after_checks(wires[p.name], checks.get(p.name, ())) for p in node.face.outputs}


def _run(expansion: Expansion) -> Values:
    """Runs expansions that wait for others, without the Python stack."""
    stack = [expansion]
    answer: Any = None
    while stack:
        try:
            stack.append(stack[-1].send(answer))
            answer = None
        except StopIteration as done:
            stack.pop()
            answer = done.value
    return dict(answer)


def _merged(left: Values, right: Values) -> Values:
    """Both, at the cost of the smaller one."""
    if len(left) < len(right):
        left, right = right, left
    left.update(right)
    return left


def _renamed(node: w.Rename, found: Values, making: _Making) -> Values:
    outputs = dict(node.outputs)
    for name, source in found.items():
        if name in outputs:
            making.names.setdefault(source.wire, outputs[name])
    return {outputs.get(n, n): s for n, s in found.items()}


# ---------------------------------------------------------------- leaves

_Leaf = w.Ref | w.Hole | w.Id | w.Guard | w.Assert
_LEAVES = (w.Ref, w.Hole, w.Id, w.Guard, w.Assert)


def _leaf(node: _Leaf, env: Env, making: _Making, around: _Around) -> Values:
    match node:
        case w.Id():
            return {p.name: env[p.name] for p in node.face.inputs}
        case w.Guard() | w.Assert():
            index = _check(node.pred, isinstance(node, w.Guard), env, making, _Around(around.after, around.place or node.span))
            return {p.name: Source(env[p.name].wire, (index,)) for p in node.face.inputs}
        case w.Ref():
            sources = [env[p.name] for p in node.face.inputs]
            return making.add(Part(node.kernel, node.targs), node.face, sources, around, node.span, _last(node.kernel))[1]
        case w.Hole():
            sources = [env[p.name] for p in node.face.inputs]
            return making.add(Missing(node.requires, node.ensures), node.face, sources, around, node.span, "hole")[1]


def _check(pred: Clause, guard: bool, env: Env, making: _Making, around: _Around) -> int:
    ports = _ports(pred.pred)
    sources = [env[p.name] for p in ports]
    return making.add(Check(pred, guard), Face(ports, ()), sources, around, pred.span, "guard" if guard else "assert")[0]


def _argument(arg: w.Argument, called: str, env: Env, making: _Making, around: _Around) -> Source:
    bare = arg.term
    while bare.op is Op.AT:
        bare = bare.args[0]
    if bare.op is Op.VAR:
        return env[bare.data]
    ports = _ports(arg.term)
    what = Pure(arg.term, arg.span, f"{called}.{arg.port}")
    face = Face(ports, (Port("value", arg.term.type),))
    made = making.add(what, face, [env[p.name] for p in ports], around, arg.span, f"{called}.{arg.port}")[1]
    return made["value"]


def _ports(term: Term) -> tuple[Port, ...]:
    """The variables of a term as ports, in the order in which they are met, which no renaming changes."""
    free = free_vars(term)
    return tuple(Port(v.data, v.type) for v in subterms(term) if v.op is Op.VAR and v in free)


def _names(terms: Iterable[Term]) -> Iterable[str]:
    return (p.name for t in terms for p in _ports(t))


# ---------------------------------------------------------------- regions


def _region(node: w.AnyNode, made: Sequence[int]) -> What:
    match node:
        case w.Case():
            return Choice(node.cond, made[0], made[1])
        case w.Fallback():
            return Recover(made[0], made[1])
        case w.Retry():
            return Again(node.count, made[0])
        case w.Map():
            return Each(made[0])
        case w.Fold():
            return Folded(made[0], node.invariant)
        case w.Iterate():
            return Loop(made[0], node.cond, node.bound, node.invariant)
        case _:
            raise AssertionError("not a region")


_WORDS: dict[type, str] = {
    w.Case: "case",
    w.Fallback: "??",
    w.Retry: "retry",
    w.Map: "map",
    w.Fold: "fold",
    w.Iterate: "iterate",
}


def _word(node: w.AnyNode) -> str:
    return _WORDS[type(node)]


def _called(nodes: Sequence[w.AnyNode], index: int) -> str:
    """What an argument is given to, in words."""
    node = nodes[index]
    while isinstance(node, w.Retry | w.Map | w.Fold | w.Iterate | w.Rename):
        node = nodes[node.body]
    return _last(node.kernel) if isinstance(node, w.Ref) else "the step"


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


# ---------------------------------------------------------------- statements


def _waits(graph: w.Graph, index: int, ends: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The boxes that a statement comes after although no wire leads from them."""
    statement = graph.statements[index]
    named: Collection[int] = statement.after if isinstance(statement, w.Step) else ()
    before = (i for i in statement.waits if i in named or isinstance(graph.statements[i], w.Check))
    return tuple(dict.fromkeys(b for i in before for b in ends[i]))


def _ends(boxes: Sequence[Box], start: int) -> tuple[int, ...]:
    """The boxes made since ``start`` that no other of them comes after."""
    if len(boxes) - start <= 1:
        return tuple(range(start, len(boxes)))
    used = {x for b in boxes[start:] for x in (*b.after, *(s.box for s in b.sources))}
    return tuple(i for i in range(start, len(boxes)) if i not in used)


def _after_checks(source: Source, checks: tuple[int, ...]) -> Source:
    return Source(source.wire, tuple(dict.fromkeys((*source.waits, *checks)))) if checks else source
