"""OTLP as JSON to traces: OpenTelemetry GenAI (conventions 1.41) and OpenInference attributes.

Arguments and results are opt-in there and often missing; then they are rebuilt from the messages of the chat spans,
by the id of the call. Attributes of either form may be JSON texts or structures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json
from kwlogic.weave.trace.data import Event, EventKind, Trace, ordered
from kwlogic.weave.trace.text import text_of, unreadable

_MISSING = object()
EVALUATION = "gen_ai.evaluation.result"


@dataclass(slots=True)
class Span:
    name: str
    span_id: str
    parent: str
    start: int
    end: int
    attributes: dict[str, Any]
    events: list[tuple[str, int, dict[str, Any]]]
    failed: str


@dataclass(slots=True)
class Said:
    """What messages say of one call."""

    tool: str = ""
    arguments: Any = _MISSING
    result: Any = _MISSING
    at: int = 0
    order: int = 0


@dataclass(slots=True)
class _Whole:
    spans: list[Span] = field(default_factory=list)


def traces_of(documents: Iterable[dict[str, Any]], shown: str) -> list[Trace]:
    """Traces by their id, in the order they first appear."""
    found: dict[str, _Whole] = {}
    for document in documents:
        for trace_id, span in _spans(document, shown):
            found.setdefault(trace_id, _Whole()).spans.append(span)
    return [_trace(trace_id, whole.spans) for trace_id, whole in found.items()]


def _spans(document: dict[str, Any], shown: str) -> Iterator[tuple[str, Span]]:
    for resource in _list(document, "resourceSpans", shown):
        for scope in _list(resource, "scopeSpans", shown) or _list(resource, "instrumentationLibrarySpans", shown):
            for span in _list(scope, "spans", shown):
                yield text_of(span.get("traceId")) or shown, _span(span, shown)


def _list(document: Any, key: str, shown: str) -> list[dict[str, Any]]:
    found = document.get(key, []) if isinstance(document, dict) else None
    if not isinstance(found, list) or not all(isinstance(f, dict) for f in found):
        raise unreadable(shown, f"`{key}` must be an array of objects")
    return found


def _span(span: dict[str, Any], shown: str) -> Span:
    status = span.get("status") if isinstance(span.get("status"), dict) else {}
    attributes = _attributes(span, shown)
    failed = text_of(attributes.get("error.type"))
    if not failed and isinstance(status, dict) and status.get("code") in (2, "STATUS_CODE_ERROR"):
        failed = text_of(status.get("message")) or "error"
    events = [(text_of(e.get("name")), _time(e.get("timeUnixNano")), _attributes(e, shown)) for e in _list(span, "events", shown)]
    return Span(
        text_of(span.get("name")),
        text_of(span.get("spanId")),
        text_of(span.get("parentSpanId")),
        _time(span.get("startTimeUnixNano")),
        _time(span.get("endTimeUnixNano")),
        attributes,
        events,
        failed,
    )


def _time(found: Any) -> int:
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 20:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def _attributes(holder: dict[str, Any], shown: str) -> dict[str, Any]:
    return {text_of(a.get("key")): _value(a.get("value"), 0) for a in _list(holder, "attributes", shown)}


def _value(found: Any, depth: int) -> Any:
    """An AnyValue as plain JSON."""
    if not isinstance(found, dict) or depth > 100:
        return found
    for key in ("stringValue", "boolValue", "doubleValue", "bytesValue"):
        if key in found:
            return found[key]
    if "intValue" in found:
        value = found["intValue"]
        return int(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value) else value
    if isinstance(found.get("arrayValue"), dict):
        return [_value(v, depth + 1) for v in _values(found["arrayValue"])]
    if isinstance(found.get("kvlistValue"), dict):
        pairs = [p for p in _values(found["kvlistValue"]) if isinstance(p, dict)]
        return {text_of(p.get("key")): _value(p.get("value"), depth + 1) for p in pairs}
    return None


def _values(holder: dict[str, Any]) -> list[Any]:
    found = holder.get("values", [])
    return found if isinstance(found, list) else []


def parsed(found: Any) -> Any:
    """What a JSON text holds; anything else as it is."""
    if isinstance(found, str):
        try:
            return read_json(found)
        except JsonError:
            return found
    return found


def _trace(trace_id: str, spans: list[Span]) -> Trace:
    said = _said(spans)
    events: list[Event] = []
    used: set[str] = set()
    for span in spans:
        found = _tool(span, said, used)
        if found is not None:
            events.append(found)
        events += _evaluations(span)
    for call_id, call in said.items():
        if call_id not in used and call.tool:
            events.append(_event(call.tool, call, "", call.at, call.at))
    root = next((s for s in spans if not s.parent), spans[0])
    success = False if root.failed else None
    name = text_of(root.attributes.get("kwlogic.trace.id")) or trace_id
    if isinstance(root.attributes.get("kwlogic.success"), bool):
        success = root.attributes["kwlogic.success"]
    family = text_of(root.attributes.get("gen_ai.agent.name")) or text_of(root.attributes.get("graph.node.name"))
    return Trace(name, ordered(events), _prompt(root), family, success, None, {"otlp_trace_id": trace_id})


def _prompt(root: Span) -> str:
    for key in ("kwlogic.prompt", "input.value"):
        if isinstance(root.attributes.get(key), str):
            return str(root.attributes[key])
    return ""


def _tool(span: Span, said: dict[str, Said], used: set[str]) -> Event | None:
    a = span.attributes
    if a.get("gen_ai.operation.name") == "execute_tool" or span.name.startswith("execute_tool "):
        tool = text_of(a.get("gen_ai.tool.name")) or span.name.removeprefix("execute_tool ")
        arguments, result = a.get("gen_ai.tool.call.arguments", _MISSING), a.get("gen_ai.tool.call.result", _MISSING)
    elif a.get("openinference.span.kind") == "TOOL":
        tool = text_of(a.get("tool.name")) or span.name
        arguments = a.get("input.value", a.get("tool.parameters", _MISSING))
        result = a.get("output.value", _MISSING)
    else:
        return None
    call_id = text_of(a.get("gen_ai.tool.call.id")) or text_of(a.get("tool_call.id")) or text_of(a.get("tool.id"))
    known = said.get(call_id, Said())
    if call_id:
        used.add(call_id)
    call = Said(tool, known.arguments if arguments is _MISSING else arguments, known.result if result is _MISSING else result)
    return _event(tool, call, span.failed, span.start, span.end)


def _event(tool: str, call: Said, error: str, start: int, end: int) -> Event:
    payload: dict[str, Any] = {"arguments": {} if call.arguments is _MISSING else parsed(call.arguments)}
    if call.arguments is _MISSING:
        payload["cut"] = ["arguments"]
    if call.result is not _MISSING:
        payload["result"] = parsed(call.result)
    if error:
        payload["error"] = error
    return Event(EventKind.TOOL, tool, payload, start, end)


def _evaluations(span: Span) -> Iterator[Event]:
    for name, at, a in span.events:
        if name == EVALUATION:
            clause = text_of(a.get("gen_ai.evaluation.name"))
            payload = {
                "clause": clause,
                "verdict": text_of(a.get("gen_ai.evaluation.score.label")),
                "score": a.get("gen_ai.evaluation.score.value"),
                "text": text_of(a.get("gen_ai.evaluation.explanation")),
            }
            yield Event(EventKind.VERIFICATION, clause, {k: v for k, v in payload.items() if v not in (None, "")}, at, at)


# ---------------------------------------------------------------- messages


def _said(spans: list[Span]) -> dict[str, Said]:
    """Calls by id, out of the messages of all chat spans; later spans repeat the history, and add to it."""
    found: dict[str, Said] = {}
    for span in spans:
        for key in ("gen_ai.input.messages", "gen_ai.output.messages"):
            for message in _messages(span.attributes.get(key)):
                _of_message(message, span, found)
        _of_openinference(span, found)
    return found


def _messages(found: Any) -> list[dict[str, Any]]:
    found = parsed(found)
    return [m for m in found if isinstance(m, dict)] if isinstance(found, list) else []


def _of_message(message: dict[str, Any], span: Span, found: dict[str, Said]) -> None:
    parts = message.get("parts")
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, dict) or not text_of(part.get("id")):
            continue
        call = found.setdefault(text_of(part.get("id")), Said(at=span.start, order=len(found)))
        if part.get("type") == "tool_call":
            call.tool = text_of(part.get("name")) or call.tool
            call.arguments = part.get("arguments", call.arguments)
        elif part.get("type") == "tool_call_response":
            call.result = part.get("response", part.get("result", call.result))


_CALL = re.compile(r"llm\.(?:input|output)_messages\.(\d+)\.message\.tool_calls\.(\d+)\.tool_call\.(id|function\.name|function\.arguments)")
_ANSWER = re.compile(r"llm\.input_messages\.(\d+)\.message\.(tool_call_id|content)")


def _of_openinference(span: Span, found: dict[str, Said]) -> None:
    calls: dict[tuple[str, str, str], dict[str, Any]] = {}
    answers: dict[str, dict[str, Any]] = {}
    for key, value in span.attributes.items():
        if match := _CALL.fullmatch(key):
            calls.setdefault((key.split(".")[1], match[1], match[2]), {})[match[3]] = value
        elif match := _ANSWER.fullmatch(key):
            answers.setdefault(match[1], {})[match[2]] = value
    for parts in calls.values():
        if text_of(parts.get("id")):
            call = found.setdefault(text_of(parts["id"]), Said(at=span.start, order=len(found)))
            call.tool = text_of(parts.get("function.name")) or call.tool
            call.arguments = parts.get("function.arguments", call.arguments)
    for parts in answers.values():
        if text_of(parts.get("tool_call_id")) and "content" in parts:
            call = found.setdefault(text_of(parts["tool_call_id"]), Said(at=span.start, order=len(found)))
            call.result = parts["content"]
