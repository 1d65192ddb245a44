"""Chat transcripts with tool calls, as chat APIs have them: messages with roles, calls by id, answers with the role `tool`."""

from __future__ import annotations

from typing import Any

from kwlogic.weave.trace.data import Event, EventKind, Trace, tool_event
from kwlogic.weave.trace.otlp import parsed
from kwlogic.weave.trace.text import text_of, unreadable


def is_transcript(document: Any) -> bool:
    found = document.get("messages") if isinstance(document, dict) else document
    return isinstance(found, list) and bool(found) and all(isinstance(m, dict) and isinstance(m.get("role"), str) for m in found)


def trace_of_transcript(document: Any, shown: str) -> Trace:
    messages = document["messages"] if isinstance(document, dict) else document
    head = document if isinstance(document, dict) else {}
    answers = _answers(messages)
    events: list[Event] = []
    for message in messages:
        if message["role"] == "assistant":
            text = _content(message.get("content"))
            if text:
                events.append(Event(EventKind.MESSAGE, "assistant", {"text": text}))
            events += [_call(c, answers, shown) for c in _calls(message)]
        elif message["role"] == "user" and _content(message.get("content")):
            events.append(Event(EventKind.MESSAGE, "user", {"text": _content(message.get("content"))}))
    first = next((_content(m.get("content")) for m in messages if m["role"] == "user"), "")
    success = head.get("success", head.get("reward"))
    if isinstance(success, (str, list, dict)) or success is None:
        success = None
    else:
        success = success if isinstance(success, bool) else success >= 1
    return Trace(text_of(head.get("trace_id")) or text_of(head.get("id")) or shown, tuple(events), first, "", success)


def _content(found: Any) -> str:
    if isinstance(found, list):
        return "\n".join(text_of(p.get("text")) for p in found if isinstance(p, dict) and p.get("type") in ("text", "input_text"))
    return text_of(found)


def _calls(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Calls of a message, in each of the forms that chat APIs have had."""
    calls = message.get("tool_calls")
    found = [c for c in calls if isinstance(c, dict)] if isinstance(calls, list) else []
    if isinstance(message.get("function_call"), dict):
        found.append({"function": message["function_call"], "id": text_of(message["function_call"].get("name"))})
    content = message.get("content")
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict) and part.get("type") == "tool_use":
            found.append({"id": part.get("id"), "function": {"name": part.get("name"), "arguments": part.get("input", {})}})
    return found


def _answers(messages: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Results by the id of the call, in order: ids such as a function's name may come again."""
    found: dict[str, list[Any]] = {}
    for message in messages:
        content = message.get("content")
        if message["role"] in ("tool", "function"):
            key = text_of(message.get("tool_call_id")) or text_of(message.get("name"))
            found.setdefault(key, []).append(_content(content) if isinstance(content, list) else content)
        for part in content if isinstance(content, list) else []:
            if isinstance(part, dict) and part.get("type") == "tool_result":
                inner = part.get("content")
                found.setdefault(text_of(part.get("tool_use_id")), []).append(_content(inner) if isinstance(inner, list) else inner)
    return found


def _call(call: dict[str, Any], answers: dict[str, list[Any]], shown: str) -> Event:
    inner = call.get("function")
    function: dict[str, Any] = inner if isinstance(inner, dict) else call
    name = text_of(function.get("name"))
    if not name:
        raise unreadable(shown, "a tool call without the name of its function")
    waiting = answers.get(text_of(call.get("id")), [])
    recorded = bool(waiting)
    result = parsed(waiting.pop(0)) if waiting else None
    error = result if isinstance(result, str) and result.startswith("Error") else ""
    return tool_event(name, parsed(function.get("arguments", {})), result, recorded=recorded, error=error)
