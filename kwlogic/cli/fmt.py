"""`kwlogic fmt`: rewrites files in their canonical layout, or says which are not in it."""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from kwlogic.cli.output import print_diagnostics
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity, Source
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import Selection
from kwlogic.workspace.read import read_source
from kwlogic.workspace.select import select


@dataclass(slots=True)
class _Counts:
    changed: int = 0
    same: int = 0
    failed: int = 0


def run_fmt(paths: tuple[str, ...], only_check: bool, diff: bool) -> int:
    if "-" in paths:
        if len(paths) > 1:
            raise Diagnosed(diagnostic("KW704", "`-` (stdin) cannot be mixed with other paths"))
        return _stdin(only_check, diff)
    cwd = Path.cwd()
    selections, missing = select(paths, project_of(paths, cwd), cwd)
    print_diagnostics(missing, {}, sys.stderr)
    counts = _Counts()
    for selection in selections:
        _file(selection, only_check, diff, counts)
    verb = "would be reformatted" if only_check or diff else "reformatted"
    print(
        f"{counts.changed} {verb}, {counts.same} already formatted" + (f", {counts.failed} not readable" if counts.failed else ""),
        file=sys.stderr,
    )
    if missing:
        return 2
    if not selections:
        return 4
    return 1 if counts.failed or (counts.changed and (only_check or diff)) else 0


def formatted(source: Source) -> str:
    """The canonical text; raises Diagnosed for a file that does not parse (nothing of it is lost then)."""
    from kwlogic.syntax.format import format_module
    from kwlogic.syntax.parse import parse_module

    module, problems = parse_module(source)
    errors = tuple(d for d in problems if d.severity is Severity.ERROR)
    if errors:
        raise Diagnosed(*errors)
    text = format_module(module, source)
    again, problems = parse_module(Source(source.path, text))
    if again != module or any(d.severity is Severity.ERROR for d in problems):
        raise Diagnosed(diagnostic("KW901", f"the formatter would change the meaning of `{source.path}`; it is left as it is"))
    return text


def _stdin(only_check: bool, diff: bool) -> int:
    data = sys.stdin.buffer.read()
    try:
        source = Source("<stdin>", data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Diagnosed(diagnostic("KW703", f"stdin is not UTF-8: {error.reason} at byte {error.start}")) from error
    try:
        text = formatted(source)
    except Diagnosed as error:
        print_diagnostics(error.diagnostics, {source.path: source}, sys.stderr)
        return 1
    if diff:
        _print_diff(source, text)
    elif not only_check:
        sys.stdout.write(text)
    return 1 if text != source.text and (only_check or diff) else 0


def _file(selection: Selection, only_check: bool, diff: bool, counts: _Counts) -> None:
    sources: dict[str, Source] = {}
    try:
        source = read_source(selection.path, selection.shown)
        sources[source.path] = source
        text = formatted(source)
        if text == source.text:
            counts.same += 1
            return
        counts.changed += 1
        if diff:
            _print_diff(source, text)
        elif only_check:
            print(f"would reformat {selection.shown}")
        else:
            _write(selection.path, text)
            print(f"reformatted {selection.shown}")
    except Diagnosed as error:
        counts.failed += 1
        _report(error.diagnostics, sources)


def _report(problems: tuple[Diagnostic, ...], sources: dict[str, Source]) -> None:
    print_diagnostics(problems, sources, sys.stderr)


def _print_diff(source: Source, text: str) -> None:
    old, new = source.text.splitlines(keepends=True), text.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, source.path, f"{source.path} (formatted)"):
        sys.stdout.write(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")


def _write(path: Path, text: str) -> None:
    """All or nothing: a killed run leaves the old file."""
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        part.write_text(text, encoding="utf-8", newline="")
        shutil.copymode(target, part)
        os.replace(part, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise Diagnosed(diagnostic("KW709", f"`{path}` cannot be written: {error.strerror}")) from error
