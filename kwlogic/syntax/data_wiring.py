"""Surface compositions."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.syntax.data_exprs import Arg, Expr
from kwlogic.syntax.node import Node, QName

if TYPE_CHECKING:
    from kwlogic.syntax.data_decls import Param


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
