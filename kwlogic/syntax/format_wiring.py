"""The formatter's part for compositions and the bodies of kernels."""

from __future__ import annotations

import re

from kwlogic.syntax.data import (
    Bind,
    BindAssert,
    BindGuard,
    Body,
    BodyCompose,
    BodyExpr,
    BodyGraph,
    BodyOracle,
    Param,
    WAssert,
    WCall,
    WCase,
    WFallback,
    WFold,
    WGuard,
    WHole,
    Wiring,
    WIterate,
    WMap,
    WPar,
    WRef,
    WRename,
    WRetry,
    WSeq,
)
from kwlogic.syntax.format_expr import Printer, show_expr
from kwlogic.syntax.format_small import type_text
from kwlogic.syntax.layout import HARD, LINE, Doc, group, lay_out, nest, seq
from kwlogic.syntax.showing import Printing, drive, quote

LEVEL: dict[type, tuple[int, str]] = {WFallback: (1, "??"), WSeq: (2, ">>"), WPar: (3, "&")}
PREFIX, POST = 4, 5
TRIVIA = re.compile(r"(?:\s|,|#[^\n]*)*")


def show_wiring(wiring: Wiring) -> str:
    """The composition on one line."""
    return lay_out(drive(WiringPrinter().wiring(wiring)), 10**9)


def level(w: Wiring) -> int:
    if isinstance(w, WRef | WCall | WRename):
        return POST
    return LEVEL[type(w)][0] if type(w) in LEVEL else PREFIX


class WiringPrinter(Printer):
    """Compositions to documents."""

    def params(self, params: tuple[Param, ...], end: int) -> Printing:
        return (yield self.items("(", [(p.span.start, self.param(p)) for p in params], end, ")"))

    def param(self, p: Param) -> Printing:
        return seq(f"{p.name}: {(yield type_text(p.type))}")

    def ports(self, params: tuple[Param, ...]) -> Printing:
        """Parameters inside a head, whose bracket closes behind the last and its comments."""
        end = params[-1].span.end if params else 0
        closing = TRIVIA.match(self.text, end)
        return (yield self.params(params, closing.end() if closing and params else end))

    def wiring(self, w: Wiring, at_least: int = 0) -> Printing:
        if isinstance(w, WSeq | WPar | WFallback):
            body = yield self.chain(w)
        else:
            body = yield self.step(w)
        return group("(", nest(1, body), ")") if level(w) < at_least else body

    def chain(self, w: WSeq | WPar | WFallback) -> Printing:
        mine, op = LEVEL[type(w)]
        parts: list[Wiring] = []
        tail: Wiring = w
        while isinstance(tail, WSeq | WPar | WFallback) and LEVEL[type(tail)][0] == mine:
            parts.append(tail.right)
            tail = tail.left
        first = yield self.wiring(tail, mine)
        rest: list[Doc | str] = []
        for part in reversed(parts):
            rest += [self.notes.gap(part.span.start, LINE), f"{op} ", (yield self.wiring(part, mine + 1))]
        return group(first, nest(2, *rest))

    def step(self, w: Wiring) -> Printing:
        if isinstance(w, WRef):
            return seq(str(w.name))
        if isinstance(w, WCall):
            return seq(str(w.name), (yield self.args(w.args, w.span.end)))
        if isinstance(w, WRename):
            pairs = ", ".join(f"{old} as {new}" for old, new in w.pairs)
            return seq((yield self.wiring(w.body, POST)), f"[{pairs}]")
        if isinstance(w, WGuard | WAssert):
            word = "guard" if isinstance(w, WGuard) else "assert"
            return seq(f"{word} (", nest(2, (yield self.expr(w.pred))), ")")
        if isinstance(w, WHole):
            inputs, outputs = (yield self.ports(w.inputs)), (yield self.ports(w.outputs))
            return seq("hole", inputs, " -> ", outputs)
        return (yield self.prefixed(w))

    def prefixed(self, w: Wiring) -> Printing:
        if isinstance(w, WCase):
            cond, then = (yield self.expr(w.cond)), (yield self.wiring(w.then, POST))
            other = yield self.wiring(w.other, POST)
            return group("case (", cond, ") then ", then, nest(2, LINE, "else ", other))
        assert isinstance(w, WRetry | WMap | WFold | WIterate)
        body = yield self.wiring(w.body, POST)
        if isinstance(w, WRetry):
            return seq(f"retry {w.count} ", body)
        if isinstance(w, WMap):
            return seq("map ", body)
        parts: list[Doc | str] = ["fold " if isinstance(w, WFold) else "iterate ", body]
        if isinstance(w, WIterate):
            parts += [" while (", (yield self.expr(w.cond)), f") max {w.bound}"]
        if w.invariant is not None:
            parts += [nest(2, LINE, "invariant (", (yield self.expr(w.invariant)), ")")]
        return group(*parts)

    def body(self, b: Body) -> Printing:
        """A kernel's body, from the start of its line."""
        if isinstance(b, BodyExpr):
            return seq("= ", nest(2, self.notes.lead(b.expr.span.start), (yield self.expr(b.expr))))
        if isinstance(b, BodyCompose):
            return seq("= compose ", nest(2, (yield self.wiring(b.wiring))))
        if isinstance(b, BodyOracle):
            return seq(f"  by {b.kind} {b.raw or _oracle_text(b)}")
        return (yield self.graph(b))

    def graph(self, b: BodyGraph) -> Printing:
        parts: list[Doc | str] = []
        for i, bind in enumerate(b.binds):
            blank = i > 0 and self.text.count("\n", b.binds[i - 1].span.end, self.notes.first(bind.span.start)) > 1
            parts += [self.notes.gap(bind.span.start, seq(HARD, HARD) if blank else HARD), (yield self.bind(bind))]
        return seq("{", nest(2, *parts, self.notes.rest(b.span.end)), HARD, "}")

    def bind(self, b: Bind | BindAssert | BindGuard) -> Printing:
        if isinstance(b, BindAssert | BindGuard):
            word = "assert" if isinstance(b, BindAssert) else "guard"
            return seq(f"{word} ", nest(2, (yield self.expr(b.pred))), ";")
        names = ", ".join(name for name, _ in b.targets)
        after = f" after {', '.join(name for name, _ in b.after)}" if b.after else ""
        target = f"({names})" if b.tuple_target else names
        return seq(f"{target} <- ", nest(2, (yield self.wiring(b.wiring))), f"{after};")


def _oracle_text(b: BodyOracle) -> str:
    """A literal for an oracle that no file holds."""
    if b.kind != "prompt":
        return quote("".join(p for p in b.parts if isinstance(p, str)))
    parts = [quote(p)[1:-1].replace("{", "{{").replace("}", "}}") if isinstance(p, str) else f"{{{show_expr(p.expr)}}}" for p in b.parts]
    mark = '"""' if any('"' in show_expr(p.expr) for p in b.parts if not isinstance(p, str)) else '"'
    return mark + "".join(parts) + mark
