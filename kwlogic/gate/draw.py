"""Drawing values: by type, under wants, and whole environments under predicates, out of Hypothesis' choices.

Everything that is drawn shrinks towards small values. Predicates that are not understood are left to luck, to growing
collections item by item, and in the end to the check that whoever asked makes of the finished values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.core.types import Type, subst_type
from kwlogic.core.value import NIL, NONE, Con, MapV, SetV, Value, equal, iter_list, list_value, some, sort_values
from kwlogic.gate.heights import Heights
from kwlogic.gate.patient import Patient
from kwlogic.gate.problem import Problem, predicates, problem_of
from kwlogic.gate.texts import text_strategy
from kwlogic.gate.wants import Env, Reader, Wants

STEPS = 20_000
DEEPEST = 150
ATTEMPTS = 4
MOST_NEAR = 24

Near = dict[Type, list[Value]]
Draw = Callable[[Any], Any]


class Dead(Exception):
    """Nothing satisfies what is wanted, as far as the drawing has gone."""


class Maker:
    """What drawings of one program share."""

    def __init__(self, program: Program, steps: int = STEPS) -> None:
        self.program = program
        self.evaluator = Patient(program, max_steps=steps)
        self.reader = Reader(program, self.evaluator)
        self.heights = Heights(program)
        self._fields: dict[tuple[str, Type], Problem] = {}

    def fields(self, ctor: str, type: Type) -> Problem:
        """The problem of a constructor's fields."""
        key = (ctor, type)
        if key not in self._fields:
            found = self.program.ctors[ctor]
            types = dict(zip(self.program.datas[found.data].tparams, type.args))
            names = [(p.name, subst_type(p.type, types)) for p in found.fields]
            self._fields[key] = problem_of(self.program, names, predicates(found.invariants))
        return self._fields[key]

    def holds(self, preds: Iterable[Term], env: Env) -> bool:
        return all(self.reader.value(p, env) is True for p in preds)


