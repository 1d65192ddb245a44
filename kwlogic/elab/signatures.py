"""Signatures of declarations, settled when somebody first asks.

A signature that does not resolve is reported once, and its declaration is broken from then on.
"""

from __future__ import annotations

from kwlogic.core.terms import mk_var
from kwlogic.core.types import BOOL, Type, tuple_of
from kwlogic.elab.context import Ctx, Env, shown
from kwlogic.elab.rtypes import RType, resolve, tparams_of
from kwlogic.elab.state import Entry, Sig, Stop, World
from kwlogic.source.data import Label, Span
from kwlogic.syntax import data as syn


def signature_of(ctx: Ctx, entry: Entry) -> Sig:
    if entry.broken:
        raise Stop
    if entry.sig is None:
        settle(ctx.world, entry)
        assert entry.sig is not None
    return entry.sig


def settle(world: World, entry: Entry) -> None:
    """Resolve the written signature; raises Stop where it does not."""
    decl = entry.decl
    assert entry.scope is not None
    assert isinstance(decl, syn.FnDecl | syn.LemmaDecl | syn.KernelDecl), "constructors get theirs with their type"
    ctx = Ctx(world, entry.scope, decl.tparams)
    try:
        tparams_of(ctx, decl.tparams, decl.name_span)
        if isinstance(decl, syn.KernelDecl):
            _kernel(ctx, entry, decl)
        else:
            _function(ctx, entry, decl)
    except Stop:
        entry.broken = True
        raise
    entry.ctx = ctx


def _function(ctx: Ctx, entry: Entry, decl: syn.FnDecl | syn.LemmaDecl) -> None:
    env: Env = {}
    shapes = parameters(ctx, decl.params, env, "", "parameter", decl.name_span)
    result = BOOL
    if isinstance(decl, syn.FnDecl):
        shape = resolve(ctx, decl.result, env, "a result")
        shapes.append(shape)
        result = shape.type
    entry.sig = _sig(decl.tparams, decl.params, shapes, result)
    entry.shapes = tuple(shapes)


def _kernel(ctx: Ctx, entry: Entry, decl: syn.KernelDecl) -> None:
    env: Env = {}
    ports = (*decl.inputs, *decl.outputs)
    both = {p.name for p in decl.inputs} & {p.name for p in decl.outputs}
    for p in decl.outputs:
        if p.name in both and len({q.name for q in decl.inputs}) == len(decl.inputs):
            first = next(q.span for q in decl.inputs if q.name == p.name)
            help = f"clauses speak of both, so give the output a name of its own; a composition renames it: `{decl.name}[y as {p.name}]`"
            ctx.fail("KW202", f"`{p.name}` is an input and an output", p.span, "again here", Label(first, "an input"), help=help)
    shapes = parameters(ctx, ports, env, "a port", "port", decl.name_span)
    if not decl.outputs:
        ctx.fail("KW321", f"the kernel `{decl.name}` has no output", decl.name_span, help="give it one, as in `-> (done: Bool)`")
    outputs = [s.type for s in shapes[len(decl.inputs) :]]
    result = outputs[0] if len(outputs) == 1 else tuple_of(*outputs)
    entry.sig = _sig(decl.tparams, decl.inputs, shapes, result)
    entry.shapes = tuple(shapes)


def _sig(tparams: tuple[str, ...], params: tuple[syn.Param, ...], shapes: list[RType], result: Type) -> Sig:
    types = tuple([s.type for s in shapes[: len(params)]])
    return Sig(tparams, tuple([p.name for p in params]), types, result, tuple([p.span for p in params]))


def parameters(ctx: Ctx, params: tuple[syn.Param, ...], env: Env, place: str, what: str, head: Span) -> list[RType]:
    """Types of parameters, in order; an inline refinement may speak of the parameters before it."""
    distinct(ctx, params, what)
    for p in params:
        ctx.names.add(p.name)
    shapes: list[RType] = []
    for p in params:
        shape = resolve(ctx, p.type, dict(env), place)
        env[p.name] = mk_var(p.name, shape.type)
        shapes.append(shape)
    return shapes


def distinct(ctx: Ctx, params: tuple[syn.Param, ...], what: str) -> None:
    seen: dict[str, Span] = {}
    for p in params:
        if p.name in seen:
            ctx.fail(
                "KW202",
                f"the {what} `{p.name}` is named twice",
                p.span,
                "again here",
                Label(seen[p.name], "first here"),
                help="give one of them another name",
            )
        seen[p.name] = p.span


def show_signature(ctx: Ctx, entry: Entry) -> str:
    """``len(xs: List[a]) -> Int``, with the module in front where there is one."""
    try:
        sig = signature_of(ctx, entry)
    except Stop:
        return f"`{entry.name}`"
    names = sig.names or ("",) * len(sig.params)
    params = ", ".join(f"{n}: {shown(t)}" if n else shown(t) for n, t in zip(names, sig.params))
    return f"`{entry.qname if entry.module else entry.name}({params}) -> {shown(sig.result)}`"
