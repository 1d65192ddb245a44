"""The commands that ask questions about compositions, as the command line shows them. Only click is imported at start."""

from __future__ import annotations

from pathlib import Path

import click

BUDGET = click.option("--budget", type=click.IntRange(1, 2**32 - 1), help="How hard to try each obligation, in rlimit units.")
PATHS = click.option("--path", "paths", multiple=True, metavar="PATH", help="Where to look for kernels, instead of the project.")
FORM = click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True, help="How it is printed.")


def register(cli: click.Group) -> None:
    """Adds the commands of this file to the command line."""
    for command in (graph, schedule, impact, refines, hole, adapt, plan, optimize, experiment):
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


@click.command(short_help="Say what would mend the links of a composition that do not hold.")
@click.argument("kernel")
@PATHS
@FORM
@BUDGET
def adapt(kernel: str, paths: tuple[str, ...], form: str, budget: int | None) -> int:
    """For each link of KERNEL that is not proved: the guard that would mend it, the weakest contract of an adapter, and the
    kernels of the project that are one.

    All that is proposed has been put into the link and checked there. Exits with 1 where there is something to mend.

    \b
    Example:
      kwlogic adapt specs/shop.kw::checkout
    """
    from kwlogic.cli.adapt import run_adapt

    return run_adapt(kernel, paths, form, budget)


@click.command(short_help="Find a composition of known kernels that keeps a promise.")
@click.argument("paths", nargs=-1)
@click.option("--from", "inputs", required=True, metavar="PORTS", help="The inputs, as in `text: String, limit: Real`.")
@click.option("--ensures", required=True, metavar="P", help="What must hold of the outputs.")
@click.option("--requires", default="", metavar="R", help="What may be relied on of the inputs.")
@click.option("--to", "outputs", default="", metavar="PORTS", help="The outputs; by default the names that P uses, at types that fit.")
@click.option("--max", "most", type=click.IntRange(1, 12), default=4, show_default=True, help="How many kernels at most.")
@click.option("--count", type=click.IntRange(1, 100), default=1, show_default=True, help="How many plans to give.")
@click.option("--name", default="planned", show_default=True, help="What the kernel is to be called.")
@click.option("--total", is_flag=True, help="Nothing in it may fail.")
@click.option("--effects", is_flag=True, help="Kernels that write resources may be used, too.")
@click.option("--limit", type=click.IntRange(1), default=3_000, show_default=True, help="How many questions the search may ask.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the first plan to a file.")
@FORM
def plan(
    paths: tuple[str, ...],
    inputs: str,
    ensures: str,
    requires: str,
    outputs: str,
    most: int,
    count: int,
    name: str,
    total: bool,
    effects: bool,
    limit: int,
    output: Path | None,
    form: str,
) -> int:
    """Find a composition of the project's kernels that takes the inputs to the promise, the smallest first.

    Kernels are connected by their types, by port names where they meet; a step is only added where the contracts before it
    imply what it requires. What is printed is a module that has been checked: everything in it is proved. Exits with 1
    where there is none.

    \b
    Examples:
      kwlogic plan --from 'text: String' --requires 'len(text) > 0' --ensures '0 <= m <= 2000'
      kwlogic plan specs --from 'n: Int' --to 'm: Int' --ensures 'm == 8 * n' --max 5 -o eight.kw
    """
    from kwlogic.cli.plan import run_plan
    from kwlogic.lab.planning import Wish

    return run_plan(Wish(inputs, ensures, requires, outputs, name, total, effects), paths, form, most, count, limit, output)


@click.command(short_help="Say what breaks if a kernel's contract changes.")
@click.argument("kernel")
@PATHS
@click.option("--against", metavar="FILE|REV", help="The old version: a file, or a revision of git; the project holds the new one.")
@click.option("--to", metavar="FILE", help="A file with the new version; the project holds the old one.")
@FORM
@BUDGET
def impact(kernel: str, paths: tuple[str, ...], against: str | None, to: str | None, form: str, budget: int | None) -> int:
    """Say what breaks in the compositions that use KERNEL when its contract changes.

    The new version is first held against the old one: if it refines it, nothing can break, and nothing is asked again. If
    not, only the obligations of its users that differ are asked again. With neither --against nor --to: which proofs rest
    on which of its clauses. Exits with 1 where something breaks.

    \b
    Examples:
      kwlogic impact extract
      kwlogic impact extract --against HEAD~1
      kwlogic impact specs/shop.kw::extract --to draft.kw
    """
    from kwlogic.cli.impact import run_impact

    if against is not None and to is not None:
        raise click.UsageError("--against gives the old version, --to the new one: give one of them")
    return run_impact(kernel, paths, against, to, form, budget)


@click.command(short_help="Say whether one kernel may stand wherever another does.")
@click.argument("concrete")
@click.argument("abstract")
@PATHS
@FORM
@BUDGET
def refines(concrete: str, abstract: str, paths: tuple[str, ...], form: str, budget: int | None) -> int:
    """Say whether CONCRETE refines ABSTRACT, so that it may stand wherever that does.

    It must take the same ports, require no more, ensure no less, fail nowhere else, and touch no other resources. Exits
    with 0 where it is proved, with 1 where it is refuted, with 3 where neither.

    \b
    Example:
      kwlogic refines fast_sort sort --path specs
    """
    from kwlogic.cli.impact import run_refines

    return run_refines(concrete, abstract, paths, form, budget)


@click.command(short_help="Propose a better composition that keeps the contract.")
@click.argument("kernel")
@PATHS
@click.option("--equal-only", is_flag=True, help="Only laws that hold both ways; else also such that refine.")
@click.option("--write", is_flag=True, help="Put the proposal into the file.")
@FORM
@BUDGET
def optimize(kernel: str, paths: tuple[str, ...], equal_only: bool, write: bool, form: str, budget: int | None) -> int:
    """Rewrite KERNEL by the laws of composition: steps that need not wait, dead or repeated steps, guards that come late or
    always hold, fallbacks and retries of what does not fail.

    Each step names its law and what that asks for. What is printed has been read back and checked: it is the graph that the
    law yields, and everything that KERNEL promises is proved for it.

    \b
    Examples:
      kwlogic optimize checkout
      kwlogic optimize specs/shop.kw::checkout --equal-only --write
    """
    from kwlogic.cli.optimize import run_optimize

    return run_optimize(kernel, paths, equal_only, write, form, budget)


@click.command(short_help="Run an experiment and write its results and figures.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Where to; by default a folder beside the file.")
@click.option("--no-plots", is_flag=True, help="Leave the figures out.")
@click.option("--kinds", "list_kinds", is_flag=True, help="List what can be measured, with parameters and measures.")
def experiment(file: Path | None, out: Path | None, no_plots: bool, list_kinds: bool) -> int:
    """Run the experiment that FILE (TOML) describes: sweeps with seeds, results as CSV (and Parquet), figures.

    Figures need matplotlib: `pip install 'kwlogic[lab]'`.

    \b
    Examples:
      kwlogic experiment experiments/check_cost.toml
      kwlogic experiment my.toml --out results --no-plots
    """
    from kwlogic.cli.experiment import run_experiment

    return run_experiment(file, out, not no_plots, list_kinds)
