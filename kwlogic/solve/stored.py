"""Verdicts as bytes for the cache, and back; anything unexpected reads as nothing stored."""

from __future__ import annotations

import json
from typing import Any

from kwlogic.vc.data import Counterexample, Obligation, Proved, Refuted, Result, Unknown, Verdict


def to_bytes(result: Result) -> bytes:
    return json.dumps({"rlimit": result.rlimit, **_verdict_out(result.verdict)}, sort_keys=True).encode()


def from_bytes(obligation: Obligation, data: bytes) -> Result | None:
    try:
        read = json.loads(data)
        return Result(obligation, _verdict_in(read), int(read["rlimit"]), cached=True)
    except (ValueError, KeyError, TypeError):
        return None


def _verdict_out(verdict: Verdict) -> dict[str, Any]:
    match verdict:
        case Proved():
            return {
                "verdict": "proved",
                "uses": sorted(verdict.uses),
                "hyps": sorted(verdict.hyps),
                "method": verdict.method,
                "tier": verdict.tier,
                "witness": _example_out(verdict.witness),
            }
        case Refuted():
            return {"verdict": "refuted", "counterexample": _example_out(verdict.counterexample), "core": sorted(verdict.core)}
        case Unknown():
            return {
                "verdict": "unknown",
                "reason": verdict.reason,
                "blame": verdict.blame,
                "blamed": verdict.blamed,
                "tried": list(verdict.tried),
                "passed": verdict.passed,
            }
        case _:
            return {"verdict": type(verdict).__name__.lower()}


def _verdict_in(read: dict[str, Any]) -> Verdict:
    match read["verdict"]:
        case "proved":
            return Proved(frozenset(read["uses"]), frozenset(read["hyps"]), read["method"], read["tier"], _example_in(read["witness"]))
        case "refuted":
            return Refuted(_example_in(read["counterexample"]), frozenset(read["core"]))
        case "unknown":
            return Unknown(read["reason"], read["blame"], read["blamed"], tuple(read["tried"]), int(read["passed"]))
        case other:
            raise ValueError(other)


def _example_out(example: Counterexample | None) -> Any:
    return None if example is None else [list(example.inputs), list(example.outputs), example.note]


def _example_in(read: Any) -> Counterexample | None:
    if read is None:
        return None
    inputs, outputs, note = read
    return Counterexample(tuple((a, b, c) for a, b, c in inputs), tuple((a, b, c) for a, b, c in outputs), str(note))
