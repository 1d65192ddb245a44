"""Traces from elsewhere, and recorded calls against contracts."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kwlogic.source.data import Diagnosed
from kwlogic.weave.trace.export import otlp_document, otlp_text
from kwlogic.weave.trace.read import read_traces, traces_of_text
from kwlogic.weave.trace.service import check_files, with_verdicts

DATA = Path(os.environ.get("KWLOGIC_DATA", Path(__file__).parents[4] / "shared" / "data"))
ROOT = Path(__file__).parents[3]

SPEC = """module bank
resource accounts
record Account(id: String, owner: String, balance: Real, note: Option[String])

kernel get_account(id: String) -> (account: Account)
  reads accounts
  by tool "get_account"

kernel withdraw(id: String, amount: Real, account: Account) -> (after: Account)
  reads accounts
  writes accounts
  requires positive: amount > 0.0
  requires covered: amount <= account.balance
  ensures less: after.balance == account.balance - amount
  by tool "bank.withdraw"

kernel rename(id: String, owner: String) -> (after: Account)
  writes accounts
  requires named: len(owner) > 0
  by tool "rename"
"""


def account(balance: float, id: str = "a", **more: Any) -> dict[str, Any]:
    return {"id": id, "owner": "ann", "balance": balance, "branch": "unknown to the spec", **more}


@pytest.fixture
def checked(tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "bank.kw").write_text(SPEC, encoding="utf-8")

    def run(*calls: list[Any]) -> Any:
        document = {"traces": [{"trace_id": "t", "success": False, "calls": list(calls)}]}
        (tmp_path / "runs.json").write_text(json.dumps(document), encoding="utf-8")
        return check_files((tmp_path / "runs.json",), (str(tmp_path / "bank.kw"),), tmp_path)

    return run


def labels(found: Any) -> list[str]:
    return [b.clause.label for b in found.report.broken]


def test_state_comes_from_earlier_results(checked: Callable[..., Any]):
    read = ["get_account", {"id": "a"}, account(100)]
    assert labels(checked(read, ["bank.withdraw", {"id": "a", "amount": 150}, account(-50)])) == ["covered"]
    assert labels(checked(read, ["bank.withdraw", {"id": "a", "amount": 50}, account(50)])) == []
    assert labels(checked(read, ["bank.withdraw", {"id": "a", "amount": 50}, account(60)])) == ["less"]
    assert labels(checked(read, ["bank.withdraw", {"id": "a", "amount": -1}, account(101)])) == ["positive"]


def test_the_latest_result_counts_and_only_that_of_the_same_thing(checked: Callable[..., Any]):
    first, other = ["get_account", {"id": "a"}, account(100)], ["get_account", {"id": "b"}, account(5, "b")]
    spent = ["bank.withdraw", {"id": "a", "amount": 90}, account(10)]
    again = ["bank.withdraw", {"id": "a", "amount": 90}, account(-80)]
    assert labels(checked(first, other, spent)) == []
    assert labels(checked(first, spent, other, again)) == ["covered"]


def test_what_is_not_known_is_not_judged(checked: Callable[..., Any]):
    withdraw = ["bank.withdraw", {"id": "a", "amount": -5}, account(1)]
    found = checked(withdraw)
    assert labels(found) == ["positive"], "a clause that needs no state is judged all the same"
    assert [d.code for d in found.notices] == ["KW814", "KW814"]
    cut = ["bank.withdraw", {"id": "a", "amount": 5}, '{"id": "a", "bal…']
    found = checked(["get_account", {"id": "a"}, account(100)], cut, ["bank.withdraw", {"id": "a", "amount": 500}, None])
    assert labels(found) == []
    assert "not recorded whole" in found.notices[0].message


def test_a_call_that_failed_changed_nothing(checked: Callable[..., Any]):
    read = ["get_account", {"id": "a"}, account(100)]
    failed = ["bank.withdraw", {"id": "a", "amount": 150}, "Error: not enough"]
    found = checked(read, failed, ["bank.withdraw", {"id": "a", "amount": 50}, account(50)])
    assert [(b.clause.label, b.refused) for b in found.report.broken] == [("covered", True)]
    assert found.report.violating() == []


def test_arguments_are_read_strictly(checked: Callable[..., Any]):
    for arguments, word in [
        ({"id": "a", "amount": "5"}, "amount"),
        ({"id": "a", "amount": 5, "x": 1}, "`x`"),
        ({"id": 1, "amount": 5}, "id"),
        ([1], "no object"),
    ]:
        found = checked(["get_account", {"id": "a"}, account(100)], ["bank.withdraw", arguments, account(95)])
        assert [d.code for d in found.diagnostics] == ["KW813"]
        assert word in found.diagnostics[0].message


def test_violations_show_values(checked: Callable[..., Any]):
    found = checked(["get_account", {"id": "a"}, account(100)], ["bank.withdraw", {"id": "a", "amount": 150}, None])
    first = found.diagnostics[0]
    assert first.code == "KW812"
    assert "account.balance = 100.0" in "".join(first.notes)
    assert "amount = 150.0" in "".join(first.notes)


def test_verdicts_go_out_as_evaluations(checked: Callable[..., Any]):
    found = checked(["rename", {"id": "a", "owner": ""}, account(1)])
    spans = otlp_document(with_verdicts(found.report))["resourceSpans"][0]["scopeSpans"][0]["spans"]
    event = spans[0]["events"][0]
    assert event["name"] == "gen_ai.evaluation.result"
    values = {a["key"]: next(iter(a["value"].values())) for a in event["attributes"]}
    assert values["gen_ai.evaluation.name"] == "bank.rename.requires named"
    assert values["gen_ai.evaluation.score.label"] == "violated"
    assert values["gen_ai.evaluation.score.value"] == 0


# ---------------------------------------------------------------- forms of traces


def attribute(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def span(name: str, start: int, attributes: list[dict[str, Any]], parent: str = "r", **more: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 5)}
    return {"traceId": "ab" * 16, "spanId": f"s{start}", "parentSpanId": parent, "name": name, "attributes": attributes, **times, **more}


def otlp(*spans: dict[str, Any]) -> str:
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]})


CALL = {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "withdraw", "arguments": {"id": "a", "amount": 5}}]}
ANSWER = {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": '{"balance": 0.1}'}]}
GENAI = otlp(
    span("invoke_agent x", 1, [attribute("gen_ai.agent.name", "x")], ""),
    span("execute_tool withdraw", 3, [attribute("gen_ai.operation.name", "execute_tool"), attribute("gen_ai.tool.name", "withdraw"),
                                      attribute("gen_ai.tool.call.arguments", '{"id": "a", "amount": 5}'), attribute("gen_ai.tool.call.result", '{"balance": 0.1}')]),
)  # fmt: skip
REBUILT = otlp(
    span("invoke_agent x", 1, [], ""),
    span("chat", 2, [attribute("gen_ai.output.messages", json.dumps([CALL]))]),
    span("execute_tool withdraw", 3, [attribute("gen_ai.tool.name", "withdraw"), attribute("gen_ai.tool.call.id", "c1")]),
    span("chat", 4, [attribute("gen_ai.input.messages", json.dumps([CALL, ANSWER]))]),
)
MESSAGES_ONLY = otlp(span("chat", 2, [attribute("gen_ai.input.messages", json.dumps([CALL, ANSWER]))], ""))
OPENINFERENCE = otlp(
    span("agent", 1, [attribute("openinference.span.kind", "AGENT")], ""),
    span("withdraw", 3, [attribute("openinference.span.kind", "TOOL"), attribute("tool.name", "withdraw"),
                         attribute("input.value", '{"id": "a", "amount": 5}'), attribute("output.value", '{"balance": 0.1}')]),
)  # fmt: skip
OPENINFERENCE_MESSAGES = otlp(
    span("llm", 1, [
        attribute("llm.output_messages.0.message.tool_calls.0.tool_call.id", "c1"),
        attribute("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "withdraw"),
        attribute("llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments", '{"id": "a", "amount": 5}'),
        attribute("llm.input_messages.2.message.role", "tool"),
        attribute("llm.input_messages.2.message.tool_call_id", "c1"),
        attribute("llm.input_messages.2.message.content", '{"balance": 0.1}'),
    ], ""),
)  # fmt: skip
CHAT = json.dumps({"messages": [
    {"role": "user", "content": "take 5"},
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "withdraw", "arguments": '{"id": "a", "amount": 5}'}}]},
    {"role": "tool", "tool_call_id": "c1", "content": '{"balance": 0.1}'},
]})  # fmt: skip
BLOCKS = json.dumps([
    {"role": "user", "content": [{"type": "text", "text": "take 5"}]},
    {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "withdraw", "input": {"id": "a", "amount": 5}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": '{"balance": 0.1}'}]},
])  # fmt: skip
CALLS = json.dumps({"calls": [["withdraw", {"id": "a", "amount": 5}, {"balance": 0.1}]]})
OLD = json.dumps(
    {
        "trace_id": "t",
        "tool_calls": [{"tool": "withdraw", "arguments": {"id": "a", "amount": 5}, "result": {"balance": 0.1}, "success": True}],
    }
)
FORMS = {
    "genai": GENAI, "rebuilt": REBUILT, "messages": MESSAGES_ONLY, "openinference": OPENINFERENCE, "openinference messages": OPENINFERENCE_MESSAGES,
    "chat": CHAT, "blocks": BLOCKS, "calls": CALLS, "captured": OLD, "lines": CALLS + "\n" + CALLS,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_the_same_call(form: str):
    for found in traces_of_text(FORMS[form], "x"):
        (call,) = found.calls()
        assert (call.tool, call.arguments, call.known) == ("withdraw", {"id": "a", "amount": 5}, True)
        assert str(call.result["balance"]) == "1/10"


@pytest.mark.parametrize("form", FORMS)
def test_export_and_import_of_otlp(form: str):
    before = traces_of_text(FORMS[form], "x")
    after = traces_of_text(otlp_text(before), "y")
    assert next([(c.tool, c.arguments, c.result, c.error) for c in t.calls()] for t in after) == [
        (c.tool, c.arguments, c.result, c.error) for c in before[0].calls()
    ]


@pytest.mark.parametrize(
    "text", ["", "x", "{}", "[]", "1", '{"events": 3}', '{"events": [{"kind": "x"}]}', '{"resourceSpans": [1]}', '{"calls": [1]}', "[" * 20_000, '{"traces": [{}]}']
)  # fmt: skip
def test_what_is_no_trace_is_told(text: str):
    with pytest.raises(Diagnosed) as refused:
        traces_of_text(text, "x")
    assert refused.value.diagnostics[0].code == "KW811"


def test_malformed_documents_are_told_or_passed_over():
    """Every node of every form in turn is exchanged for something else: a diagnostic or a trace, never a traceback."""
    from kwlogic.core.codec_json import read_json
    from kwlogic.weave.trace.read import traces_of_documents

    for text in [t for name, t in FORMS.items() if name != "lines"]:
        document = read_json(text)
        for path in list(paths(document, ())):
            for value in (None, 1, True, "x", [], {}, [1], {"a": 1}):
                with contextlib.suppress(Diagnosed):
                    otlp_text(traces_of_documents([exchanged(document, path, value)], "x"))


def paths(document: Any, here: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield here
    for key, part in document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ():
        yield from paths(part, (*here, key))


def exchanged(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = exchanged(copy[path[0]], path[1:], value)
    return copy


def test_traces_of_the_predecessor():
    folder = DATA / "kernelweave" / "store" / "traces"
    if not folder.is_dir():
        pytest.skip("the KernelWeave data are not here; KWLOGIC_DATA names the folder of the data sets")
    traces = [t for path in sorted(folder.glob("*.json")) for t in read_traces(path)]
    assert next([c.tool for c in t.calls()] for t in traces) == ["load_artifact", "load_artifact"]


def test_a_hundred_runs_of_an_agent():
    path = DATA / "taubench_airline_traces.json"
    if not path.is_file():
        pytest.skip("the recorded runs are not here; KWLOGIC_DATA names the folder of the data sets")
    report = check_files((path,), ("specs/examples/airline_tools.kw",), ROOT).report
    assert report.by_clause() == [
        ("book_reservation", "requires bags", 7, 5),
        ("book_reservation", "requires means", 2, 2),
        ("cancel_reservation", "requires ground", 1, 1),
        ("cancel_reservation", "requires not_flown", 9, 8),
        ("update_reservation_flights", "requires basic", 3, 3),
    ]
    violating = report.violating()
    assert (len(violating), sum(t.success is False for t in violating)) == (16, 14)
    assert sum(t.success is False for t in report.traces) == 51


def test_command(tmp_path: Path):
    (tmp_path / "bank.kw").write_text(SPEC, encoding="utf-8")
    calls = [["rename", {"id": "a", "owner": ""}, account(1)], ["other", {}, None]]
    (tmp_path / "runs.json").write_text(json.dumps([{"calls": calls, "success": False}]), encoding="utf-8")
    command = [sys.executable, "-m", "kwlogic", "trace", "check", "runs.json", "--spec", "bank.kw", "--otlp", "out.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert "error[KW812]" in done.stdout
    assert "1 trace with a violation, of which 1 had failed" in done.stdout
    assert "gen_ai.evaluation.result" in (tmp_path / "out.json").read_text(encoding="utf-8")


def test_kept_traces_do_not_take_the_place_of_others(tmp_path: Path):
    from kwlogic.weave.store.store import open_store
    from kwlogic.weave.trace.keep import keep_traces

    first = traces_of_text('{"calls": [["a", {"password": "hunter22"}, 1]], "task_id": 1}', "x")
    other = traces_of_text('{"calls": [["b", {}, 1]], "task_id": 1}', "x")
    with open_store("s.sqlite", tmp_path) as store:
        assert [keep_traces(store, t) for t in (first, other, first, other, [*first, *other])] == [1, 1, 0, 0, 0]
        assert sorted(t.trace_id[:2] for t in store.traces()) == ["1", "1#"]
        assert "hunter22" not in store.traces()[0].document
