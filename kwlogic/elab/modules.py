"""Modules and the names they declare: scopes, duplicates, what ``use`` brings in, cycles among modules.

Nothing is resolved here but names of modules. A declaration whose name is taken is left out, with an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kwlogic.elab.names import spoilt
from kwlogic.elab.state import Entry, Scope, TypeEntry, World
from kwlogic.elab.suggest import did_you_mean, listed
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Label, Source, Span
from kwlogic.syntax import data as syn

KINDS = {syn.FnDecl: "fn", syn.LemmaDecl: "lemma", syn.KernelDecl: "kernel"}


def declare(world: World, modules: Sequence[tuple[Source, syn.Module]]) -> None:
    """Make a scope for each module and enter all names; then resolve what each uses."""
    for source, tree in modules:
        name = str(tree.name) if tree.name is not None else _file_name(world, source)
        if name in world.scopes:
            _twice(world, world.scopes[name], source, tree, name)
            continue
        scope = world.scopes[name] = Scope(name, source, tree)
        _enter(world, scope)
    _std_names(world)
    for scope in world.scopes.values():
        _uses(world, scope)
    _cycles(world)


def _file_name(world: World, source: Source) -> str:
    last = re.split(r"[\\/]", source.path)[-1].rpartition(".")
    stem = re.sub(r"\W", "_", last[0] or last[2], flags=re.ASCII) or "_"
    name, number = stem, 1
    while name in world.scopes:
        number += 1
        name = f"{stem}_{number}"
    return name


def _twice(world: World, first: Scope, source: Source, tree: syn.Module, name: str) -> None:
    span = tree.name.span if tree.name is not None else Span(source.path, 0, 0)
    other = first.tree.name.span if first.tree.name is not None else Span(first.source.path, 0, 0)
    help = "give one of the two another name"
    world.diagnostics.append(
        diagnostic("KW219", f"two files declare the module `{name}`", span, "again here", Label(other, "first here"), help=help)
    )


def _enter(world: World, scope: Scope) -> None:
    for index, decl in enumerate(scope.tree.decls):
        match decl:
            case syn.TypeDecl() | syn.RecordDecl():
                _enter_type(world, scope, decl, index)
            case syn.FnDecl() | syn.LemmaDecl() | syn.KernelDecl():
                entry = Entry(KINDS[type(decl)], decl.name, f"{scope.name}.{decl.name}", scope.name, scope, decl, decl.name_span)
                if not _enter_value(world, scope, entry):
                    scope.skipped.add(index)
            case syn.ResourceDecl():
                first = scope.resources.get(decl.name)
                if first is not None:
                    _duplicate(world, "resource", decl.name, decl.name_span, first)
                else:
                    scope.resources[decl.name] = decl.name_span


def _enter_type(world: World, scope: Scope, decl: syn.TypeDecl | syn.RecordDecl, index: int) -> None:
    first = scope.types.get(decl.name)
    if first is not None:
        _duplicate(world, "type", decl.name, decl.name_span, first.decl.name_span)
        scope.skipped.add(index)
        return
    entry = TypeEntry(decl.name, f"{scope.name}.{decl.name}", scope, decl, decl.tparams)
    scope.types[decl.name] = entry
    world.type_entries[entry.qname] = entry
    for what, name, span in (("type", decl.name, decl.name_span), *[("constructor", n, s) for n, s in constructors(decl)]):
        if not name[:1].isupper() and not (what == "constructor" and name == decl.name):
            _lower_case(world, what, name, span)
            entry.broken = True
    for name, span in constructors(decl):
        made = Entry("ctor", name, f"{scope.name}.{name}", scope.name, scope, decl, span, data=entry.qname)
        if not _enter_value(world, scope, made):
            entry.broken = True


def _lower_case(world: World, what: str, name: str, span: Span) -> None:
    better = name.lstrip("_'")
    help = f"write `{better[:1].upper()}{better[1:]}`" if better[:1].isalpha() else None
    message = f"the name of a {what} starts upper-case, and `{name}` does not"
    world.diagnostics.append(
        diagnostic("KW220", message, Span(span.file, span.start, span.start + len(name)), "starts lower-case", help=help)
    )


def constructors(decl: syn.TypeDecl | syn.RecordDecl) -> list[tuple[str, Span]]:
    if isinstance(decl, syn.RecordDecl):
        return [(decl.name, decl.name_span)]
    return [(v.name, v.span) for v in decl.variants]


def _enter_value(world: World, scope: Scope, entry: Entry) -> bool:
    assert entry.span is not None
    first = scope.own.get(entry.name)
    if first is not None and first.span is not None:
        _duplicate(world, "name", entry.name, entry.span, first.span)
        return False
    scope.own[entry.name] = entry
    if entry.kind == "ctor":
        world.ctor_entries[entry.qname] = entry
    return True


def _duplicate(world: World, what: str, name: str, span: Span, first: Span) -> None:
    help = "give one of them another name"
    world.diagnostics.append(
        diagnostic("KW202", f"the {what} `{name}` is declared twice", span, "again here", Label(first, "first here"), help=help)
    )


def _std_names(world: World) -> None:
    values: dict[str, list[Entry]] = {}
    types: dict[str, list[TypeEntry]] = {}
    for scope in world.scopes.values():
        if scope.std:
            for name, entry in scope.own.items():
                values.setdefault(name, []).append(entry)
            for name, declared in scope.types.items():
                types.setdefault(name, []).append(declared)
    world.std_values = {n: tuple(es) for n, es in values.items()}
    world.std_types = {n: tuple(es) for n, es in types.items()}


# ---------------------------------------------------------------- use


def _uses(world: World, scope: Scope) -> None:
    uses: list[str] = []
    for use in scope.tree.uses:
        name = str(use.module)
        target = world.scopes.get(name)
        if target is None:
            help = did_you_mean(name, world.scopes) or "modules are found by the name that their `module` line gives"
            world.diagnostics.append(diagnostic("KW204", f"there is no module `{name}`", use.module.span, "unknown module", help=help))
            _lost(scope, use)
            continue
        if target is scope:
            world.diagnostics.append(diagnostic("KW205", f"module `{name}` uses itself", use.span, "its own name"))
            continue
        if name not in uses:
            uses.append(name)
        for wanted, span in use.names if use.names is not None else _everything(target, use.span):
            _bring(world, scope, target, wanted, span)
    scope.uses = tuple(uses)


def _everything(target: Scope, span: Span) -> list[tuple[str, Span]]:
    return [(n, span) for n in dict.fromkeys((*target.own, *target.types, *target.resources))]


def _bring(world: World, scope: Scope, target: Scope, name: str, span: Span) -> None:
    entry, declared = target.own.get(name), target.types.get(name)
    if entry is not None:
        scope.used[name] = (*scope.used.get(name, ()), entry)
    if declared is not None:
        scope.used_types[name] = (*scope.used_types.get(name, ()), declared)
        for variant, _ in constructors(declared.decl):
            made = target.own.get(variant)
            if made is not None and made.data == declared.qname and made not in scope.used.get(variant, ()):
                scope.used[variant] = (*scope.used.get(variant, ()), made)
    if name in target.resources:
        scope.used_resources[name] = f"{target.name}.{name}"
    if entry is None and declared is None and name not in target.resources:
        scope.lost.add(name)
        if not spoilt(target, name):
            pool = (*target.own, *target.types, *target.resources)
            help = did_you_mean(name, pool)
            message = f"module `{target.name}` declares no `{name}`"
            world.diagnostics.append(diagnostic("KW206", message, span, "not there", help=help))


def _lost(scope: Scope, use: syn.UseDecl) -> None:
    """Names that a missing module would have brought: their uses stay silent."""
    if use.names is None:
        scope.lost_all = True
    scope.lost.update(n for n, _ in use.names or ())


def _cycles(world: World) -> None:
    """Modules that use each other: one error for each cycle, at the use that closes it."""
    done: set[str] = set()
    for start in world.scopes:
        path: list[str] = []
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, index = stack.pop()
            if index == 0:
                if name in done:
                    continue
                path.append(name)
            uses = world.scopes[name].uses
            if index < len(uses):
                stack.append((name, index + 1))
                if uses[index] in path:
                    _cycle(world, [*path[path.index(uses[index]) :], uses[index]])
                elif uses[index] not in done:
                    stack.append((uses[index], 0))
            else:
                done.add(name)
                path.pop()


def _cycle(world: World, ring: list[str]) -> None:
    scope = world.scopes[ring[-2]]
    span = next(u.span for u in scope.tree.uses if str(u.module) == ring[-1])
    chain = " uses ".join(f"`{n}`" for n in ring)
    world.diagnostics.append(
        diagnostic(
            "KW205",
            f"modules use each other in a circle: {chain}",
            span,
            "closes the circle",
            help=f"move what {listed(dict.fromkeys(ring))} share into a module of its own",
        )
    )
