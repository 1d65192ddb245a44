"""Raw generation: the model alone answers a prompt. What it says is a JSON value, or a text as it stands; it is recorded as a trace."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.source.codes import diagnostic
from kwlogic.weave.loop.data import NoAnswer
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.data import Message, Model, OracleError

RULES = "Answer with one JSON value and nothing else: a text as a JSON string, a number as a number, several things as a list or an object."
_FENCED = re.compile(r"\s*```(?:json)?[ \t]*\n(.*?)\n?```\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Said:
    """``value``: what was meant, as parsed JSON; ``text``: as it is shown."""

    value: Any
    text: str


def messages_of(prompt: str) -> list[Message]:
    return [{"role": "system", "content": RULES}, {"role": "user", "content": prompt}]


async def generate(backends: Backends, model: Model, prompt: str, max_chars: int) -> Said:
    """Raises NoAnswer (KW863) where the model fails."""
    try:
        text = await backends.complete(model, messages_of(prompt), None)
    except OracleError as error:
        raise NoAnswer(diagnostic("KW863", f"no kernel takes the prompt, and the model `{model.name}` gave no answer: {error}")) from error
    if not text.strip() or len(text) > max_chars:
        what = "an empty answer" if not text.strip() else f"more than {max_chars:,} characters"
        raise NoAnswer(diagnostic("KW863", f"no kernel takes the prompt, and the model `{model.name}` gave {what}"))
    return said(text)


def said(text: str) -> Said:
    """An answer read: JSON, which may stand in a fence, else a text."""
    fenced = _FENCED.fullmatch(text)
    plain = fenced.group(1) if fenced else text.strip()
    try:
        value = read_json(plain)
    except (JsonError, RecursionError):
        return Said(plain, plain)
    return Said(value, shown(value))


def shown(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else write_json(value)
