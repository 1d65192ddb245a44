"""Laws of sets, maps and strings, for given terms: the axioms about primitives that proofs may use.

Each is true of every value of its arguments, as ``core.prim_eval`` computes them. ``docs/trust.md`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable

from kwlogic.core.terms import (
    Op,
    Term,
    mk_and,
    mk_con,
    mk_eq,
    mk_exists,
    mk_forall,
    mk_if,
    mk_implies,
    mk_int,
    mk_is,
    mk_not,
    mk_or,
    mk_prim,
    mk_sel,
    mk_str,
    mk_var,
)
from kwlogic.core.types import BOOL, INT, STRING, Type, option_of
from kwlogic.vc.primlaws import prim_laws


def laws_of(term: Term) -> tuple[Term, ...]:
    """The laws about a term, in a fixed order: about an application of a primitive, or an equation of sets or maps."""
    if term.op is Op.PRIM:
        own = _LAWS.get(term.data)
        return (*prim_laws((term,)), *(() if own is None else own(*term.args)))
    return _extensional(*term.args) if term.op is Op.EQ else ()


# ---------------------------------------------------------------- words


def _in(x: Term, s: Term) -> Term:
    return mk_prim("set.member", (x, s), BOOL)


def _has(k: Term, m: Term) -> Term:
    return mk_prim("map.has", (k, m), BOOL)


def _get(k: Term, m: Term) -> Term:
    return mk_prim("map.get", (k, m), option_of(m.type.args[1]))


def _at(k: Term, m: Term) -> Term:
    return mk_prim("map.at", (k, m), m.type.args[1])


# ---------------------------------------------------------------- sets and maps


def _member(x: Term, s: Term) -> tuple[Term, ...]:
    if s.op is not Op.PRIM:
        return ()
    here = _in(x, s)
    match s.data:
        case "set.empty":
            return (mk_not(here),)
        case "set.add":
            return (mk_eq(here, mk_or((mk_eq(x, s.args[0]), _in(x, s.args[1])))),)
        case "set.remove":
            return (mk_eq(here, mk_and((mk_not(mk_eq(x, s.args[0])), _in(x, s.args[1])))),)
        case "set.union":
            return (mk_eq(here, mk_or((_in(x, s.args[0]), _in(x, s.args[1])))),)
        case "set.intersect":
            return (mk_eq(here, mk_and((_in(x, s.args[0]), _in(x, s.args[1])))),)
        case "set.difference":
            return (mk_eq(here, mk_and((_in(x, s.args[0]), mk_not(_in(x, s.args[1]))))),)
        case "map.keys":
            return (mk_eq(here, _has(x, s.args[0])),)
        case _:
            return ()


def _each(s: Term) -> tuple[Term, tuple[tuple[str, Type], ...]]:
    """A variable for members of a set or keys of a map."""
    var = mk_var("%each", s.type.args[0])
    return var, ((str(var.data), var.type),)


def _extensional(s: Term, t: Term) -> tuple[Term, ...]:
    """Sets with the same members are equal, and maps that yield the same."""
    if s.type.head not in ("Set", "Map"):
        return ()
    var, binder = _each(s)
    alike = mk_eq(_in(var, s), _in(var, t)) if s.type.head == "Set" else mk_eq(_get(var, s), _get(var, t))
    return (mk_eq(mk_eq(s, t), mk_forall(binder, alike)),)


def _subset(s: Term, t: Term) -> tuple[Term, ...]:
    var, binder = _each(s)
    here = mk_prim("set.subset", (s, t), BOOL)
    return (mk_eq(here, mk_forall(binder, mk_implies(_in(var, s), _in(var, t)))),)


def _map_has(k: Term, m: Term) -> tuple[Term, ...]:
    found = (mk_eq(_has(k, m), mk_is("Some", _get(k, m))),)
    return (*found, *_map_get(k, m))


def _map_at(k: Term, m: Term) -> tuple[Term, ...]:
    value = mk_sel("Some", 0, _get(k, m), m.type.args[1])
    return (mk_implies(_has(k, m), mk_eq(_at(k, m), value)), *_map_has(k, m))


def _map_get(k: Term, m: Term) -> tuple[Term, ...]:
    has = mk_eq(_has(k, m), mk_is("Some", _get(k, m)))
    if m.op is not Op.PRIM:
        return (has,)
    here = _get(k, m)
    none, some = mk_con("None", (), here.type), "Some"
    match m.data:
        case "map.empty":
            return (has, mk_eq(here, none))
        case "map.put":
            key, value, rest = m.args
            return (has, mk_eq(here, mk_if(mk_eq(k, key), mk_con(some, (value,), here.type), _get(k, rest))))
        case "map.remove":
            key, rest = m.args
            return (has, mk_eq(here, mk_if(mk_eq(k, key), none, _get(k, rest))))
        case _:
            return (has,)


# ---------------------------------------------------------------- strings


def _len(s: Term) -> Term:
    return mk_prim("str.len", (s,), INT)


def _string_length(s: Term) -> tuple[Term, ...]:
    empty = mk_eq(mk_eq(_len(s), mk_int(0)), mk_eq(s, mk_str("")))
    if s.op is not Op.PRIM:
        return (empty,)
    match s.data:
        case "str.concat":
            return (empty, mk_eq(_len(s), mk_prim("int.add", (_len(s.args[0]), _len(s.args[1])), INT)))
        case "str.at":
            within = mk_and((mk_prim("int.le", (mk_int(0), s.args[1]), BOOL), mk_prim("int.lt", (s.args[1], _len(s.args[0])), BOOL)))
            return (empty, mk_implies(within, mk_eq(_len(s), mk_int(1))))
        case "str.slice":
            text, low, high = s.args
            ordered = ((mk_int(0), low), (low, high), (high, _len(text)))
            within = mk_and(mk_prim("int.le", pair, BOOL) for pair in ordered)
            return (empty, mk_implies(within, mk_eq(_len(s), mk_prim("int.sub", (high, low), INT))))
        case _:
            return (empty,)


def _plus(a: Term, b: Term) -> Term:
    return mk_prim("str.concat", (a, b), STRING)


def _text(name: str) -> tuple[Term, tuple[tuple[str, Type], ...]]:
    return mk_var(name, STRING), ((name, STRING),)


def _concat(a: Term, b: Term) -> tuple[Term, ...]:
    """Neutral elements, and brackets moved to the right."""
    here, empty = _plus(a, b), mk_str("")
    out = [mk_implies(mk_eq(a, empty), mk_eq(here, b)), mk_implies(mk_eq(b, empty), mk_eq(here, a))]
    if a.op is Op.PRIM and a.data == "str.concat":
        out.append(mk_eq(here, _plus(a.args[0], _plus(a.args[1], b))))
    return tuple(out)


def _starts_with(s: Term, t: Term) -> tuple[Term, ...]:
    rest, binder = _text("%rest")
    return (mk_eq(mk_prim("str.starts_with", (s, t), BOOL), mk_exists(binder, mk_eq(s, _plus(t, rest)))),)


def _ends_with(s: Term, t: Term) -> tuple[Term, ...]:
    rest, binder = _text("%rest")
    return (mk_eq(mk_prim("str.ends_with", (s, t), BOOL), mk_exists(binder, mk_eq(s, _plus(rest, t)))),)


def _contains(s: Term, t: Term) -> tuple[Term, ...]:
    """What it means, and the two ways in which that is so at an end."""
    before, first = _text("%before")
    after, second = _text("%after")
    here = mk_prim("str.contains", (s, t), BOOL)
    ends = (mk_prim(f"str.{where}", (s, t), BOOL) for where in ("starts_with", "ends_with"))
    split = mk_eq(s, _plus(before, _plus(t, after)))
    return (mk_eq(here, mk_exists((*first, *second), split)), *(mk_implies(end, here) for end in ends))


def _slice(text: Term, low: Term, high: Term) -> tuple[Term, ...]:
    """A text is what precedes a slice, the slice, and what follows it."""
    here = mk_prim("str.slice", (text, low, high), STRING)
    ordered = ((mk_int(0), low), (low, high), (high, _len(text)))
    within = mk_and(mk_prim("int.le", pair, BOOL) for pair in ordered)
    before = mk_prim("str.slice", (text, mk_int(0), low), STRING)
    after = mk_prim("str.slice", (text, high, _len(text)), STRING)
    return (
        mk_implies(within, mk_eq(text, _plus(before, _plus(here, after)))),
        mk_implies(mk_and((within, mk_eq(low, high))), mk_eq(here, mk_str(""))),
        mk_implies(mk_and((mk_eq(low, mk_int(0)), mk_eq(high, _len(text)))), mk_eq(here, text)),
        *_string_length(here),
    )


_LAWS: dict[str, Callable[..., tuple[Term, ...]]] = {
    "set.member": _member,
    "set.subset": _subset,
    "map.has": _map_has,
    "map.get": _map_get,
    "map.at": _map_at,
    "str.len": _string_length,
    "str.concat": _concat,
    "str.starts_with": _starts_with,
    "str.ends_with": _ends_with,
    "str.contains": _contains,
    "str.slice": _slice,
}
