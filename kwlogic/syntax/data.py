"""The surface syntax tree: what the author wrote, and where. No names are resolved, no types known.

Every node carries its span first; spans never take part in equality. The tree keeps all that the formatter
needs except comments, which stand in ``Module.comments`` by position.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from kwlogic.source.data import Span


@dataclass(frozen=True, slots=True)
class Node:
    """What has a place in a file."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class QName(Node):
    """A dotted name, ``std.list.sum`` as ``("std", "list", "sum")``."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)


# ---------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class TypeName(Node):
    """``T`` or ``T[a, b]``."""

    name: QName
    args: tuple[TypeExpr, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeTuple(Node):
    """``(a, b)``; ``()`` is Unit. A single type in parentheses is that type and makes no node,
    except before ``->`` where ``items`` are the parameters."""

    items: tuple[TypeExpr, ...]


@dataclass(frozen=True, slots=True)
class TypeFun(Node):
    """``a -> b``, ``(a, b) -> c``."""

    params: tuple[TypeExpr, ...]
    result: TypeExpr


@dataclass(frozen=True, slots=True)
class TypeRefine(Node):
    """``{var: base | pred}``."""

    var: str
    base: TypeExpr
    pred: Expr


TypeExpr = TypeName | TypeTuple | TypeFun | TypeRefine

# ---------------------------------------------------------------- patterns


@dataclass(frozen=True, slots=True)
class PVar(Node):
    """A lower-case name binds; an upper-case one is a constructor without fields (settled in elab)."""

    name: str


@dataclass(frozen=True, slots=True)
class PWild(Node):
    """``_``"""


@dataclass(frozen=True, slots=True)
class PLit(Node):
    """``12``, ``-1``, ``"text"``, ``true``"""

    value: int | Fraction | str | bool


@dataclass(frozen=True, slots=True)
class PCon(Node):
    """``C(p, q)``"""

    name: QName
    args: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class PTuple(Node):
    """``(p, q)``"""

    items: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class PList(Node):
    """``[p, q, *rest]``; ``rest`` is None where there is no spread, ``PWild`` for ``*_``."""

    items: tuple[Pattern, ...]
    rest: PVar | PWild | None


Pattern = PVar | PWild | PLit | PCon | PTuple | PList

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name as an expression."""

    name: str


@dataclass(frozen=True, slots=True)
class Lit(Node):
    """``value`` is an int, Fraction, bool or str; ``text`` the literal as written (``1_000``, ``1.50``)."""

    value: int | Fraction | bool | str
    text: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """``-e`` or ``not e``."""

    op: str  # "-" or "not"
    arg: Expr


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """op: ``+ - * // % / ++ and or ==> <==>``."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A chain ``first op1 e1 op2 e2 ...``; ops: ``== != < <= > >= in`` and ``not in``."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if cond then then else other``"""

    cond: Expr
    then: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class Let(Node):
    """``let pattern = value; body``"""

    pattern: Pattern
    value: Expr
    body: Expr