class Drawer:
    """One drawing: everything comes out of ``draw``."""

    def __init__(self, maker: Maker, draw: Draw) -> None:
        self.maker = maker
        self.draw = draw

    def choose(self, count: int) -> int:
        return 0 if count <= 1 else int(self.draw(_integers(0, count - 1)))

    # ------------------------------------------------------------ environments

    def env(self, problem: Problem, known: Env, near: Near, depth: int) -> Env:
        """Values for the variables of a problem; raises Dead where no attempt satisfied the predicates."""
        for _ in range(ATTEMPTS):
            try:
                found = self._attempt(problem, known, near, depth)
            except Dead:
                continue
            if self.maker.holds(problem.preds, {**known, **found}):
                return problem.joined(found)
        raise Dead

    def _attempt(self, problem: Problem, known: Env, near: Near, depth: int) -> Env:
        here, found = dict(known), dict[str, Value]()
        nearby = {t: list(vs) for t, vs in near.items()}
        for (name, type), about in zip(problem.vars, problem.about):
            wants = self.maker.reader.read(about, name, type, here, self.choose)
            wants.keep = [p for p in wants.keep if self.maker.reader.knows(p, {**here, name: 0})]
            value = self.wanted(name, type, wants, here, nearby, depth)
            here[name] = found[name] = value
            self.maker.heights.note(value, type, nearby, MOST_NEAR)
        return found

    def wanted(self, name: str, type: Type, wants: Wants, env: Env, near: Near, depth: int) -> Value:
        """A value of the type that meets the wants."""
        if wants.equal:
            return wants.equal[0]
        pool = self._pool(wants)
        if pool is not None:
            if not pool:
                raise Dead
            return pool[self.choose(len(pool))]
        match type.head:
            case "Int":
                return self.integer(wants, near.get(type, []))
            case "Real":
                return self.real(wants, near.get(type, []))
            case "String":
                return self.text(wants, near.get(type, []))
            case "Bool":
                left = [b for b in (False, True) if b not in wants.unequal]
                return left[self.choose(len(left))] if left else _dead()
            case "List":
                return self.listed(name, type, wants, env, near, depth)
            case "Set":
                return SetV(self.items(type.args[0], wants, near, depth, unique=True))
            case "Map":
                return self.table(type, wants, near, depth)
        return self.constructed(type, wants, near, depth)

    def _pool(self, wants: Wants) -> list[Value] | None:
        if not wants.one_of:
            return None
        first, *others = wants.one_of
        return [v for v in dict.fromkeys(first) if all(v in o for o in others) and v not in wants.unequal]

    def value(self, type: Type, near: Near, depth: int) -> Value:
        return self.wanted("", type, Wants(), {}, near, depth)

    # ------------------------------------------------------------ scalars

    def integer(self, wants: Wants, near: list[Value]) -> int:
        low, high = int_bounds(wants)
        if low is not None and high is not None and low > high:
            raise Dead
        ends = [e for e in (low, high) if e is not None]
        if (near or ends) and self.choose(3) == 2:
            close = [n + d for n in (*ends, *near) for d in (0, 1, -1) if isinstance(n, int)]
            fits = [n for n in dict.fromkeys(close) if (low is None or n >= low) and (high is None or n <= high) and n not in wants.unequal]
            if fits:
                return fits[self.choose(len(fits))]
        found = int(self.draw(int_strategy(low, high)))
        return found + 1 if found in wants.unequal else found

    def real(self, wants: Wants, near: list[Value]) -> Fraction:
        low, high = wants.low, wants.high
        if low is not None and high is not None and (low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1]))):
            raise Dead
        ends = [Fraction(e[0]) for e in (low, high) if e is not None]
        if (near or ends) and self.choose(3) == 2:
            step = Fraction(1, 100)
            close = [n + d for n in (*ends, *near) for d in (0, step, -step, 1) if isinstance(n, Fraction)]
            fits = [x for x in dict.fromkeys(close) if inside(x, low, high) and x not in wants.unequal]
            if fits:
                return fits[self.choose(len(fits))]
        return Fraction(self.draw(real_strategy(low, high)))

    def text(self, wants: Wants, near: list[Value]) -> str:
        if near and wants.loose and self.choose(3) == 2:
            fits = [n for n in near if isinstance(n, str) and len(n) >= wants.least and (wants.most is None or len(n) <= wants.most)]
            fits = [n for n in fits if n not in wants.unequal]
            if fits:
                return fits[self.choose(len(fits))]
        return str(self.draw(text_strategy(wants)))

    # ------------------------------------------------------------ collections

    def _item(self, type: Type, wants: Wants, near: Near, depth: int) -> Value:
        if not wants.items:
            return self.value(type, near, depth - 1)
        env: Env = {}
        preds: list[Term] = []
        name = wants.items[0][0]
        for other, _, body, known in wants.items:
            env |= known
            preds.append(body if other == name else _renamed(body, other, name, type))
        env.pop(name, None)
        return self.env(problem_of(self.maker.program, [(name, type)], preds), env, near, depth - 1)[name]

    def items(self, type: Type, wants: Wants, near: Near, depth: int, unique: bool = False) -> list[Value]:
        """Items as many as wanted, the wanted members among them."""
        must = list(wants.members)
        for name, kind, body, env in wants.some_item:
            must.append(self.env(problem_of(self.maker.program, [(name, kind)], [body]), env, near, depth - 1)[name])
        if unique or wants.distinct:
            must = list(dict.fromkeys(must))
        most = wants.most if wants.most is not None else max(wants.least, len(must)) + _usual(depth)
        if most < wants.least or most < len(must):
            raise Dead
        most = 0 if self.maker.heights.of(type) > depth + 2 and not wants.least else most
        least = max(0, wants.least - len(must))
        if depth <= 0 and wants.most is None:
            most = least + len(must)
        item = _nested(self.maker, lambda d: d._item(type, wants, near, depth))
        key = {"unique": True} if unique or wants.distinct else {}
        found = list(self.draw(st.lists(item, min_size=least, max_size=max(least, most - len(must)), **key)))  # type: ignore[arg-type]
        for value in must:
            if not (unique or wants.distinct) or value not in found:
                found.insert(self.choose(len(found) + 1), value)
        return found

    def listed(self, name: str, type: Type, wants: Wants, env: Env, near: Near, depth: int) -> Value:
        if wants.keep and not wants.members and not wants.least:
            return self.grown(name, type, wants, env, near, depth)
        found = self.items(type.args[0], wants, near, depth)
        return list_value(sort_values(found) if wants.is_sorted else found)

    def grown(self, name: str, type: Type, wants: Wants, env: Env, near: Near, depth: int) -> Value:
        """Item by item in front, as long as the predicates hold: most that speak of a list hold of its tails, too."""
        most = wants.most if wants.most is not None else _usual(depth)
        made: Con = NIL
        length = 0
        for _ in range(self.choose(most + 1)):
            close = near if made is NIL else {**near, type.args[0]: [made.fields[0], *near.get(type.args[0], [])][:MOST_NEAR]}
            bigger = Con("Cons", (self._item(type.args[0], wants, close, depth), made))
            if self.maker.holds(wants.keep, {**env, name: bigger}):
                made, length = bigger, length + 1
        if length == 0 and not self.maker.holds(wants.keep, {**env, name: made}):
            return list_value(self.items(type.args[0], wants, near, depth))
        return list_value(sort_values(iter_list(made))) if wants.is_sorted else made

    def table(self, type: Type, wants: Wants, near: Near, depth: int) -> Value:
        keys = self.items(type.args[0], wants, near, depth, unique=True)
        return MapV({k: self.value(type.args[1], near, depth - 1) for k in keys})

    # ------------------------------------------------------------ data

    def constructed(self, type: Type, wants: Wants, near: Near, depth: int) -> Value:
        if depth < -DEEPEST:
            raise Dead
        known = [v for v in near.get(type, []) if _fits(v, wants)]
        if known and self.choose(4) == 3:
            return known[self.choose(len(known))]
        ctors = [c for c in self.maker.heights.ctors(type, depth) if c[0] not in wants.not_ctors and wants.ctor in (None, c[0])]
        if not ctors:
            raise Dead
        for _ in range(ATTEMPTS):
            ctor, fields = ctors[self.choose(len(ctors))]
            made = self._con(ctor, fields, type, near, depth)
            if _fits(made, wants):
                return made
        raise Dead

    def _con(self, ctor: str, fields: tuple[Type, ...], type: Type, near: Near, depth: int) -> Value:
        if not fields:
            return NONE if ctor == "None" else Con(ctor, ())
        if ctor == "Some":
            return some(self.value(fields[0], near, depth - 1))
        found = self.maker.program.ctors.get(ctor)
        if found is None or not found.invariants:
            return Con(ctor, tuple(self.value(f, near, depth - 1) for f in fields))
        values = self.env(self.maker.fields(ctor, type), {}, near, depth - 1)
        return Con(ctor, tuple(values[p.name] for p in found.fields))


