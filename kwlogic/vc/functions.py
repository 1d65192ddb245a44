"""Obligations of a fn: its contract, the safety of its body, the end of its recursion, its ensures.

An ensures of a recursive fn is proved with what the contract says of the recursive calls (justified by termination);
a call before which something must hold is shown with the calls before it only.
"""

from __future__ import annotations

from kwlogic.core.logic import erase
from kwlogic.core.program import Fn
from kwlogic.core.terms import Term, mk_var
from kwlogic.source.data import Diagnostic, Span
from kwlogic.vc.build import Maker, clause_hyps
from kwlogic.vc.context import Context
from kwlogic.vc.contract import defined, ensured, recursion_hyps, satisfiable
from kwlogic.vc.cycles import circular_applications, self_in_contract
from kwlogic.vc.data import Lint
from kwlogic.vc.instances import param_vars
from kwlogic.vc.lints import clause_lints
from kwlogic.vc.needs import spot
from kwlogic.vc.scope import Scope
from kwlogic.vc.termination import termination
from kwlogic.vc.walk import walk_into
from kwlogic.vc.walked import Mode, Walk


def fn_obligations(context: Context, fn: Fn) -> tuple[Maker, tuple[Lint, ...], tuple[Diagnostic, ...]]:
    maker = Maker(context, fn.name, param_vars(fn.params), fn.name, fn.group)
    if fn.generated:
        return maker, (), ()
    taken = frozenset(p.name for p in fn.params) | {"result"}
    hyps = clause_hyps("requires", fn.requires)
    walk = context.walk_of(fn.name)
    satisfiable(maker, fn.requires)
    defined(context, maker, "requires", fn.requires, (), taken)
    _measures_defined(context, maker, fn, taken)
    recursion = recursion_hyps(context, maker, walk)
    maker.needs(walk, hyps, recursion=recursion)
    found: tuple[Diagnostic, ...] = ()
    if fn.group:
        found = termination(context, maker, fn.group, hyps, recursion)
    said = (*hyps, *walk.facts, *(h for site in recursion for h in site))
    env: dict[Term, Term] = {mk_var("result", fn.result): erase(fn.body)}
    defined(context, maker, "ensures", fn.ensures, said, taken, env)
    ensured(maker, fn.ensures, env, said, spot(fn.body, fn.name_span), walk.applied)
    problems = (*found, *circular_applications(context, fn.name, walk, fn.name_span), *self_in_contract(context, fn))
    return maker, clause_lints(context, fn.name, maker.vars, fn.requires, fn.ensures, env), problems


def _measures_defined(context: Context, maker: Maker, fn: Fn, taken: frozenset[str]) -> None:
    """The operations inside ``decreases`` are defined wherever the requires hold."""
    span: Span = fn.decreases_span or fn.name_span
    for measure in fn.decreases:
        walk = Walk(context.program, frozenset(), set(taken), Mode.EXPRESSION)
        walk_into(walk, measure, span, Scope({}))
        maker.needs(walk, clause_hyps("requires", fn.requires))
