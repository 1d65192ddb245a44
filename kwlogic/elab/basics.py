"""Rules for literals, names, conditionals, tuples, lambdas, assertions and uses of lemmas."""

from __future__ import annotations

from fractions import Fraction

from kwlogic.core.terms import Op, Term, mk, mk_bool, mk_con, mk_if, mk_int, mk_lambda, mk_real, mk_str, mk_var
from kwlogic.core.types import BOOL, UNIT, Type, fun_of, mk_type
from kwlogic.elab.calls import lemma_call
from kwlogic.elab.context import Ctx, Env, shown
from kwlogic.elab.finish import want_first_order
from kwlogic.elab.infer import check, check_all, infer, mismatch, rule
from kwlogic.elab.names import expression_entries
from kwlogic.elab.rtypes import resolve
from kwlogic.elab.suggest import counted
from kwlogic.elab.values import named_value
from kwlogic.source.data import Label
from kwlogic.syntax import data as syn


@rule(syn.Lit)
def literal(ctx: Ctx, env: Env, e: syn.Lit, hint: Type | None) -> Term:
    value = e.value
    if isinstance(value, bool):
        return mk_bool(value)
    if isinstance(value, int):
        return mk_int(value)
    return mk_real(value) if isinstance(value, Fraction) else mk_str(value)


@rule(syn.Name)
def name(ctx: Ctx, env: Env, e: syn.Name, hint: Type | None) -> Term:
    local = env.get(e.name)
    if local is not None:
        return local
    found = expression_entries(ctx, env, e)
    assert found is not None
    return named_value(ctx, env, e, found, hint)


@rule(syn.If)
def conditional(ctx: Ctx, env: Env, e: syn.If, hint: Type | None) -> Term:
    cond, then, other = check_all(
        ctx,
        [
            lambda: check(ctx, env, e.cond, BOOL, what="a condition"),
            lambda: infer(ctx, env, e.then, hint),
            lambda: infer(ctx, env, e.other, hint),
        ],
    )
    same_branch(ctx, e.then, then, e.other, other, hint)
    want_first_order(ctx, "the value of an `if`", then.type, e.span)
    return mk(Op.IF, None, (cond, then, other), ctx.zonk(then.type))


def same_branch(ctx: Ctx, first: syn.Expr, then: Term, second: syn.Expr, other: Term, hint: Type | None) -> None:
    """Branches agree; where the type is known from outside, the branch that departs from it is named."""
    if then.type is other.type or ctx.trial([(then.type, other.type)], keep=True):
        return
    if hint is not None and not ctx.trial([(then.type, hint)]):
        mismatch(ctx, first, then.type, hint)
    why = None if hint is not None else Label(first.span, f"this branch is `{ctx.show(then.type)}`")
    mismatch(ctx, second, other.type, then.type, why, "this branch")


@rule(syn.TupleExpr)
def tuple_(ctx: Ctx, env: Env, e: syn.TupleExpr, hint: Type | None) -> Term:
    if not e.items:
        return mk_con("Tuple", (), UNIT)
    wanted = ctx.head(hint) if hint is not None else None
    fits = wanted is not None and wanted.head == "Tuple" and len(wanted.args) == len(e.items)
    hints: tuple[Type | None, ...] = wanted.args if wanted is not None and fits else (None,) * len(e.items)
    items = check_all(ctx, [lambda i=i, h=h: _item(ctx, env, i, h) for i, h in zip(e.items, hints)])  # type: ignore[misc]
    return mk_con("Tuple", tuple(items), mk_type("Tuple", *[ctx.zonk(i.type) for i in items]))


def _item(ctx: Ctx, env: Env, e: syn.Expr, hint: Type | None) -> Term:
    term = infer(ctx, env, e) if hint is None else check(ctx, env, e, hint)
    want_first_order(ctx, "a part of a tuple", term.type, e.span)
    return term


@rule(syn.Lambda)
def lambda_(ctx: Ctx, env: Env, e: syn.Lambda, hint: Type | None) -> Term:
    wanted = ctx.head(hint) if hint is not None else None
    expected: tuple[Type, ...] = ()
    if wanted is not None and wanted.head == "Fun" and not wanted.is_var:
        expected = wanted.args[:-1]
        if len(expected) != len(e.params):
            ctx.fail(
                "KW305",
                f"a function of {counted(len(expected), 'parameter')} is wanted here, and this one takes {len(e.params)}",
                e.span,
                f"should be `{ctx.show(wanted)}`",
            )
    params: list[tuple[str, Type]] = []
    inner = dict(env)
    seen: set[str] = set()
    for index, p in enumerate(e.params):
        if p.name in seen:
            ctx.fail("KW202", f"the parameter `{p.name}` is named twice", p.span, "again here")
        seen.add(p.name)
        type = _param_type(ctx, p, expected[index] if expected else None)
        fresh = ctx.fresh(p.name)
        params.append((fresh, type))
        if p.name != "_":
            inner[p.name] = mk_var(fresh, type)
    body = infer(ctx, inner, e.body, wanted.args[-1] if wanted is not None and expected else None)
    want_first_order(ctx, "the value of a function", body.type, e.body.span)
    result = ctx.zonk(body.type)
    params = [(n, ctx.zonk(t)) for n, t in params]
    return mk(Op.LAMBDA, tuple(params), (body,), fun_of(tuple([t for _, t in params]), result))


def _param_type(ctx: Ctx, p: syn.LambdaParam, expected: Type | None) -> Type:
    if p.type is None:
        return ctx.zonk(expected) if expected is not None else ctx.zonk(ctx.meta())
    shape = resolve(ctx, p.type, {}, "a lambda's parameter")
    if shape.refined:
        ctx.fail(
            "KW315",
            "a refinement on a lambda's parameter is not supported",
            p.type.span,
            "refined",
            help="use the plain type: what holds of the elements is known from where they come from",
        )
    if expected is not None and not ctx.unify(shape.type, expected):
        ctx.fail(
            "KW301",
            f"the parameter `{p.name}` should be `{ctx.show(expected)}`, but it is declared `{shown(shape.type)}`",
            p.type.span,
            f"this is `{shown(shape.type)}`",
        )
    return shape.type


@rule(syn.AssertExpr)
def assertion(ctx: Ctx, env: Env, e: syn.AssertExpr, hint: Type | None) -> Term:
    pred = assert_pred(ctx, env, e.pred)
    body = infer(ctx, env, e.body, hint)
    return mk(Op.ASSERT, None, (pred, body), body.type)


def assert_pred(ctx: Ctx, env: Env, e: syn.Expr) -> Term:
    """What is asserted is proved, not run, so it may quantify without bounds."""
    before, ctx.unbounded_ok = ctx.unbounded_ok, True
    try:
        return check(ctx, env, e, BOOL, what="what is asserted")
    finally:
        ctx.unbounded_ok = before


@rule(syn.ApplyExpr)
def application(ctx: Ctx, env: Env, e: syn.ApplyExpr, hint: Type | None) -> Term:
    data, args = lemma_call(ctx, env, e.lemma)
    body = infer(ctx, env, e.body, hint)
    return mk(Op.LEMMA, data, (*args, body), body.type)


def eta(params: tuple[tuple[str, Type], ...], body: Term) -> Term:
    return mk_lambda(params, body)


def if_chain(cases: list[tuple[Term, Term]], last: Term) -> Term:
    """Nested conditionals; the first that holds decides."""
    for cond, value in reversed(cases):
        last = mk_if(cond, value, last)
    return last
