"""Printing core terms in the language's own notation (for messages, logs and debugging).

What has no surface form gets a near one: ``e is C``, ``head(xs)`` and ``tail(xs)`` for the fields of a list, ``e.0`` for
those of a tuple. Spans are not shown. Iterative, and cut off at ``limit`` characters: shared terms can be huge as text.
"""

from __future__ import annotations

from fractions import Fraction

from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type, show_type

LIMIT = 100_000
_Piece = str | tuple[Term, int]  # text, or a term with the least level that needs no parentheses

# levels: 0 let/if/quantifiers, 1 <==>, 2 ==>, 3 or, 4 and, 5 not, 6 comparison, 7 ++, 8 + -, 9 * / // %, 10 unary -, 11 postfix, 12 atom
_INFIX: dict[str, tuple[str, int, int, int]] = {
    **{f"{t}.{op}": (sign, 8, 8, 9) for t in ("int", "real") for op, sign in (("add", "+"), ("sub", "-"))},
    "int.mul": ("*", 9, 9, 10),
    "real.mul": ("*", 9, 9, 10),
    "int.div": ("//", 9, 9, 10),
    "int.mod": ("%", 9, 9, 10),
    "real.div": ("/", 9, 9, 10),
    **{f"{t}.{op}": (sign, 6, 7, 7) for t in ("int", "real", "str") for op, sign in (("lt", "<"), ("le", "<="))},
    "str.concat": ("++", 7, 8, 7),
    "any.le": ("<=", 6, 7, 7),
    "std.list.append": ("++", 7, 8, 7),
    "set.member": ("in", 6, 7, 7),
    "map.has": ("in", 6, 7, 7),
    "std.list.member": ("in", 6, 7, 7),
}
_NAMES = {"real.of_int": "real", "str.of_int": "to_string", "str.of_real": "to_string", "str.of_bool": "to_string"}
_NAMES.update({"str.to_int": "parse_int", "str.to_real": "parse_real", "set.subset": "is_subset"})
_FIELDS = {("Cons", 0): "head", ("Cons", 1): "tail", ("Some", 0): "value"}


def show_term(term: Term, program: Program | None = None, limit: int = LIMIT) -> str:
    """The term as an author would write it. With the program, fields have their names."""
    out: list[str] = []
    length = 0
    stack: list[_Piece] = [(term, 0)]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            out.append(piece)
            length += len(piece)
            if length > limit:
                return "".join(out)[:limit] + "..."
            continue
        here, least = piece
        while here.op is Op.AT:
            here = here.args[0]
        level, pieces = _layer(here, program)
        stack.extend(reversed(pieces if level >= least else ["(", *pieces, ")"]))
    return "".join(out)


_Layer = tuple[int, list[_Piece]]


def _layer(term: Term, program: Program | None) -> _Layer:
    """Level and text of the outermost node."""
    args = term.args
    match term.op:
        case Op.VAR:
            return 12, [term.data]
        case Op.LIT:
            return _literal(term.data)
        case Op.CALL:
            return _named(term.data[0], term)
        case Op.PRIM:
            return _prim(term)
        case Op.CON:
            return _con(term)
        case Op.SEL:
            return _field(term, program)
        case Op.IS:
            return 6, [(args[0], 7), f" is {_short(term.data)}"]
        case Op.IF:
            return 0, ["if ", (args[0], 0), " then ", (args[1], 0), " else ", (args[2], 0)]
        case Op.LET:
            return 0, [f"let {term.data} = ", (args[0], 0), "; ", (args[1], 0)]
        case Op.LAMBDA:
            return 0, [f"fn ({_binders(term.data)}) => ", (args[0], 0)]
        case Op.APPLY:
            return 11, [(args[0], 11), *_call("", args[1:])]
        case Op.FORALL | Op.EXISTS:
            return 0, [f"{'forall' if term.op is Op.FORALL else 'exists'} {_binders(term.data)} :: ", (args[0], 0)]
        case Op.ASSERT:
            return 0, ["assert ", (args[0], 0), "; ", (args[1], 0)]
        case Op.LEMMA:
            return 0, ["apply ", *_call(_short(term.data[0]), args[:-1]), "; ", (args[-1], 0)]
        case _:
            return _connective(term)


