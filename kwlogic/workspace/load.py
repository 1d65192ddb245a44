"""Reading and parsing: the selected files, the standard library, and the modules that ``use`` leads to.

A file that cannot be read or decoded becomes a diagnostic; every other file is kept.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import field
from pathlib import Path

from kwlogic.resources import std_dir
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Label, Severity, Source, Span
from kwlogic.source.records import dataclass
from kwlogic.syntax.data import Module, QName
from kwlogic.workspace.config import show_path
from kwlogic.workspace.data import Project, Selection
from kwlogic.workspace.find import Finder
from kwlogic.workspace.read import read_source
from kwlogic.workspace.select import SUFFIX

Parse = Callable[[Source], tuple[Module, tuple[Diagnostic, ...]]]


@dataclass(slots=True)
class Loaded:
    """All modules in scope. ``wanted``: names of the modules whose files were selected, with the declarations asked for;
    ``found``: for each other module that was looked for, the file that uses it and its own, or None, as shown."""

    modules: dict[str, tuple[Source, Module]] = field(default_factory=dict)
    wanted: dict[str, Selection] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    io_failed: bool = False
    paths: dict[Path, str] = field(default_factory=dict)
    whole: bool = True
    found: dict[str, tuple[str, str | None]] = field(default_factory=dict)


def load(
    selections: Iterable[Selection], project: Project, cwd: Path, text: str = "", whole: bool = False, parse: Parse | None = None
) -> Loaded:
    """Parse what is selected, what it uses, and of the standard library what these and ``text`` need (or the whole).
    ``parse`` reads one file, and may remember what it read before."""
    read = parse or _parser()
    loaded = Loaded()
    for selection in selections:
        _load_selected(loaded, selection, read)
    _load_used(loaded, project, cwd, read)
    load_library(loaded, cwd, None if whole or any(map(is_std, loaded.modules)) else text, parse)
    return loaded


def _parser() -> Parse:
    from kwlogic.syntax.parse import parse_module

    return parse_module


def is_std(module: str) -> bool:
    return module == "std" or module.startswith("std.")


def load_library(loaded: Loaded, cwd: Path, text: str | None, parse: Parse | None = None) -> None:
    """Add the standard library: the part that the modules and the text can reach, or the whole where that is None."""
    from kwlogic.workspace.library import pruned

    files = [p for p in sorted(std_dir().rglob(f"*{SUFFIX}")) if p.resolve() not in loaded.paths]
    sources = [read_source(path, show_path(path, cwd)) for path in files]
    texts = [source.text for source, _ in loaded.modules.values()]
    parsed = sources if text is None else pruned(sources, (*texts, text))
    loaded.whole = text is None
    read = parse or _parser()
    for path, source, part in zip(files, sources, parsed):
        _keep_other(loaded, path, source, *read(part))


def complete(loaded: Loaded, cwd: Path) -> None:
    """Exchange the part of the standard library for the whole."""
    library = std_dir().resolve()
    for path, name in list(loaded.paths.items()):
        if path.is_relative_to(library):
            del loaded.modules[name], loaded.paths[path]
    load_library(loaded, cwd, None)


def _load_selected(loaded: Loaded, selection: Selection, parse: Parse) -> None:
    shown = selection.shown
    try:
        source = read_source(selection.path, shown)
    except Diagnosed as error:
        loaded.diagnostics.extend(error.diagnostics)
        loaded.io_failed |= any(d.code == "KW120" for d in error.diagnostics)
        loaded.sources.setdefault(shown, Source(shown, ""))
        return
    loaded.sources[shown] = source
    if not source.text.strip():
        loaded.diagnostics.append(diagnostic("KW122", f"`{shown}` is empty", Span(shown, 0, 0)))
    module, problems = parse(source)
    loaded.diagnostics.extend(problems)
    name = str(module.name) if module.name else _invented_name(selection.path, loaded)
    if name in loaded.modules:
        loaded.diagnostics.append(_twice(name, module, source, loaded.modules[name]))
        return
    if is_std(name) and not _is_shipped(source):
        loaded.diagnostics.append(_reserved(name, module, source))
        return
    _keep(loaded, name, selection.path, source, module)
    loaded.wanted[name] = selection


def _is_shipped(source: Source) -> bool:
    """Whether the text is that of a module of the standard library, whose laws the prover knows."""
    return any(path.read_text(encoding="utf-8") == source.text for path in std_dir().rglob(f"*{SUFFIX}"))


def _reserved(name: str, module: Module, source: Source) -> Diagnostic:
    span = module.name.span if module.name else Span(source.path, 0, 0)
    return diagnostic(
        "KW711",
        f"`{name}` is a name of the standard library, and this is not its text",
        span,
        "not checked",
        help="give the module a name that does not begin with `std`",
    )


def _keep(loaded: Loaded, name: str, path: Path, source: Source, module: Module) -> None:
    if module.name is None:
        module = dataclasses.replace(module, name=QName(Span(source.path, 0, 0), tuple(name.split("."))))
    loaded.modules[name] = (source, module)
    loaded.sources[source.path] = source
    loaded.paths[path.resolve()] = name


def _invented_name(path: Path, loaded: Loaded) -> str:
    """The file's name as a module name, with folders in front while another file has it already."""
    parts = [re.sub(r"\W", "_", p, flags=re.ASCII) or "_" for p in (*path.parent.parts[1:], path.stem)]
    parts = [f"_{p}" if p[0].isdigit() else p for p in parts]
    for count in range(1, len(parts) + 1):
        name = ".".join(parts[-count:])
        if name not in loaded.modules:
            return name
    return ".".join(parts)


def _twice(name: str, module: Module, source: Source, first: tuple[Source, Module]) -> Diagnostic:
    span = module.name.span if module.name else Span(source.path, 0, 0)
    other = first[1].name.span if first[1].name else Span(first[0].path, 0, 0)
    return diagnostic(
        "KW706",
        f"the module `{name}` is declared in `{first[0].path}` already",
        span,
        "declared again here, and not checked",
        Label(other, "first declared here"),
        help="give one of the two another name",
    )


def _load_other(loaded: Loaded, path: Path, shown: str, parse: Parse) -> None:
    """A module that is used but not selected: its errors are shown, its warnings are not."""
    if path.resolve() in loaded.paths:
        return
    try:
        source = read_source(path, shown)
    except Diagnosed as error:
        loaded.diagnostics.extend(error.diagnostics)
        loaded.io_failed |= any(d.code == "KW120" for d in error.diagnostics)
        return
    _keep_other(loaded, path, source, *parse(source))


def _keep_other(loaded: Loaded, path: Path, source: Source, module: Module, problems: tuple[Diagnostic, ...]) -> None:
    name = str(module.name) if module.name else _invented_name(path, loaded)
    if name in loaded.modules or (is_std(name) and not _is_shipped(source) and not path.resolve().is_relative_to(std_dir().resolve())):
        return
    loaded.diagnostics.extend(d for d in problems if d.severity is Severity.ERROR)
    _keep(loaded, name, path, source, module)


def _load_used(loaded: Loaded, project: Project, cwd: Path, parse: Parse) -> None:
    finder = Finder(project)
    waiting = list(loaded.modules)
    while waiting:
        source, module = loaded.modules[waiting.pop()]
        for use in module.uses:
            name = str(use.module)
            if name in loaded.modules or name in loaded.found or is_std(name):
                continue
            path = finder.find(cwd / source.path, name)
            loaded.found[name] = (source.path, None if path is None else show_path(path, cwd))
            if path is not None:
                _load_other(loaded, path, show_path(path, cwd), parse)
                if name in loaded.modules:
                    waiting.append(name)
