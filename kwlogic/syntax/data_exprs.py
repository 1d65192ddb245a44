"""Surface expressions."""

from __future__ import annotations

from dataclasses import field
from fractions import Fraction

from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.syntax.data_types import Pattern, TypeExpr
from kwlogic.syntax.node import Node


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
