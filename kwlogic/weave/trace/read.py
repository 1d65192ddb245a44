"""Reading a file of traces, whatever of the known forms it has; see docs/traces.md for each.

A file is one JSON document or one on each line. Nothing in it is believed beyond its form: sizes are bounded, numbers exact.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json
from kwlogic.source.data import Diagnosed
from kwlogic.weave.trace import kernelweave, otlp
from kwlogic.weave.trace.chat import is_transcript, trace_of_transcript
from kwlogic.weave.trace.data import Trace, tool_event
from kwlogic.weave.trace.otlp import parsed
from kwlogic.weave.trace.text import text_of, trace_of_document, unreadable

MAX_BYTES = 500_000_000
CUT = "…"


def read_traces(path: Path) -> list[Trace]:
    """Raises Diagnosed (KW811, KW710)."""
    from kwlogic.source.codes import diagnostic

    try:
        if path.stat().st_size > MAX_BYTES:
            raise unreadable(str(path), f"it is larger than {MAX_BYTES} bytes")
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise unreadable(str(path), f"it is not UTF-8: {error}") from error
    except (OSError, ValueError) as error:
        raise Diagnosed(diagnostic("KW710", f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}")) from error
    return traces_of_text(text, str(path))


def traces_of_text(text: str, shown: str) -> list[Trace]:
    return traces_of_documents(_documents(text, shown), shown)


def _documents(text: str, shown: str) -> list[Any]:
    try:
        return [read_json(text)]
    except JsonError as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith(("{", "[")) for line in lines):
            raise unreadable(shown, str(error)) from None
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(read_json(line))
        except JsonError as error:
            raise unreadable(shown, f"line {number}: {error}") from None
    return found


def traces_of_documents(documents: list[Any], shown: str) -> list[Trace]:
    """Traces in order; spans of OTLP belong together wherever they stand."""
    spans = [d for d in documents if isinstance(d, dict) and "resourceSpans" in d]
    if spans:
        return otlp.traces_of(spans, shown)
    found: list[Trace] = []
    for number, document in enumerate(documents):
        found += _of_document(document, shown if len(documents) == 1 else f"{shown}:{number + 1}")
    if not found:
        raise unreadable(shown, "there is no trace in it")
    return found


def _of_document(document: Any, shown: str) -> list[Trace]:
    if is_transcript(document):
        return [trace_of_transcript(document, shown)]
    if isinstance(document, list):
        return [t for i, d in enumerate(document) for t in _of_document(d, f"{shown}#{i + 1}")]
    if not isinstance(document, dict):
        raise unreadable(shown, "a trace is an object")
    if isinstance(document.get("traces"), list):
        records = document.get("records", {})
        return [_of_calls(t, records if isinstance(records, dict) else {}, f"{shown}#{i + 1}") for i, t in enumerate(document["traces"])]
    if isinstance(document.get("calls"), list):
        return [_of_calls(document, {}, shown)]
    if isinstance(document.get("tool_calls"), list) or _old_events(document):
        return [kernelweave.trace_of(document, shown)]
    if isinstance(document.get("events"), list):
        return [trace_of_document(document, shown)]
    raise unreadable(shown, "it has none of `events`, `messages`, `calls`, `tool_calls`, `traces`, `resourceSpans`")


def _old_events(document: dict[str, Any]) -> bool:
    """KernelWeave's events have no name of their own."""
    events = document.get("events")
    return isinstance(events, list) and all(isinstance(e, dict) and "name" not in e for e in events) and "trace_id" in document


def _of_calls(document: Any, records: dict[str, Any], shown: str) -> Trace:
    """Calls as ``[tool, arguments, result]`` or objects; a result ``{"record": KEY}`` stands in ``records`` of the file."""
    if not isinstance(document, dict) or not isinstance(document.get("calls"), list):
        raise unreadable(shown, "a trace of calls is an object with `calls`")
    events = []
    for call in document["calls"]:
        tool, arguments, result, recorded = _call(call, shown)
        if isinstance(result, dict) and set(result) == {"record"} and text_of(result["record"]) in records:
            result = records[result["record"]]
        found = parsed(result)
        error = found if isinstance(found, str) and found.startswith("Error") else ""
        more = {"cut": ["result"]} if isinstance(found, str) and found.endswith(CUT) else {}
        events.append(tool_event(tool, parsed(arguments), found, recorded=recorded, error=error, **more))
    name = text_of(document.get("trace_id")) or "-".join(str(document[k]) for k in ("task_id", "trial") if k in document) or shown
    meta = {k: v for k, v in document.items() if k not in ("calls", "trace_id", "success", "reward")}
    return Trace(name, tuple(events), text_of(document.get("prompt")), "", _success(document), None, meta)


def _call(call: Any, shown: str) -> tuple[str, Any, Any, bool]:
    if isinstance(call, list) and 2 <= len(call) <= 3 and isinstance(call[0], str):
        return call[0], call[1], call[2] if len(call) > 2 else None, len(call) > 2
    name = call.get("tool", call.get("name")) if isinstance(call, dict) else None
    if isinstance(call, dict) and isinstance(name, str):
        return name, call.get("arguments", {}), call.get("result"), "result" in call
    raise unreadable(shown, "a call is `[tool, arguments, result]` or an object with `tool`, `arguments`, `result`")


def _success(document: dict[str, Any]) -> bool | None:
    found = document.get("success", document.get("reward"))
    if isinstance(found, bool):
        return found
    return None if found is None or isinstance(found, (str, list, dict)) else found >= 1
