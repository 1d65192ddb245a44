"""`kwlogic gate`."""

from __future__ import annotations

import sys
from pathlib import Path

from kwlogic.gate.data import Settings
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
    replay: str | None,
    budget: int | None,
    jobs: int | None,
    cache: bool | None,
) -> int:
    settings = Settings(examples=examples, seed=seed, seeds=seeds, steps=steps)
    request = GateRequest(paths, Path.cwd(), settings, check, against, accept, record, replay, budget, jobs, cache)
    result = gate(request, _progress())
    _print(result, form, verbose)
    if result.interrupted:
        print("kwlogic: interrupted", file=sys.stderr)
    return result.exit_code


def _progress() -> GateProgress | None:
    if not sys.stderr.isatty():
        return None
    from kwlogic.render.gate_progress import gate_progress

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
