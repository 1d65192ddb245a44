"""Completion in shells: click writes the scripts, this says which names there are.

Names are read off the files by their declarations' first words, without parsing, since a key press must not wait.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

DECLARED = re.compile(r"^(?:opaque\s+)?(kernel|fn|lemma|theorem|axiom|record|type)\s+([A-Za-z_][\w']*)", re.M)
MOST_BYTES = 1_000_000


def script(shell: str) -> str:
    """What the shell must read."""
    from kwlogic.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None
    return found(cli, {}, "kwlogic", "_KWLOGIC_COMPLETE").source()


def spec_paths(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Folders, spec files, and the declarations of a file after `::`."""
    file, colons, start = incomplete.partition("::")
    if colons:
        return [CompletionItem(f"{file}::{n}", help=kind) for kind, n in _declared(Path(file)) if n.startswith(start)]
    folder, _, last = incomplete.rpartition("/")
    base = Path(f"{folder}/") if folder or incomplete.startswith("/") else Path()
    prefix = f"{folder}/" if "/" in incomplete else ""
    return [CompletionItem(prefix + name) for name in _entries(base) if name.startswith(last)]


def kernels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kernels of the project by name, or as FILE::NAME."""
    if "::" in incomplete or "/" in incomplete:
        return spec_paths(ctx, param, incomplete)
    found = {n: None for path in _project_files() for kind, n in _declared(path) if kind == "kernel"}
    return [CompletionItem(n, help="kernel") for n in found if n.startswith(incomplete)] or spec_paths(ctx, param, incomplete)


def codes(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from kwlogic.source.codes import registry

    return [CompletionItem(c, help=entry.title) for c, entry in registry().items() if c.startswith(incomplete.upper())]


COMPLETED = {
    "paths": spec_paths,
    "file": spec_paths,
    "spec": spec_paths,
    "module": spec_paths,
    "kernel": kernels,
    "name": kernels,
    "code": codes,
}


def complete_names(group: click.Group) -> None:
    """Give every parameter of the commands that names something what it may name."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            complete_names(command)
        for parameter in command.params:
            if parameter.name in COMPLETED and not isinstance(parameter.type, click.Choice):
                parameter._custom_shell_complete = COMPLETED[parameter.name]


def _entries(folder: Path) -> Iterator[str]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.is_dir() and not entry.name.startswith("."):
            yield f"{entry.name}/"
        elif entry.suffix == ".kw":
            yield entry.name


def _declared(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8", errors="replace") as handle:
            return DECLARED.findall(handle.read(MOST_BYTES))
    except OSError:
        return []


def _project_files() -> Iterator[Path]:
    from kwlogic.source.data import Diagnosed
    from kwlogic.workspace.config import find_project
    from kwlogic.workspace.select import files_of

    try:
        project = find_project(Path.cwd(), Path.cwd())
    except Diagnosed:
        return
    for path in project.config.paths:
        yield from files_of(project.root / path, project)
