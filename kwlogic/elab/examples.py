"""``example`` and ``refine`` declarations: closed claims, recorded cases of kernels, claims between kernels."""

from __future__ import annotations

from kwlogic.core.program import Example, Refine
from kwlogic.core.terms import Term
from kwlogic.core.types import BOOL, Type, subst_type
from kwlogic.elab.arguments import arrange
from kwlogic.elab.context import Ctx
from kwlogic.elab.finish import finish
from kwlogic.elab.infer import check
from kwlogic.elab.names import KINDS, expression_entries, resolve_name
from kwlogic.elab.signatures import signature_of
from kwlogic.elab.state import Entry, Sig, Stop, World
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


def elaborate_example(world: World, ctx: Ctx, name: str, decl: syn.ExampleDecl) -> None:
    text = ctx.text(decl.expr.span)
    if decl.outputs is None:
        pred = finish(ctx, check(ctx, {}, decl.expr, BOOL, what="an example"))
        world.examples[name] = Example(name, pred, None, (), (), decl.span, text)
        return
    entry = _recorded(ctx, decl.expr)
    assert isinstance(decl.expr, syn.Call)
    sig = signature_of(ctx, entry)
    outputs = _output_sig(entry, sig)
    targs = {p: ctx.meta() for p in sig.tparams}
    given = _values(ctx, decl.expr, entry, sig, targs)
    answer = syn.Call(decl.span, decl.expr.fn, decl.outputs)
    yielded = _values(ctx, answer, entry, outputs, targs)
    ctx.use(entry)
    inputs = tuple((n, finish(ctx, t)) for n, t in given)
    closed = tuple((n, finish(ctx, t)) for n, t in yielded)
    world.examples[name] = Example(name, None, entry.qname, inputs, closed, decl.span, ctx.text(decl.span))


def _recorded(ctx: Ctx, e: syn.Expr) -> Entry:
    found = expression_entries(ctx, {}, e.fn) if isinstance(e, syn.Call) else None
    kernels = [x for x in found or () if x.kind == "kernel"]
    if not kernels:
        ctx.fail(
            "KW326",
            "a recorded case is a call of a kernel and its outputs",
            e.span,
            "not a call of a kernel",
            help="write `example k(x = 1) -> (y = 2)`, or a closed Bool expression as in `example f(1) == 2`",
        )
    return kernels[0]


def _output_sig(entry: Entry, sig: Sig) -> Sig:
    decl = entry.decl
    assert isinstance(decl, syn.KernelDecl)
    shapes = entry.shapes[len(decl.inputs) :]
    names = tuple([p.name for p in decl.outputs])
    return Sig(sig.tparams, names, tuple([s.type for s in shapes]), BOOL, tuple([p.span for p in decl.outputs]))


def _values(ctx: Ctx, e: syn.Call, entry: Entry, sig: Sig, targs: dict[str, Type]) -> list[tuple[str, Term]]:
    slots = arrange(ctx, e, entry, sig)
    out: list[tuple[str, Term]] = []
    failed = False
    for name, type, span, slot in zip(sig.names, sig.params, sig.spans, slots):
        why = Label(span, "declared here") if span is not None else None
        try:
            out.append((name, check(ctx, {}, slot, subst_type(type, targs), why, f"`{name}`")))
        except Stop:
            failed = True
    if failed:
        raise Stop
    return out


def elaborate_refine(world: World, ctx: Ctx, name: str, decl: syn.RefineDecl) -> None:
    ends: list[str] = []
    for end in (decl.abstract, decl.concrete):
        found = resolve_name(ctx, end, "kernel")
        kernels = [x for x in found if x.kind == "kernel"]
        if not kernels:
            ctx.fail("KW211", f"`refine` is between kernels, and `{end}` is a {KINDS[found[0].kind]}", end.span, "not a kernel")
        signature_of(ctx, ctx.use(kernels[0]))
        ends.append(kernels[0].qname)
    world.refines[name] = Refine(name, ends[0], ends[1], decl.span)
