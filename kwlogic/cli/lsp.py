"""`kwlogic lsp`: the language server, on stdin and stdout or on a port."""

from __future__ import annotations

from importlib.util import find_spec

import click

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed


@click.command("lsp", short_help="Start the language server, for editors.")
@click.option("--stdio", is_flag=True, help="Speak on stdin and stdout (the default; editors like to say so).")
@click.option("--tcp", metavar="[HOST:]PORT", help="Listen there instead, on loopback unless a host is given.")
@click.option("--log", type=click.Choice(["error", "info", "debug"]), default="error", show_default=True, help="What goes to stderr.")
def lsp_command(stdio: bool, tcp: str | None, log: str) -> int:
    """Start the language server: diagnostics while typing, verdicts as they arrive, and all that editors ask for.

    Editors start it by themselves; docs/editor.md says how for VS Code, Neovim and Helix.

    \b
    Examples:
      kwlogic lsp
      kwlogic lsp --tcp 2087
    """
    for package in ("pygls", "lsprotocol"):
        if find_spec(package) is None:
            raise Diagnosed(diagnostic("KW750", f"the language server needs the package `{package}`", help="pip install 'kwlogic[lsp]'"))
    import logging
    import sys

    from kwlogic.lsp.server import make_server

    logging.basicConfig(stream=sys.stderr, level=log.upper(), format="%(levelname)s %(name)s: %(message)s")
    server = make_server()
    if tcp:
        server.start_tcp(*_address(tcp))
    else:
        server.start_io()
    return 0


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise click.BadParameter(f"`{text}` is no address: write HOST:PORT, or a port of loopback", param_hint="--tcp")
    return (host.strip("[]") if colon else "127.0.0.1"), int(port)
