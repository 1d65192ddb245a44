"""Contracts over a handful of values, as sets: what laws mean, by counting. Shares nothing with how laws are proved.

A ``Relation`` says where a kernel is allowed (``allowed``), what it may yield (``yields``) and where it may fail (``fails``), over
tuples of values. Lists are pairs here, so ``map`` works on both halves of a wire that is read as one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from kwlogic.compose import law_terms as w

Tuple = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    ins: int
    outs: int
    allowed: frozenset[Tuple]
    yields: frozenset[tuple[Tuple, Tuple]]
    fails: frozenset[Tuple]


@dataclass(frozen=True, slots=True)
class Model:
    """``size``: how many values a wire may have; ``at``: the elements of the list that a value stands for."""

    size: int
    kernels: Mapping[str, Relation]
    preds: Mapping[str, frozenset[int]]
    at: Mapping[tuple[int, int], int]

    def values(self, count: int) -> list[Tuple]:
        return list(product(range(self.size), repeat=count))


def refines(one: Relation, other: Relation) -> bool:
    """``one`` may replace ``other``."""
    return (
        other.allowed <= one.allowed
        and all(p in other.yields for p in one.yields if p[0] in other.allowed)
        and all(x in other.fails for x in one.fails if x in other.allowed)
    )


def test(cond: w.Cond, xs: Tuple, model: Model) -> bool:
    match cond:
        case w.Pred(name):
            return xs[0] in model.preds[name]
        case w.Not(pred):
            return not test(pred, xs, model)
        case w.And(left, right):
            return test(left, xs, model) and test(right, xs, model)
        case w.Later(kernel, pred):
            return any(x == xs and test(pred, y, model) for x, y in meaning(kernel, model).yields)


def meaning(term: w.Term, model: Model) -> Relation:
    """The contract of a term. Terms of laws are small, so this recurses."""
    ins, outs = w.arity(term)
    space, ends = model.values(ins), model.values(outs)

    def make(allowed: Iterable[Tuple], yields: Iterable[tuple[Tuple, Tuple]], fails: Iterable[Tuple]) -> Relation:
        return Relation(ins, outs, frozenset(allowed), frozenset(yields), frozenset(fails))

    match term:
        case w.Meta(name):
            return model.kernels[name]
        case w.Wires(_, picks):
            return make(space, ((x, tuple(x[i] for i in picks)) for x in space), ())
        case w.Fail():
            return make(space, (), space)
        case w.Gate(kind, pred):
            good = [x for x in space if test(pred, x, model)]
            through = [(x, x) for x in (space if kind == "assert" else good)]
            return make(good if kind == "assert" else space, through, (x for x in space if kind == "guard" and x not in good))
        case w.Seq(left, right):
            return _seq(meaning(left, model), meaning(right, model))
        case w.Par(left, right):
            a, b = meaning(left, model), meaning(right, model)
            pairs = ((x + u, y + v) for x, y in a.yields for u, v in b.yields)
            either = (z for z in space if z[: a.ins] in a.fails or z[a.ins :] in b.fails)
            return make((x + u for x in a.allowed for u in b.allowed), pairs, either)
        case w.Fallback(left, right):
            a, b = meaning(left, model), meaning(right, model)
            late = (p for p in b.yields if p[0] in a.fails)
            return make((x for x in a.allowed if x not in a.fails or x in b.allowed), {*a.yields, *late}, a.fails & b.fails)
        case w.Case(cond, then, other):
            a, b = meaning(then, model), meaning(other, model)
            first = {x for x in space if test(cond, x, model)}
            rest = set(space) - first
            taken = {p for p in a.yields if p[0] in first} | {p for p in b.yields if p[0] in rest}
            return make((a.allowed & first) | (b.allowed & rest), taken, (a.fails & first) | (b.fails & rest))
        case w.Either(left, right):
            a, b = meaning(left, model), meaning(right, model)
            return make(a.allowed & b.allowed, a.yields | b.yields, a.fails | b.fails)
        case w.Both(left, right):
            a, b = meaning(left, model), meaning(right, model)
            meet = [p for p in product(space, ends) if all(p[0] not in k.allowed or p in k.yields for k in (a, b))]
            return make(a.allowed | b.allowed, meet, (x for x in space if all(x not in k.allowed or x in k.fails for k in (a, b))))
        case w.Pointwise(body):
            return _pointwise(meaning(body, model), model)
        case w.Looped(inv, cond, within):
            start = [x for x in space if test(inv, x, model) and (within is None or test(within, x, model))]
            done = [y for y in space if test(inv, y, model) and not test(cond, y, model)]
            return make(start, product(space, done), space if within is None else ())
        case w.Quotient():
            return _quotient(term, model)


def _seq(a: Relation, b: Relation) -> Relation:
    next_: dict[Tuple, list[Tuple]] = {}
    for x, y in a.yields:
        next_.setdefault(x, []).append(y)
    allowed = frozenset(x for x in a.allowed if all(m in b.allowed for m in next_.get(x, ())))
    yields = frozenset((x, y) for x, m in a.yields for n, y in b.yields if m == n)
    fails = a.fails | {x for x, m in a.yields if m in b.fails}
    return Relation(a.ins, b.outs, allowed, yields, fails)


def _pointwise(a: Relation, model: Model) -> Relation:
    """A value ``x`` stands for the list of ``at(i, x)``, for all ``i``."""
    every = range(model.size)

    def item(i: int, x: Tuple) -> Tuple:
        return (model.at[i, x[0]],)

    space = model.values(1)
    allowed = frozenset(x for x in space if all(item(i, x) in a.allowed for i in every))
    yields = frozenset((x, y) for x in space for y in space if all((item(i, x), item(i, y)) in a.yields for i in every))
    return Relation(1, 1, allowed, yields, frozenset(x for x in space if any(item(i, x) in a.fails for i in every)))


def _quotient(term: w.Quotient, model: Model) -> Relation:
    s, a, b = (meaning(t, model) for t in (term.whole, term.before, term.after))
    ins, outs = w.arity(term)
    comes = {m: [x for x in s.allowed if (x, m) in a.yields] for m in model.values(ins)}
    yields = frozenset(
        (m, n)
        for m, n in product(model.values(ins), model.values(outs))
        if n in b.allowed
        and all((x, z) in s.yields for x in comes[m] for k, z in b.yields if k == n)
        and all(x in s.fails for x in comes[m] if n in b.fails)
    )
    fails = frozenset(m for m, xs in comes.items() if all(x in s.fails for x in xs))
    return Relation(ins, outs, frozenset(m for m, xs in comes.items() if xs), yields, fails)


# ---------------------------------------------------------------- statements


def true(says: w.Statement, model: Model) -> bool:
    match says:
        case w.Refines(left, right):
            return refines(meaning(left, model), meaning(right, model))
        case w.Equal(left, right):
            a, b = meaning(left, model), meaning(right, model)
            return refines(a, b) and refines(b, a)
        case w.All(parts):
            return all(true(p, model) for p in parts)
        case w.Same(one, other):
            return true(one, model) == true(other, model)
        case w.Is(flag, kernel):
            return _flag(flag, meaning(kernel, model), model)
        case w.Fits(part, whole):
            a, s = meaning(part, model), meaning(whole, model)
            return s.allowed <= a.allowed and s.allowed & a.fails <= s.fails
        case w.Kept(inv, cond, body):
            a = meaning(body, model)
            start = {x for x in model.values(1) if test(inv, x, model) and test(cond, x, model)}
            return start <= a.allowed and all(test(inv, y, model) for x, y in a.yields if x in start)
        case w.Shrinks(cond, body, now, later):
            busy = [x for x in model.values(1) if test(cond, x, model)]
            if body is None or now is None:
                return not any(test(later, x, model) for x in busy)
            inside = {x for x in busy if test(now, x, model)}
            return all(test(later, y, model) for x, y in meaning(body, model).yields if x in inside)


def _flag(flag: str, a: Relation, model: Model) -> bool:
    match flag:
        case "feasible":
            return a.allowed <= {x for x, _ in a.yields}
        case "deterministic":
            return len({x for x, _ in a.yields}) == len(a.yields)
        case "infallible":
            return not a.fails
        case "undemanding":
            return a.allowed >= frozenset(model.values(a.ins))
        case _:
            raise ValueError(f"no flag `{flag}`")


def breaks(claim: w.Claim, model: Model) -> bool:
    """The conditions hold in the model, and what is claimed under them does not."""
    return all(true(g, model) for g in claim.given) and not true(claim.says, model)


# ---------------------------------------------------------------- models


def random_model(claim: w.Claim, size: int, dice: random.Random) -> Model:
    """A model of what the claim is about; flags that it asks of a kernel are given to it."""
    kernels, preds = w.symbols(claim.says, *claim.given)
    flags: dict[str, set[str]] = {}
    for given in claim.given:
        if isinstance(given, w.Is) and isinstance(given.kernel, w.Meta):
            flags.setdefault(given.kernel.name, set()).add(given.flag)
    made = {n: random_relation(k.ins, k.outs, size, dice, flags.get(n, set())) for n, k in kernels.items()}
    chosen = {n: frozenset(v for v in range(size) if dice.random() < 0.5) for n in preds}
    return Model(size, made, chosen, {(i, v): dice.randrange(size) for i in range(size) for v in range(size)})


def random_relation(ins: int, outs: int, size: int, dice: random.Random, flags: Iterable[str] = ()) -> Relation:
    space, ends = list(product(range(size), repeat=ins)), list(product(range(size), repeat=outs))
    wanted = set(flags)
    often = dice.choice((0.3, 0.6, 0.9))
    allowed = frozenset(x for x in space if "undemanding" in wanted or dice.random() < often)
    yields: set[tuple[Tuple, Tuple]] = set()
    for x in space:
        some = [y for y in ends if dice.random() < 0.5]
        if "deterministic" in wanted:
            some = some[:1]
        if not some and "feasible" in wanted:
            some = [dice.choice(ends)]
        yields.update((x, y) for y in some)
    rarely = dice.choice((0.0, 0.3, 0.7))
    fails = frozenset(x for x in space if "infallible" not in wanted and dice.random() < rarely)
    return Relation(ins, outs, allowed, frozenset(yields), fails)
