"""Random kernels and compositions: seeded, well typed, by shape, size and class of contract. For tests, benchmarks, experiments.

A ``Shape`` is a graph alone: for each step, the earlier steps it takes values from. From it come a composition as records
(``composition``), of any size in linear time, and a module as text (``module``), whose links are provable, or all but one.
``Maker`` writes random compositions with all operators, for what must hold of any of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kwlogic.compose.data import INPUT, Box, Composition, Dag, Part, Wire
from kwlogic.core.types import INT
from kwlogic.core.wiring import Port

SHAPES = ("chain", "fan", "series-parallel", "random")
CONTRACTS = ("none", "bounds", "linear", "strings")
START = -1
WIDTH = 4  # most inputs of a step


@dataclass(frozen=True, slots=True)
class Shape:
    """``takes[i]``: the steps whose values step ``i`` takes, in order of ports; START is the input of the whole. The last
    step yields the output."""

    name: str
    takes: tuple[tuple[int, ...], ...]

    @property
    def edges(self) -> int:
        return sum(map(len, self.takes))


def shape(name: str, size: int, seed: int = 0) -> Shape:
    """``size`` steps in one of ``SHAPES``; steps that nothing follows are joined at the end, so that all of them matter."""
    if name not in _MAKERS:
        raise ValueError(f"no shape `{name}`; there are {', '.join(SHAPES)}")
    if size < 1:
        raise ValueError("a shape has at least one step")
    return Shape(name, tuple(_MAKERS[name](size, random.Random(f"{name} {size} {seed}"))))


def from_edges(name: str, count: int, edges: Sequence[tuple[int, int]]) -> Shape:
    """A given graph, its nodes put into an order that the edges allow; a node without predecessors takes the input, and a
    step is added that joins the nodes without successors."""
    takes: list[list[int]] = [[] for _ in range(count)]
    followers: list[list[int]] = [[] for _ in range(count)]
    for a, b in edges:
        takes[b].append(a)
        followers[a].append(b)
    missing = [len(t) for t in takes]
    ready = [i for i in range(count) if not missing[i]]
    at: dict[int, int] = {START: START}
    order: list[int] = []
    for node in ready:
        at[node] = len(order)
        order.append(node)
        for follower in followers[node]:
            missing[follower] -= 1
            if not missing[follower]:
                ready.append(follower)
    if len(order) < count:
        raise ValueError("the edges form a cycle")
    made = [tuple(at[t] for t in (takes[n] or [START])) for n in order]
    ends = [at[n] for n in order if not followers[n]]
    return Shape(name, (*made, tuple(ends)) if len(ends) > 1 else tuple(made))


# ---------------------------------------------------------------- shapes

Takes = list[tuple[int, ...]]


def _chain(size: int, dice: random.Random) -> Takes:
    return [(i - 1,) for i in range(size)]


def _fan(size: int, dice: random.Random) -> Takes:
    """One step, many beside each other, a tree that joins them."""
    beside = max(1, (size - 1) * 3 // 4)
    takes: Takes = [(START,), *(((0,),) * beside)]
    return _joined(takes, size, list(range(1, beside + 1)), dice)


def _random(size: int, dice: random.Random) -> Takes:
    takes: Takes = []
    for i in range(size):
        low = max(START, i - 20)
        pool = range(low, i)
        takes.append(tuple(dice.sample(pool, min(len(pool), dice.randint(1, 3)))))
    return _joined(takes, size, sorted(set(range(size)) - {t for ts in takes for t in ts}), dice)


def _joined(takes: Takes, size: int, open_ones: list[int], dice: random.Random) -> Takes:
    """Add steps until one value is left over."""
    while len(open_ones) > 1:
        some, open_ones = open_ones[:WIDTH], open_ones[WIDTH:]
        open_ones.append(len(takes))
        takes.append(tuple(some))
    return takes


def _series_parallel(size: int, dice: random.Random) -> Takes:
    """Grown from one step by doubling steps in series or in parallel, then laid out."""
    takes: Takes = [(START,)]
    while len(takes) < size:
        if dice.random() < 0.5 or len(takes) + 3 > size:
            takes.append((len(takes) - 1,))
        else:
            start, ends = len(takes) - 1, []
            for _ in range(min(dice.randint(2, WIDTH), size - len(takes) - 1)):
                takes.append((start,))
                for _ in range(min(dice.randint(0, 2), size - len(takes) - 2)):
                    takes.append((len(takes) - 1,))
                ends.append(len(takes) - 1)
            takes.append(tuple(ends))
    return takes


_MAKERS: dict[str, Callable[[int, random.Random], Takes]] = {
    "chain": _chain,
    "fan": _fan,
    "series-parallel": _series_parallel,
    "random": _random,
}


# ---------------------------------------------------------------- records


def composition(of: Shape, variants: int = 7, module: str = "gen") -> Composition:
    """The shape with a kernel of Int ports at each step; step ``i`` is ``k<inputs>_<i mod variants>``."""
    outputs = (Port("y", INT),)
    faces = {n: tuple(Port(f"a{j}", INT) for j in range(n)) for n in {len(t) for t in of.takes}}
    parts: dict[tuple[int, int], Part] = {}
    boxes: list[Box] = []
    for index, takes in enumerate(of.takes):
        key = len(takes), index % variants
        if key not in parts:
            parts[key] = Part(f"{module}.k{key[0]}_{key[1]}")
        sources = tuple([Wire(t, "y") if t >= 0 else Wire(INPUT, "x") for t in takes])
        boxes.append(Box(parts[key], faces[key[0]], outputs, sources))
    return Composition((Dag((Port("x", INT),), tuple(boxes), ((Port("y", INT), Wire(len(boxes) - 1, "y")),)),))


def shuffled(of: Composition, seed: int) -> Composition:
    """The same composition, without regions, with its boxes in another order."""
    dice = random.Random(seed)
    dag = of.root
    waiting = [{s.box for s in b.sources if s.box >= 0} | set(b.after) for b in dag.boxes]
    followers: dict[int, list[int]] = {}
    for index, before in enumerate(waiting):
        for earlier in before:
            followers.setdefault(earlier, []).append(index)
    ready = [i for i, w in enumerate(waiting) if not w]
    at: dict[int, int] = {INPUT: INPUT}
    order: list[int] = []
    while ready:
        pick = dice.randrange(len(ready))
        ready[pick], ready[-1] = ready[-1], ready[pick]
        index = ready.pop()
        at[index] = len(order)
        order.append(index)
        for follower in followers.get(index, ()):
            waiting[follower].discard(index)
            if not waiting[follower]:
                ready.append(follower)
    moved = (dag.boxes[i] for i in order)
    boxes = tuple(
        Box(b.what, b.inputs, b.outputs, tuple(Wire(at[s.box], s.port) for s in b.sources), tuple(sorted(at[j] for j in b.after)))
        for b in moved
    )
    return Composition((Dag(dag.inputs, boxes, tuple((p, Wire(at[w.box], w.port)) for p, w in dag.outputs)),))


# ---------------------------------------------------------------- text


def module(of: Shape, contracts: str = "bounds", variants: int = 7, broken: int | None = None, name: str = "gen") -> str:
    """The shape as a module with a graph body. Each kernel meets the next one's ``requires``; step ``broken`` demands what
    the steps before it do not promise."""
    if contracts not in CONTRACTS:
        raise ValueError(f"no class of contracts `{contracts}`; there are {', '.join(CONTRACTS)}")
    words = "String" if contracts == "strings" else "Int"
    used = dict.fromkeys((len(t), i % variants) for i, t in enumerate(of.takes))
    lines = [f"module {name}", ""]
    for inputs, variant in used:
        lines += [kernel(f"k{inputs}_{variant}", inputs, contracts, variant), ""]
    if broken is not None:
        lines += [kernel("broken", len(of.takes[broken]), contracts, 0, True), ""]
    steps = []
    for index, takes in enumerate(of.takes):
        called = "broken" if index == broken else f"k{len(takes)}_{index % variants}"
        given = ", ".join("x" if t < 0 else f"w{t}" for t in takes)
        wire = "y" if index == len(of.takes) - 1 else f"w{index}"
        steps.append(f"  {wire} <- {called}({given});")
    promise = {"none": [], "bounds": ["  requires x >= 0", "  ensures y >= 0"], "linear": ["  requires x >= 0", "  ensures y >= 0"]}
    clauses = promise.get(contracts, ["  requires len(x) >= 1", "  ensures len(y) >= 1"])
    return "\n".join((*lines, f"kernel whole(x: {words}) -> (y: {words})", *clauses, "{", *steps, "}", ""))


def kernel(name: str, inputs: int, contracts: str, variant: int = 0, broken: bool = False) -> str:
    """One kernel with a contract of a class; ``broken``: one that asks for more than its like promise."""
    ports = [f"a{j}" for j in range(inputs)]
    if contracts == "strings":
        head = f"kernel {name}({', '.join(f'{p}: String' for p in ports)}) -> (y: String)"
        least = 1 if not broken else 2 + variant
        clauses = [f"  requires len({p}) >= {least}" for p in ports] + ["  ensures len(y) >= 1"]
        return "\n".join((head, *clauses, f"= {' ++ '.join(ports)}"))
    head = f"kernel {name}({', '.join(f'{p}: Int' for p in ports)}) -> (y: Int)"
    total = " + ".join(ports)
    clauses = []
    if contracts != "none":
        clauses += [f"  requires {p} {'<= -1' if broken else '>= 0'}" for p in ports]
        clauses += [f"  ensures y == {total} + {variant}"] if contracts == "linear" else [] if broken else ["  ensures y >= 0"]
    return "\n".join((head, *clauses, f"= {total} + {variant}"))


# ---------------------------------------------------------------- compositions with all operators

PARTS = """kernel inc(x: Int) -> (y: Int)
  ensures y == x + 1
