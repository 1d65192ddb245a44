"""The rules of a kernel's life: which state follows from which evidence. Pure: the service beside applies and records them."""

from __future__ import annotations

from kwlogic.weave.learn.life_beta import lower, upper
from kwlogic.weave.learn.life_data import Evidence, Move, Policy
from kwlogic.weave.learn.life_drift import drift
from kwlogic.weave.store.data import State

ACCEPTED, REJECTED = "accepted", "rejected"
AT_WORK = (State.GATED, State.PROVED, State.ENFORCED)


def move(state: State, evidence: Evidence, policy: Policy) -> Move | None:
    """The next step of a kernel, None where it stays."""
    against = _against(evidence)
    if state is State.PROMOTED:
        return Move(State.RETIRED, against) if against else _demotion(evidence, policy)
    if state not in (State.CANDIDATE, *AT_WORK):
        return None
    if against:
        return Move(State.REJECTED, against)
    if state is State.CANDIDATE:
        accepted = evidence.gate.standing == ACCEPTED
        return Move(State.GATED, f"the gate accepted it ({evidence.gate.runs} runs)") if accepted else None
    if state is State.GATED:
        return None if evidence.settled is None else Move(evidence.settled, verdict_words(evidence))
    return _promotion(evidence, policy)


def _against(evidence: Evidence) -> str:
    """What no number of good runs outweighs."""
    if evidence.refuted:
        return f"refuted: {'; '.join(evidence.refuted[:3])}"
    return f"the gate rejected it: {evidence.gate.reason}" if evidence.gate.standing == REJECTED else ""


def _promotion(evidence: Evidence, policy: Policy) -> Move | None:
    runs = evidence.outcomes
    if len(runs) < policy.runs:
        return None
    if lower(runs, policy.confidence, policy.prior) >= policy.success:
        return Move(State.PROMOTED, f"{rate_words(runs, policy)}, and {policy.success:g} was asked for")
    if upper(runs, policy.confidence, policy.prior) < policy.success:
        return Move(State.REJECTED, f"it will not reach {policy.success:g}: {rate_words(runs, policy)}")
    return None


def _demotion(evidence: Evidence, policy: Policy) -> Move | None:
    alarm = drift(evidence.after, policy.success, policy.patience)
    reason = ""
    if alarm is not None:
        reason = (
            f"drift at run {alarm.at} since its promotion: from run {alarm.since} on {alarm.rate:.0%} succeeded, "
            f"and it was promoted for {policy.success:g} (a false alarm within {alarm.at} runs has probability "
            f"{min(1.0, alarm.at / policy.patience):.2g} at most)"
        )
    elif upper(evidence.after, 1.0 - 1.0 / policy.patience, policy.prior) < policy.success:
        reason = f"since its promotion, {rate_words(evidence.after, policy)}"
    if not reason:
        return None
    if evidence.demoted < policy.demotions and evidence.settled is not None:
        return Move(evidence.settled, f"demoted: {reason}")
    return Move(State.RETIRED, reason)


def waits(state: State, evidence: Evidence, policy: Policy) -> str:
    """Why a kernel stays where it is."""
    match state:
        case State.CANDIDATE:
            gate = evidence.gate
            return f"the gate is undecided: {gate.reason}" if gate.standing else gate.reason or "the gate has not been asked"
        case State.GATED:
            open_ = ", ".join(f"{n} {v}" for v, n in sorted(evidence.verdicts.items()))
            return f"not every clause is proved or enforced: {open_}"
        case State.PROVED | State.ENFORCED:
            runs = evidence.outcomes
            few = f"{len(runs)} of {policy.runs} judged runs" if policy.judged else f"{len(runs)} of {policy.runs} runs"
            return few if len(runs) < policy.runs else f"{rate_words(runs, policy)}, and {policy.success:g} is asked for"
        case State.PROMOTED:
            return f"{rate_words(evidence.after, policy)} since its promotion" if evidence.after else "no run since its promotion"
        case _:
            return ""


def rate_words(runs: tuple[bool, ...], policy: Policy) -> str:
    """How many succeeded, and between which bounds the rate lies."""
    bounds = (f(runs, policy.confidence, policy.prior) for f in (lower, upper))
    low, high = (f"{b:.3f}" for b in bounds)
    prior = f"Beta({policy.prior[0]:g}, {policy.prior[1]:g})"
    return f"{sum(runs)} of {len(runs)} runs succeeded: the rate is above {low} and below {high}, each at {policy.confidence:.0%} under {prior}"


def verdict_words(evidence: Evidence) -> str:
    counts = ", ".join(f"{n} {v}" for v, n in sorted(evidence.verdicts.items()))
    return counts or "no clause beyond its types, which are checked"
