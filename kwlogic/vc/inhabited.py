"""Types must have values: a declared refinement, and the invariants of a data type's constructors."""

from __future__ import annotations

from kwlogic.core.logic import erase
from kwlogic.core.program import Ctor, Data, Origin, Refinement
from kwlogic.core.terms import Term, mk_and, mk_or, mk_var
from kwlogic.core.walk import subst
from kwlogic.vc.build import Maker, clause_hyps
from kwlogic.vc.context import Context
from kwlogic.vc.contract import defined
from kwlogic.vc.data import Goal, Hyp, Kind
from kwlogic.vc.instances import param_vars


def refinement_obligations(context: Context, refinement: Refinement) -> Maker:
    """The declared refinement is defined everywhere and holds of something."""
    maker = Maker(context, refinement.name, param_vars((refinement.var,)))
    defined(context, maker, "requires", refinement.clauses, (), frozenset((refinement.var.name,)))
    hyps = clause_hyps("requires", refinement.clauses)
    text = context.text(refinement.span)
    maker.add(Kind.REFINEMENT, Goal.SATISFIABLE, refinement.span, hyps, text=text, detail="some value must satisfy the refinement")
    return maker


def data_obligations(context: Context, data: Data) -> Maker:
    """The invariants of fields are defined, and some constructor's can hold."""
    maker = Maker(context, data.name)
    for ctor in data.ctors:
        defined(context, maker, "requires", ctor.invariants, (), frozenset(p.name for p in ctor.fields), vars=param_vars(ctor.fields))
    if not all(_stated(c) for c in data.ctors):
        return maker
    if len(data.ctors) == 1:
        vars = param_vars(data.ctors[0].fields)
        hyps = tuple(Hyp(f"requires:{i}", t) for i, t in enumerate(_stated(data.ctors[0])))
    else:
        pairs = [_renamed(c) for c in data.ctors]
        vars = tuple(v for vs, _ in pairs for v in vs)
        hyps = (Hyp("requires:0", mk_or(t for _, t in pairs)),)
    detail = "some value must satisfy the refinements of the fields"
    maker.add(Kind.REFINEMENT, Goal.SATISFIABLE, data.span, hyps, vars=vars, text=context.text(data.span), detail=detail)
    return maker


def _stated(ctor: Ctor) -> list[Term]:
    """Refinements of the fields; that nested values are valid is the question of their own types."""
    return [erase(c.pred) for c in ctor.invariants if c.origin is not Origin.INVARIANT]


def _renamed(ctor: Ctor) -> tuple[tuple[Term, ...], Term]:
    """The fields under names that no other constructor uses, and what must hold of them."""
    old = param_vars(ctor.fields)
    new = tuple(mk_var(f"{ctor.name.rsplit('.', 1)[-1]}.{v.data}", v.type) for v in old)
    return new, subst(mk_and(_stated(ctor)), dict(zip(old, new, strict=True)))
