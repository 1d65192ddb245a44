"""Capture: events of the recording that is active in this context, if there is one.

The active recording is a context variable: tasks of asyncio inherit it, threads get it with ``bound``. Without one, every
function here returns at once. Events may come from several threads; each is cleaned before it is kept.
"""

from __future__ import annotations

import functools
import inspect
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from types import TracebackType
from typing import Any, Protocol, TypeVar, cast

from kwlogic.weave.trace.clean import Cleaner, Limits
from kwlogic.weave.trace.data import Event, EventKind, Trace

F = TypeVar("F", bound=Callable[..., Any])
_ACTIVE: ContextVar[Recording | None] = ContextVar("kwlogic_trace", default=None)
_PARENT: ContextVar[int | None] = ContextVar("kwlogic_trace_parent", default=None)


class Saves(Protocol):
    """Where finished traces go: a ``Store``, or anything alike."""

    def put_trace(self, trace: Any) -> None: ...


class Recording:
    """A trace that is being recorded. ``success`` and ``output`` may be set while it runs."""

    def __init__(self, prompt: str = "", family: str = "", limits: Limits | None = None, secrets: tuple[str, ...] = ()) -> None:
        self.trace_id = uuid.uuid4().hex
        self.cleaner = Cleaner(limits, secrets)
        self.prompt, self.family = self.cleaner.text(prompt)[: self.cleaner.limits.text], self.cleaner.text(family)
        self.success: bool | None = None
        self.output: Any = None
        self.dropped = 0
        self._events: list[Event] = []
        self._lock = threading.Lock()

    def add(self, kind: EventKind, name: str, payload: Mapping[str, Any], start: int = 0, end: int = 0) -> int | None:
        """Keep an event; its index, or None where the trace is full."""
        if len(self._events) >= self.cleaner.limits.events:
            with self._lock:
                self.dropped += 1
            return None
        began = start or time.time_ns()
        event = Event(kind, self.cleaner.text(name)[:500], self.cleaner.payload(payload), began, end or began, _PARENT.get())
        with self._lock:
            self._events.append(event)
            return len(self._events) - 1

    def replace(self, index: int, payload: Mapping[str, Any], end: int) -> None:
        clean = self.cleaner.payload(payload)
        with self._lock:
            old = self._events[index]
            self._events[index] = Event(old.kind, old.name, clean, old.start, end, old.parent)

    @property
    def trace(self) -> Trace:
        """What has been recorded so far."""
        output = self.cleaner.payload({"output": self.output})["output"]
        with self._lock:
            events = tuple(self._events)
        meta = {"dropped": self.dropped} if self.dropped else {}
        return Trace(self.trace_id, events, self.prompt, self.family, self.success, output, meta)


def active() -> Recording | None:
    """The recording of this context."""
    return _ACTIVE.get()


@contextmanager
def record(
    prompt: str = "",
    family: str = "",
    *,
    save: Saves | None = None,
    limits: Limits | None = None,
    secrets: tuple[str, ...] = (),
) -> Iterator[Recording]:
    """Record what happens inside. An exception is recorded as a failure and goes on; ``save`` gets the trace in the end."""
    recording = Recording(prompt, family, limits, secrets)
    token, parent = _ACTIVE.set(recording), _PARENT.set(None)
    try:
        yield recording
    except BaseException as error:
        recording.success = False
        recording.add(EventKind.FAILURE, type(error).__name__, {"text": str(error)})
        raise
    finally:
        _ACTIVE.reset(token)
        _PARENT.reset(parent)
        if save is not None:
            save.put_trace(recording.trace.stored())


def emit(kind: EventKind, name: str = "", payload: Mapping[str, Any] | None = None) -> None:
    """Record an event of any kind."""
    recording = _ACTIVE.get()
    if recording is not None:
        recording.add(kind, name, payload or {})


def plan(text: str, **more: Any) -> None:
    """What is going to be done."""
    if _ACTIVE.get() is not None:
        emit(EventKind.PLAN, "", {"text": text, **more})


