"""A transcript of prompts going their way: routed, arguments read, run with the contract enforced, or kept out.

With a configured model the run is real. Without one a scripted model answers as was recorded (examples of the spec files),
and says so where nothing was; nothing is made up.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from kwlogic.compose.running import Stopped
from kwlogic.core.codec import encode_ports
from kwlogic.core.eval import Evaluator
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.weave.route.background import BACKGROUND
from kwlogic.weave.route.dispatch import Dispatch, dispatch
from kwlogic.weave.route.router import Router
from kwlogic.weave.route.service import Specs
from kwlogic.weave.route.slots import slots
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.data import Message, OracleError, RunConfig
from kwlogic.weave.run.prompts import examples
from kwlogic.weave.run.service import Runner
from kwlogic.weave.train.data import Material

SCRIPTED = "scripted"
LONGEST = 400


class Recorded:
    """Answers as was recorded: cases of oracles, and the inputs of prompts that ran. Says that it cannot where nothing was."""

    def __init__(self, program: Program, inputs: Mapping[str, str]) -> None:
        self.answers = dict(inputs)
        evaluator = Evaluator(program)
        for kernel in program.kernels.values():
            if isinstance(kernel.body, OracleBody) and kernel.body.kind == "prompt":
                self.answers.update(examples(kernel, program, evaluator))

    async def complete(self, messages: Sequence[Message], schema: Mapping[str, Any] | None) -> str:
        """What a message asks stands before its rules, or between its fences."""
        for message in messages:
            text = message["content"].strip().strip("=").strip()
            found = self.answers.get(text) or self.answers.get(text.partition("\nAnswer with one JSON object")[0].strip())
            if message["role"] == "user" and found is not None:
                return found
        raise OracleError("no model is configured, and no case like this was recorded", once_more=False)

    async def close(self) -> None:
        return None


def some_prompts(router: Router, ready: Callable[[str, str], bool], most: int = 12) -> list[str]:
    """Prompts that the router was not fitted on where there are such: of each kernel in turn, those that are ``ready`` to run
    first, and a few for no kernel."""
    held = sorted((h for h in router.fitted.held if h.prompt.strip()), key=lambda h: (-h.confidence, h.prompt))
    known = [(h.prompt, h.kernel) for h in held if h.kernel] or [(p, k) for k, e in router.examples.items() for p in e]
    found: dict[str, list[str]] = {}
    for prompt, kernel in [*(pk for pk in known if ready(*pk)), *(pk for pk in known if not ready(*pk))]:
        found.setdefault(kernel, []).append(prompt)
    turns = [p for row in zip_longest(*found.values()) for p in row if p is not None]
    outside = [h.prompt for h in held if h.kernel is None] or list(BACKGROUND)
    return [*turns[: most - 3], *outside[:3]]


async def transcript(router: Router, material: Material, config: RunConfig) -> str:
    """The page."""
    specs, patterns = material.specs, material.patterns
    lines = ["# Prompts, live", "", _by_whom(specs, config), ""]
    scripted = not config.models
    models = {SCRIPTED: Recorded(specs.program, material.inputs)} if scripted and specs is not None else None
    used = RunConfig(model=SCRIPTED, python=config.python, root=config.root, tools=config.tools) if scripted else config

    def ready(prompt: str, name: str) -> bool:
        kernel = specs.program.kernels.get(name) if specs is not None else None
        if kernel is None or specs is None:
            return False
        return prompt in material.inputs or slots(prompt, kernel, specs.program, patterns.get(name, ())) is not None

    async with Backends(used, models) as backends:
        for prompt in some_prompts(router, ready):
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
    return [*lines, f"outputs   {_short(encode_ports(outputs, kernel.outputs, program))}  ({took:.1f} ms)", held[:LONGEST]]


def _short(text: str) -> str:
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= LONGEST else plain[:LONGEST] + " …"
