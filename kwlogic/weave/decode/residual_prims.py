"""The primitives on values that are known in part: sets and maps by their members, bounded quantifiers written out."""

from __future__ import annotations

from collections.abc import Callable, Generator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_implies, mk_is, mk_not, mk_or, mk_prim, mk_sel
from kwlogic.core.types import BOOL, INT, REAL, STRING
from kwlogic.core.value import Con
from kwlogic.weave.decode.residual_scalars import ENCODED, FOLDS, PARTIAL, mk_choice, mk_equal, mk_scalar, mk_truth
from kwlogic.weave.decode.residual_scalars import scalar as _scalar
from kwlogic.weave.decode.residual_values import (
    UNDEFINED,
    Bag,
    Node,
    NotYet,
    Table,
    Where,
    entries_of,
    items_of,
    known,
    lift,
    lower,
    mk_value,
)

if TYPE_CHECKING:
    from kwlogic.weave.decode.residual_eval import Symbolic

Steps = Generator[Any, Any, Any]
MOST_ROUNDS = 256  # of a quantifier whose end is not known


def apply_prim(sym: Symbolic, term: Term, args: list[Any], where: Where) -> Any:
    """The value of a primitive, or the steps to it."""
    name: str = term.data
    args = [sym.force(a, where) for a in args]
    if any(a is UNDEFINED for a in args):
        return UNDEFINED
    if all(map(known, args)):
        fold = FOLDS.get(name)
        return fold(*args) if fold is not None else sym.concrete(term, args, where)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(sym, args, where)
    if name == "any.le":
        return _any_le(args)
    if name in PARTIAL and not _defined(sym, name, args, where):
        return UNDEFINED
    if name == "str.index_of":
        found = mk_prim(name, tuple(map(lift, args)), term.type)
        return _option(sym, mk_scalar("str.contains", tuple(args), BOOL), mk_sel("Some", 0, found, INT), where)
    if name == "str.to_int":
        found = mk_prim(name, tuple(map(lift, args)), term.type)
        return _option(sym, mk_is("Some", found), mk_sel("Some", 0, found, INT), where)
    if name not in ENCODED:
        raise NotYet(f"`{name.partition('.')[2]}` is applied to what is not written yet")
    return sym.settle(mk_scalar(name, tuple(args), term.type), where)


def _option(sym: Symbolic, there: Any, value: Any, where: Where) -> Any:
    there = sym.settle(lower(mk_truth(there)), where)
    if isinstance(there, bool):
        return mk_value("Some", (value,)) if there else mk_value("None", ())
    return Node((("Some", there, (value,)), ("None", mk_not(there), ())))


def _any_le(args: list[Any]) -> Any:
    terms = tuple(map(lift, args)) if not any(isinstance(a, (Node, Bag, Table, Con)) for a in args) else ()
    prefix = {INT: "int", REAL: "real", STRING: "str"}.get(terms[0].type) if terms else None
    if prefix is None:
        raise NotYet("values that are not written yet are put in order")
    return mk_scalar(f"{prefix}.le", tuple(args), BOOL)


def _defined(sym: Symbolic, name: str, args: list[Any], where: Where) -> bool:
    """Take note of where a partial primitive is not defined; whether it may be."""
    if name in ("int.div", "int.mod", "real.div"):
        zero = Fraction(0) if name == "real.div" else 0
        holds = lower(mk_not(mk_truth(mk_equal(args[1], zero))))
    else:
        size = _scalar("str.len", args[0])
        low, high = (args[1], args[1]) if name == "str.at" else (args[1], args[2])
        order = [_scalar("int.le", 0, low), _scalar("int.le", low, high), _scalar("int.lt" if name == "str.at" else "int.le", high, size)]
        holds = lower(mk_and(map(mk_truth, order)))
    holds = sym.settle(holds, where)
    if holds is not True:
        sym.partial(where, holds)
    return holds is not False


# ---------------------------------------------------------------- sets


def look(sym: Symbolic, rest: Term, where: Where) -> None:
    """All members are looked at: there may be some that are not looked into."""
    if rest is not FALSE and where.decide(rest) is not False:
        sym.cut.append(mk_and((where.term(), rest)))


def member(sym: Symbolic, value: Any, bag: Bag, where: Where) -> Steps:
    """Whether a value is one of the items that are looked into."""
    ways: list[Term] = []
    for guard, item in bag.items:
        here = where.assume(guard)
        if here is None:
            continue
        same = mk_truth((yield sym.equal(value, item, here)))
        if same is TRUE and guard is TRUE:
            return True
        ways.append(mk_and((guard, same)))
    return sym.settle(lower(mk_or(ways)), where)


def _truth(value: Any) -> Term:
    return FALSE if value is UNDEFINED else mk_truth(value)


