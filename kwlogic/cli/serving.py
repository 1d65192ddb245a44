"""The commands that speak the Model Context Protocol: `kwlogic serve` and `kwlogic tools`."""

from __future__ import annotations

import click


@click.command("serve", short_help="Serve kernels as MCP tools, contracts enforced.")
@click.argument("paths", nargs=-1)
@click.option("--mcp", "mcp", is_flag=True, required=True, help="Speak the Model Context Protocol (the only one there is).")
@click.option("--http", metavar="[HOST:]PORT", help="Serve streamable HTTP at /mcp, on loopback unless a host is given; else stdio.")
@click.option("--bundle", metavar="DIR|ZIP", help="Serve the kernels of what `kwlogic train` wrote, and a tool that routes prompts.")
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help="Also answer requests for this Host header.")
def serve_command(paths: tuple[str, ...], mcp: bool, http: str | None, bundle: str | None, hosts: tuple[str, ...]) -> int:
    """Serve the kernels of PATHS (of the project, without any) as tools: strict schemas in and out, contracts in `_meta`.

    They are checked first; a kernel with a refuted clause is not served. A call whose arguments break a `requires`, or whose
    output would break an `ensures`, is answered with an error that names the clause and the values.

    \b
    Examples:
      kwlogic serve --mcp specs
      kwlogic serve --mcp --http 8765 specs/billing.kw
      kwlogic serve --mcp --bundle trained/bundle.zip
    """
    from kwlogic.cli.serve import run_serve

    return run_serve(paths, http, hosts, bundle)


@click.command("tools", short_help="Write the tools of an MCP server as a spec file.")
@click.argument("server", metavar="NAME|URL")
@click.option("-m", "--module", help="The name of the module; by default the server's.")
def tools_command(server: str, module: str | None) -> int:
    """Write the tools of an MCP server as typed kernel signatures, to which contracts can be added.

    The server is one of the table `run.tools` of the configuration, or the URL of one that speaks streamable HTTP. The spec
    file goes to stdout. A tool whose schema no type says exactly is left out, with the reason as a comment.

    \b
    Examples:
      kwlogic tools ledger > specs/ledger.kw
      kwlogic tools http://127.0.0.1:9000/mcp --module search > specs/search.kw
    """
    from kwlogic.cli.tools import run_tools

    return run_tools(server, module)
