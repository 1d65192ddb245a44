"""The service behind `kwlogic run` for kernels that are not evaluated alone: oracles and compositions.

A run either yields outputs that satisfy the contract, or says why not: which step, which clause, with which values, and
what was undone. Nothing is printed here.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from kwlogic.compose.interpret import Interpreter
from kwlogic.compose.running import Broken, Fault, Ports, Stopped
from kwlogic.core.codec import DecodeError, decode_ports, encode_ports
from kwlogic.core.program import Kernel, Program
from kwlogic.core.types import show_type
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Source
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.config import run_config
from kwlogic.weave.run.data import ChatModel, Function, Memory, OracleError, RunConfig
from kwlogic.weave.run.environment import Listener, Live
from kwlogic.workspace.outcome import Outcome, parts_notes, shown
from kwlogic.workspace.run import Found


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs kernels of one program. ``models`` and ``tools`` stand before those of the configuration."""

    program: Program
    config: RunConfig
    models: Mapping[str, ChatModel] | None = None
    tools: Mapping[str, Function] | None = None
    memory: Memory | None = None
    listener: Listener | None = None

    async def run(self, kernel: Kernel, inputs: Ports, run: str = "") -> Ports:
        """The outputs; raises ``compose.running.Stopped``. ``run`` names the run in the memory, which resumes it."""
        async with Backends(self.config, self.models, self.tools) as backends:
            return await self.run_in(backends, kernel, inputs, run)

    async def run_in(self, backends: Backends, kernel: Kernel, inputs: Ports, run: str = "") -> Ports:
        """As ``run``, over sessions that stay open: a server's."""
        live = Live(self.program, self.config, backends, self.memory, run, self._listener(kernel))
        return await Interpreter(self.program, live, self.config.max_steps).run(kernel, inputs)

    def _listener(self, kernel: Kernel) -> Listener | None:
        """The one given; without one, a run is told to the recording that is active in this context, if there is one."""
        capture = sys.modules.get("kwlogic.weave.trace.capture")
        recording = capture.active() if capture is not None and self.listener is None else None
        if recording is None:
            return self.listener
        from kwlogic.weave.run.tracing import Recorder

        return Recorder(kernel, self.program, recording).hear


def run_live(
    found: Found, document: str, run: str | None = None, memory: Memory | None = None, listener: Listener | None = None
) -> Outcome:
    """Run a kernel on a JSON document. Raises Diagnosed where the configuration is wrong."""
    try:
        inputs = decode_ports(document, found.kernel.inputs, found.program)
    except DecodeError as error:
        help = f"the input is a JSON object with these keys: {_signature(found.kernel)}"
        wrong = diagnostic("KW720", f"the input does not fit `{_short(found.kernel)}`: {error}", help=help)
        return Outcome(diagnostics=(wrong,), sources=found.sources, failed=True, usage=True)
    runner = Runner(found.program, run_config(found.project), memory=memory, listener=listener)
    try:
        outputs = asyncio.run(runner.run(found.kernel, inputs, run or ""))
    except Stopped as stop:
        return Outcome(
            diagnostics=(stopped_as(stop, found.kernel, inputs, found.program, found.sources),), sources=found.sources, failed=True
        )
    return Outcome(encode_ports(outputs, found.kernel.outputs, found.program), (), found.sources)


def wants_store(found: Found, url: str | None) -> bool:
    """Whether runs are kept: where a store is asked for or configured, or the project has one already."""
    return url is not None or "store" in found.project.config.tables or (found.project.root / ".kwlogic" / "store.sqlite").exists()


def stopped_as(stop: Stopped, kernel: Kernel, inputs: Ports, program: Program, sources: Mapping[str, Source]) -> Diagnostic:
    """What to say of a run that ended without outputs."""
    code, verb = ("KW843", "was stopped") if isinstance(stop, Broken) else ("KW842", "failed")
    if isinstance(stop.__cause__, OracleError) and not stop.__cause__.once_more:
        code = "KW841"
    first = next((f for f in stop.faults if f.span is not None), None)
    notes = [n for fault in stop.faults for n in _fault_notes(fault, program, sources)]
    if len(stop.where.path) > 0:
        notes.append("in the step " + " / ".join(stop.where.path))
    notes.append("inputs: " + (", ".join(f"{n} = {shown(v)}" for n, v in inputs.items()) or "none"))
    notes += [f"note: {n}" for n in stop.notes]
    span = first.span if first is not None else kernel.name_span
    label = "false here" if first is not None else ""
    return diagnostic(code, f"`{_short(kernel)}` {verb}: {stop.reason}", span, label, notes=tuple(notes))


def _fault_notes(fault: Fault, program: Program, sources: Mapping[str, Source]) -> list[str]:
    if fault.clause is None:
        return [fault.message]
    from kwlogic.core.eval import Evaluator

    return [fault.message, *parts_notes(fault.clause, fault.env, Evaluator(program), sources)]


def _signature(kernel: Kernel) -> str:
    return ", ".join(f"{p.name}: {show_type(p.type)}" for p in kernel.inputs) or "none"


def _short(kernel: Kernel) -> str:
    return kernel.name.rsplit(".", 1)[-1]
