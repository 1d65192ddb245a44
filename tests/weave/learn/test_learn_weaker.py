"""What is said of a body where the strongest clause cannot be shown of it, and what kernels are called."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from kwlogic.weave.learn.data import Body, Draft, Learned, Observation, Options, Port, Shape
from kwlogic.weave.learn.grouping import tasks_of
from kwlogic.weave.learn.regexes import constants, expression_of
from kwlogic.weave.learn.service import learn, learn_files
from kwlogic.weave.learn.titles import title_of
from kwlogic.weave.learn.weaker import guarded, weakened
from kwlogic.weave.learn.workshop import open_workshop
from kwlogic.weave.trace.data import Trace

NAMES = ("Ada Lovelace", "Alan Turing", "Grace Hopper", "Barbara Liskov", "Edsger Dijkstra")
DATES = ("1993-10-02", "2001-12-31", "1950-01-07", "1984-05-06", "2024-03-17", "1999-09-09", "2010-11-23", "1968-02-28")


def trace(number: int, prompt: str, output: object, **inputs: object) -> Trace:
    return Trace(str(number), (), prompt, "", True, output, {"recorded": True, **({"inputs": inputs} if inputs else {})})


@cache
def dated() -> Learned:
    return learn([trace(i, f"Rewrite the date {d} with slashes", "/".join(reversed(d.split("-")))) for i, d in enumerate(DATES)])


def lost_of(head: str, values: list[object], *lost: str) -> list[str]:
    """What is offered in the place of clauses that were not shown of a body."""
    shape = Shape(head) if head != "List" else Shape("List", (Shape("String"),))
    rows = tuple(Observation(str(i), {"n": 1 + i % 2}, {"result": v}) for i, v in enumerate(values))
    ports = (Port("n", Shape("Int"), "n"),), (Port("result", shape, "result"),)
    draft = Draft("k", *ports, Body("expression", "e"), rows, dropped=tuple((t, "it is unknown for the body") for t in lost))
    assert weakened(replace(draft, body=Body("prompt", "p"))).clauses == (), "what an oracle says is enforced anyway"
    return [c.text for c in weakened(draft).clauses]


def test_what_is_weaker():
    texts: list[object] = ["ab,", "cd,"]
    assert lost_of("String", texts, 'matches(result, "^x[a-z]+;[0-9]{2},$")') == [
        'starts_with(result, "x")',
        'ends_with(result, ",")',
        'contains(result, ";")',
        "len(result) >= 6",
    ]
    assert lost_of("String", texts, 'matches(result, "^[0-9]{2}$")') == ["len(result) == 2"]
    assert lost_of("String", texts, "len(result) == 3") == ["len(result) >= 3", "len(result) > 0"]
    assert lost_of("String", texts, "starts_with(other, result)") == ["contains(other, result)", "len(result) <= len(other)"]
    assert lost_of("List", [["a"], ["b"]], 'forall each in result :: matches(each, "^[a-z]$")') == ["len(result) > 0"]
    assert lost_of("List", [["a"], []], 'forall each in result :: matches(each, "^[a-z]$")') == []
    assert lost_of("Int", [2, 2]) == ["result > 0", "result >= 0", "result >= n"]
    assert lost_of("String", texts, "body") == []
    assert lost_of("String", ["a", "b", "a", "b"]) == ['result in ["a", "b"]']


@pytest.mark.slow
def test_a_form_that_is_not_shown_leaves_its_ends():
    learned = learn([trace(i, f"Greet {n} politely", f"Dear Ms {n.split()[1]},") for i, n in enumerate(NAMES)])
    [kernel] = learned.kernels
    ensures = [c.text for c in kernel.clauses if c.kind == "ensures"]
    assert kernel.name == "greet_politely"
    assert kernel.body.kind == "expression"
    assert 'starts_with(result, "Dear Ms ")' in ensures
    assert 'ends_with(result, ",")' in ensures
    assert not any("unknown" in v or "refuted" in v for _, _, v in learned.verdicts)


def test_a_guard_keeps_the_form_and_the_rule_computes():
    form = 'matches(result, "^[a-z]$")'
    ports = (Port("n", Shape("Int"), "n"),), (Port("result", Shape("String"), "result"),)
    left = ((form, "it is unknown for the body"), ("result <= text", "a generated input breaks it: n = 0"))
    draft = Draft("k", *ports, Body("expression", "e"), (Observation("1", {"n": 1}, {"result": "a"}),), dropped=left)
    rule, whole = guarded(open_workshop(Options()), [draft])
    assert (rule.name, rule.body, rule.clauses) == ("k_rule", draft.body, ())
    assert whole.body.text == f"result <- k_rule(n = n);\nguard {form};"
    assert [c.text for c in whole.clauses] == [form]
    assert whole.dropped == left[1:], "what is guarded is not left out; what is no form is no guard"
    shown = replace(draft, clauses=whole.clauses)
    assert guarded(open_workshop(Options()), [shown]) == [shown], "a clause that stands is enough"


@pytest.mark.slow
def test_a_form_of_which_nothing_is_shown_is_guarded():
    rule, whole = dated().kernels
    assert (rule.name, whole.name) == ("rewrite_the_date_rule", "rewrite_the_date")
    assert whole.body.kind == "graph"
    assert whole.parts == (rule.name,)
    [clause] = [c for c in whole.clauses if c.kind == "ensures"]
    assert clause.text == 'matches(result, "^[0-9]{2}/[0-9]{2}/[0-9]{4}$")'
    assert f"guard {clause.text};" in dated().text
    assert {v for _, _, v in dated().verdicts} == {"proved"}
    assert not [d for d in dated().diagnostics if clause.text in d.message], "what is guarded is not left out"


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("^Dear Ms [A-Z][a-z]+,$", ("Dear Ms ", [], ",")),
        (r"^[A-Z]\.[A-Z]\.$", ("", ["."], ".")),
        (r"^[0-9]{2}/[0-9]{2}$", ("", ["/"], "")),
        (r"^\(a\)[a-z]+$", ("(a)", [], "")),
    ],
)
def test_constant_pieces_of_an_expression(pattern: str, parts: tuple[str, list[str], str]):
    assert constants(pattern) == parts


def test_one_capital_is_one_where_enough_say_so():
    assert (expression_of(["Ada Byron", "Alan Kay", "Grace Hopper"]) or ("",))[0] == "^[A-Z][a-z]+ [A-Z][a-z]+$"
    assert (expression_of(["Ada", "Alan", "Grace"]) or ("",))[0] == "^[A-Z]+[a-z]+$", "three are not enough"
    assert (expression_of(["USAir x", "Delta x", "KLm x", "Alan x"]) or ("",))[0] == "^[A-Z]+[a-z]+ x$"


@pytest.mark.parametrize(
    ("prompts", "inputs", "title"),
    [
        ([f"Greet {n} politely" for n in NAMES], {}, "greet politely"),
        (["Greet Ada Lovelace politely"], {"name": "Ada Lovelace"}, "greet politely"),
        (["greet ada politely"], {"name": "ada"}, "greet politely"),
        (["Put the list bread,flour,milk,rice,soap in reverse order."], {}, "put the list"),
        (["Rewrite the date 1993-10-02 with the day first"], {}, "rewrite the date"),
        (["What do 4 tickets cost?", "What do 71 tickets cost?"], {}, "what do tickets cost"),
        (["¿?", "!"], {}, ""),
        ([""], {}, ""),
    ],
)
def test_a_name_is_what_prompts_share(prompts: list[str], inputs: dict[str, str], title: str):
    assert title_of(prompts, [inputs] * len(prompts)) == title
    assert len(title.split()) <= 5


def test_names_are_told_apart_and_lengths_of_what_is_named_do_not_matter():
    prompts = ["Greet Ada Lovelace politely", "Greet Kurt politely", "Greet Juan Carlos de la Cruz politely", "Is 4 even?", "Is 31 even?"]
    tasks = tasks_of([trace(i, p, "x") for i, p in enumerate(prompts)])
    assert [(t.family, len(t.traces)) for t in tasks] == [("greet_politely", 3), ("is_even", 2)]


SYGUS = Path(__file__).resolve().parents[4] / "shared" / "data" / "sygus_pbe_slia.json"


def sygus(folder: Path, *names: str) -> dict[str, Learned]:
    """What is learnt of the examples of some tasks, as traces in files; of all where none is named."""
    if not SYGUS.is_file():
        pytest.skip("../shared/data/sygus_pbe_slia.json is not there")
    found = {}
    for problem in json.loads(SYGUS.read_text(encoding="utf-8"))["problems"]:
        if names and problem["name"] not in names:
            continue
        ports = [n.lstrip("_") for n, _ in problem["params"]]
        rows = [{"id": str(i), "inputs": dict(zip(ports, a)), "output": o} for i, (a, o) in enumerate(problem["examples"], 1)]
        path = folder / f"{len(found)}.jsonl"
        path.write_text("".join(json.dumps(r | {"family": problem["name"]}) + "\n" for r in rows), encoding="utf-8")
        found[problem["name"]] = learn_files([path], Options(seconds=5.0))
    return found


def test_contradictory_examples_are_told_with_the_two_that_clash(tmp_path: Path):
    [learned] = sygus(tmp_path, "univ_4-long-repeat").values()
    [clash] = [d for d in learned.diagnostics if d.code == "KW850"]
    assert len(clash.notes) == 3, "the inputs, and what each of the two said"
    assert clash.notes[1].partition(":")[2] != clash.notes[2].partition(":")[2]
    assert all(k.body.kind == "prompt" for k in learned.kernels)


@pytest.mark.slow
def test_consistent_examples_become_bodies(tmp_path: Path):
    found = sygus(tmp_path, "firstname", "phone-1-long", "name-combine-4", "dr-name_small", "bikes")
    assert len(found) == 5
    for name, learned in found.items():
        assert learned.kernels[-1].body.kind in ("expression", "graph"), name
        assert {v for _, _, v in learned.verdicts} <= {"proved"}, name
