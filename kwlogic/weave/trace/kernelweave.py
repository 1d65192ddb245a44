"""Traces of the predecessor KernelWeave: lists of events, and captured traces with their tool calls apart."""

from __future__ import annotations

from typing import Any

from kwlogic.weave.trace.data import Event, EventKind, Trace, tool_event
from kwlogic.weave.trace.text import KINDS, text_of, unreadable

_APART = (("evidence", EventKind.EVIDENCE), ("verifications", EventKind.VERIFICATION), ("reasoning_chain", EventKind.PLAN))


def trace_of(document: dict[str, Any], shown: str) -> Trace:
    """Raises Diagnosed (KW811)."""
    name = text_of(document.get("trace_id"))
    if not name:
        raise unreadable(shown, "it has no `trace_id`")
    if isinstance(document.get("events"), list):
        events = tuple(_event(e, shown) for e in document["events"])
    elif isinstance(document.get("tool_calls"), list):
        events = _captured(document, shown)
    else:
        raise unreadable(shown, "it has neither `events` nor `tool_calls`")
    success = document.get("success")
    meta: dict[str, Any] = {k: document[k] for k in ("metadata", "duration_ms") if k in document}
    return Trace(
        name,
        events,
        text_of(document.get("prompt")),
        text_of(document.get("task_family")),
        success if isinstance(success, bool) else None,
        document.get("final_output"),
        meta,
    )


def _event(found: Any, shown: str) -> Event:
    kind = KINDS.get(text_of(found.get("kind"))) if isinstance(found, dict) else None
    if kind is None:
        raise unreadable(shown, f"an event's `kind` is one of {', '.join(KINDS)}")
    payload = found.get("payload")
    payload = payload if isinstance(payload, dict) else {} if payload is None else {"value": payload}
    if kind is EventKind.TOOL:
        return tool_event(text_of(payload.get("tool")), payload.get("args", {}), payload.get("result"), recorded="result" in payload)
    return Event(kind, "", payload)


def _captured(document: dict[str, Any], shown: str) -> tuple[Event, ...]:
    events = []
    for key, kind in _APART[2:]:
        events += [Event(kind, "", _said(x)) for x in _list(document, key, shown)]
    for call in document["tool_calls"]:
        if not isinstance(call, dict):
            raise unreadable(shown, "a tool call is an object")
        error = "" if call.get("success", True) else text_of(call.get("error")) or "failed"
        arguments = call.get("arguments", {})
        events.append(tool_event(text_of(call.get("tool")), arguments, call.get("result"), recorded="result" in call, error=error))
    for key, kind in _APART[:2]:
        events += [Event(kind, "", _said(x)) for x in _list(document, key, shown)]
    return tuple(events)


def _list(document: dict[str, Any], key: str, shown: str) -> list[Any]:
    found = document.get(key) or []
    if not isinstance(found, list):
        raise unreadable(shown, f"`{key}` is no list")
    return found


def _said(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {"text": found}
