"""Chat models behind any OpenAI-compatible endpoint (OpenAI, Ollama, vLLM, llama.cpp servers)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from kwlogic.weave.run.data import Message, Model, OracleError
from kwlogic.weave.run.extras import needed


class OpenAIChat:
    """One model. Retries on the network's account are left to the ``openai`` package; what a kernel retries is not its
    business."""

    def __init__(self, model: Model) -> None:
        openai = needed("openai", "openai", f"the model `{model.name}`")
        self._openai = openai
        self.model = model
        self._modes = {"auto": ["schema", "object", "text"]}.get(model.structured, [model.structured])
        key = os.environ.get(model.key_env, "") if model.key_env else ""
        if model.key_env and not key:
            raise OracleError(f"the model `{model.name}` needs its key in the environment variable {model.key_env}", once_more=False)
        self._client = openai.AsyncOpenAI(api_key=key or "none", base_url=model.base_url or None, timeout=model.timeout, max_retries=2)

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        while True:
            mode = self._modes[0] if schema is not None else "text"
            try:
                return await self._ask(messages, schema, mode)
            except self._openai.BadRequestError as error:
                if schema is None or len(self._modes) == 1:
                    raise OracleError(f"the model `{self.model.name}` refused the request: {_reason(error)}", once_more=False) from error
                self._modes = self._modes[1:]
            except self._openai.APITimeoutError as error:
                raise OracleError(f"the model `{self.model.name}` gave no answer within {self.model.timeout:g} s") from error
            except self._openai.APIConnectionError as error:
                raise OracleError(f"the model `{self.model.name}` cannot be reached at {self._client.base_url}") from error
            except self._openai.APIError as error:
                raise OracleError(f"the model `{self.model.name}` answered with an error: {_reason(error)}") from error

    async def _ask(self, messages: Sequence[Message], schema: Mapping[str, Any] | None, mode: str) -> str:
        more: dict[str, Any] = {}
        if mode == "schema":
            more["response_format"] = {"type": "json_schema", "json_schema": {"name": "outputs", "schema": schema, "strict": True}}
        elif mode == "object":
            more["response_format"] = {"type": "json_object"}
        own = {"temperature": self.model.temperature, "seed": self.model.seed, "max_tokens": self.model.max_tokens}
        more |= {k: v for k, v in own.items() if v is not None}
        done = await self._client.chat.completions.create(model=self.model.model, messages=list(messages), **more)
        choice = done.choices[0] if done.choices else None
        if choice is None or choice.message.content is None:
            raise OracleError(
                f"the model `{self.model.name}` answered nothing"
                + (f": {choice.message.refusal}" if choice and choice.message.refusal else "")
            )
        if choice.finish_reason == "length":
            raise OracleError(f"the answer of the model `{self.model.name}` was cut off at its longest")
        text: str = choice.message.content
        return text

    async def close(self) -> None:
        await self._client.close()


def _reason(error: Any) -> str:
    return str(getattr(error, "message", "") or error)[:400]
