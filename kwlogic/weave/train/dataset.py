"""Rows of a dataset out of a store: what was asked, which kernel it was for, what was done, what it was held to, what came.

`docs/dataset.md` says what each key means. A row says no more than the store knows: what nobody judged is null.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from kwlogic.core.codec_json import JsonError, read_json, write_json
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.route.prompts import Prompts, prompts_of_store
from kwlogic.weave.route.router import Router
from kwlogic.weave.store.data import RunState, StoredKernel
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.data import Event, EventKind, Trace
from kwlogic.weave.trace.text import read_trace
from kwlogic.weave.train.data import Row

KEYS = ("prompt", "kernel", "steps", "conditions", "response", "verified", "scores", "target")


def dataset_rows(store: Store, router: Router | None = None) -> Iterator[Row]:
    """Traces first, then feedback, then what kernels say of themselves; each prompt of a kernel once. ``router``: whose
    confidence is told as a score."""
    told = _Teller(store, router)
    yield from told.traces()
    yield from told.feedback()
    yield from told.words()


def write_rows(rows: Iterable[Row], path: Path) -> int:
    """One JSON object on each line; the file is whole or not there. Raises Diagnosed (KW866)."""
    count = 0
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", errors="backslashreplace") as out:
            for row in rows:
                out.write(write_json(row) + "\n")
                count += 1
        os.replace(part, path)
    except OSError as error:
        raise Diagnosed(diagnostic("KW866", f"the dataset cannot be written: {error}")) from error
    return count


class _Teller:
    def __init__(self, store: Store, router: Router | None) -> None:
        self.store, self.router = store, router
        kernels = store.kernels()
        self.by_digest = {k.digest: k for k in kernels}
        self.latest = {k.name: k for k in kernels}
        self.runs = {r.trace_id: r for r in store.runs() if r.trace_id}
        links = [r for r in store.rows("lineage") if r["relation"] == "trace" and r["child"] in self.by_digest]
        self.sources = {r["parent"]: self.by_digest[r["child"]] for r in links}
        self.families: dict[str, set[str]] = {}
        for name, kernel in self.latest.items():
            self.families.setdefault(kernel.family, set()).add(name)
        self._conditions: dict[str, list[Row]] = {}
        self._said: set[tuple[str, str]] = set()

    def traces(self) -> Iterator[Row]:
        for stored in self.store.traces():
            try:
                trace = read_trace(stored.document, stored.trace_id)
            except Diagnosed:
                continue
            kernel = self._owner(stored.trace_id, stored.family)
            run = self.runs.get(stored.trace_id)
            prompt = trace.prompt or (f"{kernel.name} {run.inputs}" if kernel is not None and run is not None else "")
            if not prompt and not trace.events:
                continue
            verified = None
            if run is not None and run.state is not RunState.RUNNING:
                verified = run.state is RunState.DONE
            elif any(e.kind is EventKind.VERIFICATION for e in trace.events):
                verified = not any(e.payload.get("verdict") in ("violated", "fail", "failed") for e in trace.events)
            success = stored.success if stored.success is not None else trace.success
            response = trace.output if trace.output is not None else _parsed(run.outputs) if run is not None else None
            yield self._row(prompt, kernel, _steps(trace), response, verified, success, "run" if kernel is not None else "generate")

    def feedback(self) -> Iterator[Row]:
        for said in self.store.feedback():
            document = _parsed(said.document)
            prompt = document.get("prompt") if isinstance(document, dict) else None
            if not isinstance(prompt, str) or not prompt:
                continue
            kernel = self.by_digest.get(said.kernel) or self.latest.get(said.kernel)
            response = document.get("response_text") or document.get("outputs")
            target = "route" if kernel is not None else "generate"
            yield self._row(prompt, kernel, [], response, None, said.success, target)

    def words(self) -> Iterator[Row]:
        prompts: Prompts = prompts_of_store(self.store)
        for name, examples in sorted(prompts.examples.items()):
            for prompt in examples:
                if (name, prompt) not in self._said:
                    yield self._row(prompt, self.latest[name], [], None, None, None, "route")

    def _owner(self, trace_id: str, family: str) -> StoredKernel | None:
        run = self.runs.get(trace_id)
        if run is not None:
            return self.by_digest.get(run.kernel) or self.latest.get(run.name)
        own = self.families.get(family, set()) if family else set()
        return self.sources.get(trace_id) or (self.latest[next(iter(own))] if len(own) == 1 else None)

    def _row(
        self,
        prompt: str,
        kernel: StoredKernel | None,
        steps: list[Row],
        response: Any,
        verified: bool | None,
        success: bool | None,
        target: str,
    ) -> Row:
        if kernel is not None:
            self._said.add((kernel.name, prompt))
        return {
            "prompt": prompt,
            "kernel": None if kernel is None else _head(kernel),
            "steps": steps,
            "conditions": [] if kernel is None else self._of(kernel),
            "response": response,
            "verified": verified,
            "scores": {"success": success, **self._confidence(prompt, kernel)},
            "target": target,
        }

    def _confidence(self, prompt: str, kernel: StoredKernel | None) -> Mapping[str, Any]:
        if self.router is None or kernel is None:
            return {"route": None}
        likely = next((c.probability for c in self.router.rank(prompt) if c.kernel == kernel.name), 0.0)
        return {"route": Fraction(round(likely, 4)).limit_denominator(10_000)}

    def _of(self, kernel: StoredKernel) -> list[Row]:
        """What the kernel is held to, each clause with its verdict; what is said in words only has none."""
        if kernel.digest not in self._conditions:
            verdicts = {(v.kind, v.text): v.verdict for v in self.store.verdicts(kernel.digest)}
            formal = [
                {"kind": c.kind, "label": c.label, "text": c.text, "formal": True, "verdict": verdicts.get((c.kind, c.text))}
                for c in kernel.formal
            ]
            informal = [{"kind": c.kind, "label": "", "text": c.text, "formal": False, "verdict": None} for c in kernel.informal]
            self._conditions[kernel.digest] = [*formal, *informal]
        return self._conditions[kernel.digest]


def _head(kernel: StoredKernel) -> Row:
    return {"name": kernel.name, "digest": kernel.digest, "version": kernel.version, "family": kernel.family}


def _steps(trace: Trace) -> list[Row]:
    kept = [e for e in trace.events if e.kind not in (EventKind.VERIFICATION, EventKind.EVIDENCE)]
    return [_step(number, event) for number, event in enumerate(kept, 1)]


def _step(number: int, event: Event) -> Row:
    row: Row = {"step": number, "action": event.kind.value}
    if event.kind is EventKind.TOOL:
        row["tool"] = event.name
        row["arguments"] = event.payload.get("arguments", {})
        if "result" in event.payload:
            row["result"] = event.payload["result"]
        if event.payload.get("error"):
            row["error"] = event.payload["error"]
        return row
    text = event.payload.get("text")
    return {**row, "text": text if isinstance(text, str) else event.name}


def _parsed(text: str) -> Any:
    try:
        return read_json(text) if text else None
    except (JsonError, RecursionError):
        return None
