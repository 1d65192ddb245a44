"""Calls: of functions, constructors, kernels and primitives, of function values, and uses of lemmas.

With one candidate the arguments are checked against its parameters, so that errors are about them. With several
(``len`` of lists and of strings) the arguments are inferred first and choose. Lambdas and function names come after
the other arguments in both cases, since these tell their parameters' types.
"""

from __future__ import annotations

from kwlogic.core.terms import Op, Term, mk
from kwlogic.core.types import Type
from kwlogic.elab.arguments import arrange
from kwlogic.elab.building import direct
from kwlogic.elab.context import Ctx, Env
from kwlogic.elab.infer import infer, rule
from kwlogic.elab.names import KINDS, expression_entries
from kwlogic.elab.overloads import overloaded
from kwlogic.elab.passing import check_arguments
from kwlogic.elab.signatures import show_signature, signature_of
from kwlogic.elab.suggest import counted
from kwlogic.syntax import data as syn


@rule(syn.Call)
def call(ctx: Ctx, env: Env, e: syn.Call, hint: Type | None) -> Term:
    fn = e.fn
    found = expression_entries(ctx, env, fn) if isinstance(fn, syn.Name | syn.Field) else None
    if found is None:
        return _apply(ctx, env, e)
    callable_ = [x for x in found if x.kind != "lemma"]
    if not callable_:
        ctx.use(found[0])
        ctx.fail(
            "KW211",
            f"`{found[0].name}` is a lemma, not a function",
            fn.span,
            "a lemma",
            help=f"use what it says with `apply {ctx.text(e.span)}; ...`",
        )
    if len(callable_) == 1:
        return direct(ctx, env, e, callable_[0], hint)
    return overloaded(ctx, env, e, callable_, hint)


def _apply(ctx: Ctx, env: Env, e: syn.Call) -> Term:
    """A call of a function value."""
    fn = infer(ctx, env, e.fn)
    type = ctx.head(fn.type)
    if type.is_var or type.head != "Fun":
        ctx.fail("KW301", f"`{ctx.text(e.fn.span)}` is called, but it is not a function", e.fn.span, f"this is `{ctx.show(type)}`")
    *params, result = type.args
    if any(a.name is not None for a in e.args):
        ctx.fail("KW306", "the parameters of a function value have no names", e.span, help="give the arguments by position")
    if len(params) != len(e.args):
        ctx.fail(
            "KW305",
            f"`{ctx.text(e.fn.span)}` takes {counted(len(params), 'argument')}, and {len(e.args)} {'is' if len(e.args) == 1 else 'are'} given",
            e.span,
            f"it is `{ctx.show(type)}`",
        )
    args = check_arguments(ctx, env, [a.value for a in e.args], tuple(params), None, e)
    return mk(Op.APPLY, None, (fn, *args), ctx.zonk(result))


def lemma_call(ctx: Ctx, env: Env, e: syn.Call) -> tuple[tuple[str, tuple[Type, ...]], tuple[Term, ...]]:
    """``apply l(args)``: the lemma with its type arguments, and the arguments."""
    found = expression_entries(ctx, env, e.fn)
    lemmas = [x for x in found or () if x.kind == "lemma"]
    if not lemmas:
        what = f"a {KINDS[found[0].kind]}" if found else "a value"
        ctx.fail("KW211", f"`apply` takes a lemma, and `{ctx.text(e.fn.span)}` is {what}", e.fn.span, "not a lemma")
    if len(lemmas) > 1:
        notes = tuple(show_signature(ctx, x) for x in lemmas)
        ctx.fail(
            "KW208", f"`{lemmas[0].name}` could be one of several here", e.fn.span, notes=notes, help="write the module's name in front"
        )
    entry = lemmas[0]
    sig = signature_of(ctx, entry)
    slots = arrange(ctx, e, entry, sig)
    targs, params, _ = ctx.instantiate(sig)
    terms = check_arguments(ctx, env, slots, params, entry, e)
    ctx.use(entry)
    return (entry.qname, tuple([ctx.zonk(t) for t in targs])), tuple(terms)
