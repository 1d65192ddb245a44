"""What the texts of a project say of themselves: declarations with their documentation, in order. Nothing is proved here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kwlogic.source.data import Diagnostic, Severity, Source, Span
from kwlogic.syntax import data as syn
from kwlogic.vc.data import Result
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

KINDS: dict[type, str] = {
    syn.TypeDecl: "type",
    syn.RecordDecl: "record",
    syn.FnDecl: "function",
    syn.LemmaDecl: "lemma",
    syn.KernelDecl: "kernel",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """``doc`` is the text of the `##` lines; ``text`` the declaration as the formatter writes it, without them. ``results``:
    what a check said of it, empty where none was asked for."""

    kind: str
    name: str
    doc: str
    text: str
    span: Span
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Documented:
    """``doc``: the comment at the top of the file."""

    module: str
    source: Source
    doc: str
    decls: tuple[Declared, ...]


@dataclass(frozen=True, slots=True)
class Documents:
    title: str
    modules: tuple[Documented, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, Source]
    checked: bool = False
    io_failed: bool = False


def documents(paths: Iterable[str], cwd: Path, results: Iterable[Result] | None = None) -> Documents:
    """The modules that are selected. ``results``: verdicts to tell beside the declarations."""
    typed = tuple(paths)
    project = project_of(typed, cwd)
    selections, missing = select(typed, project, cwd)
    loaded = load(selections, project, cwd)
    by_name: dict[str, list[Result]] = {}
    for result in results or ():
        by_name.setdefault(result.obligation.declaration, []).append(result)
    modules = tuple(_module(name, *loaded.modules[name], by_name) for name in loaded.wanted)
    errors = tuple(d for d in (*missing, *loaded.diagnostics) if d.severity is Severity.ERROR)
    title = project.root.resolve().name or "specs"
    return Documents(title, modules, errors, loaded.sources, results is not None, bool(missing) or loaded.io_failed)


def _module(name: str, source: Source, tree: syn.Module, results: dict[str, list[Result]]) -> Documented:
    decls = []
    for decl in tree.decls:
        kind = KINDS.get(type(decl))
        if kind is not None:
            decls.append(_declared(kind, decl, name, source, results))
    return Documented(name, source, _top(source), tuple(decls))


def _declared(kind: str, decl: syn.Decl, module: str, source: Source, results: dict[str, list[Result]]) -> Declared:
    name = getattr(decl, "name", "")
    if isinstance(decl, syn.LemmaDecl):
        kind = decl.keyword
    doc = "\n".join(line.removeprefix("##").strip() for line in getattr(decl, "doc", ()))
    return Declared(kind, name, doc, source.slice(decl.span).rstrip(), decl.span, tuple(results.get(f"{module}.{name}", ())))


def _top(source: Source) -> str:
    """The comment that the file begins with."""
    lines = re.match(r"(?:#[^\n]*\n)*", source.text)
    return "\n".join(line.lstrip("#").strip() for line in (lines.group() if lines else "").splitlines())
