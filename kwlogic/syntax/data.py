"""The surface syntax tree: what the author wrote, and where. No names are resolved, no types known.

Every node carries its span first; spans never take part in equality. The tree keeps all that the formatter
needs except comments, which stand in ``Module.comments`` by position.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from fractions import Fraction

from kwlogic.source.data import Span


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """What has a place in a file. Equality is of structure, spans aside; trees of any depth compare, hash and show."""

    span: Span = field(compare=False, repr=False)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            a, b = pairs.pop()
            if a is b or (type(a) is Span and type(b) is Span):
                continue
            if type(a) is not type(b):
                return False
            if isinstance(a, Node):
                pairs += [(getattr(a, name), getattr(b, name)) for name in _compared(type(a))]
            elif isinstance(a, tuple) and isinstance(b, tuple):
                if len(a) != len(b):
                    return False
                pairs += zip(a, b, strict=True)
            elif a != b:
                return False
        return True

    def __hash__(self) -> int:
        leaves: list[object] = []
        rest: list[object] = [self]
        while rest:
            top = rest.pop()
            if isinstance(top, Node):
                leaves.append(type(top))
                rest += [getattr(top, name) for name in _compared(type(top))]
            elif isinstance(top, tuple):
                leaves.append(len(top))
                rest += top
            elif type(top) is not Span:
                leaves.append(top)
        return hash(tuple(leaves))

    def __repr__(self) -> str:
        parts: list[str] = []
        rest: list[tuple[bool, object]] = [(False, self)]
        while rest:
            plain, top = rest.pop()
            if isinstance(top, Node):
                parts.append(f"{type(top).__name__}(")
                shown = [f.name for f in fields(top) if f.repr]
                rest.append((True, ")"))
                for i, name in reversed(list(enumerate(shown))):
                    rest += [(False, getattr(top, name)), (True, f"{', ' if i else ''}{name}=")]
            elif isinstance(top, tuple):
                rest.append((True, ",)" if len(top) == 1 else ")"))
                for i, item in reversed(list(enumerate(top))):
                    rest += [(False, item), (True, ", " if i else "(")]
                if not top:
                    parts.append("(")
            else:
                parts.append(str(top) if plain else repr(top))
        return "".join(parts)


COMPARED: dict[type[Node], tuple[str, ...]] = {}


def _compared(kind: type[Node]) -> tuple[str, ...]:
    """The fields that take part in equality."""
    if kind not in COMPARED:
        COMPARED[kind] = tuple(f.name for f in fields(kind) if f.compare)
    return COMPARED[kind]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QName(Node):
    """A dotted name, ``std.list.sum`` as ``("std", "list", "sum")``."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(self.parts)


