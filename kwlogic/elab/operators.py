"""Rules for operators: arithmetic, comparison chains, membership, connectives.

An operator means what the types of its operands say; where these are not known yet it stays open as a primitive
``?op`` that ``elab.finish`` settles. Nothing converts silently.
"""

from __future__ import annotations

from typing import NoReturn

from kwlogic.core.terms import Op, Term, mk, mk_and, mk_at, mk_call, mk_int, mk_let, mk_not, mk_or, mk_prim, mk_real, mk_var
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.elab.context import Ctx, Env, is_meta, shown
from kwlogic.elab.finish import want_first_order
from kwlogic.elab.infer import atomic, check, check_all, conversion, infer, mismatch, rule, to_real
from kwlogic.source.data import Fix, Label, Span
from kwlogic.syntax import data as syn

ARITH = {"+": "add", "-": "sub", "*": "mul"}


@rule(syn.Unary)
def unary(ctx: Ctx, env: Env, e: syn.Unary, hint: Type | None) -> Term:
    if e.op == "not":
        return mk(Op.NOT, None, (check(ctx, env, e.arg, BOOL, what="the operand of `not`"),), BOOL)
    if isinstance(e.arg, syn.Lit) and not isinstance(e.arg.value, bool | str):
        value = e.arg.value
        return mk_int(-value) if isinstance(value, int) else mk_real(-value)
    arg = infer(ctx, env, e.arg)
    type = ctx.head(arg.type)
    if type is INT or type is REAL:
        return mk_prim("int.neg" if type is INT else "real.neg", (arg,), type)
    if is_meta(type):
        ctx.deferred.append(("?neg", type, e.span))
        return mk_prim("?neg", (arg,), ctx.zonk(type))
    return ctx.fail("KW303", f"`-` is not defined on `{ctx.show(type)}`", e.span, f"the operand is `{ctx.show(type)}`")


@rule(syn.Binary)
def binary(ctx: Ctx, env: Env, e: syn.Binary, hint: Type | None) -> Term:
    op = e.op
    if op in ("and", "or"):
        return _connective(ctx, env, e)
    if op in ("==>", "<==>"):
        what = f"an operand of `{op}`"
        left, right = check_all(
            ctx,
            [lambda: check(ctx, env, e.left, BOOL, what=what), lambda: check(ctx, env, e.right, BOOL, what=what)],
        )
        return mk(Op.IMPLIES if op == "==>" else Op.EQ, None, (left, right), BOOL)
    if op == "++":
        return _append(ctx, env, e, hint)
    left, right = check_all(ctx, [lambda: infer(ctx, env, e.left), lambda: infer(ctx, env, e.right)])
    return _arithmetic(ctx, e, left, right)


def _connective(ctx: Ctx, env: Env, e: syn.Binary) -> Term:
    """``a and b and c`` is one conjunction, however long."""
    operands: list[syn.Expr] = []
    here: syn.Expr = e
    while isinstance(here, syn.Binary) and here.op == e.op:
        operands.append(here.right)
        here = here.left
    operands.append(here)
    what = f"an operand of `{e.op}`"
    terms = check_all(ctx, [lambda x=x: check(ctx, env, x, BOOL, what=what) for x in reversed(operands)])  # type: ignore[misc]
    return mk_and(terms) if e.op == "and" else mk_or(terms)


def _append(ctx: Ctx, env: Env, e: syn.Binary, hint: Type | None) -> Term:
    left = infer(ctx, env, e.left, hint)
    right = infer(ctx, env, e.right, left.type)
    type = ctx.head(left.type)
    if is_meta(type):
        type = ctx.head(right.type)
    if is_meta(type):
        _open_type(ctx, e.span, "`++`")
    if type is not STRING and type.head != "List":
        help = "`++` joins lists and strings; numbers are added with `+`" if type in (INT, REAL) else "`++` joins lists and strings"
        ctx.fail(
            "KW303",
            f"`++` is not defined on `{ctx.show(type)}`",
            e.span,
            "",
            Label(e.left.span, f"this is `{ctx.show(left.type)}`"),
            help=help,
        )
    if not ctx.unify(left.type, right.type):
        why = Label(e.left.span, f"this is `{ctx.show(left.type)}`")
        mismatch(ctx, e.right, right.type, left.type, why, "the right operand of `++`")
    if type is STRING:
        return mk_prim("str.concat", (left, right), STRING)
    return append_lists(ctx, left, right, ctx.zonk(type))


def append_lists(ctx: Ctx, left: Term, right: Term, type: Type) -> Term:
    ctx.use_fn("std.list.append")
    return mk_call("std.list.append", (type.args[0],), (left, right), type)


