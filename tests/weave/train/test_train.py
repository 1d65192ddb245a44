"""`kwlogic route`, `kwlogic train`, `standalone_train.py`: as a user meets them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from kwlogic.cli.main import guarded
from kwlogic.weave.route.bundle import load_bundle
from kwlogic.weave.store.data import Feedback, Run, RunState, canonical
from kwlogic.weave.store.store import open_store
from kwlogic.weave.trace.data import Event, EventKind, Trace, tool_event
from kwlogic.weave.train.dataset import KEYS

SPEC = """module demo

## Add two numbers.
kernel add(a: Int, b: Int) -> (sum: Int)
  ensures sum == a + b
= a + b

## Count the letters of a text.
kernel length(text: String) -> (n: Int)
  ensures n == len(text)
= len(text)

## Greet somebody who is away.
kernel greet(name: String, days: Int) -> (text: String)
  requires days > 0
  ensures len(text) > 0
  by prompt "Greet {name} who is away for {days} days"

example greet("Ann", 3) -> ("Hello Ann")
"""
CONFIG = """paths = ["."]

[route.prompts]
add = ["add {a} and {b}", "what is {a} plus {b}", "sum of {a} and {b}", "add up two numbers for me"]
length = ["how long is {text}", "count the letters in a word", "number of characters of a text"]
greet = ["say hello to a friend", "write a greeting", "greet my colleague"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "demo.kw").write_text(SPEC)
    (tmp_path / "kwlogic.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = guarded(list(arguments))
    out = capsys.readouterr()
    assert "KW901" not in out.err
    return code, out.out, out.err


def filled(project: Path) -> None:
    with open_store("store.sqlite", project) as store:
        digests = {k.name: k.digest for k in store.kernels()}
        asked = [f"what is {i} plus {i + 1}" for i in range(8)]
        for i, prompt in enumerate(asked):
            said = canonical({"prompt": prompt, "kernel": "demo.add", "outputs": {"sum": 2 * i + 1}})
            store.add_feedback(Feedback(f"f{i}", digests["demo.add"], "", said, True))
        store.add_feedback(Feedback("bad", digests["demo.add"], "", canonical({"prompt": "add sugar to the tea"}), False))
        store.add_feedback(Feedback("raw", "", "", canonical({"prompt": "write a poem about rain"}), True))
        events = (Event(EventKind.PLAN, "", {"text": "count"}), tool_event("demo.length", {"text": "abc"}, {"n": 3}))
        store.put_trace(Trace("t1", events, "how many letters does abc have", "", True, {"n": 3}).stored())
        store.start_run(Run("t1", digests["demo.length"], "demo.length", '{"text": "abc"}', trace_id="t1"))
        store.finish_run(Run("t1", digests["demo.length"], "demo.length", '{"text": "abc"}', RunState.DONE, '{"n": 3}', trace_id="t1"))
        store.put_trace(Trace("t2", (tool_event("search", {"q": 1}, error="down"),), "find me a flat", "flats", False).stored())


def test_routing_in_a_project(project: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = told("route", "add 3 and 5", "--json", capsys=capsys)
    found = json.loads(out)
    assert (code, found["kernel"], found["arguments"], found["certified"]) == (0, "demo.add", {"a": 3, "b": 5}, False)
    code, out, _ = told("route", "who won the cup in 1998", capsys=capsys)
    assert code == 3
    assert out.startswith("no kernel: ")
    code, _, err = told("route", "add 3 and 5", "--bundle", "nowhere", capsys=capsys)
    assert code == 2
    assert "KW865" in err


def test_what_is_wrong_is_said(project: Path, capsys: pytest.CaptureFixture[str]):
    (project / "kwlogic.toml").write_text("[route]\nalpha = 2\nencodr = 'x'\n[route.endpoint]\nmodel = 'm'\n")
    code, _, err = told("route", "x", capsys=capsys)
    assert code == 2
    assert err.count("KW868") == 2
    assert "did you mean `encoder`?" in err
    (project / "kwlogic.toml").write_text("[route]\nencoder = 'endpoint'\n[route.endpoint]\nmodel = 'm'\nbase_url = 'http://127.0.0.1:9'\n")
    code, _, err = told("route", "x", capsys=capsys)
    assert (code, "KW869" in err) == (2, True)
    (project / "kwlogic.toml").write_text("")
    for arguments in (("route", "x", "--store", "empty.sqlite"), ("train", "--store", "empty.sqlite", "--out", "o")):
        code, _, err = told(*arguments, capsys=capsys)
        assert (code, "KW867" in err) == (2, True)
    assert told("train", capsys=capsys)[0] == 2
    code, _, err = told("train", "--store", "empty.sqlite", "--out", "demo.kw", capsys=capsys)
    assert (code, "KW866" in err) == (2, True)


def test_training_from_a_store(project: Path, capsys: pytest.CaptureFixture[str]):
    assert told("store", "add", "--store", "store.sqlite", capsys=capsys)[0] == 0
    filled(project)
    code, out, err = told("train", "--store", "store.sqlite", "--out", "out", "--dataset", "rows.jsonl", capsys=capsys)
    assert code == 0
    assert "3 kernels" in out
    assert "KW871" in err, "nothing is certified by so few, and that is told"
    out_dir = project / "out"
    card, page = (out_dir / "model_card.md").read_text(), (out_dir / "benchmark" / "benchmark.md").read_text()
    assert "Nothing is certified" in card
    assert "| demo.add |" in page
    live = (out_dir / "realtime_demo.md").read_text()
    assert "demo.add" in live
    assert "sum == a + b" in live
    code, out, _ = told("route", "add 7 and 9", "--json", "--bundle", "out/bundle.zip", capsys=capsys)
    assert json.loads(out)["arguments"] == {"a": 7, "b": 9}
    rows = [json.loads(line) for line in (project / "rows.jsonl").read_text().splitlines()]
    assert all(tuple(r) == KEYS for r in rows)
    by_prompt = {r["prompt"]: r for r in rows}
    run = by_prompt["how many letters does abc have"]
    assert (run["target"], run["verified"], run["response"], run["scores"]["success"]) == ("run", True, {"n": 3}, True)
    assert run["steps"][1] == {"step": 2, "action": "tool", "tool": "demo.length", "arguments": {"text": "abc"}, "result": {"n": 3}}
    assert run["conditions"][0] == {"kind": "ensures", "label": "", "text": "n == len(text)", "formal": True, "verdict": "proved"}
    assert (by_prompt["find me a flat"]["kernel"], by_prompt["find me a flat"]["target"]) == (None, "generate")
    assert by_prompt["add sugar to the tea"]["scores"]["success"] is False
    assert "add sugar to the tea" not in load_bundle(out_dir).router.examples["demo.add"]
    assert "write a poem about rain" in load_bundle(out_dir).router.out_of_scope
    code, _, _ = told("route", "tot up 7 and 9", "--bundle", "out", "--right", "demo.add", capsys=capsys)
    assert code == 0
    assert load_bundle(out_dir).router.route("Tot up 8 and 1").kernel == "demo.add"
    code, _, _ = told("route", "tot up 8 and 9", "--store", "store.sqlite", "--right", "add", capsys=capsys)
    assert code == 0
    with open_store("store.sqlite", project) as store:
        assert any("tot up 8 and 9" in f.document for f in store.feedback())


def standalone(arguments: Sequence[str]) -> int:
    import importlib.util

    path = Path(__file__).parents[3] / "standalone_train.py"
    spec = importlib.util.spec_from_file_location("standalone_train", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    code: int = module.main(list(arguments))
    return code


def test_training_from_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = tmp_path / "rows"
    folder.mkdir()
    verbs = {"a.add": ("add", "sum up", "total"), "a.sort": ("sort", "order", "arrange")}
    rows = [{"prompt": f"{v} the numbers {i} {w}", "kernel": k} for k, vs in verbs.items() for v in vs for i, w in enumerate("abcdefgh")]
    rows += [
        {"prompt": f"{v} my figures {w}", "kernel": k, "split": "calibration"}
        for k, vs in verbs.items()
        for v in vs
        for w in "abcdefghijklmnopqrstuvwx"
    ]
    rows += [
        {"prompt": f"tell me about {w}", "kernel": None} for w in ("rain", "snow", "cats", "dogs", "Rome", "Mars", "tea", "war", "jazz")
    ]
    rows += [{"prompt": "sing something", "kernel": {"name": "a.add"}, "scores": {"success": False}}]
    (folder / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert standalone([str(folder), "--out", str(tmp_path / "out")]) == 0
    router = load_bundle(tmp_path / "out" / "bundle.zip").router
    assert router.certificate.certified
    assert router.certificate.n == 144
    assert router.route("please sort my figures today").certified
    assert "With probability 95.0%" in (tmp_path / "out" / "model_card.md").read_text()
    capsys.readouterr()
    for number, text in enumerate(
        ("", "{}", "[1]", '{"prompt": 3}', '{"prompt": "x", "kernel": 3}', "\x00", '{"prompt": "x", "split": "test"}', "[" * 9999)
    ):
        (tmp_path / f"bad{number}.jsonl").write_text(text)
        assert standalone([str(tmp_path / f"bad{number}.jsonl"), "--out", str(tmp_path / "o")]) == 2
        assert "KW8" in capsys.readouterr().err


@pytest.mark.slow
def test_the_same_rows_give_the_same_bytes(tmp_path: Path):
    rows = [{"prompt": f"{verb} the {word}", "kernel": verb} for verb in ("open", "close", "paint") for word in "abcdefgh"]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, rows)))
    made = []
    for name in ("one", "two"):
        assert standalone([str(tmp_path / "r.jsonl"), "--out", str(tmp_path / name)]) == 0
        made.append((tmp_path / name / "bundle.zip").read_bytes())
    assert made[0] == made[1]
