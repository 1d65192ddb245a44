"""Adds the commands that hold specs against what they claim: check, audit, report, gate, mutate, measure, laws, proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["full", "concise", "json", "sarif", "junit", "github"]),
    default="full",
    show_default=True,
    help="How findings are printed.",
)
@click.option("-v", "--verbose", is_flag=True, help="Also print a table with the verdict of each obligation.")
@click.option("--budget", type=click.IntRange(1, 2**32 - 1), help="How hard to try each obligation, in rlimit units.")
@click.option("--jobs", type=click.IntRange(0, 1024), help="Worker processes; 0 means one for each processor.")
@click.option("--executor", metavar="local|dask://HOST:PORT", help="Who solves: this machine (the default), or a Dask cluster.")
@click.option("--log-dir", type=click.Path(path_type=Path), help="Write every stage there: formatted text, core, obligations, SMT-LIB.")
@click.option("--expect", is_flag=True, help="Compare the verdicts with the `# expect:` comments of the files.")
@click.option("--cache/--no-cache", default=None, help="Whether verdicts are remembered between runs.")
@click.option("--proofs/--no-proofs", default=None, help="Whether certificates are kept in `proofs/`; by default beside a configuration.")
@click.option("--frozen", is_flag=True, help="Write nothing: verdicts come from the certificates in `proofs/`, or are proved again.")
@click.option("--watch", is_flag=True, help="Check again whenever a spec file or the configuration changes, until interrupted.")
def check(paths: tuple[str, ...], form: str, **options: Any) -> int:
    """Check spec files: every clause is proved, refuted with a counterexample, or unknown.

    A PATH is a file, a folder, or FILE::NAME for one declaration. Without a PATH the project is checked, that is
    `paths` of kwlogic.toml or of [tool.kwlogic] in pyproject.toml.

    \b
    Examples:
      kwlogic check
      kwlogic check -v specs/billing.kw::approve
      kwlogic check --format json specs > verdicts.json
      kwlogic check --frozen --format sarif specs > findings.sarif
    """
    from kwlogic.cli.check import run_check

    return run_check(paths, form, **options)


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Exit with 1 where anything had to be believed.")
@click.option("--frozen", is_flag=True, help="Write nothing, as in `kwlogic check --frozen`.")
def audit(paths: tuple[str, ...], form: str, strict: bool, frozen: bool) -> int:
    """Say what has to be believed beyond proofs: axioms and who rests on them, clauses that are only enforced, what is
    unknown, proofs that are a solver's word, requires that no proof needs.

    \b
    Examples:
      kwlogic audit
      kwlogic audit --format markdown specs > audit.md
      kwlogic audit --strict --frozen
    """
    from kwlogic.cli.audit import run_audit

    return run_audit(paths, form, strict, frozen)


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--html", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder to write pages to.")
@click.option("--frozen", is_flag=True, help="Write nothing but the report, as in `kwlogic check --frozen`.")
def report(paths: tuple[str, ...], folder: Path, frozen: bool) -> int:
    """Check, and write what is known as pages that need nothing but themselves: an overview, and for each module its
    source with verdicts in the margin, counterexamples, proofs in words and graphs of compositions.

    \b
    Examples:
      kwlogic report --html site
      kwlogic report --html site --frozen specs
    """
    from kwlogic.cli.report import run_report

    return run_report(paths, folder, frozen)


@click.command(short_help="Run contracts on generated inputs; hold versions against versions.")
@click.argument("paths", nargs=-1)
@click.option(
    "--format", "form", type=click.Choice(["full", "json", "junit"]), default="full", show_default=True, help="How results are printed."
)
@click.option("-v", "--verbose", is_flag=True, help="Give reasons for kernels that are accepted, too.")
@click.option("--examples", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="Generated inputs for each kernel.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True, help="0 is the derandomised profile.")
@click.option("--seeds/--no-seeds", default=True, help="Whether boundary values and the solver's models are among the inputs.")
@click.option("--steps", type=click.IntRange(1, 2**31 - 1), default=50_000, show_default=True, help="Steps of each evaluation.")
@click.option("--check/--no-check", default=True, help="Whether the verdicts of `kwlogic check` count.")
@click.option("--against", metavar="REV|FILE|baseline", help="Compare every kernel with an earlier version.")
@click.option("--accept", is_flag=True, help="Record the present specs as the baseline, in `gate/`.")
@click.option("--record/--no-record", default=True, help="Whether inputs that break something are kept in `gate/`.")
@click.option("--call", is_flag=True, help="Call the functions of `by python` oracles that write nothing, where the configuration allows.")
@click.option("--replay", metavar="CASE", help="Run one kernel on one input, as a message of the gate says it.")
@click.option("--budget", type=click.IntRange(1, 2**32 - 1), help="How hard to try each obligation, in rlimit units.")
@click.option("--jobs", type=click.IntRange(0, 1024), help="Worker processes of the check; 0 means one for each processor.")
@click.option("--cache/--no-cache", default=None, help="Whether verdicts are remembered between runs.")
def gate(paths: tuple[str, ...], form: str, verbose: bool, **options: Any) -> int:
    """Send kernels through the gate: run their contracts on generated inputs, replay what once broke, compare versions.

    A kernel is accepted, rejected with a reason and an input that shows it, or undecided. What is proved is run as well:
    a run that breaks a proof is a defect of kwlogic, and reported as such. PATHS select as in `kwlogic check`. Exits with
    1 where a kernel is rejected, with 3 where none is but some are undecided.

    \b
    Examples:
      kwlogic gate
      kwlogic gate specs/billing.kw::approve --examples 1000
      kwlogic gate --against main --format junit > gate.xml
      kwlogic gate --accept && kwlogic gate --against baseline
    """
    from kwlogic.cli.gate import run_gate

    return run_gate(paths, form, verbose, **options)


@click.command(short_help="Find changes of a body that its contract does not notice.")
@click.argument("kernel")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Where to look for the kernel, instead of the project.")
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True, help="How findings are printed.")
@click.option("-v", "--verbose", is_flag=True, help="Also print each mutant with what came of it.")
@click.option("--budget", type=click.IntRange(1, 2**32 - 1), default=600_000, show_default=True, help="How hard to try, in rlimit units.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="How many mutants to try at most.")
def mutate(kernel: str, paths: tuple[str, ...], form: str, verbose: bool, budget: int, limit: int) -> int:
    """Change the body of a kernel (or fn) in small ways, and report the changes that its contract does not notice.

    KERNEL is FILE::NAME, MODULE.NAME or NAME. A change is unnoticed where every clause is still proved though the output
    differs on some input, which is shown. Exits with 1 where there are such changes, with 3 where only some are undecided.

    \b
    Examples:
      kwlogic mutate specs/billing.kw::approve
      kwlogic mutate --format json approve
    """
    from kwlogic.cli.mutate import run_mutate

    return run_mutate(kernel, paths, form, verbose, budget, limit)


@click.command(short_help="Measure how steady the verdicts are.")
@click.argument("paths", nargs=-1)
@click.option("--seeds", type=click.IntRange(0, 1000), default=5, show_default=True, help="In how many guises to ask each question again.")
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True, help="How results are printed.")
@click.option("-v", "--verbose", is_flag=True, help="List the spread of every obligation, not only the widest.")
@click.option("--budget", type=click.IntRange(1, 2**32 - 1), help="How hard to try each obligation, in rlimit units.")
@click.option("--jobs", type=click.IntRange(0, 1024), help="Worker processes; 0 means one for each processor.")
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE", help="Write the results to a file.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="FILE|PYTHON|VERSION",
    help="Compare with saved results, or with the solver of another environment or version.",
)
def measure(paths: tuple[str, ...], form: str, verbose: bool, **options: Any) -> int:
    """Solve every obligation again under other names, in another order and with other seeds; report flips and spread.

    A flip is an obligation whose verdict is not always the same. The spread is the coefficient of variation of its rlimit.
    Exits with 1 where there are flips, or verdicts that differ from those saved earlier or another solver's.

    \b
    Examples:
      kwlogic measure specs/std --seeds 10
      kwlogic measure --against 4.15.8
      kwlogic measure --against ../old/.venv/bin/python
      kwlogic measure --save before.json && kwlogic measure --against before.json
    """
    from kwlogic.cli.measure import run_measure
    from kwlogic.workspace.measure import MeasureRequest

    return run_measure(MeasureRequest(paths, Path.cwd(), **options), form, verbose)


@click.command(short_help="Prove the laws of the algebra of kernels.")
@click.argument("names", nargs=-1, metavar="[LAW]...")
@click.option("--format", "form", type=click.Choice(["full", "json"]), default="full", show_default=True, help="How the table is printed.")
@click.option(
    "--budget", type=click.IntRange(1, 2**32 - 1), default=20_000_000, show_default=True, help="How hard to try, in rlimit units."
)
def laws(names: tuple[str, ...], form: str, budget: int) -> int:
    """Prove the laws of composition for all contracts, and show that those which do not hold do not, by a small model.

    \b
    Examples:
      kwlogic laws
      kwlogic laws interchange copy-natural
    """
    from kwlogic.cli.laws import run_laws

    return run_laws(names, form, budget)


@click.group()
def proof() -> None:
    """Certificates of proofs: check them without a solver, or show them in words."""


@proof.command("check")
@click.argument("paths", nargs=-1)
@click.option("--strict", is_flag=True, help="Only what is shown without a solver counts.")
def proof_check(paths: tuple[str, ...], strict: bool) -> int:
    """Check the certificates in `proofs/`, without a solver.

    Exits with 1 where one does not hold, is stale or is missing. A proof that the ground prover could not show rests on
    the word of a solver (T4) and is counted as such; with --strict it does not count. Paths select as in `kwlogic check`.

    \b
    Examples:
      kwlogic proof check
      kwlogic proof check specs/billing.kw
    """
    from kwlogic.cli.proof import run_proof_check

    return run_proof_check(paths, strict)


@proof.command("show")
@click.argument("name")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Where to look, instead of the project.")
def proof_show(name: str, paths: tuple[str, ...]) -> int:
    """Tell a proof in words: inductions, cases, lemmas, instances.

    NAME is the id of an obligation, or a declaration, as FILE::NAME, MODULE.NAME or NAME.

    \b
    Example:
      kwlogic proof show reverse_reverse
      kwlogic proof show specs/std/list.kw::reverse_reverse
    """
    from kwlogic.cli.proof import run_proof_show

    return run_proof_show(name, paths)


def register(cli: click.Group) -> None:
    for command in (check, audit, report, gate, mutate, measure, laws, proof):
        cli.add_command(command)
