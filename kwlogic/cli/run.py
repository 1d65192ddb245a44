"""`kwlogic run` and `kwlogic eval`."""

from __future__ import annotations

import sys
from pathlib import Path

from kwlogic.cli.output import print_diagnostics
from kwlogic.core.program import ExprBody
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.workspace.evaluate import evaluate
from kwlogic.workspace.outcome import Outcome
from kwlogic.workspace.run import evaluate_kernel, find_kernel


def run_kernel(name: str, document: str, paths: tuple[str, ...], resume: str | None = None) -> int:
    found = find_kernel(name, paths, Path.cwd())
    if isinstance(found, Outcome):
        return _finish(found)
    if isinstance(found.kernel.body, ExprBody):
        return _finish(evaluate_kernel(found, _read(document)))
    from kwlogic.weave.run.service import run_live

    return _finish(run_live(found, _read(document), resume))


def run_eval(expression: str, module: str | None) -> int:
    return _finish(evaluate(expression, module, Path.cwd()))


def _read(document: str) -> str:
    try:
        data = sys.stdin.buffer.read() if document == "-" else Path(document).read_bytes()
        return data.decode("utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Diagnosed(diagnostic("KW710", f"`{document}` cannot be read: {reason}")) from error


def _finish(outcome: Outcome) -> int:
    """Values go to stdout, and what is wrong to stderr."""
    if outcome.text:
        print(outcome.text)
    print_diagnostics(outcome.diagnostics, dict(outcome.sources), sys.stderr)
    return 2 if outcome.usage else 1 if outcome.failed else 0
