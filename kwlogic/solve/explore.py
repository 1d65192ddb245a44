"""Conjectures about the functions of a goal, from their values: theory exploration.

Terms over the goal's functions and constructors are enumerated by size and evaluated on sample values. Terms that agree on
every sample are conjectured equal; where a Boolean term is true, agreement on the remaining samples gives a
conditional conjecture. Only the first term of each class builds larger ones. Nothing here is believed: a prover decides.

Sources: Claessen, Smallbone, Hughes, QuickSpec (2010); Claessen et al., HipSpec (2013).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.program import Program
from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk, mk_con, mk_eq, mk_implies, mk_not, mk_prim, mk_var
from kwlogic.core.types import BOOL, INT, Type
from kwlogic.core.value import Con, Value, equal
from kwlogic.core.walk import free_vars, subst, subterms
from kwlogic.solve.samples import Samples, functions
from kwlogic.source.records import dataclass
from kwlogic.vc.induct import constructors
from kwlogic.vc.theory import Theory, called

VALUATIONS = 36
MOST_TERMS = 1_500
MOST_SIZE = 7
FEWEST_TRUE = 5
STEPS = 3_000
OPAQUE = object()


@dataclass(frozen=True, slots=True)
class Conjecture:
    """For all ``vars``: ``formula``. ``size`` counts its symbols."""

    vars: tuple[Term, ...]
    formula: Term
    size: int


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something that builds terms: a function at its types, a constructor, a primitive, or a constant."""

    op: Op
    data: object
    params: tuple[Type, ...]
    result: Type

    def make(self, args: tuple[Term, ...]) -> Term:
        if self.op is Op.CALL:
            return mk(Op.CALL, self.data, args, self.result)
        if self.op is Op.CON:
            return mk_con(str(self.data), args, self.result)
        return mk_prim(str(self.data), args, self.result)


def signature(theory: Theory, formulas: list[Term]) -> list[Symbol]:
    """The recursive functions in reach of the formulas at the types in use, and the constructors of their types."""
    found: dict[tuple[str, tuple[Type, ...]], Symbol] = {}
    frontier = [t for t in subterms(*formulas) if t.op is Op.CALL]
    while frontier:
        call = frontier.pop(0)
        if call.data in found:
            continue
        definition = theory.definition(call)
        if definition is None:
            continue
        found[call.data] = Symbol(Op.CALL, call.data, tuple(p.type for p in definition.params), call.type)
        frontier.extend(t for t in subterms(definition.body) if t.op is Op.CALL and t.data not in found)
    out = list(found.values())
    types = dict.fromkeys(t for s in out for t in (*s.params, s.result))
    for type in types:
        out.extend(Symbol(Op.CON, name, tuple(t for _, t in fields), type) for name, fields in constructors(theory, type))
    if INT in types:
        out.append(Symbol(Op.PRIM, "int.add", (INT, INT), INT))
    return out