@dataclass(frozen=True, slots=True)
class LambdaParam(Node):
    """A parameter of a ``fn (x) => e``, its type where it is written."""

    name: str
    type: TypeExpr | None


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    """``fn (x, y: T) => body``"""

    params: tuple[LambdaParam, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class Binder(Node):
    """``x: T`` (``type`` set) or ``x in e`` (``domain`` set)."""

    name: str
    type: TypeExpr | None
    domain: Expr | None


@dataclass(frozen=True, slots=True)
class Quant(Node):
    """``forall x: T, y in e :: body``, or ``exists``."""

    kind: str  # "forall" or "exists"
    binders: tuple[Binder, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class AssertExpr(Node):
    """``assert pred; body``"""

    pred: Expr
    body: Expr


@dataclass(frozen=True, slots=True)
class ApplyExpr(Node):
    """``apply lemma(args); body``"""

    lemma: Call
    body: Expr


@dataclass(frozen=True, slots=True)
class Field(Node):
    """``e.x``; also the surface of a qualified name, ``std.list.sum(xs)``, which elab tells apart."""

    subject: Expr
    name: str
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Arg(Node):
    """An argument, named when ``name`` is set."""

    name: str | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``fn(args)``; also a construction."""

    fn: Expr
    args: tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class Index(Node):
    """``subject[index]``"""

    subject: Expr
    index: Expr


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """``subject[low:high]``"""

    subject: Expr
    low: Expr | None
    high: Expr | None


@dataclass(frozen=True, slots=True)
class Update(Node):
    """``subject with (field = e)``"""

    subject: Expr
    fields: tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class TupleExpr(Node):
    """``()`` is the unit value; a parenthesised expression makes no node."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Spread(Node):
    """``*value`` inside a list."""

    value: Expr


@dataclass(frozen=True, slots=True)
class ListExpr(Node):
    """``[a, *rest]``"""

    items: tuple[Expr | Spread, ...]


@dataclass(frozen=True, slots=True)
class SetExpr(Node):
    """``{a, b}``, ``{}``"""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class MapExpr(Node):
    """``{k: v}``, ``{:}``"""

    entries: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True)
class Arm(Node):
    """``case pattern if guard => body``"""

    pattern: Pattern
    guard: Expr | None
    body: Expr


@dataclass(frozen=True, slots=True)
class Match(Node):
    """``match subject { arms }``"""

    subject: Expr
    arms: tuple[Arm, ...]


Expr = (
    Name | Lit | Unary | Binary | Compare | If | Let | Lambda | Quant | AssertExpr | ApplyExpr | Field | Call
    | Index | Slice | Update | TupleExpr | ListExpr | SetExpr | MapExpr | Match
)  # fmt: skip

# ---------------------------------------------------------------- compositions


@dataclass(frozen=True, slots=True)
class WRef(Node):
    """A kernel by name. ``id(x, y)`` is a WCall of ``id``."""

    name: QName


@dataclass(frozen=True, slots=True)
class WCall(Node):
    """``k(x, port = e)``"""

    name: QName
    args: tuple[Arg, ...]


@dataclass(frozen=True, slots=True)
class WSeq(Node):
    """``a >> b``; ``op_span`` is the operator, where the link is reported."""

    left: Wiring
    right: Wiring
    op_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WPar(Node):
    """``a & b``"""

    left: Wiring
    right: Wiring
    op_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WFallback(Node):
    """``a ?? b``"""

    left: Wiring
    right: Wiring
    op_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WRetry(Node):
    """``retry count body``"""

    count: int
    body: Wiring


@dataclass(frozen=True, slots=True)
class WMap(Node):
    """``map body``"""

    body: Wiring


@dataclass(frozen=True, slots=True)
class WFold(Node):
    """``fold body invariant (p)``"""

    body: Wiring
    invariant: Expr


@dataclass(frozen=True, slots=True)
class WIterate(Node):
    """``iterate body while (cond) max bound invariant (p)``"""

    body: Wiring
    cond: Expr
    bound: int
    invariant: Expr | None


@dataclass(frozen=True, slots=True)
class WCase(Node):
    """``case (cond) then a else b``"""

    cond: Expr
    then: Wiring
    other: Wiring


@dataclass(frozen=True, slots=True)
class WGuard(Node):
    """``guard (pred)``"""

    pred: Expr


@dataclass(frozen=True, slots=True)
class WAssert(Node):
    """``assert (pred)``"""

    pred: Expr


@dataclass(frozen=True, slots=True)
class WHole(Node):
    """``hole(inputs) -> (outputs)``"""

    inputs: tuple[Param, ...]
    outputs: tuple[Param, ...]


@dataclass(frozen=True, slots=True)
class WRename(Node):
    """``body[old as new]``"""

    body: Wiring
    pairs: tuple[tuple[str, str], ...]


Wiring = WRef | WCall | WSeq | WPar | WFallback | WRetry | WMap | WFold | WIterate | WCase | WGuard | WAssert | WHole | WRename

# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Param(Node):
    """A parameter, port or field."""

    name: str
    type: TypeExpr


@dataclass(frozen=True, slots=True)
class Clause(Node):
    """kind: requires, ensures or fails; the span covers keyword to end of the predicate."""

    kind: str
    label: str | None
    pred: Expr


@dataclass(frozen=True, slots=True)
class Decreases(Node):
    """``decreases e1, e2``"""

    measures: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Variant(Node):
    """One constructor of a data type."""

    name: str
    fields: tuple[Param, ...]


@dataclass(frozen=True, slots=True)
class UseDecl(Node):
    """``use module (names)``; ``names`` is None where there is no list."""

    module: QName
    names: tuple[tuple[str, Span], ...] | None


@dataclass(frozen=True, slots=True)
class ResourceDecl(Node):
    """``resource name``"""

    name: str
    name_span: Span = field(compare=False, repr=False)
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class TypeDecl(Node):
    """``variants`` for a data type, ``alias`` for a type expression; exactly one is set."""

    name: str
    name_span: Span = field(compare=False, repr=False)
    tparams: tuple[str, ...]
    variants: tuple[Variant, ...]
    alias: TypeExpr | None
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class RecordDecl(Node):
    """``record R[a](fields)``"""

    name: str
    name_span: Span = field(compare=False, repr=False)
    tparams: tuple[str, ...]
    fields: tuple[Param, ...]
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ByInduction(Node):
    """``by induction x, y using l``"""

    vars: tuple[str, ...]
    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True)
