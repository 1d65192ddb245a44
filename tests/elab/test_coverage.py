"""Coverage of matches: witnesses, dead arms, size."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction

import pytest

from kwlogic.core.types import BOOL, INT, STRING, Type, list_of, mk_type, option_of, tuple_of
from kwlogic.elab.coverage import WILD, CoverageLimit, RCon, RLit, Row, RPattern, RTuple, dead_arms, missing, show_pattern, signatures

COLOR, TREE = mk_type("m.Color"), mk_type("m.Tree")
BASE = signatures({})


def ctors_of(t: Type):
    if t is COLOR:
        return ("m.Red", ()), ("m.Green", ()), ("m.Blue", ())
    if t is TREE:
        return ("m.Leaf", ()), ("m.Node", (TREE, INT, TREE))
    return BASE(t)


RED, GREEN, BLUE = RCon("m.Red"), RCon("m.Green"), RCon("m.Blue")
LEAF, NIL = RCon("m.Leaf"), RCon("Nil")


def node(*args: RPattern) -> RPattern:
    return RCon("m.Node", args)


def cons(head: RPattern, tail: RPattern) -> RPattern:
    return RCon("Cons", (head, tail))


def gap(patterns, type):
    found = missing([Row((p,)) for p in patterns], (type,), ctors_of)
    return None if found is None else show_pattern(found[0])


@pytest.mark.parametrize(
    ("patterns", "type", "expected"),
    [
        ([RED, GREEN], COLOR, "Blue"),
        ([RED, GREEN, BLUE], COLOR, None),
        ([], COLOR, "_"),
        ([NIL], list_of(INT), "[_, *_]"),
        ([NIL, cons(WILD, NIL)], list_of(INT), "[_, _, *_]"),
        ([NIL, cons(WILD, WILD)], list_of(INT), None),
        ([cons(RLit(True), WILD), NIL], list_of(BOOL), "[false, *_]"),
        ([LEAF, node(WILD, WILD, node(WILD, WILD, WILD))], TREE, "Node(_, _, Leaf)"),
        ([RLit(0), RLit(1)], INT, "_"),
        ([RLit("a"), WILD], STRING, None),
        ([RTuple((RED, WILD)), RTuple((WILD, RED))], tuple_of(COLOR, COLOR), "(Green, Green)"),
        ([RTuple((RLit(True), RLit(0))), RTuple((RLit(False), WILD))], tuple_of(BOOL, INT), "(true, _)"),
        ([RCon("Some", (RCon("None"),)), RCon("None")], option_of(option_of(INT)), "Some(Some(_))"),
        ([RTuple(())], tuple_of(), None),
    ],
)
def test_missing(patterns, type, expected):
    assert gap(patterns, type) == expected


def test_guards_do_not_cover():
    rows = [Row((RED,), guarded=True), Row((GREEN,)), Row((BLUE,))]
    assert [show_pattern(p) for p in missing(rows, (COLOR,), ctors_of)] == ["Red"]
    assert dead_arms([*rows, Row((RED,))], (COLOR,), ctors_of) == []


def test_dead():
    rows = [Row((RED,)), Row((WILD,)), Row((BLUE,))]
    assert dead_arms(rows, (COLOR,), ctors_of) == [2]
    assert dead_arms([Row((RLit(1),)), Row((RLit(1),))], (INT,), ctors_of) == [1]
    both = [Row((RLit(True),)), Row((RLit(False),)), Row((WILD,))]
    assert dead_arms(both, (BOOL,), ctors_of) == [2]


def test_wide_enum_is_fast():
    wide = mk_type("m.Wide")
    names = [f"m.C{i}" for i in range(400)]
    of = lambda t: tuple((n, ()) for n in names) if t is wide else BASE(t)  # noqa: E731
    rows = [Row((RCon(n),)) for n in names]
    assert missing(rows, (wide,), of) is None
    assert dead_arms(rows, (wide,), of) == []
    gap = missing(rows[:-1], (wide,), of)
    assert gap is not None
    assert show_pattern(gap[0]) == "C399"


def test_deep_patterns():
    deep: RPattern = NIL
    for _ in range(3000):
        deep = cons(RLit(1), deep)
    found = missing([Row((deep,)), Row((NIL,))], (list_of(INT),), ctors_of)
    assert found is not None
    assert show_pattern(found[0]).startswith("[_, *_]")
    wilds: RPattern = WILD
    for _ in range(3000):
        wilds = cons(WILD, wilds)
    found = missing([Row((wilds,))], (list_of(INT),), ctors_of)
    assert found is not None
    assert show_pattern(found[0])


def test_budget():
    rows = [Row(tuple(RLit(True) if i == j or i == j + 1 else WILD for i in range(60))) for j in range(60)]
    with pytest.raises(CoverageLimit):
        missing([*rows, *rows], (BOOL,) * 60, ctors_of, budget=100)


def test_literals_shown():
    assert show_pattern(RLit(Fraction(3, 2))) == "1.5"
    assert show_pattern(RLit(Fraction(-1, 4))) == "-0.25"
    assert show_pattern(RLit(Fraction(2))) == "2.0"
    assert show_pattern(RLit('a"\n')) == '"a\\"\\n"'


def _matches(pattern: RPattern, value: object) -> bool:
    if pattern is WILD:
        return True
    if isinstance(pattern, RTuple):
        return all(_matches(p, v) for p, v in zip(pattern.items, value, strict=True))
    if isinstance(pattern, RCon):
        return pattern.ctor == value
    return pattern.value == value


def test_against_enumeration():
    """Random arms over a finite type agree with trying every value."""
    dice = random.Random(7)
    type = tuple_of(BOOL, COLOR, tuple_of(BOOL, COLOR))
    colors = ["m.Red", "m.Green", "m.Blue"]
    values = [(a, b, (c, d)) for a, b, c, d in itertools.product((True, False), colors, (True, False), colors)]

    def bool_():
        return dice.choice([WILD, RLit(True), RLit(False)])

    def color():
        return dice.choice([WILD, *map(RCon, colors)])

    def arm():
        return RTuple((bool_(), color(), dice.choice([WILD, RTuple((bool_(), color()))])))

    for _ in range(150):
        arms = [arm() for _ in range(dice.randint(1, 9))]
        rows = [Row((a,), guarded=dice.random() < 0.2) for a in arms]
        live = [r.patterns[0] for r in rows if not r.guarded]
        uncovered = [v for v in values if not any(_matches(p, v) for p in live)]
        found = missing(rows, (type,), ctors_of)
        assert (found is None) == (not uncovered)
        if found is not None:
            inside = [v for v in values if _matches(found[0], v)]
            assert inside
            assert all(v in uncovered for v in inside)
        dead = [
            i
            for i, r in enumerate(rows)
            if all(any(_matches(q.patterns[0], v) for q in rows[:i] if not q.guarded) for v in values if _matches(r.patterns[0], v))
        ]
        assert dead_arms(rows, (type,), ctors_of) == dead
