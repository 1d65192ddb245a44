"""Recording what an agent does: ``kwlogic.trace``.

    from kwlogic import trace

    with trace.record("cancel a reservation", family="airline", save=store) as recording:
        trace.plan("look the reservation up first")
        with trace.tool("get_reservation", {"id": "ZFA04Y"}) as call:
            call.result = lookup("ZFA04Y")
        trace.decision("cancel", reason="within 24 hours")

    @trace.traced
    async def search(origin: str, destination: str) -> list[dict]: ...

Outside of ``record`` all of these do next to nothing. Secrets are taken out and sizes are bounded before anything is kept.
"""

from __future__ import annotations

from kwlogic.weave.trace.capture import (
    Call,
    Recording,
    active,
    bound,
    decision,
    emit,
    evidence,
    execution,
    failure,
    observation,
    plan,
    record,
    tool,
    traced,
    verification,
)

__all__ = [
    "Call",
    "Recording",
    "active",
    "bound",
    "decision",
    "emit",
    "evidence",
    "execution",
    "failure",
    "observation",
    "plan",
    "record",
    "tool",
    "traced",
    "verification",
]
