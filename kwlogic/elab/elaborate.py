"""Elaboration: modules of the surface tree become a ``Program`` of checked declarations.

Phases: names, types, signatures (on demand), declarations, then what needs all of them: recursion, compositions of
kernels, the order of proofs. A declaration that does not check is left out and so is, silently, what rests on it.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import replace

from kwlogic.core.program import ComposeBody, ModuleInfo, Program
from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.elab import basics, collections_, fields, matching, operators, quantifiers
from kwlogic.elab.context import Ctx
from kwlogic.elab.datas import build_invariants, settle_types
from kwlogic.elab.deep import with_deep_stack
from kwlogic.elab.examples import elaborate_example, elaborate_refine
from kwlogic.elab.finish import finish
from kwlogic.elab.functions import elaborate_fn, elaborate_lemma
from kwlogic.elab.infer import infer
from kwlogic.elab.kernels import elaborate_kernel
from kwlogic.elab.modules import declare
from kwlogic.elab.order import components, proof_order, spread
from kwlogic.elab.recursion import check_recursion
from kwlogic.elab.signatures import signature_of
from kwlogic.elab.state import Entry, Scope, Stop, World
from kwlogic.source.abandon import Asked, go_on
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Label, Source
from kwlogic.syntax import data as syn

RULES_IN = (basics, collections_, fields, matching, operators, quantifiers)  # imported for the rules they register

_LAST: list[tuple[Program, World]] = []


def elaborate(modules: Sequence[tuple[Source, syn.Module]], abandoned: Asked | None = None) -> tuple[Program, tuple[Diagnostic, ...]]:
    """Check all modules together, the standard library (modules ``std...``) among them. Raises Abandoned as soon as
    ``abandoned``, which is asked before each declaration, says so."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        program, found = with_deep_stack(lambda: _elaborate(modules, abandoned))
    finally:
        if collecting:
            gc.enable()
    return program, found


def _elaborate(modules: Sequence[tuple[Source, syn.Module]], abandoned: Asked | None) -> tuple[Program, tuple[Diagnostic, ...]]:
    world = World()
    declare(world, modules)
    settle_types(world)
    build_invariants(world)
    for scope in world.scopes.values():
        for index, decl in enumerate(scope.tree.decls):
            go_on(abandoned)
            if index not in scope.skipped:
                _declaration(world, scope, decl, index)
    go_on(abandoned)
    program = _assemble(world)
    _LAST[:] = [(program, world)]
    return program, _sorted(world)


def _declaration(world: World, scope: Scope, decl: syn.Decl, index: int) -> None:
    match decl:
        case syn.FnDecl() | syn.LemmaDecl() | syn.KernelDecl():
            name = _value(world, scope.own[decl.name], decl)
        case syn.TypeDecl() | syn.RecordDecl():
            entry = scope.types[decl.name]
            name = entry.qname
            if entry.broken:
                world.broken.add("type " + name)
        case syn.ExampleDecl() | syn.RefineDecl():
            kind = "example" if isinstance(decl, syn.ExampleDecl) else "refine"
            name = f"{scope.name}.{kind}~{1 + sum(type(d) is type(decl) for d in scope.tree.decls[:index])}"
            _claim(world, scope, name, decl)
        case syn.ResourceDecl():
            name = f"{scope.name}.{decl.name}"
    scope.decls.append(name)


def _value(world: World, entry: Entry, decl: syn.FnDecl | syn.LemmaDecl | syn.KernelDecl) -> str:
    assert entry.scope is not None
    try:
        if entry.qname in world.fns:
            _generated(world, entry)
        signature_of(Ctx(world, entry.scope), entry)
        match decl:
            case syn.FnDecl():
                elaborate_fn(world, entry, decl)
            case syn.LemmaDecl():
                elaborate_lemma(world, entry, decl)
            case syn.KernelDecl():
                elaborate_kernel(world, entry, decl)
    except Stop:
        world.broken.add(entry.qname)
    except RecursionError:
        _too_deep(world, entry.qname, decl)
    if entry.ctx is not None:
        world.deps[entry.qname] = frozenset(entry.ctx.deps)
        world.mentions[entry.qname] = frozenset(entry.ctx.mentions)
        world.calls.setdefault(entry.qname, frozenset(entry.ctx.calls))
    return entry.qname


def _generated(world: World, entry: Entry) -> None:
    """A validity predicate has the name already."""
    assert entry.span is not None
    first = Label(world.fns[entry.qname].name_span, "of what holds of every value of this type")
    help = "give it another name"
    message = f"`{entry.name}` is the name of a predicate that the language makes by itself"
    world.diagnostics.append(diagnostic("KW202", message, entry.span, "again here", first, help=help))
    entry.broken = True


def _claim(world: World, scope: Scope, name: str, decl: syn.ExampleDecl | syn.RefineDecl) -> None:
    ctx = Ctx(world, scope)
    try:
        if isinstance(decl, syn.ExampleDecl):
            elaborate_example(world, ctx, name, decl)
        else:
            elaborate_refine(world, ctx, name, decl)
    except Stop:
        world.broken.add(name)
    except RecursionError:
        _too_deep(world, name, decl)
    world.deps[name] = frozenset(ctx.deps)


def _too_deep(world: World, name: str, decl: syn.Decl) -> None:
    world.broken.add(name)
    help = "split it: name parts of it with `let`, or move them into functions"
    world.diagnostics.append(diagnostic("KW330", "this declaration nests too deep to be checked", decl.span, "nests too deep", help=help))


