"""`kwlogic serve --mcp`: an MCP server whose tools are kernels, over stdio or streamable HTTP.

Arguments are decoded strictly, contracts enforced by the runtime; a violation is an error result that names the clause
and the values. HTTP binds loopback unless told otherwise and refuses foreign Host headers.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp.server import Server

import kwlogic
from kwlogic.compose.running import Stopped
from kwlogic.core.program import Kernel, Program
from kwlogic.mcp.tools import BadArguments, decoded, described, encoded
from kwlogic.render.full import diagnostic_lines
from kwlogic.render.text import write_lines
from kwlogic.source.data import Diagnostic, Source
from kwlogic.vc.data import Result
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.service import Runner, stopped_as
from kwlogic.workspace.data import Project
from kwlogic.workspace.run import Found

MAX_CALLS = 64


@dataclass(frozen=True, slots=True)
class Extra:
    """A tool that is no kernel: what an MCP ``Tool`` is made of, and what a call yields, as text and as a document; it
    raises BadArguments."""

    tool: Mapping[str, Any]
    call: Callable[[Any], Awaitable[tuple[str, Mapping[str, Any]]]]


class KernelServer:
    """Serves the kernels of one program; the sessions of its oracles stay open as long as it does."""

    def __init__(
        self,
        project: Project,
        program: Program,
        sources: Mapping[str, Source],
        kernels: Mapping[str, Kernel],
        results: tuple[Result, ...],
        runner: Runner,
        more: Sequence[Extra] = (),
    ) -> None:
        import mcp_types as types

        self.types = types
        self.found = {name: Found(project, program, kernel, sources) for name, kernel in kernels.items()}
        self.more = {extra.tool["name"]: extra for extra in more}
        self.tools = [types.Tool(**described(kernel, program, results)) for kernel in kernels.values()]
        self.tools += [types.Tool(**extra.tool) for extra in more]
        self.runner = runner
        self.slots = asyncio.Semaphore(MAX_CALLS)
        self.backends: Backends | None = None
        self.server: Server[Any] = Server("kwlogic", version=kwlogic.__version__, on_list_tools=self._list, on_call_tool=self._call)

    async def _list(self, context: Any, params: Any) -> Any:
        return self.types.ListToolsResult(tools=self.tools)

    async def _call(self, context: Any, params: Any) -> Any:
        if params.name in self.more:
            return await self._extra(self.more[params.name], params.arguments)
        found = self.found.get(params.name)
        if found is None:
            return self._error(f"there is no kernel `{params.name}`")
        try:
            inputs = decoded(found, params.arguments)
        except BadArguments as error:
            return self._error(str(error))
        assert self.backends is not None
        async with self.slots:
            try:
                outputs = await self.runner.run_in(self.backends, found.kernel, inputs)
            except Stopped as stop:
                wrong = stopped_as(stop, found.kernel, inputs, found.program, found.sources)
                return self._error(_text(wrong, found.sources))
        text, document = encoded(found, outputs)
        return self.types.CallToolResult(content=[self.types.TextContent(type="text", text=text)], structured_content=document)

    async def _extra(self, extra: Extra, arguments: Any) -> Any:
        try:
            async with self.slots:
                text, document = await extra.call(arguments)
        except BadArguments as error:
            return self._error(str(error))
        return self.types.CallToolResult(content=[self.types.TextContent(type="text", text=text)], structured_content=document)

    def _error(self, message: str) -> Any:
        return self.types.CallToolResult(content=[self.types.TextContent(type="text", text=message)], is_error=True)

    async def stdio(self) -> None:
        from mcp.server.stdio import stdio_server

        async with Backends(self.runner.config) as self.backends, stdio_server() as (read, write):
            await self.server.run(read, write, self.server.create_initialization_options())

    async def http(self, host: str, port: int, allowed: tuple[str, ...]) -> None:
        """Serves `/mcp`. Besides loopback names, only ``allowed`` Host headers are answered."""
        import uvicorn
        from mcp.server.transport_security import TransportSecuritySettings

        hosts = ["127.0.0.1:*", "localhost:*", "[::1]:*", *(a for h in allowed for a in (h, f"{h}:*"))]
        security = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[f"http://{h}" for h in hosts])
        app = self.server.streamable_http_app(host=host, transport_security=security)
        async with Backends(self.runner.config) as self.backends:
            await uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_level="warning")).serve()


def _text(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> str:
    page = io.StringIO()
    write_lines(list(diagnostic_lines(diagnostic, dict(sources))), page)
    return page.getvalue().strip()
