"""Runs against a real chat endpoint and real tool servers: enforcement, retries with reasons, fallback, rollback, resumption."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kwlogic.compose.running import Failed, Ports, Stopped
from kwlogic.core.program import Program
from kwlogic.core.value import iter_list, list_value
from kwlogic.weave.run.data import Model, RunConfig, ToolServer
from kwlogic.weave.run.mcp_import import import_tools, tools_text
from kwlogic.weave.run.service import Runner
from kwlogic.weave.run.tracing import Recorder
from kwlogic.weave.store.store import open_store
from kwlogic.weave.trace.capture import record
from kwlogic.weave.trace.text import read_trace
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

HERE = Path(__file__).parent

SPEC = '''module m
resource ledger
kernel parse(text: String) -> (n: Int)
  requires len(text) > 0
  ensures small: 0 <= n <= 100
  by prompt """The number in: {text} {{braces}}"""
example parse("seven") -> (7)
kernel double(n: Int) -> (m: Int)
  ensures m == 2 * n
= 2 * n
kernel post(m: Int) -> (receipt: String)
  writes ledger
  rollback unpost
  ensures len(receipt) > 0
  by tool "ledger.post"
kernel unpost(receipt: String) -> (done: Bool)
  writes ledger
  by tool "ledger.unpost"
kernel price(item: String) -> (each: Real)
  ensures each == 0.1
  by tool "ledger.price"
kernel root(n: Int) -> (r: Int)
  ensures r * r <= n and n < (r + 1) * (r + 1)
  by python "math:isqrt_of"
kernel zero(text: String) -> (n: Int) = 0

kernel line(text: String) -> (m: Int)
  requires len(text) > 0
= compose parse >> double
kernel safe(text: String) -> (n: Int)
  requires len(text) > 0
= compose (retry 2 parse) ?? zero
kernel many(text: List[String]) -> (n: List[Int]) = compose map parse
kernel pay(a: Int, b: Int, text: String) -> (x: String, y: String, n: Int)
{
  x <- post(a);
  y <- post(b) after x;
  n <- parse(text) after y;
}
'''


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("run")
    (folder / "m.kw").write_text(SPEC, encoding="utf-8")
    return checked_program(folder, "m.kw")


def checked_program(folder: Path, file: str) -> Program:
    project = project_of((file,), folder)
    loaded = load(select((file,), project, folder)[0], project, folder)
    program, problems = elaborate_all(loaded, folder)
    assert not problems
    return program


class Served:
    def __init__(self, answers: list[dict[str, Any]], log: Path) -> None:
        self.log = log
        command = [sys.executable, str(HERE / "model_server.py"), str(log)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\t".join(json.dumps(a) for a in answers) + "\n")
        self.process.stdin.flush()
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()] if self.log.exists() else []


Serve = Callable[..., Served]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[Served] = []

    def start(*answers: dict[str, Any]) -> Served:
        started.append(Served(list(answers), tmp_path / f"log{len(started)}.jsonl"))
        return started[-1]

    yield start
    for served in started:
        served.process.communicate(timeout=10)


def config(served: Served | None = None, **more: Any) -> RunConfig:
    own = {k: more.pop(k) for k in ("attempts", "timeout", "concurrency", "structured", "key_env") if k in more}
    models = {"small": Model("small", "tiny-1", base_url=served.url, **{"structured": "text", **own})} if served else {}
    return RunConfig(models=models, model="small" if served else "", **more)


def run(program: Program, name: str, inputs: Ports, config: RunConfig, **more: Any) -> Ports:
    run_id = more.pop("run", "")
    return asyncio.run(Runner(program, config, **more).run(program.kernels[f"m.{name}"], inputs, run_id))


def test_a_prompt_is_answered_decoded_and_enforced(program, serve, monkeypatch):
    served = serve({"say": '{"n": 21}'})
    monkeypatch.setenv("SMALL_KEY", "secret")
    assert run(program, "line", {"text": "twenty-one"}, config(served, key_env="SMALL_KEY")) == {"m": 42}
    (asked,) = served.asked
    assert asked["model"] == "tiny-1"
    assert asked["key"] == "Bearer secret"
    assert asked["messages"][-1] == {"role": "user", "content": "The number in: twenty-one {braces}"}
    assert [m["content"] for m in asked["messages"][1:3]] == ["The number in: seven {braces}", '{"n": 7}']


def test_the_schema_of_the_outputs_is_asked_for_and_given_up_where_it_is_refused(program, serve):
    served = serve({"refuse": "json_schema"}, {"say": '{"n": 1}'})
    assert run(program, "parse", {"text": "x"}, config(served, structured="auto")) == {"n": 1}
    first, second = (a["response_format"] for a in served.asked)
    assert first["json_schema"]["schema"]["properties"]["n"]["type"] == "integer"
    assert second == {"type": "json_object"}


def test_anthropic_answers_by_the_tool_that_it_must_call(program, serve, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    served = serve({"call": {"n": 101}}, {"call": {"n": 9}})
    model = Model("big", "tiny-2", kind="anthropic", base_url=served.url.removesuffix("/v1"), structured="auto")
    assert run(program, "parse", {"text": "x"}, RunConfig(models={"big": model}, model="big")) == {"n": 9}
    asked = served.asked
    assert asked[0]["tool_choice"] == {"type": "tool", "name": "outputs"}
    assert asked[0]["messages"][-1] == {"role": "user", "content": "The number in: x {braces}"}
    assert "`0 <= n <= 100` is false" in asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ('{"n": 101}', '`0 <= n <= 100` is false, with text = "x", n = 101'),
        ('{"n": 1.0}', "at $.n: expected a number without fraction"),
        ('{"n": 1, "m": 2}', "`m`"),
        ("banana", "expected"),
        ("", "expected"),
    ],
)
def test_an_answer_that_breaks_a_clause_goes_back_with_the_reason(program, serve, wrong, words):
    served = serve({"say": wrong}, {"say": '```json\n{"n": 5}\n```'})
    assert run(program, "parse", {"text": "x"}, config(served, attempts=2)) == {"n": 5}
    complaint = served.asked[1]["messages"][-1]["content"]
    assert words in complaint


def test_what_still_breaks_it_fails_the_kernel_and_the_fallback_goes_on(program, serve):
    with pytest.raises(Failed, match="no answer of the model `small` fits the contract of `parse`"):
        run(program, "parse", {"text": "x"}, config(serve({"say": '{"n": -1}', "always": True}), attempts=2))
    served = serve({"say": '{"n": -1}', "always": True})
    assert run(program, "safe", {"text": "x"}, config(served, attempts=1)) == {"n": 0}
    assert len(served.asked) == 2
    assert "An earlier attempt failed" in served.asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 401}, "answered with an error"),
        ({"slow": 3, "say": "{}"}, "gave no answer within 0.3 s"),
        ({"say": '{"n": 1', "finish": "length"}, "cut off"),
    ],
)
def test_a_model_that_cannot_answer_fails_the_kernel(program, serve, answer, words):
    with pytest.raises(Failed, match=words):
        run(program, "parse", {"text": "x"}, config(serve({**answer, "always": True}), timeout=0.3 if "slow" in answer else 30.0))


def test_nobody_listens(program):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        model = Model("small", "m", base_url=f"http://127.0.0.1:{unused.getsockname()[1]}/v1", structured="text")
        with pytest.raises(Failed, match="cannot be reached"):
            run(program, "parse", {"text": "x"}, RunConfig(models={"small": model}, model="small"))


def test_independent_items_run_side_by_side_within_the_limit(program, serve):
    served = serve({"say": '{"n": 4}', "slow": 0.4, "always": True})
    texts = list_value([f"t{i}" for i in range(8)])
    started = time.perf_counter()
    found = run(program, "many", {"text": texts}, config(served, concurrency=8, timeout=20.0))
    assert list(iter_list(found["n"])) == [4] * 8
    assert time.perf_counter() - started < 8 * 0.4, "not one after the other"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[ToolServer, Path]:
    log = tmp_path / "ledger.jsonl"
    monkeypatch.setenv("LEDGER_LOG", str(log))
    return ToolServer("ledger", (sys.executable, str(HERE / "tool_server.py")), env=("LEDGER_LOG",)), log


def recorded(log: Path) -> list[list[Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_tools_are_called_and_finished_steps_rolled_back_in_reverse(program, serve, ledger):
    server, log = ledger
    served = serve({"say": "no number there", "always": True})
    own = config(served, attempts=1, tools={"ledger": server})
    with pytest.raises(Failed, match="no answer of the model"):
        run(program, "pay", {"a": 1, "b": 2, "text": "x"}, own)
    assert recorded(log) == [["post", 1], ["post", 2], ["unpost", "r2"], ["unpost", "r1"]]


def test_results_of_tools_are_exact_and_enforced(program, ledger):
    server, _ = ledger
    own = config(tools={"ledger": server})
    assert str(run(program, "price", {"item": "tea"}, own)["each"]) == "1/10"
    with pytest.raises(Failed, match="breaks the contract of `post`"):
        run(program, "post", {"m": 7}, own)
    with pytest.raises(Failed, match="thirteen is refused"):
        run(program, "post", {"m": 13}, own)


def test_tools_over_http(program, tmp_path, monkeypatch):
    monkeypatch.setenv("LEDGER_LOG", str(tmp_path / "log"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, str(HERE / "tool_server.py"), str(port)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        server = ToolServer("ledger", url=f"http://127.0.0.1:{port}/mcp")
        assert run(program, "post", {"m": 3}, config(tools={"ledger": server})) == {"receipt": "r3"}
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_the_tools_of_a_server_become_a_spec_file_whose_kernels_run(ledger, tmp_path):
    server, _ = ledger
    found = import_tools(server, "ledger")
    assert found.taken == ("post", "unpost", "price")
    (tmp_path / "ledger.kw").write_text(found.text, encoding="utf-8")
    imported = checked_program(tmp_path, "ledger.kw")
    runner = Runner(imported, config(tools={"ledger": server}))
    assert str(asyncio.run(runner.run(imported.kernels["ledger.price"], {"item": "tea"}))["value"]) == "1/10"


def test_tools_that_no_type_says_are_left_out_with_the_reason():
    def tool(name: str, inputs: Any, outputs: Any = None) -> Any:
        return SimpleNamespace(name=name, description="says\n## more", input_schema=inputs, output_schema=outputs)

    plain = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "required": ["n"]}
    odd = {"type": "object", "properties": {"a b": {"type": "string"}}, "required": ["a b"]}
    found = tools_text([tool("ok", plain), tool("odd", odd), tool("o-k", plain), tool("none", {"type": "string"})], 'x"y', "m")
    assert found.taken == ("ok", "o-k")
    assert [n for n, _ in found.refused] == ["odd", "none"]
    assert "# The tool odd is left out: its input `a b` is no name of the language" in found.text
    assert 'by tool "x\\"y.ok"' in found.text


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server did not start")


def test_a_server_that_does_not_start(program):
    broken = ToolServer("ledger", (sys.executable, "-c", "raise SystemExit(3)"), timeout=10.0)
    with pytest.raises(Failed, match="tool server `ledger` cannot be used"):
        run(program, "post", {"m": 3}, config(tools={"ledger": broken}))


def test_python_runs_only_where_the_configuration_allows_it(program):
    with pytest.raises(Failed, match="may not be called") as caught:
        run(program, "root", {"n": 17}, config())
    assert isinstance(caught.value, Stopped)
    with pytest.raises(Failed, match="cannot be loaded"):
        run(program, "root", {"n": 17}, config(python=("math",)))
    import math

    assert run(program, "root", {"n": 17}, config(), tools={"math:isqrt_of": lambda n: math.isqrt(n)}) == {"r": 4}
    with pytest.raises(Failed, match="breaks the contract"):
        run(program, "root", {"n": 17}, config(), tools={"math:isqrt_of": lambda n: n})


class Kept:
    """A memory for tests."""

    def __init__(self) -> None:
        self.steps: dict[tuple[str, str], str] = {}
        self.answers: dict[str, str] = {}

    def step(self, run: str, path: str) -> str | None:
        return self.steps.get((run, path))

    def keep_step(self, run: str, path: str, outputs: str) -> None:
        self.steps[run, path] = outputs

    def answer(self, key: str) -> str | None:
        return self.answers.get(key)

    def keep_answer(self, key: str, kernel: str, outputs: str) -> None:
        self.answers[key] = outputs

    def drop_answer(self, key: str) -> None:
        del self.answers[key]


def test_a_run_goes_on_from_its_last_finished_step(program, serve, ledger):
    server, log = ledger
    memory = Kept()
    inputs = {"a": 1, "b": 13, "text": "x"}
    own = config(serve({"say": '{"n": 3}', "always": True}), tools={"ledger": server}, cache=False)

    class Crash(Exception):
        pass

    def crash(kind: str, where: Any, kernel: Any, what: Any) -> None:
        if kind == "finished" and kernel.name == "m.post" and what["outputs"] == {"receipt": "r1"} and not memory.answers:
            memory.answers["crashed"] = ""
            raise Crash

    with pytest.raises(Crash):
        run(program, "pay", {**inputs, "b": 2}, own, memory=memory, listener=crash, run="r1")
    assert recorded(log) == [["post", 1]]
    found = run(program, "pay", {**inputs, "b": 2}, own, memory=memory, run="r1")
    assert found == {"x": "r1", "y": "r2", "n": 3}
    assert recorded(log) == [["post", 1], ["post", 2]], "the finished step was not called again"


def test_the_cache_asks_once_and_never_returns_what_breaks_a_clause(program, serve):
    served = serve({"say": '{"n": 3}'}, {"say": '{"n": 4}'})
    memory = Kept()
    for _ in range(3):
        assert run(program, "parse", {"text": "x"}, config(served), memory=memory) == {"n": 3}
    assert len(served.asked) == 1
    (key,) = memory.answers
    memory.answers[key] = '{"n": 300}'
    assert run(program, "parse", {"text": "x"}, config(served), memory=memory) == {"n": 4}
    assert len(served.asked) == 2
    assert memory.answers == {key: '{"n": 4}'}


def test_a_run_leaves_a_trace_without_secrets(program, serve, tmp_path, monkeypatch):
    monkeypatch.setenv("SMALL_API_KEY", "correct-horse-battery")
    served = serve({"say": '{"n": 300, "note": "Bearer abcdefgh12345678"}'}, {"say": '{"n": 3}'})
    recorder = Recorder(program.kernels["m.line"], program)
    text = "correct-horse-battery and sk-abcdefghijklmnop1234"
    run(program, "line", {"text": text}, config(served, key_env="SMALL_API_KEY"), listener=recorder.hear)
    with open_store(str(tmp_path / "s.sqlite"), tmp_path) as store:
        recorder.keep(store, "run1", True)
        (stored,) = store.traces()
    assert (stored.trace_id, stored.family, stored.success) == ("run1", "m.line", True)
    for secret in ("correct-horse", "sk-abcdefgh", "abcdefgh12345678"):
        assert secret not in stored.document
    trace = read_trace(stored.document)
    (call,) = trace.calls()
    assert (call.tool, call.result) == ("m.parse", {"n": 3})
    kinds = [e.kind.value for e in trace.events]
    assert kinds.count("plan") == 3
    assert [e.name for e in trace.events if e.payload.get("verdict") == "held"] == ["small", "m == 2 * n"]
    assert any(e.payload.get("event") == "rejected" for e in trace.events)


def test_runs_are_told_to_the_recording_that_is_active(program, serve):
    served = serve({"say": '{"n": 3}'})
    with record("count") as recording:
        run(program, "line", {"text": "three"}, config(served))
    (call,) = recording.trace.calls()
    assert (call.tool, call.arguments, call.result) == ("m.parse", {"text": "three"}, {"n": 3})
