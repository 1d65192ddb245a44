"""The models, tool servers and functions that a configuration names: opened at first use, limited, closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from kwlogic.compose.running import Ports
from kwlogic.core.program import Kernel, Program
from kwlogic.weave.run.data import ChatModel, Function, Message, Model, OracleError, RunConfig, ToolBox
from kwlogic.weave.run.python_functions import called, function_of


class Backends:
    """``models`` and ``tools`` given here stand before those of the configuration: a test's scripted model, a registered
    callable. Use as an asynchronous context manager."""

    def __init__(
        self, config: RunConfig, models: Mapping[str, ChatModel] | None = None, tools: Mapping[str, Function] | None = None
    ) -> None:
        self.config = config
        self._models: dict[str, ChatModel] = dict(models or {})
        self._functions: dict[str, Function] = dict(tools or {})
        self._servers: dict[str, ToolBox] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}

    async def __aenter__(self) -> Backends:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers.values():
            await server.close()
        for model in self._models.values():
            await model.close()

    def model_for(self, kernel: Kernel) -> Model:
        """The model that answers a kernel's prompt; raises OracleError where the configuration names none."""
        name = self.config.kernels.get(kernel.name) or self.config.kernels.get(kernel.name.rsplit(".", 1)[-1]) or self.config.model
        return self.model_named(name)

    def model_named(self, name: str) -> Model:
        """The model of this name, or what stands in for it; raises OracleError."""
        if not name:
            raise OracleError("no model is configured: name one as `run.model`, with its table `run.models.NAME`", once_more=False)
        known = self.config.models.get(name)
        if known is not None:
            return known
        if name in self._models:
            return Model(name, name)
        raise OracleError(f"the configuration has no model `{name}`", once_more=False)

    async def answer(
        self, model: Model, messages: Sequence[Message], schema: Mapping[str, Any] | None, kernel: Kernel, inputs: Ports, program: Program
    ) -> str:
        """The answer to a kernel's prompt: a model in this process writes it under the kernel's contract."""

        def ask(chat: ChatModel) -> Awaitable[str]:
            enforced = getattr(chat, "enforced", None)
            found: Awaitable[str] = chat.complete(messages, schema) if enforced is None else enforced(messages, kernel, inputs, program)
            return found

        return await self._limited(model, ask)

    async def complete(self, model: Model, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        return await self._limited(model, lambda chat: chat.complete(messages, schema))

    async def _limited(self, model: Model, ask: Callable[[ChatModel], Awaitable[str]]) -> str:
        if model.name not in self._models:
            self._models[model.name] = self._open(model)
        slots = self._slots.setdefault(model.name, asyncio.Semaphore(model.concurrency))
        async with slots:
            try:
                async with asyncio.timeout(model.timeout):
                    return await ask(self._models[model.name])
            except TimeoutError as error:
                raise OracleError(f"the model `{model.name}` gave no answer within {model.timeout:g} s") from error

    def _open(self, model: Model) -> ChatModel:
        if model.kind == "anthropic":
            from kwlogic.weave.run.anthropic_chat import AnthropicChat

            return AnthropicChat(model)
        if model.kind == "local":
            from kwlogic.weave.run.local import opened

            return opened(model, self.config.python, self.config.root)
        from kwlogic.weave.run.openai_chat import OpenAIChat

        return OpenAIChat(model)

    async def call(self, kind: str, target: str, arguments: Mapping[str, Any]) -> Any:
        """The result of a tool or function, as JSON; raises OracleError."""
        if kind == "python" or target in self._functions:
            function = self._functions.get(target) or function_of(target, self.config.python, self.config.root)
            return exact(await called(function, target, arguments, 60.0))
        server, tool = self._server_of(target)
        return await server.call(tool, arguments)

    def _server_of(self, target: str) -> tuple[ToolBox, str]:
        """``server.tool`` where a server has that name, else the only server there is."""
        name, _, tool = target.partition(".")
        if name not in self.config.tools or not tool:
            if len(self.config.tools) != 1:
                raise OracleError(f"no tool server is configured for `{target}`: add `run.tools.{name}`", once_more=False)
            name, tool = next(iter(self.config.tools)), target
        if name not in self._servers:
            from kwlogic.weave.run.mcp_tools import McpTools

            self._servers[name] = McpTools(self.config.tools[name])
        return self._servers[name], tool


def exact(result: Any) -> Any:
    """A Python result as parsed JSON, decimals exact; a text stays a text. Raises OracleError where it is no JSON."""
    import json

    from kwlogic.core.codec_json import read_json

    if isinstance(result, str):
        return result
    try:
        return read_json(json.dumps(result, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise OracleError(f"the result is no JSON: {error}") from error
