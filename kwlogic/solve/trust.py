"""Which declarations' facts may not be used, given the verdicts at hand.

A recursive function is unfolded only if its termination and everything its body obliges is proved; a lemma is applied,
and a contract believed, only if all of it is proved (or enforced, or an axiom that someone named).
"""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.core.program import Program
from kwlogic.vc.data import Assumed, Enforced, Kind, Proved, Result


def untrusted_after(program: Program, results: Iterable[Result]) -> frozenset[str]:
    """Declarations with an obligation that did not hold up, and the members of their recursions.

    That a ``requires`` is satisfiable, and what examples yield, supports no proof."""
    bad: set[str] = set()
    for result in results:
        settled = isinstance(result.verdict, (Proved, Enforced, Assumed))
        if not settled and result.obligation.kind not in (Kind.REQUIRES, Kind.EXAMPLE):
            name = result.obligation.declaration
            bad.add(name)
            fn = program.fns.get(name)
            if fn is not None:
                bad.update(fn.group)
    return frozenset(bad)