def evidence(text: str, **more: Any) -> None:
    """What something rests on."""
    if _ACTIVE.get() is not None:
        emit(EventKind.EVIDENCE, "", {"text": text, **more})


def decision(name: str, **more: Any) -> None:
    """What was chosen, and why."""
    if _ACTIVE.get() is not None:
        emit(EventKind.DECISION, name, more)


def observation(text: str, **more: Any) -> None:
    """What was seen."""
    if _ACTIVE.get() is not None:
        emit(EventKind.OBSERVATION, "", {"text": text, **more})


def execution(name: str, **more: Any) -> None:
    """A step that was done and is no tool call."""
    if _ACTIVE.get() is not None:
        emit(EventKind.EXECUTION, name, more)


def verification(clause: str, verdict: str, **more: Any) -> None:
    """What a check said: ``proved``, ``enforced``, ``refuted``, ``unknown``, ``pass`` or ``fail``."""
    if _ACTIVE.get() is not None:
        emit(EventKind.VERIFICATION, clause, {"clause": clause, "verdict": verdict, **more})


def failure(name: str, **more: Any) -> None:
    """What went wrong."""
    if _ACTIVE.get() is not None:
        emit(EventKind.FAILURE, name, more)


class Call:
    """A tool call that is under way: set ``result`` before it ends. Also for ``async with``."""

    __slots__ = ("_index", "_recording", "_token", "arguments", "error", "name", "result")
    _unset = object()

    def __init__(self, name: str, arguments: Mapping[str, Any] | None = None) -> None:
        self.name, self.arguments = name, arguments or {}
        self.result: Any = Call._unset
        self.error = ""
        self._recording = _ACTIVE.get()
        self._index: int | None = None
        self._token: Any = None

    def __enter__(self) -> Call:
        if self._recording is not None:
            self._index = self._recording.add(EventKind.TOOL, self.name, {"arguments": self.arguments})
            self._token = _PARENT.set(self._index)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._recording is None:
            return
        _PARENT.reset(self._token)
        if error is not None:
            self.error = f"{type(error).__name__}: {error}"
        if self._index is None:
            return
        payload: dict[str, Any] = {"arguments": self.arguments}
        if self.result is not Call._unset:
            payload["result"] = self.result
        if self.error:
            payload["error"] = self.error
        self._recording.replace(self._index, payload, time.time_ns())

    async def __aenter__(self) -> Call:
        return self.__enter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.__exit__(kind, error, trace)


def tool(name: str, arguments: Mapping[str, Any] | None = None) -> Call:
    """``with tool("search", {...}) as call: call.result = …``"""
    return Call(name, arguments)


def traced(function: F | None = None, *, name: str | None = None) -> Any:
    """Decorator: each call of the function is a tool call, under its name and with its arguments by name."""
    if function is None:
        return functools.partial(traced, name=name)
    shown = name or function.__name__
    names = _names(function)
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*args: Any, **kwargs: Any) -> Any:
            if _ACTIVE.get() is None:
                return await function(*args, **kwargs)
            async with Call(shown, names(args, kwargs)) as call:
                call.result = await function(*args, **kwargs)
                return call.result

        return cast(F, later)

    @functools.wraps(function)
    def now(*args: Any, **kwargs: Any) -> Any:
        if _ACTIVE.get() is None:
            return function(*args, **kwargs)
        with Call(shown, names(args, kwargs)) as call:
            call.result = function(*args, **kwargs)
            return call.result

    return cast(F, now)


def _names(function: Callable[..., Any]) -> Callable[[tuple[Any, ...], dict[str, Any]], dict[str, Any]]:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return lambda args, kwargs: {**{f"arg{i}": a for i, a in enumerate(args)}, **kwargs}

    def named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            found = dict(signature.bind(*args, **kwargs).arguments)
        except TypeError:
            return {"args": list(args), **kwargs}
        found.pop("self", None)
        return found

    return named


def bound(function: F) -> F:
    """The function with the context of now: for threads, which start without one."""
    context = copy_context()

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        return context.copy().run(function, *args, **kwargs)

    return cast(F, run)
