"""Capture: what is recorded, from where, how much of it, and what never is."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from kwlogic import trace
from kwlogic.weave.trace.clean import REDACTED, Cleaner, Limits, is_secret_key
from kwlogic.weave.trace.data import EventKind
from kwlogic.weave.trace.text import read_trace, trace_text


@trace.traced
def add(a: int, b: int = 1) -> int:
    return a + b


@trace.traced(name="later")
async def add_later(a: int) -> int:
    await asyncio.sleep(0)
    return add(a)


def kinds(found: trace.Recording) -> list[tuple[str, str]]:
    return [(e.kind.value, e.name) for e in found.trace.events]


def test_every_kind_of_event():
    with trace.record("do it", family="f") as found:
        trace.plan("first this")
        with trace.tool("search", {"q": "x"}) as call:
            trace.evidence("seen")
            call.result = [1, 2]
        trace.observation("o")
        trace.execution("step", n=1)
        trace.verification("m.k.ensures", "enforced", text="held")
        trace.decision("stop", why="done")
        trace.failure("none")
        found.success, found.output = True, {"x": 1.5}
    done = found.trace
    assert [e.kind for e in done.events] == [
        EventKind.PLAN, EventKind.TOOL, EventKind.EVIDENCE, EventKind.OBSERVATION, EventKind.EXECUTION,
        EventKind.VERIFICATION, EventKind.DECISION, EventKind.FAILURE,
    ]  # fmt: skip
    assert done.events[1].payload == {"arguments": {"q": "x"}, "result": [1, 2]}
    assert done.events[2].parent == 1
    assert done.output == {"x": Fraction(3, 2)}
    assert done.calls()[0].known
    assert read_trace(trace_text(done)) == done


def test_nothing_is_recorded_outside():
    trace.plan("x")
    assert add(1) == 2
    assert trace.active() is None


def test_decorators_sync_and_async():
    async def main() -> None:
        assert await add_later(1) == 2

    with trace.record() as found:
        add(1, b=5)
        asyncio.run(main())
    calls = found.trace.calls()
    assert [(c.tool, c.arguments, c.result) for c in calls] == [
        ("add", {"a": 1, "b": 5}, 6),
        ("later", {"a": 1}, 2),
        ("add", {"a": 1}, 2),
    ]
    assert found.trace.events[2].parent == 1


def test_tasks_side_by_side_keep_their_parents():
    async def branch(name: str) -> None:
        async with trace.tool(name) as call:
            await asyncio.sleep(0.001)
            trace.evidence(name)
            call.result = name

    async def main() -> None:
        await asyncio.gather(*(branch(f"b{n}") for n in range(10)))

    with trace.record() as found:
        asyncio.run(main())
    events = found.trace.events
    assert len(events) == 20
    for event in events:
        if event.kind is EventKind.EVIDENCE:
            assert event.parent is not None
            assert events[event.parent].name == event.payload["text"]


def test_threads():
    with trace.record() as found:
        work = trace.bound(lambda: [add(n) for n in range(50)])
        threads = [threading.Thread(target=work) for _ in range(4)] + [threading.Thread(target=lambda: add(1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found.trace.calls()) == 200


def test_an_exception_goes_on_and_is_told():
    with pytest.raises(ZeroDivisionError), trace.record() as found, trace.tool("divide", {"by": 0}):
        _ = 1 // 0
    assert found.trace.success is False
    assert found.trace.calls()[0].error.startswith("ZeroDivisionError")
    assert kinds(found)[-1] == ("failure", "ZeroDivisionError")


SECRETS = {
    "password": "hunter22",
    "apiKey": "abc",
    "API_KEY": "abc",
    "Authorization": "Basic abc",
    "client_secret": "abc",
    "session_token": "abc",
    "note": "call with Bearer abcdefghijklmnop please",
    "key": "sk-abcdefghijklmnopqrstuv",
    "aws": "AKIAABCDEFGHIJKLMNOP",
    "github": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    "url": "https://user:hunter22@example.com/x",
    "query": "https://example.com/?token=abcdef&x=1",
    "environment": "the key is very-secret-value-123",
    "given": "my own 4711 here",
    "nested": [{"deep": {"passwd": "x"}}],
}
LEAKS = ("hunter22", "abcdefgh", "AKIAABC", "eyJhb", "BEGIN RSA", "very-secret", "4711", "token=abc")


def test_secrets_never_stay(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SERVICE_API_KEY", "very-secret-value-123")
    with trace.record("log in with Bearer abcdefghijklmnop", secrets=("4711",) * 1 + ("my own 4711",)) as found:
        with trace.tool("login", SECRETS) as call:
            call.result = dict(SECRETS)
        trace.failure("x", text="sk-abcdefghijklmnopqrstuv")
        found.output = SECRETS["jwt"]
    text = trace_text(found.trace)
    assert [leak for leak in LEAKS if leak in text] == []
    assert '"abc"' not in text
    assert text.count(REDACTED) > 20


@pytest.mark.parametrize(
    "key",
    ["password", "user_password", "passwordHash", "api_key", "apiKey", "x-api-key", "accessToken", "Set-Cookie", "cvv", "db.password"],
)
def test_keys_of_secrets(key: str):
    assert is_secret_key(key)


@pytest.mark.parametrize(
    "key", ["tokens", "max_tokens", "author", "keyboard", "monkey", "passenger", "passengers", "compass", "pinned", "cookiecutter", "key"]
)
def test_other_keys_are_kept(key: str):
    assert not is_secret_key(key)


def test_sizes_are_bounded_and_said_to_be():
    limits = Limits(text=100, members=10, depth=5, total=2_000, events=5)
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    with trace.record(limits=limits) as found:
        with trace.tool("big", {"text": "x" * 10_000, "many": list(range(1000)), "deep": deep}) as call:
            call.result = {str(n): "y" * 90 for n in range(1000)}
        for _ in range(20):
            trace.plan("more")
    done = found.trace
    assert len(done.events) == 5
    assert done.meta == {"dropped": 16}
    assert done.events[0].payload["cut"] == ["arguments", "result"]
    assert not done.calls()[0].known
    assert len(trace_text(done)) < 6_000


def test_objects_are_not_run():
    class Rude:
        def __repr__(self) -> str:
            raise AssertionError("no code of the payload runs")

        __str__ = __repr__

    @dataclass
    class Polite:
        name: str
        password: str

    found = Cleaner().payload({"rude": Rude(), "polite": Polite("a", "b"), "nan": float("nan"), "raw": b"abc", "set": {1}})
    assert Cleaner().payload({"third": Fraction(1, 3), "half": 0.5, "money": Decimal("0.10")}) == {
        "third": "1/3",
        "half": Fraction(1, 2),
        "money": Fraction(1, 10),
    }
    assert found == {"rude": "<Rude>", "polite": {"name": "a", "password": REDACTED}, "nan": "nan", "raw": "<3 bytes>", "set": [1]}


def test_recordings_are_saved(tmp_path: Path):
    from kwlogic.weave.store.store import open_store

    with open_store("s.sqlite", tmp_path) as store:
        with trace.record("p", family="fam", save=store) as found:
            add(1)
            found.success = True
        kept = store.traces("fam")
        assert read_trace(kept[0].document) == found.trace
        assert kept[0].success is True


def test_it_costs_next_to_nothing_when_off():
    bare = add.__wrapped__

    def measured(function) -> float:
        best = 1.0
        for _ in range(5):
            began = time.perf_counter()
            for n in range(2_000):
                function(n)
            best = min(best, time.perf_counter() - began)
        return best / 2_000

    assert measured(add) - measured(bare) < 5e-6
