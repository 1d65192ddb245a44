"""Module-level names that are not called: constructors without fields, and functions as values."""

from __future__ import annotations

from typing import NoReturn

from kwlogic.core.terms import Term, mk_at, mk_con, mk_lambda, mk_var
from kwlogic.core.types import Type
from kwlogic.elab.building import executable, make
from kwlogic.elab.context import Ctx, Env, first_order
from kwlogic.elab.finish import no_functions
from kwlogic.elab.names import KINDS
from kwlogic.elab.overloads import choose
from kwlogic.elab.signatures import show_signature, signature_of
from kwlogic.elab.state import Entry, Stop
from kwlogic.elab.suggest import counted
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


def named_value(ctx: Ctx, env: Env, e: syn.Expr, entries: tuple[Entry, ...], hint: Type | None) -> Term:
    """A module-level name that is not called: a constructor without fields, or a function as a value."""
    wanted = ctx.head(hint) if hint is not None else None
    usable = [x for x in entries if x.kind != "lemma"]
    if not usable:
        ctx.use(entries[0])
        ctx.fail("KW211", f"`{entries[0].name}` is a lemma, not a value", e.span, "a lemma")
    if len(usable) == 1 and usable[0].kind == "ctor":
        entry = usable[0]
        sig = signature_of(ctx, entry)
        if not sig.params:
            targs, _, result = ctx.instantiate(sig)
            if hint is not None and targs:
                ctx.trial([(result, hint)], keep=True)
            ctx.use(entry)
            return mk_con(entry.qname, (), ctx.zonk(result))
    if wanted is not None and wanted.head == "Fun" and not wanted.is_var:
        return _eta(ctx, e, usable, wanted)
    return _not_called(ctx, e, usable)


def _not_called(ctx: Ctx, e: syn.Expr, usable: list[Entry]) -> NoReturn:
    entry = ctx.use(usable[0])
    sig = signature_of(ctx, entry)
    args = ", ".join(sig.names) if sig.names or not sig.params else ", ".join("..." for _ in sig.params)
    more = (Label(entry.span, "declared here"),) if entry.span is not None else ()
    ctx.fail(
        "KW301",
        f"`{entry.name}` is a {KINDS[entry.kind]}, and a value is wanted here",
        e.span,
        "not called",
        *more,
        help=f"call it: `{entry.name}({args})`",
    )


def _eta(ctx: Ctx, e: syn.Expr, usable: list[Entry], wanted: Type) -> Term:
    """``f`` as ``fn (x, ...) => f(x, ...)``."""
    shaped = [(x, signature_of(ctx, x)) for x in usable if not x.broken]
    if not shaped:
        raise Stop
    types = wanted.args[:-1]
    fits = [(x, s) for x, s in shaped if len(s.params) == len(types)]
    if len(fits) > 1:
        fits = choose(ctx, fits, dict(enumerate(types)), wanted.args[-1], []) or fits
    if len(fits) != 1:
        if len(fits) > 1:
            notes = tuple(show_signature(ctx, x) for x, _ in fits)
            help = "write a lambda with annotated parameters, as in `fn (x: Int) => ...`"
            ctx.fail(
                "KW208",
                f"`{fits[0][0].name}` could be one of several here",
                e.span,
                f"wanted as `{ctx.show(wanted)}`",
                notes=notes,
                help=help,
            )
        ctx.fail(
            "KW305",
            f"a function of {counted(len(types), 'parameter')} is wanted here, and `{usable[0].name}` takes {len(shaped[0][1].params)}",
            e.span,
            f"should be `{ctx.show(wanted)}`",
            notes=(show_signature(ctx, usable[0]),),
        )
    entry, sig = fits[0]
    executable(ctx, entry, e)
    targs, params, result = ctx.instantiate(sig)
    for p, t in zip((*params, result), wanted.args):
        if not ctx.unify(t, p):
            notes = (show_signature(ctx, entry),)
            found = ctx.show(t)
            ctx.fail(
                "KW301",
                f"`{entry.name}` does not fit here: it works on `{ctx.show(p)}`, not `{found}`",
                e.span,
                f"should be `{ctx.show(wanted)}`",
                notes=notes,
            )
    names = [ctx.fresh(n) for n in (sig.names or tuple("xyzuvw"[: len(params)]))]
    if any(not first_order(p) for p in params):
        no_functions(ctx, f"a parameter of `{entry.name}` here", e.span)
    types = tuple([ctx.zonk(p) for p in params])
    args = tuple([mk_at(e.span, mk_var(n, t)) for n, t in zip(names, types)])
    ctx.use(entry)
    body = make(ctx, entry, tuple([ctx.zonk(t) for t in targs]), args, ctx.zonk(result))
    return mk_lambda(tuple(zip(names, types)), mk_at(e.span, body))
