"""Closing terms: solve what inference left open, settle overloaded operators, and forbid functions as values.

A type that nothing decides (``[] == []``) is Int: no law depends on the choice.
"""

from __future__ import annotations

from kwlogic.core.terms import Op, Term, mk, mk_not
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.core.walk import BINDERS, fold
from kwlogic.elab.context import Ctx, Env, first_order, is_meta, shown
from kwlogic.elab.infer import check
from kwlogic.source.data import Span
from kwlogic.syntax import data as syn

NAMES = {INT: "int", REAL: "real", STRING: "str"}
OPERATORS = {"?add": "add", "?sub": "sub", "?mul": "mul", "?neg": "neg", "?lt": "lt", "?le": "le"}
SHOWN = {"?add": "+", "?sub": "-", "?mul": "*", "?neg": "-", "?lt": "<", "?le": "<="}


def finish(ctx: Ctx, term: Term) -> Term:
    """The term with every type known."""
    if ctx.deferred:
        _settle(ctx)
    if not ctx.dirty:
        return term
    ctx.dirty = False
    return _close(ctx, term)


def _settle(ctx: Ctx) -> None:
    waiting, ctx.deferred = ctx.deferred, []
    for what, type, span in waiting:
        if what[0] == "?":
            settled = ctx.zonk(type)
            if is_meta(settled):
                ctx.unify(settled, INT)
            elif settled.is_var and what in ("?lt", "?le"):
                want_first_order(ctx, f"an operand of `{SHOWN[what]}`", settled, span)
            elif settled not in NAMES or (settled is STRING and what not in ("?lt", "?le")):
                ctx.fail("KW303", f"`{SHOWN[what]}` is not defined on `{shown(settled)}`", span)
        elif not first_order(ctx.zonk(type)):
            no_functions(ctx, what, span)


def no_functions(ctx: Ctx, what: str, span: Span) -> None:
    ctx.fail(
        "KW308",
        f"{what} cannot be a function",
        span,
        "a function",
        help="functions are parameters of a `fn` or a `lemma` only; pass a lambda or a function's name there",
    )


def want_first_order(ctx: Ctx, what: str, type: Type, span: Span) -> None:
    """Functions are not values that one may store, compare or return."""
    if not type.has_vars:
        if not first_order(type):
            no_functions(ctx, what, span)
    else:
        settled = ctx.zonk(type)
        if not first_order(settled):
            no_functions(ctx, what, span)
        if _open(settled):
            ctx.deferred.append((what, settled, span))


def _close(ctx: Ctx, term: Term) -> Term:
    known: dict[Type, Type] = {}

    def close(t: Type) -> Type:
        if not t.has_vars:
            return t
        found = known.get(t)
        if found is None:
            found = known[t] = _ground(ctx, t)
        return found

    def step(here: Term, args: tuple[Term, ...]) -> Term:
        data = here.data
        if here.op is Op.CALL or here.op is Op.LEMMA:
            data = (data[0], tuple([close(t) for t in data[1]]))
        elif here.op in BINDERS and here.op is not Op.LET:
            data = tuple([(n, close(t)) for n, t in data])
        elif here.op is Op.PRIM and data[0] == "?" and args[0].type.is_var:
            return mk_not(mk(here.op, "any.le", args[::-1], BOOL)) if data == "?lt" else mk(here.op, "any.le", args, BOOL)
        elif here.op is Op.PRIM and data[0] == "?":
            data = f"{NAMES[args[0].type]}.{OPERATORS[data]}"
        return mk(here.op, data, args, close(here.type))

    result = fold((term,), step)[term]
    ctx.dirty = False
    return result


def _ground(ctx: Ctx, t: Type) -> Type:
    settled = ctx.zonk(t)
    for name in _open(settled):
        ctx.solution[name] = INT
    return ctx.zonk(settled)


def _open(t: Type) -> list[str]:
    if not t.has_vars:
        return []
    if t.is_var:
        return [t.head] if t.head[0] == "?" else []
    return [n for a in t.args for n in _open(a)]


def closed_predicate(ctx: Ctx, env: Env, e: syn.Expr) -> Term:
    return finish(ctx, check(ctx, env, e, BOOL))
