"""Links of large graphs: each distinct one is asked once, a broken one is found, and a change touches its surroundings only."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from kwlogic.compose.generate import CONTRACTS, SHAPES, module, shape
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.program import ComposeBody, Program
from kwlogic.core.wiring import Wiring
from kwlogic.elab.elaborate import elaborate
from kwlogic.lab.links import Link, Links
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_module
from kwlogic.vc.data import Kind, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest


def program_of(text: str) -> Program:
    source = Source("g.kw", text)
    tree, problems = parse_module(source)
    assert not problems
    program, found = elaborate([(source, tree)])
    assert not found, [d.message for d in found]
    return program


def links(text: str, name: str = "gen.whole") -> Links:
    program = program_of(text)
    kernel = program.kernels[name]
    assert isinstance(kernel.body, ComposeBody)
    assert isinstance(kernel.body.wiring, Wiring)
    return Links(program, composition_of(kernel.body.wiring, kernel), kernel.requires)


@pytest.mark.parametrize("contracts", CONTRACTS)
@pytest.mark.parametrize("name", SHAPES)
def test_generated(name: str, contracts: str):
    of = shape(name, 60, 1)
    made = links(module(of, contracts)).check()
    assert not made.open
    assert made.links == (0 if contracts == "none" else of.edges)
    assert made.asked <= 60


def test_equal_links_once():
    made = links(module(shape("chain", 400), "bounds")).check()
    assert made.links == 400
    assert made.asked <= 3, "the first is told apart by the input, all others are equal"


@pytest.mark.parametrize("contracts", ["bounds", "linear", "strings"])
def test_one_broken_link(contracts: str):
    """Many parts, one broken link: that one is open, and nothing else."""
    of = shape("random", 600 if contracts == "bounds" else 120, 7)
    made = links(module(of, contracts, broken=100)).check()
    assert {link.box for link in made.open} == {100}
    assert len(made.open) == len(of.takes[100])


def test_changed_kernel():
    made = links(module(shape("random", 60, 3), "linear"))
    first = made.check()
    assert not first.open
    name = next(n for n in made.program.kernels if n.startswith("gen.k1_"))
    kernel = made.program.kernels[name]
    again = made.changed(kernel)
    assert (again.asked, again.open) == (0, ()), "the same contract asks nothing"
    assert 0 < again.links < first.links
    weaker = replace(kernel, ensures=())
    after = made.changed(weaker)
    assert after.open, "who counted on what it ensured is told"
    assert not made.changed(kernel).open


@pytest.mark.parametrize("seed", range(2))
def test_as_the_whole_check_says(seed: int, tmp_path: Path):
    """Random bounds, some of which do not fit: open are just the links that `kwlogic check` does not prove."""
    dice = random.Random(seed)
    of = shape("random", 12, seed)
    lines = ["module gen"]
    for index, takes in enumerate(of.takes):
        ports = [f"a{j}" for j in range(len(takes))]
        lines.append(f"kernel k{index}({', '.join(f'{p}: Int' for p in ports)}) -> (y: Int)")
        lines += [f"  requires {p} >= {dice.randint(0, 3)}" for p in ports]
        lines += [f"  ensures y >= {dice.randint(1, 4)}", f'  by tool "k{index}"']
    lines.append("kernel whole(x: Int) -> (y: Int)\n  requires x >= 2\n{")
    for index, takes in enumerate(of.takes):
        wire = "y" if index == len(of.takes) - 1 else f"w{index}"
        lines.append(f"  {wire} <- k{index}({', '.join('x' if t < 0 else f'w{t}' for t in takes)});")
    text = "\n".join([*lines, "}", ""])
    (tmp_path / "gen.kw").write_text(text, encoding="utf-8")
    found = check(CheckRequest(("gen.kw",), tmp_path, jobs=1, cache=False))
    wanted = [r for r in found.results if r.obligation.kind is Kind.LINK]
    made = links(text).check()
    assert made.links == len(wanted)
    assert len(made.open) == sum(not isinstance(r.verdict, Proved) for r in wanted)


def test_facts_of_siblings_are_not_used():
    text = """module gen
kernel pos(x: Int) -> (y: Int)
  ensures y > 0
= if x > 0 then x else 1
kernel same(x: Int) -> (y: Int)
= x
kernel need(a: Int) -> (b: Int)
  requires a > 0
= a
kernel whole(x: Int) -> (b: Int, y: Int)
{ y <- pos(x); z <- same(x); b <- need(z); }
"""
    assert links(text).check().open == (Link(2, 0),)


def test_two_steps_back():
    """What the part before says needs what the one before that says."""
    text = """module gen
kernel pos(x: Int) -> (y: Int)
  ensures y > 0
= if x > 0 then x else 1
kernel next(x: Int) -> (y: Int)
  ensures y == x + 1
= x + 1
kernel need(a: Int) -> (b: Int)
  requires a > 2
= a
kernel whole(x: Int) -> (b: Int)
= compose pos >> next[x as y, y as z] >> next[x as z, y as a] >> need
kernel off(x: Int) -> (b: Int)
= compose pos >> next[x as y, y as a] >> need
"""
    assert not links(text).check().open
    assert links(text, "gen.off").check().open == (Link(2, 0),)


def test_one_wire_twice():
    """Two inputs from one wire are known to be equal; two wires are not."""
    text = """module gen
kernel any(x: Int) -> (y: Int)
= x
kernel need(a: Int, b: Int) -> (c: Int)
  requires a == b
= a
kernel whole(x: Int) -> (c: Int)
{ y <- any(x); c <- need(y, y); }
kernel off(x: Int) -> (c: Int)
{ y <- any(x); z <- any(x); c <- need(y, z); }
"""
    assert not links(text).check().open
    assert links(text, "gen.off").check().open
