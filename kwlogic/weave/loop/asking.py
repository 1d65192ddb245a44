"""A kernel asked with a prompt: its inputs are read, its ``requires`` checked on them, and it runs with its contract enforced."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kwlogic.compose.running import Ports, Stopped, Where
from kwlogic.core.codec import DecodeError, decode, encode_ports
from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Kernel
from kwlogic.weave.learn.life_open import Ready
from kwlogic.weave.loop.data import Asked, Extract
from kwlogic.weave.route.dispatch import broken_requires
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.data import RunConfig
from kwlogic.weave.run.service import Runner
from kwlogic.weave.run.tracing import Recorder
from kwlogic.weave.store.data import Run, RunState
from kwlogic.weave.store.memory import StoreMemory
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.capture import Recording
from kwlogic.workspace.outcome import MAX_STEPS


class Passed(Exception):
    """Why a kernel does not answer a prompt. ``ran``: it ran, and failed. ``unread``: its inputs are not in the prompt."""

    def __init__(self, reason: str, ran: bool = False, unread: bool = False) -> None:
        super().__init__(reason)
        self.ran, self.unread = ran, unread


@dataclass(frozen=True, slots=True)
class Ran:
    """``text`` is the outputs as JSON."""

    run_id: str
    inputs: str
    outputs: Ports
    text: str
    cached: bool


async def inputs_of(asked: Asked, extractors: tuple[Extract, ...]) -> tuple[str, Ports]:
    """The inputs that a prompt names, as text and as values; raises Passed."""
    for extract in extractors:
        inputs = await extract(asked)
        if inputs is None:
            continue
        broken = broken_requires(asked.ready.kernel, inputs, Evaluator(asked.ready.program, MAX_STEPS))
        if broken:
            raise Passed(f"it requires more: {broken}")
        return encode_ports(inputs, asked.ready.kernel.inputs, asked.ready.program), inputs
    raise Passed("its inputs cannot be read out of the prompt", unread=True)


async def run_kernel(
    store: Store, config: RunConfig, backends: Backends, asked: Asked, digest: str, inputs: tuple[str, Ports], keep: bool = True
) -> Ran:
    """Run it, and with ``keep`` store run and trace; raises Passed."""
    ready, kernel = asked.ready, asked.ready.kernel
    text, values = inputs
    run = Run(uuid.uuid4().hex, digest, kernel.name, text)
    recorder = Recorder(kernel, ready.program, Recording(asked.prompt, kernel.family or kernel.name))
    heard = _Heard(recorder)
    runner = Runner(ready.program, config, memory=StoreMemory(store), listener=heard.hear)
    try:
        outputs = await runner.run_in(backends, kernel, values)
    except Stopped as stop:
        if keep:
            _kept(store, run, recorder, RunState.FAILED, "", stop.reason)
        raise Passed(stop.reason, ran=True) from stop
    said = encode_ports(outputs, kernel.outputs, ready.program)
    if keep:
        _kept(store, run, recorder, RunState.DONE, said, "")
    return Ran(run.run_id, text, outputs, said, heard.cached)


def _kept(store: Store, run: Run, recorder: Recorder, state: RunState, outputs: str, reason: str) -> None:
    trace = recorder.keep(store, run.run_id, state is RunState.DONE)
    store.finish_run(Run(run.run_id, run.kernel, run.name, run.inputs, state, outputs, reason, trace))


class _Heard:
    """Listens for answers that came from the cache."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.cached = False

    def hear(self, kind: str, where: Where, kernel: Kernel | None, what: Mapping[str, object]) -> None:
        self.cached |= kind == "cached"
        self.recorder.hear(kind, where, kernel, what)


def same(ready: Ready, ran: Ran, value: Any) -> bool:
    """Whether a raw answer says what the kernel yielded: an object of the outputs, or the value of the only one."""
    ports, program = ready.kernel.outputs, ready.program
    whole = isinstance(value, dict) and set(value) == {p.name for p in ports}
    if not whole and len(ports) != 1:
        return False
    try:
        outputs = {p.name: decode(value[p.name] if whole else value, p.type, program) for p in ports}
    except (DecodeError, RecursionError):
        return False
    return encode_ports(outputs, ports, program) == ran.text
