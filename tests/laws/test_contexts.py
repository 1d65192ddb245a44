"""Random terms with a place in them: what is equal stays equal there, and what refines still refines."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kwlogic.compose import law_terms as w
from kwlogic.compose.finite import Model, Relation, meaning, random_relation, refines, true
from kwlogic.compose.laws import A2, COPY, LAWS, A

KERNELS = {n: w.Meta(n) for n in ("A", "A'", "B", "C", "D", "X", "K", "L")}
PREDS = ("g", "I", "v", "u")
Context = Callable[[w.Term], w.Term]


@st.composite
def contexts(draw: st.DrawFn, depth: int = 3) -> Context:
    """A term of one input and output with a hole that has as many."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return lambda t: t
    inner: Context = draw(contexts(depth - 1))
    other = KERNELS[draw(st.sampled_from(("K", "L")))]
    cond = w.Pred(draw(st.sampled_from(("g", "I"))))
    join = w.Wires(2, (draw(st.integers(0, 1)),))
    made: tuple[Context, ...] = (
        lambda t: w.Seq(inner(t), other),
        lambda t: w.Seq(other, inner(t)),
        lambda t: w.Fallback(inner(t), other),
        lambda t: w.Fallback(other, inner(t)),
        lambda t: w.Case(cond, inner(t), other),
        lambda t: w.Case(w.Not(cond), other, inner(t)),
        lambda t: w.Either(inner(t), other),
        lambda t: w.Seq(COPY, w.Seq(w.Par(inner(t), other), join)),
        lambda t: w.Seq(w.Gate("guard", cond), inner(t)),
        lambda t: w.Seq(inner(t), w.Gate("assert", cond)),
    )
    return made[draw(st.integers(0, len(made) - 1))]


def model(seed: int, flags: dict[str, set[str]] | None = None, size: int = 2) -> Model:
    dice = random.Random(seed)
    kernels = {n: random_relation(1, 1, size, dice, (flags or {}).get(n, ())) for n in KERNELS}
    preds = {n: frozenset(v for v in range(size) if dice.random() < 0.5) for n in PREDS}
    return Model(size, kernels, preds, {(i, v): dice.randrange(size) for i in range(size) for v in range(size)})


def refined(of: Relation, dice: random.Random) -> Relation:
    """Something that may replace it: allowed more often, yielding and failing less."""
    space = [(v,) for v in range(2)]
    allowed = of.allowed | {x for x in space if dice.random() < 0.5}
    yields = {p for p in of.yields if dice.random() < 0.6} | {
        (x, y) for x in space for y in space if x not in of.allowed and dice.random() < 0.5
    }
    fails = {x for x in of.fails if dice.random() < 0.6} | {x for x in space if x not in of.allowed and dice.random() < 0.5}
    return Relation(1, 1, frozenset(allowed), frozenset(yields), frozenset(fails))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(contexts(), st.integers(0, 10**6))
def test_refinement_is_kept_in_every_context(context: Context, seed: int):
    made = model(seed)
    better = Model(made.size, {**made.kernels, "A'": refined(made.kernels["A"], random.Random(seed))}, made.preds, made.at)
    assert refines(better.kernels["A'"], better.kernels["A"])
    assert refines(meaning(context(A2), better), meaning(context(A), better))


CLAIMS = [c for law in LAWS for c in law.claims if c.holds and isinstance(c.says, w.Equal | w.Refines) and w.arity(c.says.left) == (1, 1)]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(contexts(), st.sampled_from(CLAIMS), st.integers(0, 10**6))
def test_laws_hold_in_every_context(context: Context, claim: w.Claim, seed: int):
    flags: dict[str, set[str]] = {}
    for condition in claim.given:
        if isinstance(condition, w.Is) and isinstance(condition.kernel, w.Meta):
            flags.setdefault(condition.kernel.name, set()).add(condition.flag)
    made = model(seed, flags)
    assume(all(true(g, made) for g in claim.given))
    assert isinstance(claim.says, w.Equal | w.Refines)
    left, right = meaning(context(claim.says.left), made), meaning(context(claim.says.right), made)
    assert refines(left, right)
    assert refines(right, left) or isinstance(claim.says, w.Refines)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(contexts(), contexts(), contexts(), st.integers(0, 10**6))
def test_refinement_is_a_preorder(one: Context, two: Context, three: Context, seed: int):
    made = model(seed)
    a, b, c = (meaning(k(A), made) for k in (one, two, three))
    assert refines(a, a)
    assert not (refines(a, b) and refines(b, c)) or refines(a, c)
