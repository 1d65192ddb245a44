"""Actions of kernels: their clauses, their bodies, and the algebra of compositions."""

from __future__ import annotations

from kwlogic.source.data import Span
from kwlogic.syntax.build import Context, Named, action
from kwlogic.syntax.data import (
    Arg,
    Bind,
    BindAssert,
    BindGuard,
    Body,
    BodyCompose,
    BodyExpr,
    BodyGraph,
    BodyOracle,
    Clause,
    Evidence,
    Expr,
    Family,
    Flag,
    KernelClause,
    KernelDecl,
    Param,
    QName,
    Resources,
    Rollback,
    Version,
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
)  # fmt: skip
from kwlogic.syntax.literals import number, string
from kwlogic.syntax.prompt import prompt_parts

OPERATORS: dict[str, type[WSeq] | type[WPar] | type[WFallback]] = {">>": WSeq, "&": WPar, "??": WFallback}


@action
def kernel_decl(
    c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], inputs: tuple[Param, ...], outputs: tuple[Param, ...],
    clauses: tuple[KernelClause, ...], body: Body | None = None,
) -> KernelDecl:  # fmt: skip
    span = Span(c.file, s, e)
    return KernelDecl(span, c.word(name), c.span(name), tparams, inputs, outputs, clauses, body, doc=c.doc)


@action
def kclauses(c: Context, s: int, e: int, *items: KernelClause) -> tuple[KernelClause, ...]:
    return items


@action
def fails(c: Context, s: int, e: int, pred: Expr) -> Clause:
    return Clause(Span(c.file, s, e), "fails", None, pred)


@action
def version(c: Context, s: int, e: int, text: int) -> Version:
    return Version(Span(c.file, s, e), string(c, text))


@action
def family(c: Context, s: int, e: int, text: int) -> Family:
    return Family(Span(c.file, s, e), string(c, text))


@action
def evidence(c: Context, s: int, e: int, names: tuple[Named, ...]) -> Evidence:
    return Evidence(Span(c.file, s, e), names)


@action
def rollback(c: Context, s: int, e: int, kernel: QName) -> Rollback:
    return Rollback(Span(c.file, s, e), kernel)


@action
def reads(c: Context, s: int, e: int, names: tuple[Named, ...]) -> Resources:
    return Resources(Span(c.file, s, e), False, names)


@action
def writes(c: Context, s: int, e: int, names: tuple[Named, ...]) -> Resources:
    return Resources(Span(c.file, s, e), True, names)


@action
def deterministic(c: Context, s: int, e: int) -> Flag:
    return Flag(Span(c.file, s, e), "deterministic")


@action
def irrevocable(c: Context, s: int, e: int) -> Flag:
    return Flag(Span(c.file, s, e), "irrevocable")


@action
def idempotent(c: Context, s: int, e: int) -> Flag:
    return Flag(Span(c.file, s, e), "idempotent")


@action
def body_expr(c: Context, s: int, e: int, expr: Expr) -> BodyExpr:
    return BodyExpr(Span(c.file, s, e), expr)


@action
def body_compose(c: Context, s: int, e: int, wiring: Wiring) -> BodyCompose:
    return BodyCompose(Span(c.file, s, e), wiring)


@action
def body_prompt(c: Context, s: int, e: int, text: int) -> BodyOracle:
    return BodyOracle(Span(c.file, s, e), "prompt", prompt_parts(c, text), c.word(text))


@action
def body_tool(c: Context, s: int, e: int, text: int) -> BodyOracle:
    return BodyOracle(Span(c.file, s, e), "tool", (string(c, text),), c.word(text))


@action
def body_python(c: Context, s: int, e: int, text: int) -> BodyOracle:
    return BodyOracle(Span(c.file, s, e), "python", (string(c, text),), c.word(text))


@action
def body_graph(c: Context, s: int, e: int, *binds: Bind | BindAssert | BindGuard) -> BodyGraph:
    return BodyGraph(Span(c.file, s, e), binds)


@action
def bind_one(c: Context, s: int, e: int, name: int, wiring: Wiring, after: tuple[Named, ...]) -> Bind:
    return Bind(Span(c.file, s, e), (c.named(name),), wiring, after)


@action
def bind_many(c: Context, s: int, e: int, targets: tuple[Named, ...], wiring: Wiring, after: tuple[Named, ...]) -> Bind:
    return Bind(Span(c.file, s, e), targets, wiring, after, True)


@action
def bind_assert(c: Context, s: int, e: int, pred: Expr) -> BindAssert:
    return BindAssert(Span(c.file, s, e), pred)


@action
def bind_guard(c: Context, s: int, e: int, pred: Expr) -> BindGuard:
    return BindGuard(Span(c.file, s, e), pred)


@action
def after(c: Context, s: int, e: int, names: tuple[Named, ...] = ()) -> tuple[Named, ...]:
    return names


@action
def wchain(c: Context, s: int, e: int, *items: Wiring | int) -> Wiring:
    """``a op b op c`` grouped to the left; the tokens beside an operator bound each group."""
    result = items[0]
    assert not isinstance(result, int)
    last = len(items) - 2
    for i in range(1, len(items), 2):
        op, right = items[i], items[i + 1]
        assert isinstance(op, int)
        assert not isinstance(right, int)
        end = e if i == last else c.tokens.ends[items[i + 2] - 1]  # type: ignore[operator]
        result = OPERATORS[c.word(op)](Span(c.file, s, end), result, right, c.span(op))
    return result


@action
def wretry(c: Context, s: int, e: int, count: int, body: Wiring) -> WRetry:
    return WRetry(Span(c.file, s, e), int(number(c, count)), body)


@action
def wmap(c: Context, s: int, e: int, body: Wiring) -> WMap:
    return WMap(Span(c.file, s, e), body)


@action
def wfold(c: Context, s: int, e: int, body: Wiring, invariant: Expr) -> WFold:
    return WFold(Span(c.file, s, e), body, invariant)


@action
def witerate(c: Context, s: int, e: int, body: Wiring, cond: Expr, bound: int, invariant: Expr | None = None) -> WIterate:
    return WIterate(Span(c.file, s, e), body, cond, int(number(c, bound)), invariant)


@action
def wcase(c: Context, s: int, e: int, cond: Expr, then: Wiring, other: Wiring) -> WCase:
    return WCase(Span(c.file, s, e), cond, then, other)


@action
def wguard(c: Context, s: int, e: int, pred: Expr) -> WGuard:
    return WGuard(Span(c.file, s, e), pred)


@action
def wassert(c: Context, s: int, e: int, pred: Expr) -> WAssert:
    return WAssert(Span(c.file, s, e), pred)


@action
def whole(c: Context, s: int, e: int, inputs: tuple[Param, ...], outputs: tuple[Param, ...]) -> WHole:
    return WHole(Span(c.file, s, e), inputs, outputs)


@action
def wref(c: Context, s: int, e: int, name: QName) -> WRef:
    return WRef(Span(c.file, s, e), name)


@action
def wcall(c: Context, s: int, e: int, name: QName, args: tuple[Arg, ...]) -> WCall:
    return WCall(Span(c.file, s, e), name, args)


@action
def wrename(c: Context, s: int, e: int, body: Wiring, *pairs: tuple[str, str]) -> WRename:
    return WRename(Span(c.file, s, e), body, pairs)


@action
def rename(c: Context, s: int, e: int, old: int, new: int) -> tuple[str, str]:
    return c.word(old), c.word(new)
