"""Actions of the declarations, but for kernels."""

from __future__ import annotations

from typing import cast

from kwlogic.source.data import Span
from kwlogic.syntax.build import Context, Named, action
from kwlogic.syntax.data import (
    Arg,
    ByAuto,
    ByCases,
    ByInduction,
    ByRecursion,
    BySteps,
    Call,
    Clause,
    Decreases,
    ExampleDecl,
    Expr,
    FnDecl,
    LemmaDecl,
    Module,
    Param,
    Proof,
    QName,
    RecordDecl,
    RefineDecl,
    ResourceDecl,
    StepApply,
    StepAssert,
    TypeDecl,
    TypeExpr,
    UseDecl,
    Variant,
)  # fmt: skip

Clauses = tuple[Clause | Decreases, ...]


@action
def start(c: Context, s: int, e: int, *items: object) -> tuple[object, ...]:
    return items


@action
def module_line(c: Context, s: int, e: int, name: QName) -> Module:
    """Carries the name and place of the ``module`` line; ``parse_module`` makes the module itself."""
    return Module(Span(c.file, s, e), name, (), ())


@action
def use_line(c: Context, s: int, e: int, module: QName) -> UseDecl:
    return UseDecl(Span(c.file, s, e), module, None)


@action
def use_names(c: Context, s: int, e: int, module: QName, names: tuple[Named, ...]) -> UseDecl:
    return UseDecl(Span(c.file, s, e), module, names)


@action
def resource_decl(c: Context, s: int, e: int, name: int) -> ResourceDecl:
    return ResourceDecl(Span(c.file, s, e), c.word(name), c.span(name), doc=c.doc)


@action
def refine_decl(c: Context, s: int, e: int, abstract: QName, concrete: QName) -> RefineDecl:
    return RefineDecl(Span(c.file, s, e), abstract, concrete, doc=c.doc)


@action
def example_decl(c: Context, s: int, e: int, expr: Expr) -> ExampleDecl:
    return ExampleDecl(Span(c.file, s, e), expr, None, doc=c.doc)


@action
def example_case(c: Context, s: int, e: int, expr: Expr, outputs: tuple[Arg, ...]) -> ExampleDecl:
    return ExampleDecl(Span(c.file, s, e), expr, outputs, doc=c.doc)


@action
def alias_decl(c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], alias: TypeExpr) -> TypeDecl:
    return TypeDecl(Span(c.file, s, e), c.word(name), c.span(name), tparams, (), alias, doc=c.doc)


@action
def data_decl(c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], variants: tuple[Variant, ...]) -> TypeDecl:
    return TypeDecl(Span(c.file, s, e), c.word(name), c.span(name), tparams, variants, None, doc=c.doc)


@action
def variants(c: Context, s: int, e: int, *items: Variant) -> tuple[Variant, ...]:
    return items


@action
def variant(c: Context, s: int, e: int, name: int) -> Variant:
    return Variant(Span(c.file, s, e), c.word(name), ())


@action
def variant_fields(c: Context, s: int, e: int, name: int, *fields: Param) -> Variant:
    return Variant(Span(c.file, s, e), c.word(name), fields)


@action
def record_decl(c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], fields: tuple[Param, ...]) -> RecordDecl:
    return RecordDecl(Span(c.file, s, e), c.word(name), c.span(name), tparams, fields, doc=c.doc)


@action
def fn_decl(
    c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], params: tuple[Param, ...],
    result: TypeExpr, clauses: Clauses, body: Expr, opaque: bool = False,
) -> FnDecl:  # fmt: skip
    span = Span(c.file, s, e)
    return FnDecl(span, c.word(name), c.span(name), tparams, params, result, clauses, body, opaque, doc=c.doc)


@action
def opaque_fn(
    c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], params: tuple[Param, ...],
    result: TypeExpr, clauses: Clauses, body: Expr,
) -> FnDecl:  # fmt: skip
    return cast(FnDecl, fn_decl(c, s, e, name, tparams, params, result, clauses, body, True))


def _claim(
    c: Context, s: int, e: int, keyword: str, name: int, tparams: tuple[str, ...], params: tuple[Param, ...],
    clauses: Clauses, proof: Proof | None,
) -> LemmaDecl:  # fmt: skip
    return LemmaDecl(Span(c.file, s, e), keyword, c.word(name), c.span(name), tparams, params, clauses, proof, doc=c.doc)


@action
def lemma_decl(
    c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], params: tuple[Param, ...],
    clauses: Clauses, proof: Proof | None = None,
) -> LemmaDecl:  # fmt: skip
    return _claim(c, s, e, "lemma", name, tparams, params, clauses, proof)


@action
def theorem_decl(
    c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], params: tuple[Param, ...],
    clauses: Clauses, proof: Proof | None = None,
) -> LemmaDecl:  # fmt: skip
    return _claim(c, s, e, "theorem", name, tparams, params, clauses, proof)


@action
def axiom_decl(
    c: Context, s: int, e: int, name: int, tparams: tuple[str, ...], params: tuple[Param, ...], clauses: Clauses
) -> LemmaDecl:  # fmt: skip
    return _claim(c, s, e, "axiom", name, tparams, params, clauses, None)


@action
def clauses(c: Context, s: int, e: int, *items: Clause | Decreases) -> Clauses:
    return items


@action
def requires(c: Context, s: int, e: int, pred: Expr) -> Clause:
    return Clause(Span(c.file, s, e), "requires", None, pred)


@action
def requires_as(c: Context, s: int, e: int, label: int, pred: Expr) -> Clause:
    return Clause(Span(c.file, s, e), "requires", c.word(label), pred)


@action
def ensures(c: Context, s: int, e: int, pred: Expr) -> Clause:
    return Clause(Span(c.file, s, e), "ensures", None, pred)


@action
def ensures_as(c: Context, s: int, e: int, label: int, pred: Expr) -> Clause:
    return Clause(Span(c.file, s, e), "ensures", c.word(label), pred)


@action
def decreases(c: Context, s: int, e: int, *measures: Expr) -> Decreases:
    return Decreases(Span(c.file, s, e), measures)


@action
def by_induction(c: Context, s: int, e: int, vars: tuple[Named, ...], using: tuple[QName, ...]) -> ByInduction:
    return ByInduction(Span(c.file, s, e), tuple(name for name, _ in vars), using)


@action
def by_recursion(c: Context, s: int, e: int, call: Call, using: tuple[QName, ...]) -> ByRecursion:
    return ByRecursion(Span(c.file, s, e), call, using)


@action
def by_cases(c: Context, s: int, e: int, subject: Expr, using: tuple[QName, ...]) -> ByCases:
    return ByCases(Span(c.file, s, e), subject, using)


@action
def by_auto(c: Context, s: int, e: int, using: tuple[QName, ...]) -> ByAuto:
    return ByAuto(Span(c.file, s, e), using)


@action
def by_steps(c: Context, s: int, e: int, *steps: StepAssert | StepApply) -> BySteps:
    return BySteps(Span(c.file, s, e), steps)


@action
def using(c: Context, s: int, e: int, *lemmas: QName) -> tuple[QName, ...]:
    return lemmas


@action
def step_assert(c: Context, s: int, e: int, pred: Expr) -> StepAssert:
    return StepAssert(Span(c.file, s, e), pred)


@action
def step_apply(c: Context, s: int, e: int, lemma: Call) -> StepApply:
    return StepApply(Span(c.file, s, e), lemma)
