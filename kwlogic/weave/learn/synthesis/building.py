"""Core terms of the operations that synthesis uses: standard functions, helpers, lambdas and lists. Records nothing, searches nothing."""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.core.terms import Op, Term, mk, mk_call, mk_con, mk_int, mk_prim, mk_str, mk_var
from kwlogic.core.types import INT, STRING, Type, list_of
from kwlogic.weave.learn.synthesis.library import MODULE
from kwlogic.weave.learn.synthesis.node import Build


def prim(name: str, type: Type) -> Build:
    return lambda args: mk_prim(name, args, type)


def std(name: str, type: Type, *targs: Type) -> Build:
    return lambda args: mk_call(name, targs, args, type)


def helper(name: str, type: Type, *targs: Type) -> Build:
    return lambda args: mk_call(f"{MODULE}.{name}", targs, args, type)


def mk_helper(name: str, args: tuple[Term, ...], type: Type, *targs: Type) -> Term:
    return mk_call(f"{MODULE}.{name}", targs, args, type)


def mk_len(xs: Term) -> Term:
    """``len`` of a string or a list."""
    return mk_prim("str.len", (xs,), INT) if xs.type is STRING else mk_call("std.list.len", (xs.type.args[0],), (xs,), INT)


def mk_add(a: Term, n: int) -> Term:
    """``a + n``, or ``a - n``."""
    return mk_prim("int.add" if n >= 0 else "int.sub", (a, mk_int(abs(n))), INT)


def mk_list(items: Iterable[Term], element: Type) -> Term:
    found = mk_con("Nil", (), list_of(element))
    for here in reversed(list(items)):
        found = mk_con("Cons", (here, found), list_of(element))
    return found


def mk_lambda(name: str, type: Type, body: Term) -> Term:
    from kwlogic.core.types import fun_of

    return mk(Op.LAMBDA, ((name, type),), (body,), fun_of((type,), body.type))


def mk_map(name: str, body: Term, xs: Term) -> Term:
    """``map(fn (name) => body, xs)``."""
    element = xs.type.args[0]
    return mk_call("std.list.map", (element, body.type), (mk_lambda(name, element, body), xs), list_of(body.type))


def mk_filter(name: str, body: Term, xs: Term) -> Term:
    element = xs.type.args[0]
    return mk_call("std.list.filter", (element,), (mk_lambda(name, element, body), xs), xs.type)


def mapped(name: str, element: Type, body: Term) -> Build:
    return lambda args: mk_map(name, body, args[0])


def string_var(name: str) -> Term:
    return mk_var(name, STRING)


def empty_text() -> Term:
    return mk_str("")
