"""The formatter's part for expressions: minimal parentheses by precedence, breaks where the grammar's parts meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    Let,
    ListExpr,
    Lit,
    MapExpr,
    Match,
    Name,
    Quant,
    SetExpr,
    Slice,
    Spread,
    TupleExpr,
    Unary,
    Update,
)
from kwlogic.syntax.format_small import pattern_text, type_text
from kwlogic.syntax.layout import EMPTY, HARD, LINE, SOFT, Doc, group, lay_out, nest, seq
from kwlogic.syntax.notes import Notes
from kwlogic.syntax.showing import Printing, drive, literal

LEVEL = {"<==>": 1, "==>": 2, "or": 3, "and": 4, "++": 7, "+": 8, "-": 8, "*": 9, "//": 9, "/": 9, "%": 9}
NOT, COMPARE, SUM, NEGATE, POSTFIX, ATOM = 5, 6, 7, 10, 11, 12
RIGHT = {"==>", "++"}


def show_expr(expr: Expr) -> str:
    """The expression on one line."""
    return lay_out(drive(Printer().expr(expr)), 10**9)


def level(e: Expr) -> int:
    """How tightly the expression's own operator binds."""
    if isinstance(e, Binary):
        return LEVEL[e.op]
    if isinstance(e, Unary):
        return NOT if e.op == "not" else NEGATE
    if isinstance(e, Compare):
        return COMPARE
    if isinstance(e, If | Let | Lambda | Quant | AssertExpr | ApplyExpr):
        return 0
    return POSTFIX if isinstance(e, Call | Field | Index | Slice | Update) else ATOM


