"""The tools of an MCP server as a spec file: typed kernel signatures, each `by tool`, to which contracts can be added.

A tool whose schema no type of the language says exactly is left out, with the reason as a comment.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from kwlogic.source.data import Source
from kwlogic.syntax.format import format_module
from kwlogic.syntax.parse import parse_module
from kwlogic.weave.run.data import OracleError, ToolServer
from kwlogic.weave.run.mcp_tools import McpTools
from kwlogic.weave.schema.into import Imported, Port, SchemaRefused, schema_to_types

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_']*")
_NAMED = re.compile(r"(?:##[^\n]*\n|\s)*\w+\s+(\w+)")


@dataclass(frozen=True, slots=True)
class ImportedTools:
    text: str
    taken: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]


def import_tools(server: ToolServer, module: str) -> ImportedTools:
    """The spec file of a server's tools; raises OracleError where the server cannot be used."""
    return tools_text(asyncio.run(_listed(server)), server.name, module)


async def _listed(server: ToolServer) -> list[Any]:
    tools = McpTools(server)
    try:
        return await tools.listed()
    finally:
        await tools.close()


def tools_text(tools: list[Any], server: str, module: str) -> ImportedTools:
    """``tools`` as the SDK lists them: with ``name``, ``description``, ``input_schema`` and ``output_schema``."""
    kernels: dict[str, str] = {}
    declared: dict[str, str] = {}
    taken, refused = [], []
    for tool in tools:
        try:
            name, text, types = _kernel(tool, server)
            if name in kernels:
                raise OracleError(f"another tool is called `{name}` already")
            clash = [n for n, t in types.items() if declared.get(n, t) != t]
            if clash:
                raise OracleError(f"another tool has a type `{clash[0]}` already")
        except (SchemaRefused, OracleError) as error:
            refused.append((tool.name, str(error)))
            continue
        kernels[name] = text
        declared |= types
        taken.append(tool.name)
    left_out = [f"# The tool {_line(name)} is left out: {_line(why)}\n" for name, why in refused]
    parts = [f"module {module}\n", *_used(declared, list(kernels.values())), *kernels.values(), *left_out]
    source = Source("tools.kw", "\n".join(parts))
    parsed, problems = parse_module(source)
    return ImportedTools(source.text if problems else format_module(parsed, source), tuple(taken), tuple(refused))


def _used(declared: dict[str, str], texts: list[str]) -> list[str]:
    """The declarations that the texts need, those that they need included, in order."""
    wanted: set[str] = set()
    waiting = list(texts)
    while waiting:
        words = set(re.findall(r"\w+", waiting.pop()))
        new = {n for n in declared if n in words and n not in wanted}
        wanted |= new
        waiting += [declared[n] for n in new]
    return [text for name, text in declared.items() if name in wanted]


def _kernel(tool: Any, server: str) -> tuple[str, str, dict[str, str]]:
    """Name and text of the kernel that a tool is, and the types that its schemas declare."""
    name = re.sub(r"\W", "_", tool.name)
    name = name if _NAME.fullmatch(name) and name[0].islower() else f"tool_{name}"
    stem = "".join(w.capitalize() for w in name.split("_") if w) or "Tool"
    inputs = schema_to_types(tool.input_schema, f"{stem}In")
    outputs = None if tool.output_schema is None else schema_to_types(tool.output_schema, f"{stem}Out")
    results = "text: String" if outputs is None else _results(outputs)
    lines = [f"## {_line(line)}".rstrip() for line in (tool.description or "").strip().splitlines()[:8]]
    lines.append(f"kernel {name}({_ports(inputs, 'input')}) -> ({results})")
    lines.append(f'  by tool "{_quoted(f"{server}.{tool.name}")}"')
    types = {_NAMED.match(d).group(1): d for i in (inputs, outputs) if i is not None for d in i.declarations}  # type: ignore[union-attr]
    return name, "\n".join(lines) + "\n", types


def _results(imported: Imported) -> str:
    """The outputs: the properties; the only value, which servers call `result`; or the whole, where it has no fixed ones."""
    ports = imported.ports()
    if [p.key for p in ports] == ["result"]:
        return f"value: {ports[0].type}"
    return _ports(imported, "output") if ports else f"value: {imported.type}"


def _ports(imported: Imported, side: str) -> str:
    ports: tuple[Port, ...] = imported.ports()
    if not ports and imported.shape.__class__.__name__ != "Record":
        raise OracleError(f"its {side} schema is no object of named properties")
    odd = [p.key for p in ports if p.key != p.name]
    if odd:
        raise OracleError(f"its {side} `{odd[0]}` is no name of the language")
    return ", ".join(f"{p.name}: {p.type}" for p in ports)


def _line(text: str) -> str:
    """One line of a comment: what a server says is data."""
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text)[:300]


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
