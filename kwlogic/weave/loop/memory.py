"""What the store remembers for the loop: which prompts a kernel was asked with, raw answers and what became of them.

Prompts of kernels stand in feedback, judged or not: ``mode`` says whether the kernel was learnt from the prompt (``learnt``),
answered it (``kernel``), or ran beside the model (``shadow``). Raw answers are traces, with ``shadows`` in their ``meta``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.source.data import Diagnosed
from kwlogic.weave.loop.data import Shadow
from kwlogic.weave.store.data import Feedback, StoredTrace
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.clean import cleaned
from kwlogic.weave.trace.data import Trace
from kwlogic.weave.trace.text import read_trace

RAW = "raw"
Pair = tuple[str, Mapping[str, Any]]


def keep_raw(store: Store, prompt: str, family: str, value: Any, model: str, shadows: tuple[Shadow, ...]) -> str:
    """The id of the trace."""
    meta: dict[str, Any] = {"recorded": True, "mode": RAW, "model": model}
    if shadows:
        meta["shadows"] = [{"kernel": s.kernel, "agrees": s.agrees, "outputs": s.outputs} for s in shadows]
    trace = cleaned(Trace(uuid.uuid4().hex, (), prompt, family, None, value, meta))
    store.put_trace(trace.stored())
    return trace.trace_id


def shadows_of(trace: Trace) -> list[tuple[str, bool]]:
    """The kernels that took the prompt of a raw answer, and whether they came to the same."""
    found = trace.meta.get("shadows")
    taken = [s for s in found if isinstance(s, dict)] if isinstance(found, list) else []
    return [(str(s.get("kernel")), s["agrees"]) for s in taken if isinstance(s.get("agrees"), bool)]


def raw_trace(store: Store, trace_id: str) -> tuple[Trace, str] | None:
    """A raw answer of the loop by its id, with its time."""
    found = store.trace(trace_id) if trace_id else None
    return _raw(found) if found is not None else None


def raw_traces(store: Store) -> list[tuple[Trace, str]]:
    """All raw answers with their times, oldest first; what cannot be read is passed over."""
    return [raw for stored in store.traces() if (raw := _raw(stored)) is not None]


def _raw(stored: StoredTrace) -> tuple[Trace, str] | None:
    try:
        trace = read_trace(stored.document, stored.trace_id)
    except Diagnosed:
        return None
    return (trace, stored.at) if trace.meta.get("mode") == RAW else None


def judge_raw(store: Store, trace: Trace, right: bool) -> None:
    known = store.trace(trace.trace_id)
    store.put_trace(replace(replace(trace, success=right).stored(), at=known.at if known is not None else ""))


def keep_prompt(store: Store, kernel: str, family: str, mode: str, prompt: str, right: bool | None, **more: Any) -> None:
    """A prompt of a kernel; ``right`` is evidence of the kernel's life, None is none."""
    document = write_json({"mode": mode, "prompt": prompt, **more})
    store.add_feedback(Feedback(uuid.uuid4().hex, kernel, family, document, right))


def pairs_of(said: Iterable[Feedback]) -> list[Pair]:
    """Prompts of a kernel with their inputs, as far as nobody said that they were wrong."""
    found: list[Pair] = []
    for one in said:
        document = document_of(one)
        prompt, inputs = document.get("prompt"), document.get("inputs")
        if isinstance(prompt, str) and isinstance(inputs, dict) and one.success is not False:
            found.append((prompt, inputs))
    return found


def document_of(said: Feedback) -> dict[str, Any]:
    try:
        found = read_json(said.document)
    except (JsonError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
