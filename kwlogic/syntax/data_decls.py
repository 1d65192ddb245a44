"""Surface declarations and modules."""

from __future__ import annotations

from dataclasses import field

from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.syntax.data_exprs import Arg, Call, Expr
from kwlogic.syntax.data_types import TypeExpr
from kwlogic.syntax.data_wiring import Wiring
from kwlogic.syntax.node import Node, QName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Param(Node):
    """A parameter, port or field."""

    name: str
    type: TypeExpr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Clause(Node):
    """kind: requires, ensures or fails; the span covers keyword to end of the predicate."""

    kind: str
    label: str | None
    pred: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Decreases(Node):
    """``decreases e1, e2``"""

    measures: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Variant(Node):
    """One constructor of a data type."""

    name: str
    fields: tuple[Param, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UseDecl(Node):
    """``use module (names)``; ``names`` is None where there is no list."""

    module: QName
    names: tuple[tuple[str, Span], ...] | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResourceDecl(Node):
    """``resource name``"""

    name: str
    name_span: Span = field(compare=False, repr=False)
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeDecl(Node):
    """``variants`` for a data type, ``alias`` for a type expression; exactly one is set."""

    name: str
    name_span: Span = field(compare=False, repr=False)
    tparams: tuple[str, ...]
    variants: tuple[Variant, ...]
    alias: TypeExpr | None
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecordDecl(Node):
    """``record R[a](fields)``"""

    name: str
    name_span: Span = field(compare=False, repr=False)
    tparams: tuple[str, ...]
    fields: tuple[Param, ...]
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FnDecl(Node):
    """``fn f[a](params) -> result clauses = body``"""

    name: str
    name_span: Span = field(compare=False, repr=False)
    tparams: tuple[str, ...]
    params: tuple[Param, ...]
    result: TypeExpr
    clauses: tuple[Clause | Decreases, ...]
    body: Expr
    opaque: bool
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ByInduction(Node):
    """``by induction x, y using l``"""

    vars: tuple[str, ...]
    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ByRecursion(Node):
    """``by induction f(x) using l``"""

    call: Call
    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ByCases(Node):
    """``by cases e using l``"""

    subject: Expr
    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ByAuto(Node):
    """``by auto using l``"""

    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StepAssert(Node):
    """``assert pred;``"""

    pred: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StepApply(Node):
    """``apply lemma(args);``"""

    lemma: Call


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BySteps(Node):
    """``by { steps }``"""

    steps: tuple[StepAssert | StepApply, ...]


Proof = ByInduction | ByRecursion | ByCases | ByAuto | BySteps


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LemmaDecl(Node):
    """keyword: lemma, theorem or axiom (an axiom has no proof)."""

    keyword: str
    name: str
    name_span: Span = field(compare=False, repr=False)
    tparams: tuple[str, ...]
    params: tuple[Param, ...]
    clauses: tuple[Clause | Decreases, ...]
    proof: Proof | None
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Version(Node):
    """``version "1.2.0"``"""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Family(Node):
    """``family "..."``"""

    text: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Evidence(Node):
    """``evidence port, ...``"""

    names: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rollback(Node):
    """``rollback kernel``"""

    kernel: QName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Resources(Node):
    """``reads`` (``write`` false) or ``writes``."""

    write: bool
    names: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Flag(Node):
    """``deterministic``, ``irrevocable`` or ``idempotent``."""

    name: str  # deterministic, irrevocable, idempotent


KernelClause = Clause | Decreases | Version | Family | Evidence | Rollback | Resources | Flag


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BodyExpr(Node):
    """``= expr``"""

    expr: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BodyCompose(Node):
    """``= compose wiring``"""

    wiring: Wiring


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PromptHole(Node):
    """``{expr}`` in a prompt; the span holds the braces."""

    expr: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BodyOracle(Node):
    """kind: prompt, tool or python. A prompt's ``parts`` are texts and holes; else one text. ``raw`` is the literal as written."""

    kind: str
    parts: tuple[str | PromptHole, ...]
    raw: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bind(Node):
    """``x <- w`` or ``(x, y) <- w`` (``tuple_target``); ``after`` are the wires it waits for."""

    targets: tuple[tuple[str, Span], ...]
    wiring: Wiring
    after: tuple[tuple[str, Span], ...]
    tuple_target: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BindAssert(Node):
    """``assert pred;``"""

    pred: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BindGuard(Node):
    """``guard pred;``"""

    pred: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BodyGraph(Node):
    """``{ binds }``"""

    binds: tuple[Bind | BindAssert | BindGuard, ...]


Body = BodyExpr | BodyCompose | BodyOracle | BodyGraph


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KernelDecl(Node):
    """``kernel k(inputs) -> (outputs) clauses body``"""

    name: str
    name_span: Span = field(compare=False, repr=False)
    tparams: tuple[str, ...]
    inputs: tuple[Param, ...]
    outputs: tuple[Param, ...]
    clauses: tuple[KernelClause, ...]
    body: Body | None
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExampleDecl(Node):
    """``example e`` (``outputs`` None) or ``example k(in) -> (out)``."""

    expr: Expr
    outputs: tuple[Arg, ...] | None
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RefineDecl(Node):
    """``refine abstract by concrete``"""

    abstract: QName
    concrete: QName
    doc: tuple[str, ...] = field(default=(), kw_only=True)


Decl = ResourceDecl | TypeDecl | RecordDecl | FnDecl | LemmaDecl | KernelDecl | ExampleDecl | RefineDecl


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comment(Node):
    """A ``#`` comment; ``own_line`` where nothing but blanks stands before it."""

    text: str
    own_line: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Module(Node):
    """One file. ``name`` is None where the file has no ``module`` line."""

    name: QName | None
    uses: tuple[UseDecl, ...]
    decls: tuple[Decl, ...]
    comments: tuple[Comment, ...] = ()
