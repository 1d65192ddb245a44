"""`kwlogic mutate`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from kwlogic.cli.output import print_diagnostics
from kwlogic.workspace.findings import short
from kwlogic.workspace.mutate import Mutation, Tried, mutate

STATUSES = ("noticed", "unnoticed", "equivalent", "undecided")


def run_mutate(name: str, paths: tuple[str, ...], form: str, verbose: bool, budget: int, limit: int) -> int:
    found = mutate(name, paths, Path.cwd(), budget, limit)
    if form == "json" and not found.failed:
        print(json.dumps(_object(found), indent=2, ensure_ascii=False))
        return found.exit_code
    print_diagnostics(found.diagnostics, found.sources, sys.stderr if found.failed else sys.stdout)
    if found.failed:
        return found.exit_code
    if verbose:
        for tried in found.tried:
            print(_line(tried, found))
        print()
    counts = ", ".join(f"{found.count(s):,} {s}" for s in STATUSES if found.count(s) or s in ("noticed", "unnoticed"))
    more = f", {found.left_out:,} not tried" if found.left_out else ""
    print(f"{len(found.tried):,} mutants of `{short(found.name)}`: {counts}{more}" if found.tried else "there is nothing to change")
    return found.exit_code


def _line(tried: Tried, found: Mutation) -> str:
    by = f"  [{tried.by}]" if tried.by else ""
    return f"{_place(tried, found)}  {tried.status:<10}  `{tried.before}` -> `{tried.after}`{by}"


def _place(tried: Tried, found: Mutation) -> str:
    source = found.sources.get(tried.span.file)
    line, column = source.position(tried.span.start) if source is not None else (0, 0)
    return f"{tried.span.file}:{line}:{column}"


def _object(found: Mutation) -> dict[str, Any]:
    return {
        "declaration": found.name,
        "summary": {s: found.count(s) for s in STATUSES} | {"mutants": len(found.tried), "left_out": found.left_out},
        "mutants": [_mutant(t, found) for t in found.tried],
    }


def _mutant(tried: Tried, found: Mutation) -> dict[str, Any]:
    source = found.sources.get(tried.span.file)
    line, column = source.position(tried.span.start) if source is not None else (None, None)
    return {
        "file": tried.span.file,
        "line": line,
        "column": column,
        "change": tried.kind,
        "before": tried.before,
        "after": tried.after,
        "status": tried.status,
        "noticed_by": tried.by or None,
        "input": _values(tried.inputs),
        "output": _values(tried.outputs),
        "mutant_output": _values(tried.changed),
    }


def _values(shown: tuple[tuple[str, str, str], ...]) -> dict[str, Any] | None:
    """Values as JSON; numbers that Python's reader would round stay text."""
    return {name: json.loads(text, parse_float=str) for name, _, text in shown} if shown else None
