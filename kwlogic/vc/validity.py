"""What is known of every value of a type: the invariants that its constructions were obliged to establish."""

from __future__ import annotations

from kwlogic.core.logic import erase
from kwlogic.core.program import Program
from kwlogic.core.terms import TRUE, Term, mk_and, mk_call, mk_implies, mk_is, mk_lambda, mk_sel, mk_var
from kwlogic.core.types import BOOL, Type


def valid(program: Program, value: Term) -> Term:
    """The validity of a value as an erased term; ``true`` where its type promises nothing that is seen here."""
    return erase(_valid(program, value))


def _valid(program: Program, value: Term) -> Term:
    kind = value.type
    data = program.datas.get(kind.head)
    if data is not None:
        return TRUE if data.valid is None else mk_call(data.valid, kind.args, (value,), BOOL)
    match kind.head:
        case "Tuple":
            return mk_and(_valid(program, mk_sel("Tuple", i, value, t)) for i, t in enumerate(kind.args))
        case "Option":
            return mk_implies(mk_is("Some", value), _valid(program, mk_sel("Some", 0, value, kind.args[0])))
        case "List":
            return _each(program, value, kind.args[0])
    return TRUE


def _each(program: Program, value: Term, element: Type) -> Term:
    item = mk_var("each'", element)
    inside = _valid(program, item)
    if inside is TRUE:
        return TRUE
    return mk_call("std.list.all", (element,), (mk_lambda((("each'", element),), inside), value), BOOL)
