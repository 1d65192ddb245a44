"""`kwlogic run` and `kwlogic eval`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kwlogic.cli.output import print_diagnostics
from kwlogic.core.program import ExprBody
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed
from kwlogic.workspace.evaluate import evaluate
from kwlogic.workspace.outcome import Outcome
from kwlogic.workspace.run import Found, evaluate_kernel, find_kernel


def run_kernel(name: str, document: str | None, paths: tuple[str, ...], store: str | None, resume: str | None) -> int:
    found = find_kernel(name, paths, Path.cwd())
    if isinstance(found, Outcome):
        return _finish(found)
    if document is None and resume is None:
        raise click.UsageError("missing option '--input': a JSON object with one key for each input port")
    if isinstance(found.kernel.body, ExprBody) and resume is None:
        return _finish(evaluate_kernel(found, _read(document or "-")))
    from kwlogic.weave.run.service import run_live, wants_store

    text = None if document is None else _read(document)
    if resume is None and not wants_store(found, store):
        return _finish(run_live(found, text or "{}"))
    return _recorded(found, text, store, resume)


def _recorded(found: Found, text: str | None, url: str | None, resume: str | None) -> int:
    from kwlogic.weave.run.recorded import run_recorded
    from kwlogic.weave.store.find import project_store

    with project_store(found.project.root if url is None else Path.cwd(), url) as store:
        done = run_recorded(found, text, store, resume, lambda run_id: _goes_on(found, run_id))
    code = _finish(done.outcome)
    if code:
        _goes_on(found, done.run_id)
    return code


def _goes_on(found: Found, run_id: str) -> None:
    print(f"run {run_id}: what finished is kept; `kwlogic run {found.kernel.name} --resume {run_id}` goes on", file=sys.stderr)


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
