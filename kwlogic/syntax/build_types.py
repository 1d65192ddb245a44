"""Actions of the type expressions and of what names share: qualified names, parameters, type parameters."""

from __future__ import annotations

from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.syntax.build import Context, Named, action
from kwlogic.syntax.data import Expr, Param, QName, TypeExpr, TypeFun, TypeName, TypeRefine, TypeTuple


@dataclass(frozen=True, slots=True)
class Grouped:
    """One type in parentheses: the one parameter of an arrow, or just that type."""

    inner: TypeExpr


@action
def qname(c: Context, s: int, e: int, *parts: int) -> QName:
    return QName(Span(c.file, s, e), tuple(map(c.word, parts)))


@action
def names(c: Context, s: int, e: int, *tokens: int) -> tuple[Named, ...]:
    return tuple(map(c.named, tokens))


@action
def tparams(c: Context, s: int, e: int, *tokens: int) -> tuple[str, ...]:
    return tuple(map(c.word, tokens))


@action
def params(c: Context, s: int, e: int, *items: Param) -> tuple[Param, ...]:
    return items


@action
def param(c: Context, s: int, e: int, name: int, type: TypeExpr) -> Param:
    return Param(Span(c.file, s, e), c.word(name), type)


@action
def type_plain(c: Context, s: int, e: int, inner: TypeExpr | Grouped) -> TypeExpr:
    return inner.inner if isinstance(inner, Grouped) else inner


@action
def type_fun(c: Context, s: int, e: int, left: TypeExpr | Grouped, result: TypeExpr) -> TypeFun:
    if isinstance(left, Grouped):
        return TypeFun(Span(c.file, s, e), (left.inner,), result)
    return TypeFun(Span(c.file, s, e), left.items if isinstance(left, TypeTuple) else (left,), result)


@action
def type_name(c: Context, s: int, e: int, name: QName, *args: TypeExpr) -> TypeName:
    return TypeName(Span(c.file, s, e), name, args)


@action
def type_paren(c: Context, s: int, e: int, *items: TypeExpr) -> TypeTuple | Grouped:
    return Grouped(items[0]) if len(items) == 1 else TypeTuple(Span(c.file, s, e), items)


@action
def type_refine(c: Context, s: int, e: int, var: int, base: TypeExpr, pred: Expr) -> TypeRefine:
    return TypeRefine(Span(c.file, s, e), c.word(var), base, pred)