def _member(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    bag = items_of(args[1])
    look(sym, bag.rest, where)
    return member(sym, args[0], bag, where)


def _add(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    bag = items_of(args[1])
    look(sym, bag.rest, where)
    there = yield member(sym, args[0], bag, where)
    return bag if there is True else Bag((*bag.items, (mk_not(_truth(there)), args[0])))


def _filtered(sym: Symbolic, bag: Bag, other: Bag, wanted: bool, where: Where) -> Steps:
    """The items that are in the other set, or that are not."""
    items = []
    for guard, item in bag.items:
        here = where.assume(guard)
        if here is None:
            continue
        there = _truth((yield member(sym, item, other, here)))
        kept = mk_and((guard, there if wanted else mk_not(there)))
        if kept is not FALSE:
            items.append((kept, item))
    return tuple(items)


def _both(sym: Symbolic, args: list[Any], where: Where) -> tuple[Bag, Bag]:
    one, other = items_of(args[0]), items_of(args[1])
    look(sym, one.rest, where)
    look(sym, other.rest, where)
    return one, other


def _union(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    one, other = _both(sym, args, where)
    return Bag((*one.items, *(yield _filtered(sym, other, one, False, where))))


def _intersect(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    one, other = _both(sym, args, where)
    return Bag((yield _filtered(sym, one, other, True, where)))


def _difference(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    one, other = _both(sym, args, where)
    return Bag((yield _filtered(sym, one, other, False, where)))


def _remove(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    bag = items_of(args[1])
    look(sym, bag.rest, where)
    return Bag((yield _filtered(sym, bag, Bag(((TRUE, args[0]),)), False, where)))


def included(sym: Symbolic, one: Bag, other: Bag, where: Where) -> Steps:
    parts: list[Term] = []
    for guard, item in one.items:
        here = where.assume(guard)
        if here is None:
            continue
        there = yield member(sym, item, other, here)
        if there is False and guard is TRUE:
            return False
        parts.append(mk_implies(guard, _truth(there)))
    return sym.settle(lower(mk_and(parts)), where)


def _subset(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    return included(sym, *_both(sym, args, where), where)


def equal_sets(sym: Symbolic, one: Bag, other: Bag, where: Where) -> Steps:
    look(sym, one.rest, where)
    look(sym, other.rest, where)
    there = yield included(sym, one, other, where)
    if there is False:
        return False
    back = yield included(sym, other, one, where)
    return sym.settle(lower(mk_and((mk_truth(there), mk_truth(back)))), where)


def merge_sets(cond: Term, one: Bag, other: Bag) -> Bag:
    refused = mk_not(cond)
    items = [(mk_and((cond, g)), x) for g, x in one.items] + [(mk_and((refused, g)), x) for g, x in other.items]
    size = None
    if one.size is not None and other.size is not None:
        size = mk_choice(cond, one.size, other.size)
    return Bag(tuple(i for i in items if i[0] is not FALSE), mk_choice_term(cond, one.rest, other.rest), size)


def mk_choice_term(cond: Term, then: Term, other: Term) -> Term:
    return mk_truth(mk_choice(cond, lower(then), lower(other)))


def count(guards: list[Term]) -> Any:
    total: Any = sum(g is TRUE for g in guards)
    for guard in guards:
        if guard is not TRUE:
            total = _scalar("int.add", total, mk_choice(guard, 1, 0))
    return total


def _set_len(sym: Symbolic, args: list[Any], where: Where) -> Any:
    bag = args[0]
    if bag.size is not None:
        return bag.size
    look(sym, bag.rest, where)
    return count([g for g, _ in bag.items])


def _quantified(sym: Symbolic, fn: Any, bag: Bag, where: Where, stop: bool) -> Steps:
    look(sym, bag.rest, where)
    parts: list[Term] = []
    for guard, item in bag.items:
        here = where.assume(guard)
        if here is None:
            continue
        value = sym.settle((yield sym.apply_value(fn, [item], here)), here)
        if value is UNDEFINED:
            value = stop
        if value is stop and guard is TRUE:
            return stop
        parts.append(mk_and((guard, mk_truth(value))) if stop else mk_implies(guard, mk_truth(value)))
    return sym.settle(lower(mk_or(parts) if stop else mk_and(parts)), where)


def _range_quantified(sym: Symbolic, args: list[Any], where: Where, stop: bool) -> Steps:
    fn, low, high = args
    parts: list[Term] = []
    blind = 0
    for index in range(MOST_ROUNDS):
        here = _scalar("int.add", low, index)
        inside = sym.settle(_scalar("int.lt", here, high), where)
        if inside is False:
            break
        guard = mk_truth(inside)
        narrowed = where.assume(guard)
        if narrowed is None:
            break
        before = len(sym.cut) + len(sym.loose)
        value = sym.settle((yield sym.apply_value(fn, [here], narrowed)), narrowed)
        if value is UNDEFINED:
            value = stop
        if value is stop and guard is TRUE:
            return stop
        parts.append(mk_and((guard, mk_truth(value))) if stop else mk_implies(guard, mk_truth(value)))
        where = narrowed
        blind = blind + 1 if len(sym.cut) + len(sym.loose) > before else 0
        if blind == 2:  # beyond what is looked into
            sym.cut.append(where.term())
            break
    else:
        sym.cut.append(where.term())
    return lower(mk_or(parts) if stop else mk_and(parts))


# ---------------------------------------------------------------- maps


def _found(sym: Symbolic, key: Any, table: Table, where: Where) -> Steps:
    """The entries whose key is this one, each under the condition that it is."""
    look(sym, table.rest, where)
    hits: list[tuple[Term, Any]] = []
    for guard, other, value in table.entries:
        here = where.assume(guard)
        if here is None:
            continue
        same = mk_and((guard, _truth((yield sym.equal(key, other, here)))))
        if same is TRUE:
            return [(TRUE, value)]
        if same is not FALSE and where.decide(same) is not False:
            hits.append((same, value))
    return hits


def _has(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    hits = yield _found(sym, args[0], entries_of(args[1]), where)
    return sym.settle(lower(mk_or([c for c, _ in hits])), where)


def _get(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    hits = yield _found(sym, args[0], entries_of(args[1]), where)
    there = mk_or([c for c, _ in hits])
    if there is FALSE:
        return mk_value("None", ())
    value = yield _chosen(sym, hits, where)
    return _option(sym, there, value, where)


def _chosen(sym: Symbolic, hits: list[tuple[Term, Any]], where: Where) -> Steps:
    value = hits[-1][1]
    for cond, other in reversed(hits[:-1]):
        value = yield sym.merge(cond, other, value, where)
    return value


def _at(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    hits = yield _found(sym, args[0], entries_of(args[1]), where)
    there = sym.settle(lower(mk_or([c for c, _ in hits])), where)
    if there is not True:
        sym.partial(where, there)
    return UNDEFINED if there is False else _chosen(sym, hits, where)


def _put(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    table = entries_of(args[2])
    kept = yield _without(sym, args[0], table, where)
    return Table((*kept, (TRUE, args[0], args[1])))


def _map_remove(sym: Symbolic, args: list[Any], where: Where) -> Steps:
    return Table((yield _without(sym, args[0], entries_of(args[1]), where)))


def _without(sym: Symbolic, key: Any, table: Table, where: Where) -> Steps:
    look(sym, table.rest, where)
    kept = []
    for guard, other, value in table.entries:
        here = where.assume(guard)
        if here is None:
            continue
        left = mk_and((guard, mk_not(_truth((yield sym.equal(key, other, here))))))
        if left is not FALSE:
            kept.append((left, other, value))
    return tuple(kept)


def _map_len(sym: Symbolic, args: list[Any], where: Where) -> Any:
    if args[0].size is not None:
        return args[0].size
    look(sym, args[0].rest, where)
    return count([g for g, _, _ in args[0].entries])


def _keys(_: Symbolic, args: list[Any], __: Where) -> Any:
    table = args[0]
    return Bag(tuple((g, k) for g, k, _ in table.entries), table.rest, table.size)


def merge_tables(cond: Term, one: Table, other: Table) -> Table:
    refused = mk_not(cond)
    entries = [(mk_and((cond, g)), k, v) for g, k, v in one.entries] + [(mk_and((refused, g)), k, v) for g, k, v in other.entries]
    size = None
    if one.size is not None and other.size is not None:
        size = mk_choice(cond, one.size, other.size)
    return Table(tuple(e for e in entries if e[0] is not FALSE), mk_choice_term(cond, one.rest, other.rest), size)


def equal_tables(sym: Symbolic, one: Table, other: Table, where: Where) -> Steps:
    look(sym, one.rest, where)
    look(sym, other.rest, where)
    parts: list[Term] = []
    for mine, theirs in ((one, other), (other, one)):
        for guard, key, value in mine.entries:
            here = where.assume(guard)
            if here is None:
                continue
            ways: list[Term] = []
            for cond, found in (yield _found(sym, key, theirs, here)):
                inner = here.assume(cond)
                if inner is not None:
                    ways.append(mk_and((cond, _truth((yield sym.equal(value, found, inner))))))
            parts.append(mk_implies(guard, mk_or(ways)))
    return sym.settle(lower(mk_and(parts)), where)


_SPECIAL: dict[str, Callable[[Symbolic, list[Any], Where], Any]] = {
    "set.member": _member,
    "set.add": _add,
    "set.remove": _remove,
    "set.union": _union,
    "set.intersect": _intersect,
    "set.difference": _difference,
    "set.subset": _subset,
    "set.len": _set_len,
    "set.all": lambda sym, args, where: _quantified(sym, args[0], items_of(args[1]), where, False),
    "set.any": lambda sym, args, where: _quantified(sym, args[0], items_of(args[1]), where, True),
    "int.all": lambda sym, args, where: _range_quantified(sym, args, where, False),
    "int.any": lambda sym, args, where: _range_quantified(sym, args, where, True),
    "map.has": _has,
    "map.get": _get,
    "map.at": _at,
    "map.put": _put,
    "map.remove": _map_remove,
    "map.len": _map_len,
    "map.keys": _keys,
}
