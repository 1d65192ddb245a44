"""Where types differ deep inside, the message names the path."""

from __future__ import annotations

from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_module

RECORDS = """
record Line(label: String, price: Real)
record Item(label: String, price: Int, extra: Bool)
record Cart(lines: List[Line], note: Option[String])
record Basket(lines: List[Item], note: Option[String])

kernel make(n: Int) -> (c: Cart)
= Cart([], None)

kernel take(c: Basket) -> (m: Int)
= len(c.lines)

kernel rows(n: Int) -> (xs: List[(Int, Map[String, Line])])
= []

kernel count(xs: List[(Int, Map[String, Cart])]) -> (m: Int)
= len(xs)

"""


def notes(text: str, other: str = "") -> list[str]:
    sources = [Source("m.kw", f"module m\n{text}")] + ([Source("other.kw", f"module other\n{other}")] if other else [])
    found = elaborate(tuple((s, parse_module(s)[0]) for s in sources))[1]
    return [n for d in found if d.code == "KW402" for n in d.notes]


def test_fields_of_records():
    assert notes(RECORDS + "kernel use(n: Int) -> (m: Int)\n= compose make >> take\n") == [
        "`c.lines[…]` has a field `extra` in `Item` only",
        "`c.lines[…].price` is `Real` on one side and `Int` on the other",
    ]


def test_components_of_collections():
    found = notes(RECORDS + "kernel use(n: Int) -> (m: Int)\n= compose rows >> count\n")
    assert found[0] == "`xs[…].1[…]` is `Line` on one side and `Cart` on the other"


def test_wires_of_graphs():
    assert notes(RECORDS + "kernel use(n: Int) -> (m: Int)\n{\n  c <- make(n);\n  m <- retry 2 take;\n}\n")


def test_two_types_of_one_name():
    other = "record Line(label: String)\n\nkernel print(line: Line) -> (m: Int)\n= 1\n"
    text = 'use other (print)\nrecord Line(label: String)\n\nkernel one(n: Int) -> (line: Line)\n= Line("")\n\n'
    found = notes(text + "kernel use(n: Int) -> (m: Int)\n= compose one >> print\n", other)
    assert found == ["these are two types: `m.Line` and `other.Line`"]
