"""The formatter's part for declarations: a line for the head, one for each clause, and the body."""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.syntax.data import (
    ByAuto,
    ByCases,
    ByInduction,
    ByRecursion,
    BySteps,
    Clause,
    Decl,
    Decreases,
    Evidence,
    ExampleDecl,
    Family,
    Flag,
    FnDecl,
    KernelClause,
    KernelDecl,
    LemmaDecl,
    Proof,
    RecordDecl,
    RefineDecl,
    ResourceDecl,
    Resources,
    Rollback,
    StepAssert,
    TypeDecl,
    UseDecl,
    Variant,
    Version,
)
from kwlogic.syntax.format_small import type_text
from kwlogic.syntax.format_wiring import WiringPrinter
from kwlogic.syntax.layout import HARD, LINE, SOFT, Doc, IfBroken, group, nest, seq
from kwlogic.syntax.showing import Printing, quote


class DeclPrinter(WiringPrinter):
    """Declarations to documents."""

    def decl(self, d: Decl) -> Printing:
        lines = [line for text in d.doc for line in (f"## {text}".rstrip(), HARD)]
        return seq(*lines, (yield self.bare(d)))

    def bare(self, d: Decl) -> Printing:
        if isinstance(d, ResourceDecl):
            return seq(f"resource {d.name}")
        if isinstance(d, RefineDecl):
            return seq(f"refine {d.abstract} by {d.concrete}")
        if isinstance(d, RecordDecl):
            head = f"record {d.name}{_tparams(d.tparams)}"
            return seq(head, (yield self.params(d.fields, d.span.end)))
        if isinstance(d, TypeDecl):
            return (yield self.type_decl(d))
        if isinstance(d, ExampleDecl):
            return (yield self.example(d))
        if isinstance(d, FnDecl):
            return (yield self.fn(d))
        return (yield self.lemma(d)) if isinstance(d, LemmaDecl) else (yield self.kernel(d))

    def type_decl(self, d: TypeDecl) -> Printing:
        head = f"type {d.name}{_tparams(d.tparams)} ="
        if d.alias is not None:
            return seq(f"{head} {(yield type_text(d.alias))}")
        lone = len(d.variants) == 1 and not d.variants[0].fields
        if len(d.variants) == 1:
            return seq(f"{head} | " if lone else f"{head} ", (yield self.variant(d.variants[0])))
        broken: list[Doc | str] = []
        for i, v in enumerate(d.variants):
            broken += [self.notes.gap(v.span.start, LINE), "| " if i else IfBroken("| "), (yield self.variant(v))]
        return group(head, nest(2, *broken))

    def variant(self, v: Variant) -> Printing:
        if not v.fields:
            return seq(v.name)
        return seq(v.name, (yield self.params(v.fields, v.span.end)))

    def example(self, d: ExampleDecl) -> Printing:
        expr = yield self.expr(d.expr)
        if d.outputs is None:
            return seq("example ", nest(2, expr))
        return group("example ", expr, nest(2, LINE, "-> ", (yield self.args(d.outputs, d.span.end))))

    def fn(self, d: FnDecl) -> Printing:
        head = f"{'opaque ' if d.opaque else ''}fn {d.name}{_tparams(d.tparams)}"
        params = yield self.ports(d.params)
        result = yield type_text(d.result)
        clauses = yield self.clauses(d.clauses)
        gap = self.notes.gap(d.body.span.start, HARD)
        return seq(head, params, f" -> {result}", clauses, gap, "= ", nest(2, (yield self.expr(d.body))))

    def lemma(self, d: LemmaDecl) -> Printing:
        head = f"{d.keyword} {d.name}{_tparams(d.tparams)}"
        params = yield self.ports(d.params)
        parts: list[Doc | str] = [head, params, (yield self.clauses(d.clauses))]
        if d.proof is not None:
            parts.append(nest(2, self.notes.gap(d.proof.span.start, HARD), (yield self.proof(d.proof))))
        return seq(*parts)

    def kernel(self, d: KernelDecl) -> Printing:
        inputs = yield self.ports(d.inputs)
        outputs = yield self.ports(d.outputs)
        head = seq(f"kernel {d.name}{_tparams(d.tparams)}", inputs, " -> ", outputs)
        clauses = yield self.clauses(d.clauses)
        if d.body is None:
            return seq(head, clauses)
        gap = self.notes.gap(d.body.span.start, HARD)
        return seq(head, clauses, gap, (yield self.body(d.body)))

    def clauses(self, clauses: Sequence[KernelClause]) -> Printing:
        parts: list[Doc | str] = []
        for clause in clauses:
            parts += [self.notes.gap(clause.span.start, HARD), (yield self.clause(clause))]
        return nest(2, *parts)

    def clause(self, c: KernelClause) -> Printing:
        if isinstance(c, Clause):
            label = f"{c.label}: " if c.label else ""
            word = "fails when" if c.kind == "fails" else c.kind
            return seq(f"{word} {label}", nest(2, (yield self.expr(c.pred))))
        if isinstance(c, Decreases):
            parts: list[Doc | str] = []
            for i, measure in enumerate(c.measures):
                parts += [", " if i else "", (yield self.expr(measure))]
            return seq("decreases ", *parts)
        return seq(_plain_clause(c))

    def proof(self, p: Proof) -> Printing:
        if isinstance(p, BySteps):
            parts: list[Doc | str] = []
            for step in p.steps:
                word, expr = ("assert", step.pred) if isinstance(step, StepAssert) else ("apply", step.lemma)
                parts += [self.notes.gap(step.span.start, HARD), f"{word} ", nest(2, (yield self.expr(expr))), ";"]
            return seq("by {", nest(2, *parts, self.notes.rest(p.span.end)), HARD, "}")
        using = f" using {', '.join(map(str, p.using))}" if p.using else ""
        if isinstance(p, ByInduction):
            return seq(f"by induction {', '.join(p.vars)}{using}")
        if isinstance(p, ByAuto):
            return seq(f"by auto{using}")
        if isinstance(p, ByRecursion):
            return seq("by induction ", (yield self.expr(p.call)), using)
        assert isinstance(p, ByCases)
        return seq("by cases ", (yield self.expr(p.subject)), using)


def use_text(u: UseDecl) -> Doc:
    if u.names is None:
        return seq(f"use {u.module}")
    names: list[Doc | str] = []
    for i, (name, _) in enumerate(u.names):
        names += [LINE if i else SOFT, name, "," if i + 1 < len(u.names) else ""]
    return group(f"use {u.module} (", nest(2, *names), SOFT, ")")


def _tparams(names: tuple[str, ...]) -> str:
    return f"[{', '.join(names)}]" if names else ""


def _plain_clause(c: Version | Family | Evidence | Rollback | Resources | Flag) -> str:
    if isinstance(c, Version):
        return f"version {quote(c.text)}"
    if isinstance(c, Family):
        return f"family {quote(c.text)}"
    if isinstance(c, Evidence):
        return f"evidence {', '.join(name for name, _ in c.names)}"
    if isinstance(c, Rollback):
        return f"rollback {c.kernel}"
    if isinstance(c, Resources):
        return f"{'writes' if c.write else 'reads'} {', '.join(name for name, _ in c.names)}"
    return c.name
