"""Type variables played by Int, so that a sequent's values can be enumerated, shown and run."""

from __future__ import annotations

from kwlogic.core.terms import Term, mk_var
from kwlogic.core.types import INT, Type, subst_type, type_vars
from kwlogic.core.walk import free_vars, subst_types
from kwlogic.vc.data import Hyp, Sequent


def concrete(sequent: Sequent) -> Sequent:
    """Type variables played by Int, so that values can be shown and run."""
    names = {n for v in (*sequent.vars, *_free(sequent)) for n in type_vars(v.type)}
    if not names:
        return sequent
    env: dict[str, Type] = dict.fromkeys(names, INT)
    vars = tuple(mk_var(str(v.data), subst_type(v.type, env)) for v in sequent.vars)
    hyps = tuple(Hyp(h.name, subst_types(h.term, env)) for h in sequent.hyps)
    return Sequent(vars, hyps, subst_types(sequent.goal, env))


def _free(sequent: Sequent) -> set[Term]:
    out = set(free_vars(sequent.goal))
    for hyp in sequent.hyps:
        out |= free_vars(hyp.term)
    return out
