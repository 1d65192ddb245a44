"""Kernels as MCP tools: names, schemas, contracts in `_meta`, and what a call yields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from kwlogic.core.codec import DecodeError, decode_ports, encode_ports
from kwlogic.core.program import Clause, ComposeBody, ExprBody, Kernel, Program
from kwlogic.vc.data import Refuted, Result, Unknown
from kwlogic.weave.schema.export import kernel_schemas
from kwlogic.workspace.run import Found

META = "kwlogic"


def servable(program: Program, modules: Iterable[str], results: Iterable[Result]) -> tuple[dict[str, Kernel], dict[str, str]]:
    """The kernels of the modules that can be served, by tool name, and for each that cannot, why.

    A kernel with a refuted clause is not served: what it promises does not hold."""
    wanted = set(modules)
    refuted = {r.obligation.declaration for r in results if isinstance(r.verdict, Refuted)}
    served: dict[str, Kernel] = {}
    refused: dict[str, str] = {}
    for kernel in program.kernels.values():
        if kernel.name.rpartition(".")[0] not in wanted:
            continue
        if kernel.body is None:
            refused[kernel.name] = "it has no body"
        elif kernel.tparams:
            refused[kernel.name] = "it is generic, so its input has no schema"
        elif kernel.name in refuted:
            refused[kernel.name] = "a clause of its contract is refuted"
        else:
            served[kernel.name] = kernel
    return served, refused


def described(kernel: Kernel, program: Program, results: Iterable[Result]) -> dict[str, Any]:
    """What an MCP ``Tool`` is made of."""
    inputs, outputs = kernel_schemas(kernel, program)
    own = [r for r in results if r.obligation.declaration == kernel.name]
    return {
        "name": kernel.name,
        "description": kernel.doc or f"The kernel {kernel.name}.",
        "input_schema": inputs.schema,
        "output_schema": outputs.schema,
        "meta": {META: _contract(kernel, own)},
    }


def _contract(kernel: Kernel, results: list[Result]) -> dict[str, Any]:
    return {
        "requires": _clauses(kernel.requires),
        "ensures": _clauses(kernel.ensures),
        "fails_when": _clauses(kernel.fails),
        "version": kernel.version,
        "family": kernel.family,
        "reads": list(kernel.reads),
        "writes": list(kernel.writes),
        "evidence": list(kernel.evidence),
        "flags": sorted(kernel.flags),
        "assurance": _assurance(kernel, results),
    }


def _clauses(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    return [{"label": c.label, "text": c.text} for c in clauses]


def _assurance(kernel: Kernel, results: list[Result]) -> str:
    """``proved`` where all clauses are, ``unknown`` where one is open, ``enforced`` where only the runtime holds them.

    Whatever it says, no output that breaks a clause is returned."""
    if any(isinstance(r.verdict, Unknown) for r in results):
        return "unknown"
    return "proved" if isinstance(kernel.body, ExprBody | ComposeBody) else "enforced"


class BadArguments(ValueError):
    """The arguments are no value of the kernel's inputs."""


def decoded(found: Found, arguments: Mapping[str, Any] | None) -> dict[str, Any]:
    """The inputs of a call; raises BadArguments with the place of what is wrong."""
    try:
        return decode_ports(json.dumps(arguments or {}, allow_nan=False), found.kernel.inputs, found.program)
    except (DecodeError, ValueError, RecursionError) as error:
        raise BadArguments(f"the arguments do not fit `{found.kernel.name}`: {error}") from error


def encoded(found: Found, outputs: dict[str, Any]) -> tuple[str, Any]:
    """The outputs as JSON text, and as the document that a client gets."""
    text = encode_ports(outputs, found.kernel.outputs, found.program)
    return text, json.loads(text)
