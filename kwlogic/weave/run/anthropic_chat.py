"""Chat models behind Anthropic's endpoint."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from kwlogic.weave.run.data import Message, Model, OracleError
from kwlogic.weave.run.extras import needed

LONGEST = 4096
TOOL = "outputs"


class AnthropicChat:
    """One model. Structured output is asked for as the one tool that it must call."""

    def __init__(self, model: Model) -> None:
        self._api = needed("anthropic", "anthropic", f"the model `{model.name}`")
        self.model = model
        env = model.key_env or "ANTHROPIC_API_KEY"
        key = os.environ.get(env, "")
        if not key:
            raise OracleError(f"the model `{model.name}` needs its key in the environment variable {env}", once_more=False)
        self._client = self._api.AsyncAnthropic(api_key=key, base_url=model.base_url or None, timeout=model.timeout, max_retries=2)

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        import json

        more: dict[str, Any] = {}
        system = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
        if system:
            more["system"] = system
        if self.model.temperature is not None:
            more["temperature"] = self.model.temperature
        if schema is not None and self.model.structured in ("auto", "schema"):
            more["tools"] = [{"name": TOOL, "description": "the outputs", "input_schema": dict(schema)}]
            more["tool_choice"] = {"type": "tool", "name": TOOL}
        talk = [dict(m) for m in messages if m["role"] != "system"]
        try:
            done = await self._client.messages.create(
                model=self.model.model, messages=talk, max_tokens=self.model.max_tokens or LONGEST, **more
            )
        except self._api.APITimeoutError as error:
            raise OracleError(f"the model `{self.model.name}` gave no answer within {self.model.timeout:g} s") from error
        except self._api.APIConnectionError as error:
            raise OracleError(f"the model `{self.model.name}` cannot be reached at {self._client.base_url}") from error
        except self._api.APIError as error:
            raise OracleError(f"the model `{self.model.name}` answered with an error: {str(error)[:400]}") from error
        for block in done.content:
            if block.type == "tool_use":
                return json.dumps(block.input)
        return "".join(block.text for block in done.content if block.type == "text")

    async def close(self) -> None:
        await self._client.close()
