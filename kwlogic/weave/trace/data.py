"""Traces: records only. A payload is a JSON document whose numbers are exact (``int`` and ``Fraction``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kwlogic.weave.store.data import StoredTrace


class EventKind(Enum):
    PLAN = "plan"
    TOOL = "tool"
    EVIDENCE = "evidence"
    VERIFICATION = "verification"
    DECISION = "decision"
    FAILURE = "failure"
    OBSERVATION = "observation"
    EXECUTION = "execution"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Event:
    """``name``: the tool, the clause, the step. ``start`` and ``end`` in nanoseconds since 1970, 0 where not known. ``parent`` is the
    index of the event that this one is part of. Payload keys with a meaning: ``arguments`` and ``result`` of a tool,
    ``error``, ``verdict`` and ``clause`` of a verification, ``text``; ``cut`` names those of them that were shortened."""

    kind: EventKind
    name: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call of a tool as checks want it. ``known``: whether the result was recorded whole; ``error`` says why it failed."""

    index: int
    tool: str
    arguments: Any
    result: Any = None
    known: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """``success`` None: nobody said. ``meta`` holds what the source says beyond that."""

    trace_id: str
    events: tuple[Event, ...]
    prompt: str = ""
    family: str = ""
    success: bool | None = None
    output: Any = None
    meta: dict[str, Any] = field(default_factory=dict)

    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls in order."""
        return tuple(_call(i, e) for i, e in enumerate(self.events) if e.kind is EventKind.TOOL)

    def stored(self) -> StoredTrace:
        """As the store keeps it."""
        from kwlogic.weave.store.data import StoredTrace
        from kwlogic.weave.trace.text import trace_text

        return StoredTrace(self.trace_id, self.family, trace_text(self), self.success)


def _call(index: int, event: Event) -> ToolCall:
    payload = event.payload
    known = "result" in payload and "result" not in payload.get("cut", ())
    error = str(payload.get("error") or "")
    return ToolCall(index, event.name, payload.get("arguments", {}), payload.get("result"), known, error)


def tool_event(tool: str, arguments: Any, result: Any = None, *, recorded: bool = True, error: str = "", **more: Any) -> Event:
    payload: dict[str, Any] = {"arguments": arguments, **more}
    if recorded:
        payload["result"] = result
    if error:
        payload["error"] = error
    return Event(EventKind.TOOL, tool, payload)


def ordered(events: Iterable[Event]) -> tuple[Event, ...]:
    """By the time they started, those without a time where they stood."""
    found = list(events)
    return tuple(sorted(found, key=lambda e: e.start)) if all(e.start for e in found) else tuple(found)
