"""`kwlogic gate`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from kwlogic.core.program import Kernel, Program
from kwlogic.core.value import Value
from kwlogic.gate.data import Settings
from kwlogic.workspace.data import Project
from kwlogic.workspace.gate import gate
from kwlogic.workspace.gate_data import GateProgress, GateRequest, GateResult


def run_gate(
    paths: tuple[str, ...],
    form: str,
    verbose: bool,
    examples: int,
    seed: int,
    seeds: bool,
    steps: int,
    check: bool,
    against: str | None,
    accept: bool,
    record: bool,
    call: bool,
    replay: str | None,
    budget: int | None,
    jobs: int | None,
    cache: bool | None,
) -> int:
    settings = Settings(examples=examples, seed=seed, seeds=seeds, steps=steps)
    request = GateRequest(
        paths, Path.cwd(), settings, check, against, accept, record, replay, budget, jobs, cache, _asker if call else None
    )
    result = gate(request, _progress())
    _print(result, form, verbose)
    if result.interrupted:
        print("kwlogic: interrupted", file=sys.stderr)
    return result.exit_code


def _asker(program: Program, project: Project) -> Callable[[Kernel, dict[str, Value]], dict[str, Value]]:
    """Oracles as a run asks them, with nothing remembered."""
    import asyncio

    from kwlogic.compose.interpret import Interpreter
    from kwlogic.weave.run.backends import Backends
    from kwlogic.weave.run.config import run_config
    from kwlogic.weave.run.environment import Live

    config = run_config(project)
    interpreter = Interpreter(program, Live(program, config, Backends(config)), config.max_steps)

    def ask(kernel: Kernel, inputs: dict[str, Value]) -> dict[str, Value]:
        return asyncio.run(interpreter.run(kernel, inputs))

    return ask


def _progress() -> GateProgress | None:
    if not sys.stderr.isatty():
        return None
    from kwlogic.render.progress import gate_progress

    return gate_progress()


def _print(result: GateResult, form: str, verbose: bool) -> None:
    if form == "json":
        from kwlogic.render.gate_json import gate_json

        print(gate_json(result))
    elif form == "junit":
        from kwlogic.render.gate_junit import gate_junit

        print(gate_junit(result), end="")
    else:
        from kwlogic.render.gate import gate_lines
        from kwlogic.render.text import write_lines

        write_lines(list(gate_lines(result, verbose)), sys.stdout)
