"""Actions of the expressions and patterns."""

from __future__ import annotations

from fractions import Fraction

from kwlogic.source.data import Span
from kwlogic.syntax.build import Context, action
from kwlogic.syntax.data import (
    ApplyExpr,
    Arg,
    Arm,
    AssertExpr,
    Binary,
    Binder,
    Call,
    Compare,
    Expr,
    Field,
    If,
    Index,
    Lambda,
    LambdaParam,
    Let,
    ListExpr,
    Lit,
    MapExpr,
    Match,
    Name,
    Pattern,
    Quant,
    SetExpr,
    Slice,
    Spread,
    TupleExpr,
    TypeExpr,
    Unary,
    Update,
)  # fmt: skip
from kwlogic.syntax.literals import number, string


@action
def if_expr(c: Context, s: int, e: int, cond: Expr, then: Expr, other: Expr) -> If:
    return If(Span(c.file, s, e), cond, then, other)


@action
def let_expr(c: Context, s: int, e: int, pattern: Pattern, value: Expr, body: Expr) -> Let:
    return Let(Span(c.file, s, e), pattern, value, body)


@action
def lambda_expr(c: Context, s: int, e: int, *rest: LambdaParam | Expr) -> Lambda:
    params = tuple(p for p in rest[:-1] if isinstance(p, LambdaParam))
    body = rest[-1]
    assert not isinstance(body, LambdaParam)
    return Lambda(Span(c.file, s, e), params, body)


@action
def lparam(c: Context, s: int, e: int, name: int, type: TypeExpr | None = None) -> LambdaParam:
    return LambdaParam(Span(c.file, s, e), c.word(name), type)


@action
def forall(c: Context, s: int, e: int, binders: tuple[Binder, ...], body: Expr) -> Quant:
    return Quant(Span(c.file, s, e), "forall", binders, body)


@action
def exists(c: Context, s: int, e: int, binders: tuple[Binder, ...], body: Expr) -> Quant:
    return Quant(Span(c.file, s, e), "exists", binders, body)


@action
def binders(c: Context, s: int, e: int, *items: Binder) -> tuple[Binder, ...]:
    return items


@action
def binder_type(c: Context, s: int, e: int, name: int, type: TypeExpr) -> Binder:
    return Binder(Span(c.file, s, e), c.word(name), type, None)


@action
def binder_in(c: Context, s: int, e: int, name: int, domain: Expr) -> Binder:
    return Binder(Span(c.file, s, e), c.word(name), None, domain)


@action
def assert_expr(c: Context, s: int, e: int, pred: Expr, body: Expr) -> AssertExpr:
    return AssertExpr(Span(c.file, s, e), pred, body)


@action
def apply_expr(c: Context, s: int, e: int, lemma: Call, body: Expr) -> ApplyExpr:
    return ApplyExpr(Span(c.file, s, e), lemma, body)


@action
def left_chain(c: Context, s: int, e: int, *items: Expr | int) -> Expr:
    """``a op b op c`` grouped to the left; operators are tokens, so the tokens beside them bound each group."""
    result = items[0]
    assert not isinstance(result, int)
    last = len(items) - 2
    for i in range(1, len(items), 2):
        op, right = items[i], items[i + 1]
        assert isinstance(op, int)
        assert not isinstance(right, int)
        end = e if i == last else c.tokens.ends[items[i + 2] - 1]  # type: ignore[operator]
        result = Binary(Span(c.file, s, end), c.word(op), result, right)
    return result


@action
def right_chain(c: Context, s: int, e: int, *items: Expr | int) -> Expr:
    """``a op b op c`` grouped to the right."""
    result = items[-1]
    assert not isinstance(result, int)
    for i in range(len(items) - 2, 0, -2):
        op, left = items[i], items[i - 1]
        assert isinstance(op, int)
        assert not isinstance(left, int)
        start = s if i == 1 else c.tokens.starts[items[i - 2] + 1]  # type: ignore[operator]
        result = Binary(Span(c.file, start, e), c.word(op), left, result)
    return result


@action
def compare(c: Context, s: int, e: int, first: Expr, *rest: Expr | int | str) -> Compare:
    pairs: list[tuple[str, Expr]] = []
    for i in range(0, len(rest), 2):
        op, right = rest[i], rest[i + 1]
        assert not isinstance(right, int | str)
        text = c.word(op) if isinstance(op, int) else str(op)
        pairs.append(("<" if text == "<-" else text, right))
    return Compare(Span(c.file, s, e), first, tuple(pairs))


