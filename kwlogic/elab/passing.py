"""Arguments against parameters: checked in order, lambdas and function names last, with help where the order is wrong."""

from __future__ import annotations

from itertools import permutations
from typing import NoReturn

from kwlogic.core.terms import Term
from kwlogic.core.types import Type
from kwlogic.elab.context import Ctx, Env, shown
from kwlogic.elab.infer import conversion, infer, mismatch
from kwlogic.elab.names import candidates, parts_of
from kwlogic.elab.state import Entry, Sig, Stop
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


def check_arguments(ctx: Ctx, env: Env, slots: list[syn.Expr], params: tuple[Type, ...], entry: Entry | None, e: syn.Call) -> list[Term]:
    terms: list[Term | None] = [None] * len(slots)
    late: list[int] = []
    failed = False
    for index, arg in enumerate(slots):
        if is_late(ctx, env, arg):
            late.append(index)
            continue
        try:
            terms[index] = argument(ctx, env, arg, params, index, entry, e, slots)
        except Stop:
            failed = True
    if failed:
        raise Stop
    for index in late:
        terms[index] = argument(ctx, env, slots[index], params, index, entry, e, slots)
    return [t for t in terms if t is not None]


def argument(
    ctx: Ctx, env: Env, arg: syn.Expr, params: tuple[Type, ...], index: int, entry: Entry | None, e: syn.Call, slots: list[syn.Expr]
) -> Term:
    wanted = params[index]
    term = infer(ctx, env, arg, wanted)
    if term.type is wanted or ctx.unify(term.type, wanted):
        return term
    return _wrong_argument(ctx, env, arg, term, params, index, entry, e, slots)


def _wrong_argument(
    ctx: Ctx,
    env: Env,
    arg: syn.Expr,
    term: Term,
    params: tuple[Type, ...],
    index: int,
    entry: Entry | None,
    e: syn.Call,
    slots: list[syn.Expr],
) -> NoReturn:
    if entry is None or entry.sig is None:
        mismatch(ctx, arg, term.type, params[index])
    sig = entry.sig
    name = f"`{sig.names[index]}`" if sig.names else f"argument {index + 1}"
    span = sig.spans[index] if sig.spans else None
    why = Label(span, "declared here") if span is not None else None
    found, wanted = ctx.zonk(term.type), ctx.zonk(params[index])
    help, fix = conversion(ctx, arg, found, wanted)
    order = None if fix is not None else _other_order(ctx, env, entry, slots)
    ctx.fail(
        "KW301",
        f"{name} of `{entry.name}` should be `{shown(wanted)}`, but it is `{shown(found)}`",
        arg.span,
        f"this is `{shown(found)}`",
        *((why,) if why is not None else ()),
        help=order or help,
        fix=fix,
    )


def _other_order(ctx: Ctx, env: Env, entry: Entry, slots: list[syn.Expr]) -> str | None:
    """The order in which the arguments would fit, if there is one."""
    if ctx.quiet or not 2 <= len(slots) <= 4 or entry.sig is None:
        return None
    types = _types_quietly(ctx, env, slots)
    for order in permutations(range(len(slots))):
        if list(order) != sorted(order) and would_fit(ctx, entry.sig, [types[i] for i in order]):
            text = ", ".join(ctx.text(slots[i].span) for i in order)
            return f"the arguments fit in another order: `{entry.name}({text})`"
    return None


def would_fit(ctx: Ctx, sig: Sig, types: list[Type | None]) -> bool:
    _, params, _ = ctx.instantiate(sig)
    pairs = [(t, p) for t, p in zip(types, params) if t is not None]
    late = all(p.head == "Fun" for t, p in zip(types, params) if t is None)
    return late and not any(p.head == "Fun" for _, p in pairs) and ctx.trial(pairs)


def _types_quietly(ctx: Ctx, env: Env, slots: list[syn.Expr]) -> list[Type | None]:
    """Types of the arguments that are no functions; what does not check says nothing here."""
    types: list[Type | None] = []
    ctx.quiet = True
    for arg in slots:
        before = len(ctx.world.diagnostics)
        try:
            types.append(None if is_late(ctx, env, arg) else infer(ctx, env, arg).type)
        except Stop:
            del ctx.world.diagnostics[before:]
            types.append(None)
    ctx.quiet = False
    return types


def is_late(ctx: Ctx, env: Env, arg: syn.Expr) -> bool:
    """Lambdas and names of functions wait for the other arguments."""
    if isinstance(arg, syn.Lambda):
        return True
    if isinstance(arg, syn.Name):
        if arg.name in env:
            return False
        found = candidates(ctx.world, ctx.scope, arg.name)
    elif isinstance(arg, syn.Field):
        parts = parts_of(arg)
        if parts is None or parts[0] in env:
            return False
        found = candidates(ctx.world, ctx.scope, parts[-1])
    else:
        return False
    return any(x.kind != "ctor" or (x.sig is not None and x.sig.params) for x in found)