class Printer:
    """Expressions to documents. Methods are generators for ``drive``, so that depth costs no stack."""

    def __init__(self, notes: Notes | None = None, text: str = "") -> None:
        self.notes = notes or Notes()
        self.text = text

    def expr(self, e: Expr, at_least: int = 0) -> Printing:
        body = yield PRINTERS[type(e)](self, e)
        return group("(", nest(1, body), ")") if level(e) < at_least else body

    def items(self, opening: str, items: list[tuple[int, Printing]], end: int, closing: str) -> Printing:
        """A bracket of items; each comes with the place where its text begins."""
        if not items:
            notes = self.notes.rest(end)
            return group(opening, nest(2, notes), SOFT, closing) if notes is not EMPTY else seq(opening, closing)
        parts: list[Doc | str] = []
        for i, (start, item) in enumerate(items):
            parts.append(self.notes.gap(start, LINE if i else SOFT))
            parts.append((yield item))
            if i + 1 < len(items):
                parts.append(",")
        return group(opening, nest(2, *parts, self.notes.rest(end)), SOFT, closing)

    def lit(self, e: Lit) -> Printing:
        return seq(e.text or literal(e.value))
        yield

    def name(self, e: Name) -> Printing:
        return seq(e.name)
        yield

    def unary(self, e: Unary) -> Printing:
        arg = yield self.expr(e.arg, NOT if e.op == "not" else NEGATE)
        return seq("not " if e.op == "not" else "-", arg)

    def binary(self, e: Binary) -> Printing:
        mine = LEVEL[e.op]
        operands, operators = _flatten_right(e, mine) if e.op in RIGHT else _flatten_left(e, mine)
        first = yield self.expr(operands[0], mine + (e.op in RIGHT))
        rest: list[Doc | str] = []
        for i, (op, operand) in enumerate(zip(operators, operands[1:], strict=True), 1):
            rest.append(self.notes.gap(operand.span.start, LINE))
            tightly = mine if e.op in RIGHT and i == len(operators) else mine + 1
            rest += [f"{op} ", (yield self.expr(operand, tightly))]
        return group(first, nest(2, *rest))

    def compare(self, e: Compare) -> Printing:
        first = yield self.expr(e.first, SUM)
        rest: list[Doc | str] = []
        for op, operand in e.rest:
            rest.append(self.notes.gap(operand.span.start, LINE))
            rest += [f"{op} ", (yield self.expr(operand, SUM))]
        return group(first, nest(2, *rest))

    def if_(self, e: If) -> Printing:
        parts: list[Doc | str] = []
        tail: Expr = e
        while isinstance(tail, If):
            cond = yield self.expr(tail.cond)
            gap = self.notes.gap(tail.then.span.start, LINE)
            then = yield self.expr(tail.then)
            parts += ["if ", nest(3, cond), " then", nest(2, gap, then)]
            parts += [self.notes.gap(tail.other.span.start, LINE), "else "]
            tail = tail.other
        parts[-1] = "else"
        gap = self.notes.gap(tail.span.start, LINE)
        other = yield self.expr(tail)
        return group(*parts, nest(2, gap, other))

    def steps(self, e: Let | AssertExpr | ApplyExpr) -> Printing:
        """``let``, ``assert`` and ``apply`` in a row, each on its line where they do not all fit on one."""
        parts: list[Doc | str] = []
        tail: Expr = e
        while isinstance(tail, Let | AssertExpr | ApplyExpr):
            if isinstance(tail, Let):
                pattern = yield pattern_text(tail.pattern)
                value = yield self.expr(tail.value)
                parts += [f"let {pattern} = ", nest(2, value), ";"]
            elif isinstance(tail, AssertExpr):
                parts += ["assert ", nest(2, (yield self.expr(tail.pred))), ";"]
            else:
                parts += ["apply ", (yield self.expr(tail.lemma)), ";"]
            tail = tail.body
            parts.append(self.notes.gap(tail.span.start, LINE))
        parts.append((yield self.expr(tail)))
        return group(*parts)

    def lambda_(self, e: Lambda) -> Printing:
        params = []
        for p in e.params:
            params.append(p.name if p.type is None else f"{p.name}: {(yield type_text(p.type))}")
        body = yield self.expr(e.body)
        return group(f"fn ({', '.join(params)}) =>", nest(2, LINE, body))

    def quant(self, e: Quant) -> Printing:
        parts: list[Doc | str] = []
        for i, b in enumerate(e.binders):
            parts += [", " if i else "", (yield self.binder(b))]
        gap = self.notes.gap(e.body.span.start, LINE)
        body = yield self.expr(e.body)
        return group(f"{e.kind} ", *parts, " ::", nest(2, gap, body))

    def binder(self, b: Binder) -> Printing:
        if b.type is not None:
            return seq(f"{b.name}: {(yield type_text(b.type))}")
        assert b.domain is not None
        return seq(f"{b.name} in ", (yield self.expr(b.domain, SUM)))

    def field(self, e: Field) -> Printing:
        return seq((yield self.expr(e.subject, POSTFIX)), f".{e.name}")

    def call(self, e: Call) -> Printing:
        fn = yield self.expr(e.fn, POSTFIX)
        return seq(fn, (yield self.args(e.args, e.span.end)))

    def args(self, args: tuple[Arg, ...], end: int) -> Printing:
        return (yield self.items("(", [(a.span.start, self.arg(a)) for a in args], end, ")"))

    def arg(self, a: Arg) -> Printing:
        value = yield self.expr(a.value)
        return value if a.name is None else seq(f"{a.name} = ", nest(2, value))

    def index(self, e: Index) -> Printing:
        subject = yield self.expr(e.subject, POSTFIX)
        return group(subject, "[", nest(2, SOFT, (yield self.expr(e.index))), SOFT, "]")

    def slice(self, e: Slice) -> Printing:
        parts: list[Doc | str] = [(yield self.expr(e.subject, POSTFIX)), "["]
        if e.low is not None:
            parts.append((yield self.expr(e.low)))
        parts.append(":")
        if e.high is not None:
            parts.append((yield self.expr(e.high)))
        return seq(*parts, "]")

    def update(self, e: Update) -> Printing:
        subject = yield self.expr(e.subject, POSTFIX)
        return seq(subject, " with ", (yield self.args(e.fields, e.span.end)))

    def tuple_(self, e: TupleExpr) -> Printing:
        return (yield self.items("(", [(x.span.start, self.expr(x)) for x in e.items], e.span.end, ")"))

    def list_(self, e: ListExpr) -> Printing:
        return (yield self.items("[", [(x.span.start, self.item(x)) for x in e.items], e.span.end, "]"))

    def item(self, x: Expr | Spread) -> Printing:
        if isinstance(x, Spread):
            return seq("*", (yield self.expr(x.value)))
        return (yield self.expr(x))

    def set_(self, e: SetExpr) -> Printing:
        return (yield self.items("{", [(x.span.start, self.expr(x)) for x in e.items], e.span.end, "}"))

    def map_(self, e: MapExpr) -> Printing:
        if not e.entries:
            return seq("{:}")
        return (yield self.items("{", [(k.span.start, self.entry(k, v)) for k, v in e.entries], e.span.end, "}"))

    def entry(self, key: Expr, value: Expr) -> Printing:
        left = yield self.expr(key)
        return seq(left, ": ", nest(2, (yield self.expr(value))))

    def match(self, e: Match) -> Printing:
        subject = yield self.expr(e.subject)
        line = HARD if any(isinstance(a.body, Match) for a in e.arms) and len(e.arms) > 1 else LINE
        parts: list[Doc | str] = []
        for arm in e.arms:
            parts += [self.notes.gap(arm.span.start, line), (yield self.arm(arm))]
        return group("match ", subject, " {", nest(2, *parts, self.notes.rest(e.span.end)), line, "}")

    def arm(self, a: Arm) -> Printing:
        parts: list[Doc | str] = [f"case {(yield pattern_text(a.pattern))}"]
        if a.guard is not None:
            parts += [" if ", nest(4, (yield self.expr(a.guard)))]
        hugs = isinstance(a.body, Match | ListExpr | TupleExpr)
        gap = self.notes.gap(a.body.span.start, seq(" ") if hugs else LINE)
        body = yield self.expr(a.body)
        return group(*parts, " =>", *((gap, body) if hugs else (nest(2, gap, body),)))


def _flatten_left(e: Binary, mine: int) -> tuple[list[Expr], list[str]]:
    operands: list[Expr] = []
    operators: list[str] = []
    tail: Expr = e
    while isinstance(tail, Binary) and LEVEL[tail.op] == mine:
        operands.append(tail.right)
        operators.append(tail.op)
        tail = tail.left
    return [tail, *reversed(operands)], operators[::-1]


def _flatten_right(e: Binary, mine: int) -> tuple[list[Expr], list[str]]:
    operands: list[Expr] = []
    operators: list[str] = []
    tail: Expr = e
    while isinstance(tail, Binary) and LEVEL[tail.op] == mine:
        operands.append(tail.left)
        operators.append(tail.op)
        tail = tail.right
    return [*operands, tail], operators


PRINTERS: dict[type, Callable[[Printer, Any], Printing]] = {
    ApplyExpr: Printer.steps, AssertExpr: Printer.steps, Binary: Printer.binary, Call: Printer.call, Compare: Printer.compare,
    Field: Printer.field, If: Printer.if_, Index: Printer.index, Lambda: Printer.lambda_, Let: Printer.steps,
    ListExpr: Printer.list_, Lit: Printer.lit, MapExpr: Printer.map_, Match: Printer.match, Name: Printer.name,
    Quant: Printer.quant, SetExpr: Printer.set_, Slice: Printer.slice, TupleExpr: Printer.tuple_, Unary: Printer.unary,
    Update: Printer.update,
}  # fmt: skip
