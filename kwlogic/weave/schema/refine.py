"""Which clauses are keywords: ``0 <= x`` is ``minimum``, ``len(s) <= 5`` is ``maxLength``, ``matches`` is ``pattern``.

A clause counts only where it is a conjunction of such comparisons of one variable with literals; any other is left over.
A Real's bounds are both keyword and left over, since its wire form ``"p/q"`` is a text that no keyword bounds. That the
values of data types keep their invariants is said where the types are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Origin
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type

Keywords = dict[str, Any]
_SIZES = {"List": ("minItems", "maxItems"), "Set": ("minItems", "maxItems"), "String": ("minLength", "maxLength")}


def keywords_of(clauses: Iterable[Clause], types: Mapping[str, Type]) -> tuple[dict[str, Keywords], list[Clause]]:
    """Keywords by variable, and the clauses that are none."""
    found: dict[str, Keywords] = {}
    rest: list[Clause] = []
    for clause in clauses:
        if clause.origin is Origin.INVARIANT:
            continue
        parts = [_keyword(p, types) for p in conjuncts(erase(clause.pred))]
        known = [p for p in parts if p is not None]
        if len(known) < len(parts) or not all(_add(dict(found.get(n, {})), k) for n, k in known):
            rest.append(clause)
            continue
        if any(types[n].head == "Real" for n, _ in known if n in types):
            rest.append(clause)
        for name, keywords in known:
            _add(found.setdefault(name, {}), keywords)
    return found, rest


def conjuncts(term: Term) -> list[Term]:
    found: list[Term] = []
    stack = [term]
    while stack:
        here = stack.pop()
        if here.op is Op.AND:
            stack.extend(reversed(here.args))
        else:
            found.append(here)
    return found


def _add(into: Keywords, more: Keywords) -> bool:
    """Join keywords of one variable: the stricter bound counts; False where two cannot stand together."""
    for key, value in more.items():
        if key not in into:
            into[key] = value
        elif key.startswith(("min", "exclusiveMin")):
            into[key] = max(into[key], value)
        elif key.startswith(("max", "exclusiveMax")):
            into[key] = min(into[key], value)
        elif into[key] != value:
            return False
    return True


def _keyword(term: Term, types: Mapping[str, Type]) -> tuple[str, Keywords] | None:
    choice = _choice(term)
    if choice is not None:
        return choice
    if term.op is Op.PRIM and term.data == "str.matches":
        subject, pattern = term.args
        return (subject.data, {"pattern": pattern.data}) if subject.op is Op.VAR and pattern.op is Op.LIT else None
    if term.op is Op.PRIM and term.data in ("int.le", "int.lt"):
        left, right = term.args
        strict = 1 if term.data == "int.lt" else 0
        if right.op is Op.LIT:
            return _bound(left, right.data - strict, 1)
        if left.op is Op.LIT:
            return _bound(right, left.data + strict, 0)
    if term.op is Op.PRIM and term.data in ("real.le", "real.lt"):
        return _real_bound(term)
    if term.op is Op.EQ and term.args[0].type.head == "Int":
        for one, other in (term.args, term.args[::-1]):
            if other.op is Op.LIT and one.op is not Op.VAR and one.op is not Op.LIT:
                low, high = _bound(one, other.data, 0), _bound(one, other.data, 1)
                if low and high:
                    return low[0], {**low[1], **high[1]}
    return None


def _bound(term: Term, value: int, upper: int) -> tuple[str, Keywords] | None:
    if term.op is Op.VAR and term.type.head == "Int":
        return term.data, {("minimum", "maximum")[upper]: value}
    name = term.data[0] if term.op is Op.CALL else term.data if term.op is Op.PRIM else ""
    if isinstance(name, str) and name.endswith((".len", ".length")) and len(term.args) == 1 and term.args[0].op is Op.VAR:
        words = _SIZES.get(term.args[0].type.head)
        if words is not None:
            return term.args[0].data, {words[upper]: max(value, 0)} if value >= 0 or not upper else {"not": {}}
    return None


def _real_bound(term: Term) -> tuple[str, Keywords] | None:
    left, right = term.args
    word = "exclusive{}imum" if term.data == "real.lt" else "{}imum"
    if left.op is Op.LIT:
        variable, value, end = right, _number(left.data), "Min"
    elif right.op is Op.LIT:
        variable, value, end = left, _number(right.data), "Max"
    else:
        return None
    if variable.op is not Op.VAR or value is None:
        return None
    return variable.data, {word.format(end if word.startswith("ex") else end.lower()): value}


def _number(value: Fraction) -> int | float | None:
    """A bound as a JSON number that every reader takes for the same one; None where there is none."""
    if value.denominator == 1:
        return int(value)
    found = float(value)
    return found if Fraction(repr(found)) == value else None


def _choice(term: Term) -> tuple[str, Keywords] | None:
    """``x == a or x == b`` over literals."""
    options = term.args if term.op is Op.OR else (term,)
    values: list[Any] = []
    names: set[str] = set()
    for option in options:
        if option.op is not Op.EQ:
            return None
        left, right = option.args if option.args[1].op is Op.LIT else option.args[::-1]
        if left.op is not Op.VAR or right.op is not Op.LIT or left.type.head not in ("Int", "String", "Bool"):
            return None
        names.add(left.data)
        values.append(right.data)
    return (names.pop(), {"enum": values}) if len(names) == 1 else None
