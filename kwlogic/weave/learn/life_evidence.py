"""What the store knows of a kernel that its life depends on: verdicts, what the gate said, how its runs ended.

A run counts once, by what was said of it last. Nothing from before a demotion counts again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kwlogic.weave.learn.life_beta import lower, upper
from kwlogic.weave.learn.life_data import Evidence, Gated, Policy
from kwlogic.weave.store.data import Feedback, RunState, State, StoredKernel, Transition, canonical
from kwlogic.weave.store.store import Store

ORACLES = ("prompt", "tool", "python")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``seq`` numbers the feedback that said it, 0 where nobody did and the run speaks for itself."""

    at: str
    seq: int
    passed: bool


def evidence_of(store: Store, stored: StoredKernel, policy: Policy, gated: Gated | None = None, version: str = "") -> Evidence:
    """What is known now; ``gated`` and ``version`` where the gate was just asked."""
    past = store.transitions(stored.digest)
    told = _told(past)
    version = version or str(told.get("version", ""))
    outcomes, upto = _outcomes(store, stored.digest, version, policy)
    start = _last(past, lambda t: (t.before is State.PROMOTED and t.after is not State.RETIRED) or t.before is State.RETIRED)
    risen = _last(past, lambda t: t.after is State.PROMOTED)
    verdicts = store.verdicts(stored.digest)
    counted = [o for o in outcomes if _later(o, start)]
    return Evidence(
        gated if gated is not None else _gated(told),
        dict(Counter(v.verdict for v in verdicts)),
        tuple(f"{v.kind} {v.label or v.text}" for v in verdicts if v.verdict == "refuted"),
        tuple(o.passed for o in counted),
        tuple(o.passed for o in counted if risen is not None and _later(o, risen)),
        sum(t.before is State.PROMOTED and t.after is not State.RETIRED for t in past),
        upto,
        _kind(stored) in ORACLES,
        version,
    )


def evidence_text(evidence: Evidence, policy: Policy) -> str:
    """The evidence as the store keeps it with a transition."""
    return canonical(
        {
            "gate": {"standing": evidence.gate.standing, "reason": evidence.gate.reason, "runs": evidence.gate.runs},
            "verdicts": dict(evidence.verdicts),
            "all": _counts(evidence.outcomes, policy),
            "since_promotion": _counts(evidence.after, policy),
            "thresholds": {"runs": policy.runs, "success": policy.success, "patience": policy.patience, "judged": policy.judged},
            "upto": evidence.upto,
            "version": evidence.version,
        }
    )


def _counts(outcomes: tuple[bool, ...], policy: Policy) -> dict[str, Any]:
    bounds = [round(f(outcomes, policy.confidence, policy.prior), 6) for f in (lower, upper)]
    said = {"confidence": policy.confidence, "prior": list(policy.prior)}
    return {"runs": len(outcomes), "succeeded": sum(outcomes), "lower": bounds[0], "upper": bounds[1], **said}


def _outcomes(store: Store, digest: str, version: str, policy: Policy) -> tuple[list[Outcome], int]:
    """How runs ended, in the order in which they were judged, or ended; the number of the last feedback."""
    feedback = store.feedback(digest)
    last: dict[str, Feedback] = {}
    for said in feedback:
        last[_run_of(said) or said.feedback_id] = said
    found = {run: Outcome(f.at, f.seq, f.success) for run, f in last.items() if f.success is not None}
    if not policy.judged:
        for run in (r for key in {digest, version} - {""} for r in store.runs(key)):
            if run.run_id not in found and run.state is not RunState.RUNNING:
                found[run.run_id] = Outcome(run.ended or run.at, 0, run.state is RunState.DONE)
    return sorted(found.values(), key=lambda o: (o.at, o.seq)), max((f.seq for f in feedback), default=0)


def _run_of(said: Feedback) -> str:
    """The run that feedback speaks of."""
    try:
        document = json.loads(said.document)
    except (ValueError, RecursionError):
        return ""
    found = document.get("run") if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""


def _told(past: Iterable[Transition]) -> dict[str, Any]:
    """What was known when the kernel was gated, or last moved by rule."""
    found: dict[str, Any] = {}
    for made in past:
        document = document_of(made)
        if document.get("gate", {}).get("standing"):
            found = document
    return found


def document_of(made: Transition) -> dict[str, Any]:
    """The evidence of a transition."""
    try:
        found = json.loads(made.evidence)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("gate", {}), dict) else {}


def _gated(told: dict[str, Any]) -> Gated:
    gate = told.get("gate", {})
    runs = gate.get("runs", 0)
    return Gated(str(gate.get("standing", "")), str(gate.get("reason", "")), runs if isinstance(runs, int) else 0)


def _last(past: list[Transition], wanted: Any) -> Transition | None:
    return next((t for t in reversed(past) if wanted(t)), None)


def _later(outcome: Outcome, made: Transition | None) -> bool:
    if made is None:
        return True
    upto = document_of(made).get("upto", 0)
    return outcome.seq > upto if outcome.seq and isinstance(upto, int) else outcome.at > made.at


def _kind(stored: StoredKernel) -> str:
    body = json.loads(stored.document).get("body")
    return str(body[0]) if isinstance(body, list) and body else "none"
