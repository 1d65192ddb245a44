"""Statements about one element lifted to statements about lists: what holds of every round of a ``map``.

``lists`` says which list each element is from; all have one length. A statement that speaks of no element is lifted, too:
it is known only where there is a round at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kwlogic.core.logic import erase
from kwlogic.core.terms import Term, mk_and, mk_call, mk_con, mk_eq, mk_if, mk_int, mk_is, mk_lambda, mk_prim, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, Type, list_of, tuple_of
from kwlogic.core.walk import free_vars, subst


def length(items: Term) -> Term:
    return mk_call("std.list.len", items.type.args, (items,), INT)


def member(item: Term, items: Term) -> Term:
    return mk_call("std.list.member", (item.type,), (item, items), BOOL)


def same_length(left: Term, right: Term) -> Term:
    return mk_eq(length(left), length(right))


def every(term: Term, lists: Mapping[Term, Term], first: Term) -> Term:
    """``term`` of every round; ``first`` is an element that there is in any case."""
    used = _used(term, lists, first)
    row, env = _row(used)
    body = mk_lambda(((_ROW, row.type),), subst(term, env))
    return erase(mk_call("std.list.all", (row.type,), (body, zipped([lists[v] for v in used])), BOOL))


def mapped(term: Term, lists: Mapping[Term, Term], first: Term) -> Term:
    """The list of the values of ``term`` in each round."""
    used = _used(term, lists, first)
    row, env = _row(used)
    body = mk_lambda(((_ROW, row.type),), subst(term, env))
    return erase(mk_call("std.list.map", (row.type, term.type), (body, zipped([lists[v] for v in used])), list_of(term.type)))


def folded(term: Term, acc: Term, item: Term, start: Term, items: Term) -> Term:
    """What ``acc`` comes to be, where each round makes ``term`` of it."""
    body = mk_lambda(((str(acc.data), acc.type), (str(item.data), item.type)), term)
    return erase(mk_call("std.list.fold", (item.type, acc.type), (body, start, items), acc.type))


def taken(count: Term, items: Term) -> Term:
    return mk_call("std.list.take", items.type.args, (count, items), items.type)


def item_at(items: Term, place: Term) -> Term:
    return mk_call("std.list.nth", items.type.args, (items, place), items.type.args[0])


def has_place(items: Term, place: Term) -> Term:
    return mk_and((mk_prim("int.le", (mk_int(0), place), BOOL), mk_prim("int.lt", (place, length(items)), BOOL)))


def repeated(state: Sequence[Term], start: Sequence[Term], goes_on: Term, step: Sequence[Term], rounds: Term) -> tuple[Term, ...]:
    """What ``state`` comes to be after so many rounds of ``step``, those in which it does not go on left out."""
    kind = state[0].type if len(state) == 1 else tuple_of(*(v.type for v in state))
    whole = mk_var("state'", kind)
    env = dict(zip(state, _apart(whole, state), strict=True))
    body = mk_if(subst(goes_on, env), subst(_together(step, kind), env), whole)
    count = mk_call("std.list.range", (), (mk_int(0), rounds), list_of(INT))
    turn = mk_lambda((("state'", kind), ("turn'", INT)), body)
    end = mk_call("std.list.fold", (INT, kind), (turn, _together(start, kind), count), kind)
    return tuple(erase(t) for t in _apart(end, state))


def _together(terms: Sequence[Term], kind: Type) -> Term:
    return terms[0] if len(terms) == 1 else mk_con("Tuple", tuple(terms), kind)


def _apart(whole: Term, state: Sequence[Term]) -> tuple[Term, ...]:
    return (whole,) if len(state) == 1 else tuple(mk_sel("Tuple", i, whole, v.type) for i, v in enumerate(state))


def zipped(lists: Sequence[Term]) -> Term:
    """One list of nested pairs: ``zip(a, zip(b, c))``."""
    whole = lists[-1]
    for items in reversed(lists[:-1]):
        left, right = items.type.args[0], whole.type.args[0]
        whole = mk_call("std.list.zip", (left, right), (items, whole), list_of(tuple_of(left, right)))
    return whole


def row_in(elements: Sequence[Term], lists: Mapping[Term, Term]) -> Term:
    """Elements of one round: their row is among the rows."""
    row = elements[-1]
    for item in reversed(elements[:-1]):
        row = mk_con("Tuple", (item, row), tuple_of(item.type, row.type))
    return member(row, zipped([lists[e] for e in elements]))


_ROW = "row'"


def _used(term: Term, lists: Mapping[Term, Term], first: Term) -> list[Term]:
    return sorted((v for v in free_vars(term) if v in lists), key=lambda v: (str(v.data), v.id)) or [first]


def _row(used: Sequence[Term]) -> tuple[Term, dict[Term, Term]]:
    """The variable for a row, and what each element is of it."""
    kind: Type = used[-1].type
    for item in reversed(used[:-1]):
        kind = tuple_of(item.type, kind)
    row = mk_var(_ROW, kind)
    env: dict[Term, Term] = {}
    rest = row
    for item in used[:-1]:
        env[item] = mk_sel("Tuple", 0, rest, rest.type.args[0])
        rest = mk_sel("Tuple", 1, rest, rest.type.args[1])
    env[used[-1]] = rest
    return row, env


def is_empty(items: Term) -> Term:
    return mk_is("Nil", items)