# ---------------------------------------------------------------- types


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeName(Node):
    """``T`` or ``T[a, b]``."""

    name: QName
    args: tuple[TypeExpr, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeTuple(Node):
    """``(a, b)``; ``()`` is Unit. A single type in parentheses is that type and makes no node,
    except before ``->`` where ``items`` are the parameters."""

    items: tuple[TypeExpr, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeFun(Node):
    """``a -> b``, ``(a, b) -> c``."""

    params: tuple[TypeExpr, ...]
    result: TypeExpr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeRefine(Node):
    """``{var: base | pred}``."""

    var: str
    base: TypeExpr
    pred: Expr


TypeExpr = TypeName | TypeTuple | TypeFun | TypeRefine

# ---------------------------------------------------------------- patterns


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PVar(Node):
    """A lower-case name binds; an upper-case one is a constructor without fields (settled in elab)."""

    name: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PWild(Node):
    """``_``"""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PLit(Node):
    """``12``, ``-1``, ``"text"``, ``true``"""

    value: int | Fraction | str | bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PCon(Node):
    """``C(p, q)``"""

    name: QName
    args: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PTuple(Node):
    """``(p, q)``"""

    items: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PList(Node):
    """``[p, q, *rest]``; ``rest`` is None where there is no spread, ``PWild`` for ``*_``."""

    items: tuple[Pattern, ...]
    rest: PVar | PWild | None


Pattern = PVar | PWild | PLit | PCon | PTuple | PList

# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Name(Node):
    """A name as an expression."""

    name: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lit(Node):
    """``value`` is an int, Fraction, bool or str; ``text`` the literal as written (``1_000``, ``1.50``)."""

    value: int | Fraction | bool | str
    text: str = field(compare=False, default="")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Unary(Node):
    """``-e`` or ``not e``."""

    op: str  # "-" or "not"
    arg: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binary(Node):
    """op: ``+ - * // % / ++ and or ==> <==>``."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compare(Node):
    """A chain ``first op1 e1 op2 e2 ...``; ops: ``== != < <= > >= in`` and ``not in``."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class If(Node):
    """``if cond then then else other``"""

    cond: Expr
    then: Expr
    other: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Let(Node):
    """``let pattern = value; body``"""

    pattern: Pattern
    value: Expr
    body: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LambdaParam(Node):
    """A parameter of a ``fn (x) => e``, its type where it is written."""

    name: str
    type: TypeExpr | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lambda(Node):
    """``fn (x, y: T) => body``"""

    params: tuple[LambdaParam, ...]
    body: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binder(Node):
    """``x: T`` (``type`` set) or ``x in e`` (``domain`` set)."""

    name: str
    type: TypeExpr | None
    domain: Expr | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Quant(Node):
    """``forall x: T, y in e :: body``, or ``exists``."""

    kind: str  # "forall" or "exists"
    binders: tuple[Binder, ...]
    body: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AssertExpr(Node):
    """``assert pred; body``"""

    pred: Expr
    body: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ApplyExpr(Node):
    """``apply lemma(args); body``"""

    lemma: Call
    body: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field(Node):
    """``e.x``; also the surface of a qualified name, ``std.list.sum(xs)``, which elab tells apart."""

    subject: Expr
    name: str
    name_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Arg(Node):
    """An argument, named when ``name`` is set."""

    name: str | None
    value: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Node):
    """``fn(args)``; also a construction."""

    fn: Expr
    args: tuple[Arg, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Index(Node):
    """``subject[index]``"""

    subject: Expr
    index: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slice(Node):
    """``subject[low:high]``"""

    subject: Expr
    low: Expr | None
    high: Expr | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Update(Node):
    """``subject with (field = e)``"""

    subject: Expr
    fields: tuple[Arg, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TupleExpr(Node):
    """``()`` is the unit value; a parenthesised expression makes no node."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spread(Node):
    """``*value`` inside a list."""

    value: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ListExpr(Node):
    """``[a, *rest]``"""

    items: tuple[Expr | Spread, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SetExpr(Node):
    """``{a, b}``, ``{}``"""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MapExpr(Node):
    """``{k: v}``, ``{:}``"""

    entries: tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Arm(Node):
    """``case pattern if guard => body``"""

    pattern: Pattern
    guard: Expr | None
    body: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Match(Node):
    """``match subject { arms }``"""

    subject: Expr
    arms: tuple[Arm, ...]


Expr = (
    Name | Lit | Unary | Binary | Compare | If | Let | Lambda | Quant | AssertExpr | ApplyExpr | Field | Call
    | Index | Slice | Update | TupleExpr | ListExpr | SetExpr | MapExpr | Match
)  # fmt: skip

# ---------------------------------------------------------------- compositions


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WRef(Node):
    """A kernel by name. ``id(x, y)`` is a WCall of ``id``."""

    name: QName


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WCall(Node):
    """``k(x, port = e)``"""

    name: QName
    args: tuple[Arg, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WSeq(Node):
    """``a >> b``; ``op_span`` is the operator, where the link is reported."""

    left: Wiring
    right: Wiring
    op_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WPar(Node):
    """``a & b``"""

    left: Wiring
    right: Wiring
    op_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WFallback(Node):
    """``a ?? b``"""

    left: Wiring
    right: Wiring
    op_span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WRetry(Node):
    """``retry count body``"""

    count: int
    body: Wiring


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WMap(Node):
    """``map body``"""

    body: Wiring


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WFold(Node):
    """``fold body invariant (p)``"""

    body: Wiring
    invariant: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WIterate(Node):
    """``iterate body while (cond) max bound invariant (p)``"""

    body: Wiring
    cond: Expr
    bound: int
    invariant: Expr | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WCase(Node):
    """``case (cond) then a else b``"""

    cond: Expr
    then: Wiring
    other: Wiring


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WGuard(Node):
    """``guard (pred)``"""

    pred: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WAssert(Node):
    """``assert (pred)``"""

    pred: Expr


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WHole(Node):
    """``hole(inputs) -> (outputs)``"""

    inputs: tuple[Param, ...]
    outputs: tuple[Param, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WRename(Node):
    """``body[old as new]``"""

    body: Wiring
    pairs: tuple[tuple[str, str], ...]


Wiring = WRef | WCall | WSeq | WPar | WFallback | WRetry | WMap | WFold | WIterate | WCase | WGuard | WAssert | WHole | WRename

# ---------------------------------------------------------------- declarations


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
