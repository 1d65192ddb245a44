"""Clauses of contracts: what is written, with unique labels, and measures."""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.core.program import Clause
from kwlogic.core.terms import Term
from kwlogic.core.types import BOOL, INT
from kwlogic.elab.context import Ctx, Env
from kwlogic.elab.finish import finish
from kwlogic.elab.infer import check, infer
from kwlogic.elab.state import Stop
from kwlogic.source.data import Label, Span
from kwlogic.syntax import data as syn


def written(ctx: Ctx, env: Env, clause: syn.Clause) -> Clause:
    """One clause as a predicate over ``env``; contracts may quantify without bounds."""
    ctx.unbounded_ok = True
    ctx.deferred.clear()
    try:
        pred = finish(ctx, check(ctx, env, clause.pred, BOOL, what=f"what follows `{said(clause)}`"))
    finally:
        ctx.unbounded_ok = False
    return Clause(clause.label, pred, clause.span, ctx.text(clause.pred.span))


def said(clause: syn.Clause) -> str:
    return "fails when" if clause.kind == "fails" else clause.kind


def unique_labels(ctx: Ctx, clauses: Sequence[object]) -> None:
    """Two clauses of a declaration never share a label."""
    seen: dict[str, Span] = {}
    for clause in clauses:
        if isinstance(clause, syn.Clause) and clause.label is not None:
            first = seen.setdefault(clause.label, clause.span)
            if first is not clause.span:
                ctx.report_error(
                    "KW215",
                    f"two clauses are labelled `{clause.label}`",
                    clause.span,
                    "again here",
                    Label(first, "first here"),
                    help="a label is how reports name a clause: give each its own",
                )
                raise Stop


def measures(ctx: Ctx, env: Env, clause: syn.Decreases) -> tuple[Term, ...]:
    """Terms that must get smaller: integers or data."""
    terms: list[Term] = []
    for e in clause.measures:
        term = finish(ctx, infer(ctx, env, e))
        type = ctx.zonk(term.type)
        if type is not INT and type.head not in ("List", "Option", "Tuple") and type.head not in ctx.world.datas:
            ctx.fail(
                "KW323",
                f"a measure is an `Int` or a value of a data type, and this is `{ctx.show(type)}`",
                e.span,
                f"this is `{ctx.show(type)}`",
                help="measure a size instead, as in `decreases len(s)`" if type.head in ("String", "Set", "Map") else None,
            )
        terms.append(term)
    return tuple(terms)


def one_decreases(ctx: Ctx, clauses: Sequence[object]) -> syn.Decreases | None:
    found = [c for c in clauses if isinstance(c, syn.Decreases)]
    if len(found) > 1:
        ctx.fail(
            "KW321",
            "there are two `decreases` clauses",
            found[1].span,
            "the second",
            Label(found[0].span, "the first"),
            help="write one, with a comma between measures: `decreases a, b`",
        )
    return found[0] if found else None
