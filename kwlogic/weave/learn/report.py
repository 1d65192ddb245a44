"""The report of a run of learning as JSON: kernels, ports, clauses with their support and verdicts, and what was left out."""

from __future__ import annotations

from typing import Any

from kwlogic.weave.learn.data import Clause, Draft, Learned, Port
from kwlogic.weave.learn.naming import type_text


def report_text(learned: Learned) -> str:
    import json

    return json.dumps(report(learned), ensure_ascii=False, indent=2)


def report(learned: Learned) -> dict[str, Any]:
    verdicts = {(name, text): verdict for name, text, verdict in learned.verdicts}
    return {
        "module": learned.module,
        "traces": learned.traces,
        "kernels": [_kernel(k, learned.module, verdicts) for k in learned.kernels],
        "proved": learned.proved,
        "enforced": learned.enforced,
        "diagnostics": [
            {"code": d.code, "severity": d.severity.value, "message": d.message, "notes": list(d.notes)} for d in learned.diagnostics
        ],
        "text": learned.text,
    }


def _kernel(draft: Draft, module: str, verdicts: dict[tuple[str, str], str]) -> dict[str, Any]:
    name = f"{module}.{draft.name}"
    return {
        "name": name,
        "family": draft.family,
        "body": draft.body.kind,
        "candidate": draft.candidate,
        "inputs": [_port(p) for p in draft.inputs],
        "outputs": [_port(p) for p in draft.outputs],
        "clauses": [_clause(c, verdicts.get((name, " ".join(c.text.split())), "")) for c in draft.clauses],
        "observations": len(draft.rows),
        "held_out": draft.held_out,
        "templates_tested": draft.tested,
        "failed": {"observations": len(draft.failed), "rejected": draft.rejected},
        "left_out": [{"what": what, "why": why} for what, why in draft.dropped],
    }


def _port(port: Port) -> dict[str, str]:
    return {"name": port.name, "type": type_text(port.shape), "key": port.key}


def _clause(clause: Clause, verdict: str) -> dict[str, Any]:
    return {
        "kind": clause.kind,
        "text": clause.text,
        "support": clause.support,
        "of": clause.total,
        "chance": clause.p,
        "by": clause.by,
        "verdict": verdict,
    }
