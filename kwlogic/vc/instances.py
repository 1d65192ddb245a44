"""Contracts of callees, erased and instantiated: the clauses of a fn, kernel or lemma at given arguments.

Clauses are erased once for each declaration and instantiated by substitution; the result is canonical logic.
"""

from __future__ import annotations

from collections.abc import Mapping

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Fn, Kernel, Lemma, Param, Program
from kwlogic.core.terms import Term, mk_sel, mk_var
from kwlogic.core.types import Type
from kwlogic.core.walk import subst, subst_types
from kwlogic.source.records import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """The contract of one declaration; ``results`` are the variables that stand for what it yields."""

    name: str
    tparams: tuple[str, ...]
    params: tuple[Param, ...]
    results: tuple[tuple[str, Type], ...]
    requires: tuple[Clause, ...]
    ensures: tuple[Clause, ...]


def param_vars(params: tuple[Param, ...]) -> tuple[Term, ...]:
    return tuple(mk_var(p.name, p.type) for p in params)


def logic(term: Term, env: Mapping[Term, Term]) -> Term:
    """The erased term under a substitution of erased terms, binders canonical again."""
    bare = erase(term)
    done = subst(bare, env)
    return done if done is bare else erase(done)


def signature_of(program: Program, name: str) -> Signature | None:
    """The contract behind a called or applied name; None where the name is not in the program (a broken part)."""
    fn: Fn | None = program.fns.get(name)
    if fn is not None:
        return Signature(name, fn.tparams, fn.params, (("result", fn.result),), fn.requires, fn.ensures)
    kernel: Kernel | None = program.kernels.get(name)
    if kernel is not None:
        outputs = tuple((p.name, p.type) for p in kernel.outputs)
        return Signature(name, kernel.tparams, kernel.inputs, outputs, kernel.requires, kernel.ensures)
    lemma: Lemma | None = program.lemmas.get(name)
    if lemma is not None:
        return Signature(name, lemma.tparams, lemma.params, (), lemma.requires, lemma.ensures)
    return None


def type_env(tparams: tuple[str, ...], targs: tuple[Type, ...]) -> dict[str, Type]:
    return dict(zip(tparams, targs, strict=True))


def at_call(sig: Signature, targs: tuple[Type, ...], args: tuple[Term, ...], call: Term | None) -> Env:
    """The substitution that takes the clauses of ``sig`` to a call; ``call`` stands for the result."""
    types = type_env(sig.tparams, targs)
    env: dict[Term, Term] = {}
    for param, arg in zip(sig.params, args, strict=True):
        env[subst_types(mk_var(param.name, param.type), types)] = arg
    if call is not None:
        for (name, type), value in zip(sig.results, parts_of(call, len(sig.results)), strict=True):
            env[subst_types(mk_var(name, type), types)] = value
    return Env(types, env)


@dataclass(frozen=True, slots=True)
class Env:
    types: Mapping[str, Type]
    values: Mapping[Term, Term]

    def __call__(self, clause: Clause) -> Term:
        """The clause's predicate in this environment."""
        done = subst(subst_types(erase(clause.pred), self.types), self.values)
        return erase(done)


def parts_of(value: Term, count: int) -> tuple[Term, ...]:
    """The outputs that a value carries: itself where there is one, the fields of a tuple otherwise."""
    if count == 1:
        return (value,)
    return tuple(mk_sel("Tuple", i, value, value.type.args[i]) for i in range(count))