# ---------------------------------------------------------------- the finished program


def _assemble(world: World) -> Program:
    for found in check_recursion(world):
        world.broken.add(found)
    _drop(world)
    if any(k.rollback is not None or isinstance(k.body, ComposeBody) for k in world.kernels.values()):
        from kwlogic.elab.wiring_program import check_compositions

        check_compositions(world.kernels, lambda name, found: _blame(world, name, found))
        _drop(world)
    _groups(world)
    modules = {s.name: _info(world, s) for s in world.scopes.values()}
    return Program(
        modules,
        {s.source.path: s.source for s in world.scopes.values()},
        world.datas,
        world.ctors,
        world.fns,
        world.lemmas,
        world.kernels,
        world.examples,
        world.refines,
        frozenset(f"{s.name}.{r}" for s in world.scopes.values() for r in s.resources),
        _order(world),
        tuple(world.refinements),
    )


def _blame(world: World, name: str, found: Diagnostic) -> None:
    world.diagnostics.append(found)
    world.broken.add(name)


def _drop(world: World) -> None:
    """Take out what is broken and what rests on it."""
    deps = {n: d | world.mentions.get(n, frozenset()) for n, d in world.deps.items()} if world.mentions else world.deps
    world.broken = spread(world.broken, deps)
    for table in (world.fns, world.lemmas, world.kernels, world.examples, world.refines):
        assert isinstance(table, dict)
        for name in [n for n in table if n in world.broken]:
            del table[name]


def _groups(world: World) -> None:
    graph = {n: [c for c in world.calls.get(n, ()) if c in world.fns] for n in world.fns}
    for group in components(graph):
        if len(group) > 1 or group[0] in graph[group[0]]:
            members = frozenset(group)
            for name in group:
                world.fns[name] = replace(world.fns[name], group=members)


def _info(world: World, scope: Scope) -> ModuleInfo:
    broken = frozenset(n for n in scope.decls if n in world.broken or "type " + n in world.broken)
    kept = tuple(n for n in scope.decls if n not in broken)
    skipped = frozenset(f"{scope.name}.{getattr(scope.tree.decls[i], 'name', '')}" for i in scope.skipped)
    return ModuleInfo(scope.name, scope.source.path, scope.uses, kept, broken | (skipped - set(kept)))


def _order(world: World) -> tuple[str, ...]:
    """Library first, then modules as they use each other; lemmas before fns before kernels where both may come next."""
    levels = _levels(world)
    kinds = {**dict.fromkeys(world.fns, 1), **dict.fromkeys(world.lemmas, 0), **dict.fromkeys(world.kernels, 2)}
    rank: dict[str, tuple[int, ...]] = {}
    for scope in world.scopes.values():
        for position, name in enumerate(scope.decls):
            if name in kinds:
                rank[name] = (levels[scope.name], kinds[name], position)
            valid = name + "'valid"
            if valid in kinds:
                rank[valid] = (levels[scope.name], 1, position)
    return proof_order({n: [d for d in world.deps.get(n, ()) if d in kinds] for n in rank}, rank)


def _levels(world: World) -> dict[str, int]:
    graph = {n: s.uses for n, s in world.scopes.items() if not s.std}
    order = proof_order(graph, {n: (i,) for i, n in enumerate(graph)})
    levels = {n: i + 1 for i, n in enumerate(order)}
    return {n: levels.get(n, 0) for n in world.scopes}


def _sorted(world: World) -> tuple[Diagnostic, ...]:
    """By file and place; one word on one thing is enough."""
    files = {s.source.path: i for i, s in enumerate(world.scopes.values())}

    def place(d: Diagnostic) -> tuple[int, int]:
        return (files.get(d.span.file, -1), d.span.start) if d.span is not None else (-1, -1)

    return tuple(sorted(dict.fromkeys(world.diagnostics), key=place))


# ---------------------------------------------------------------- one expression


def world_of(program: Program) -> World | None:
    """What the elaboration of a program knew, as long as it is the last one."""
    return next((w for p, w in _LAST if p is program), None)


def elaborate_expr(
    program: Program, module: str | None, expr: syn.Expr, source: Source | None = None
) -> tuple[Term | None, Type | None, tuple[Diagnostic, ...]]:
    """A closed expression in scope of the library and of a module of the program that was elaborated last."""
    world = world_of(program)
    if world is None:
        return None, None, (diagnostic("KW201", "the program of this expression is no longer at hand"),)
    text = source or Source(expr.span.file, "")
    tree = syn.Module(expr.span, None, (), ())
    home = world.scopes.get(module) if module is not None else None
    if module is not None and home is None:
        return None, None, (diagnostic("KW204", f"there is no module `{module}`"),)
    scope = replace(home, source=text, cache={}) if home is not None else Scope("", text, tree)
    before = len(world.diagnostics)
    result = with_deep_stack(lambda: _expression(world, scope, expr))
    found = tuple(world.diagnostics[before:])
    del world.diagnostics[before:]
    return (*result, found)


def _expression(world: World, scope: Scope, expr: syn.Expr) -> tuple[Term | None, Type | None]:
    ctx = Ctx(world, scope)
    try:
        term = finish(ctx, infer(ctx, {}, expr))
    except Stop:
        return None, None
    if any(d in world.broken for d in ctx.deps):
        help = "see the errors of the file it is declared in"
        world.diagnostics.append(diagnostic("KW331", "the expression uses a declaration that does not check", expr.span, help=help))
        return None, None
    return term, term.type
