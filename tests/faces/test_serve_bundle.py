"""`kwlogic serve --mcp --bundle` with a real client: the kernels of a bundle, and the tool that routes to them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra kwlogic[mcp] is not installed")
pytest.importorskip("sklearn", reason="the extra kwlogic[route] is not installed")

SPEC = """module demo

## Add two numbers.
kernel add(a: Int, b: Int) -> (sum: Int)
  ensures sum == a + b
  by prompt "add {a} and {b}"

kernel length(text: String) -> (n: Int)
= len(text)
"""


def bundle(place: Path) -> None:
    from kwlogic.weave.route.bundle import router_files
    from kwlogic.weave.route.router import Router
    from kwlogic.weave.train.service import pack

    examples = {
        "demo.add": ["add 3 and 5", "sum of 1 and 2", "what is 3 plus 4"],
        "demo.length": ["how long is a text", "count the letters"],
        "gone.kernel": ["paint the fence", "paint my house"],
    }
    place.write_bytes(pack(router_files(Router.fit(examples), {"../../demo": SPEC})))


async def talk(target: Any) -> None:
    from mcp import Client

    async with Client(target) as client:
        tools = {t.name for t in (await client.list_tools()).tools}
        assert tools == {"demo.add", "demo.length", "route_prompt"}
        found = await client.call_tool("route_prompt", {"prompt": "add 30 and 12"})
        assert found.structured_content is not None
        assert found.structured_content["kernel"] == "demo.add"
        assert found.structured_content["arguments"] == {"a": 30, "b": 12}
        assert found.structured_content["certified"] is False
        for prompt in ("who was the king of France", "", "x" * 50_000):
            none = await client.call_tool("route_prompt", {"prompt": prompt})
            assert none.structured_content is not None
            assert none.structured_content["kernel"] is None
        other = await client.call_tool("route_prompt", {"prompt": "paint my fence"})
        assert other.structured_content is not None
        assert other.structured_content["kernel"] is None
        for arguments in ({}, {"prompt": 3}, {"prompt": "x", "more": 1}):
            assert (await client.call_tool("route_prompt", arguments)).is_error
        done = await client.call_tool("demo.length", {"text": "four"})
        assert done.structured_content == {"n": 4}


@pytest.mark.slow
def test_a_bundle_is_served(tmp_path: Path):
    from mcp import StdioServerParameters
    from mcp.client.stdio import stdio_client

    bundle(tmp_path / "b.zip")
    arguments = ["-m", "kwlogic", "serve", "--mcp", "--bundle", "b.zip"]
    asyncio.run(talk(stdio_client(StdioServerParameters(command=sys.executable, args=arguments, cwd=tmp_path))))
    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith(".")] == ["b.zip"]


def test_a_damaged_bundle_is_not_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from kwlogic.cli.main import guarded

    (tmp_path / "b.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    assert guarded(["serve", "--mcp", "--bundle", str(tmp_path / "b.zip")]) == 2
    assert "KW865" in capsys.readouterr().err
