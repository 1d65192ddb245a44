"""Surface types and patterns."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kwlogic.source.records import dataclass
from kwlogic.syntax.node import Node, QName

if TYPE_CHECKING:
    from kwlogic.syntax.data_exprs import Expr

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
