"""Adds the commands of the weave loop: store, traces, schemas, and what speaks the Model Context Protocol."""

from __future__ import annotations

import click

from kwlogic.cli import store_life
from kwlogic.cli.learn import learn_command
from kwlogic.cli.route import route_command
from kwlogic.cli.schema import schema_group
from kwlogic.cli.serving import serve_command, tools_command
from kwlogic.cli.store import store_group
from kwlogic.cli.trace import trace_group
from kwlogic.cli.train import train_command
from kwlogic.cli.weave import weave_command


def register(cli: click.Group) -> None:
    store_life.register(store_group)
    for command in (
        store_group,
        trace_group,
        schema_group,
        serve_command,
        tools_command,
        route_command,
        train_command,
        learn_command,
        weave_command,
    ):
        cli.add_command(command)
