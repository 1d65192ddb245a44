"""`kwlogic check`."""

from __future__ import annotations

import sys
from pathlib import Path

from kwlogic.source.data import Diagnosed
from kwlogic.workspace.check import check, configuration_sources
from kwlogic.workspace.data import CheckRequest, CheckResult, Progress

MACHINES = ("json", "sarif", "junit")


def run_check(
    paths: tuple[str, ...],
    form: str,
    verbose: bool,
    budget: int | None,
    jobs: int | None,
    log_dir: Path | None,
    expect: bool,
    cache: bool | None,
    proofs: bool | None,
    executor: str | None = None,
    frozen: bool = False,
    watch: bool = False,
) -> int:
    if watch:
        from kwlogic.cli.watch import watching

        return watching(
            paths, form, lambda: run_check(paths, form, verbose, budget, jobs, log_dir, expect, cache, proofs, executor, frozen)
        )
    cwd = Path.cwd()
    request = CheckRequest(paths, cwd, budget, jobs, cache, log_dir.absolute() if log_dir else None, proofs, executor, frozen)
    try:
        result = check(request, progress_on_terminal())
    except Diagnosed as error:
        result = CheckResult((), error.diagnostics, configuration_sources(cwd), io_failed=True)
    if expect and not result.io_failed and not result.interrupted:
        return _compare(result, form, verbose)
    _print(_with_holes(result, paths, cwd), form, verbose)
    if result.interrupted:
        print("kwlogic: interrupted", file=sys.stderr)
    return result.exit_code


def _with_holes(result: CheckResult, paths: tuple[str, ...], cwd: Path) -> CheckResult:
    """What a hole asks for is told with the rest."""
    if result.interrupted or not any("hole" in result.sources[f].text for f in result.selected if f in result.sources):
        return result
    from dataclasses import replace

    from kwlogic.lab.holes_note import hole_notes

    return replace(result, diagnostics=(*result.diagnostics, *hole_notes(paths, cwd, result.selected, result.sources)))


def progress_on_terminal() -> Progress | None:
    if not sys.stderr.isatty():
        return None
    from kwlogic.render.progress import progress_bar

    return progress_bar()


def _print(result: CheckResult, form: str, verbose: bool) -> None:
    if form in MACHINES:
        print(_document(result, form))
        return
    if form == "github":
        from kwlogic.render.github import github_lines

        for line in github_lines(result):
            print(line)
        _print_verdicts(result, verbose)
        return
    if form == "concise":
        from kwlogic.render.concise import concise_line

        for diagnostic in result.diagnostics:
            print(concise_line(diagnostic, result.sources))
    else:
        from kwlogic.cli.output import print_diagnostics

        print_diagnostics(result.diagnostics, result.sources, sys.stdout)
    _print_verdicts(result, verbose)


def _document(result: CheckResult, form: str) -> str:
    """The whole answer as one text that a program reads."""
    match form:
        case "sarif":
            from kwlogic.render.sarif import check_sarif

            return check_sarif(result)
        case "junit":
            from kwlogic.render.junit import check_junit

            return check_junit(result)
        case _:
            from kwlogic.render.json import check_json

            return check_json(result)


def _print_verdicts(result: CheckResult, verbose: bool) -> None:
    from kwlogic.render.full import axiom_lines, summary_line, table_lines
    from kwlogic.render.text import write_lines

    if verbose:
        write_lines(table_lines(result), sys.stdout)
    write_lines((summary_line(result), *axiom_lines(result)), sys.stdout)


def _compare(result: CheckResult, form: str, verbose: bool) -> int:
    """Findings are what was expected, so only what differs is printed (all of it with ``-v``)."""
    from kwlogic.workspace.expect import compare

    mismatches, marks = compare(result)
    if form in MACHINES or verbose:
        _print(result, form, verbose)
    stream = sys.stderr if form in MACHINES else sys.stdout
    for mismatch in mismatches:
        print(mismatch, file=stream)
    if form not in MACHINES and not verbose:
        _print_verdicts(result, verbose)
    wrong = f"{len(mismatches)} not as expected" if mismatches else "all as expected"
    print(f"{marks} marks: {wrong}", file=stream)
    if not result.selected:
        return 4
    return 1 if mismatches else 0
