"""Traces to kernels, end to end: what is written checks, says what supports it, and says what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kwlogic.cli.main import cli
from kwlogic.source.data import Diagnosed
from kwlogic.weave.learn.data import Learned, Options
from kwlogic.weave.learn.report import report
from kwlogic.weave.learn.service import learn, learn_files
from kwlogic.weave.learn.text import formatted
from kwlogic.weave.trace.data import Trace, tool_event
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

FAST = Options(seconds=3)
PLAIN = Options(synthesis=False)
SHARED = Path(__file__).parents[4] / "shared" / "data"


def row(number: int, output: Any, prompt: str = "", **more: Any) -> dict[str, Any]:
    return {"id": f"t{number}", "output": output, "prompt": prompt, **more}


def from_rows(rows: Iterable[Mapping[str, Any]], folder: Path, options: Options = FAST) -> Learned:
    path = folder / "rows.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows), encoding="utf-8")
    return learn_files([path], options)


def codes(learned: Learned) -> list[str]:
    return [d.code for d in learned.diagnostics]


def checks(learned: Learned, folder: Path) -> int:
    """What `kwlogic check` says of the text that is written."""
    path = folder / f"{learned.module}.kw"
    path.write_text(learned.text, encoding="utf-8")
    return check(CheckRequest((path.name,), cwd=folder, cache=False, proofs=False, jobs=1)).exit_code


def settled(learned: Learned) -> bool:
    """Whether `kwlogic check`, which was asked on the way, had nothing but proofs and enforcement to report."""
    return {v for _, _, v in learned.verdicts} <= {"proved", "enforced"} and bool(learned.text) and formatted(learned.text) == learned.text


def trips() -> list[dict[str, Any]]:
    cities = ["Rome", "Oslo", "New York", "Lima", "Los Angeles"]
    return [
        row(
            i,
            {"nights": i % 9, "cost": (20 + i * 7) * (i % 9), "city": cities[i % 5]},
            f"plan a trip to {cities[i % 5]} for {1 + i % 9} days",
            family="trip planning",
            inputs={"price": 20 + i * 7},
        )
        for i in range(16)
    ]


def test_a_family_becomes_a_kernel_with_a_body(tmp_path: Path):
    learned = from_rows(trips(), tmp_path)
    [kernel] = learned.kernels
    assert kernel.body.kind == "expression"
    assert [p.name for p in kernel.inputs] == ["price", "city_given", "days"]
    assert "ensures nights == days - 1" in learned.text
    assert "# 16 of 16 traces" in learned.text
    assert 'family "trip planning"' in learned.text
    assert settled(learned)
    assert {v for _, _, v in learned.verdicts} == {"proved"}


def calls() -> list[Trace]:
    """Runs of three tools, with a fourth in some; what one yields the next takes."""
    found = []
    for i in range(12):
        user, price = f"u{100 + i * 31 % 800}", 5 + i * 3
        cart = {"user_id": user, "items": [{"sku": f"S-{1000 + i * 97 % 9000}", "price": price}], "code": f"C{10 + i}"}
        events = [tool_event("get_cart", {"user": user}, cart)]
        if i % 4 == 0:
            events.append(tool_event("log", {"text": f"cart {i}"}, "ok"))
        events.append(tool_event("reserve", {"code": cart["code"], "currency": "EUR"}, {"held": True, "until": f"2026-11-{10 + i}"}))
        events.append(tool_event("charge", {"user": user, "code": cart["code"]}, {"receipt": f"R{5000 + i * 13}", "code": cart["code"]}))
        found.append(Trace(f"run{i}", tuple(events), f"Charge the cart of {user}.", "", True))
    return found


@cache
def shop() -> Learned:
    return learn(calls(), PLAIN)


def test_steps_become_a_graph_whose_wires_come_from_the_values():
    graph = shop().kernels[-1]
    assert graph.body.text.split("\n") == [
        "cart <- get_cart(user = user);",
        'reserve_result <- reserve(code = cart.code, currency = "EUR");',
        "charge_result <- charge(user = user, code = cart.code) after reserve_result;",
    ]
    assert "ensures result.user_id == user" in shop().text
    assert 'requires matches(user, "^u[0-9]{3}$")' in shop().text
    assert settled(shop())


@pytest.mark.slow
def test_the_last_word_of_a_conversation_is_its_answer(tmp_path: Path):
    def talk(i: int) -> dict[str, Any]:
        call = {"id": "1", "type": "function", "function": {"name": "get_balance", "arguments": json.dumps({"account": f"u{100 + i}"})}}
        return {
            "messages": [
                {"role": "user", "content": f"What is on account u{100 + i}?"},
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "1", "content": json.dumps({"balance": 7 * i})},
                {"role": "assistant", "content": f"There are {7 * i} crowns."},
            ]
        }

    learned = from_rows(map(talk, range(9)), tmp_path)
    assert '= "There are " ++ to_string(balance.balance) ++ " crowns."' in learned.text
    assert [k.name for k in learned.kernels] == ["get_balance", "what_is_on_account_answer", "what_is_on_account"]


def test_copies_of_inputs_are_no_enumeration_and_copies_of_runs_no_evidence(tmp_path: Path):
    bikes = ["Acura125", "Acura250", "Honda125", "Honda550"] * 6
    rows = [row(i, b.rstrip("0123456789"), inputs={"bike": b}) for i, b in enumerate(bikes)]
    learned = from_rows(rows, tmp_path)
    assert "type " not in learned.text
    assert learned.kernels[0].body.kind == "expression"


def test_a_step_that_only_some_take_is_told():
    assert any("`log` is left out: a step of 3 of 12 traces only" in d.message for d in shop().diagnostics)


def test_the_report_says_what_supports_each_clause():
    found = report(shop())
    clause = next(c for k in found["kernels"] for c in k["clauses"] if c["text"] == "result.user_id == user")
    assert (clause["support"], clause["of"], clause["verdict"]) == (12, 12, "enforced")
    json.dumps(found)


@pytest.mark.slow
def test_repeated_steps_over_a_known_list_are_a_map(tmp_path: Path):
    traces = []
    for i in range(10):
        ids = [f"order-{i}-{k}" for k in range(1 + i % 3)]
        events = [tool_event("list_orders", {"user": f"u{i}"}, {"ids": ids})]
        events += [tool_event("get_order", {"id": x}, {"id": x, "open": True}) for x in ids]
        traces.append(Trace(f"m{i}", tuple(events), f"Show all orders of u{i}", "orders", True))
    learned = learn(traces, PLAIN)
    assert "order_list <- map get_order(id = orders.ids);" in learned.text
    assert settled(learned)


def test_failed_traces_are_no_support_and_what_clauses_refuse(tmp_path: Path):
    rows = [row(i, {"total": i * 4}, inputs={"n": i}, family="price") for i in range(12)]
    rows += [row(50 + i, {"total": i * 5 + 1}, inputs={"n": i}, family="price", success=False) for i in range(6)]
    learned = from_rows(rows, tmp_path)
    [kernel] = learned.kernels
    assert "ensures total == 4 * n" in learned.text
    assert len(kernel.failed) == 6
    assert kernel.rejected == 6
    assert all(c.total == 12 for c in kernel.clauses)


def test_what_no_function_explains_is_an_oracle_with_examples(tmp_path: Path):
    answers = ["calm", "loud", "grim", "soft", "vast", "tiny", "pale", "warm"]
    rows = [
        row(i, {"word": a}, f"One word for picture {n}", family="words") for i, (n, a) in enumerate(zip([9, 4, 7, 1, 8, 3, 6, 2], answers))
    ]
    learned = from_rows(rows, tmp_path, Options(seconds=0, synthesis=False))
    assert 'by prompt """One word for picture {picture}"""' in learned.text
    assert 'example words(9) -> ("calm")' in learned.text
    assert 'ensures matches(word, "^[a-z]{4}$")' in learned.text
    assert settled(learned)


# ---------------------------------------------------------------- what is wrong with traces


def test_contradictory_traces_are_told_with_both(tmp_path: Path):
    learned = from_rows([row(i, i % 3 if i < 5 else 9, inputs={"n": i % 5}) for i in range(6)], tmp_path)
    [found] = [d for d in learned.diagnostics if d.code == "KW850"]
    assert "traces t0 and t5" in found.message
    assert found.notes == ("inputs: n = 0", "t0: result = 0", "t5: result = 9")
    assert learned.kernels[0].body.kind == "prompt"
    assert settled(learned)


def test_one_trace_stays_a_candidate(tmp_path: Path):
    learned = from_rows([row(1, {"total": 12}, "Add up 5 and 7", inputs={"a": 5, "b": 7})], tmp_path)
    [kernel] = learned.kernels
    assert kernel.candidate
    assert "requires a == 5" in learned.text
    assert "nothing is generalised" in learned.text
    assert "KW853" in codes(learned)
    assert settled(learned)


def test_one_trace_with_steps_keeps_its_constants(tmp_path: Path):
    learned = learn(calls()[1:2], PLAIN)
    assert 'get_cart(user = "u131")' in learned.text
    assert learned.kernels[-1].candidate
    assert settled(learned)


def test_mixed_types_are_told(tmp_path: Path):
    rows = [row(i, {"n": i, "m": i if i % 2 else "x"}, inputs={"k": i}) for i in range(10)]
    rows.append(row(10, {"n": "ten", "m": 1}, inputs={"k": 10}))
    learned = from_rows(rows, tmp_path, PLAIN)
    told = [d.message for d in learned.diagnostics if d.code == "KW854"]
    assert any(m.startswith("in trace t10, `n`") for m in told)
    assert any(m.startswith("`m` of") for m in told)
    assert [p.name for p in learned.kernels[0].outputs] == ["n"]


def test_missing_results_are_told(tmp_path: Path):
    rows = [{"id": f"t{i}", "prompt": f"square {i}", **({"output": i * i} if i % 3 else {})} for i in range(12)]
    learned = from_rows(rows, tmp_path, PLAIN)
    assert any(d.code == "KW852" and "4 of 12" in d.message for d in learned.diagnostics)
    nothing = from_rows([{"id": "a", "prompt": "x"}, {"id": "b", "prompt": "x"}], tmp_path)
    assert nothing.text == ""
    assert codes(nothing) == ["KW852"]


def test_a_task_with_a_step_nobody_saw_the_result_of_is_left_out():
    traces = [Trace(f"c{i}", (tool_event("pay", {"n": i}, recorded=False),), "", "pay", True) for i in range(4)]
    learned = learn(traces, FAST)
    assert learned.text == ""
    assert codes(learned) == ["KW852", "KW856"]


def test_lines_that_cannot_be_read_are_passed_over(tmp_path: Path):
    path = tmp_path / "some.jsonl"
    path.write_text('{"output": 1, "inputs": {"n": 1}}\n{"output": \n{"nothing": 3}\n{"output": 4, "inputs": {"n": 2}}\n', encoding="utf-8")
    learned = learn_files([path], FAST)
    assert codes(learned).count("KW851") == 2
    assert len(learned.kernels) == 1


@pytest.mark.parametrize("text", ["", "   \n", "{", "[1, 2", "hello", "[]", "{}", "3", "\x00", '{"output": ' + "[" * 50_000])
def test_files_that_hold_no_traces_are_refused(tmp_path: Path, text: str):
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Diagnosed) as error:
        learn_files([path], FAST)
    assert {d.code for d in error.value.diagnostics} <= {"KW811", "KW851"}


@pytest.mark.slow
def test_names_and_texts_of_any_kind(tmp_path: Path):
    """Keys that are words of the language, texts with quotes, braces and ends of comments."""
    rows = [
        row(i, {"ensures": f'"{i}" }} #', "Größe": i}, f'say "{i}" {{x}} """ # now', family='a "b"\n# c', inputs={"match": i, "x y": i * i})
        for i in range(10)
    ]
    learned = from_rows(rows, tmp_path)
    assert learned.kernels
    assert checks(learned, tmp_path) == 0


