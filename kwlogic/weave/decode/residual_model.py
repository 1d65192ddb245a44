"""What terms over scalar unknowns mean where every unknown has a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from kwlogic.core.prim_eval import CALLS
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import BOOL, INT, REAL, Type
from kwlogic.core.value import Con
from kwlogic.weave.decode.residual_scalars import FOLDS

DEFAULTS: dict[Type, Any] = {INT: 0, REAL: Fraction(0), BOOL: False}
_PARTIAL: dict[str, Callable[..., Any]] = {
    "int.div": lambda a, b: a // b if b else 0,
    "int.mod": lambda a, b: a % b if b else a,
    "real.div": lambda a, b: a / b if b else Fraction(0),
    "real.floor": lambda a: a.__floor__(),
    "str.at": lambda s, i: s[i] if 0 <= i < len(s) else "",
    "str.slice": lambda s, i, j: s[i:j] if 0 <= i <= j <= len(s) else "",
    "str.replace": str.replace,
}


class Model:
    """Values of unknowns by name; those without one have the least value of their type. Terms that were asked for are kept."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self._kept: dict[Term, Any] = {}

    def name(self, var: Term, value: Any) -> Term:
        """Give a new unknown a value."""
        self._kept[var] = value
        return var

    def value(self, root: Term) -> Any:
        kept = self._kept
        stack = [root]
        while stack:
            term = stack[-1]
            if term in kept:
                stack.pop()
                continue
            waiting = [a for a in term.args if a not in kept]
            if waiting:
                stack.extend(waiting)
            else:
                stack.pop()
                kept[term] = self._step(term, [kept[a] for a in term.args])
        return kept[root]

    def _step(self, term: Term, args: list[Any]) -> Any:
        match term.op:
            case Op.VAR:
                return self.values.get(term.data, DEFAULTS.get(term.type, ""))
            case Op.LIT:
                return term.data
            case Op.IF:
                return args[1] if args[0] else args[2]
            case Op.AND:
                return all(args)
            case Op.OR:
                return any(args)
            case Op.NOT:
                return not args[0]
            case Op.IMPLIES:
                return not args[0] or args[1]
            case Op.EQ:
                return args[0] == args[1]
            case Op.PRIM:
                return _function(term.data)(*args)
            case Op.IS:
                return args[0].ctor == term.data
            case Op.SEL:
                return args[0].fields[term.data[1]] if isinstance(args[0], Con) and args[0].fields else 0
        raise AssertionError(term.op)


def _function(name: str) -> Callable[..., Any]:
    return FOLDS.get(name) or _PARTIAL.get(name) or CALLS[name]
