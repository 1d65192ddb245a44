"""Traces to OTLP as JSON: GenAI conventions 1.41, with verdicts as ``gen_ai.evaluation.result`` events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from kwlogic import __version__
from kwlogic.core.codec_json import write_json
from kwlogic.weave.trace.data import Event, EventKind, Trace

SCHEMA = "https://opentelemetry.io/schemas/1.41.0"
GOOD = frozenset(("proved", "enforced", "assumed", "pass", "holds"))
BAD = frozenset(("refuted", "fail", "violated"))


def otlp_document(traces: Iterable[Trace]) -> dict[str, Any]:
    """The document of an OTLP/HTTP JSON export request."""
    spans = [span for trace in traces for span in _spans(trace)]
    scope = {"scope": {"name": "kwlogic", "version": __version__}, "spans": spans, "schemaUrl": SCHEMA}
    resource = {"attributes": _attributes({"service.name": "kwlogic"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope], "schemaUrl": SCHEMA}]}


def otlp_text(traces: Iterable[Trace]) -> str:
    return write_json(otlp_document(traces))


def _id(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def _spans(trace: Trace) -> list[dict[str, Any]]:
    trace_id, root = _id(trace.trace_id, 32), _id(f"{trace.trace_id}/root", 16)
    times = [t for e in trace.events for t in (e.start, e.end) if t] or [0]
    head = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": trace.family,
        "kwlogic.trace.id": trace.trace_id,
        "kwlogic.prompt": trace.prompt,
        "kwlogic.success": trace.success,
    }
    spans = [
        {
            "traceId": trace_id,
            "spanId": root,
            "name": f"invoke_agent {trace.family}".strip(),
            "kind": 1,
            "startTimeUnixNano": str(min(times)),
            "endTimeUnixNano": str(max(times)),
            "attributes": _attributes(head),
            "events": [_told(e) for e in trace.events if e.kind is not EventKind.TOOL],
            "status": {"code": 2} if trace.success is False else {},
        }
    ]
    ids = {i: _id(f"{trace.trace_id}/{i}", 16) for i, e in enumerate(trace.events) if e.kind is EventKind.TOOL}
    for index, span_id in ids.items():
        event = trace.events[index]
        above = ids.get(event.parent, root) if event.parent is not None else root
        spans.append({"traceId": trace_id, "spanId": span_id, "parentSpanId": above, **_tool(event, span_id)})
    return spans


def _tool(event: Event, span_id: str) -> dict[str, Any]:
    cut = event.payload.get("cut", ())
    found = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": event.name, "gen_ai.tool.call.id": span_id}
    if "arguments" not in cut:
        found["gen_ai.tool.call.arguments"] = write_json(event.payload.get("arguments", {}))
    if "result" in event.payload and "result" not in cut:
        found["gen_ai.tool.call.result"] = write_json(event.payload["result"])
    error = str(event.payload.get("error") or "")
    if error:
        found["error.type"] = error
    return {
        "name": f"execute_tool {event.name}",
        "kind": 1,
        "startTimeUnixNano": str(event.start),
        "endTimeUnixNano": str(event.end),
        "attributes": _attributes(found),
        "status": {"code": 2, "message": error} if error else {},
    }


def _told(event: Event) -> dict[str, Any]:
    if event.kind is not EventKind.VERIFICATION:
        body = {"kwlogic.name": event.name, "kwlogic.payload": write_json(event.payload)}
        return {"timeUnixNano": str(event.start), "name": f"kwlogic.{event.kind.value}", "attributes": _attributes(body)}
    verdict = str(event.payload.get("verdict", ""))
    found: dict[str, Any] = {"gen_ai.evaluation.name": event.name, "gen_ai.evaluation.score.label": verdict}
    if verdict in GOOD or verdict in BAD:
        found["gen_ai.evaluation.score.value"] = Fraction(1 if verdict in GOOD else 0)
    if event.payload.get("text"):
        found["gen_ai.evaluation.explanation"] = str(event.payload["text"])
    return {"timeUnixNano": str(event.start), "name": "gen_ai.evaluation.result", "attributes": _attributes(found)}


def _attributes(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": k, "value": _any(v)} for k, v in found.items() if v is not None and v != ""]


def _any(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, Fraction):
        return {"doubleValue": value}
    return {"stringValue": str(value)}
