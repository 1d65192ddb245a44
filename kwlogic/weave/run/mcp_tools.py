"""Tools of MCP servers, over stdio or streamable HTTP: one session for each server, opened at the first call."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from typing import Any

from kwlogic.weave.run.data import OracleError, ToolServer
from kwlogic.weave.run.extras import needed

MOST_TOOLS = 10_000


class McpTools:
    """One server. Its session lives in a task of its own, as the SDK wants a session to be left where it was entered."""

    def __init__(self, server: ToolServer) -> None:
        needed("mcp", "mcp", f"the tool server `{server.name}`")
        self.server = server
        self._ready: asyncio.Future[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._leave = asyncio.Event()
        self._slots = asyncio.Semaphore(server.concurrency)

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        from mcp import MCPError

        async with self._slots:
            client = await self._session()
            try:
                result = await client.call_tool(tool, dict(arguments), read_timeout_seconds=self.server.timeout)
            except MCPError as error:
                raise OracleError(f"the tool `{tool}` of `{self.server.name}` answered with an error: {error}") from error
            except TimeoutError as error:
                raise OracleError(f"the tool `{tool}` of `{self.server.name}` took longer than {self.server.timeout:g} s") from error
        return _result(result, tool, self.server.name)

    async def listed(self) -> list[Any]:
        """All tools of the server, as the SDK describes them; raises OracleError."""
        from mcp import MCPError

        client = await self._session()
        found: list[Any] = []
        cursor: str | None = None
        try:
            while len(found) < MOST_TOOLS:
                page = await client.list_tools(cursor=cursor)
                found += page.tools
                cursor = page.next_cursor
                if cursor is None:
                    break
        except MCPError as error:
            raise OracleError(f"the tool server `{self.server.name}` does not list its tools: {error}") from error
        return found

    async def _session(self) -> Any:
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._live(self._ready))
        return await asyncio.shield(self._ready)

    async def _live(self, ready: asyncio.Future[Any]) -> None:
        from mcp import Client

        try:
            async with asyncio.timeout(self.server.timeout) as limit, Client(self._target()) as client:
                limit.reschedule(None)
                ready.set_result(client)
                await self._leave.wait()
        except BaseException as error:
            if ready.done():
                return
            reason = "it did not start in time" if isinstance(error, TimeoutError) else _first_line(error)
            ready.set_exception(OracleError(f"the tool server `{self.server.name}` cannot be used: {reason}"))
            if isinstance(error, asyncio.CancelledError):
                raise

    def _target(self) -> Any:
        if self.server.url:
            return self.server.url
        from mcp import StdioServerParameters
        from mcp.client.stdio import get_default_environment

        env = get_default_environment() | {k: os.environ[k] for k in self.server.env if k in os.environ}
        return StdioServerParameters(command=self.server.command[0], args=list(self.server.command[1:]), env=env)

    async def close(self) -> None:
        self._leave.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=10)
            self._task.cancel()


def _result(result: Any, tool: str, server: str) -> Any:
    """What the tool yields: exact JSON of its structured content, else its text."""
    from kwlogic.core.codec_json import read_json

    text = "\n".join(block.text for block in result.content if block.type == "text")
    if result.is_error:
        raise OracleError(f"the tool `{tool}` of `{server}` failed: {text[:400] or 'no reason given'}")
    if result.structured_content is not None:
        return read_json(json.dumps(result.structured_content))
    return text


def _first_line(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return (str(error) or type(error).__name__).splitlines()[0][:300]