def _connective(term: Term) -> _Layer:
    args = term.args
    match term.op:
        case Op.AND:
            return 4, _separated(" and ", args, 5)
        case Op.OR:
            return 3, _separated(" or ", args, 4)
        case Op.NOT if args[0].op is Op.EQ:
            return 6, [(args[0].args[0], 7), " != ", (args[0].args[1], 7)]
        case Op.NOT:
            return 5, ["not ", (args[0], 5)]
        case Op.IMPLIES:
            return 2, [(args[0], 3), " ==> ", (args[1], 2)]
        case Op.EQ if args[0].type.head == "Bool" and not args[0].type.is_var:
            return 1, [(args[0], 2), " <==> ", (args[1], 2)]
        case Op.EQ:
            return 6, [(args[0], 7), " == ", (args[1], 7)]
        case _:
            return 12, [term.op.name]


def _literal(value: int | Fraction | bool | str) -> _Layer:
    from kwlogic.core.value_show import show_value

    negative = not isinstance(value, str) and value < 0
    return 10 if negative else 12, [show_value(value)]


def _short(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _binders(binders: tuple[tuple[str, Type], ...]) -> str:
    return ", ".join(f"{n}: {show_type(t)}" for n, t in binders)


def _separated(separator: str, terms: tuple[Term, ...], least: int) -> list[_Piece]:
    found: list[_Piece] = []
    for term in terms:
        found += [separator, (term, least)] if found else [(term, least)]
    return found


def _call(name: str, args: tuple[Term, ...]) -> list[_Piece]:
    return [name + "(", *_separated(", ", args, 0), ")"]


def _named(name: str, term: Term) -> _Layer:
    if name in _INFIX and len(term.args) == 2:
        sign, level, left, right = _INFIX[name]
        return level, [(term.args[0], left), f" {sign} ", (term.args[1], right)]
    return 11, _call(_NAMES.get(name) or _short(name), term.args)


def _prim(term: Term) -> _Layer:
    args = term.args
    match term.data:
        case "int.neg" | "real.neg":
            return 10, ["-", (args[0], 10)]
        case "str.at":
            return 11, [(args[0], 11), "[", (args[1], 0), "]"]
        case "map.at":
            return 11, [(args[1], 11), "[", (args[0], 0), "]"]
        case "str.slice":
            return 11, [(args[0], 11), "[", (args[1], 0), ":", (args[2], 0), "]"]
        case "set.empty":
            return 12, ["{}"]
        case "map.empty":
            return 12, ["{:}"]
        case "set.add" | "map.put":
            return _collection(term) or _named(term.data, term)
    return _named(term.data, term)


def _collection(term: Term) -> _Layer | None:
    """The literal of additions that start from the empty collection."""
    found: list[_Piece] = []
    here, name = term, term.data
    while here.op is Op.AT or (here.op is Op.PRIM and here.data == name):
        if here.op is Op.PRIM:
            comma: list[_Piece] = [", "] if found else []
            found += [*comma, (here.args[0], 0)] if name == "set.add" else [*comma, (here.args[0], 0), ": ", (here.args[1], 0)]
        here = here.args[-1]
    if here.op is not Op.PRIM or here.data != ("set.empty" if name == "set.add" else "map.empty"):
        return None
    return 12, ["{", *found, "}"]


def _con(term: Term) -> _Layer:
    match term.data:
        case "Nil" | "Cons":
            return _list(term)
        case "Tuple":
            return 12, _call("", term.args)
    return (11, _call(_short(term.data), term.args)) if term.args else (12, [_short(term.data)])


def _list(term: Term) -> _Layer:
    found: list[_Piece] = []
    here = term
    while here.op is Op.AT or (here.op is Op.CON and here.data == "Cons"):
        if here.op is Op.CON:
            found += [", ", (here.args[0], 0)] if found else [(here.args[0], 0)]
        here = here.args[-1]
    if here.op is not Op.CON:
        found += [", *", (here, 0)]
    return 12, ["[", *found, "]"]


def _field(term: Term, program: Program | None) -> _Layer:
    ctor, index = term.data
    if (ctor, index) in _FIELDS:
        return 11, _call(_FIELDS[ctor, index], term.args)
    name = str(index)
    if program is not None and ctor in program.ctors:
        name = program.ctors[ctor].fields[index].name
    elif ctor != "Tuple":
        name = f"{_short(ctor)}_{index}"
    return 11, [(term.args[0], 11), f".{name}"]
