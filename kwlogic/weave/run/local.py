"""Models in this process: their next token is masked, so that an answer satisfies type and contract as it is written.

A model is any object with ``tokenizer`` (of ``tokenizers`` or ``transformers``, or a ``Vocabulary``) and ``logits(tokens)``, the
scores of the next token after some tokens. What the mask cannot see to is checked afterwards, as of any other answer.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from kwlogic.compose.running import Ports
from kwlogic.core.codec import encode_ports
from kwlogic.core.program import Kernel, Program
from kwlogic.source.data import Diagnosed
from kwlogic.weave.run.data import Message, Model, OracleError
from kwlogic.weave.run.python_functions import function_of

_ONE = threading.Lock()  # the solver's state is one for the process


class NextToken(Protocol):
    """What a local model must have. It may also have ``encode(text)``, ``prompt(messages)`` and ``after`` (a marker that ends
    free reasoning, see ``Session``)."""

    tokenizer: Any

    def logits(self, tokens: Sequence[int]) -> Any: ...


class LocalChat:
    """A chat model over a local one. The best token is taken, or with a ``temperature`` one is drawn."""

    def __init__(self, model: NextToken, settings: Model | None = None) -> None:
        self.model = model
        self.settings = settings or Model("local", "local", kind="local")
        self._engine: Any = None

    # ------------------------------------------------------------ answers

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        """An answer without a mask: for what is no kernel's question."""
        return await asyncio.to_thread(self._guarded, lambda: self._free(messages))

    async def enforced(self, messages: Sequence[Message], kernel: Kernel, inputs: Ports, program: Program) -> str:
        """An answer to a kernel's prompt, as JSON of its outputs."""
        return await asyncio.to_thread(self._guarded, lambda: self._masked(messages, kernel, inputs, program))

    async def close(self) -> None:
        return None

    def _guarded(self, answer: Callable[[], str]) -> str:
        try:
            with _ONE:
                return answer()
        except Diagnosed as error:
            raise OracleError("; ".join(d.message for d in error.diagnostics), once_more=False) from error
        except Exception as error:
            raise OracleError(f"the local model `{self.settings.name}` raised {type(error).__name__}: {error}", once_more=False) from error

    def _masked(self, messages: Sequence[Message], kernel: Kernel, inputs: Ports, program: Program) -> str:
        from kwlogic.weave.decode.generate import Session, generate
        from kwlogic.weave.decode.masker import Masker

        masker = Masker(kernel, inputs, self.engine(), program=program)
        session = Session(masker, getattr(self.model, "after", None))
        values = generate(self.model.logits, session, self._tokens(messages), self.settings.max_tokens or 4_096, self._choice())
        return encode_ports(values, kernel.outputs, program)

    def _free(self, messages: Sequence[Message]) -> str:
        engine, tokens, said = self.engine(), list(self._tokens(messages)), b""
        choose = self._choice()
        for _ in range(self.settings.max_tokens or 4_096):
            scores = engine.np.array(self.model.logits(tokens), dtype=engine.np.float64)
            token = int(scores.argmax()) if choose is None else choose(scores)
            if token in engine.vocabulary.eos:
                break
            tokens.append(token)
            said += engine.vocabulary.tokens[token]
        return said.decode("utf-8", "replace")

    # ------------------------------------------------------------ parts

    def engine(self) -> Any:
        """Kept, with the grammars that it compiled."""
        if self._engine is None:
            from kwlogic.weave.decode.engine import Engine
            from kwlogic.weave.decode.vocabulary import Vocabulary

            self._engine = Engine(Vocabulary.of(self.model.tokenizer))
        return self._engine

    def _tokens(self, messages: Sequence[Message]) -> list[int]:
        prompt = getattr(self.model, "prompt", None)
        text = prompt(messages) if prompt is not None else "\n\n".join(m["content"] for m in messages) + "\n\n"
        encode = getattr(self.model, "encode", None)
        found = encode(text) if encode is not None else self.model.tokenizer.encode(text)
        return list(getattr(found, "ids", found))

    def _choice(self) -> Callable[[Any], int] | None:
        temperature = self.settings.temperature
        if not temperature:
            return None
        np = self.engine().np
        rng = np.random.default_rng(self.settings.seed)

        def draw(scores: Any) -> int:
            weights = np.exp((scores - scores.max()) / temperature)
            return int(rng.choice(len(weights), p=weights / weights.sum()))

        return draw


def opened(settings: Model, allowed: Sequence[str], root: str) -> LocalChat:
    """The model that ``model = "module:function"`` makes; the function must be allowed as those of ``by python`` are."""
    found = function_of(settings.model, tuple(allowed), root)()
    if not hasattr(found, "tokenizer") or not callable(getattr(found, "logits", None)):
        raise OracleError(f"what `{settings.model}` returns has no `tokenizer` or no `logits(tokens)`", once_more=False)
    return LocalChat(found, settings)
