"""The command `kwlogic serve`."""

from __future__ import annotations

import click


@click.command("serve", short_help="Serve kernels as MCP tools, contracts enforced.")
@click.argument("paths", nargs=-1)
@click.option("--mcp", "mcp", is_flag=True, required=True, help="Speak the Model Context Protocol (the only one there is).")
@click.option("--http", metavar="[HOST:]PORT", help="Serve streamable HTTP at /mcp, on loopback unless a host is given; else stdio.")
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help="Also answer requests for this Host header.")
def serve_command(paths: tuple[str, ...], mcp: bool, http: str | None, hosts: tuple[str, ...]) -> int:
    """Serve the kernels of PATHS (of the project, without any) as tools: strict schemas in and out, contracts in `_meta`.

    They are checked first; a kernel with a refuted clause is not served. A call whose arguments break a `requires`, or whose
    output would break an `ensures`, is answered with an error that names the clause and the values.

    \b
    Examples:
      kwlogic serve --mcp specs
      kwlogic serve --mcp --http 8765 specs/billing.kw
    """
    from kwlogic.cli.serve import run_serve

    return run_serve(paths, http, hosts)
