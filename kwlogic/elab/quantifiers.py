"""Quantifiers: bounded ones are calls of ``all`` and ``any``, which run; unbounded ones are logic.

A binder's type may be refined or carry validity: then the quantifier ranges over the values for which these hold.
"""

from __future__ import annotations

from kwlogic.core.terms import Op, Term, mk, mk_and, mk_at, mk_call, mk_lambda, mk_prim, mk_var
from kwlogic.core.types import BOOL, INT, Type, set_of
from kwlogic.elab.context import Ctx, Env, is_meta
from kwlogic.elab.finish import want_first_order
from kwlogic.elab.infer import check, infer, rule
from kwlogic.elab.names import candidates
from kwlogic.elab.refine import invariant, predicates
from kwlogic.elab.rtypes import resolve
from kwlogic.source.data import Label, Span
from kwlogic.source.records import dataclass
from kwlogic.syntax import data as syn


@dataclass(slots=True)
class Bound:
    """``x in e``: ``build`` says over what."""

    name: str
    type: Type
    kind: str
    domain: tuple[Term, ...]
    span: Span


@dataclass(slots=True)
class Free:
    """Neighbouring ``x: T``; ``known`` are the refinements and the validity of the variables."""

    binders: list[tuple[str, Type]]
    known: list[Term]


@rule(syn.Quant)
def quantifier(ctx: Ctx, env: Env, e: syn.Quant, hint: Type | None) -> Term:
    inner = dict(env)
    layers: list[Bound | Free] = []
    for b in e.binders:
        layer = _bounded(ctx, inner, b) if b.domain is not None else _unbounded(ctx, inner, b, e.kind)
        last = layers[-1] if layers else None
        if isinstance(layer, Free) and isinstance(last, Free):
            last.binders.extend(layer.binders)
            last.known.extend(layer.known)
        else:
            layers.append(layer)
    term = check(ctx, inner, e.body, BOOL, what=f"the body of `{e.kind}`")
    for layer in reversed(layers):
        if isinstance(layer, Free):
            term = _quantify(e.kind, layer, term)
        else:
            term = mk_at(e.span, _over(ctx, e.kind, layer, term))
    return term.args[0] if term.op is Op.AT and term.data == e.span else term


def _quantify(kind: str, layer: Free, body: Term) -> Term:
    if kind == "forall":
        inner = mk(Op.IMPLIES, None, (mk_and(layer.known), body), BOOL) if layer.known else body
        return mk(Op.FORALL, tuple(layer.binders), (inner,), BOOL)
    return mk(Op.EXISTS, tuple(layer.binders), (mk_and((*layer.known, body)),), BOOL)


def _over(ctx: Ctx, kind: str, layer: Bound, body: Term) -> Term:
    type = ctx.zonk(layer.type)
    predicate = mk_lambda(((layer.name, type),), body)
    suffix = "all" if kind == "forall" else "any"
    if layer.kind == "list":
        ctx.use_fn(f"std.list.{suffix}")
        return mk_call(f"std.list.{suffix}", (type,), (predicate, *layer.domain), BOOL)
    return mk_prim(f"{layer.kind}.{suffix}", (predicate, *layer.domain), BOOL)


def _unbounded(ctx: Ctx, env: Env, b: syn.Binder, kind: str) -> Free:
    assert b.type is not None
    if not ctx.unbounded_ok:
        ctx.fail(
            "KW316",
            f"an unbounded `{kind}` cannot be run, so it cannot stand here",
            b.span,
            "ranges over all values",
            help=f"bound it: `{kind} {b.name} in xs :: ...` or `{kind} {b.name} in range(lo, hi) :: ...`; unbounded ones are for contracts and proofs",
        )
    ctx.unbounded.append(b.span)
    shape = resolve(ctx, b.type, env, "a quantified variable")
    fresh = ctx.fresh(b.name)
    var = mk_var(fresh, shape.type)
    valid = invariant(ctx, shape.type, var)
    known = [] if valid is None else [valid]
    known.extend(t for t, _ in predicates(ctx, shape, var, b.name))
    if b.name != "_":
        env[b.name] = var
    return Free([(fresh, shape.type)], known)


def _bounded(ctx: Ctx, env: Env, b: syn.Binder) -> Bound:
    assert b.domain is not None
    kind, type, domain = _domain(ctx, env, b.domain)
    fresh = ctx.fresh(b.name)
    if b.name != "_":
        env[b.name] = mk_var(fresh, ctx.zonk(type))
    return Bound(fresh, type, kind, domain, b.span)


def _domain(ctx: Ctx, env: Env, e: syn.Expr) -> tuple[str, Type, tuple[Term, ...]]:
    interval = _interval(ctx, env, e)
    if interval is not None:
        what = "an end of a range"
        return "int", INT, (check(ctx, env, interval[0], INT, what=what), check(ctx, env, interval[1], INT, what=what))
    term = infer(ctx, env, e)
    type = ctx.head(term.type)
    if is_meta(type):
        ctx.fail(
            "KW307",
            "the type that is quantified over is not known yet",
            e.span,
            "type not known",
            help="annotate the parameter it comes from",
        )
    if type.head == "List":
        return "list", type.args[0], (term,)
    if type.head == "Set":
        return "set", type.args[0], (term,)
    if type.head == "Map":
        keys = mk_at(e.span, mk_prim("map.keys", (term,), set_of(ctx.zonk(type.args[0]))))
        return "set", type.args[0], (keys,)
    want_first_order(ctx, "what is quantified over", type, e.span)
    return ctx.fail(
        "KW303",
        f"`x in ...` ranges over lists, sets, maps and `range(lo, hi)`, and this is `{ctx.show(type)}`",
        e.span,
        f"this is `{ctx.show(type)}`",
        *(() if type is not INT else (Label(e.span, "did you mean `range(0, ...)`?"),)),
    )


def _interval(ctx: Ctx, env: Env, e: syn.Expr) -> tuple[syn.Expr, syn.Expr] | None:
    """``range(lo, hi)`` of the standard library, which is quantified over without making the list."""
    if not (isinstance(e, syn.Call) and isinstance(e.fn, syn.Name) and e.fn.name == "range" and "range" not in env):
        return None
    if len(e.args) != 2 or any(a.name for a in e.args):
        return None
    found = candidates(ctx.world, ctx.scope, "range")
    return (e.args[0].value, e.args[1].value) if found and all(x.std for x in found) else None
