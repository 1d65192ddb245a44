"""Random well-typed compositions are accepted and keep the rules; random nonsense yields diagnostics only."""

from __future__ import annotations

import pickle
import random

import pytest
from wellformed import assert_well_formed

from kwlogic.core.program import ComposeBody
from kwlogic.core.wiring import Wiring
from kwlogic.core.wiring_show import show_wiring
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_module

PARTS = """module m
kernel inc(x: Int) -> (y: Int)
= x + 1
kernel add(a: Int, b: Int) -> (s: Int)
= a + b
kernel two(x: Int) -> (y: Int, z: Int)
= (x, x + 1)
kernel same[t](v: t) -> (w: t)
= v
"""
LEAVES = {"inc": (["x"], ["y"]), "add": (["a", "b"], ["s"]), "two": (["x"], ["y", "z"]), "same": (["v"], ["w"])}


class Maker:
    """Texts of compositions over Int ports, with the outputs they have; every name made is new."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.names = 0

    def fresh(self) -> str:
        self.names += 1
        return f"p{self.names}"

    def leaf(self, ports: list[str]) -> tuple[str, list[str]]:
        kernel = self.dice.choice(list(LEAVES))
        ins, outs = LEAVES[kernel]
        made = [self.fresh() for _ in outs]
        if self.dice.random() < 0.4:
            args = ", ".join(f"{i} = {self.dice.choice(ports)} + {self.dice.randint(0, 9)}" for i in ins)
            return f"{kernel}({args})[{', '.join(f'{o} as {m}' for o, m in zip(outs, made))}]", made
        given = self.dice.sample(ports, len(ins)) if len(ports) >= len(ins) else None
        if given is None:
            return self.leaf(ports)
        return f"{kernel}[{', '.join(f'{a} as {b}' for a, b in zip((*ins, *outs), (*given, *made)))}]", made

    def make(self, ports: list[str], depth: int) -> tuple[str, list[str]]:
        kind = self.dice.choice(["leaf", "seq", "seq", "par", "fall", "case", "guard", "retry", "id", "iterate"]) if depth else "leaf"
        if kind == "leaf":
            return self.leaf(ports)
        if kind == "guard":
            some = self.dice.sample(ports, min(2, len(ports)))
            return f"{self.dice.choice(['guard', 'assert'])} ({some[0]} <= {some[-1]})", some
        if kind == "id":
            some = self.dice.sample(ports, self.dice.randint(1, len(ports)))
            new = self.fresh()
            return f"id({', '.join(some)})[{some[0]} as {new}]", [new, *some[1:]]
        if kind == "iterate":
            port, new = self.dice.choice(ports), self.fresh()
            return f"(iterate inc[x as {port}, y as {port}] while ({port} < 9) max 3)[{port} as {new}]", [new]
        left, outs = self.make(ports, depth - 1)
        if kind == "retry":
            return f"retry 2 ({left})", outs
        if kind == "seq":
            right, more = self.make(outs, depth - 1)
            return f"(({left}) >> ({right}))", more
        right, more = self.make(ports, depth - 1)
        if kind == "par":
            shared = set(outs) & set(more)
            return (f"({left}) & ({right})", [*outs, *more]) if not shared else (left, outs)
        aligned = list(dict.fromkeys([*more[: len(outs)]]))
        if len(aligned) < len(outs) or set(aligned) & set(outs):
            return left, outs
        right = f"(({right}) >> id({', '.join(aligned)})[{', '.join(f'{a} as {o}' for a, o in zip(aligned, outs))}])"
        if kind == "fall":
            return f"(({left}) ?? {right})", outs
        return f"(case ({self.dice.choice(ports)} > 0) then ({left}) else {right})", outs

    def graph(self) -> tuple[str, list[str]]:
        wires, lines = ["i", "j"], []
        for _ in range(self.dice.randint(1, 8)):
            text, outs = self.make(wires, 2)
            targets = [self.fresh() for _ in outs]
            after = f" after {self.dice.choice(wires)}" if self.dice.random() < 0.3 else ""
            lines.append(f"  ({', '.join(targets)}) <- {text}{after};")
            wires.extend(targets)
        lines.insert(self.dice.randint(0, len(lines)), f"  guard {wires[-1]} > {self.dice.choice(wires)} or true;")
        self.dice.shuffle(lines)
        return "{\n" + "\n".join(lines) + "\n}", wires[2:]


@pytest.mark.parametrize("seed", range(12))
def test_well_typed_compositions(seed: int):
    maker = Maker(seed)
    text = PARTS
    for number in range(12):
        body, outs = maker.graph() if number % 3 == 0 else maker.make(["i", "j"], 4)
        outputs = [o for o in outs if o not in ("i", "j")] or [maker.fresh()]
        if not set(outputs) & set(outs):
            continue
        text += f"kernel c{number}(i: Int, j: Int) -> ({', '.join(f'{o}: Int' for o in outputs)})\n{body if number % 3 == 0 else '= compose ' + body}\n"
    source = Source("m.kw", text)
    tree, problems = parse_module(source)
    assert not problems
    program, found = elaborate([(source, tree)])
    assert not found, [(d.message, source.slice(d.span) if d.span else "") for d in found]
    seen = 0
    for kernel in program.kernels.values():
        if isinstance(kernel.body, ComposeBody):
            assert isinstance(kernel.body.wiring, Wiring)
            assert_well_formed(kernel.body.wiring, program.kernels)
            assert show_wiring(kernel.body.wiring)
            assert pickle.loads(pickle.dumps(kernel.body)) == kernel.body
            seen += 1
    assert seen >= 4
