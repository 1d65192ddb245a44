"""Templates, chance, regular expressions, shapes and prompts: each by itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from kwlogic.weave.learn.chance import crossed, kept, never_beyond
from kwlogic.weave.learn.contract import infer_contract
from kwlogic.weave.learn.data import Observation, Options, Port, Shape
from kwlogic.weave.learn.lift import substituted
from kwlogic.weave.learn.naming import Types, snake, type_text
from kwlogic.weave.learn.prompts import slot_names, slots_of, template_of
from kwlogic.weave.learn.regexes import expression_of, widths
from kwlogic.weave.learn.shapes import BOOL, INT, REAL, STRING, Misfit, Mixed, normal, shape_of

NO_HOLDOUT = Options(holdout=0)


def texts(inputs: dict[str, Shape], outputs: dict[str, Shape], rows: list[dict[str, Any]], options: Options = Options()) -> list[str]:  # noqa: B008
    made = [
        Observation(f"t{i}", {k: v for k, v in r.items() if k in inputs}, {k: v for k, v in r.items() if k in outputs})
        for i, r in enumerate(rows)
    ]
    ports = [[Port(n, s, n) for n, s in side.items()] for side in (inputs, outputs)]
    return [f"{c.kind} {c.text}" for c in infer_contract(*ports, made, options).clauses]


# ---------------------------------------------------------------- chance


def test_a_relation_of_unrelated_values_is_chance():
    likely = crossed(lambda a, b: a <= b, [(v,) for v in range(10)], [100 + v for v in range(10)], 10)
    unlikely = crossed(lambda a, b: a == b, [(v,) for v in range(10)], list(range(10)), 10)
    assert likely > 0.8
    assert unlikely < 1e-9


def test_the_procedure_counts_what_was_tested():
    assert kept([0.01, 0.04], 2, 0.05) == [True, True]
    assert kept([0.01, 0.04], 100, 0.05) == [False, False]
    assert kept([], 5, 0.05) == []
    assert never_beyond(3, 100) < 1e-9


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], "Int"),
        ([1, Fraction(1, 2)], "Real"),
        ([True, False], "Bool"),
        (["a", None], "Option[String]"),
        ([[1], []], "List[Int]"),
        ([[1, "a"], [2, "b"]], "(Int, String)"),
        ([{"a": 1}, {"a": 2, "b": "x"}], "Item"),
        ([{f"k-{i}": i} for i in range(6)], "Map[String, Int]"),
    ],
)
def test_a_shape_is_what_values_have_in_common(values: list[Any], expected: str):
    assert type_text(Types().named(shape_of(values), "item")) == expected


def test_mixed_values_have_no_shape():
    with pytest.raises(Mixed, match="2 of kind integer, 1 of kind text"):
        shape_of([1, 2, "x"])


def test_few_texts_seen_often_are_an_enumeration_if_they_can_be_constructors():
    assert shape_of(["Open", "Shut"] * 10).head == "Enum"
    assert shape_of(["open", "shut"] * 10) == STRING
    assert shape_of(["Open", "Shut"] * 2) == STRING


def test_normal_documents_fill_in_what_is_missing():
    shape = shape_of([{"a": 1, "b": "x"}, {"a": 2}])
    assert normal({"a": 3, "c": True}, shape) == {"a": 3, "b": None}
    with pytest.raises(Misfit):
        normal({"a": "x"}, shape)


def test_only_words_that_can_be_no_name_are_left_out_of_records():
    found = shape_of([{"type": "a", "len": 3, "true": 1, "x y": 2, "match": 3}] * 2)
    assert found.keys == ("type", "len")


def test_deep_documents_are_refused_not_overflown():
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(Mixed, match="nesting"):
        shape_of([deep])


# ---------------------------------------------------------------- expressions of texts


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        ([f"R-{n}" for n in range(1000, 1010)], r"^R-[0-9]{4}$"),
        (
            ["2024-05-01", "2023-11-30", "2022-01-15", "2021-02-03", "2020-02-04", "2019-12-24", "2018-06-01"],
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        ),
        ([f"{a}.b@x.org" for a in ("ann", "bo", "carlos", "di", "eve")], r"^[a-z]+\.b@x\.org$"),
    ],
)
def test_an_expression_for_texts_that_look_alike(values: list[str], pattern: str):
    found = expression_of(values)
    assert found is not None
    assert found[0] == pattern
    assert found[1] < 1e-6


def test_texts_that_differ_have_no_expression():
    assert expression_of(["a b", "12", "-"]) is None
    assert expression_of([]) is None
    assert expression_of([""]) is None


def test_widths_of_expressions():
    assert widths(r"^R-[0-9]{4}\.$") == (7, 7)
    assert widths("^[a-z]+x$") == (2, None)


# ---------------------------------------------------------------- prompts


def test_what_varies_in_prompts_is_a_slot():
    prompts = ["plan a trip to Rome for 3 days", "plan a trip to New York for 12 days", "plan a trip to Oslo for 1 days"]
    found = template_of(prompts)
    assert found is not None
    assert found.parts == ("plan a trip to ", None, " for ", None, " days")
    assert found.values == (("Rome", "3"), ("New York", "12"), ("Oslo", "1"))
    assert slot_names(found, [False, True]) == ["text", "days"]
    assert slots_of(found, "plan a trip to Bonn for 2 days") == ("Bonn", "2")
    assert slots_of(found, "cancel it") is None


def test_one_prompt_is_a_constant():
    found = template_of(["say hi", "say hi"])
    assert found is not None
    assert found.parts == ("say hi",)


def test_names():
    assert snake("Invoice Extraction!") == "invoice_extraction"
    assert snake("requires") == "requires_"
    assert snake("7zip") == "task_7zip"
    assert snake("日本") == "task"


def test_substitution_leaves_texts_and_fields():
    assert substituted('x.x <= len(y) and matches(y, "y")', {"x": "a", "y": "b + c"}) == 'a.x <= len((b + c)) and matches((b + c), "y")'


# ---------------------------------------------------------------- templates


def test_bounds_equalities_and_sums():
    rows = [{"a": i % 7, "b": 3 + i, "c": 3 + i + i % 7} for i in range(120)]
    found = texts({"a": INT, "b": INT}, {"c": INT}, rows)
    assert "ensures c == a + b" in found
    assert "requires a >= 0" in found
    assert "requires a <= 6" in found


def test_linear_relations_of_one_and_two():
    rows = [{"a": i * i % 11, "b": i * 7 % 13, "c": 2 * (i * i % 11) - 3 * (i * 7 % 13) + 5, "d": 4 * (i * i % 11) + 1} for i in range(20)]
    found = texts({"a": INT, "b": INT}, {"c": INT, "d": INT}, rows)
    assert "ensures d == 4 * a + 1" in found
    assert any(t.startswith("ensures c == 2 * a + 5 - 3 * b") for t in found), found


def test_order_membership_and_truth():
    rows = [{"x": i * 37 % 100, "y": i * 53 % 100, "ok": i * 37 % 100 <= i * 53 % 100} for i in range(25)]
    assert "ensures ok <==> x <= y" in texts({"x": INT, "y": INT}, {"ok": BOOL}, rows)
    items = [{"xs": [i, i + 2, i + 5], "z": i + (0, 2, 5)[i % 3]} for i in range(0, 60, 3)]
    assert "ensures z in xs" in texts({"xs": Shape("List", (INT,))}, {"z": INT}, items)


def test_elements_of_lists_and_their_sum():
    line = Shape("Record", (INT, REAL), ("qty", "price"), "Line")
    rows = []
    for i in range(24):
        lines = [{"qty": 1 + (i + k) % 4, "price": Fraction(7 * i + k + 1, 4)} for k in range(1 + i % 3)]
        rows.append({"lines": lines, "total": sum((Fraction(v["qty"]) * v["price"] for v in lines), Fraction())})
    found = texts({"lines": Shape("List", (line,))}, {"total": REAL}, rows)
    assert "ensures total == sum(map(fn (it) => real(it.qty) * it.price, lines))" in found
    assert "requires forall line in lines :: line.qty > 0" in found


def test_texts_between_texts():
    rows = [{"name": n, "greeting": f"Dear {n}!"} for n in ("Ann", "Bo", "Carlos", "Di", "Eve", "Fay", "Gus", "Hal")]
    assert 'ensures greeting == "Dear " ++ name ++ "!"' in texts({"name": STRING}, {"greeting": STRING}, rows)


def test_implications_of_a_truth_value():
    rows = [{"member": i % 2 == 0, "amount": 3 + i * 17 % 90, "fee": 0 if i % 2 == 0 else 2 * (3 + i * 17 % 90)} for i in range(40)]
    found = texts({"member": BOOL, "amount": INT}, {"fee": INT}, rows)
    assert "ensures member ==> fee == 0" in found
    assert "ensures not member ==> fee == 2 * amount" in found


def test_few_observations_give_few_clauses():
    assert texts({"a": INT}, {"b": INT}, [{"a": 1, "b": 5}, {"a": 2, "b": 9}]) == []
    assert texts({"a": INT}, {"b": INT}, [{"a": 1, "b": 1}]) == []


def test_copies_of_one_run_are_no_evidence():
    assert texts({"a": INT}, {"b": INT}, [{"a": 4, "b": 4}] * 50) == []


def test_noise_has_no_clause_between_its_columns():
    import random

    told = 0
    for seed in range(12):
        rng = random.Random(seed)
        rows = [{n: rng.randint(-1000, 1000) for n in "abcd"} for _ in range(12)]
        told += len(texts(dict.fromkeys("abc", INT), {"d": INT}, rows))
    assert told <= 2, "one of twenty kept clauses may be chance"


def test_held_out_observations_decide():
    rows = [{"a": 2 * i, "b": 4 * i} for i in range(1, 17)]
    rows[3] = {"a": 8, "b": 17}  # held out: the fourth is
    assert not any(t.startswith("ensures b ==") for t in texts({"a": INT}, {"b": INT}, rows))
    assert "ensures b == 2 * a" in texts({"a": INT}, {"b": INT}, [r for i, r in enumerate(rows) if i != 3])