@action
def not_in(c: Context, s: int, e: int, not_: int, in_: int) -> str:
    return "not in"


@action
def not_expr(c: Context, s: int, e: int, arg: Expr) -> Unary:
    return Unary(Span(c.file, s, e), "not", arg)


@action
def negate(c: Context, s: int, e: int, arg: Expr) -> Unary:
    return Unary(Span(c.file, s, e), "-", arg)


@action
def field(c: Context, s: int, e: int, subject: Expr, name: int) -> Field:
    return Field(Span(c.file, s, e), subject, c.word(name), c.span(name))


@action
def call(c: Context, s: int, e: int, fn: Expr, args: tuple[Arg, ...]) -> Call:
    return Call(Span(c.file, s, e), fn, args)


@action
def index(c: Context, s: int, e: int, subject: Expr, index: Expr) -> Index:
    return Index(Span(c.file, s, e), subject, index)


@action
def slice_all(c: Context, s: int, e: int, subject: Expr) -> Slice:
    return Slice(Span(c.file, s, e), subject, None, None)


@action
def slice_from(c: Context, s: int, e: int, subject: Expr, low: Expr) -> Slice:
    return Slice(Span(c.file, s, e), subject, low, None)


@action
def slice_to(c: Context, s: int, e: int, subject: Expr, high: Expr) -> Slice:
    return Slice(Span(c.file, s, e), subject, None, high)


@action
def slice(c: Context, s: int, e: int, subject: Expr, low: Expr, high: Expr) -> Slice:
    return Slice(Span(c.file, s, e), subject, low, high)


@action
def update(c: Context, s: int, e: int, subject: Expr, fields: tuple[Arg, ...]) -> Update:
    return Update(Span(c.file, s, e), subject, fields)


@action
def args(c: Context, s: int, e: int, *items: Arg) -> tuple[Arg, ...]:
    return items


@action
def arg(c: Context, s: int, e: int, value: Expr) -> Arg:
    return Arg(Span(c.file, s, e), None, value)


@action
def named_arg(c: Context, s: int, e: int, name: int, value: Expr) -> Arg:
    return Arg(Span(c.file, s, e), c.word(name), value)


@action
def var(c: Context, s: int, e: int, name: int) -> Name:
    return Name(Span(c.file, s, e), c.word(name))


@action
def int_lit(c: Context, s: int, e: int, token: int) -> Lit:
    return Lit(Span(c.file, s, e), number(c, token), c.word(token))


@action
def real_lit(c: Context, s: int, e: int, token: int) -> Lit:
    return Lit(Span(c.file, s, e), Fraction(number(c, token)), c.word(token))


@action
def string_lit(c: Context, s: int, e: int, token: int) -> Lit:
    return Lit(Span(c.file, s, e), string(c, token), c.word(token))


@action
def true_lit(c: Context, s: int, e: int) -> Lit:
    return Lit(Span(c.file, s, e), True, "true")


@action
def false_lit(c: Context, s: int, e: int) -> Lit:
    return Lit(Span(c.file, s, e), False, "false")


@action
def paren(c: Context, s: int, e: int, *items: Expr) -> Expr:
    return items[0] if len(items) == 1 else TupleExpr(Span(c.file, s, e), items)


@action
def list_lit(c: Context, s: int, e: int, *items: Expr | Spread) -> ListExpr:
    return ListExpr(Span(c.file, s, e), items)


@action
def spread(c: Context, s: int, e: int, value: Expr) -> Spread:
    return Spread(Span(c.file, s, e), value)


@action
def set_lit(c: Context, s: int, e: int, *items: Expr) -> SetExpr:
    return SetExpr(Span(c.file, s, e), items)


@action
def map_lit(c: Context, s: int, e: int, *entries: tuple[Expr, Expr]) -> MapExpr:
    return MapExpr(Span(c.file, s, e), entries)


@action
def entry(c: Context, s: int, e: int, key: Expr, value: Expr) -> tuple[Expr, Expr]:
    return key, value


@action
def match_expr(c: Context, s: int, e: int, subject: Expr, *arms: Arm) -> Match:
    return Match(Span(c.file, s, e), subject, arms)


@action
def arm(c: Context, s: int, e: int, pattern: Pattern, body: Expr) -> Arm:
    return Arm(Span(c.file, s, e), pattern, None, body)


@action
def guarded_arm(c: Context, s: int, e: int, pattern: Pattern, guard: Expr, body: Expr) -> Arm:
    return Arm(Span(c.file, s, e), pattern, guard, body)