class Explorer:
    """Conjectures for one set of formulas."""

    def __init__(self, theory: Theory, formulas: list[Term], seed: int) -> None:
        self.theory = theory
        self.program: Program = theory.program
        self.samples = Samples(self.program, seed)
        self.evaluator = Evaluator(self.program, max_steps=STEPS, checked=False)
        self.symbols = signature(theory, formulas)
        self.vars = self._variables(formulas)
        self.values: dict[Term, tuple[object, ...]] = {}
        self.classes: dict[tuple[Type, tuple[object, ...]], Term] = {}
        self.by_size: dict[int, list[Term]] = {}
        self.memo: dict[tuple[object, tuple[object, ...]], object] = {}
        self.count = 0
        self.size = 0
        self.work = 0
        """Steps of the evaluator so far."""
        self.same: dict[tuple[Type, Value], Value] = {}
        """One value for all that are equal, so that rows of values are compared by identity."""
        self.seen: set[Term] = set()
        self.of_type: dict[Type, list[Term]] = {}
        for var in self.vars:
            self.of_type.setdefault(var.type, []).append(var)
        self.positions = {v for v in self.vars if v.type.head != "Fun"}

    # ------------------------------------------------------------ variables and their samples

    def _variables(self, formulas: list[Term]) -> list[Term]:
        """Three variables for each first-order type in play, and the formulas' own function variables."""
        types = dict.fromkeys(t for s in self.symbols if s.op is Op.CALL for t in (*s.params, s.result) if t is not BOOL)
        for type in list(types):
            for _, fields in constructors(self.theory, type):
                types.update(dict.fromkeys(f for _, f in fields))
        own = sorted({v for f in formulas for v in free_vars(f) if v.type.head == "Fun"}, key=lambda v: str(v.data))
        first_order = [t for t in types if t.head != "Fun" and t is not BOOL]
        return own + [mk_var(f"l{i}.{n}", t) for i, t in enumerate(first_order) for n in range(3)]

    def _valuate(self) -> None:
        self._add(TRUE, (True,) * VALUATIONS, 1)
        self._add(FALSE, (False,) * VALUATIONS, 1)
        for var in self.vars:
            pool = self._pool(var.type)
            if not pool:
                continue
            pool = [self.same.setdefault((var.type, v), v) if isinstance(v, Con) else v for v in pool]
            values = [self.samples.random_source.choice(pool) for _ in range(VALUATIONS)]
            self._add(var, tuple(values), 1)

    def _pool(self, type: Type) -> list[Value]:
        if type.head == "Fun":
            return [self.evaluator.eval(f, {}) for f in functions(type, self.program)]
        small = list(self.samples.small(type))[:9]
        rest = [v for k in range(40) if (v := self.samples.random(type, 2 + k % 4)) is not None]
        return small + rest

    # ------------------------------------------------------------ enumeration

    def conjectures(self) -> Iterator[Conjecture]:
        """Conjectures in order of size; conditional ones after the equations of the same size."""
        self._valuate()
        for size in range(1, MOST_SIZE + 1):
            self.size = size
            if size == 3:
                yield from self._deciding()
            yield from self._grow(size)
            if size <= 5:
                yield from self._conditional(size)
            if self.count >= MOST_TERMS:
                return

    def _grow(self, size: int) -> Iterator[Conjecture]:
        for symbol in self.symbols:
            for args in self._arguments(symbol.params, size - 1):
                if self.count >= MOST_TERMS:
                    return
                term = symbol.make(args)
                if term in self.values:
                    continue
                values = self._apply(symbol, args)
                if values is None:
                    continue
                other = self._add(term, values, size)
                if other is not None:
                    found = self._equation(term, other, None)
                    if found is not None:
                        yield found

    def _arguments(self, params: tuple[Type, ...], budget: int) -> Iterator[tuple[Term, ...]]:
        """Argument tuples whose sizes add up to the budget."""
        if not params:
            if budget == 0:
                yield ()
            return
        for first in range(1, budget - len(params) + 2):
            heads = [t for t in self.by_size.get(first, ()) if t.type is params[0]]
            if heads:
                tails = list(self._arguments(params[1:], budget - first))
                yield from ((h, *t) for h, t in product(heads, tails))

    def _add(self, term: Term, values: tuple[object, ...], size: int) -> Term | None:
        """Record a term; the representative that it agrees with, if there is one."""
        self.count += 1
        self.values[term] = values
        key = (term.type, values)
        known = self.classes.get(key) if term.type.head != "Fun" else None
        if known is None:
            self.classes[key] = term
            self.by_size.setdefault(size, []).append(term)
        return known

    def _apply(self, symbol: Symbol, args: tuple[Term, ...]) -> tuple[object, ...] | None:
        columns = [self.values[a] for a in args]
        out = []
        for row in zip(*columns, strict=True) if columns else [()] * VALUATIONS:
            value = self._value(symbol, row)
            if value is OPAQUE:
                return None
            out.append(self.same.setdefault((symbol.result, value), value) if isinstance(value, Con) else value)
        return tuple(out)

    def _value(self, symbol: Symbol, row: tuple[object, ...]) -> object:
        if symbol.op is Op.CON:
            return Con(str(symbol.data), row)
        key = (symbol.data, row)
        if key not in self.memo:
            try:
                if symbol.op is Op.CALL:
                    self.memo[key] = self.evaluator.call(symbol.data[0], row)  # type: ignore[index, arg-type]
                    self.work += self.evaluator.steps
                else:
                    self.memo[key] = row[0] + row[1]  # type: ignore[operator]
            except (EvalStop, RecursionError):
                self.memo[key] = OPAQUE
                self.work += self.evaluator.steps
        return self.memo[key]

    # ------------------------------------------------------------ conjectures

    def _equation(self, left: Term, right: Term, cond: Term | None) -> Conjecture | None:
        """``left`` is the larger side; a Boolean constant becomes an atom."""
        body = left if right is TRUE else mk_not(left) if right is FALSE else mk_eq(left, right)
        return self._conjecture(body, cond)

    def _conjecture(self, body: Term, cond: Term | None) -> Conjecture | None:
        formula = self._canonical(self.theory.simplify(body if cond is None else mk_implies(cond, body)))
        if formula.op is Op.LIT or not called(formula) or formula in self.seen:
            return None
        self.seen.add(formula)
        vars = tuple(v for v in self.vars if v in free_vars(formula))
        return Conjecture(vars, formula, len(subterms(formula)))

    def _canonical(self, formula: Term) -> Term:
        """The variables of each type in order of first occurrence, so that variants coincide."""
        order = [t for t in subterms(formula) if t in self.positions]
        used: dict[Type, int] = {}
        env = {}
        for var in order:
            number = used[var.type] = used.get(var.type, -1) + 1
            env[var] = self.of_type[var.type][number]
        return subst(formula, env)

    def _deciding(self) -> Iterator[Conjecture]:
        """Functions that are true of equal values only, held against all pairs of small ones."""
        for symbol in self.symbols:
            if symbol.op is not Op.CALL or symbol.result is not BOOL or len(symbol.params) != 2 or symbol.params[0] is not symbol.params[1]:
                continue
            vars = self.of_type.get(symbol.params[0], [])[:2]
            if len(vars) < 2 or symbol.params[0].head == "Fun":
                continue
            pairs = list(product(self.samples.small(symbol.params[0]), repeat=2))
            true = [p for p in pairs if self._value(symbol, p) is True]
            if true and len(true) < len(pairs) and all(equal(a, b) for a, b in true):
                found = self._conjecture(mk_eq(*vars), symbol.make((vars[0], vars[1])))
                if found is not None:
                    yield found

    def _conditional(self, size: int) -> Iterator[Conjecture]:
        """Where a Boolean term is true, others are true, or terms agree that do not in general."""
        tests = [t for n in range(1, size + 1) for t in self.by_size.get(n, ()) if t.type is BOOL and t.op is Op.CALL]
        signed = [(t, w) for t in tests for w in (True, False)] + [(t, False) for t in self._equalities()]
        for test, wanted in signed:
            for guard in (test if wanted else mk_not(test),):
                rows = [i for i, v in enumerate(self._row(test)) if v is wanted]
                if len(rows) >= FEWEST_TRUE:
                    yield from self._under(guard, rows, size)

    def _equalities(self) -> list[Term]:
        pairs = zip(self.vars, self.vars[1:], strict=False)
        return [mk_eq(a, b) for a, b in pairs if a.type is b.type and a.type.head != "Fun" and a in self.values]

    def _row(self, test: Term) -> tuple[object, ...]:
        if test in self.values:
            return self.values[test]
        left, right = (self.values[a] for a in test.args)
        return tuple(equal(a, b) for a, b in zip(left, right, strict=True))  # type: ignore[arg-type]

    def _under(self, guard: Term, rows: list[int], size: int) -> Iterator[Conjecture]:
        own = free_vars(guard)
        for term in self.by_size.get(size, ()):
            if term.op is not Op.CALL or not own & free_vars(term) or term in subterms(guard):
                continue
            values = [self.values[term][i] for i in rows]
            if term.type is BOOL:
                if all(v is True for v in values) or all(v is False for v in values):
                    found = self._equation(term, TRUE if values[0] is True else FALSE, guard)
                    if found is not None:
                        yield found
                continue
            for small in range(1, 3):
                for other in self.by_size.get(small, ()):
                    if other.type is term.type and all(equal(a, self.values[other][i]) for a, i in zip(values, rows, strict=True)):  # type: ignore[arg-type]
                        found = self._equation(term, other, guard)
                        if found is not None:
                            yield found
                            break
