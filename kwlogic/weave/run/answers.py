"""From what an oracle said to the values of its output ports: strictly, and with the place of what is wrong."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from kwlogic.compose.running import Fault, Ports
from kwlogic.core.codec import DecodeError, decode, decode_ports
from kwlogic.core.program import Kernel, Program

_FENCED = re.compile(r"\s*```(?:json)?[ \t]*\n(.*?)\n?```\s*", re.DOTALL)


class NoAnswer(ValueError):
    """What was said is no value of the output ports."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(message)


def said(text: str, kernel: Kernel, program: Program, max_bytes: int) -> Ports:
    """A model's text: one JSON object of the outputs, which may stand in a fence. Raises NoAnswer."""
    if len(text) > max_bytes:
        raise NoAnswer(f"the answer is longer than {max_bytes:,} characters")
    fenced = _FENCED.fullmatch(text)
    try:
        return decode_ports(fenced.group(1) if fenced else text, kernel.outputs, program)
    except (DecodeError, RecursionError) as error:
        raise NoAnswer(str(error).replace("an object of the inputs", "an object of the outputs")) from error


def given(result: Any, kernel: Kernel, program: Program, max_bytes: int) -> Ports:
    """The result of a tool or function as parsed JSON: an object of the outputs, or the value of the only one.

    A text counts as JSON where that fits and as a String where the only output is one. Raises NoAnswer."""
    if isinstance(result, str):
        return _text(result, kernel, program, max_bytes)
    names = {p.name for p in kernel.outputs}
    try:
        if isinstance(result, dict) and set(result) == names:
            with suppress(*((DecodeError,) if len(names) == 1 else ())):  # it may be the value of the only one itself
                return {p.name: decode(result[p.name], p.type, program) for p in kernel.outputs}
        if isinstance(result, dict) and set(result) == {"result"}:  # how MCP servers wrap a value that is no object
            result = result["result"]
        if not names and result in (None, {}):
            return {}
        if len(kernel.outputs) == 1:
            return {kernel.outputs[0].name: decode(result, kernel.outputs[0].type, program)}
    except (DecodeError, RecursionError) as error:
        raise NoAnswer(str(error)) from error
    listed = ", ".join(f"`{p.name}`" for p in kernel.outputs) or "none"
    raise NoAnswer(f"expected an object with exactly the outputs ({listed})")


def _text(text: str, kernel: Kernel, program: Program, max_bytes: int) -> Ports:
    if len(text) > max_bytes:
        raise NoAnswer(f"the result is longer than {max_bytes:,} characters")
    only = kernel.outputs[0] if len(kernel.outputs) == 1 else None
    from kwlogic.core.codec_json import JsonError, read_json
    from kwlogic.core.types import STRING

    if only is not None and only.type is STRING:
        try:
            document = read_json(text)
        except (JsonError, RecursionError):
            return {only.name: text}
        return given(document, kernel, program, max_bytes) if isinstance(document, dict) else {only.name: text}
    try:
        document = read_json(text)
    except (JsonError, RecursionError) as error:
        raise NoAnswer(f"the result is no JSON: {error}") from error
    if isinstance(document, str):
        raise NoAnswer("expected an object of the outputs, found a string")
    return given(document, kernel, program, max_bytes)
