"""Projection: from one model of a formula to a set of values of one number, each of which has a completion.

The formula is reduced to a conjunction of linear constraints that the model satisfies and that implies it; then all other
unknowns are eliminated, exactly where arithmetic allows it, else by holding one at its value in the model. What is left
is an interval with a residue class (a ``Cube``) that the model's value is in. No solver is asked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm

from kwlogic.core.terms import Op, Term, mk_var
from kwlogic.core.types import BOOL, INT, REAL, STRING
from kwlogic.source.records import dataclass
from kwlogic.weave.decode.residual_model import Model

MOST_MODULUS = 10**6


@dataclass(frozen=True, slots=True)
class Cube:
    """An interval (None: no bound) of the numbers with ``v % modulus == remainder``; of Reals where ``modulus`` is 0."""

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False
    modulus: int = 1
    remainder: int = 0

    def has(self, value: int | Fraction) -> bool:
        if self.low is not None and (value < self.low or (self.low_open and value == self.low)):
            return False
        if self.high is not None and (value > self.high or (self.high_open and value == self.high)):
            return False
        return self.modulus in (0, 1) or value % self.modulus == self.remainder


class Lin:
    """A linear form over unknowns."""

    __slots__ = ("const", "parts")

    def __init__(self, const: Fraction, parts: dict[Term, Fraction]) -> None:
        self.const, self.parts = const, parts

    def plus(self, other: Lin, times: Fraction) -> Lin:
        parts = dict(self.parts)
        for var, factor in other.parts.items():
            total = parts.get(var, Fraction(0)) + factor * times
            if total:
                parts[var] = total
            else:
                parts.pop(var, None)
        return Lin(self.const + other.const * times, parts)

    def scaled(self, times: Fraction) -> Lin:
        return Lin(self.const * times, {v: f * times for v, f in self.parts.items()} if times else {})

    def value(self, model: Model) -> Fraction:
        return self.const + sum((f * model.value(v) for v, f in self.parts.items()), Fraction(0))

    def put(self, var: Term, form: Lin) -> Lin:
        factor = self.parts.get(var)
        if factor is None:
            return self
        return Lin(self.const, {v: f for v, f in self.parts.items() if v is not var}).plus(form, factor)


@dataclass(frozen=True, slots=True)
class Bound:
    """``form <= 0``, or ``< 0``."""

    form: Lin
    strict: bool


class Constraints:
    """A conjunction: bounds, equalities (``form == 0``), divisibilities (``form % modulus == 0``)."""

    def __init__(self) -> None:
        self.bounds: list[Bound] = []
        self.equal: list[Lin] = []
        self.divides: list[tuple[int, Lin]] = []

    def put(self, var: Term, form: Lin) -> None:
        self.bounds = [Bound(b.form.put(var, form), b.strict) for b in self.bounds]
        self.equal = [e.put(var, form) for e in self.equal]
        self.divides = [(m, d.put(var, form)) for m, d in self.divides]

    def keep(self, focus: Term) -> None:
        """Let go of what does not share unknowns with the focus, directly or through others: the model satisfies it."""
        near: dict[Term, list[Lin]] = {}
        for form in self.forms():
            for var in form.parts:
                near.setdefault(var, []).append(form)
        reached, kept, waiting = {focus}, set(), [focus]
        while waiting:
            for form in near.get(waiting.pop(), ()):
                if id(form) not in kept:
                    kept.add(id(form))
                    waiting.extend(v for v in form.parts if v not in reached)
                    reached.update(form.parts)
        self.bounds = [b for b in self.bounds if id(b.form) in kept]
        self.equal = [e for e in self.equal if id(e) in kept]
        self.divides = [(m, d) for m, d in self.divides if id(d) in kept]

    def forms(self) -> Iterable[Lin]:
        yield from (b.form for b in self.bounds)
        yield from self.equal
        yield from (d for _, d in self.divides)


def differ(term: Term) -> bool:
    """An equality of texts that are unknown or literal: denied, it always leaves more texts than one will ever write."""
    return term.op is Op.EQ and term.args[0].type is STRING and all(a.op in (Op.VAR, Op.LIT) for a in term.args)


def mk_divides(number: int, form: Lin) -> tuple[int, Lin]:
    """A divisibility with factors that are integers below the modulus."""
    scale = lcm(form.const.denominator, *(f.denominator for f in form.parts.values()))
    number *= scale
    parts = {v: f * scale % number for v, f in form.parts.items()}
    return number, Lin(form.const * scale % number, {v: f for v, f in parts.items() if f})


class Projection:
    """Gathers the constraints for one model; ``focus`` is the unknown that is kept."""

    def __init__(self, model: Model, focus: Term) -> None:
        self.model = model
        self.focus = focus
        self.all = Constraints()
        self._point = False
        self._seen: set[tuple[Term, bool]] = set()
        self._products: dict[Term, Term] = {}
        self.lengths: dict[Term, Term] = {}
        self.tied: set[Term] = set()

    # ------------------------------------------------------------ from formulas

    def require(self, formulas: Iterable[Term]) -> None:
        """Formulas that the model makes true."""
        waiting = [(f, True) for f in formulas]
        while waiting:
            term, wanted = waiting.pop()
            if (term, wanted) in self._seen:
                continue
            self._seen.add((term, wanted))
            match term.op:
                case Op.LIT:
                    pass
                case Op.NOT:
                    waiting.append((term.args[0], not wanted))
                case Op.AND | Op.OR if (term.op is Op.AND) is wanted:
                    waiting.extend((a, wanted) for a in term.args)
                case Op.AND | Op.OR:
                    waiting.append((self._one(term.args, wanted), wanted))
                case Op.IMPLIES:
                    waiting.extend(self._implies(term, wanted))
                case Op.IF:
                    cond = self.model.value(term.args[0])
                    waiting += [(term.args[0], cond), (term.args[1 if cond else 2], wanted)]
                case Op.EQ if term.args[0].type is BOOL:
                    waiting.extend((a, self.model.value(a)) for a in term.args)
                case _:
                    self._atom(term, wanted)

    def _one(self, parts: tuple[Term, ...], wanted: bool) -> Term:
        """Of several parts, one that is as wanted; rather one that does not speak of what is kept."""
        from kwlogic.core.walk import free_vars

        fits = [p for p in parts if self.model.value(p) is wanted]
        return min(fits, key=lambda p: (self.focus in free_vars(p), len(free_vars(p))))

    def _implies(self, term: Term, wanted: bool) -> list[tuple[Term, bool]]:
        cond, then = term.args
        if not wanted:
            return [(cond, True), (then, False)]
        if self.model.value(cond):
            return [(then, True)]
        if not self.model.value(then):
            return [(cond, False)]
        one = self._one_of_two(cond, then)
        return [one]

    def _one_of_two(self, cond: Term, then: Term) -> tuple[Term, bool]:
        from kwlogic.core.walk import free_vars

        return (then, True) if self.focus not in free_vars(then) else (cond, False)

    def _atom(self, term: Term, wanted: bool) -> None:
        numeric = term.args and all(a.type in (INT, REAL) for a in term.args)
        if term.op is Op.EQ and numeric:
            self._equality(term.args[0], term.args[1], wanted)
        elif term.op is Op.PRIM and numeric and term.data in ("int.le", "int.lt", "real.le", "real.lt"):
            left, right = self.linear(term.args[0]), self.linear(term.args[1])
            strict = term.data.endswith("lt")
            form = left.plus(right, Fraction(-1)) if wanted else right.plus(left, Fraction(-1))
            self.bound(form, strict if wanted else not strict)
        elif not (differ(term) and not wanted):
            self._hold(term)

    def _equality(self, one: Term, other: Term, wanted: bool) -> None:
        form = self.linear(one).plus(self.linear(other), Fraction(-1))
        if wanted:
            self.all.equal.append(form)
        elif form.value(self.model) < 0:
            self.bound(form, True)
        else:
            self.bound(form.scaled(Fraction(-1)), True)

    def bound(self, form: Lin, strict: bool) -> None:
        if strict and all(v.type is INT for v in form.parts):
            scale = lcm(*(f.denominator for f in (*form.parts.values(), form.const)))
            form, strict = Lin(form.const * scale + 1, {v: f * scale for v, f in form.parts.items()}), False
        self.all.bounds.append(Bound(form, strict))

    def _hold(self, term: Term) -> None:
        """Keep what an atom rests on as it is in the model; numbers inside it, too."""
        from kwlogic.core.walk import free_vars

        for var in free_vars(term):
            if var.type is STRING:
                self.tied.add(var)
            else:
                self.hold(var)

    def hold(self, var: Term) -> None:
        """Keep an unknown at its value in the model."""
        if var.type in (INT, REAL):
            self.all.equal.append(Lin(-Fraction(self.model.value(var)), {var: Fraction(1)}))
        if var is self.focus:
            self._point = True

    # ------------------------------------------------------------ from terms

    def linear(self, root: Term) -> Lin:
        """A linear form that equals the term where what is required of it holds."""
        done: dict[Term, Lin] = {}
        stack = [root]
        while stack:
            term = stack[-1]
            if term in done:
                stack.pop()
                continue
            wanted = self._operands(term)
            waiting = [a for a in wanted if a not in done]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            done[term] = self._form(term, [done[a] for a in wanted])
        return done[root]

    def _operands(self, term: Term) -> tuple[Term, ...]:
        if term.op is Op.IF:
            return (term.args[1 if self.model.value(term.args[0]) else 2],)
        if term.op is Op.PRIM and term.data in _LINEAR and all(a.type in (INT, REAL) for a in term.args):
            return term.args
        return ()

    def _form(self, term: Term, forms: list[Lin]) -> Lin:
        if term.op is Op.LIT:
            return Lin(Fraction(term.data), {})
        if term.op is Op.VAR:
            return Lin(Fraction(0), {term: Fraction(1)})
        if term.op is Op.IF:
            cond = term.args[0]
            from kwlogic.core.terms import mk_not

            self.require([cond if self.model.value(cond) else mk_not(cond)])
            return forms[0]
        if term.op is Op.PRIM and term.data == "str.len" and term.args[0].op is Op.VAR:
            return Lin(Fraction(0), {self._length(term.args[0]): Fraction(1)})
        if not forms:
            self._hold(term)
            return Lin(Fraction(self.model.value(term)), {})
        return self._arithmetic(term, forms)

    def _length(self, text: Term) -> Term:
        """The length of an unknown text, as an unknown of its own."""
        if text not in self.lengths:
            self.lengths[text] = self.model.name(mk_var(f"{text.data}|", INT), len(self.model.value(text)))
        return self.lengths[text]

    def _settle_lengths(self) -> None:
        """A text that only has to differ from others may have any length but none; of others it is held."""
        tied = self.ties()
        for text, length in self.lengths.items():
            if text in tied or not self.model.value(length):
                self.hold(length)
            else:
                self.bound(Lin(Fraction(1), {length: Fraction(-1)}), False)

    def ties(self) -> set[Term]:
        """Texts that are held at their values."""
        return self.tied

    def _arithmetic(self, term: Term, forms: list[Lin]) -> Lin:
        match term.data.partition(".")[2]:
            case "add":
                return forms[0].plus(forms[1], Fraction(1))
            case "sub":
                return forms[0].plus(forms[1], Fraction(-1))
            case "neg":
                return forms[0].scaled(Fraction(-1))
            case "of_int":
                return forms[0]
            case "mul":
                return self._product(forms[0], forms[1])
            case "floor":
                return self._floor(forms[0])
            case _:
                return self._quotient(term, forms[0], forms[1])

    def _known(self, form: Lin) -> Fraction:
        """The value of a form, which is kept as it is in the model."""
        value = form.value(self.model)
        if form.parts:
            self.all.equal.append(form.plus(Lin(value, {}), Fraction(-1)))
        return value

    def _product(self, one: Lin, other: Lin) -> Lin:
        for form, partner in ((one, other), (other, one)):
            scaled = self._with_focus(form, partner)
            if scaled is not None:
                return scaled
        kept, held = sorted((one, other), key=self._held_last)
        return kept.scaled(self._known(held))

    def _held_last(self, form: Lin) -> tuple[bool, bool, bool]:
        """Of two factors one is held: a number, else one without the focus, else one of integers."""
        return (not form.parts, self.focus not in form.parts, all(v.type is INT for v in form.parts))

    def _with_focus(self, form: Lin, partner: Lin) -> Lin | None:
        """A real unknown times the focus, as an unknown of its own: see ``_multiplied``."""
        if set(form.parts) != {self.focus} or form.const or len(partner.parts) != 1 or partner.const:
            return None
        ((var, factor),) = partner.parts.items()
        here = self.model.value(self.focus)
        if var.type is not REAL or var is self.focus or not here:
            return None
        product = self.model.name(mk_var(f"{var.data}*", REAL), here * self.model.value(var))
        self._products[var] = product
        return Lin(Fraction(0), {product: factor * form.parts[self.focus]})

    def _multiplied(self) -> None:
        """Where an unknown was multiplied with the focus: bounds of it alone become bounds of the product, which is free
        otherwise, as the focus keeps its sign. In other company it is held."""
        for var, product in self._products.items():
            sign = 1 if self.model.value(self.focus) > 0 else -1
            self.bound(Lin(Fraction(0), {self.focus: Fraction(-sign)}), True)
            alone = all(set(b.form.parts) == {var} for b in self.all.bounds if var in b.form.parts)
            if not alone or any(var in form.parts for form in self.all.equal):
                value = Fraction(self.model.value(var))
                self.all.put(var, Lin(value, {}))
                self.all.put(product, Lin(Fraction(0), {self.focus: value}))
                continue
            bounds = []
            for bound in self.all.bounds:
                factor = bound.form.parts.get(var)
                if factor is not None:
                    form = Lin(Fraction(0), {product: factor * sign})
                    if bound.form.const:
                        form.parts[self.focus] = bound.form.const * sign
                    bound = Bound(form, bound.strict)
                bounds.append(bound)
            self.all.bounds = bounds

    def _floor(self, form: Lin) -> Lin:
        whole = Fraction(form.value(self.model).__floor__())
        self.all.bounds.append(Bound(Lin(whole, {}).plus(form, Fraction(-1)), False))
        self.all.bounds.append(Bound(form.plus(Lin(whole + 1, {}), Fraction(-1)), True))
        return Lin(whole, {})

    def _quotient(self, term: Term, top: Lin, under: Lin) -> Lin:
        divisor = self._known(under)
        if term.data == "real.div":
            return top.scaled(1 / divisor) if divisor else Lin(Fraction(0), {})
        if not divisor:
            return Lin(Fraction(0), {}) if term.data == "int.div" else top
        rest = top.value(self.model) % divisor
        shifted = top.plus(Lin(rest, {}), Fraction(-1))
        if top.parts:
            self.all.divides.append(mk_divides(int(abs(divisor)), shifted))
        return Lin(rest, {}) if term.data == "int.mod" else shifted.scaled(1 / divisor)

    # ------------------------------------------------------------ elimination

    def cube(self) -> Cube:
        """What is left of the unknown that is kept, once all others are eliminated."""
        here = Fraction(self.model.value(self.focus))
        modulus = 0 if self.focus.type is REAL else 1
        if self._point:
            return Cube(here, False, here, False, modulus)
        from kwlogic.weave.decode.residual_eliminate import eliminate

        self._settle_lengths()
        self._multiplied()
        self.all.keep(self.focus)
        others: dict[Term, None] = {}
        for form in self.all.forms():
            others.update((v, None) for v in form.parts if v is not self.focus)
        eliminate(self.all, list(others), self.model)
        return self._last(here, modulus)

    def _last(self, here: Fraction, modulus: int) -> Cube:
        low: tuple[Fraction, bool] | None = None
        high: tuple[Fraction, bool] | None = None
        for form in self.all.equal:
            if form.parts:
                return Cube(here, False, here, False, modulus)
        for bound in self.all.bounds:
            factor = bound.form.parts.get(self.focus)
            if factor is None:
                continue
            edge = -bound.form.const / factor
            if factor > 0 and (high is None or (edge, not bound.strict) < (high[0], not high[1])):
                high = edge, bound.strict
            if factor < 0 and (low is None or (edge, bound.strict) > low):
                low = edge, bound.strict
        rest = self._residue(here) if modulus else (0, 0)
        if rest is None:
            return Cube(here, False, here, False, modulus)
        if modulus:
            return _whole(low, high, *rest)
        return Cube(low and low[0], bool(low and low[1]), high and high[0], bool(high and high[1]), 0)

    def _residue(self, here: Fraction) -> tuple[int, int] | None:
        modulus = 1
        for number, form in self.all.divides:
            factor = form.parts.get(self.focus)
            if factor is None:
                continue
            modulus = lcm(modulus, number // gcd(number, int(factor)))
        if modulus > MOST_MODULUS:
            return None
        return modulus, int(here) % modulus


def _whole(low: tuple[Fraction, bool] | None, high: tuple[Fraction, bool] | None, modulus: int, remainder: int) -> Cube:
    """Bounds of integers, closed and of the residue class."""
    start = end = None
    if low is not None:
        start = low[0].__floor__() + 1 if low[1] else low[0].__ceil__()
        start += (remainder - start) % modulus
    if high is not None:
        end = high[0].__ceil__() - 1 if high[1] else high[0].__floor__()
        end -= (end - remainder) % modulus
    as_fraction = (None if start is None else Fraction(start), None if end is None else Fraction(end))
    return Cube(as_fraction[0], False, as_fraction[1], False, modulus, remainder)


_LINEAR = frozenset(
    (
        *(f"int.{op}" for op in ("add", "sub", "neg", "mul", "div", "mod")),
        *(f"real.{op}" for op in ("add", "sub", "neg", "mul", "div", "of_int", "floor")),
    )
)
