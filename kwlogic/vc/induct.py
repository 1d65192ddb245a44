"""Induction schemes: a sequent to sequents that together imply it.

*Structural* on a variable of a recursive data type (or list): one case for each constructor, with the sequent itself
as hypothesis for every recursive component, universally quantified over the other variables. *Natural* on an Int:
one case, with the sequent for all smaller values that are not negative. *Functional* along a recursive function's
call ``f(x, y)``: the sequent for the arguments of each recursive call in ``f``'s body, under the conditions that lead
there and where they satisfy ``f``'s ``requires``; it is sound where that ``requires`` follows from the hypotheses, which
is a sequent of its own.

Sources: Bundy, The Automation of Proof by Mathematical Induction (2001); Boyer and Moore, A Computational Logic (1979).
"""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.core.logic import erase
from kwlogic.core.terms import (
    TRUE,
    Op,
    Term,
    mk_and,
    mk_call,
    mk_con,
    mk_forall,
    mk_implies,
    mk_int,
    mk_lambda,
    mk_prim,
    mk_sel,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, Type, subst_type
from kwlogic.core.walk import free_vars, subst, subst_types
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Hyp, Sequent
from kwlogic.vc.recursion import call_sites
from kwlogic.vc.theory import Theory

MOST_RECORDS = 12


@dataclass(frozen=True, slots=True)
class Case:
    """One subgoal of a scheme, with words for it (`xs = [x, *xs']`)."""

    title: str
    sequent: Sequent


@dataclass(frozen=True, slots=True)
class Scheme:
    """``uses``: what the scheme itself rests on (`def:f`: that f terminates). ``rule`` and ``subjects`` say what it is,
    for a certificate: structural, natural, along, split, or nested (structural or natural, one inside the other)."""

    title: str
    cases: tuple[Case, ...]
    uses: frozenset[str] = frozenset()
    rule: str = ""
    subjects: tuple[Term, ...] = ()


def constructors(theory: Theory, type: Type) -> tuple[tuple[str, tuple[tuple[str, Type], ...]], ...]:
    """Constructors of a data type, list or option at its type arguments: name, then named field types."""
    if type.head == "List":
        return (("Nil", ()), ("Cons", (("head", type.args[0]), ("tail", type))))
    if type.head == "Option":
        return (("None", ()), ("Some", (("value", type.args[0]),)))
    if type.head == "Tuple":
        return (("Tuple", tuple((str(i), t) for i, t in enumerate(type.args))),)
    data = theory.program.datas.get(type.head)
    if data is None or type.is_var:
        return ()
    env = dict(zip(data.tparams, type.args, strict=True))
    return tuple((c.name, tuple((f.name, subst_type(f.type, env)) for f in c.fields)) for c in data.ctors)


def is_inductive(theory: Theory, type: Type) -> bool:
    """Whether some constructor holds a value of the type itself."""
    return any(holds(theory, field, type) for _, fields in constructors(theory, type) for _, field in fields)


def holds(theory: Theory, container: Type, type: Type) -> bool:
    return container is type or (container.head in ("List", "Option", "Tuple") and any(holds(theory, a, type) for a in container.args))


def structural(theory: Theory, sequent: Sequent, var: Term) -> Scheme | None:
    """Induction on the structure of ``var``; None where its type has none."""
    ctors = constructors(theory, var.type)
    if not ctors or var not in sequent_vars(sequent):
        return None
    cases = []
    for ctor, fields in ctors:
        names = fresh_fields(sequent, var, fields)
        value = mk_con(ctor, names, var.type)
        hyps = [Hyp("induction", h) for n in names for h in component_hypotheses(theory, sequent, var, n)]
        cases.append(Case(f"{var.data} = {show_case(ctor, names)}", replace(sequent, {var: value}, hyps, (var, *names))))
    return Scheme(f"induction on {var.data}", tuple(cases), rule="structural", subjects=(var,))


def fresh_fields(sequent: Sequent, var: Term, fields: tuple[tuple[str, Type], ...]) -> tuple[Term, ...]:
    taken = {v.data for v in sequent_vars(sequent)}
    out = []
    for name, type in fields:
        base = f"{var.data}.{name}"
        while base in taken:
            base += "'"
        taken.add(base)
        out.append(mk_var(base, type))
    return tuple(out)


def show_case(ctor: str, names: tuple[Term, ...]) -> str:
    if ctor == "Nil":
        return "[]"
    if ctor == "Cons":
        return f"[{names[0].data}, *{names[1].data}]"
    short = ctor.rsplit(".", 1)[-1]
    return f"{short}({', '.join(n.data for n in names)})" if names else short


def component_hypotheses(theory: Theory, sequent: Sequent, var: Term, part: Term) -> list[Term]:
    """Induction hypotheses for one component: for itself, or for each member of a list of such."""
    if part.type is var.type:
        return hypotheses(sequent, {var: part})
    if part.type.head == "List" and part.type.args[0] is var.type:
        element = mk_var("%member", var.type)
        member = mk_call("std.list.member", (var.type,), (element, part), BOOL)
        held = mk_implies(member, hypothesis(sequent, {var: element}))
        body = hypothesis(sequent, {var: element})
        every = mk_call("std.list.all", (var.type,), (mk_lambda(((element.data, element.type),), body), part), BOOL)
        return [theory.simplify(mk_forall(((element.data, element.type),), held)), theory.simplify(every)]
    if part.type.head == "Option" and part.type.args[0] is var.type:
        return [mk_implies(_is_some(part), hypothesis(sequent, {var: mk_sel("Some", 0, part, var.type)}))]
    if part.type.head == "Tuple":
        parts = (mk_sel("Tuple", i, part, t) for i, t in enumerate(part.type.args))
        return [h for p in parts for h in component_hypotheses(theory, sequent, var, p)]
    return []


def _is_some(part: Term) -> Term:
    from kwlogic.core.terms import mk_is

    return mk_is("Some", part)


def hypothesis(sequent: Sequent, env: dict[Term, Term], keep: Iterable[Term] = ()) -> Term:
    """The sequent as a formula under a substitution, closed over all its variables but those substituted or kept.

    An outer induction's hypotheses are left out where they stand as they are: so what they are about stays fixed. Those
    that the substitution would change remain conditions.
    """
    outer = [h for h in sequent.hyps if h.name == "induction" and free_vars(h.term).isdisjoint(env)]
    formula = mk_implies(mk_and(h.term for h in sequent.hyps if h not in outer), sequent.goal)
    fixed = set(keep).union(env, *(free_vars(h.term) for h in outer))
    others = sorted((v for v in free_vars(formula) if v not in fixed), key=lambda v: str(v.data))
    clash = {v: mk_var(f"%ih.{i}", v.type) for i, v in enumerate(others)}
    body = subst(formula, {**env, **clash})
    return mk_forall(tuple((clash[v].data, v.type) for v in others), body)


def hypotheses(sequent: Sequent, env: dict[Term, Term]) -> list[Term]:
    """The sequent under a substitution for all values of the other variables, and for their present ones: a variable
    of the hypotheses alone would leave a prover nothing to instantiate."""
    general = hypothesis(sequent, env)
    if general.op is not Op.FORALL:
        return [general]
    return [general, hypothesis(sequent, env, sequent_vars(sequent))]


def sequent_vars(sequent: Sequent) -> set[Term]:
    out = set(free_vars(sequent.goal))
    for hyp in sequent.hyps:
        out |= free_vars(hyp.term)
    return out


def replace(sequent: Sequent, env: dict[Term, Term], extra: list[Hyp], order: tuple[Term, ...]) -> Sequent:
    """The sequent under a substitution, with further hypotheses."""
    hyps = tuple(Hyp(h.name, subst(h.term, env)) for h in sequent.hyps)
    vars: list[Term] = []
    for v in sequent.vars:
        vars.extend(order[1:] if v is order[0] else (v,))
    return Sequent(tuple(vars), (*hyps, *extra), subst(sequent.goal, env))


def destructed(theory: Theory, sequent: Sequent) -> Sequent:
    """The sequent with every variable of a record or tuple type written as its constructor over its components."""
    for _ in range(MOST_RECORDS):
        var = next((v for v in sorted(sequent_vars(sequent), key=lambda v: str(v.data)) if _is_record(theory, v.type)), None)
        if var is None:
            break
        ((ctor, fields),) = constructors(theory, var.type)
        names = fresh_fields(sequent, var, fields)
        sequent = replace(sequent, {var: mk_con(ctor, names, var.type)}, [], (var, *names))
    return sequent


def _is_record(theory: Theory, type: Type) -> bool:
    return len(constructors(theory, type)) == 1 and not is_inductive(theory, type)


def natural(sequent: Sequent, var: Term) -> Scheme | None:
    """Strong induction on an Int: the sequent for all smaller values that are not negative."""
    if var.type is not INT or var not in sequent_vars(sequent):
        return None
    smaller = mk_var("%below", INT)
    within = mk_and((mk_prim("int.le", (mk_int(0), smaller), BOOL), mk_prim("int.lt", (smaller, var), BOOL)))
    every = mk_forall(((smaller.data, INT),), mk_implies(within, hypothesis(sequent, {var: smaller})))
    before = mk_prim("int.sub", (var, mk_int(1)), INT)
    step = mk_implies(mk_prim("int.lt", (mk_int(0), var), BOOL), hypothesis(sequent, {var: before}))
    hyps = (*sequent.hyps, Hyp("induction", step), Hyp("induction", every))
    case = Case(f"{var.data}", Sequent(sequent.vars, hyps, sequent.goal))
    return Scheme(f"induction on {var.data}", (case,), rule="natural", subjects=(var,))


def functional(theory: Theory, sequent: Sequent, call: Term) -> Scheme | None:
    """Induction along the recursion of ``call``, whose arguments are distinct variables of the sequent."""
    name, targs = call.data
    fn = theory.visible(name)
    if fn is None or fn.group != frozenset((name,)) or len(set(call.args)) != len(call.args):
        return None
    if not all(a.op is Op.VAR for a in call.args):
        return None
    types = dict(zip(fn.tparams, targs, strict=True))
    params = [subst_types(mk_var(p.name, p.type), types) for p in fn.params]
    env = dict(zip(params, call.args, strict=True))
    hyps = []
    for site in call_sites(erase(fn.body), fn.group):
        if site.binders:
            continue
        args = [subst(subst_types(a, types), env) for a in site.call.args]
        path = mk_and(subst(subst_types(c, types), env) for c in site.path)
        inside = dict(zip(params, args, strict=True))
        domain = mk_and(subst(subst_types(erase(c.pred), types), inside) for c in fn.requires)
        for step in hypotheses(sequent, dict(zip(call.args, args, strict=True))):
            hyps.append(Hyp("induction", theory.simplify(mk_implies(mk_and((path, domain)), step))))
    cases = [Case(f"along {name.rsplit('.', 1)[-1]}", Sequent(sequent.vars, (*sequent.hyps, *hyps), sequent.goal))]
    guard = theory.simplify(mk_and(subst(subst_types(erase(c.pred), types), env) for c in fn.requires))
    if guard is not TRUE:
        cases.append(Case(f"requires of {name.rsplit('.', 1)[-1]}", Sequent(sequent.vars, sequent.hyps, guard)))
    title = f"induction along {name.rsplit('.', 1)[-1]}({', '.join(str(a.data) for a in call.args)})"
    return Scheme(title, tuple(cases), frozenset((f"def:{name}",)), "along", (call,))
