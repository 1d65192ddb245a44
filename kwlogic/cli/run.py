"""`kwlogic run` and `kwlogic eval`."""

from __future__ import annotations

import sys
from pathlib import Path

from kwlogic.cli.output import print_diagnostics
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.workspace.evaluate import evaluate
from kwlogic.workspace.outcome import Outcome
from kwlogic.workspace.run import run_kernel as run


def run_kernel(name: str, document: str, paths: tuple[str, ...]) -> int:
    return _finish(run(name, _read(document), paths, Path.cwd()))


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
