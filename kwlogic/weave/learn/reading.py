"""What is learnt from: files of traces in every form that is read, plain rows of inputs and outputs, and traces of a store.

A plain row is an object with ``output`` (or ``outputs``), and perhaps ``prompt``, ``input`` or ``inputs``, ``family``, ``success`` and ``id``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.trace.data import Trace
from kwlogic.weave.trace.read import MAX_BYTES, traces_of_documents
from kwlogic.weave.trace.text import text_of, unreadable

_TRACED = ("events", "messages", "calls", "tool_calls", "traces", "resourceSpans")
_ANSWERS = ("output", "outputs", "expected")
_ASKED = ("inputs", "input")


def read_files(paths: tuple[Path, ...]) -> tuple[list[Trace], list[Diagnostic]]:
    """Traces in order, and what is wrong with single lines. Raises Diagnosed (KW811, KW710)."""
    traces: list[Trace] = []
    problems: list[Diagnostic] = []
    for path in _files(paths):
        found, wrong = _read(path)
        traces += found
        problems += wrong
    return traces, problems


def _files(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix in (".json", ".jsonl") and p.is_file())
        if not inside:
            raise unreadable(str(path), "the folder holds no file `*.json` or `*.jsonl`")
        found += inside
    return found


def _read(path: Path) -> tuple[list[Trace], list[Diagnostic]]:
    shown = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise unreadable(shown, f"it is larger than {MAX_BYTES} bytes")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(shown, f"it is not UTF-8: {error}") from error
    except (OSError, ValueError) as error:
        raise Diagnosed(diagnostic("KW710", f"`{path}` cannot be read: {getattr(error, 'strerror', None) or error}")) from error
    return traces_of_text(text, shown)


def traces_of_text(text: str, shown: str) -> tuple[list[Trace], list[Diagnostic]]:
    """Traces of a file's text. A line that cannot be read is told and passed over, as long as another can."""
    documents, problems = _documents(text, shown)
    if not documents and not problems:
        raise unreadable(shown, "it is empty")
    plain = [(n, d) for n, d in documents if _plain(d)]
    others = [d for n, d in documents if not _plain(d)]
    found: list[Trace] = []
    for number, document in plain:
        found += _rows(document, f"{shown}:{number}", problems)
    if others:
        found += traces_of_documents(others, shown)
    if not found and problems:
        raise Diagnosed(*problems[:5])
    return found, problems


def _documents(text: str, shown: str) -> tuple[list[tuple[int, Any]], list[Diagnostic]]:
    if not text.strip():
        return [], []
    try:
        return [(1, read_json(text))], []
    except JsonError as error:
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2 or not lines[0][1].lstrip().startswith(("{", "[")):
            raise unreadable(shown, str(error)) from None
    found: list[tuple[int, Any]] = []
    problems: list[Diagnostic] = []
    for number, line in lines:
        try:
            found.append((number, read_json(line)))
        except JsonError as error:
            problems.append(_passed_over(shown, number, f"it is no JSON: {error}"))
    return found, problems


def _passed_over(shown: str, number: int, reason: str) -> Diagnostic:
    return diagnostic("KW851", f"line {number} of `{shown}` is passed over: {reason}")


def _plain(document: Any) -> bool:
    if isinstance(document, list):
        return bool(document) and all(isinstance(d, dict) and _plain(d) for d in document)
    return isinstance(document, dict) and not any(isinstance(document.get(k), (list, dict)) for k in _TRACED)


def _rows(document: Any, shown: str, problems: list[Diagnostic]) -> list[Trace]:
    if isinstance(document, list):
        return [t for i, d in enumerate(document) for t in _rows(d, f"{shown}#{i + 1}", problems)]
    answer = next((k for k in _ANSWERS if k in document), None)
    if answer is None and not any(k in document for k in (*_ASKED, "prompt")):
        problems.append(diagnostic("KW851", f"`{shown}` is passed over: it has neither `output` nor any of {', '.join(_TRACED)}"))
        return []
    name = text_of(document.get("id")) or text_of(document.get("trace_id")) or shown
    success = document.get("success")
    meta: dict[str, Any] = {"recorded": answer is not None}
    inputs = next((document[k] for k in _ASKED if k in document), None)
    if inputs is not None:
        meta["inputs"] = inputs if isinstance(inputs, dict) else {"input": inputs}
    family = text_of(document.get("family")) or text_of(document.get("task_family"))
    output = document[answer] if answer is not None else None
    return [Trace(name, (), text_of(document.get("prompt")), family, success if isinstance(success, bool) else None, output, meta)]


def read_store(url: str | None, family: str | None, cwd: Path) -> list[Trace]:
    """Traces of a store, raises Diagnosed."""
    from kwlogic.weave.store.find import project_store
    from kwlogic.weave.trace.text import read_trace

    with project_store(cwd, url) as store:
        return [read_trace(t.document, t.trace_id) for t in store.traces(family)]
