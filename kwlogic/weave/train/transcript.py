"""A transcript of prompts going their way: routed, arguments read, run with the contract enforced, or kept out.

With a configured model the run is real. Without one a scripted model answers as was recorded (examples of the spec files),
and says so where nothing was; nothing is made up.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from kwlogic.compose.running import Stopped
from kwlogic.core.codec import encode_ports
from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.weave.route.background import BACKGROUND
from kwlogic.weave.route.dispatch import Dispatch, dispatch
from kwlogic.weave.route.router import Router
from kwlogic.weave.route.service import Specs
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.data import Message, OracleError, RunConfig
from kwlogic.weave.run.prompts import examples
from kwlogic.weave.run.service import Runner

SCRIPTED = "scripted"
LONGEST = 400


class Recorded:
    """Answers as recorded cases of oracles did; says that it cannot where there is none."""

    def __init__(self, program: Program) -> None:
        self.answers: dict[str, str] = {}
        evaluator = Evaluator(program)
        for kernel in program.kernels.values():
            if isinstance(kernel.body, OracleBody) and kernel.body.kind == "prompt":
                self.answers.update(examples(kernel, program, evaluator))

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        for message in reversed(messages):
            for prompt, answer in self.answers.items():
                if message["role"] == "user" and message["content"].strip().startswith(prompt.strip()):
                    return answer
        raise OracleError("no model is configured, and no case like this was recorded", once_more=False)

    async def close(self) -> None:
        return None


def some_prompts(router: Router, most: int = 12) -> list[str]:
    """Prompts that the router was not fitted on where there are such, a few of each outcome, and a few for no kernel."""
    held = [h for h in router.fitted.held if h.prompt.strip()]
    inside = [h.prompt for h in held if h.kernel is not None] or [p for e in router.examples.values() for p in e]
    outside = [h.prompt for h in held if h.kernel is None] or list(BACKGROUND)
    step = max(1, len(inside) // max(1, most - 3))
    return [*inside[::step][: most - 3], *outside[:3]]


async def transcript(
    router: Router, specs: Specs | None, config: RunConfig, patterns: Mapping[str, Sequence[str]], prompts: Sequence[str]
) -> str:
    """The page."""
    lines = ["# Prompts, live", "", _by_whom(specs, config), ""]
    scripted = not config.models
    models = {SCRIPTED: Recorded(specs.program)} if scripted and specs is not None else None
    used = RunConfig(model=SCRIPTED, python=config.python, root=config.root, tools=config.tools) if scripted else config
    async with Backends(used, models) as backends:
        for prompt in prompts:
            lines += await _one(prompt, router, specs, backends, used, patterns)
    return "\n".join(lines)


def _by_whom(specs: Specs | None, config: RunConfig) -> str:
    if specs is None:
        return "The kernels are known by name only, so prompts are routed and nothing is run."
    if config.models:
        return "Routed, run and enforced by the configured models. Times are from this run."
    return "No model is configured: oracles answer as was recorded, and say where nothing was. Times are from this run."


async def _one(
    prompt: str, router: Router, specs: Specs | None, backends: Backends, config: RunConfig, patterns: Mapping[str, Sequence[str]]
) -> list[str]:
    began = time.perf_counter()
    if specs is None:
        done = Dispatch(router.route(prompt, watch=False), ())
    else:
        done = await dispatch(router, prompt, specs.program, backends, patterns)
    lines = ["```text", f"> {_short(prompt)}", f"route     {_route(done)}  ({1000 * (time.perf_counter() - began):.1f} ms)"]
    lines += [f"passed    {a.kernel}: {_short(a.reason)}" for a in done.attempts if a.reason]
    if specs is not None and done.inputs is not None and done.route.kernel is not None:
        lines += await _run(specs.program, specs.program.kernels[done.route.kernel], done.inputs, backends, config)
    return [*(line.replace("```", "'''") if i else line for i, line in enumerate(lines)), "```", ""]


def _route(done: Dispatch) -> str:
    route = done.route
    if route.kernel is None:
        return f"none: {_short(route.reason)}"
    return f"{route.kernel}, right with probability {route.probability:.2f}{', certified' if route.certified else ''}"


async def _run(program: Program, kernel: Kernel, inputs: Mapping[str, Any], backends: Backends, config: RunConfig) -> list[str]:
    lines = [f"inputs    {_short(encode_ports(dict(inputs), kernel.inputs, program))}"]
    began = time.perf_counter()
    try:
        outputs = await Runner(program, config).run_in(backends, kernel, dict(inputs))
    except Stopped as stop:
        return [*lines, f"stopped   {_short(stop.reason)}"]
    took = 1000 * (time.perf_counter() - began)
    clauses = [" ".join(c.text.split()) for c in kernel.ensures if c.text]
    held = f"held      {'; '.join(clauses)}" if clauses else "held      the types of the outputs"
    return [*lines, f"outputs   {_short(encode_ports(outputs, kernel.outputs, program))}  ({took:.1f} ms)", _short(held)]


def _short(text: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + " …"
