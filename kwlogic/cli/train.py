"""`kwlogic train`: a router and its report, out of a store."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kwlogic.weave.train.data import Trained, Watch


@click.command("train", short_help="Fit, calibrate and certify a router from a store.")
@click.option("--store", "url", metavar="URL|PATH", help="Which store, instead of the one of the project.")
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="Where the bundle is written.")
@click.option("--dataset", metavar="FILE", type=click.Path(path_type=Path), help="Write the rows of a dataset there.")
@click.option("--alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="The share of wrong routes that is tolerated.")
@click.option("--delta", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="The chance that the certificate is wrong.")
@click.option("--encoder", metavar="NAME", help="tfidf, minilm, endpoint, or two joined by `+`.")
def train_command(
    url: str | None, out: Path | None, dataset: Path | None, alpha: float | None, delta: float | None, encoder: str | None
) -> int:
    """Fit a router on the kernels, traces and feedback of a store, and write it with its report.

    DIR gets the router, `model_card.md` with the certificate, `benchmark/benchmark.md` with pictures, `realtime_demo.md`, and
    `bundle.zip`, which `kwlogic route --bundle` and `kwlogic serve --bundle` load. --dataset writes what the store knows as
    rows to train on.

    \b
    Examples:
      kwlogic train --out trained
      kwlogic train --store store.sqlite --out trained --alpha 0.1
      kwlogic train --dataset rows.jsonl
    """
    from dataclasses import replace

    from kwlogic.cli.route import needs_route
    from kwlogic.weave.route.config import route_config
    from kwlogic.weave.run.config import run_config
    from kwlogic.weave.store.find import project_store
    from kwlogic.workspace.config import find_project

    if out is None and dataset is None:
        raise click.UsageError("say what to write: --out DIR, --dataset FILE, or both")
    needs_route()
    from kwlogic.weave.train.dataset import dataset_rows, write_rows
    from kwlogic.weave.train.service import material_of_store, train

    project = find_project(Path.cwd(), Path.cwd())
    config = route_config(project)
    changes = {k: v for k, v in (("alpha", alpha), ("delta", delta), ("encoder", encoder)) if v is not None}
    config = replace(config, settings=replace(config.settings, **changes))  # type: ignore[arg-type]
    with project_store(Path.cwd(), url) as store:
        router = None
        if out is not None:
            material = material_of_store(store, config)
            done = asyncio.run(train(material, out, config, run_config(project), f"the store `{url or 'of the project'}`", training()))
            report(done, out)
            router = done.router
        if dataset is not None:
            print(f"{write_rows(dataset_rows(store, router), dataset)} rows written to {dataset}")
    return 0


def training() -> Watch | None:
    """A progress bar on stderr; None where that is no terminal."""
    from kwlogic.render.progress import Bar
    from kwlogic.render.text import wants_colour

    class Training(Bar):
        title = "training"

        def step(self, word: str) -> None:
            self._update(word, 0 if word == "fitting" else 1)

    return Training() if wants_colour(sys.stderr) else None


def report(done: Trained, out: Path) -> None:
    """What came of it, on stdout; what was left out, on stderr."""
    from kwlogic.cli.output import print_diagnostics
    from kwlogic.cli.route import certificate_words
    from kwlogic.source.codes import diagnostic

    router = done.router
    print(
        f"{len(router.kernels)} kernels, {sum(map(len, router.examples.values()))} examples: in-scope accuracy {router.quality.accuracy:.1%}"
    )
    print("certificate: " + certificate_words(router.certificate))
    print(f"{len(done.files)} files written to {out}")
    if done.notes:
        more = len(done.notes) - 10
        notes = (*done.notes[:10], *((f"and {more} more",) if more > 0 else ()))
        print_diagnostics([diagnostic("KW871", "what was left out", notes=notes)], {}, sys.stderr)
