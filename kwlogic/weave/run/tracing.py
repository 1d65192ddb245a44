"""What a run leaves behind: the events of its steps, cleaned of secrets and bounded, as one trace of the store."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kwlogic.compose.running import Where
from kwlogic.core.codec_encode import encode
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.capture import Recording
from kwlogic.weave.trace.data import EventKind

KINDS = {
    "started": EventKind.PLAN,
    "answered": EventKind.OBSERVATION,
    "rejected": EventKind.VERIFICATION,
    "skipped": EventKind.VERIFICATION,
    "failed": EventKind.FAILURE,
    "rolled back": EventKind.EXECUTION,
}


class Recorder:
    """Collects the events of one run, in ``recording`` or in one of its own, which ``keep`` puts into the store. A finished
    oracle is a tool call of its name."""

    def __init__(self, kernel: Kernel, program: Program, recording: Recording | None = None) -> None:
        self.program = program
        self.recording = recording or Recording(family=kernel.family or kernel.name)
        self._started: dict[tuple[str, ...], int] = {}
        self._skipped: set[tuple[tuple[str, ...], object]] = set()

    def hear(self, kind: str, where: Where, kernel: Kernel | None, what: Mapping[str, object]) -> None:
        step = "/".join(where.path)
        if kind == "started":
            self._started[where.path] = time.time_ns()
        if kind == "skipped":
            self._skipped.add((where.path, what.get("clause")))
        if kind == "finished" and kernel is not None:
            self._finished(kernel, where, step, what)
            return
        payload = {k: v for k, v in what.items() if k not in ("inputs", "outputs")}
        if kind == "started" and kernel is not None:
            payload["inputs"] = self._ports(kernel, what, "inputs")
        name = kernel.name if kernel is not None else kind
        self.recording.add(KINDS.get(kind, EventKind.DECISION), name, {"event": kind, "step": step, **payload})

    def _finished(self, kernel: Kernel, where: Where, step: str, what: Mapping[str, object]) -> None:
        outputs = self._ports(kernel, what, "outputs")
        kind = EventKind.TOOL if isinstance(kernel.body, OracleBody) else EventKind.EXECUTION
        payload = {"step": step, "arguments": self._ports(kernel, what, "inputs"), "result": outputs}
        self.recording.add(kind, kernel.name, payload, self._started.pop(where.path, 0), time.time_ns())
        for clause in kernel.ensures:
            if (where.path, clause.text) in self._skipped:
                continue
            self.recording.add(
                EventKind.VERIFICATION, clause.label or clause.text, {"clause": clause.text, "verdict": "held", "step": step}
            )
        evidence = {n: outputs[n] for n in kernel.evidence if n in outputs}
        if evidence:
            self.recording.add(EventKind.EVIDENCE, kernel.name, {"step": step, **evidence})

    def _ports(self, kernel: Kernel, what: Mapping[str, Any], side: str) -> dict[str, Any]:
        ports = kernel.inputs if side == "inputs" else kernel.outputs
        return {p.name: encode(what[side][p.name], p.type, self.program) for p in ports}

    def keep(self, store: Store, run_id: str, success: bool | None) -> str:
        """The id of the trace, which is that of the run."""
        self.recording.success = success
        store.put_trace(replace(self.recording.trace, trace_id=run_id).stored())
        return run_id
