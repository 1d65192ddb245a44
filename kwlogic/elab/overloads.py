"""Overloaded names: the arguments are inferred first, and their types choose among the candidates."""

from __future__ import annotations

from itertools import permutations
from typing import NoReturn

from kwlogic.core.terms import Term
from kwlogic.core.types import INT, REAL, Type
from kwlogic.elab.arguments import arity_text, fits_shape
from kwlogic.elab.building import build, direct
from kwlogic.elab.context import Ctx, Env, is_meta
from kwlogic.elab.infer import infer, to_real
from kwlogic.elab.passing import argument, is_late, would_fit
from kwlogic.elab.signatures import show_signature, signature_of
from kwlogic.elab.state import Entry, Sig, Stop
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


def overloaded(ctx: Ctx, env: Env, e: syn.Call, entries: list[Entry], hint: Type | None) -> Term:
    shaped = [(x, signature_of(ctx, x)) for x in entries if not x.broken]
    shaped = [(x, s) for x, s in shaped if fits_shape(e, s)]
    if not shaped:
        if any(x.broken for x in entries):
            raise Stop
        _wrong_count(ctx, e, entries)
    if len(shaped) == 1:
        return direct(ctx, env, e, shaped[0][0], hint)
    given = [a.value for a in e.args]
    early: dict[int, Term] = {}
    failed = False
    for index, arg in enumerate(given):
        if not is_late(ctx, env, arg):
            try:
                early[index] = infer(ctx, env, arg)
            except Stop:
                failed = True
    if failed:
        raise Stop
    chosen = choose(ctx, shaped, {i: t.type for i, t in early.items()}, hint, given)
    if len(chosen) != 1:
        _no_choice(ctx, e, shaped, chosen, early)
    entry, sig = chosen[0]
    targs, params, result = ctx.instantiate(sig)
    ctx.trial([(t.type, params[i]) for i, t in early.items()], keep=True)
    if hint is not None and targs:
        ctx.trial([(result, hint)], keep=True)
    terms = [early[i] if i in early else argument(ctx, env, a, params, i, entry, e, given) for i, a in enumerate(given)]
    return build(ctx, e, entry, targs, terms, result, given)


def choose(
    ctx: Ctx, shaped: list[tuple[Entry, Sig]], types: dict[int, Type], hint: Type | None, given: list[syn.Expr]
) -> list[tuple[Entry, Sig]]:
    """The candidates that the types admit; the nearest one where the own module offers it."""
    heads = {i: ctx.head(t) for i, t in types.items()}
    likely = [(x, s) for x, s in shaped if all(_head_fits(s.params[i], t) for i, t in heads.items())]
    likely = [(x, s) for x, s in likely if all(_lambda_fits(s.params[i], a) for i, a in enumerate(given) if i not in types)]
    if len(likely) != 1 or not types:
        likely = [c for c in likely if _admits(ctx, c[1], types, None)]
    elif not _admits(ctx, likely[0][1], types, None):
        return []
    if len(likely) > 1 and hint is not None:
        likely = [c for c in likely if _admits(ctx, c[1], types, hint)] or likely
    if len(likely) > 1 and likely[0][0].scope is ctx.scope:
        return likely[:1]
    return likely


def _head_fits(param: Type, arg: Type) -> bool:
    return param.is_var or is_meta(arg) or param.head == arg.head


def _lambda_fits(param: Type, arg: syn.Expr) -> bool:
    if param.is_var or param.head != "Fun":
        return False
    return not isinstance(arg, syn.Lambda) or len(arg.params) == len(param.args) - 1


def _admits(ctx: Ctx, sig: Sig, types: dict[int, Type], hint: Type | None) -> bool:
    _, params, result = ctx.instantiate(sig)
    pairs = [(t, params[i]) for i, t in types.items()]
    return ctx.trial(pairs if hint is None else [*pairs, (result, hint)])


def _wrong_count(ctx: Ctx, e: syn.Call, entries: list[Entry]) -> NoReturn:
    name = entries[0].name
    notes = tuple(show_signature(ctx, x) for x in entries)
    ctx.fail("KW305", f"no `{name}` takes {arity_text(e)}", e.span, "", notes=notes)


def _no_choice(ctx: Ctx, e: syn.Call, shaped: list[tuple[Entry, Sig]], chosen: list[tuple[Entry, Sig]], early: dict[int, Term]) -> NoReturn:
    name = shaped[0][0].name
    types = [ctx.show(early[i].type) if i in early else "a function" for i in range(len(e.args))]
    given = ", ".join(types)
    if chosen:
        ctx.fail(
            "KW208",
            f"`{name}` could be one of several here",
            e.span,
            f"called with ({given})",
            notes=tuple(show_signature(ctx, x) for x, _ in chosen),
            help="write the module's name in front (`std.list.sum(xs)`), or annotate the parameter that the argument comes from",
        )
    help, fix = None, None
    order = next((o for x, _ in shaped if (o := _reordered(ctx, e, x, early)) is not None), None)
    if order is None:
        for index, term in early.items():
            if ctx.zonk(term.type) is INT and any(
                _admits(ctx, s, {**{i: t.type for i, t in early.items()}, index: REAL}, None) for _, s in shaped
            ):
                help, fix = to_real(ctx, e.args[index].value)
    ctx.fail(
        "KW304",
        f"no `{name}` takes ({given})",
        e.span,
        "",
        *[Label(e.args[i].value.span, f"this is `{ctx.show(t.type)}`") for i, t in early.items()],
        notes=tuple("it can be " + show_signature(ctx, x) for x, _ in shaped),
        help=order or help,
        fix=fix,
    )


def _reordered(ctx: Ctx, e: syn.Call, entry: Entry, early: dict[int, Term]) -> str | None:
    if not 2 <= len(e.args) <= 4 or entry.sig is None:
        return None
    types = [early[i].type if i in early else None for i in range(len(e.args))]
    for order in permutations(range(len(types))):
        if list(order) != sorted(order) and would_fit(ctx, entry.sig, [types[i] for i in order]):
            text = ", ".join(ctx.text(e.args[i].span) for i in order)
            return f"the arguments fit in another order: `{entry.name}({text})`"
    return None