class ByRecursion(Node):
    """``by induction f(x) using l``"""

    call: Call
    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True)
class ByCases(Node):
    """``by cases e using l``"""

    subject: Expr
    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True)
class ByAuto(Node):
    """``by auto using l``"""

    using: tuple[QName, ...]


@dataclass(frozen=True, slots=True)
class StepAssert(Node):
    """``assert pred;``"""

    pred: Expr


@dataclass(frozen=True, slots=True)
class StepApply(Node):
    """``apply lemma(args);``"""

    lemma: Call


@dataclass(frozen=True, slots=True)
class BySteps(Node):
    """``by { steps }``"""

    steps: tuple[StepAssert | StepApply, ...]


Proof = ByInduction | ByRecursion | ByCases | ByAuto | BySteps


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Version(Node):
    """``version "1.2.0"``"""

    text: str


@dataclass(frozen=True, slots=True)
class Family(Node):
    """``family "..."``"""

    text: str


@dataclass(frozen=True, slots=True)
class Evidence(Node):
    """``evidence port, ...``"""

    names: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class Rollback(Node):
    """``rollback kernel``"""

    kernel: QName


@dataclass(frozen=True, slots=True)
class Resources(Node):
    """``reads`` (``write`` false) or ``writes``."""

    write: bool
    names: tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """``deterministic``, ``irrevocable`` or ``idempotent``."""

    name: str  # deterministic, irrevocable, idempotent


KernelClause = Clause | Decreases | Version | Family | Evidence | Rollback | Resources | Flag


@dataclass(frozen=True, slots=True)
class BodyExpr(Node):
    """``= expr``"""

    expr: Expr


@dataclass(frozen=True, slots=True)
class BodyCompose(Node):
    """``= compose wiring``"""

    wiring: Wiring


@dataclass(frozen=True, slots=True)
class PromptHole(Node):
    """``{expr}`` in a prompt; the span holds the braces."""

    expr: Expr


@dataclass(frozen=True, slots=True)
class BodyOracle(Node):
    """kind: prompt, tool or python. A prompt's ``parts`` are texts and holes; else one text. ``raw`` is the literal as written."""

    kind: str
    parts: tuple[str | PromptHole, ...]
    raw: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True)
class Bind(Node):
    """``x <- w`` or ``(x, y) <- w`` (``tuple_target``); ``after`` are the wires it waits for."""

    targets: tuple[tuple[str, Span], ...]
    wiring: Wiring
    after: tuple[tuple[str, Span], ...]
    tuple_target: bool = False


@dataclass(frozen=True, slots=True)
class BindAssert(Node):
    """``assert pred;``"""

    pred: Expr


@dataclass(frozen=True, slots=True)
class BindGuard(Node):
    """``guard pred;``"""

    pred: Expr


@dataclass(frozen=True, slots=True)
class BodyGraph(Node):
    """``{ binds }``"""

    binds: tuple[Bind | BindAssert | BindGuard, ...]


Body = BodyExpr | BodyCompose | BodyOracle | BodyGraph


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ExampleDecl(Node):
    """``example e`` (``outputs`` None) or ``example k(in) -> (out)``."""

    expr: Expr
    outputs: tuple[Arg, ...] | None
    doc: tuple[str, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class RefineDecl(Node):
    """``refine abstract by concrete``"""

    abstract: QName
    concrete: QName
    doc: tuple[str, ...] = field(default=(), kw_only=True)


Decl = ResourceDecl | TypeDecl | RecordDecl | FnDecl | LemmaDecl | KernelDecl | ExampleDecl | RefineDecl


@dataclass(frozen=True, slots=True)
class Comment(Node):
    """A ``#`` comment; ``own_line`` where nothing but blanks stands before it."""

    text: str
    own_line: bool


@dataclass(frozen=True, slots=True)
class Module(Node):
    """One file. ``name`` is None where the file has no ``module`` line."""

    name: QName | None
    uses: tuple[UseDecl, ...]
    decls: tuple[Decl, ...]
    comments: tuple[Comment, ...] = ()
