"""What a run leaves behind: the events of its steps, in order, as one trace of the store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kwlogic.compose.running import Where
from kwlogic.core.codec import encode_ports
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.weave.store.data import StoredTrace
from kwlogic.weave.store.store import Store

LONGEST = 20_000  # characters of one text in a trace
KINDS = {"started": "plan", "answered": "tool", "rejected": "verification", "failed": "failure", "rolled back": "execution"}


class Recorder:
    """Collects the events of one run; ``keep`` puts them into the store."""

    def __init__(self, kernel: Kernel, program: Program) -> None:
        self.kernel, self.program = kernel, program
        self.events: list[dict[str, Any]] = []

    def hear(self, kind: str, where: Where, kernel: Kernel | None, what: Mapping[str, object]) -> None:
        payload: dict[str, Any] = {"step": "/".join(where.path), "kernel": kernel.name if kernel is not None else None}
        if kernel is not None and kind in ("started", "finished"):
            payload["inputs"] = self._ports(kernel, what, "inputs")
        if kernel is not None and kind == "finished":
            payload["outputs"] = self._ports(kernel, what, "outputs")
            self._evidence(kernel, payload)
        else:
            payload |= {k: _short(v) for k, v in what.items() if k not in ("inputs", "outputs")}
        self.events.append({"kind": self._kind(kind, kernel), "payload": {"event": kind, **payload}})

    def _kind(self, kind: str, kernel: Kernel | None) -> str:
        if kind == "finished":
            return "tool" if kernel is not None and isinstance(kernel.body, OracleBody) else "execution"
        return KINDS.get(kind, "decision")

    def _evidence(self, kernel: Kernel, payload: Mapping[str, Any]) -> None:
        named = {n: payload["outputs"][n] for n in kernel.evidence if n in payload["outputs"]}
        if named:
            self.events.append({"kind": "evidence", "payload": {"step": payload["step"], "kernel": kernel.name, **named}})

    def _ports(self, kernel: Kernel, what: Mapping[str, Any], side: str) -> Any:
        ports = kernel.inputs if side == "inputs" else kernel.outputs
        text = encode_ports(what[side], ports, self.program)
        return json.loads(text) if len(text) <= LONGEST else _short(text)

    def keep(self, store: Store, run_id: str, success: bool | None) -> str:
        """The id of the trace."""
        document = {"trace_id": run_id, "task_family": self.kernel.family or self.kernel.name, "events": self.events}
        store.put_trace(StoredTrace(run_id, self.kernel.family or self.kernel.name, json.dumps(document, ensure_ascii=False), success))
        return run_id


def _short(value: object) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}... ({len(value):,} characters)"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return json.loads(text) if len(text) <= LONGEST else _short(text)