def _arithmetic(ctx: Ctx, e: syn.Binary, left: Term, right: Term) -> Term:
    a, b = ctx.head(left.type), ctx.head(right.type)
    if is_meta(a) or is_meta(b):
        ctx.unify(a, REAL if e.op == "/" else INT if e.op in ("//", "%") else b)
        ctx.unify(b, ctx.head(a))
        a, b = ctx.head(a), ctx.head(b)
    op = e.op
    if a is b:
        if a is INT:
            if op in ARITH:
                return mk_prim("int." + ARITH[op], (left, right), INT)
            if op != "/":
                return mk_prim("int.div" if op == "//" else "int.mod", (left, right), INT)
        elif a is REAL:
            if op in ARITH:
                return mk_prim("real." + ARITH[op], (left, right), REAL)
            if op == "/":
                return mk_prim("real.div", (left, right), REAL)
        elif is_meta(a):
            ctx.deferred.append(("?" + ARITH[op], a, e.span))
            return mk_prim("?" + ARITH[op], (left, right), ctx.zonk(a))
    if {a, b} == {INT, REAL}:
        mixed(ctx, e.span, op, e.left, a, e.right, b)
    return _undefined(ctx, e, a, b)


def mixed(ctx: Ctx, span: Span, op: str, left: syn.Expr, a: Type, right: syn.Expr, b: Type) -> NoReturn:
    """Int and Real in one operation."""
    whole = left if a is INT else right
    help: str | None
    fix: Fix | None
    help, fix = to_real(ctx, whole)
    if op in ("//", "%"):
        help, fix = f"`{op}` is on `Int`; on reals, divide with `/` and take `floor(...)` of the quotient", None
    ctx.fail(
        "KW302",
        f"`{op}` mixes `Int` and `Real`",
        span,
        "",
        Label(left.span, f"this is `{shown(a)}`"),
        Label(right.span, f"this is `{shown(b)}`"),
        help=help,
        fix=fix,
    )


def _undefined(ctx: Ctx, e: syn.Binary, a: Type, b: Type) -> NoReturn:
    help = None
    if e.op == "/" and a is INT and b is INT:
        help = f"`/` divides reals: write `{ctx.text(e.left.span)} // {ctx.text(e.right.span)}` to round down, or `real(...)` on both sides for the exact quotient"
    elif e.op in ("//", "%") and a is REAL:
        help = f"`{e.op}` is on `Int`; on reals, divide with `/` and take `floor(...)` of the quotient"
    elif e.op == "+" and (a is STRING or a.head == "List"):
        help = "strings and lists are joined with `++`"
    elif e.op in ("+", "-", "*") and a.head == "Set":
        help = "sets are joined with `union`, `intersect` and `difference`"
    elif "Option" in (a.head, b.head):
        help = "an `Option` may be `None`: take it apart with `match`, or use `get_or(..., default)`"
    if a is b:
        ctx.fail(
            "KW303", f"`{e.op}` is not defined on `{ctx.show(a)}`", e.span, "", Label(e.left.span, f"this is `{ctx.show(a)}`"), help=help
        )
    ctx.fail(
        "KW303",
        f"`{e.op}` is not defined on `{ctx.show(a)}` and `{ctx.show(b)}`",
        e.span,
        "",
        Label(e.left.span, f"this is `{ctx.show(a)}`"),
        Label(e.right.span, f"this is `{ctx.show(b)}`"),
        help=help,
    )


def _open_type(ctx: Ctx, span: Span, what: str) -> NoReturn:
    ctx.fail(
        "KW307",
        f"the type here is not known yet, and {what} depends on it",
        span,
        "type not known",
        help="annotate the parameter it comes from, as in `fn (x: Int) => ...`",
    )


# ---------------------------------------------------------------- comparisons


@rule(syn.Compare)
def compare(ctx: Ctx, env: Env, e: syn.Compare, hint: Type | None) -> Term:
    operands = check_all(ctx, [lambda x=x: infer(ctx, env, x) for x in (e.first, *[r for _, r in e.rest])])  # type: ignore[misc]
    if len(e.rest) == 1:
        op, right = e.rest[0]
        return comparison(ctx, e.span, op, e.first, operands[0], right, operands[1])
    return _chain(ctx, e, operands)


