"""Adds the commands of the weave loop that the store, traces and schemas bring."""

from __future__ import annotations

import click

from kwlogic.cli.serving import serve_command, tools_command
from kwlogic.cli.store import store_group


def register(cli: click.Group) -> None:
    cli.add_command(store_group)
    cli.add_command(serve_command)
    cli.add_command(tools_command)
