"""Data types without a finite value."""

from __future__ import annotations

from kwlogic.core.program import Ctor, Data, Param
from kwlogic.core.types import INT, list_of, mk_tvar, mk_type, tuple_of
from kwlogic.elab.inhabit import explain, uninhabited
from kwlogic.source.data import Span

AT = Span("m.kw", 0, 1)


def data(name, *ctors, tparams=()):
    made = tuple(Ctor(f"m.{c}", f"m.{name}", tuple(Param(f, t, AT) for f, t in fields), ()) for c, fields in ctors)
    return Data(f"m.{name}", tparams, made, False, AT)


def names(*datas):
    return [u.data for u in uninhabited({d.name: d for d in datas})]


A = mk_tvar("a")


def t(name, *args):
    return mk_type(f"m.{name}", *args)


ENDLESS = data("Endless", ("More", [("rest", t("Endless"))]))
BOX = data("Box", ("Box", [("x", A)]), tparams=("a",))


def test_endless():
    (found,) = uninhabited({ENDLESS.name: ENDLESS})
    assert found.data == "m.Endless"
    assert explain(found) == "a `Endless` made by `More` needs `rest: Endless`, and so on without end"


def test_base_case_or_container():
    assert names(data("T", ("Leaf", []), ("Node", [("l", t("T"))]))) == []
    assert names(data("Rose", ("Rose", [("x", INT), ("kids", list_of(t("Rose")))]))) == []


def test_mutual():
    one = data("A", ("MkA", [("b", t("B"))]))
    two = data("B", ("MkB", [("n", INT), ("a", tuple_of(INT, t("A")))]))
    assert names(one, two) == ["m.A", "m.B"]
    (first, _) = uninhabited({d.name: d for d in (one, two)})
    assert "needs `b: B`; a `B` made by `MkB` needs `a: (Int, A)`, which is where it began" in explain(first)


def test_through_parameters():
    assert names(BOX) == []
    assert names(BOX, data("Loop", ("Loop", [("b", t("Box", t("Loop")))]))) == ["m.Loop"]
    either = data("Either", ("Left", [("x", A)]), ("Right", [("y", INT)]), tparams=("a",))
    assert names(either, data("Fine", ("Fine", [("e", t("Either", t("Fine")))]))) == []
    nested = data("Nest", ("Nil2", []), ("Nest", [("x", A), ("n", t("Nest", tuple_of(A, A)))]), tparams=("a",))
    assert names(nested) == []


def test_long_chain():
    chain = [data(f"D{i}", (f"C{i}", [("x", t(f"D{i + 1}"))])) for i in range(3000)]
    assert names(*chain, data("D3000", ("End", []))) == []
    assert len(names(*chain, data("D3000", ("C3000", [("x", t("D0"))])))) == 3001
