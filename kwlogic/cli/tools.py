"""`kwlogic tools`: the tools of an MCP server as a spec file."""

from __future__ import annotations

import difflib
import re
import sys
from pathlib import Path

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.weave.run.config import run_config
from kwlogic.weave.run.data import OracleError, ToolServer
from kwlogic.workspace.config import find_project


def run_tools(server: str, module: str | None) -> int:
    from kwlogic.weave.run.mcp_import import import_tools

    target = _server(server)
    try:
        found = import_tools(target, module or re.sub(r"\W", "_", target.name).lower())
    except OracleError as error:
        raise Diagnosed(diagnostic("KW841", str(error))) from error
    print(found.text, end="")
    for name, why in found.refused:
        print(f"left out: {name}: {why}", file=sys.stderr)
    return 0


def _server(text: str) -> ToolServer:
    if text.startswith(("http://", "https://")):
        return ToolServer("tools", url=text)
    known = run_config(find_project(Path.cwd(), Path.cwd())).tools
    if text in known:
        return known[text]
    near = difflib.get_close_matches(text, known, 1)
    help = f"did you mean `{near[0]}`?" if near else "give a URL, or add `[run.tools." + text + "]` with its `command` or `url`"
    raise Diagnosed(diagnostic("KW840", f"the configuration has no tool server `{text}`", help=help))
