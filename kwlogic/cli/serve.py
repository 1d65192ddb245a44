"""`kwlogic serve`: kernels as MCP tools."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kwlogic.cli.output import print_diagnostics
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Severity
from kwlogic.weave.run.config import run_config
from kwlogic.weave.run.service import Runner
from kwlogic.workspace.check import check, elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import CheckRequest
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

if TYPE_CHECKING:
    from kwlogic.mcp.server import Extra
    from kwlogic.weave.route.router import Router


def run_serve(paths: tuple[str, ...], http: str | None, allow_hosts: tuple[str, ...], bundle: str | None = None) -> int:
    """Serves until the client leaves or the process is interrupted; what it says goes to stderr. ``bundle``: its kernels are
    served beside those of ``paths``, and its router as a tool."""
    if find_spec("mcp") is None:
        raise Diagnosed(diagnostic("KW841", "serving needs the package `mcp`", help="pip install 'kwlogic[mcp]'"))
    if bundle is None:
        return _serve(paths, http, allow_hosts, None)
    from tempfile import TemporaryDirectory

    from kwlogic.cli.route import needs_route

    needs_route()
    from kwlogic.weave.route.bundle import load_bundle
    from kwlogic.weave.route.service import write_modules

    found = load_bundle(Path(bundle))
    with TemporaryDirectory(prefix="kwlogic-serve-") as folder:
        texts = write_modules(found.modules, Path(folder))
        if not texts and not paths:
            help = "name the files that hold its kernels beside it"
            raise Diagnosed(diagnostic("KW726", f"`{bundle}` has no spec files, so there is no kernel to serve", help=help))
        return _serve((*map(str, texts), *paths), http, allow_hosts, found.router)


def _serve(paths: tuple[str, ...], http: str | None, allow_hosts: tuple[str, ...], router: Router | None) -> int:
    from kwlogic.mcp.server import KernelServer
    from kwlogic.mcp.tools import servable

    host, port = _address(http) if http else ("", 0)
    cwd = Path.cwd()
    project = project_of(paths if router is None else (), cwd)
    selections, missing = select(paths, project, cwd)
    if missing:
        raise Diagnosed(*missing)
    loaded = load(selections, project, cwd)
    program, problems = elaborate_all(loaded, cwd)
    errors = [d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR]
    print_diagnostics(errors, loaded.sources, sys.stderr)
    checked = check(CheckRequest(paths, cwd))
    kernels, refused = servable(program, loaded.wanted, checked.results)
    for name, reason in refused.items():
        print(f"not served: {name}: {reason}", file=sys.stderr)
    if not kernels:
        raise Diagnosed(diagnostic("KW726", "there is no kernel to serve", help="name the files that hold them"))
    runner = Runner(program, run_config(project))
    more: tuple[Extra, ...] = ()
    if router is not None:
        from kwlogic.mcp.routing import routing_tool

        more = (routing_tool(router, program, set(kernels), runner.config),)
    server = KernelServer(project, program, loaded.sources, kernels, tuple(checked.results), runner, more)
    print(
        f"serving {len(kernels)} kernel{'s' if len(kernels) != 1 else ''}" + (f" at http://{http}/mcp" if http else ""),
        file=sys.stderr,
        flush=True,
    )
    asyncio.run(server.http(host, port, allow_hosts) if http else server.stdio())
    return 0


def _address(text: str) -> tuple[str, int]:
    """HOST:PORT, or a port of loopback."""
    host, colon, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise click.BadParameter(f"`{text}` is no address: write HOST:PORT, or a port of loopback", param_hint="--http")
    return (host.strip("[]") if colon else "127.0.0.1"), int(port)
