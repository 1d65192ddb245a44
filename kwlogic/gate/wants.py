"""What a predicate wants of one variable, once the others are known: bounds, lengths, members, patterns, ...

A pure reading of core terms, with nothing random but the ``choose`` that picks which side of a disjunction to aim at.
It may miss wants, or aim where nothing is: whoever uses it checks the finished values against the predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from kwlogic.core.eval import Evaluator
from kwlogic.core.eval_data import EvalStop
from kwlogic.core.logic import erase
from kwlogic.core.program import Program
from kwlogic.core.terms import Op, Term, mk_and, mk_eq, mk_implies, mk_is, mk_not, mk_or, mk_prim, mk_sel, mk_var
from kwlogic.core.types import BOOL, INT, Type
from kwlogic.core.value import Con, MapV, SetV, Value, iter_list
from kwlogic.core.walk import fold, free_vars, rebuild, subst, subst_types, subterms

Env = dict[str, Value]
Choose = Callable[[int], int]
MOST_ITEMS = 30
MOST_NESTED = 40
_LESS = {"int.lt": True, "int.le": False, "real.lt": True, "real.le": False}


@dataclass(slots=True)
class Wants:
    """``low`` and ``high`` with whether they are strict. ``members``: items, keys or parts that must be in it. ``one_of``:
    it is among these. ``part_of``: it is a part of these texts. ``items``: what every item must satisfy, a variable with a
    predicate over it and ``env``. ``keep``: predicates that were not understood."""

    equal: list[Value] = field(default_factory=list)
    unequal: list[Value] = field(default_factory=list)
    one_of: list[list[Value]] = field(default_factory=list)
    part_of: list[str] = field(default_factory=list)
    low: tuple[Any, bool] | None = None
    high: tuple[Any, bool] | None = None
    least: int = 0
    most: int | None = None
    members: list[Value] = field(default_factory=list)
    prefix: str = ""
    suffix: str = ""
    patterns: list[str] = field(default_factory=list)
    items: list[tuple[str, Type, Term, Env]] = field(default_factory=list)
    some_item: list[tuple[str, Type, Term, Env]] = field(default_factory=list)
    is_sorted: bool = False
    distinct: bool = False
    ctor: str | None = None
    not_ctors: set[str] = field(default_factory=set)
    keep: list[Term] = field(default_factory=list)

    def above(self, value: Any, strict: bool) -> None:
        if self.low is None or (value, strict) > self.low:
            self.low = (value, strict)

    def below(self, value: Any, strict: bool) -> None:
        if self.high is None or (value, not strict) < (self.high[0], not self.high[1]):
            self.high = (value, strict)

    @property
    def loose(self) -> bool:
        """Of a text, nothing but its length is wanted."""
        return not (self.patterns or self.part_of or self.prefix or self.suffix or self.members)

    def shorter(self, most: int) -> None:
        self.most = most if self.most is None else min(self.most, most)


class Reader:
    """Reads predicates over one program."""

    def __init__(self, program: Program, evaluator: Evaluator) -> None:
        self.program = program
        self.evaluator = evaluator

    def value(self, term: Term, env: Env) -> Value | None:
        """The value of a term whose variables are known; None where it has none."""
        try:
            return self.evaluator.eval(term, env)
        except (EvalStop, ValueError, RecursionError, MemoryError):
            return None

    def knows(self, term: Term, env: Env) -> bool:
        return all(v.data in env for v in free_vars(term))

    def read(self, preds: Iterable[Term], name: str, type: Type, env: Env, choose: Choose) -> Wants:
        """The wants of ``name`` under predicates that speak of it and of what ``env`` knows."""
        return _Reading(self, name, type, choose).all(preds, env)

    def inlined(self, call: Term) -> Term | None:
        """The body of a call of a fn that does not recurse."""
        fn = self.program.fns.get(call.data[0])
        if fn is None or fn.group or fn.name.startswith("std.list."):
            return None
        types = dict(zip(fn.tparams, call.data[1]))
        params = {mk_var(p.name, p.type): a for p, a in zip(fn.params, call.args)}
        return subst(subst_types(erase(fn.body), types), {subst_types(k, types): v for k, v in params.items()})


class _Reading:
    def __init__(self, reader: Reader, name: str, type: Type, choose: Choose) -> None:
        self.reader, self.name, self.type, self.choose = reader, name, type, choose
        self.wants = Wants()

    def all(self, preds: Iterable[Term], env: Env) -> Wants:
        stack = [(p, env) for p in reversed(list(preds))]
        for _ in range(MOST_NESTED * 10):
            if not stack:
                break
            pred, here = stack.pop()
            more = self.one(pred, here)
            if more is None:
                if here is env:
                    self.wants.keep.append(pred)
            else:
                stack.extend(reversed(more))
        return self.wants

    def speaks(self, term: Term) -> bool:
        return any(v.data == self.name for v in free_vars(term))

    def is_it(self, term: Term) -> bool:
        return term.op is Op.VAR and term.data == self.name

    def one(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        """Take note of a predicate; what is to be read instead of it, or None where it is not understood."""
        if not self.speaks(pred):
            return []
        found = self.understood(pred, env)
        return self.one_branch(pred, env) if found is None else found

    def one_branch(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        """A predicate about a conditional is read as one about one of its branches."""
        if pred.op not in (Op.EQ, Op.PRIM, Op.NOT):
            return None
        choice = next((t for t in subterms(pred) if t.op is Op.IF and self.reader.knows(t, {**env, self.name: 0})), None)
        if choice is None:
            return None
        cond, then, other = choice.args
        sides = (mk_and((cond, replaced(pred, choice, then))), mk_and((mk_not(cond), replaced(pred, choice, other))))
        return [(sides[self.choose(2)], env)]

    def understood(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        match pred.op:
            case Op.VAR:
                self.wants.equal.append(True)
                return []
            case Op.AND:
                return [(p, env) for p in pred.args]
            case Op.OR:
                return self.either(pred.args, env)
            case Op.IMPLIES:
                return self.either((mk_not(pred.args[0]), pred.args[1]), env)
            case Op.NOT:
                return self.negated(pred.args[0], env)
            case Op.IF:
                c, then, other = pred.args
                return self.either((mk_and((c, then)), mk_and((mk_not(c), other))), env)
            case Op.EQ:
                return self.equation(env, *pred.args)
            case Op.IS if self.is_it(pred.args[0]):
                self.wants.ctor = pred.data
                return []
            case Op.PRIM:
                return self.prim(pred, env)
            case Op.CALL:
                return self.call(pred, env)
        return None

    def either(self, sides: tuple[Term, ...], env: Env) -> list[tuple[Term, Env]] | None:
        """Aim at one side that can still be reached, unless one holds already."""
        open_sides = []
        for side in sides:
            if self.speaks(side):
                open_sides.append(side)
            elif self.reader.knows(side, env) and self.reader.value(side, env) is True:
                return []
        if not open_sides:
            return []
        return [(open_sides[self.choose(len(open_sides))], env)]

    def negated(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        match pred.op:
            case Op.VAR:
                self.wants.equal.append(False)
                return []
            case Op.OR:
                return [(mk_not(p), env) for p in pred.args]
            case Op.AND:
                return [(mk_or(mk_not(p) for p in pred.args), env)]
            case Op.IMPLIES:
                return [(pred.args[0], env), (mk_not(pred.args[1]), env)]
            case Op.IF:
                c, then, other = pred.args
                return [(mk_and((mk_implies(c, mk_not(then)), mk_implies(mk_not(c), mk_not(other)))), env)]
            case Op.IS if self.is_it(pred.args[0]):
                self.wants.not_ctors.add(pred.data)
                return []
            case Op.PRIM if pred.data in _LESS:
                other = pred.data[:-2] + ("le" if pred.data.endswith("lt") else "lt")
                return self.prim(mk_prim(other, (pred.args[1], pred.args[0]), BOOL), env)
            case Op.EQ:
                return self.inequation(env, *pred.args)
            case Op.CALL | Op.PRIM if pred.data in ("set.member", "map.has") or pred.op is Op.CALL:
                return self.not_called(pred, env)
        return None

    def not_called(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        name = pred.data[0] if pred.op is Op.CALL else pred.data
        if name in ("std.list.member", "set.member", "map.has") and self.is_it(pred.args[0]) and self.reader.knows(pred.args[1], env):
            self.wants.unequal.extend(items_of(self.reader.value(pred.args[1], env)))
            return []
        inner = self.reader.inlined(pred) if pred.op is Op.CALL else None
        return None if inner is None else [(mk_not(inner), env)]

    # ------------------------------------------------------------ numbers and equality

    def equation(self, env: Env, left: Term, right: Term) -> list[tuple[Term, Env]] | None:
        for mine, other in ((left, right), (right, left)):
            if self.is_it(mine) and self.reader.knows(other, env):
                value = self.reader.value(other, env)
                if value is not None:
                    self.wants.equal.append(value)
                return []
        if left.type is BOOL:
            return self.either((mk_and((left, right)), mk_and((mk_not(left), mk_not(right)))), env)
        for mine, other in ((left, right), (right, left)):
            if mine.op is Op.CON and mine.args and mine.data != "Cons":
                fields = (mk_eq(a, mk_sel(mine.data, i, other, a.type)) for i, a in enumerate(mine.args))
                return [(p, env) for p in (mk_is(mine.data, other), *fields)]
        return self.linear(left, right, env, "equal")

    def inequation(self, env: Env, left: Term, right: Term) -> list[tuple[Term, Env]] | None:
        for mine, other in ((left, right), (right, left)):
            if self.is_it(mine) and self.reader.knows(other, env):
                value = self.reader.value(other, env)
                if value is not None:
                    self.wants.unequal.append(value)
                return []
        if left.type is BOOL:
            return self.either((mk_and((left, mk_not(right))), mk_and((mk_not(left), right))), env)
        return self.linear(left, right, env, "unequal")

    def linear(self, left: Term, right: Term, env: Env, relation: str) -> list[tuple[Term, Env]] | None:
        """``left relation right`` where their difference is linear in the variable, or in its length."""
        if left.type.head not in ("Int", "Real"):
            return None
        length = self.length_term(left, right)
        name, of_int = self.name, self.type is INT
        if length is not None:
            name, of_int = "len~", True
            var = mk_var(name, INT)
            left, right = replaced(left, length, var), replaced(right, length, var)
            if any(v.data == self.name for t in (left, right) for v in free_vars(t)):
                return None
        elif self.type.head not in ("Int", "Real"):
            return None
        slope = self.slope(left, right, name, of_int, env)
        if slope is None:
            return None
        self.note(slope, relation, length is not None)
        return []

    def length_term(self, *terms: Term) -> Term | None:
        for term in subterms(*terms):
            is_len = (term.op is Op.CALL and term.data[0] == "std.list.len") or (term.op is Op.PRIM and str(term.data).endswith(".len"))
            if is_len and self.is_it(term.args[0]):
                return term
        return None

    def slope(self, left: Term, right: Term, name: str, of_int: bool, env: Env) -> tuple[Fraction, Fraction] | None:
        """(a, b) where ``left - right`` is ``a * x + b``, found by trying some x."""
        found = []
        for at in (0, 1, 2, 7):
            here = {**env, name: at if of_int else Fraction(at)}
            if not (self.reader.knows(left, here) and self.reader.knows(right, here)):
                return None
            sides = self.reader.value(left, here), self.reader.value(right, here)
            if any(isinstance(s, bool) or not isinstance(s, int | Fraction) for s in sides):
                return None
            found.append(Fraction(sides[0]) - Fraction(sides[1]))  # type: ignore[arg-type]
        b, a = found[0], found[1] - found[0]
        return (a, b) if a and found[2] == b + 2 * a and found[3] == b + 7 * a else None

    def note(self, slope: tuple[Fraction, Fraction], relation: str, of_length: bool) -> None:
        a, b = slope
        root = -b / a
        if relation == "equal" and of_length:
            self.wants.least, self.wants.most = max(self.wants.least, int(root)), int(root)
        elif relation in ("equal", "unequal"):
            value: Value = int(root) if self.type is INT else root
            (self.wants.equal if relation == "equal" else self.wants.unequal).append(value)
        elif of_length:
            self._length_bound(root, relation == "less", a > 0)
        elif a > 0:
            self.wants.below(root, relation == "less")
        else:
            self.wants.above(root, relation == "less")

    def _length_bound(self, root: Fraction, strict: bool, upper: bool) -> None:
        floor = root.numerator // root.denominator
        whole = root.denominator == 1
        if upper:
            self.wants.shorter(floor - 1 if strict and whole else floor)
        else:
            self.wants.least = max(self.wants.least, floor + (1 if strict or not whole else 0))

    # ------------------------------------------------------------ primitives and calls

    def prim(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        if pred.data in _LESS:
            return self.linear(pred.args[0], pred.args[1], env, "less" if _LESS[pred.data] else "at most")
        match pred.data:
            case "set.member" | "map.has":
                return self.member(env, *pred.args)
            case "set.all" | "set.any":
                return self.quantified(env, pred.data == "set.all", *pred.args)
            case "int.all" | "int.any":
                return self.over_range(pred, env)
            case "set.subset":
                return self.subset(env, *pred.args)
            case "str.contains":
                return self.text(pred.args, env)
            case "str.starts_with" | "str.ends_with" | "str.matches" if self.is_it(pred.args[0]) and self.reader.knows(pred.args[1], env):
                value = self.reader.value(pred.args[1], env)
                if isinstance(value, str):
                    self.affix(str(pred.data), value)
                return []
        return None

    def affix(self, prim: str, value: str) -> None:
        if prim == "str.matches":
            self.wants.patterns.append(value)
        elif prim == "str.starts_with":
            self.wants.prefix = max(self.wants.prefix, value, key=len)
        else:
            self.wants.suffix = max(self.wants.suffix, value, key=len)

    def text(self, args: tuple[Term, ...], env: Env) -> list[tuple[Term, Env]] | None:
        whole, part = args
        if self.is_it(whole) and self.reader.knows(part, env):
            value = self.reader.value(part, env)
            self.wants.members.extend([] if value is None else [value])
            return []
        if self.is_it(part) and self.reader.knows(whole, env):
            value = self.reader.value(whole, env)
            self.wants.part_of.extend([value] if isinstance(value, str) else [])
            return []
        return None

    def call(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        name = pred.data[0]
        if name == "std.list.member":
            return self.member(env, *pred.args)
        if name in ("std.list.all", "std.list.any"):
            return self.quantified(env, name.endswith("all"), *pred.args)
        if name in ("std.list.is_sorted", "std.list_real.is_sorted") and self.is_it(pred.args[0]):
            self.wants.is_sorted = True
            return []
        if name == "std.list.distinct" and self.is_it(pred.args[0]):
            self.wants.distinct = True
            return []
        inner = self.reader.inlined(pred)
        return None if inner is None else [(inner, env)]

    def member(self, env: Env, item: Term, whole: Term) -> list[tuple[Term, Env]] | None:
        if self.is_it(item) and self.reader.knows(whole, env):
            self.wants.one_of.append(items_of(self.reader.value(whole, env)))
            return []
        if self.is_it(whole) and self.reader.knows(item, env):
            value = self.reader.value(item, env)
            self.wants.members.extend([] if value is None else [value])
            return []
        return None

    def subset(self, env: Env, small: Term, large: Term) -> list[tuple[Term, Env]] | None:
        if self.is_it(large) and self.reader.knows(small, env):
            self.wants.members.extend(items_of(self.reader.value(small, env)))
            return []
        if self.is_it(small) and self.reader.knows(large, env):
            element = self.type.args[0]
            pred = mk_prim("set.member", (mk_var("item~", element), large), BOOL)
            self.wants.items.append(("item~", element, pred, env))
            return []
        return None

    def quantified(self, env: Env, every: bool, function: Term, whole: Term) -> list[tuple[Term, Env]] | None:
        if function.op is not Op.LAMBDA:
            return None
        ((name, type),) = function.data
        body = function.args[0]
        if self.is_it(whole) and not self.speaks(function) and self.reader.knows(function, env):
            (self.wants.items if every else self.wants.some_item).append((name, type, body, env))
            return []
        if self.speaks(whole) or not self.reader.knows(whole, env):
            return None
        items = items_of(self.reader.value(whole, env))[:MOST_ITEMS]
        if not every:
            items = [items[self.choose(len(items))]] if items else []
        return [(body, {**env, name: item}) for item in items]

    def over_range(self, pred: Term, env: Env) -> list[tuple[Term, Env]] | None:
        function, low, high = pred.args
        if function.op is not Op.LAMBDA or not (self.reader.knows(low, env) and self.reader.knows(high, env)):
            return None
        ends = self.reader.value(low, env), self.reader.value(high, env)
        if not all(isinstance(e, int) for e in ends):
            return None
        ((name, _),) = function.data
        lo, hi = int(ends[0]), int(ends[1])  # type: ignore[arg-type]
        numbers = range(lo, max(lo, min(hi, lo + MOST_ITEMS)))
        if pred.data == "int.any":
            numbers = numbers[self.choose(len(numbers)) :][:1]
        return [(function.args[0], {**env, name: i}) for i in numbers]


def replaced(term: Term, old: Term, new: Term) -> Term:
    """The term with another in the place of one of its subterms."""
    return fold((term,), lambda t, args: new if t is old else rebuild(t, args))[term]


def items_of(value: Value | None) -> list[Value]:
    """The members of a list or set, the keys of a map."""
    if isinstance(value, SetV):
        return list(value.ordered())
    if isinstance(value, MapV):
        return list(value.keys_ordered())
    return list(iter_list(value)) if isinstance(value, Con) and value.ctor in ("Nil", "Cons") else []
