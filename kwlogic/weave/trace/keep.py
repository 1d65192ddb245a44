"""Traces from elsewhere into the store: cleaned, and never in the place of another one that has the same id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kwlogic.weave.store.data import StoredTrace, digest_of
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.clean import cleaned
from kwlogic.weave.trace.data import Trace


def keep_traces(store: Store, traces: Iterable[Trace]) -> int:
    """How many were stored that were not there already. Ids that files only number, and that clash, get a digest behind them."""
    known = {t.trace_id: t.document for t in store.traces()}
    fresh: list[StoredTrace] = []
    for trace in map(cleaned, traces):
        found = trace.stored()
        if known.get(found.trace_id, found.document) != found.document:
            trace = replace(trace, trace_id=f"{trace.trace_id}#{digest_of(found.document)[:12]}")
            found = trace.stored()
        if known.get(found.trace_id) != found.document:
            known[found.trace_id] = found.document
            fresh.append(found)
    store.put_traces(fresh)
    return len(fresh)
