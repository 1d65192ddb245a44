"""Answers, and what is stored of them: verdicts as JSON, and back; anything unexpected reads as nothing stored."""

from __future__ import annotations

import json
from typing import Any

from kwlogic.source.records import dataclass
from kwlogic.vc.data import Assumed, Counterexample, Enforced, Proved, Refuted, Unknown, Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """``verdict`` for an obligation; ``hyps`` for a lint, None where it found nothing; ``texts`` for the log.

    ``volatile``: the safety net had a hand in it, so it must not be stored."""

    verdict: Verdict | None = None
    hyps: frozenset[str] | None = None
    rlimit: int = 0
    seconds: float = 0.0
    volatile: bool = False
    texts: tuple[tuple[str, str], ...] = ()


def answer_to_bytes(answer: Answer) -> bytes:
    if answer.verdict is None:
        stored: dict[str, Any] = {"hyps": None if answer.hyps is None else sorted(answer.hyps)}
    else:
        stored = verdict_to_json(answer.verdict)
    return json.dumps(stored | {"rlimit": answer.rlimit}, sort_keys=True).encode()


def answer_from_bytes(data: bytes) -> Answer | None:
    try:
        read = json.loads(data)
        if "verdict" in read:
            return Answer(verdict_from_json(read), rlimit=int(read["rlimit"]))
        hyps = read["hyps"]
        return Answer(None, None if hyps is None else frozenset(map(str, hyps)), int(read["rlimit"]))
    except (ValueError, KeyError, TypeError):
        return None


def verdict_to_json(verdict: Verdict) -> dict[str, Any]:
    """As JSON has it; sets in order, so that equal verdicts have equal texts."""
    match verdict:
        case Proved():
            return {
                "verdict": "proved",
                "uses": sorted(verdict.uses),
                "hyps": sorted(verdict.hyps),
                "method": verdict.method,
                "tier": verdict.tier,
                "witness": _example_out(verdict.witness),
            } | ({"lemmas": list(verdict.lemmas)} if verdict.lemmas else {})
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
                "stuck": verdict.stuck,
            }
        case Enforced():
            return {"verdict": "enforced", "tested": verdict.tested}
        case Assumed():
            return {"verdict": "assumed"}


def verdict_from_json(read: dict[str, Any]) -> Verdict:
    """Raises ValueError, KeyError or TypeError where it is not what was written."""
    match read["verdict"]:
        case "proved":
            lemmas = tuple(map(str, read.get("lemmas", ())))
            witness = _example_in(read["witness"])
            return Proved(frozenset(read["uses"]), frozenset(read["hyps"]), read["method"], read["tier"], witness, lemmas=lemmas)
        case "refuted":
            return Refuted(_example_in(read["counterexample"]), frozenset(read["core"]))
        case "unknown":
            return Unknown(read["reason"], read["blame"], read["blamed"], tuple(read["tried"]), int(read["passed"]), read.get("stuck", ""))
        case "enforced":
            return Enforced(int(read["tested"]))
        case "assumed":
            return Assumed()
        case other:
            raise ValueError(other)


def _example_out(example: Counterexample | None) -> Any:
    return None if example is None else [list(example.inputs), list(example.outputs), example.note]


def _example_in(read: Any) -> Counterexample | None:
    if read is None:
        return None
    inputs, outputs, note = read
    return Counterexample(tuple((a, b, c) for a, b, c in inputs), tuple((a, b, c) for a, b, c in outputs), str(note))
