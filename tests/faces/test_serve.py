"""`kwlogic serve --mcp` with a real client, over stdio and streamable HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra kwlogic[mcp] is not installed")

SPEC = """module shop
record Line(label: String, qty: Int)

## What an order comes to, at one price.
kernel bill(lines: List[Line], price: Real) -> (total: Real)
  version "1.2.0"
  requires known: price >= 0.0
  ensures total == real(len(lines)) * price
= real(len(lines)) * price

kernel wrong(n: Int) -> (m: Int)
  ensures m > n
= n

kernel same[a](x: a) -> (y: a) = x
kernel abstract(n: Int) -> (m: Int)
kernel ask(text: String) -> (answer: String) by prompt "{text}"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve")
    (folder / "shop.kw").write_text(SPEC, encoding="utf-8")
    (folder / "kwlogic.toml").write_text('paths = ["."]\n', encoding="utf-8")
    return folder


def command(*more: str) -> list[str]:
    return [sys.executable, "-m", "kwlogic", "serve", "--mcp", *more]


async def talk(target: Any) -> None:
    from mcp import Client

    async with Client(target) as client:
        tools = {t.name: t for t in (await client.list_tools()).tools}
        assert set(tools) == {"shop.bill", "shop.ask"}, "what is refuted, generic or has no body is not served"
        bill = tools["shop.bill"]
        assert bill.description == "What an order comes to, at one price."
        assert bill.input_schema["properties"]["lines"]["type"] == "array"
        assert bill.output_schema is not None
        meta = (bill.meta or {})["kwlogic"]
        assert meta["requires"] == [{"label": "known", "text": "price >= 0.0"}]
        assert (meta["version"], meta["assurance"]) == ("1.2.0", "proved")
        assert (tools["shop.ask"].meta or {})["kwlogic"]["assurance"] == "enforced"

        good = await client.call_tool("shop.bill", {"lines": [{"label": "tea", "qty": 2}], "price": 1.1})
        assert good.structured_content == {"total": 1.1}
        for arguments, words in (
            ({"lines": [], "price": -1}, "started outside of its requires"),
            ({"lines": [{"label": "tea"}], "price": 1}, "at $.lines[0]"),
            ({}, "expected the key `lines`"),
        ):
            bad = await client.call_tool("shop.bill", arguments)
            assert bad.is_error
            assert words in bad.content[0].text
        asked = await client.call_tool("shop.ask", {"text": "x"})
        assert asked.is_error
        assert "no model is configured" in asked.content[0].text
        unknown = await client.call_tool("shop.nonesuch", {})
        assert unknown.is_error


def test_over_stdio(folder: Path) -> None:
    from mcp import StdioServerParameters

    whole = command()
    asyncio.run(asyncio.wait_for(talk(StdioServerParameters(command=whole[0], args=whole[1:], cwd=folder)), 120))


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(command("--http", str(port)), cwd=folder, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_over_http_for_loopback_names_only(port: int) -> None:
    asyncio.run(asyncio.wait_for(talk(f"http://127.0.0.1:{port}/mcp"), 120))
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    for host, refused in (("evil.example", True), (f"127.0.0.1:{port}", False)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = {"Host": host, "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        connection.request("POST", "/mcp", body, headers)
        assert (connection.getresponse().status == 421) is refused
        connection.close()
