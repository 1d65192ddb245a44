"""JSON: strict, exact, deep; every error says where."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from core_programs import COLOUR, INTS, LINE, TREE, TYPED, param, shapes
from hypothesis import given
from hypothesis import strategies as st

from kwlogic.core.codec import DecodeError, decode, decode_ports, decode_text, encode_ports, encode_text
from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.core.types import BOOL, INT, REAL, STRING, UNIT, Type, list_of, map_of, option_of, set_of, tuple_of
from kwlogic.core.value import NONE, Con, MapV, SetV, equal, list_value, some, tuple_value
from kwlogic.core.value import UNIT as UNIT_VALUE

SHAPES = shapes()
DEEP = 30_000


@given(TYPED)
def test_round_trip(typed):
    type, value, *_ = typed
    text = encode_text(value, type, SHAPES)
    assert equal(decode_text(text, type, SHAPES), value)
    json.loads(text)


FORMS: list[tuple[object, Type, str]] = [
    (12, INT, "12"),
    (Fraction(1), REAL, "1.0"),
    (Fraction(-5, 4), REAL, "-1.25"),
    (Fraction(1, 3), REAL, '"1/3"'),
    (True, BOOL, "true"),
    ('é"\n', STRING, '"é\\"\\n"'),
    (UNIT_VALUE, UNIT, "null"),
    (list_value([1, 2]), INTS, "[1, 2]"),
    (SetV([2, 1]), set_of(INT), "[1, 2]"),
    (MapV({"b": 1, "a": 2}), map_of(STRING, INT), '{"a": 2, "b": 1}'),
    (MapV({2: True}), map_of(INT, BOOL), "[[2, true]]"),
    (NONE, option_of(INT), "null"),
    (some(1), option_of(INT), "1"),
    (some(NONE), option_of(option_of(INT)), '{"some": null}'),
    (some(some(1)), option_of(option_of(INT)), '{"some": 1}'),
    (some(UNIT_VALUE), option_of(UNIT), '{"some": null}'),
    (tuple_value(1, "a"), tuple_of(INT, STRING), '[1, "a"]'),
    (Con("m.Red", ()), COLOUR, '"Red"'),
    (Con("m.Leaf", ()), TREE, '{"kind": "Leaf"}'),
    (
        Con("m.Node", (Con("m.Leaf", ()), 1, Con("m.Leaf", ()))),
        TREE,
        '{"kind": "Node", "left": {"kind": "Leaf"}, "kind_": 1, "right": {"kind": "Leaf"}}',
    ),
    (Con("m.Line", ("tea", 2, Fraction(3, 2))), LINE, '{"label": "tea", "qty": 2, "price": 1.5}'),
]


@pytest.mark.parametrize(("value", "type", "text"), FORMS)
def test_forms(value, type, text):
    assert encode_text(value, type, SHAPES) == text
    assert equal(decode_text(text, type, SHAPES), value)


def test_reals_are_exact():
    assert decode_text("0.1", REAL, SHAPES) == Fraction(1, 10)
    assert decode_text("1e2", REAL, SHAPES) == 100
    assert decode_text("12E-1", REAL, SHAPES) == Fraction(6, 5)
    assert decode_text('"-2/6"', REAL, SHAPES) == Fraction(-1, 3)
    assert decode_text("9" * 10_000, INT, SHAPES) == 10**10_000 - 1


@pytest.mark.parametrize(
    ("text", "type", "path", "words"),
    [
        ("1.0", INT, "$", ("Int", "1.0")),
        ("1e3", INT, "$", ("Int",)),
        ("true", INT, "$", ("Int", "true")),
        ("1", BOOL, "$", ("Bool", "1")),
        ('"1/0"', REAL, "$", ("Real",)),
        ("[1, null]", INTS, "$[1]", ("Int", "null")),
        ('[{"label": "a", "qty": 1}]', list_of(LINE), "$[0]", ("`price`",)),
        ('{"lable": "a", "qty": 1, "price": 1}', LINE, "$", ("`lable`", "did you mean `label`?")),
        ('{"label": "a", "qty": 0, "price": 1}', LINE, "$.qty", ("qty > 0", "0")),
        ('"Rde"', COLOUR, "$", ('"Red"', "did you mean `Red`?")),
        ('{"kind": "Lea"}', TREE, "$.kind", ("did you mean `Leaf`?",)),
        ("{}", TREE, "$", ("kind",)),
        ('{"kind": "Leaf", "x": 1}', TREE, "$", ("`x`", "`kind`")),
        ("[1, 2, 1]", set_of(INT), "$[2]", ("once",)),
        ("[[1, 2], [1, 3]]", map_of(INT, INT), "$[1][0]", ("once",)),
        ("[[1]]", map_of(INT, INT), "$[0]", ("pair",)),
        ('{"a b": "x"}', map_of(STRING, INT), '$["a b"]', ("Int",)),
        ("1", option_of(option_of(INT)), "$", ("some",)),
        ("[1, 2, 3]", tuple_of(INT, INT), "$", ("2",)),
        ("0", UNIT, "$", ("null",)),
        ('{"a": 1, "a": 2}', map_of(STRING, INT), "line 1, column 10", ("once",)),
        ("[1,\n 2", INTS, "line 2, column 3", ("`,` or `]`", "end of the text")),
        ("[01]", INTS, "line 1, column 3", ("`,`",)),
        ("NaN", REAL, "line 1, column 1", ("JSON value",)),
        ("'a'", STRING, "line 1, column 1", ("JSON value",)),
        ('"\\ud800"', STRING, "line 1, column 8", ("surrogates",)),
        ("1 2", INT, "line 1, column 3", ("nothing after",)),
        ("", INT, "line 1, column 1", ("JSON value",)),
        ("1e999999", REAL, "line 1, column 1", ("exponent",)),
    ],
)
def test_errors_say_where_and_what(text, type, path, words):
    with pytest.raises(DecodeError) as found:
        decode_text(text, type, SHAPES)
    assert found.value.path == path
    for word in words:
        assert word in str(found.value)


def test_no_binary_floats():
    with pytest.raises(DecodeError, match="Python float"):
        decode(1.5, REAL, SHAPES)


def test_deep_documents():
    tree: Con = Con("m.Leaf", ())
    for _ in range(DEEP):
        tree = Con("m.Node", (tree, 0, Con("m.Leaf", ())))
    assert equal(decode_text(encode_text(tree, TREE, SHAPES), TREE, SHAPES), tree)
    with pytest.raises(DecodeError, match="an array"):
        decode_text("[" * DEEP + "]" * DEEP, list_of(INT), SHAPES)
    with pytest.raises(DecodeError, match="end of the text"):
        decode_text("[" * DEEP, list_of(INT), SHAPES)


def test_ports():
    ports = (param("n", INT), param("price", REAL))
    assert decode_ports('{"price": 2, "n": 1}', ports, SHAPES) == {"n": 1, "price": Fraction(2)}
    assert encode_ports({"n": 1, "price": Fraction(2)}, ports, SHAPES) == '{"n": 1, "price": 2.0}'
    for text in ("[]", '{"n": 1}', '{"n": 1, "price": 1, "x": 0}'):
        with pytest.raises(DecodeError):
            decode_ports(text, ports, SHAPES)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=4)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(Fraction),
    lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(max_size=3), t, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_text_round_trip(tree):
    assert read_json(write_json(tree)) == tree


@given(st.text(alphabet='{}[]",:0123.eE+-\\utrnalfs \n', max_size=20))
def test_reads_what_the_standard_library_reads(text):
    try:
        expected = json.loads(text, parse_float=Fraction, parse_constant=lambda c: (_ for _ in ()).throw(ValueError(c)))
    except (ValueError, RecursionError):
        with pytest.raises(JsonError):
            read_json(text)
        return
    try:
        found = read_json(text)
    except JsonError as error:
        found, expected = True, any(word in error.expected for word in ("once", "surrogates", "exponent"))
    assert found == expected


def test_a_key_that_stands_twice_is_named():
    with pytest.raises(JsonError) as error:
        read_json('{"n": 1, "n": 2}')
    assert error.value.found == '`"n"`'
