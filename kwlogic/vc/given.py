"""Clauses whose verdict is known without a proof: enforced, assumed, or not verified yet."""

from __future__ import annotations

from kwlogic.core.program import Clause, Origin
from kwlogic.vc.build import Maker
from kwlogic.vc.data import Goal, Kind, Verdict


def given(maker: Maker, clauses: tuple[Clause, ...], kind: Kind, verdict: Verdict) -> None:
    """Clauses whose verdict is known without a proof."""
    for i, clause in enumerate(clauses):
        if clause.origin is not Origin.INVARIANT:
            maker.add(
                kind, Goal.GIVEN, clause.span, text=clause.text, label=clause.label, clause=i, given=verdict, detail=f"`{clause.text}`"
            )
