"""Obligations of a kernel. What its body is decides who answers for a clause: a proof, run-time enforcement, or nobody yet.

An expression kernel is proved like a fn that does not recurse. An oracle's clauses are enforced. A composition is proved from
the contracts of its parts. A signature without a body has nothing to prove.
"""

from __future__ import annotations

from kwlogic.core.logic import erase
from kwlogic.core.program import ComposeBody, ExprBody, Kernel, OracleBody
from kwlogic.core.terms import Op, Term, mk_if, mk_sel, mk_var
from kwlogic.core.walk import fold
from kwlogic.source.data import Diagnostic
from kwlogic.vc.build import Maker, clause_hyps
from kwlogic.vc.context import Context
from kwlogic.vc.contract import defined, ensured, satisfiable
from kwlogic.vc.cycles import circular_applications
from kwlogic.vc.data import Enforced, Goal, Kind, Lint
from kwlogic.vc.given import given
from kwlogic.vc.instances import param_vars
from kwlogic.vc.lints import clause_lints
from kwlogic.vc.needs import spot


def kernel_obligations(context: Context, kernel: Kernel) -> tuple[Maker, tuple[Lint, ...], tuple[Diagnostic, ...]]:
    maker = Maker(context, kernel.name, param_vars(kernel.inputs), kernel.name)
    taken = frozenset(p.name for p in (*kernel.inputs, *kernel.outputs))
    hyps = clause_hyps("requires", kernel.requires)
    satisfiable(maker, kernel.requires)
    defined(context, maker, "requires", kernel.requires, (), taken)
    defined(context, maker, "fails", kernel.fails, hyps, taken)
    if kernel.rollback is not None:
        from kwlogic.vc.rollbacks import rolled_back

        rolled_back(context, maker, kernel)
    if isinstance(kernel.body, ExprBody):
        return _expression(context, maker, kernel, kernel.body.term, taken)
    free = (*maker.vars, *param_vars(kernel.outputs))
    defined(context, maker, "ensures", kernel.ensures, hyps, taken, vars=free)
    problems: tuple[Diagnostic, ...] = ()
    if isinstance(kernel.body, OracleBody):
        given(maker, kernel.ensures, Kind.ENSURES, Enforced())
        given(maker, kernel.fails, Kind.FAILS, Enforced())
    elif isinstance(kernel.body, ComposeBody):
        from kwlogic.vc.compositions import composed

        problems = composed(context, maker, kernel, kernel.body)
    return maker, clause_lints(context, kernel.name, maker.vars, kernel.requires, kernel.ensures, {}), problems


def _expression(
    context: Context, maker: Maker, kernel: Kernel, term: Term, taken: frozenset[str]
) -> tuple[Maker, tuple[Lint, ...], tuple[Diagnostic, ...]]:
    walk = context.walk_of(kernel.name)
    hyps = clause_hyps("requires", kernel.requires)
    maker.needs(walk, hyps)
    values = outputs_of(erase(term), len(kernel.outputs))
    env = {mk_var(p.name, p.type): v for p, v in zip(kernel.outputs, values, strict=True)}
    said = (*hyps, *walk.facts)
    defined(context, maker, "ensures", kernel.ensures, said, taken, env)
    ensured(maker, kernel.ensures, env, said, spot(term, kernel.name_span), walk.applied)
    for i, clause in enumerate(kernel.fails):
        detail = "an expression kernel never fails"
        maker.add(Kind.FAILS, Goal.VALID, clause.span, text=clause.text, label=clause.label, detail=detail, clause=i)
    problems = circular_applications(context, kernel.name, walk, kernel.name_span)
    return maker, clause_lints(context, kernel.name, maker.vars, kernel.requires, kernel.ensures, env), problems


def outputs_of(body: Term, count: int) -> tuple[Term, ...]:
    """The outputs that an erased body yields; a tuple is looked for under ifs, so that no selection is left of one."""
    return (body,) if count == 1 else tuple(_project(body, i) for i in range(count))


def _project(body: Term, index: int) -> Term:
    def step(term: Term, parts: tuple[Term, ...]) -> Term:
        if term.type is not body.type:
            return term
        if term.op is Op.IF:
            return mk_if(term.args[0], parts[1], parts[2])
        return mk_sel("Tuple", index, term, body.type.args[index])

    return fold((body,), step)[body]
