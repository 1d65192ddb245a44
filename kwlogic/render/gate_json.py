"""The JSON interface of `kwlogic gate`, version 1 (documented in ``docs/gate.md``). Keys are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kwlogic.gate.data import Comparison, Finding, KernelReport, Standing
from kwlogic.render.json import diagnostic_object, dump
from kwlogic.source.data import Source
from kwlogic.workspace.gate_data import GateResult

VERSION = 1


def gate_json(result: GateResult) -> str:
    return dump(
        {
            "version": VERSION,
            "summary": {s.value: result.count(s) for s in Standing}
            | {"kernels": len(result.reports), "seed": result.seed, "seconds": round(result.seconds, 3)},
            "kernels": [_kernel(r, result.sources) for r in result.reports],
            "diagnostics": [diagnostic_object(d, result.sources) for d in result.diagnostics],
            "written": list(result.written),
        }
    )


def _kernel(report: KernelReport, sources: Mapping[str, Source]) -> dict[str, Any]:
    module, _, name = report.name.rpartition(".")
    return {
        "module": module,
        "kernel": name,
        "kind": report.kind,
        "standing": report.standing.value,
        "runs": report.runs,
        "seeds": report.seeded,
        "kept": report.replayed,
        "refuted": list(report.refuted),
        "unknown": list(report.unknown),
        "findings": [_finding(f, sources) for f in report.findings],
        "change": None if report.comparison is None else _change(report.comparison),
    }


def _finding(found: Finding, sources: Mapping[str, Source]) -> dict[str, Any]:
    return diagnostic_object(found.diagnostic, sources) | {"notes": list(found.diagnostic.notes), "undecided": found.undecided}


def _change(comparison: Comparison) -> dict[str, Any]:
    return {
        "change": comparison.change.value,
        "step": comparison.step.value,
        "before": comparison.before,
        "after": comparison.after,
        "admitted": comparison.admitted,
        "reasons": [
            {"text": r.text, "clause": r.clause or None, "witness": {name: shown for name, shown, _ in r.witness}}
            for r in comparison.reasons
        ],
    }
