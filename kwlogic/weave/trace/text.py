"""Traces to JSON text and back, exactly."""

from __future__ import annotations

from typing import Any

from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.trace.data import Event, EventKind, Trace

KINDS = {k.value: k for k in EventKind}


def trace_text(trace: Trace) -> str:
    return write_json(trace_document(trace))


def trace_document(trace: Trace) -> dict[str, Any]:
    return {
        "trace_id": trace.trace_id,
        "prompt": trace.prompt,
        "family": trace.family,
        "success": trace.success,
        "output": trace.output,
        "meta": trace.meta,
        "events": [_event_document(e) for e in trace.events],
    }


def _event_document(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": event.kind.value, "name": event.name, "payload": event.payload}
    times = {"start": event.start, "end": event.end} if event.start or event.end else {}
    return {**found, **times, **({"parent": event.parent} if event.parent is not None else {})}


def read_trace(text: str, shown: str = "trace") -> Trace:
    """The trace of a text that ``trace_text`` wrote; raises Diagnosed (KW811)."""
    try:
        return trace_of_document(read_json(text), shown)
    except JsonError as error:
        raise unreadable(shown, str(error)) from None


def trace_of_document(document: Any, shown: str) -> Trace:
    if not isinstance(document, dict) or not isinstance(document.get("events"), list):
        raise unreadable(shown, "a trace is an object with `events`")
    success = document.get("success")
    return Trace(
        text_of(document.get("trace_id")) or shown,
        tuple(event_of(e, shown) for e in document["events"]),
        text_of(document.get("prompt")),
        text_of(document.get("family")),
        success if isinstance(success, bool) else None,
        document.get("output"),
        document["meta"] if isinstance(document.get("meta"), dict) else {},
    )


def event_of(document: Any, shown: str) -> Event:
    if not isinstance(document, dict):
        raise unreadable(shown, "an event is an object")
    kind = KINDS.get(text_of(document.get("kind")))
    if kind is None:
        raise unreadable(shown, f"an event's `kind` is one of {', '.join(KINDS)}, and here it is {document.get('kind')!r}"[:300])
    payload = document.get("payload")
    if payload is not None and not isinstance(payload, dict):
        payload = {"value": payload}
    numbers = [document.get(k) for k in ("start", "end")]
    start, end = (n if isinstance(n, int) and not isinstance(n, bool) else 0 for n in numbers)
    parent = document.get("parent")
    parent = parent if isinstance(parent, int) and not isinstance(parent, bool) else None
    return Event(kind, text_of(document.get("name")), payload or {}, start, end, parent)


def text_of(found: Any) -> str:
    return found if isinstance(found, str) else ""


def unreadable(shown: str, reason: str) -> Diagnosed:
    return Diagnosed(diagnostic("KW811", f"`{shown}` cannot be read as traces: {reason}"))
