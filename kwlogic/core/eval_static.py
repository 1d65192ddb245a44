"""What compiling wants to know of terms beforehand: which are constants, and which can be run at all."""

from __future__ import annotations

from kwlogic.core.program import ExprBody, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type
from kwlogic.core.value import NIL, NONE, UNIT, Con, Value
from kwlogic.core.walk import subterms

_FEW = 256
_SHARED = {"Nil": NIL, "None": NONE, "Tuple": UNIT}


def strip_at(term: Term) -> Term:
    """The term below its span marks."""
    while term.op is Op.AT:
        term = term.args[0]
    return term


def finite_domain(binders: tuple[tuple[str, Type], ...], program: Program) -> list[tuple[Value, ...]] | None:
    """All values of the binders, where they are few: Bool, enumerations, and tuples and options of them."""
    return _rows(tuple(t for _, t in binders), program, 0)


def _values_of(type: Type, program: Program, depth: int) -> list[Value] | None:
    if type.head == "Bool":
        return [False, True]
    if depth > 4:
        return None
    if type.head == "Tuple":
        rows = _rows(type.args, program, depth + 1)
        return None if rows is None else [Con("Tuple", row) if row else UNIT for row in rows]
    if type.head == "Option":
        rows = _rows(type.args, program, depth + 1)
        return None if rows is None else [NONE, *(Con("Some", row) for row in rows)]
    data = program.datas.get(type.head)
    if data is None or type.is_var or any(c.fields for c in data.ctors):
        return None
    return [Con(c.name, ()) for c in data.ctors]


def _rows(types: tuple[Type, ...], program: Program, depth: int) -> list[tuple[Value, ...]] | None:
    rows: list[tuple[Value, ...]] = [()]
    for type in types:
        values = _values_of(type, program, depth)
        if values is None or len(rows) * len(values) > _FEW:
            return None
        rows = [(*row, value) for row in rows for value in values]
    return rows


class Constants:
    """Values of closed constructor terms; those of ``checked`` constructors are left to run time."""

    def __init__(self, checked: frozenset[str]) -> None:
        self.checked = checked
        self.known: dict[Term, Value | None] = {}

    def of(self, term: Term) -> Value | None:
        """The value, or None where the term is no constant."""
        if term in self.known:
            return self.known[term]
        stack = [term]
        while stack:
            here = stack[-1]
            waiting = [a for a in here.args if a not in self.known] if here.op is Op.CON or here.op is Op.AT else []
            if waiting and here not in self.known:
                stack.extend(waiting)
            else:
                stack.pop()
                if here not in self.known:
                    self.known[here] = self._step(here)
        return self.known[term]

    def _step(self, term: Term) -> Value | None:
        if term.op is Op.LIT:
            value: Value = term.data
            return value
        if term.op is Op.AT:
            return self.known[term.args[0]]
        if term.op is not Op.CON or term.data in self.checked:
            return None
        if not term.args:
            return _SHARED.get(term.data) or Con(term.data, ())
        fields = tuple([self.known[a] for a in term.args])
        return None if any(f is None for f in fields) else Con(term.data, fields)


class Runnable:
    """Which terms can be run: no unbounded quantifier, no oracle, neither here nor in what is called."""

    def __init__(self, program: Program, externals: frozenset[str]) -> None:
        self.program = program
        self.externals = externals
        self.callable: dict[str, bool] = {}

    def term(self, term: Term) -> bool:
        calls, plain = self._scan(term)
        return plain and all(self.name(c) for c in calls)

    def name(self, name: str) -> bool:
        """A fn or kernel; found by reachability, since recursion makes cycles."""
        if name in self.externals:
            return True
        if name in self.callable:
            return self.callable[name]
        seen, stack = {name}, [name]
        while stack:
            body = self.body(stack.pop())
            calls, plain = self._scan(body) if body is not None else (frozenset(), False)
            fresh = [c for c in calls if c not in self.externals and c not in seen]
            if not plain or any(self.callable.get(c) is False for c in fresh):
                self.callable[name] = False
                return False
            seen.update(fresh)
            stack.extend(c for c in fresh if c not in self.callable)
        self.callable.update(dict.fromkeys(seen, True))
        return True

    def body(self, name: str) -> Term | None:
        fn = self.program.fns.get(name)
        if fn is not None:
            return fn.body
        kernel = self.program.kernels.get(name)
        return kernel.body.term if kernel is not None and isinstance(kernel.body, ExprBody) else None

    def _scan(self, term: Term) -> tuple[frozenset[str], bool]:
        calls, plain = set(), True
        for part in subterms(term):
            if part.op is Op.CALL:
                calls.add(part.data[0])
            elif part.op is Op.FORALL or part.op is Op.EXISTS:
                plain = plain and finite_domain(part.data, self.program) is not None
        return frozenset(calls), plain
