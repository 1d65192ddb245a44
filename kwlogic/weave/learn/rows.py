"""Reading single traces as observations: what went in, what came out, and whether it was recorded."""

from __future__ import annotations

from typing import Any

from kwlogic.weave.learn.data import ABSENT
from kwlogic.weave.trace.data import EventKind, ToolCall, Trace

DEFAULT_OUTPUT = "result"


def inputs_of(trace: Trace) -> dict[str, Any]:
    """The inputs that the trace names itself: in its ``inputs``, or at the start of a recorded run of a kernel."""
    given = trace.meta.get("inputs")
    if isinstance(given, dict):
        return given
    for event in trace.events:
        if event.kind is EventKind.PLAN and isinstance(event.payload.get("inputs"), dict) and event.payload.get("event") == "started":
            found: dict[str, Any] = event.payload["inputs"]
            return found
    return {}


def outputs_of(trace: Trace) -> dict[str, Any]:
    """The outputs by key; one that is no object stands under ``result``. Empty where none was recorded. Of a conversation of one
    turn, the output is what the assistant said last."""
    if trace.output is None and not trace.meta.get("recorded"):
        reply = _reply(trace)
        return {DEFAULT_OUTPUT: reply} if reply else {}
    if isinstance(trace.output, dict) and trace.output:
        return trace.output
    return {DEFAULT_OUTPUT: trace.output}


def _reply(trace: Trace) -> str:
    said = [e for e in trace.events if e.kind is EventKind.MESSAGE]
    last = trace.events[-1] if trace.events else None
    if last is None or not said or last is not said[-1] or last.name != "assistant" or sum(e.name == "user" for e in said) > 1:
        return ""
    return str(last.payload.get("text") or "")


def usable(call: ToolCall) -> bool:
    """Whether a call says what the tool does: it was carried out, and has named arguments."""
    return not call.error and isinstance(call.arguments, dict)


def result_of(call: ToolCall) -> Any:
    return call.result if call.known and not call.error else ABSENT
