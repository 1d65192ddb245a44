"""Small programs built by hand, without a parser."""

from __future__ import annotations

from kwlogic.core.program import Clause, Data, Fn, Kernel, Lemma, ModuleInfo, Origin, Param, Program
from kwlogic.core.terms import Op, Term, mk, mk_at, mk_call, mk_con, mk_if, mk_int, mk_is, mk_not, mk_or, mk_prim, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, Type, list_of
from kwlogic.source.data import Span

HERE = Span("m.kw", 0, 0)
LIST = list_of(INT)
N, M = mk_var("n", INT), mk_var("m", INT)
XS = mk_var("xs", LIST)
ZERO, ONE = mk_int(0), mk_int(1)


def at(offset: int, term: Term) -> Term:
    return mk_at(Span("m.kw", offset, offset + 1), term)


def prim(name: str, *args: Term) -> Term:
    from kwlogic.core.prims import PRIMS

    return mk_prim(name, args, PRIMS[name].result)


def le(a: Term, b: Term) -> Term:
    return prim("int.le", a, b)


def eq(a: Term, b: Term) -> Term:
    return mk(Op.EQ, None, (a, b), BOOL)


def head(xs: Term) -> Term:
    return mk_sel("Cons", 0, xs, INT)


def tail(xs: Term) -> Term:
    return mk_sel("Cons", 1, xs, LIST)


def is_nil(xs: Term) -> Term:
    return mk_is("Nil", xs)


def call(name: str, *args: Term, type: Type = INT) -> Term:
    return mk_call(f"m.{name}", (), args, type)


def clause(pred: Term, origin: Origin = Origin.WRITTEN, subject: str | None = None) -> Clause:
    return Clause(None, pred, HERE, "p", origin, subject)


def param(var: Term) -> Param:
    return Param(var.data, var.type, HERE)


def fn(
    name: str,
    params: tuple[Term, ...],
    body: Term,
    *,
    requires: tuple[Term, ...] = (),
    ensures: tuple[Term, ...] = (),
    decreases: tuple[Term, ...] = (),
    group: tuple[str, ...] | None = None,
) -> Fn:
    names = frozenset(f"m.{g}" for g in ((name,) if group is None else group))
    return Fn(
        f"m.{name}",
        (),
        tuple(map(param, params)),
        body.type,
        tuple(map(clause, requires)),
        tuple(map(clause, ensures)),
        decreases,
        HERE if decreases else None,
        body,
        False,
        names,
        HERE,
        HERE,
    )


def program(*decls: Fn | Lemma | Kernel | Data) -> Program:
    fns = {d.name: d for d in decls if isinstance(d, Fn)}
    lemmas = {d.name: d for d in decls if isinstance(d, Lemma)}
    kernels = {d.name: d for d in decls if isinstance(d, Kernel)}
    datas = {d.name: d for d in decls if isinstance(d, Data)}
    ctors = {c.name: c for d in datas.values() for c in d.ctors}
    names = tuple(d.name for d in decls)
    module = ModuleInfo("m", "m.kw", (), names)
    return Program({"m": module}, {}, datas, ctors, fns, lemmas, kernels, {}, {}, frozenset(), names)


__all__ = ["BOOL", "INT", "LIST", "ONE", "XS", "ZERO", "M", "N", "Term", "mk_con", "mk_if", "mk_not", "mk_or"]
