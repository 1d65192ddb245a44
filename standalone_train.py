"""Fit a router from a folder of JSON lines, without a store: `python standalone_train.py FOLDER --out DIR`.

Each line of each `*.jsonl` is an object with a text `prompt` and the `kernel` that it is for (null: for none); rows of a
dataset (docs/dataset.md) are such lines. Lines with `"split": "calibration"` are kept for the certificate; without any,
a part of the examples is. DIR gets what `kwlogic train` writes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from kwlogic.cli.output import print_diagnostics
from kwlogic.cli.route import needs_route
from kwlogic.cli.train import report, training
from kwlogic.source.data import Diagnosed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a folder with files *.jsonl, or one such file")
    parser.add_argument("--out", type=Path, required=True, help="where the bundle is written")
    parser.add_argument("--alpha", type=float, default=0.05, help="the share of wrong routes that is tolerated (default 0.05)")
    parser.add_argument("--delta", type=float, default=0.05, help="the chance that the certificate is wrong (default 0.05)")
    parser.add_argument("--encoder", default="tfidf", help="tfidf, minilm, or tfidf+minilm")
    options = parser.parse_args(arguments)
    if not 0 < options.alpha < 1 or not 0 < options.delta < 1:
        parser.error("--alpha and --delta are between 0 and 1")
    try:
        needs_route()
        from kwlogic.weave.route.config import RouteConfig
        from kwlogic.weave.train.files import material_of
        from kwlogic.weave.train.service import train

        settings = replace(RouteConfig().settings, alpha=options.alpha, delta=options.delta, encoder=options.encoder)
        source = f"the rows of `{options.folder.name}`"
        done = asyncio.run(train(material_of(options.folder), options.out, RouteConfig(settings), None, source, training()))
    except Diagnosed as error:
        print_diagnostics(error.diagnostics, {}, sys.stderr)
        return 2
    report(done, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
