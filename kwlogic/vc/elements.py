"""Functions that apply their function argument to the elements of a collection, and to nothing else.

Inside the lambda given to one of them, its parameter is an element: a hypothesis for obligations, and a part of the
collection for termination.
"""

from __future__ import annotations

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_and, mk_call, mk_prim
from kwlogic.core.types import BOOL
from kwlogic.source.records import dataclass
from kwlogic.vc.guards import le, lt


@dataclass(frozen=True, slots=True)
class Applies:
    """Argument 0 is the function; its parameter ``item`` runs over argument ``source``."""

    item: int
    source: int


APPLIES: dict[str, Applies] = {
    **{f"std.list.{name}": Applies(0, 1) for name in ("map", "filter", "all", "any")},
    "std.list.fold": Applies(1, 2),
    "set.all": Applies(0, 1),
    "set.any": Applies(0, 1),
    "int.all": Applies(0, 1),
    "int.any": Applies(0, 1),
}

# collections whose elements are elements of one of their arguments
SAME_ELEMENTS: dict[str, int] = {
    "std.list.filter": 1,
    "std.list.take": 1,
    "std.list.drop": 1,
    "std.list.reverse": 0,
    "std.list.unique": 0,
    "set.to_list": 0,
    "map.values": 0,
}


def applied(term: Term) -> Applies | None:
    """How a call or primitive uses the function that is its first argument."""
    if term.op is Op.CALL:
        return APPLIES.get(term.data[0])
    return APPLIES.get(term.data) if term.op is Op.PRIM else None


def element_of(program: Program, user: Term, item: Term, args: tuple[Term, ...]) -> tuple[Term | None, Term | None]:
    """What is known of ``item`` inside the lambda of ``user`` at erased ``args``: a fact, and the collection it is from."""
    name = user.data if user.op is Op.PRIM else user.data[0]
    if name.startswith("int."):
        return mk_and((le(args[1], item), lt(item, args[2]))), None
    source = args[APPLIES[name].source]
    if name.startswith("set."):
        return mk_prim("set.member", (item, source), BOOL), _origin(source)
    if "std.list.member" not in program.fns:
        return None, _origin(source)
    return mk_call("std.list.member", (item.type,), (item, source), BOOL), _origin(source)


def _origin(source: Term) -> Term:
    """The collection behind filters and the like: its elements are those of ``source`` and perhaps more."""
    while True:
        name = source.data if source.op is Op.PRIM else source.data[0] if source.op is Op.CALL else None
        where = SAME_ELEMENTS.get(name) if isinstance(name, str) else None
        if where is None:
            return source
        source = source.args[where]
