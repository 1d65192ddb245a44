"""Elimination of unknowns from linear constraints that a model satisfies.

After ``eliminate`` the constraints speak of none of the unknowns, still hold in the model, and imply that values for the
unknowns exist. It is exact where reals are concerned, or integers of which one bound has a factor of one; else the dark
shadow is taken where the model lies in it, and otherwise the unknown is held at its value.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from kwlogic.core.terms import Term, mk_var
from kwlogic.core.types import INT
from kwlogic.weave.decode.residual_linear import Bound, Constraints, Lin, mk_divides
from kwlogic.weave.decode.residual_model import Model

MOST_PAIRS = 64
ONE = Fraction(1)


def eliminate(all: Constraints, unknowns: list[Term], model: Model) -> None:
    """Eliminate the unknowns in place."""
    waiting = list(unknowns)
    boxed = False
    while waiting:
        var = _by_equality(all, waiting)
        if var is None and not boxed:
            boxed, waiting = True, _all_boxed(all, waiting)
            _tidy(all)
            continue
        if var is None:
            var = min(waiting, key=lambda v: (v.type is INT, _pairs(all, v), v.id))
            if not (_integer(all, var, model) if var.type is INT else _real(all, var, model)):
                all.put(var, Lin(Fraction(model.value(var)), {}))
        waiting.remove(var)
        _tidy(all)


def _all_boxed(all: Constraints, waiting: list[Term]) -> list[Term]:
    """Eliminate at once the integers that stand, with a factor of one, in one bound besides limits of their own, or in two
    that bound one sum from both sides: a sum of such takes each value between its least and its greatest. The others are left."""
    single = [b for b in all.bounds if len(b.form.parts) == 1]
    several = [b for b in all.bounds if len(b.form.parts) > 1]
    if not 1 <= len(several) <= 2 or any(v.type is not INT for b in several for v in b.form.parts) or any(b.strict for b in all.bounds):
        return waiting
    forms = [_integral(b.form) for b in several]
    if len(forms) == 2 and forms[0].plus(forms[1], ONE).parts:
        return waiting
    busy = {v for form in (*all.equal, *(d for _, d in all.divides)) for v in form.parts}
    gone = {v for v in waiting if v.type is INT and v not in busy and _units(v, forms)}
    edges: dict[tuple[Term, bool], Fraction] = {}
    for bound in single:
        ((var, factor),) = bound.form.parts.items()
        if var in gone:
            edge, upper = _integral(bound.form).const, factor > 0
            edges[var, upper] = min(edges.get((var, True), -edge), -edge) if upper else max(edges.get((var, False), edge), edge)
    kept = [b for b in single if not gone & b.form.parts.keys()]
    all.bounds = kept + [Bound(form, False) for f in forms if (form := _at_edges(f, gone, edges)) is not None]
    return [v for v in waiting if v not in gone]


def _units(var: Term, forms: list[Lin]) -> bool:
    return all(abs(f.parts.get(var, ONE)) == 1 for f in forms)


def _at_edges(form: Lin, gone: set[Term], edges: dict[tuple[Term, bool], Fraction]) -> Lin | None:
    """A bound with each of some unknowns where it asks the least; None where one has no end there."""
    const = form.const
    for var in gone & form.parts.keys():
        edge = edges.get((var, form.parts[var] < 0))
        if edge is None:
            return None
        const += form.parts[var] * edge
    return Lin(const, {v: f for v, f in form.parts.items() if v not in gone})


def _tidy(all: Constraints) -> None:
    all.bounds = [b for b in all.bounds if b.form.parts]
    all.equal = [e for e in all.equal if e.parts]
    all.divides = [(m, d) for m, d in all.divides if d.parts]


def _pairs(all: Constraints, var: Term) -> int:
    signs = [b.form.parts[var] > 0 for b in all.bounds if var in b.form.parts]
    return signs.count(True) * signs.count(False)


def _by_equality(all: Constraints, waiting: list[Term]) -> Term | None:
    """Solve an equality for one of the unknowns, a real one at best."""
    open_ = set(waiting)
    for index, form in enumerate(all.equal):
        real = [v for v in form.parts if v in open_ and v.type is not INT]
        whole = [v for v in form.parts if v in open_ and v.type is INT]
        if not real and (not whole or any(v.type is not INT for v in form.parts)):
            continue
        scale = lcm(*(f.denominator for f in (*form.parts.values(), form.const)))
        var = min(real or whole, key=lambda v: (abs(form.parts[v] * scale), v.id))
        del all.equal[index]
        solved = Lin(form.const, {v: f for v, f in form.parts.items() if v is not var}).scaled(-1 / form.parts[var])
        if var.type is INT and (solved.const.denominator > 1 or any(f.denominator > 1 for f in solved.parts.values())):
            whole_scale = lcm(solved.const.denominator, *(f.denominator for f in solved.parts.values()))
            all.divides.append((whole_scale, solved.scaled(Fraction(whole_scale))))
        all.put(var, solved)
        all.divides = [mk_divides(m, d) for m, d in all.divides]
        return var
    return None


def _sides(all: Constraints, var: Term) -> tuple[list[Bound], list[Bound], list[Bound]]:
    """Lower bounds, upper bounds, and the others."""
    lower = [b for b in all.bounds if b.form.parts.get(var, 0) < 0]
    upper = [b for b in all.bounds if b.form.parts.get(var, 0) > 0]
    return lower, upper, [b for b in all.bounds if var not in b.form.parts]


def _edge(bound: Bound, var: Term) -> Lin:
    """What the unknown is compared with."""
    form = Lin(bound.form.const, {v: f for v, f in bound.form.parts.items() if v is not var})
    return form.scaled(-1 / bound.form.parts[var])


def _real(all: Constraints, var: Term, model: Model) -> bool:
    if any(var in form.parts for form in all.equal) or any(var in form.parts for _, form in all.divides):
        return False
    lower, upper, rest = _sides(all, var)
    if len(lower) * len(upper) > MOST_PAIRS:
        best = max(lower, key=lambda b: (_edge(b, var).value(model), b.strict))
        rest += [_under(_edge(b, var), _edge(best, var), b.strict and not best.strict) for b in lower if b is not best]
        lower = [best]
    rest += [_under(_edge(a, var), _edge(b, var), a.strict or b.strict) for a in lower for b in upper]
    all.bounds = rest
    return True


def _under(one: Lin, other: Lin, strict: bool) -> Bound:
    return Bound(one.plus(other, -ONE), strict)


def _integer(all: Constraints, var: Term, model: Model) -> bool:
    if any(var in form.parts for form in all.equal):
        return False
    if any(v.type is not INT for form in all.forms() if var in form.parts for v in form.parts):
        return False
    if any(var in form.parts for _, form in all.divides):
        var = _by_residue(all, var, model)
    lower, upper, rest = _sides(all, var)
    if len(lower) * len(upper) > MOST_PAIRS:
        return False
    exact = _all_unit(lower, var) or _all_unit(upper, var)
    made: list[Bound] = []
    for one in lower:
        for other in upper:
            shadow = _shadow(one, other, var, exact)
            if shadow.form.value(model) > 0:
                all.put(var, Lin(Fraction(model.value(var)), {}))
                return True
            made.append(shadow)
    all.bounds = rest + made
    return True


def _all_unit(bounds: list[Bound], var: Term) -> bool:
    return all(abs(_integral(b.form).parts[var]) == 1 for b in bounds)


def _integral(form: Lin) -> Lin:
    """The bound ``form <= 0`` over integers with factors that are integers and have no divisor in common."""
    scale = lcm(form.const.denominator, *(f.denominator for f in form.parts.values()))
    parts = {v: f * scale for v, f in form.parts.items()}
    common = gcd(*(int(f) for f in parts.values()))
    return Lin(Fraction((form.const * scale / common).__ceil__()), {v: f / common for v, f in parts.items()})


def _shadow(lower: Bound, upper: Bound, var: Term, exact: bool) -> Bound:
    """Of ``l <= a x`` and ``b x <= u``: ``b l <= a u``, with room for a multiple of ``a b`` where that takes some."""
    low, high = _integral(lower.form), _integral(upper.form)
    a, b = -low.parts[var], high.parts[var]
    form = low.scaled(b).plus(high, a)
    if not exact:
        form = form.plus(Lin((a - 1) * (b - 1), {}), ONE)
    return Bound(form, False)


def _by_residue(all: Constraints, var: Term, model: Model) -> Term:
    """Write an unknown of which remainders are asked as a multiple of their modulus plus its remainder in the model."""
    modulus = lcm(*(number for number, form in all.divides if var in form.parts))
    value = int(model.value(var))
    times = model.name(mk_var(f"{var.data}~{modulus}", INT), value // modulus)
    all.put(var, Lin(Fraction(value % modulus), {times: Fraction(modulus)}))
    all.divides = [mk_divides(number, form) for number, form in all.divides]
    return times
