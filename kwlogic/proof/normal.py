"""The normal form of logic terms that proofs are checked in: functions that are not recursive are replaced by their
bodies, lambdas applied, primitives of literals computed, bounded quantifiers written out, bound variables renamed.

Every step is an equation that holds by definition. Recursive definitions are left to instances.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

from kwlogic.core.logic import canonical, erase, free_height
from kwlogic.core.prim_eval import CALLS, DEFINED, HELPERS, TEMPLATES
from kwlogic.core.program import Program
from kwlogic.core.terms import (
    Op,
    Term,
    mk_and,
    mk_apply,
    mk_bool,
    mk_con,
    mk_exists,
    mk_forall,
    mk_implies,
    mk_int,
    mk_prim,
    mk_real,
    mk_str,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, Type
from kwlogic.core.value import Con
from kwlogic.core.walk import BINDERS, fold, rebuild, subst, subst_types

ROUNDS = 100
MOST_BITS = 4096
_BOUNDED = frozenset(("set.all", "set.any", "int.all", "int.any"))


class Normal:
    """Normal forms under one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._final: dict[Term, Term] = {}
        self._round: dict[Term, Term] = {}
        self._bodies: dict[tuple[str, tuple[Type, ...]], tuple[tuple[Term, ...], Term]] = {}

    def of(self, term: Term) -> Term:
        found = self._final.get(term)
        if found is None:
            found = erase(term)
            for _ in range(ROUNDS):
                after = fold((found,), self._step, self._round)[found]
                if after is found:
                    break
                found = after
            self._final[term] = found
        return found

    def _step(self, term: Term, args: tuple[Term, ...]) -> Term:
        here = rebuild(term, args) if args else term
        match here.op:
            case Op.CALL:
                return self._inline(here)
            case Op.APPLY if here.args[0].op is Op.LAMBDA:
                function, *values = here.args
                return subst(function.args[0], {mk_var(n, t): v for (n, t), v in zip(function.data, values, strict=True)})
            case Op.PRIM:
                return bounded(here) if here.data in _BOUNDED else computed(here)
            case _:
                return canonical(here) if here.op in BINDERS else here

    def _inline(self, here: Term) -> Term:
        name, targs = here.data
        fn = self.program.fns.get(name)
        if fn is None or fn.opaque or fn.group:
            return here
        params, body = self.body(name, targs)
        return subst(body, dict(zip(params, here.args, strict=True)))

    def body(self, name: str, targs: tuple[Type, ...]) -> tuple[tuple[Term, ...], Term]:
        """Parameters and body of a function at its type arguments."""
        key = (name, targs)
        if key not in self._bodies:
            fn = self.program.fns[name]
            env = dict(zip(fn.tparams, targs, strict=True))
            params = tuple(subst_types(mk_var(p.name, p.type), env) for p in fn.params)
            self._bodies[key] = params, subst_types(erase(fn.body), env)
        return self._bodies[key]


def bounded(here: Term) -> Term:
    """A quantifier over the members of a set or of a range, as an unbounded one with its bound as condition."""
    function, *domain = here.args
    type = function.type.args[0]
    var = mk_var(f"%{free_height(*here.args)}.0", type)
    if here.data.startswith("set."):
        within = mk_prim("set.member", (var, domain[0]), BOOL)
    else:
        within = mk_and((mk_prim("int.le", (domain[0], var), BOOL), mk_prim("int.lt", (var, domain[1]), BOOL)))
    held = mk_apply(function, (var,))
    binders = ((str(var.data), type),)
    return mk_forall(binders, mk_implies(within, held)) if here.data.endswith(".all") else mk_exists(binders, mk_and((within, held)))


# ---------------------------------------------------------------- primitives of literals


def computed(here: Term) -> Term:
    """The value of a primitive of literals, by the reference evaluator's own table."""
    if not here.args or any(a.op is not Op.LIT for a in here.args) or _large(here):
        return here
    values = [a.data for a in here.args]
    function = _function(here.data, len(values))
    if function is None or (here.data in DEFINED and not _condition(here.data, len(values))(*values)):
        return here
    found = as_term(function(*values), here.type)
    return here if found is None else found


def _large(here: Term) -> bool:
    return any(isinstance(a.data, str) and len(a.data) > MOST_BITS for a in here.args) or any(
        isinstance(a.data, int | Fraction) and max(abs(a.data.numerator), a.data.denominator).bit_length() > MOST_BITS for a in here.args
    )


@cache
def _function(name: str, arity: int) -> Callable[..., Any] | None:
    return _compiled(TEMPLATES[name], arity) if name in TEMPLATES else CALLS.get(name)


@cache
def _condition(name: str, arity: int) -> Callable[..., Any]:
    return _compiled(DEFINED[name], arity)


def _compiled(template: str, arity: int) -> Callable[..., Any]:
    names = [f"a{i}" for i in range(arity)]
    made: Callable[..., Any] = eval(f"lambda {', '.join(names)}: {template.format(*names)}", dict(HELPERS))
    return made


def as_term(value: object, type: Type) -> Term | None:
    """A literal, or an option of one."""
    match value:
        case bool():
            return mk_bool(value)
        case int() if type is INT:
            return mk_int(value)
        case int() | Fraction():
            return mk_real(Fraction(value))
        case str():
            return mk_str(value)
        case Con() if type.head == "Option":
            inner = [as_term(f, type.args[0]) for f in value.fields]
            fields = tuple(t for t in inner if t is not None)
            return mk_con(str(value.ctor), fields, type) if len(fields) == len(inner) else None
        case _:
            return None
