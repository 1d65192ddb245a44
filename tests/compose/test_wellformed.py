"""Graphs that are no compositions are told from those that are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kwlogic.compose.data import Box, Composition, Dag, Part, Wire
from kwlogic.compose.generate import SHAPES, composition, shape
from kwlogic.compose.wellformed import problems
from kwlogic.core.types import INT, STRING
from kwlogic.core.wiring import Port


@pytest.mark.parametrize("name", SHAPES)
def test_generated_graphs_are_compositions(name: str):
    assert not list(problems(composition(shape(name, 300, 4))))


def changed(box: int, **changes: object) -> list[str]:
    made = composition(shape("chain", 5))
    boxes = list(made.root.boxes)
    boxes[box] = replace(boxes[box], **changes)  # type: ignore[arg-type]
    return list(problems(Composition((replace(made.root, boxes=tuple(boxes)),))))


def test_wrong_wires():
    assert "which there is not" in changed(2, sources=(Wire(1, "z"),))[0]
    assert "does not stand before it" in changed(2, sources=(Wire(3, "y"),))[0]
    assert "does not stand before it" in changed(2, sources=(Wire(2, "y"),))[0]
    assert changed(2, sources=()) == ["box 2: 1 inputs have 0 sources"]
    [found] = changed(2, inputs=(Port("a0", STRING),))
    assert found == "box 2: `a0: String` comes from output `y` of box 1 `y: Int`"
    assert "waits for box 4" in changed(2, after=(4,))[0]


def test_wrong_outputs():
    dag = Dag((Port("x", INT),), (Box(Part("m.k"), (), (Port("y", INT),), ()),), ((Port("y", STRING), Wire(0, "y")),))
    assert len(list(problems(Composition((dag,))))) == 1
    assert next(iter(problems(Composition((dag,)), {}))) == "box 0: there is no kernel `m.k`"
    assert list(problems(Composition(()))) == ["there is no graph"]
