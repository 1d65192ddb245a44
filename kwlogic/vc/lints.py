"""Questions about contracts whose positive answer is a warning: clauses that say nothing, branches never reached.

Outputs are free variables in the question whether a clause says anything; for a dead branch they are what the body
yields where that is known, as a branch is dead only if no real output reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Origin
from kwlogic.core.terms import Term, mk_not
from kwlogic.source.data import Span
from kwlogic.vc.build import clause_hyps
from kwlogic.vc.context import Context
from kwlogic.vc.data import Hyp, Lint, LintKind, Sequent
from kwlogic.vc.scope import Scope
from kwlogic.vc.walk import walk_into
from kwlogic.vc.walked import Mode, Walk


def clause_lints(
    context: Context, name: str, vars: tuple[Term, ...], requires: tuple[Clause, ...], ensures: tuple[Clause, ...], env: Mapping[Term, Term]
) -> tuple[Lint, ...]:
    """The lints of a contract; ``env`` says what the outputs are (empty where they are free)."""
    before = clause_hyps("requires", requires)
    found: list[Lint] = []
    known = list(before)
    # what the types of the outputs say counts as known, wherever it stands among the clauses
    known += [Hyp(f"ensures:{i}", erase(c.pred)) for i, c in enumerate(ensures) if c.origin is not Origin.WRITTEN]
    for i, clause in enumerate(ensures):
        if clause.origin is not Origin.WRITTEN:
            continue
        goal = erase(clause.pred)
        sequent = Sequent(vars, tuple(known), goal)
        found.append(Lint(f"{name}/vacuous/{i + 1}", LintKind.VACUOUS, name, clause.span, clause.text, sequent, name))
        found += _branches(context, name, vars, before, clause, env, i)
        known.append(Hyp(f"ensures:{i}", goal))
    return tuple(found)


def _branches(
    context: Context, name: str, vars: tuple[Term, ...], before: tuple[Hyp, ...], clause: Clause, env: Mapping[Term, Term], index: int
) -> list[Lint]:
    taken = {v.data for v in (*vars, *env)}
    walk = Walk(context.program, frozenset(), taken, Mode.EXPRESSION, branching=True)
    walk_into(walk, clause.pred, clause.span, Scope(env))
    return [
        _branch(name, vars, (*before, *b.scope.hyps()), b.cond, b.span, context, f"{index + 1}.{n + 1}")
        for n, b in enumerate(walk.branches)
    ]


def _branch(name: str, vars: tuple[Term, ...], hyps: tuple[Hyp, ...], cond: Term, span: Span, context: Context, number: str) -> Lint:
    sequent = Sequent(vars, hyps, mk_not(cond))
    return Lint(f"{name}/dead/{number}", LintKind.DEAD_BRANCH, name, span, context.text(span), sequent, name)
