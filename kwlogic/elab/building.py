"""Terms of calls whose function is settled: of functions, constructors, kernels and primitives."""

from __future__ import annotations

from kwlogic.core.terms import Term, mk_call, mk_con, mk_prim
from kwlogic.core.types import Type
from kwlogic.elab.arguments import arrange
from kwlogic.elab.context import Ctx, Env, first_order
from kwlogic.elab.finish import want_first_order
from kwlogic.elab.passing import check_arguments
from kwlogic.elab.patterns_text import check_pattern_argument
from kwlogic.elab.signatures import signature_of
from kwlogic.elab.state import Entry
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


def direct(ctx: Ctx, env: Env, e: syn.Call, entry: Entry, hint: Type | None) -> Term:
    sig = signature_of(ctx, entry)
    slots = arrange(ctx, e, entry, sig)
    targs, params, result = ctx.instantiate(sig)
    if hint is not None and targs:
        ctx.trial([(result, hint)], keep=True)
    terms = check_arguments(ctx, env, slots, params, entry, e)
    return build(ctx, e, entry, targs, terms, result, slots)


def build(ctx: Ctx, e: syn.Call, entry: Entry, targs: tuple[Type, ...], terms: list[Term], result: Type, slots: list[syn.Expr]) -> Term:
    executable(ctx, entry, e.fn)
    ctx.use(entry)
    if targs:
        targs = tuple([ctx.zonk(t) for t in targs])
        result = ctx.zonk(result)
        for t in targs:
            if t.has_vars or not first_order(t):
                want_first_order(ctx, f"what `{entry.name}` works on", t, e.span)
    elif entry.kind == "prim" and entry.qname == "str.matches":
        check_pattern_argument(ctx, slots[1])
    return make(ctx, entry, targs, tuple(terms), result)


def executable(ctx: Ctx, entry: Entry, e: syn.Expr) -> None:
    """Only kernels whose body is an expression are functions; the others may fail."""
    decl = entry.decl
    if not isinstance(decl, syn.KernelDecl) or isinstance(decl.body, syn.BodyExpr):
        return
    kind = "has no body" if decl.body is None else "is an oracle" if isinstance(decl.body, syn.BodyOracle) else "is a composition"
    ctx.fail(
        "KW317",
        f"the kernel `{entry.name}` {kind}, so an expression cannot call it",
        e.span,
        "may fail",
        Label(decl.name_span, "declared here"),
        help="compose it with other kernels (`= compose a >> b`, or `{ y <- k(x); ... }`)",
    )


def make(ctx: Ctx, entry: Entry, targs: tuple[Type, ...], terms: tuple[Term, ...], result: Type) -> Term:
    if entry.kind == "prim":
        return mk_prim(entry.qname, terms, result)
    if entry.kind == "ctor":
        return mk_con(entry.qname, terms, result)
    ctx.calls.add(entry.qname)
    return mk_call(entry.qname, targs, terms, result)
