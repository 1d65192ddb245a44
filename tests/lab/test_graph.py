"""Drawings of compositions: everything is in them, text is escaped, nothing overlaps."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lab_specs import write

from kwlogic.lab.drawing import graph
from kwlogic.lab.opened import Refused
from kwlogic.lab.pictures import Edge, Frame, Picture, Spot
from kwlogic.lab.timing import schedule
from kwlogic.render.dot import dot
from kwlogic.render.layout import place
from kwlogic.render.mermaid import mermaid
from kwlogic.render.svg import svg

NASTY = '<script>"]; & --> `x` \\ %%'


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    return graph("big", (str(write(tmp_path)),), tmp_path)


def test_every_part_is_drawn(picture: Picture):
    labels = [s.label for s in picture.spots if s.kind == "kernel"]
    assert sorted(labels) == ["add", "add", "add", "add", "double", "double", "parse", "parse", "zero"]
    assert [f.label for f in picture.frames] == ["?? (fallback)", "first", "if it fails", "case flag", "then", "else", "retry 2"]
    assert any(e.order for e in picture.edges), "the guard comes before what uses its wires"


def test_edges_enter_and_leave_regions_at_their_ports(picture: Picture):
    reached = {e.target for e in picture.edges}
    for index, spot in enumerate(picture.spots):
        if spot.kind == "output" or (spot.kind == "input" and spot.frame is not None):
            assert index in reached, spot


def test_svg_places_nothing_on_top_of_anything(picture: Picture):
    placed = place(picture)
    for i, (a, ra) in enumerate(zip(picture.spots, placed.spots)):
        assert ra.x >= 0
        assert ra.x + ra.w <= placed.width + 0.1
        for b, rb in list(zip(picture.spots, placed.spots))[i + 1 :]:
            if a.frame == b.frame:
                assert not (ra.x < rb.x + rb.w and rb.x < ra.x + ra.w and ra.y < rb.y + rb.h and rb.y < ra.y + ra.h), (a, b)
        if a.frame is not None:
            frame = placed.frames[a.frame]
            assert frame.x <= ra.x
            assert ra.x + ra.w <= frame.x + frame.w + 0.1
            assert ra.y + ra.h <= frame.y + frame.h + 0.1
    for edge, points in zip(picture.edges, placed.edges):
        if not edge.order:
            assert points[0][1] < points[-1][1], "wires lead downwards"


def nasty() -> Picture:
    spots = (Spot(NASTY, "input", None), Spot(NASTY, "kernel", 0, NASTY, "refuted"), Spot("y", "output", None, "", "proved"))
    return Picture(NASTY, spots, (Frame(NASTY, None, "unknown"),), (Edge(0, 1, NASTY, NASTY, "refuted"), Edge(1, 2)), True)


def test_svg_is_xml_whatever_the_labels():
    root = ElementTree.fromstring(svg(nasty()))
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert NASTY in texts
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def test_dot_and_mermaid_escape_their_labels():
    text = dot(nasty())
    assert text.count("{") - text.count("}") == 0
    for line in text.splitlines():
        assert len(re.findall(r'(?<!\\)"', line.replace("\\\\", ""))) % 2 == 0, line
    flow = mermaid(nasty())
    assert "<script>" not in flow
    assert all(line.count('"') % 2 == 0 for line in flow.splitlines())
    assert "linkStyle 0 stroke:#c62828" in flow


def test_a_deep_chain_and_a_wide_fan_are_drawn():
    chain = Picture("chain", tuple(Spot(f"k{i}", "kernel", None) for i in range(600)), (), tuple(Edge(i, i + 1) for i in range(599)))
    assert place(chain).height > 600 * 30
    fan = Picture("fan", tuple(Spot(f"k{i}", "kernel", None) for i in range(200)), (), tuple(Edge(0, i) for i in range(1, 200)))
    assert svg(fan)


def test_a_ring_is_drawn_all_the_same():
    spots = tuple(Spot(f"k{i}", "kernel", None) for i in range(3))
    assert svg(Picture("ring", spots, (), (Edge(0, 1), Edge(1, 2), Edge(2, 0))))


@pytest.mark.parametrize(("name", "code", "text"), [("double", "KW440", "no parts"), ("bigg", "KW726", "big")])
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, name: str, code: str, text: str):
    with pytest.raises(Refused) as refused:
        graph(name, (str(write(tmp_path)),), tmp_path)
    found = refused.value.diagnostics[0]
    assert found.code == code
    assert text in f"{found.message} {found.help}"


def test_schedule(tmp_path: Path):
    found = schedule("big", (str(write(tmp_path)),), tmp_path, {"parse": 3})
    assert found.stages[0] == ("??", "parse")
    assert found.critical == ("??", "add#1", "case", "add#3")
    assert found.length == 10
    assert found.work == 15
    assert [(d.name, d.droppable) for d in found.dead] == [("add#2", True)]
    slack = {s.name: s.slack for s in found.steps}
    assert slack["??"] == 0
    assert slack["parse"] == 4
    with pytest.raises(Refused) as refused:
        schedule("big", (str(write(tmp_path)),), tmp_path, {"prase": 3})
    assert refused.value.diagnostics[0].code == "KW441"
    assert "parse" in (refused.value.diagnostics[0].help or "")
