"""An MCP server with a ledger of its own, over stdio or (with a port) streamable HTTP; it writes down what it is asked."""

from __future__ import annotations

import json
import os
import sys

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("ledger")


def record(*what: object) -> None:
    with open(os.environ["LEDGER_LOG"], "a", encoding="utf-8") as log:
        log.write(json.dumps(what) + "\n")


@server.tool()
def post(m: int) -> dict[str, str]:
    record("post", m)
    if m == 13:
        raise ToolError("thirteen is refused")
    return {"receipt": f"r{m}" if m != 7 else ""}


@server.tool()
def unpost(receipt: str) -> bool:
    record("unpost", receipt)
    return True


@server.tool()
def price(item: str) -> float:
    return 0.1


if len(sys.argv) > 1:
    server.run("streamable-http", port=int(sys.argv[1]))
else:
    server.run("stdio")
