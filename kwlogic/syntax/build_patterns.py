"""Actions of the patterns."""

from __future__ import annotations

from fractions import Fraction

from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.syntax.build import Context, action
from kwlogic.syntax.data import Pattern, PCon, PList, PLit, PTuple, PVar, PWild, QName
from kwlogic.syntax.literals import number, string


@dataclass(frozen=True, slots=True)
class Rest:
    """``*name`` inside a list pattern."""

    span: Span
    var: PVar | PWild


@action
def pvar(c: Context, s: int, e: int, name: int) -> PVar | PWild:
    text = c.word(name)
    return PWild(Span(c.file, s, e)) if text == "_" else PVar(Span(c.file, s, e), text)


@action
def pcon(c: Context, s: int, e: int, name: int | QName, *args: Pattern) -> PCon:
    qname = QName(c.span(name), (c.word(name),)) if isinstance(name, int) else name
    return PCon(Span(c.file, s, e), qname, args)


@action
def pspread(c: Context, s: int, e: int, name: int) -> Rest:
    return Rest(Span(c.file, s, e), pvar(c, c.tokens.starts[name], e, name))


@action
def plist(c: Context, s: int, e: int, *items: Pattern | Rest) -> PList:
    last = items[-1] if items else None
    for item in items[:-1]:
        if isinstance(item, Rest):
            c.report(
                "KW114", "a list pattern has one spread at most, and it is last", item.span.start, item.span.end,
                "this spread is not the last item", "match the front, `[first, *rest]`, or reverse the list first",
            )  # fmt: skip
    plain = tuple(item for item in items if not isinstance(item, Rest))
    return PList(Span(c.file, s, e), plain, last.var if isinstance(last, Rest) else None)


@action
def ptuple(c: Context, s: int, e: int, *items: Pattern) -> Pattern:
    return items[0] if len(items) == 1 else PTuple(Span(c.file, s, e), items)


@action
def pint(c: Context, s: int, e: int, token: int) -> PLit:
    return PLit(Span(c.file, s, e), number(c, token))


@action
def preal(c: Context, s: int, e: int, token: int) -> PLit:
    return PLit(Span(c.file, s, e), Fraction(number(c, token)))


@action
def pint_negative(c: Context, s: int, e: int, token: int) -> PLit:
    return PLit(Span(c.file, s, e), -number(c, token))


@action
def preal_negative(c: Context, s: int, e: int, token: int) -> PLit:
    return PLit(Span(c.file, s, e), Fraction(-number(c, token)))


@action
def pstring(c: Context, s: int, e: int, token: int) -> PLit:
    return PLit(Span(c.file, s, e), string(c, token))


@action
def ptrue(c: Context, s: int, e: int) -> PLit:
    return PLit(Span(c.file, s, e), True)


@action
def pfalse(c: Context, s: int, e: int) -> PLit:
    return PLit(Span(c.file, s, e), False)
