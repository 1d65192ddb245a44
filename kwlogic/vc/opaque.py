"""Calls of a recursion made opaque: each becomes a variable, so that no prover can unfold what is not yet known to end.

A hypothesis that cannot be freed of such calls (one of them depends on a bound variable) is dropped; a goal's
implications likewise lose their antecedent. Dropping hypotheses only ever makes a claim stronger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_and, mk_implies, mk_var
from kwlogic.core.walk import fold, free_vars, rebuild
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp


@dataclass(slots=True)
class Opaque:
    """``names``: the members of the recursion."""

    names: frozenset[str]
    _vars: dict[Term, Term] = field(default_factory=dict)

    def __call__(self, goal: Term) -> Term:
        """The goal without calls: its antecedents lose what cannot be freed, a conclusion becomes ``false``."""
        if goal.op is Op.AND:
            return mk_and(map(self.implication, goal.args))
        return self.implication(goal)

    def implication(self, term: Term) -> Term:
        if term.op is not Op.IMPLIES:
            done = self.term(term)
            return FALSE if done is None else done
        path, claim = term.args
        kept = [t for t in map(self.term, path.args if path.op is Op.AND else (path,)) if t is not None]
        end = self.term(claim)
        return mk_implies(mk_and(kept), FALSE if end is None else end)

    def hyps(self, hyps: Iterable[Hyp]) -> list[tuple[Hyp, Hyp]]:
        """The hypotheses that can be freed of calls, each with its new form."""
        pairs = [(h, self.term(h.term)) for h in hyps]
        return [(h, Hyp(h.name, t)) for h, t in pairs if t is not None and t is not TRUE]

    def term(self, term: Term) -> Term | None:
        """The term with variables for calls; None where a call depends on a bound variable."""
        done = fold((term,), self._step)[term]
        if any(t.op is Op.CALL and t.data[0] in self.names for t in _nodes(done)):
            return None
        return done

    def _step(self, term: Term, args: tuple[Term, ...]) -> Term:
        here = rebuild(term, args)
        if here.op is not Op.CALL or here.data[0] not in self.names:
            return here
        if any(str(v.data).startswith("%") for v in free_vars(here)):
            return here
        return self._vars.setdefault(here, mk_var(f"call'%{len(self._vars) + 1}", here.type))


def _nodes(term: Term) -> list[Term]:
    return list(fold((term,), lambda t, _: None))
