"""Functions and lemmas: clauses, bodies, proofs.

Errors in one clause do not hide those of the others: every part is tried, and the declaration is dropped if one failed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from kwlogic.core.program import ByAuto, ByCases, ByInduction, ByRecursion, BySteps, Clause, Fn, Lemma, Param, Proof
from kwlogic.core.terms import TRUE, Op, Term, mk, mk_at, mk_var
from kwlogic.core.types import Type
from kwlogic.elab.basics import assert_pred
from kwlogic.elab.calls import lemma_call
from kwlogic.elab.context import Ctx, Env
from kwlogic.elab.contracts import measures, one_decreases, unique_labels, written
from kwlogic.elab.finish import finish
from kwlogic.elab.infer import bare, check, infer
from kwlogic.elab.names import KINDS, resolve_name
from kwlogic.elab.refine import clauses_of
from kwlogic.elab.rtypes import RType
from kwlogic.elab.state import Entry, Stop, World
from kwlogic.elab.suggest import did_you_mean, listed
from kwlogic.source.data import Label, Span
from kwlogic.syntax import data as syn

T = TypeVar("T")


class Attempt:
    """Runs the parts of a declaration; ``settle`` raises Stop where one of them failed."""

    def __init__(self) -> None:
        self.failed = False

    def __call__(self, task: Callable[[], T], default: T) -> T:
        try:
            return task()
        except Stop:
            self.failed = True
            return default

    def settle(self) -> None:
        if self.failed:
            raise Stop


def environment(params: Sequence[syn.Param], shapes: Sequence[RType]) -> Env:
    return {p.name: mk_var(p.name, s.type) for p, s in zip(params, shapes)}


def type_clauses(ctx: Ctx, params: Sequence[syn.Param], shapes: Sequence[RType]) -> list[Clause]:
    """What the written types of parameters stand for."""
    return [c for p, s in zip(params, shapes) for c in clauses_of(ctx, s, p.name, p.type.span)]


def _params(decl: syn.FnDecl | syn.LemmaDecl, shapes: Sequence[RType]) -> tuple[Param, ...]:
    return tuple([Param(p.name, s.type, p.span) for p, s in zip(decl.params, shapes)])


def elaborate_fn(world: World, entry: Entry, decl: syn.FnDecl) -> None:
    ctx = entry.ctx
    assert ctx is not None
    shapes, result = entry.shapes[:-1], entry.shapes[-1]
    env = environment(decl.params, shapes)
    attempt = Attempt()
    requires: list[Clause] = attempt(lambda: type_clauses(ctx, decl.params, shapes), [])
    ensures: list[Clause] = attempt(lambda: clauses_of(ctx, result, "result", decl.result.span), [])
    attempt(lambda: unique_labels(ctx, decl.clauses), None)
    outside = {**env, "result": mk_var("result", result.type)}
    if any(isinstance(c, syn.Clause) and c.kind == "ensures" for c in decl.clauses) and "result" in env:
        taken = next(p for p in decl.params if p.name == "result")
        message = "`result` names the value of the function in its `ensures`"
        ctx.report_error("KW202", message, taken.span, "so a parameter cannot have this name")
        attempt.failed = True
    for c in decl.clauses:
        if isinstance(c, syn.Clause):
            requirement = c.kind == "requires"
            ctx.hidden = {"result": "is the value of the function, which only `ensures` may speak of"} if requirement else {}
            made = attempt(lambda c=c, r=requirement: written(ctx, env if r else outside, c), None)  # type: ignore[misc]
            if made is not None:
                (requires if requirement else ensures).append(made)
    ctx.hidden = {}
    decreases = attempt(lambda: one_decreases(ctx, decl.clauses), None)
    terms: tuple[Term, ...] = attempt(lambda: measures(ctx, env, decreases) if decreases is not None else (), ())
    ctx.calls.clear()
    body = attempt(lambda: fn_body(ctx, env, decl, result.type), TRUE)
    attempt.settle()
    world.fns[entry.qname] = Fn(
        entry.qname,
        decl.tparams,
        _params(decl, shapes),
        result.type,
        tuple(requires),
        tuple(ensures),
        terms,
        decreases.span if decreases is not None else None,
        body,
        decl.opaque,
        frozenset(),
        decl.span,
        decl.name_span,
        False,
        "\n".join(decl.doc),
    )
    world.calls[entry.qname] = frozenset(ctx.calls)


def fn_body(ctx: Ctx, env: Env, decl: syn.FnDecl, type: Type) -> Term:
    why = Label(decl.result.span, "declared here")
    ctx.deferred.clear()
    return finish(ctx, check(ctx, env, decl.body, type, why, f"the value of `{decl.name}`"))


# ---------------------------------------------------------------- lemmas


def elaborate_lemma(world: World, entry: Entry, decl: syn.LemmaDecl) -> None:
    ctx = entry.ctx
    assert ctx is not None
    env = environment(decl.params, entry.shapes)
    attempt = Attempt()
    requires: list[Clause] = attempt(lambda: type_clauses(ctx, decl.params, entry.shapes), [])
    ensures: list[Clause] = []
    attempt(lambda: unique_labels(ctx, decl.clauses), None)
    for c in decl.clauses:
        if isinstance(c, syn.Clause):
            made = attempt(lambda c=c: written(ctx, env, c), None)  # type: ignore[misc]
            if made is not None:
                (requires if c.kind == "requires" else ensures).append(made)
    if not any(isinstance(c, syn.Clause) and c.kind == "ensures" for c in decl.clauses):
        ctx.report_error(
            "KW321", f"the {decl.keyword} `{decl.name}` states nothing", decl.name_span, "no `ensures`", help="add `ensures p`"
        )
        attempt.failed = True
    decreases = attempt(lambda: one_decreases(ctx, decl.clauses), None)
    terms: tuple[Term, ...] = attempt(lambda: measures(ctx, env, decreases) if decreases is not None else (), ())
    hint = attempt(lambda: proof(ctx, env, decl), None)
    attempt.settle()
    world.lemmas[entry.qname] = Lemma(
        entry.qname,
        decl.keyword,
        decl.tparams,
        _params(decl, entry.shapes),
        tuple(requires),
        tuple(ensures),
        hint,
        decl.keyword == "axiom",
        decl.span,
        decl.name_span,
        "\n".join(decl.doc),
        terms,
        decreases.span if decreases is not None else None,
    )


def proof(ctx: Ctx, env: Env, decl: syn.LemmaDecl) -> Proof | None:
    ctx.unbounded_ok = True
    try:
        match decl.proof:
            case None:
                return None
            case syn.ByAuto(using=using):
                return ByAuto(_using(ctx, using))
            case syn.ByInduction() as by:
                return ByInduction(_induction_vars(ctx, env, by), _using(ctx, by.using))
            case syn.ByCases(subject=subject, using=using):
                return ByCases(finish(ctx, infer(ctx, env, subject)), _using(ctx, using))
            case syn.ByRecursion() as by:
                return ByRecursion(_recursion(ctx, env, by.call), _using(ctx, by.using))
            case syn.BySteps(steps=steps):
                return BySteps(_steps(ctx, env, steps))
    finally:
        ctx.unbounded_ok = False


def _induction_vars(ctx: Ctx, env: Env, by: syn.ByInduction) -> tuple[str, ...]:
    for name in by.vars:
        if name not in env:
            help = did_you_mean(name, env) or (f"the parameters are {listed(env)}" if env else "the lemma has no parameters")
            ctx.fail("KW216", f"induction goes over a parameter, and there is no parameter `{name}`", by.span, "not a parameter", help=help)
    return by.vars


def _using(ctx: Ctx, names: tuple[syn.QName, ...]) -> tuple[str, ...]:
    found: list[str] = []
    for name in names:
        entries = resolve_name(ctx, name, "lemma")
        lemmas = [x for x in entries if x.kind == "lemma"]
        if not lemmas:
            pool = [n for n, x in ctx.scope.own.items() if x.kind == "lemma"]
            message = f"`using` takes lemmas, and `{name}` is a {KINDS[entries[0].kind]}"
            ctx.fail("KW211", message, name.span, "not a lemma", help=did_you_mean(str(name), pool))
        found.extend(ctx.use(x).qname for x in lemmas)
    return tuple(dict.fromkeys(found))


def _recursion(ctx: Ctx, env: Env, e: syn.Call) -> Term:
    term = finish(ctx, infer(ctx, env, e))
    if bare(term).op is not Op.CALL:
        help = "write `by induction f(x, y)` with a function of this file or of the library"
        ctx.fail("KW216", "induction along a recursion takes a call of a function", e.span, "not such a call", help=help)
    return term


def _steps(ctx: Ctx, env: Env, steps: tuple[syn.StepAssert | syn.StepApply, ...]) -> Term:
    """Steps as they nest: what comes later stands under what came before."""
    made: list[tuple[Span, Op, object, tuple[Term, ...]]] = []
    failed = False
    for step in steps:
        try:
            if isinstance(step, syn.StepAssert):
                made.append((step.span, Op.ASSERT, None, (assert_pred(ctx, env, step.pred),)))
            else:
                data, args = lemma_call(ctx, env, step.lemma)
                made.append((step.span, Op.LEMMA, data, args))
        except Stop:
            failed = True
    if failed:
        raise Stop
    term = TRUE
    for span, op, what, parts in reversed(made):
        term = mk_at(span, mk(op, what, (*parts, term), term.type))
    return finish(ctx, term)
