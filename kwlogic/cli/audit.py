"""`kwlogic audit`."""

from __future__ import annotations

import sys
from pathlib import Path

from kwlogic.cli.check import progress_on_terminal
from kwlogic.source.data import Severity
from kwlogic.workspace.audit import audit
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult


def run_audit(paths: tuple[str, ...], form: str, strict: bool, frozen: bool) -> int:
    result = check(CheckRequest(paths, Path.cwd(), frozen=frozen), progress_on_terminal())
    found = audit(result)
    _tell_errors(result)
    match form:
        case "json":
            from kwlogic.render.audit_json import audit_json

            print(audit_json(found))
        case "markdown":
            from kwlogic.render.audit import audit_markdown

            print(audit_markdown(found), end="")
        case _:
            from kwlogic.render.audit import audit_lines
            from kwlogic.render.text import write_lines

            write_lines(audit_lines(found), sys.stdout)
    return result.exit_code or (1 if strict and not found.clean else 0)


def _tell_errors(result: CheckResult) -> None:
    """What kept parts from being checked at all; refuted clauses are in the audit itself."""
    from kwlogic.cli.output import print_diagnostics
    from kwlogic.workspace.findings import FROM_VERDICTS

    errors = [d for d in result.diagnostics if d.severity is Severity.ERROR and d.code not in FROM_VERDICTS]
    print_diagnostics(errors, result.sources, sys.stderr)
