"""The commands that ask questions about compositions, as the command line shows them. Only click is imported at start."""

from __future__ import annotations

from pathlib import Path

import click

BUDGET = click.option("--budget", type=click.IntRange(1, 2**32 - 1), help="How hard to try each obligation, in rlimit units.")
PATHS = click.option("--path", "paths", multiple=True, metavar="PATH", help="Where to look for kernels, instead of the project.")
FORM = click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True, help="How it is printed.")


def register(cli: click.Group) -> None:
    """Adds the commands of this file to the command line."""
    for command in (graph, schedule, hole):
        cli.add_command(command)


@click.command(short_help="Draw a composition.")
@click.argument("kernel")
@PATHS
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "dot", "svg"]), default="mermaid", show_default=True, help="What to draw it for."
)
@click.option("--verdicts", is_flag=True, help="Check the kernel, and colour each link by its verdict.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the drawing to a file.")
@BUDGET
def graph(kernel: str, paths: tuple[str, ...], form: str, verdicts: bool, output: Path | None, budget: int | None) -> int:
    """Draw the composition that KERNEL is: its parts, wires and regions.

    KERNEL is FILE::NAME, MODULE.NAME or NAME. SVG is laid out by kwlogic itself and needs no other program.

    \b
    Examples:
      kwlogic graph checkout
      kwlogic graph specs/shop.kw::checkout --format svg --verdicts -o checkout.svg
    """
    from kwlogic.cli.graph import run_graph

    return run_graph(kernel, paths, form, verdicts, budget, output)


@click.command(short_help="Critical path, parallel stages and dead steps of a composition.")
@click.argument("kernel")
@PATHS
@click.option("--cost", "costs", multiple=True, metavar="NAME=NUMBER", help="What one run of a part costs; 1 where nothing is said.")
@FORM
def schedule(kernel: str, paths: tuple[str, ...], costs: tuple[str, ...], form: str) -> int:
    """Say which steps of KERNEL may run in parallel, which way through it is the longest, and what is dead.

    \b
    Examples:
      kwlogic schedule checkout
      kwlogic schedule checkout --cost extract=8 --cost post=0.5 --format json
    """
    from kwlogic.cli.graph import run_schedule

    return run_schedule(kernel, paths, costs, form)


@click.command(short_help="State what a hole of a composition asks for, and which kernels fill it.")
@click.argument("kernel")
@PATHS
@FORM
@BUDGET
def hole(kernel: str, paths: tuple[str, ...], form: str, budget: int | None) -> int:
    """State the weakest contract that fits each hole of KERNEL, and the kernels of the project that keep it.

    The contract is found by eliminating every wire but the hole's own, put into the hole, and checked there. Each kernel that
    is said to fill the hole has been checked in it, too. Exits with 1 where no kernel fits.

    \b
    Examples:
      kwlogic hole checkout
      kwlogic hole specs/shop.kw::checkout --format json
    """
    from kwlogic.cli.hole import run_hole

    return run_hole(kernel, paths, form, budget)
