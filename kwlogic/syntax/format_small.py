"""The formatter's part for types and patterns, which never break over lines except at parameters."""

from __future__ import annotations

from kwlogic.syntax.data import (
    Pattern,
    PCon,
    PList,
    PLit,
    PTuple,
    PVar,
    PWild,
    QName,
    TypeExpr,
    TypeFun,
    TypeName,
    TypeTuple,
)
from kwlogic.syntax.layout import lay_out
from kwlogic.syntax.showing import Shown, drive, literal


def show_type(type: TypeExpr) -> str:
    """The type on one line."""
    text: str = drive(type_text(type))
    return text


def show_pattern(pattern: Pattern) -> str:
    """The pattern on one line."""
    text: str = drive(pattern_text(pattern))
    return text


def type_text(t: TypeExpr) -> Shown:
    if isinstance(t, TypeName):
        args = yield type_list(t.args)
        return f"{t.name}[{args}]" if t.args else str(t.name)
    if isinstance(t, TypeTuple):
        items = yield type_list(t.items)
        return f"({items})"
    if isinstance(t, TypeFun):
        params = yield type_list(t.params)
        result = yield type_text(t.result)
        bare = len(t.params) == 1 and not isinstance(t.params[0], TypeFun | TypeTuple)
        return f"{params} -> {result}" if bare else f"({params}) -> {result}"
    from kwlogic.syntax.format_expr import Printer

    base = yield type_text(t.base)
    pred = yield Printer().expr(t.pred)
    return f"{{{t.var}: {base} | {lay_out(pred, 10**9)}}}"


def type_list(types: tuple[TypeExpr, ...]) -> Shown:
    texts = []
    for t in types:
        texts.append((yield type_text(t)))
    return ", ".join(texts)


def pattern_text(p: Pattern) -> Shown:
    if isinstance(p, PVar):
        return p.name
    if isinstance(p, PWild):
        return "_"
    if isinstance(p, PLit):
        return literal(p.value)
    parts = []
    for item in p.args if isinstance(p, PCon) else p.items:
        parts.append((yield pattern_text(item)))
    if isinstance(p, PCon):
        return f"{p.name}({', '.join(parts)})" if parts or not _dotted(p.name) else str(p.name)
    if isinstance(p, PTuple):
        return f"({', '.join(parts)})"
    assert isinstance(p, PList)
    if p.rest is not None:
        parts.append("*" + (p.rest.name if isinstance(p.rest, PVar) else "_"))
    return f"[{', '.join(parts)}]"


def _dotted(name: QName) -> bool:
    return len(name.parts) > 1