def _chain(ctx: Ctx, e: syn.Compare, operands: list[Term]) -> Term:
    """``a < b < c``: middle operands are evaluated once, and only where the comparison before them holds."""
    written = (e.first, *[r for _, r in e.rest])
    shared: list[tuple[str, Term] | None] = [None] * len(operands)
    for index in range(1, len(operands) - 1):
        if atomic(operands[index]) is None:
            term = operands[index]
            fresh = ctx.fresh("middle")
            shared[index] = (fresh, term)
            operands[index] = mk_at(written[index].span, mk_var(fresh, ctx.zonk(term.type)))
    result: Term | None = None
    for index in range(len(operands) - 1, 0, -1):
        left, right = written[index - 1], written[index]
        span = Span(e.span.file, left.span.start, right.span.end)
        step = mk_at(span, comparison(ctx, span, e.rest[index - 1][0], left, operands[index - 1], right, operands[index]))
        result = step if result is None else mk_and((step, result))
        bound = shared[index]
        if bound is not None:
            result = mk_let(bound[0], bound[1], result)
    assert result is not None
    return result


def comparison(ctx: Ctx, span: Span, op: str, left: syn.Expr, a: Term, right: syn.Expr, b: Term) -> Term:
    if op in ("==", "!="):
        _same(ctx, span, op, left, a, right, b)
        want_first_order(ctx, f"an operand of `{op}`", a.type, left.span)
        equal = mk(Op.EQ, None, (a, b), BOOL)
        return equal if op == "==" else mk_not(equal)
    if op in ("in", "not in"):
        inside = membership(ctx, span, left, a, right, b)
        return inside if op == "in" else mk_not(inside)
    _same(ctx, span, op, left, a, right, b)
    type = ctx.zonk(a.type)
    lower, upper = (b, a) if op in (">", ">=") else (a, b)
    name = "lt" if op in ("<", ">") else "le"
    if type in (INT, REAL, STRING):
        return mk_prim(f"{ {INT: 'int', REAL: 'real', STRING: 'str'}[type] }.{name}", (lower, upper), BOOL)
    if is_meta(type):
        ctx.deferred.append(("?" + name, type, span))
        return mk_prim("?" + name, (lower, upper), BOOL)
    if type.is_var:
        want_first_order(ctx, f"an operand of `{op}`", type, left.span)
        return in_order(name, lower, upper)
    return ctx.fail(
        "KW303",
        f"`{op}` is not defined on `{ctx.show(type)}`",
        span,
        "",
        Label(left.span, f"this is `{ctx.show(type)}`"),
        help="`Int`, `Real` and `String` are ordered; other values can be told equal or not",
    )


def in_order(name: str, lower: Term, upper: Term) -> Term:
    """``<`` or ``<=`` at a type variable: the canonical order of values, which is total."""
    if name == "le":
        return mk_prim("any.le", (lower, upper), BOOL)
    return mk_not(mk_prim("any.le", (upper, lower), BOOL))


def _same(ctx: Ctx, span: Span, op: str, left: syn.Expr, a: Term, right: syn.Expr, b: Term) -> None:
    if a.type is b.type or ctx.trial([(a.type, b.type)], keep=True):
        return
    s, t = ctx.zonk(a.type), ctx.zonk(b.type)
    if {s, t} == {INT, REAL}:
        mixed(ctx, span, op, left, s, right, t)
    help, fix = conversion(ctx, right, t, s)
    if help is None:
        help, fix = conversion(ctx, left, s, t)
    ctx.fail(
        "KW301",
        f"`{op}` compares values of one type, but these are `{shown(s)}` and `{shown(t)}`",
        span,
        "",
        Label(left.span, f"this is `{shown(s)}`"),
        Label(right.span, f"this is `{shown(t)}`"),
        help=help,
        fix=fix,
    )


def membership(ctx: Ctx, span: Span, left: syn.Expr, a: Term, right: syn.Expr, b: Term) -> Term:
    type = ctx.head(b.type)
    if is_meta(type):
        _open_type(ctx, right.span, "`in`")
    if type is STRING:
        element = STRING
    elif type.head in ("List", "Set", "Map"):
        element = type.args[0]
    else:
        help = "an `Option` holds one value at most: compare with `== Some(...)`" if type.head == "Option" else None
        ctx.fail(
            "KW303",
            f"`in` looks into lists, strings, sets and maps, and this is `{ctx.show(type)}`",
            right.span,
            f"this is `{ctx.show(type)}`",
            help=help,
        )
    if not ctx.trial([(a.type, element)], keep=True):
        mismatch(ctx, left, a.type, element, Label(right.span, f"this is `{ctx.show(type)}`"), "what is looked for")
    if type is STRING:
        return mk_prim("str.contains", (b, a), BOOL)
    if type.head == "List":
        ctx.use_fn("std.list.member")
        return mk_call("std.list.member", (ctx.zonk(element),), (a, b), BOOL)
    return mk_prim("set.member" if type.head == "Set" else "map.has", (a, b), BOOL)
