"""`kwlogic learn`: recorded runs become kernels with contracts, written as spec files that check."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kwlogic.weave.learn.data import Learned, Options


@click.command("learn", short_help="Compile recorded runs into kernels.")
@click.argument("traces", nargs=-1, type=click.Path(path_type=Path))
@click.option("--store", "store", metavar="URL|PATH", help="Learn from the traces of this store (`.` is the project's), not from files.")
@click.option("--family", metavar="NAME", help="Only traces of this family.")
@click.option("--module", metavar="NAME", help="The module's name, as its `module` line says it.  [default: from --out, else learnt]")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="DIR|FILE", help="Where to write the module, instead of stdout.")
@click.option(
    "--holdout", type=click.FloatRange(0, 0.9), default=0.25, show_default=True, help="Share of runs that clauses are only tried on."
)
@click.option(
    "--alpha", type=click.FloatRange(0, 1, min_open=True), default=0.05, show_default=True, help="Share of clauses that may be chance."
)
@click.option(
    "--seconds", type=click.FloatRange(0, 3600), default=10.0, show_default=True, help="How long to look for one body; 0 for none."
)
@click.option(
    "--model", metavar="NAME", help="Let this model of the configuration propose clauses, names and documentation, all of them checked."
)
@click.option("--json", "as_json", is_flag=True, help="Print a report as JSON: kernels, clauses with support, what was left out.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing about what was left out.")
def learn_command(traces: tuple[Path, ...], **options: Any) -> int:
    """Compile recorded runs into kernels: typed ports, contracts, bodies where they can be found.

    TRACES are files or folders, of any form that `kwlogic trace` reads, or rows of JSON with `output` and `inputs` or `prompt`.
    Each clause says how many traces support it. What is written passes `kwlogic check`: what is neither proved nor enforced
    is left out, and told. Exits with 1 where traces contradict each other.

    \b
    Examples:
      kwlogic learn runs.jsonl
      kwlogic learn runs/ --family "trip planning" --out specs/trip.kw
      kwlogic learn --store . --json > learnt.json
    """
    return _run(traces, **options)


def _run(
    traces: tuple[Path, ...], store: str | None, out: Path | None, as_json: bool, quiet: bool, model: str | None, **options: Any
) -> int:
    import sys

    from kwlogic.cli.output import print_diagnostics

    if bool(traces) == (store is not None):
        raise click.UsageError("give files of traces, or --store")
    learned = _learned(traces, store, model, _options(out, **options))
    target = None if out is None else _target(out, learned.module)
    if learned.text and target is not None:
        _write(target, learned.text)
    if as_json:
        from kwlogic.weave.learn.report import report_text

        print(report_text(learned))
    elif target is None:
        print(learned.text, end="")
    kept = [d for d in learned.diagnostics if not quiet or d.severity.value != "note"]
    if not as_json:
        print_diagnostics(kept, {}, sys.stderr)
        print(_summary(learned, target), file=sys.stderr)
    if any(d.severity.value == "error" for d in learned.diagnostics):
        return 1
    return 0 if learned.text else 4


def _options(out: Path | None, family: str | None, module: str | None, holdout: float, alpha: float, seconds: float) -> Options:
    from kwlogic.weave.learn.data import Options
    from kwlogic.weave.learn.naming import snake

    parts = [snake(p, "learnt") for p in module.split(".")] if module else [snake(out.stem, "learnt") if out and out.suffix else "learnt"]
    return Options(".".join(parts), family, holdout, alpha, seconds=seconds, synthesis=seconds > 0)


def _learned(traces: tuple[Path, ...], store: str | None, model: str | None, options: Options) -> Learned:
    from kwlogic.weave.learn.service import learn_files, learn_store

    proposer = None
    if model is not None:
        from kwlogic.weave.learn.propose import configured_proposer

        proposer = configured_proposer(model, Path.cwd())
    if store is None:
        return learn_files(traces, options, proposer)
    return learn_store(None if store == "." else store, Path.cwd(), options, proposer)


def _target(out: Path, module: str) -> Path:
    return out if out.suffix == ".kw" else out / f"{module.rpartition('.')[2]}.kw"


def _write(path: Path, text: str) -> None:
    from kwlogic.source.codes import diagnostic
    from kwlogic.source.data import Diagnosed

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Diagnosed(diagnostic("KW710", f"`{path}` cannot be written: {error.strerror}")) from error


def _summary(learned: Learned, target: Path | None) -> str:
    clauses = sum(len(k.clauses) for k in learned.kernels)
    whole = f"{len(learned.kernels)} kernel{'' if len(learned.kernels) == 1 else 's'}, {clauses} clauses from {learned.traces} trace{'' if learned.traces == 1 else 's'}"
    return f"{whole}; {learned.proved} proved, {learned.enforced} enforced" + (f"; written to {target}" if target and learned.text else "")
