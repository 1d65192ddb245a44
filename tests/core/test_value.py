"""Laws of run-time values, and values as text and as terms."""

from __future__ import annotations

from fractions import Fraction

from core_programs import INTS, TREE, TYPED, shapes
from hypothesis import given

from kwlogic.core.terms import mk_int
from kwlogic.core.types import INT, list_of, map_of
from kwlogic.core.value import (
    EMPTY_MAP,
    EMPTY_SET,
    NIL,
    Con,
    MapV,
    SetV,
    compare,
    equal,
    iter_list,
    list_value,
    some,
    sort_values,
    tuple_value,
)
from kwlogic.core.value_show import show_value, term_to_value, value_to_term

DEEP = 30_000


@given(TYPED)
def test_order_is_total_and_agrees_with_equality_and_hash(typed):
    _, a, b, c = typed
    assert compare(a, a) == 0
    assert (compare(a, b) == 0) == equal(a, b) == (a == b)
    assert compare(a, b) == -compare(b, a) or (compare(a, b) < 0) == (compare(b, a) > 0)
    if a == b:
        assert hash(a) == hash(b)
    first, second, third = sort_values([a, b, c])
    assert compare(first, second) <= 0 >= compare(second, third)
    assert compare(first, third) <= 0


@given(TYPED)
def test_terms_and_back(typed):
    type, value, *_ = typed
    term = value_to_term(value, type, shapes())
    assert equal(term_to_value(term), value)
    assert term.type is type


def nested(depth: int = DEEP) -> Con:
    tree = Con("m.Leaf", ())
    for i in range(depth):
        tree = Con("m.Node", (tree, i % 3, Con("m.Leaf", ())))
    return tree


def test_deep_values_need_no_stack():
    a, b = nested(), nested()
    assert a == b
    assert hash(a) == hash(b)
    assert compare(a, nested(DEEP + 1)) != 0
    assert len({a, b}) == 1
    assert show_value(a).count("Node(") == DEEP
    assert equal(term_to_value(value_to_term(a, TREE, shapes())), a)
    assert list(iter_list(list_value(range(DEEP)))) == list(range(DEEP))


def test_deep_through_maps():
    a = b = EMPTY_MAP
    for _ in range(20_000):
        a, b = MapV({"k": a}), MapV({"k": b})
    assert a == b
    assert hash(a) == hash(b)
    assert compare(a, b) == 0


def test_shared_values_are_not_unfolded():
    def doubled() -> Con:
        tree = Con("m.Leaf", ())
        for _ in range(200):
            tree = Con("m.Node", (tree, 0, tree))
        return tree

    a, b = doubled(), doubled()
    assert a == b
    assert compare(a, b) == 0
    assert hash(a) == hash(b)
    assert show_value(a, limit=100).endswith("...")


def test_shown_as_an_author_writes():
    shown = {
        "[1, 2]": list_value([1, 2]),
        '"a\\n\\"\\u{0}é"': 'a\n"\0é',
        "1.5": Fraction(3, 2),
        "-2.0": Fraction(-2),
        "(-1.0 / 3.0)": Fraction(-1, 3),
        "Circle(0.25)": Con("geo.Circle", (Fraction(1, 4),)),
        '{1: "a", 2: ""}': MapV({2: "", 1: "a"}),
        "{:}": EMPTY_MAP,
        "{}": EMPTY_SET,
        "{-1, 3}": SetV([3, -1]),
        "None": Con("None", ()),
        "Some((1, true))": some(tuple_value(1, True)),
        "()": tuple_value(),
        "[]": NIL,
        "1" + "0" * 9_999: 10**9_999,
    }
    for text, value in shown.items():
        assert show_value(value) == text


def test_order_of_values():
    assert sort_values(["b", "a", "B"]) == ["B", "a", "b"]
    assert list(map(show_value, sort_values([list_value([1, 2]), list_value([1]), NIL, list_value([2])]))) == ["[]", "[1]", "[1, 2]", "[2]"]
    assert sort_values([some(1), Con("None", ())])[0] == Con("None", ())


def test_term_of_a_list_is_interned():
    assert value_to_term(list_value([1]), INTS, shapes()).args[0] is mk_int(1)
    empty = value_to_term(EMPTY_MAP, map_of(INT, list_of(INT)), shapes())
    assert empty.data == "map.empty"
