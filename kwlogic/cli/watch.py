"""`kwlogic check --watch`: the check again, whenever a file that it may read has changed."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kwlogic.source.data import Diagnosed
from kwlogic.source.extras import needed
from kwlogic.workspace.config import OWN_FILE, SHARED_FILE, project_of
from kwlogic.workspace.select import SUFFIX

FOR_PEOPLE = ("full", "concise")


def watching(paths: tuple[str, ...], form: str, check: Callable[[], int]) -> int:
    """The exit code is that of the last check."""
    if form not in FOR_PEOPLE:
        raise click.UsageError(f"`--watch` prints for people, and `--format {form}` is read by programs")
    watch = needed("watchfiles", "watch", "`--watch`").watch
    code, first = 0, True
    # the first (empty) report says that the files are being watched, so that no edit made during a check is lost
    options: dict[str, Any] = {"debounce": 200, "step": 50, "rust_timeout": 100, "yield_on_timeout": True, "raise_interrupt": False}
    with contextlib.suppress(KeyboardInterrupt):
        for changes in watch(*_folders(paths), watch_filter=_concerns, **options):
            if not first and not changes:
                continue
            if not first:
                print(f"\n---- {time.strftime('%H:%M:%S')} ----")
            first = False
            code = check()
            _told()
    return code


def _told() -> None:
    print("watching; Ctrl+C ends", flush=True)
    sys.stderr.flush()


def _concerns(_: object, path: str) -> bool:
    return path.endswith(SUFFIX) or Path(path).name in (OWN_FILE, SHARED_FILE)


def _folders(paths: tuple[str, ...]) -> list[Path]:
    """Folders with the selected files and with what they may use, none of them inside another one."""
    cwd = Path.cwd()
    try:
        project = project_of(paths, cwd)
        typed = [project.root / p for p in project.config.paths]
        around = [project.root] if project.source is not None else []
    except Diagnosed:
        typed, around = [], [cwd]
    named = [cwd / p.partition("::")[0] for p in paths]
    found = {(p if p.is_dir() else p.parent).resolve() for p in (*named, *typed, *around)}
    return sorted(p for p in found if p.is_dir() and not any(p != q and p.is_relative_to(q) for q in found))
