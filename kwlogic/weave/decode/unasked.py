"""Nobody to ask: a contract that only the limits of single sites are taken from. The other clauses are checked after."""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.core.program import Clause, Kernel, Origin, Program
from kwlogic.weave.decode.data import Free, Left, Limits, Pattern, Residual, Site, SoFar
from kwlogic.weave.decode.local import clause_limits
from kwlogic.weave.decode.ordering import stated


class Unasked:
    """Residuals of types and of clauses over single outputs; needs no solver."""

    def __init__(self, kernel: Kernel, program: Program, order: str | Sequence[str] = "declared") -> None:
        outputs = {p.name: p.type for p in kernel.outputs}
        found = [(c, clause_limits(c, outputs, program)) for c in kernel.ensures if c.origin is not Origin.INVARIANT]
        self.order, self.ordered = stated(kernel, "declared" if order == "chosen" else order)
        self.impossible = ""
        self._guaranteed = tuple(c for c, limits in found if limits is not None)
        self._left = tuple(
            Left(c, "it is more than limits of single places, and no solver was asked") for c, limits in found if limits is None
        )

    def concerns(self, pattern: Pattern) -> bool:
        return False

    def residual(self, site: Site, so_far: SoFar) -> Residual:
        return Free()

    def guaranteed(self) -> tuple[Clause, ...]:
        return self._guaranteed

    def checked_after(self) -> tuple[Left, ...]:
        return self._left


def port_limits(kernel: Kernel, program: Program) -> Limits:
    """What clauses over outputs alone say of single sites: they hold by grammar."""
    outputs = {p.name: p.type for p in kernel.outputs}
    return tuple(pair for c in kernel.ensures if c.origin is not Origin.INVARIANT for pair in clause_limits(c, outputs, program) or ())