def test_a_family_is_chosen_and_a_wrong_one_told(tmp_path: Path):
    rows = [*trips(), *(row(100 + i, i + 1, inputs={"n": i}, family="next") for i in range(8))]
    assert [k.name for k in from_rows(rows, tmp_path, Options(family="next", synthesis=False)).kernels] == ["next"]
    wrong = from_rows(rows, tmp_path, Options(family="trip plannin"))
    assert codes(wrong) == ["KW857"]
    assert wrong.diagnostics[0].help == "did you mean `trip planning`?"


# ---------------------------------------------------------------- the command


def test_the_command_writes_a_module_that_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_text("\n".join(map(json.dumps, trips())), encoding="utf-8")
    done = CliRunner().invoke(cli, ["learn", "rows.jsonl", "--out", "specs/trip.kw", "--seconds", "0"], standalone_mode=False)
    assert done.exception is None
    assert done.return_value == 0
    assert Path("specs/trip.kw").read_text(encoding="utf-8").startswith("module trip\n")
    both = CliRunner().invoke(cli, ["learn"], standalone_mode=False)
    assert "give files of traces" in str(both.exception)


@pytest.mark.slow
def test_a_tool_that_computes_stays_a_tool_with_an_equation(tmp_path: Path):
    names = ["Ann Lee", "Bo Ek", "Carl Ray", "Di Orr", "Eve Hu", "Fay May", "Gus Roe", "Hal Poe", "Ida Zorn", "Jo Dahl"]
    events = [tool_event("badge", {"name": n}, f"{n.split()[1].upper()}!") for n in names]
    learned = learn([Trace(f"b{i}", (e,), "", "badges", True) for i, e in enumerate(events)], FAST)
    [tool, _] = learned.kernels
    assert tool.body.kind == "tool"
    assert any(c.text.startswith("result == ") for c in tool.clauses), learned.text
    assert settled(learned)


def test_what_a_step_requires_of_a_result_is_guarded(tmp_path: Path):
    traces = []
    for i in range(24):
        weight = i * 7 % 40 - 12
        events = [tool_event("get_order", {"id": f"o{i}"}, {"id": f"o{i}", "weight": weight})]
        if weight > 0:
            events.append(tool_event("ship", {"id": f"o{i}", "weight": weight}, {"label": f"L{1000 + i}"}))
        traces.append(Trace(f"g{i}", tuple(events), "", "ship orders" if weight > 0 else "look", True))
    learned = learn(traces, PLAIN)
    assert "guard order.weight >= 0;" in learned.text
    assert settled(learned)


@pytest.mark.slow
def test_runs_of_a_public_benchmark(tmp_path: Path):
    path = SHARED / "taubench_airline_traces.json"
    if not path.is_file():
        pytest.skip("the shared data are not here")
    learned = learn_files([path], Options(synthesis=False))
    assert "ensures result.reservation_id == reservation_id" in learned.text
    assert checks(learned, tmp_path) == 0
