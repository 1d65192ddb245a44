"""The tool that says which kernel a prompt is for: a router as an MCP tool, beside the kernels it routes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kwlogic.core.codec import encode_ports
from kwlogic.core.program import Program
from kwlogic.mcp.server import Extra
from kwlogic.mcp.tools import BadArguments
from kwlogic.weave.route.dispatch import dispatch
from kwlogic.weave.route.prompts import prompts_of_program
from kwlogic.weave.route.router import Router
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.data import RunConfig

NAME = "route_prompt"
INPUT = {
    "type": "object",
    "properties": {"prompt": {"type": "string"}},
    "required": ["prompt"],
    "additionalProperties": False,
}
OUTPUT = {
    "type": "object",
    "properties": {
        "kernel": {"type": ["string", "null"]},
        "probability": {"type": "number"},
        "certified": {"type": "boolean"},
        "reason": {"type": "string"},
        "arguments": {"type": ["object", "null"]},
    },
    "required": ["kernel", "probability", "certified", "reason", "arguments"],
}


def routing_tool(router: Router, program: Program, served: set[str], config: RunConfig) -> Extra:
    """``served``: the kernels that are tools; a prompt for another goes to none."""
    patterns = prompts_of_program(program, [k for n, k in program.kernels.items() if n in served]).patterns
    tool = {
        "name": NAME,
        "description": "Which of the kernels a prompt is for, and its arguments where they can be read; null where it is for none.",
        "input_schema": INPUT,
        "output_schema": OUTPUT,
    }

    async def call(arguments: Any) -> tuple[str, Mapping[str, Any]]:
        prompt = arguments.get("prompt") if isinstance(arguments, dict) and set(arguments) == {"prompt"} else None
        if not isinstance(prompt, str):
            raise BadArguments("expected an object with one key, the text `prompt`")
        async with Backends(config) as backends:
            done = await dispatch(router, prompt, program, backends if config.models else None, patterns)
        route = done.route
        name = route.kernel if route.kernel in served else None
        inputs = None
        if name is not None and done.inputs is not None:
            inputs = json.loads(encode_ports(dict(done.inputs), program.kernels[name].inputs, program))
        reason = route.reason if name == route.kernel else f"it is for `{route.kernel}`, which is not served"
        certified = route.certified and name is not None
        document = {"kernel": name, "probability": route.probability, "certified": certified, "reason": reason, "arguments": inputs}
        return json.dumps(document, ensure_ascii=False), document

    return Extra(tool, call)
