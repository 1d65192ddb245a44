"""One declaration again: checked beside what an earlier elaboration knows of all the others, which stay as they were.

For editors, where one body changes at a time. Sound only while the signature is the one that the others were checked
against; the caller sees to that (``same_face``). Nothing of the earlier elaboration is changed.
"""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import Any

from kwlogic.core.types import Type
from kwlogic.elab.context import Ctx
from kwlogic.elab.deep import with_deep_stack
from kwlogic.elab.functions import elaborate_fn, elaborate_lemma
from kwlogic.elab.kernels import elaborate_kernel
from kwlogic.elab.signatures import signature_of
from kwlogic.elab.state import Entry, Stop, World
from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.syntax import data as syn

Checked = syn.FnDecl | syn.LemmaDecl | syn.KernelDecl


def same_face(old: syn.Decl, new: syn.Decl) -> bool:
    """Whether nothing that other declarations see of this one has changed."""
    match old, new:
        case syn.FnDecl(), syn.FnDecl():
            return (old.name, old.tparams, old.params, old.result) == (new.name, new.tparams, new.params, new.result)
        case syn.LemmaDecl(), syn.LemmaDecl():
            return (old.name, old.tparams, old.params) == (new.name, new.tparams, new.params)
        case syn.KernelDecl(), syn.KernelDecl():
            ports = old.inputs == new.inputs and old.outputs == new.outputs
            return ports and (old.name, old.tparams) == (new.name, new.tparams) and type(old.body) is type(new.body)
        case _:
            return False


def elaborate_again(
    world: World, module: str, decl: Checked, source: Source, types: dict[Span, Type] | None = None
) -> tuple[Diagnostic, ...]:
    """What is wrong with the declaration as it is now; its spans are places in ``source``. ``types`` is filled with those of
    its expressions, as far as checking came."""
    home = world.scopes[module]
    scope = replace(home, source=source, own=dict(home.own), cache={}, written=None)
    kind = "fn" if isinstance(decl, syn.FnDecl) else "lemma" if isinstance(decl, syn.LemmaDecl) else "kernel"
    entry = Entry(kind, decl.name, f"{module}.{decl.name}", module, scope, decl, decl.name_span)
    scope.own[decl.name] = entry
    tables: tuple[dict[str, Any], ...] = (world.fns, world.lemmas, world.kernels, world.calls)
    before = [dict(t) for t in tables]
    reported = len(world.diagnostics)
    collecting = gc.isenabled()
    gc.disable()
    world.seen = None if types is None else {}
    try:
        with_deep_stack(lambda: _checked(world, entry, decl))
        return tuple(world.diagnostics[reported:])
    except RecursionError:
        return ()
    finally:
        if collecting:
            gc.enable()
        if types is not None:
            types.update((span, ctx.zonk(type)) for span, (ctx, type) in (world.seen or {}).items())
        world.seen = None
        del world.diagnostics[reported:]
        for table, kept in zip(tables, before, strict=True):
            table.clear()
            table.update(kept)


def _checked(world: World, entry: Entry, decl: Checked) -> None:
    assert entry.scope is not None
    try:
        signature_of(Ctx(world, entry.scope), entry)
        match decl:
            case syn.FnDecl():
                elaborate_fn(world, entry, decl)
            case syn.LemmaDecl():
                elaborate_lemma(world, entry, decl)
            case syn.KernelDecl():
                elaborate_kernel(world, entry, decl)
    except Stop:
        pass
