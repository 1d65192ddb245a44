"""Definitions as quantified equations, one for each constructor case, the pattern on its head.

``append(Nil, ys) = ys`` and ``append(Cons(x, r), ys) = Cons(x, append(r, ys))``: a solver that matches patterns
unfolds a call only where its argument has that constructor, so matching ends.
"""

from __future__ import annotations

from kwlogic.core.terms import Term, mk_call, mk_con, mk_eq, mk_implies, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import subst
from kwlogic.source.records import dataclass
from kwlogic.vc.induct import constructors
from kwlogic.vc.theory import Definition, Theory

MOST_CASES = 40


@dataclass(frozen=True, slots=True)
class Equation:
    vars: tuple[Term, ...]
    formula: Term
    pattern: Term


def equations(theory: Theory, name: str, targs: tuple[Type, ...], result: Type) -> list[Equation]:
    """Equations of a recursive function, empty where no parameter is taken apart by constructor tests."""
    params = tuple(mk_var(p.name, p.type) for p in theory.program.fns[name].params)
    probe = mk_call(name, targs, params, result)
    definition = theory.definition(probe)
    if definition is None:
        return []
    tested = [definition.params[i] for i in sorted(definition.tested)]
    if not tested:
        return []
    cases: list[dict[Term, Term]] = [{}]
    for param in tested:
        cases = [{**case, param: value} for case in cases for value in _values(theory, param)]
    if len(cases) > MOST_CASES:
        return []
    return [e for case in cases for e in [_equation(theory, name, targs, result, definition, case)] if e is not None]


def _values(theory: Theory, param: Term) -> list[Term]:
    out = []
    for ctor, fields in constructors(theory, param.type):
        names = tuple(mk_var(f"%{param.data}.{i}", t) for i, (_, t) in enumerate(fields))
        out.append(mk_con(ctor, names, param.type))
    return out


def _equation(
    theory: Theory, name: str, targs: tuple[Type, ...], result: Type, definition: Definition, case: dict[Term, Term]
) -> Equation | None:
    args = tuple(case.get(p, p) for p in definition.params)
    call = mk_call(name, targs, args, result)
    body = theory.simplify(subst(definition.body, case))
    if body is call:
        return None
    guard = theory.simplify(subst(definition.guard, case))
    vars = tuple(v for p in definition.params for v in (case[p].args if p in case else (p,)))
    return Equation(vars, mk_implies(guard, mk_eq(call, body)), call)
