"""A generation problem made ready once: which variables, in which order, under which predicates.

Records and tuples whose fields a predicate speaks of are taken apart into variables of their own, so that
``invoice.total == amount(invoice.lines)`` fixes one variable once the other is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Origin, Program
from kwlogic.core.terms import TRUE, Op, Term, mk_and, mk_con, mk_var
from kwlogic.core.types import INT, Type, subst_type, type_vars
from kwlogic.core.value import Con, Value
from kwlogic.core.walk import free_vars, subst, subst_types, subterms

MOST_VARS = 60
ROUNDS = 4

Typed = tuple[str, Type]


@dataclass(frozen=True, slots=True)
class Apart:
    """``name`` is the constructor over the variables of its fields."""

    name: str
    ctor: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """``vars`` in the order of drawing; ``about``: for each, the predicates that speak of it. ``apart`` in the order of
    taking apart. ``names``: the variables as they were asked for."""

    names: tuple[Typed, ...]
    vars: tuple[Typed, ...]
    preds: tuple[Term, ...]
    about: tuple[tuple[Term, ...], ...]
    apart: tuple[Apart, ...] = ()

    def joined(self, env: dict[str, Value]) -> dict[str, Value]:
        """The variables as they were asked for, put together again."""
        here = dict(env)
        for piece in reversed(self.apart):
            here[piece.name] = Con(piece.ctor, tuple(here[f] for f in piece.fields))
        return {name: here[name] for name, _ in self.names}


def played(type: Type) -> Type:
    """Type variables are played by Int."""
    return subst_type(type, dict.fromkeys(type_vars(type), INT)) if type.has_vars else type


def predicates(clauses: Iterable[Clause]) -> tuple[Term, ...]:
    """What is to be aimed at: invariants of data are kept by whoever makes the data."""
    return tuple(erase(c.pred) for c in clauses if c.origin is not Origin.INVARIANT)


def problem_of(program: Program, names: Iterable[Typed], preds: Iterable[Term]) -> Problem:
    asked = tuple((n, played(t)) for n, t in names)
    flat = _flat(preds)
    tvars = {t for p in flat for v in free_vars(p) for t in type_vars(v.type)}
    if tvars:
        flat = [subst_types(p, dict.fromkeys(tvars, INT)) for p in flat]
    vars, flat, apart = _taken_apart(program, list(asked), flat)
    order = _ordered(vars, flat)
    about = tuple(tuple(p for p in flat if _speaks(p, n)) for n, _ in order)
    return Problem(asked, tuple(order), tuple(flat), about, tuple(apart))


def _flat(preds: Iterable[Term]) -> list[Term]:
    whole = mk_and(preds)
    return [] if whole is TRUE else list(whole.args) if whole.op is Op.AND else [whole]


def _speaks(term: Term, name: str) -> bool:
    return any(v.data == name for v in free_vars(term))


# ---------------------------------------------------------------- taking apart


def _taken_apart(program: Program, vars: list[Typed], preds: list[Term]) -> tuple[list[Typed], list[Term], list[Apart]]:
    apart: list[Apart] = []
    for _ in range(ROUNDS):
        selected = {t.args[0].data for t in subterms(*preds) if t.op is Op.SEL and t.args[0].op is Op.VAR}
        now = [v for v in vars if v[0] in selected and _only_ctor(program, v[1]) is not None]
        if not now or len(vars) > MOST_VARS:
            break
        for name, type in now:
            made = _only_ctor(program, type)
            assert made is not None
            ctor, fields = made
            inner = [(f"{name}.{field}", t) for field, t, _ in fields]
            whole = mk_con(ctor, tuple(mk_var(n, t) for n, t in inner), type)
            env = {v: whole for p in preds for v in free_vars(p) if v.data == name}
            preds = _flat([subst(p, env) for p in preds])
            preds += _invariants(program, ctor, type, inner)
            at = vars.index((name, type))
            vars[at : at + 1] = inner
            apart.append(Apart(name, ctor, tuple(n for n, _ in inner)))
    return vars, preds, apart


def _only_ctor(program: Program, type: Type) -> tuple[str, list[tuple[str, Type, None]]] | None:
    """The constructor of a tuple or of a data type that has but one, with its fields."""
    if type.head == "Tuple" and type.args:
        return "Tuple", [(str(i), t, None) for i, t in enumerate(type.args)]
    data = program.datas.get(type.head)
    if data is None or len(data.ctors) != 1 or not data.ctors[0].fields:
        return None
    env = dict(zip(data.tparams, type.args))
    return data.ctors[0].name, [(p.name, subst_type(p.type, env), None) for p in data.ctors[0].fields]


def _invariants(program: Program, ctor: str, type: Type, inner: list[Typed]) -> list[Term]:
    found = program.ctors.get(ctor)
    if found is None:
        return []
    types = dict(zip(program.datas[found.data].tparams, type.args))
    env = {mk_var(p.name, subst_type(p.type, types)): mk_var(n, t) for p, (n, t) in zip(found.fields, inner)}
    return _flat(subst(subst_types(p, types), env) for p in predicates(found.invariants))


# ---------------------------------------------------------------- order


def _ordered(vars: list[Typed], preds: list[Term]) -> list[Typed]:
    """What an equation says comes after what it is said by; collections come before scalars that are about them."""
    ranked = sorted(vars, key=lambda v: v[1].head in ("Int", "Real", "String", "Bool") and _with_collection(v, vars, preds))
    says = _equations(dict(vars), preds)
    done: list[Typed] = []
    known: set[str] = set()
    while ranked:
        ready = (v for v in ranked if all(known >= needs for needs in says.get(v[0], ())))
        pick = next(ready, None) or next((v for v in ranked if any(known >= n for n in says.get(v[0], ()))), ranked[0])
        ranked.remove(pick)
        done.append(pick)
        known.add(pick[0])
    return done


def _with_collection(var: Typed, vars: list[Typed], preds: list[Term]) -> bool:
    large = {n for n, t in vars if t.head in ("List", "Set", "Map")}
    return any(_speaks(p, var[0]) and any(v.data in large for v in free_vars(p)) for p in preds)


def _equations(types: dict[str, Type], preds: list[Term]) -> dict[str, list[frozenset[str]]]:
    """For each variable, the sets of variables that an equation gives it by."""
    found: dict[str, list[frozenset[str]]] = {}
    for pred in preds:
        for term in subterms(pred):
            if term.op is not Op.EQ:
                continue
            for mine, other in (term.args, term.args[::-1]):
                names = frozenset(v.data for v in free_vars(other))
                if mine.op is Op.VAR and mine.data in types and mine.data not in names and names <= types.keys() and names:
                    found.setdefault(mine.data, []).append(names)
    return found