= x + 1

kernel add(a: Int, b: Int) -> (s: Int)
  ensures s == a + b
= a + b

kernel two(x: Int) -> (y: Int, z: Int)
  ensures y == x
  ensures z == x + 1
= (x, x + 1)

kernel pos(x: Int) -> (y: Int)
  requires x > 0
  ensures y > 0
= x

kernel ask(x: Int) -> (y: Int)
  ensures y >= 0
  by tool "ask"
"""
FACES = {
    "inc": (("x",), ("y",)),
    "add": (("a", "b"), ("s",)),
    "two": (("x",), ("y", "z")),
    "pos": (("x",), ("y",)),
    "ask": (("x",), ("y",)),
}


class Maker:
    """Texts of random compositions over Int wires, of the kernels in ``PARTS``. Every name it makes is new."""

    def __init__(self, seed: int, kernels: Sequence[str] = tuple(FACES)) -> None:
        self.dice = random.Random(seed)
        self.kernels = kernels
        self.count = 0

    def fresh(self) -> str:
        self.count += 1
        return f"p{self.count}"

    def leaf(self, wires: Sequence[str]) -> tuple[str, list[str]]:
        """A kernel with its ports renamed to wires that there are, and its new outputs."""
        fitting = [k for k in self.kernels if len(FACES[k][0]) <= len(wires)]
        name = self.dice.choice(fitting)
        ins, outs = FACES[name]
        given, made = self.dice.sample(list(wires), len(ins)), [self.fresh() for _ in outs]
        pairs = ", ".join(f"{a} as {b}" for a, b in zip((*ins, *outs), (*given, *made)))
        return f"{name}[{pairs}]", made

    def make(self, wires: Sequence[str], depth: int) -> tuple[str, list[str]]:
        """A composition that takes some of the wires, and the outputs that it yields."""
        kind = self.dice.choice(("leaf", "seq", "seq", "par", "fallback", "case", "guard", "retry", "id", "iterate")) if depth else "leaf"
        if kind == "leaf":
            return self.leaf(wires)
        if kind in ("guard", "id", "iterate"):
            return self._small(kind, wires)
        left, outs = self.make(wires, depth - 1)
        if kind == "retry":
            return f"(retry {self.dice.randint(2, 3)} ({left}))", outs
        if kind == "seq":
            right, more = self.make(outs, depth - 1)
            return f"(({left}) >> ({right}))", more
        right, more = self.make(wires, depth - 1)
        if kind == "par":
            return (f"(({left}) & ({right}))", [*outs, *more]) if not set(outs) & set(more) else (left, outs)
        if len(more) < len(outs) or set(more) & set(outs):
            return left, outs
        renamed = f"(({right}) >> id({', '.join(more[: len(outs)])})[{', '.join(f'{a} as {o}' for a, o in zip(more, outs))}])"
        if kind == "fallback":
            return f"(({left}) ?? {renamed})", outs
        return f"(case ({self.dice.choice(list(wires))} > 0) then ({left}) else {renamed})", outs

    def _small(self, kind: str, wires: Sequence[str]) -> tuple[str, list[str]]:
        if kind == "guard":
            some = self.dice.sample(list(wires), min(2, len(wires)))
            return f"{self.dice.choice(('guard', 'assert'))} ({some[0]} <= {some[-1]} + {self.dice.randint(0, 3)})", some
        if kind == "id":
            some = self.dice.sample(list(wires), self.dice.randint(1, len(wires)))
            new = self.fresh()
            return f"id({', '.join(some)})[{some[0]} as {new}]", [new, *some[1:]]
        port, new = self.dice.choice(list(wires)), self.fresh()
        return f"(iterate inc[x as {port}, y as {port}] while ({port} < 9) max 3)[{port} as {new}]", [new]


def bracketed(parts: Sequence[str], op: str, dice: random.Random) -> str:
    """The parts joined by an associative operator, with brackets in random places."""
    texts = list(parts)
    while len(texts) > 1:
        at = dice.randrange(len(texts) - 1)
        joined = f"{texts[at]} {op} {texts[at + 1]}"
        texts[at : at + 2] = [f"({joined})" if len(texts) > 2 else joined]
    return texts[0]
