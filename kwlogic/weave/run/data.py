"""What a run is configured by and what it ends in. Records and protocols only.

Models, endpoints, keys and what Python may be called come from configuration and environment, never from a spec file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Model:
    """One chat model. ``key_env`` names the environment variable with the key. ``structured``: how the output type is asked
    for: ``schema`` (a JSON Schema with the request), ``object`` (any JSON object), ``text`` (in words only), or ``auto``
    (``schema``, then less as the server refuses). ``attempts`` counts the answers that one call of a kernel may take,
    each told what was wrong with the one before. ``timeout`` in seconds, for each answer."""

    name: str
    model: str
    kind: str = "openai"
    base_url: str = ""
    key_env: str = ""
    temperature: float | None = None
    seed: int | None = None
    max_tokens: int | None = None
    timeout: float = 60.0
    concurrency: int = 4
    attempts: int = 2
    structured: str = "auto"

    def settings(self) -> tuple[object, ...]:
        """What of a model decides its answers, for the key of the cache."""
        return (self.kind, self.base_url, self.model, self.temperature, self.seed, self.max_tokens, self.structured)


@dataclass(frozen=True, slots=True)
class ToolServer:
    """An MCP server: a command (stdio) or a URL (streamable HTTP). ``env``: names of environment variables it may see."""

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    env: tuple[str, ...] = ()
    timeout: float = 60.0
    concurrency: int = 8


@dataclass(frozen=True, slots=True)
class RunConfig:
    """``model``: the name of the one that answers prompts, unless ``kernels`` names another for a kernel. ``python``:
    modules (with those below them) and ``module:function``s that ``by python`` may call, found in the folder ``root`` or
    where Python finds modules."""

    models: Mapping[str, Model] = field(default_factory=dict)
    model: str = ""
    kernels: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, ToolServer] = field(default_factory=dict)
    python: tuple[str, ...] = ()
    root: str = ""
    cache: bool = True
    max_bytes: int = 4 * 1024 * 1024
    max_steps: int = 50_000_000


Message = Mapping[str, str]


class ChatModel(Protocol):
    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        """The text of one answer; raises OracleError."""
        ...

    async def close(self) -> None: ...


class ToolBox(Protocol):
    async def call(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        """The result as parsed JSON, or a text; raises OracleError."""
        ...

    async def close(self) -> None: ...


Function = Callable[..., Any]


class OracleError(Exception):
    """A model, a tool or a function that gave no answer; ``once_more`` where trying again may help."""

    def __init__(self, message: str, once_more: bool = True) -> None:
        super().__init__(message)
        self.once_more = once_more


class Memory(Protocol):
    """Where finished steps and verified answers are kept. Texts in, texts out; a failure of the memory is no failure of
    the run, so implementations that cannot answer say None."""

    def step(self, run: str, path: str) -> str | None: ...

    def keep_step(self, run: str, path: str, outputs: str) -> None: ...

    def answer(self, key: str) -> str | None: ...

    def keep_answer(self, key: str, kernel: str, outputs: str) -> None: ...

    def drop_answer(self, key: str) -> None: ...
