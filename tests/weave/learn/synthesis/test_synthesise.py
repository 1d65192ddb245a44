"""Functions from examples: what is found, that it elaborates back to the same function, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import pytest

from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Program
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type, list_of, mk_type, option_of, set_of, show_type, tuple_of
from kwlogic.core.value import NONE, Con, SetV, Value, list_value, some, tuple_value
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Source
from kwlogic.syntax.format import format_module
from kwlogic.syntax.parse import parse_module
from kwlogic.weave.learn.synthesis.data import Answer, Budget, Contradiction, GaveUp, Port, Synthesised
from kwlogic.weave.learn.synthesis.library import library
from kwlogic.weave.learn.synthesis.synthesise import synthesise

TYPES = """\
type Currency = USD | EUR | GBP
record Line(label: String, qty: Int, price: Real)
"""
LINE, CURRENCY = mk_type("shop.Line"), mk_type("shop.Currency")
USD, EUR, GBP = (Con(f"shop.{c}", ()) for c in ("USD", "EUR", "GBP"))
Case = tuple[dict[str, Type], Type, list[tuple[tuple[Value, ...], Value]], list[tuple[tuple[Value, ...], Value]]]


def texts(*values: str) -> Value:
    return list_value(values)


def line(label: str, qty: int, price: str) -> Value:
    return Con("shop.Line", (label, qty, Fraction(price)))


S, XS = {"x": STRING}, {"xs": list_of(INT)}
LINES = {"lines": list_of(LINE)}
# inputs, output, examples, and inputs that were not shown
CASES: dict[str, Case] = {
    "last word": (S, STRING, [(("a long way",), "way"), (("to go",), "go")], [(("one two three",), "three")]),
    "initials": (S, STRING, [(("Ann Lee",), "A.L."), (("Bob Stone",), "B.S.")], [(("Cy Young",), "C.Y.")]),
    "between": (S, STRING, [(("f<ab> x",), "ab"), (("long<c> y",), "c")], [(("g<xyz>",), "xyz")]),
    "renumber": (S, STRING, [(("v-1",), "v-2"), (("w-9",), "w-10"), (("z-20",), "z-21")], [(("q-99",), "q-100")]),
    "plural": (
        S,
        STRING,
        [(("cat",), "cats"), (("box",), "boxes"), (("dog",), "dogs"), (("fox",), "foxes"), (("tree",), "trees")],
        [(("ox",), "oxes"), (("bee",), "bees")],
    ),
    "exchange": (
        {"x": STRING, "y": STRING},
        STRING,
        [(("a", "Rome, IT"), "a: Rome, Italy"), (("b", "Pisa, IT"), "b: Pisa, Italy"), (("c", "Oslo, NO"), "c: Oslo, NO")],
        [(("d", "Bari, IT"), "d: Bari, Italy")],
    ),
    "clashing names": ({"before": STRING, "w": STRING}, STRING, [(("a-b", "q"), "a"), (("cc-d", "r"), "cc")], [(("ef-g", ""), "ef")]),
    "nth word": ({"x": STRING, "n": INT}, STRING, [(("a b c", 1), "a"), (("d e f", 3), "f"), (("gg hh", 2), "hh")], [(("x y z", 2), "y")]),
    "count": (S, INT, [(("a,b,c",), 3), (("x",), 1), (("p,q",), 2)], [(("a,b,c,d",), 4)]),
    "minutes": (S, INT, [(("3h 20m",), 200), (("1h 5m",), 65), (("0h 45m",), 45)], [(("2h 0m",), 120)]),
    "line": ({"n": INT}, INT, [((1,), 10), ((2,), 13), ((5,), 22)], [((10,), 37)]),
    "grade": (
        {"n": INT},
        STRING,
        [((95,), "A"), ((90,), "A"), ((85,), "B"), ((80,), "B"), ((79,), "C"), ((10,), "C"), ((89,), "B")],
        [((99,), "A"), ((0,), "C")],
    ),
    "greatest": ({"a": INT, "b": INT}, INT, [((1, 2), 2), ((5, 3), 5), ((-1, -4), -1)], [((7, 9), 9)]),
    "tax": (
        {"p": REAL},
        REAL,
        [((Fraction(100),), Fraction(119)), ((Fraction(50),), Fraction("59.5"))],
        [((Fraction(200),), Fraction(238))],
    ),
    "all of them": (
        {"x": STRING, "y": STRING},
        BOOL,
        [(("a b", "b"), True), (("c", "b"), False), (("xb", "x"), True), (("x", "z"), False)],
        [(("hello", "ell"), True)],
    ),
    "kept": (
        {"xs": list_of(INT), "k": INT},
        list_of(INT),
        [
            ((list_value([1, 9, 5]), 4), list_value([9, 5])),
            ((list_value([3, 2]), 2), list_value([3])),
            ((list_value([7]), 8), list_value([])),
        ],
        [((list_value([6, 1, 7]), 5), list_value([6, 7]))],
    ),
    "total": (
        LINES,
        REAL,
        [
            ((list_value([line("a", 2, "1.5"), line("b", 1, "2")]),), Fraction(5)),
            ((list_value([]),), Fraction(0)),
            ((list_value([line("c", 3, "1.25")]),), Fraction("3.75")),
        ],
        [((list_value([line("d", 10, "0.5")]),), Fraction(5))],
    ),
    "record": (
        S,
        LINE,
        [(("tea 2 1.5",), line("tea", 2, "1.5")), (("rice 10 4.25",), line("rice", 10, "4.25"))],
        [(("x 1 1.0",), line("x", 1, "1"))],
    ),
    "by case": (
        {"c": CURRENCY, "n": INT},
        INT,
        [((USD, 1), 1), ((USD, 3), 3), ((EUR, 2), 4), ((EUR, 5), 10), ((GBP, 4), 3), ((GBP, 9), 8)],
        [((EUR, 7), 14), ((GBP, 1), 0)],
    ),
    "a case": (
        S,
        CURRENCY,
        [(("5 USD",), USD), (("7 EUR",), EUR), (("1 EUR",), EUR), (("9 USD",), USD), (("9 GBP",), GBP), (("3 GBP",), GBP)],
        [(("100 GBP",), GBP)],
    ),
    "perhaps": (
        S,
        option_of(STRING),
        [(("a:b",), some("b")), (("c",), NONE), (("q:z",), some("z")), (("qz",), NONE)],
        [(("k:v",), some("v"))],
    ),
    "both": (
        {"a": INT, "b": INT},
        tuple_of(INT, INT),
        [((1, 5), tuple_value(5, 6)), ((2, 7), tuple_value(7, 9))],
        [((0, 1), tuple_value(1, 1))],
    ),
    "members": ({"s": set_of(INT)}, INT, [((SetV([1, 2]),), 2), ((SetV([7, 8, 5]),), 3)], [((SetV([]),), 0)]),
}


@lru_cache(maxsize=1)
def shop() -> Program:
    source = Source("shop.kw", f"module shop\n{TYPES}")
    program, problems = elaborate([(source, parse_module(source)[0])])
    assert not problems
    return program


@lru_cache(maxsize=64)
def answer(name: str) -> Answer:
    inputs, output, examples, _ = CASES[name]
    ports = [Port(n, t) for n, t in inputs.items()]
    return synthesise(
        ports, output, [(dict(zip(inputs, row)), wanted) for row, wanted in examples], program=shop(), budget=Budget(work=120_000)
    )


@pytest.mark.parametrize("name", CASES)
def test_fits_what_was_not_shown(name: str):
    found = answer(name)
    assert isinstance(found, Synthesised), found
    assert not found.memorised, found.text
    evaluator = Evaluator(found.program)
    inputs, _, examples, unseen = CASES[name]
    for row, wanted in [*examples, *unseen]:
        assert evaluator.eval(found.term, dict(zip(inputs, row))) == wanted, found.text


def test_the_text_elaborates_to_the_same_function():
    """All answers in one module of source, formatted, beside the helpers that they need."""
    helpers: dict[str, None] = {}
    declarations = []
    for index, name in enumerate(CASES):
        found = answer(name)
        assert isinstance(found, Synthesised)
        inputs, output, _, _ = CASES[name]
        helpers.update(dict.fromkeys(found.helpers))
        params = ", ".join(f"{n}: {show_type(t)}" for n, t in inputs.items())
        declarations.append(f"fn f{index}({params}) -> {show_type(output)}\n= {found.text}\n")
    source = Source("shop.kw", "module shop\n" + TYPES + "\n".join([*helpers, *declarations]))
    tree, problems = parse_module(source)
    again = Source("shop.kw", format_module(tree, source))
    program, found_wrong = elaborate([*library_modules(), (again, parse_module(again)[0])])
    assert not problems
    assert not found_wrong
    evaluator = Evaluator(program)
    for index, name in enumerate(CASES):
        for row, wanted in [*CASES[name][2], *CASES[name][3]]:
            assert evaluator.call(f"shop.f{index}", row) == wanted, name


def library_modules():
    base = library()
    return [(s, parse_module(s)[0]) for s in base.sources.values() if s.path != "learned.kw"]


def test_contradictory_examples_are_told_apart_first():
    found = synthesise([Port("x", STRING)], STRING, [({"x": "a"}, "1"), ({"x": "b"}, "2"), ({"x": "a"}, "3")], program=shop())
    assert found == Contradiction(0, 2)


def test_a_table_of_the_examples_is_called_one():
    pairs = {"one": "kiwi", "two": "lemon", "six": "zebra"}
    found = synthesise([Port("x", STRING)], STRING, [({"x": k}, v) for k, v in pairs.items()], program=shop(), budget=Budget(work=120_000))
    assert isinstance(found, GaveUp) or (isinstance(found, Synthesised) and found.memorised)


def test_the_budget_is_counted_and_ends_the_search():
    noise = [("qhx", 71), ("pw", 13), ("zzzz", 5), ("ab", 99), ("klm", 2)]
    examples = [({"x": k}, v) for k, v in noise]
    first, second = (
        synthesise([Port("x", STRING)], INT, examples, program=shop(), budget=Budget(work=60_000, branches=0)) for _ in range(2)
    )
    assert isinstance(first, GaveUp)
    assert first == second
    assert "60,000 candidates" in first.reason


def test_the_same_examples_yield_the_same_function():
    answer.cache_clear()
    before = answer("initials")
    answer.cache_clear()
    assert before == answer("initials")


def test_helpers_keep_clear_of_names_that_are_taken():
    examples = [({"x": "a-b"}, "a"), ({"x": "cc-d"}, "cc")]
    found = synthesise([Port("x", STRING)], STRING, examples, program=shop(), taken=("before", "letters"))
    assert isinstance(found, Synthesised)
    assert found.text == 'before\'(x, "-")'
    assert "fn before'(" in found.helpers[0]


def test_nothing_to_learn_from():
    assert isinstance(synthesise([Port("x", INT)], INT, [], program=shop()), GaveUp)


def test_a_sample_that_misleads_is_corrected():
    """Only the last of many examples shows that it is the last word, not the second."""
    examples = [({"x": f"a{i} b{i}"}, f"b{i}") for i in range(12)] + [({"x": "a b c"}, "c")]
    found = synthesise([Port("x", STRING)], STRING, examples, program=shop())
    assert isinstance(found, Synthesised)
    assert Evaluator(found.program).eval(found.term, {"x": "p q r s"}) == "s"


def test_constants_that_are_given_are_used():
    given = synthesise(
        [Port("n", INT)],
        INT,
        [({"n": 40}, 1), ({"n": 27}, 1), ({"n": 12}, 12), ({"n": 13}, 0)],
        program=shop(),
        constants=(13,),
    )
    assert isinstance(given, Synthesised)
    assert "13" in given.text
