"""Laws of the primitives that the solver's theories do not know, instantiated at the terms at hand.

Each is a true sentence about finite sets, finite maps and strings as ``core.prim_eval`` defines them; and about the
members of lists, for the bounded quantifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kwlogic.core.terms import (
    Op,
    Term,
    mk_and,
    mk_apply,
    mk_call,
    mk_con,
    mk_eq,
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
from kwlogic.core.types import BOOL, INT, Type, list_of
from kwlogic.core.walk import BINDERS, free_vars, subterms


def prim_laws(formulas: Iterable[Term]) -> list[Term]:
    """Laws for every primitive call in the formulas that mentions no bound variable."""
    everything = subterms(*formulas)
    bound = {v for t in everything if t.op in BINDERS for v in free_vars(t.args[-1]) - free_vars(t)}
    out: dict[Term, None] = {}
    for term in everything:
        if term.op is Op.PRIM and term.data in _LAWS and bound.isdisjoint(free_vars(term)):
            out.update(dict.fromkeys(_LAWS[term.data](term)))
    out.update(dict.fromkeys(_chains([t for t in everything if t.op is Op.PRIM and t.data == "any.le" and bound.isdisjoint(free_vars(t))])))
    return list(out)


def _chains(comparisons: list[Term]) -> list[Term]:
    """The order of values is transitive: where `a <= b` and `b <= c` are spoken of, in either direction."""
    pairs = list(dict.fromkeys(p for t in comparisons for p in (t.args, t.args[::-1])))[:MOST_COMPARED]
    return [
        mk_implies(mk_and((_before(a, b), _before(b, c))), _before(a, c))
        for a, b in pairs
        for other, c in pairs
        if other is b and c is not a
    ]


def _before(a: Term, b: Term) -> Term:
    return mk_prim("any.le", (a, b), BOOL)


def _order_laws(term: Term) -> list[Term]:
    """Any two values are in order one way, and both ways only where they are equal."""
    a, b = term.args
    return [mk_or((term, _before(b, a))), mk_implies(mk_and((term, _before(b, a))), mk_eq(a, b))]


def element_laws(formulas: Iterable[Term]) -> list[Term]:
    """What `all` and `any` over a list say of its members, for the calls at hand that mention no bound variable.

    Each follows from the definitions by induction on the list; a failing (or passing) member gets a name.
    """
    everything = subterms(*formulas)
    bound = {v for t in everything if t.op in BINDERS for v in free_vars(t.args[-1]) - free_vars(t)}
    calls = [t for t in everything if t.op is Op.CALL and t.data[0] in _QUANTIFIERS and bound.isdisjoint(free_vars(t))]
    return [law for number, call in enumerate(calls) for law in _element_laws(call, number)]


WITNESS = "member!"
"""How the names of such members begin: nobody can write it, and no part of a variable is called so."""
_QUANTIFIERS = frozenset(("std.list.all", "std.list.any"))


def _element_laws(call: Term, number: int) -> list[Term]:
    predicate, xs = call.args
    element = xs.type.args[0]
    witness, var = mk_var(f"{WITNESS}{number}", element), mk_var("%each", element)

    def within(x: Term) -> Term:
        return mk_call("std.list.member", (element,), (x, xs), BOOL)

    def holds(x: Term) -> Term:
        return mk_apply(predicate, (x,))

    binder = ((str(var.data), element),)
    if call.data[0] == "std.list.all":
        every = mk_forall(binder, mk_implies(mk_and((call, within(var))), holds(var)))
        return [mk_or((call, mk_and((within(witness), mk_not(holds(witness)))))), every]
    some = mk_forall(binder, mk_implies(mk_and((within(var), holds(var))), call))
    return [mk_implies(call, mk_and((within(witness), holds(witness)))), some]


def _le(a: Term, b: Term) -> Term:
    return mk_prim("int.le", (a, b), BOOL)


def _add(a: Term, b: Term) -> Term:
    return mk_prim("int.add", (a, b), INT)


def _size(value: Term) -> Term:
    return mk_prim("set.len" if value.type.head == "Set" else "map.len", (value,), INT)


def _size_laws(term: Term) -> list[Term]:
    value = term.args[0]
    empty = mk_prim("set.empty" if value.type.head == "Set" else "map.empty", (), value.type)
    laws = [_le(mk_int(0), term), mk_eq(mk_eq(term, mk_int(0)), mk_eq(value, empty))]
    if value.op is Op.PRIM and value.data in ("set.add", "set.remove"):
        element, rest = value.args
        inside = mk_prim("set.member", (element, rest), BOOL)
        laws.append(_grown(term, rest, inside, value.data == "set.add"))
    elif value.op is Op.PRIM and value.data in ("map.put", "map.remove"):
        key, rest = value.args[0], value.args[-1]
        inside = mk_prim("map.has", (key, rest), BOOL)
        laws.append(_grown(term, rest, inside, value.data == "map.put"))
    elif value.op is Op.PRIM and value.data == "set.union":
        laws.append(_le(term, _add(_size(value.args[0]), _size(value.args[1]))))
    elif value.op is Op.PRIM and value.data in ("set.intersect", "set.difference"):
        laws.append(_le(term, _size(value.args[0])))
    elif value.op is Op.PRIM and value.data == "map.keys":
        laws.append(mk_eq(term, _size(value.args[0])))
    return laws


def _grown(term: Term, rest: Term, inside: Term, adds: bool) -> Term:
    """The size after adding (or removing) one element, from the size before."""
    before = _size(rest)
    if adds:
        return mk_eq(term, _add(before, mk_if(inside, mk_int(0), mk_int(1))))
    return mk_eq(before, _add(term, mk_if(inside, mk_int(1), mk_int(0))))


def _elements_laws(term: Term) -> list[Term]:
    element = term.args[0].type.args[0]
    var = mk_var("%law", element)
    member = mk_call("std.list.member", (element,), (var, term), BOOL)
    inside = mk_prim("set.member", (var, term.args[0]), BOOL)
    return [mk_forall((("%law", element),), mk_eq(member, inside)), _length_law(term, element)]


def _length_law(term: Term, element: Type) -> Term:
    return mk_eq(mk_call("std.list.len", (element,), (term,), INT), _size(term.args[0]))


def _values_laws(term: Term) -> list[Term]:
    return [_length_law(term, term.type.args[0])]


def _of_int_laws(term: Term) -> list[Term]:
    value = term.args[0]
    return [mk_eq(mk_prim("str.to_int", (term,), _option_int()), mk_con("Some", (value,), _option_int()))]


def _option_int() -> Type:
    from kwlogic.core.types import option_of

    return option_of(INT)


def _index_of_laws(term: Term) -> list[Term]:
    """Nothing before the first occurrence contains the part, unless that is empty."""
    text, part = term.args
    before = mk_prim("str.slice", (text, mk_int(0), mk_sel("Some", 0, term, INT)), text.type)
    found = mk_and((mk_is("Some", term), mk_not(mk_eq(part, mk_str("")))))
    return [mk_implies(found, mk_not(mk_prim("str.contains", (before, part), BOOL)))]


def _same_length_laws(term: Term) -> list[Term]:
    return [_le(mk_prim("str.len", (term,), INT), mk_prim("str.len", (term.args[0],), INT))]


def _split_laws(term: Term) -> list[Term]:
    element = list_of(term.args[0].type).args[0]
    return [_le(mk_int(0), mk_call("std.list.len", (element,), (term,), INT))]


MOST_COMPARED = 24

_LAWS: dict[str, Callable[[Term], list[Term]]] = {
    "any.le": _order_laws,
    "set.len": _size_laws,
    "map.len": _size_laws,
    "set.to_list": _elements_laws,
    "map.values": _values_laws,
    "str.of_int": _of_int_laws,
    "str.index_of": _index_of_laws,
    "str.strip": _same_length_laws,
    "str.split": _split_laws,
}
