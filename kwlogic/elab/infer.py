"""Bidirectional checking: ``infer`` finds a term and its type, ``check`` holds it against a type that is known.

``hint`` in ``infer`` is the type that the caller will insist on, None where it insists on nothing. Each form of
expression registers its rule here; a rule returns the bare term, and ``infer`` puts the source span on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from kwlogic.core.terms import Op, Term, mk_at
from kwlogic.core.types import BOOL, INT, REAL, STRING, Type
from kwlogic.elab.context import Ctx, Env, shown
from kwlogic.elab.state import Stop
from kwlogic.source.data import Edit, Fix, Label, Span
from kwlogic.syntax import data as syn

Rule = Callable[[Ctx, Env, Any, "Type | None"], Term]
RULES: dict[type, Rule] = {}


def rule(form: type) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES[form] = function
        return function

    return register


def infer(ctx: Ctx, env: Env, e: syn.Expr, hint: Type | None = None) -> Term:
    term = mk_at(e.span, RULES[type(e)](ctx, env, e, hint))
    if ctx.world.seen is not None:
        ctx.world.seen[e.span] = ctx, term.type
    return term


def check(ctx: Ctx, env: Env, e: syn.Expr, wanted: Type, why: Label | None = None, what: str = "") -> Term:
    """The expression at type ``wanted``; ``why`` shows where that type comes from."""
    term = mk_at(e.span, RULES[type(e)](ctx, env, e, wanted))
    if ctx.world.seen is not None:
        ctx.world.seen[e.span] = ctx, term.type
    if term.type is not wanted and not ctx.unify(term.type, wanted):
        mismatch(ctx, e, term.type, wanted, why, what)
    return term


def check_all(ctx: Ctx, tasks: list[Callable[[], Term]]) -> list[Term]:
    """Run independent parts, so that an error in one does not hide those of the others."""
    done: list[Term] = []
    failed = False
    for task in tasks:
        try:
            done.append(task())
        except Stop:
            failed = True
    if failed:
        raise Stop
    return done


def bare(term: Term) -> Term:
    """The term under its span."""
    return term.args[0] if term.op is Op.AT else term


def atomic(term: Term) -> Term | None:
    """A term that may be repeated freely (a variable, a literal, or a selection from a variable), without spans."""
    term = bare(term)
    inner = term
    while inner.op is Op.SEL:
        inner = inner.args[0]
    return term if inner.op is Op.VAR or term.op is Op.LIT else None


# ---------------------------------------------------------------- mismatches


def mismatch(ctx: Ctx, e: syn.Expr, found: Type, wanted: Type, why: Label | None = None, what: str = "") -> NoReturn:
    found, wanted = ctx.zonk(found), ctx.zonk(wanted)
    help, fix = conversion(ctx, e, found, wanted)
    ctx.fail(
        "KW301",
        f"{what or 'this'} should be `{shown(wanted)}`, but it is `{shown(found)}`",
        e.span,
        f"this is `{shown(found)}`",
        *((why,) if why is not None else ()),
        help=help,
        fix=fix,
    )


def conversion(ctx: Ctx, e: syn.Expr, found: Type, wanted: Type) -> tuple[str | None, Fix | None]:
    """How to turn one type into the other, where there is a way."""
    text = ctx.text(e.span)
    if found is INT and wanted is REAL:
        return to_real(ctx, e)
    if found is REAL and wanted is INT:
        return f"nothing converts silently: write `floor({text})` or `round({text})`", _wrap("convert with `floor`", e.span, "floor(", ")")
    if wanted.head == "Option" and wanted.args[0] is found:
        return f"write `Some({text})`", _wrap("wrap in `Some`", e.span, "Some(", ")")
    if found.head == "Option" and found.args[0] is wanted:
        return "it may be `None`: take it apart with `match`, or use `get_or(..., default)`", None
    if wanted.head == "List" and wanted.args[0] is found:
        return f"write `[{text}]` for a list of one", None
    if found.head == "Fun" and wanted.head != "Fun":
        return "call it: a function by its name alone is a function value", None
    if wanted is STRING and found in (INT, REAL, BOOL):
        return f"write `to_string({text})`", _wrap("convert with `to_string`", e.span, "to_string(", ")")
    if wanted is BOOL and found in (INT, REAL):
        return "compare it with something, as in `x != 0`", None
    return None, None


def to_real(ctx: Ctx, e: syn.Expr) -> tuple[str, Fix]:
    text = ctx.text(e.span)
    literal = e.arg if isinstance(e, syn.Unary) and e.op == "-" else e
    if isinstance(literal, syn.Lit):
        return f"write `{text}.0`: an integer literal is an `Int`, always", Fix(
            f"write `{text}.0`", (Edit(Span(e.span.file, e.span.end, e.span.end), ".0"),)
        )
    return f"nothing converts silently: write `real({text})`", _wrap("convert with `real`", e.span, "real(", ")")


def _wrap(title: str, span: Span, before: str, after: str) -> Fix:
    start, end = Span(span.file, span.start, span.start), Span(span.file, span.end, span.end)
    return Fix(title, (Edit(start, before), Edit(end, after)))