def _dead() -> Value:
    raise Dead


def _fits(value: Value, wants: Wants) -> bool:
    if not isinstance(value, Con) or (wants.ctor is not None and value.ctor != wants.ctor) or value.ctor in wants.not_ctors:
        return False
    return not any(equal(value, u) for u in wants.unequal)


def _usual(depth: int) -> int:
    """How many items a collection has at most where nothing is said."""
    return 6 if depth >= 4 else 4 if depth >= 3 else 3 if depth >= 1 else 1


def _renamed(body: Term, old: str, new: str, type: Type) -> Term:
    from kwlogic.core.terms import mk_var
    from kwlogic.core.walk import free_vars, subst

    return subst(body, {v: mk_var(new, type) for v in free_vars(body) if v.data == old})


@st.composite
def _nested(draw: Draw, maker: Maker, make: Callable[[Drawer], Value]) -> Value:
    """A strategy out of a drawing; a dead end there is one of the whole drawing."""
    return make(Drawer(maker, draw))


# ---------------------------------------------------------------- numbers


@lru_cache(maxsize=4_000)
def _integers(low: int | None, high: int | None) -> st.SearchStrategy[int]:
    return st.integers(low, high)


def int_bounds(wants: Wants) -> tuple[int | None, int | None]:
    low = high = None
    if wants.low is not None:
        value, strict = Fraction(wants.low[0]), wants.low[1]
        low = -(-value.numerator // value.denominator) + (1 if strict and value.denominator == 1 else 0)
    if wants.high is not None:
        value, strict = Fraction(wants.high[0]), wants.high[1]
        high = value.numerator // value.denominator - (1 if strict and value.denominator == 1 else 0)
    return low, high


@lru_cache(maxsize=4_000)
def int_strategy(low: int | None, high: int | None) -> st.SearchStrategy[int]:
    """Small ones, or any."""
    small = (max(-12, low) if low is not None else -12, min(12, high) if high is not None else 12)
    if small == (low, high):
        return st.integers(low, high)
    some = st.integers(low, high) if low is not None or high is not None else st.integers(-1000, 1000) | st.integers()
    return st.one_of(st.integers(*small), st.integers(*small), some) if small[0] <= small[1] else some


def inside(x: Fraction, low: tuple[Any, bool] | None, high: tuple[Any, bool] | None) -> bool:
    above = low is None or (x > low[0] if low[1] else x >= low[0])
    return above and (high is None or (x < high[0] if high[1] else x <= high[0]))


@lru_cache(maxsize=4_000)
def real_strategy(low: tuple[Any, bool] | None, high: tuple[Any, bool] | None) -> st.SearchStrategy[Fraction]:
    """Whole ones, ones of two places, any fraction."""
    bottom, top = (Fraction(low[0]) if low else None), (Fraction(high[0]) if high else None)
    parts = [st.integers(*ends).map(Fraction) for ends in [_whole(bottom, top, 1, 12)] if ends[0] <= ends[1]]
    parts += [st.integers(*ends).map(lambda n: Fraction(n, 100)) for ends in [_whole(bottom, top, 100, 2_000)] if ends[0] <= ends[1]]
    if bottom is not None and top is not None:
        parts.append(st.just((bottom + top) / 2))
    else:
        finest = max([12, *(end.denominator for end in (bottom, top) if end is not None)])
        parts.append(st.fractions(bottom, top, max_denominator=finest))
    found = st.one_of(parts)
    return found.filter(lambda x: inside(x, low, high)) if low or high else found


def _whole(low: Fraction | None, high: Fraction | None, scale: int, reach: int) -> tuple[int, int]:
    """The whole numbers within scaled bounds, close to zero or to a bound."""
    lo = None if low is None else -((-low * scale).__floor__())
    hi = None if high is None else (high * scale).__floor__()
    if lo is None:
        return (-reach if hi is None or hi >= 0 else hi - reach), (reach if hi is None else min(reach, hi) if hi >= 0 else hi)
    first = max(lo, -reach)
    last = reach if first <= reach else first + reach
    return first, last if hi is None else min(last, hi)
