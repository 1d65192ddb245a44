"""Where an expression stands: the substitution of its variables, the conditions that lead there, the binders around it.

Conditions form a persistent list, so that a scope is one step from its parent however long the path is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kwlogic.core.logic import erase
from kwlogic.core.terms import TRUE, Term, mk_and, mk_forall, mk_implies
from kwlogic.core.walk import free_vars
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    hyp: Hyp
    rest: Chain | None


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """``env`` maps variables to erased terms over the declaration's parameters and the ``binders`` met so far.

    ``elements``: a binder that runs over the elements of a collection, with that collection. ``rests``: lemmas applied
    on the way here.
    """

    env: Mapping[Term, Term]
    chain: Chain | None = None
    binders: tuple[Term, ...] = ()
    elements: tuple[tuple[Term, Term], ...] = ()
    rests: frozenset[str] = frozenset()

    def know(self, name: str, term: Term) -> Scope:
        """The scope with one more hypothesis."""
        return self if term is TRUE else replace(self, chain=Chain(Hyp(name, term), self.chain))

    def hyps(self) -> tuple[Hyp, ...]:
        """The hypotheses, outermost first, without repeats."""
        found: list[Hyp] = []
        link = self.chain
        while link is not None:
            found.append(link.hyp)
            link = link.rest
        return tuple(dict.fromkeys(reversed(found)))

    def close(self, term: Term) -> Term:
        """``term`` under the branch conditions, for all binders: true wherever the declaration's parameters stand.

        Asserted and applied facts are no antecedents: where the path holds they do.
        """
        path = mk_and(h.term for h in self.hyps() if h.name in ("path", "binder"))
        whole = mk_implies(path, term)
        free = free_vars(whole)
        return erase(mk_forall(tuple((b.data, b.type) for b in self.binders if b in free), whole))
