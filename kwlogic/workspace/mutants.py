"""Small changes of a body: the mistakes that a contract should notice.

A mutant differs from the body at one place: another operator, a constant off by one, a condition the other way round,
branches swapped, an element or operand dropped, arguments of one type swapped. What takes a value apart by its
constructor is left alone, as is what only proves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from kwlogic.core.terms import TRUE, Op, Term, mk, mk_and, mk_bool, mk_if, mk_int, mk_not, mk_or, mk_prim, mk_real, mk_str
from kwlogic.core.types import BOOL
from kwlogic.core.walk import rebuild, subterms
from kwlogic.source.data import Span

Change = tuple[str, Term]
_Path = tuple[Term, int, "_Path"] | None


@dataclass(frozen=True, slots=True)
class Mutant:
    """``body`` with one change. ``kind`` in words; ``before`` and ``after``: the changed part; ``span``: where it stands."""

    kind: str
    before: Term
    after: Term
    body: Term
    span: Span | None


def mutants(body: Term) -> Iterator[Mutant]:
    """All mutants of a body, outer parts first, each body once."""
    seen = {body}
    stack: list[tuple[Term, _Path, Span | None]] = [(body, None, None)]
    while stack:
        term, path, span = stack.pop()
        if term.op is Op.AT:
            stack.append((term.args[0], (term, 0, path), term.data))
            continue
        for kind, after in changes(term):
            mutant = _placed(after, path)
            if mutant not in seen and after.type is term.type:
                seen.add(mutant)
                yield Mutant(kind, term, after, mutant, span)
        stack.extend((term.args[i], (term, i, path), span) for i in reversed(_inside(term)))


def _placed(term: Term, path: _Path) -> Term:
    while path is not None:
        parent, index, path = path
        term = rebuild(parent, (*parent.args[:index], term, *parent.args[index + 1 :]))
    return term


def _inside(term: Term) -> range:
    """Positions of the parts that compute something."""
    if term.op in (Op.ASSERT, Op.LEMMA):
        return range(len(term.args) - 1, len(term.args))
    if term.op in (Op.IS, Op.SEL):
        return range(0)
    if term.op is Op.PRIM and term.data == "str.matches":
        return range(1)  # the pattern is part of the operator
    return range(1, len(term.args)) if term.op is Op.IF and _takes_apart(term.args[0]) else range(len(term.args))


def _takes_apart(term: Term) -> bool:
    return any(t.op is Op.IS for t in subterms(term))


def changes(term: Term) -> Iterator[Change]:
    """Changes of the outermost node."""
    rule = _RULES.get(term.op)
    if rule is not None:
        yield from rule(term)


def _literal(term: Term) -> Iterator[Change]:
    value = term.data
    if isinstance(value, bool):
        yield "the other truth value", mk_bool(not value)
    elif isinstance(value, int):
        yield from (("a constant off by one", mk_int(n)) for n in (value + 1, value - 1))
    elif isinstance(value, Fraction):
        yield from (("a constant off by one", mk_real(n)) for n in (value + 1, value - 1))
    else:
        yield ("another text", mk_str("" if value else "?"))


def _prim(term: Term) -> Iterator[Change]:
    yield from (("another operator", mk_prim(name, term.args, term.type)) for name in _OPERATORS.get(term.data, ()))
    if term.data in ("int.lt", "int.le", "real.lt", "real.le", "str.lt", "str.le"):
        yield "a comparison the other way round", mk_prim(term.data, (term.args[1], term.args[0]), BOOL)
    elif term.data in ("set.add", "map.put"):
        yield "an element dropped", term.args[-1]
    elif term.data in ("int.neg", "real.neg"):
        yield "a sign dropped", term.args[0]
    elif term.data == "str.concat":
        yield from (("an operand dropped", a) for a in term.args)
    elif term.data not in _SYMMETRIC:
        yield from _swapped(term)


def _call(term: Term) -> Iterator[Change]:
    if term.data[0] == "std.list.append":
        yield from (("an operand dropped", a) for a in term.args)
    yield from _swapped(term)


def _con(term: Term) -> Iterator[Change]:
    if term.data == "Cons":
        yield "an element dropped", term.args[1]
    elif term.data == "Some":
        yield "nothing instead of something", mk(Op.CON, "None", (), term.type)
    else:
        yield from _swapped(term)


def _swapped(term: Term) -> Iterator[Change]:
    args = term.args
    for i in range(len(args)):
        for j in range(i + 1, len(args)):
            if args[i].type is args[j].type and args[i] is not args[j]:
                order = [*args]
                order[i], order[j] = order[j], order[i]
                yield "arguments swapped", rebuild(term, tuple(order))


def _if(term: Term) -> Iterator[Change]:
    cond, then, other = term.args
    if _takes_apart(cond):
        if not any(t.op is Op.SEL for t in subterms(then, other)):
            yield "branches swapped", mk_if(cond, other, then)
        return
    yield "branches swapped", mk_if(cond, other, then)
    yield "always the first branch", then
    yield "always the second branch", other


def _equation(term: Term) -> Iterator[Change]:
    yield "a condition negated", mk_not(term)


def _junction(term: Term) -> Iterator[Change]:
    if _takes_apart(term):
        return
    join = mk_or if term.op is Op.AND else mk_and
    yield "another operator", join(term.args)
    for i in range(len(term.args)):
        rest = (*term.args[:i], *term.args[i + 1 :])
        yield "an operand dropped", (mk_and if term.op is Op.AND else mk_or)(rest)


def _implication(term: Term) -> Iterator[Change]:
    if not _takes_apart(term.args[0]):
        yield "a condition dropped", term.args[1]
        yield "a conclusion dropped", TRUE


def _negation(term: Term) -> Iterator[Change]:
    if not _takes_apart(term):
        yield "a condition negated", term.args[0]


_OPERATORS = {
    **{f"{t}.add": (f"{t}.sub",) for t in ("int", "real")},
    **{f"{t}.sub": (f"{t}.add",) for t in ("int", "real")},
    **{f"{t}.mul": (f"{t}.add",) for t in ("int", "real")},
    **{f"{t}.lt": (f"{t}.le",) for t in ("int", "real", "str")},
    **{f"{t}.le": (f"{t}.lt",) for t in ("int", "real", "str")},
    "int.div": ("int.mod",),
    "int.mod": ("int.div",),
    "real.div": ("real.mul",),
    "set.union": ("set.intersect",),
    "set.intersect": ("set.union",),
    "str.starts_with": ("str.ends_with",),
    "str.ends_with": ("str.starts_with",),
    "str.lower": ("str.upper",),
    "str.upper": ("str.lower",),
}
# a swap means nothing, or is not well formed
_SYMMETRIC = frozenset(("str.matches", "int.add", "int.mul", "real.add", "real.mul", "set.union", "set.intersect"))
_RULES: dict[Op, Callable[[Term], Iterator[Change]]] = {
    Op.LIT: _literal,
    Op.PRIM: _prim,
    Op.CALL: _call,
    Op.CON: _con,
    Op.IF: _if,
    Op.EQ: _equation,
    Op.AND: _junction,
    Op.OR: _junction,
    Op.IMPLIES: _implication,
    Op.NOT: _negation,
}
