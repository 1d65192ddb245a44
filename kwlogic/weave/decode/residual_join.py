"""Two values that are known in part: whether they are equal, and one or the other of them as one value."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from kwlogic.core.terms import TRUE, Term, mk_and, mk_not, mk_or
from kwlogic.core.value import Con
from kwlogic.weave.decode.residual_scalars import mk_choice, mk_equal, mk_truth
from kwlogic.weave.decode.residual_values import (
    HIDDEN,
    UNDEFINED,
    Bag,
    Closure,
    Delay,
    Node,
    Table,
    Unsupported,
    Where,
    alts_of,
    entries_of,
    items_of,
    known,
    lower,
)

if TYPE_CHECKING:
    from kwlogic.weave.decode.residual_eval import Symbolic

Steps = Generator[Any, Any, Any]


def equal(sym: Symbolic, left: Any, right: Any, where: Where) -> Steps:
    """Whether two values are equal."""
    sym.charge()
    if known(left) and known(right):
        return bool(left == right)
    left, right = sym.force(left, where), sym.force(right, where)
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    if left is right:
        return True
    if isinstance(left, (Node, Con)):
        return equal_data(sym, left, right, where)
    if isinstance(left, (Bag, Table)) or isinstance(right, (Bag, Table)):
        from kwlogic.weave.decode.residual_prims import equal_sets, equal_tables

        if isinstance(left, Table) or isinstance(right, Table):
            return equal_tables(sym, entries_of(left), entries_of(right), where)
        return equal_sets(sym, items_of(left), items_of(right), where)
    if isinstance(left, Closure) or isinstance(right, Closure):
        raise Unsupported("functions are compared")
    return sym.settle(mk_equal(left, right), where)
    yield


def equal_data(sym: Symbolic, left: Any, right: Any, where: Where) -> Steps:
    others = {name: (guard, fields) for name, guard, fields in alts_of(right)}
    ways: list[Term] = []
    for name, guard, fields in alts_of(left):
        if name not in others:
            continue
        both = mk_and((guard, others[name][0]))
        here = where if both is TRUE else where.assume(both)
        if here is None:
            continue
        parts = [both]
        for one, other in zip(fields, others[name][1]):
            same = yield sym.equal(one, other, here)
            if same is UNDEFINED or same is False:
                break
            parts.append(mk_truth(same))
            if isinstance(same, Term):
                narrowed = here.assume(same)
                if narrowed is None:
                    break
                here = narrowed
        else:
            ways.append(mk_and(parts))
    return sym.settle(lower(mk_or(ways)), where)


def merge(sym: Symbolic, cond: Term, then: Any, other: Any, where: Where) -> Steps:
    """``then`` where the condition holds, else ``other``."""
    sym.charge()
    if then is other or other is UNDEFINED:
        return then
    if then is UNDEFINED:
        return other
    if then is HIDDEN or other is HIDDEN:
        sym.cut.append(mk_and((where.term(), cond if then is HIDDEN else mk_not(cond))))
        return other if then is HIDDEN else then
    if isinstance(then, Delay):
        then = sym.opener.open(then)
    if isinstance(other, Delay):
        other = sym.opener.open(other)
    if isinstance(then, (Node, Con)):
        return merge_data(sym, cond, then, other, where)
    if isinstance(then, Closure) or isinstance(other, Closure):
        raise Unsupported("one of several functions is called")
    from kwlogic.weave.decode.residual_prims import merge_sets, merge_tables

    if isinstance(then, Table) or isinstance(other, Table) or hasattr(then, "entries"):
        return merge_tables(cond, entries_of(then), entries_of(other))
    if isinstance(then, Bag) or isinstance(other, Bag) or hasattr(then, "ordered"):
        return merge_sets(cond, items_of(then), items_of(other))
    return mk_choice(cond, then, other)
    yield


def merge_data(sym: Symbolic, cond: Term, then: Any, other: Any, where: Where) -> Steps:
    if isinstance(then, Con) and isinstance(other, Con) and then == other:
        return then
    others = {name: (guard, fields) for name, guard, fields in alts_of(other)}
    refused = mk_not(cond)
    alts = []
    for name, guard, fields in alts_of(then):
        held = mk_and((cond, guard))
        if name in others:
            guard_too, fields_too = others.pop(name)
            parts = []
            for one, two in zip(fields, fields_too):
                parts.append((yield sym.merge(cond, one, two, where)))
            both = guard if guard is guard_too else mk_or((held, mk_and((refused, guard_too))))
            alts.append((name, both, tuple(parts)))
        else:
            alts.append((name, held, fields))
    alts += [(name, mk_and((refused, guard)), fields) for name, (guard, fields) in others.items()]
    size = None
    if isinstance(then, Node) and isinstance(other, Node) and then.size is not None and other.size is not None:
        size = mk_choice(cond, then.size, other.size)
    return Node(tuple(alts), size)
