"""Rewriting by laws: each rule does what it says where its condition holds and nothing where it does not; order plays no part."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kwlogic.compose.data import Composition
from kwlogic.compose.digest import digest
from kwlogic.compose.facts import FactsOf, facts_of
from kwlogic.compose.generate import PARTS, Maker
from kwlogic.compose.laws import LAWS
from kwlogic.compose.rewrite import RULES, digest_modulo_laws, simplified, steps, take
from kwlogic.compose.wellformed import problems
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.program import ComposeBody
from kwlogic.core.wiring import Wiring
from kwlogic.elab.elaborate import elaborate
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_module

HEAD = """module m
resource db
kernel f(x: Int) -> (y: Int)
= x + 1
kernel g(y: Int) -> (z: Int)
= y * 2
kernel add(a: Int, b: Int) -> (s: Int)
= a + b
kernel low(x: Int) -> (y: Int)
  requires x < 0
= x
kernel ask(x: Int) -> (y: Int)
  by tool "ask"
kernel sure(x: Int) -> (y: Int)
  fails when false
  deterministic
  by tool "sure"
kernel look(x: Int) -> (y: Int)
  reads db
  deterministic
  by tool "look"
"""


def compositions(text: str) -> tuple[dict[str, Composition], FactsOf]:
    source = Source("m.kw", text)
    tree, wrong = parse_module(source)
    assert not wrong, [d.message for d in wrong]
    program, found = elaborate([(source, tree)])
    assert not found, [(d.message, source.slice(d.span) if d.span else "") for d in found]
    made = {}
    for kernel in program.kernels.values():
        if isinstance(kernel.body, ComposeBody):
            assert isinstance(kernel.body.wiring, Wiring)
            made[kernel.name.rpartition(".")[2]] = composition_of(kernel.body.wiring, kernel)
    return made, facts_of(program)


def pair(left: str, right: str) -> tuple[Composition, Composition, FactsOf]:
    head = "(x: Int, k: Int) -> (y: Int)\n"
    made, known = compositions(f"{HEAD}kernel one{head}{left}\nkernel two{head}{right}\n")
    return made["one"], made["two"], known


EQUAL = {
    "share": ("{ a <- f(x); b <- f(x); y <- add(a, b)[s as y]; }", "{ a <- f(x); y <- add(a, a)[s as y]; }"),
    "share, in turn": (
        "{ a <- f(x); b <- f(x); c <- g(a); d <- g(b); y <- add(c, d)[s as y]; }",
        "{ a <- f(x); c <- g(a); y <- add(c, c)[s as y]; }",
    ),
    "share regions": (
        "{ a <- case (x > 0) then f(x) else f(k); b <- case (x > 0) then f(x) else f(k); y <- add(a, b)[s as y]; }",
        "{ a <- case (x > 0) then f(x) else f(k); y <- add(a, a)[s as y]; }",
    ),
    "drop": ("{ a <- f(x); b <- g(a); y <- ask(x); }", "{ y <- ask(x); }"),
    "sure": ("{ y <- f(x) ?? ask(x); }", "{ y <- f(x); }"),
    "retry once": ("{ y <- retry 1 ask(x); }", "{ y <- ask(x); }"),
    "retry the sure": ("{ y <- retry 5 f(x); }", "{ y <- f(x); }"),
    "alike": ("{ y <- case (x > 0) then ask(x) else ask(x); }", "{ y <- ask(x); }"),
    "alike, inside": (
        "{ y <- case (x > 0) then (f(x) ?? ask(x)) else (retry 2 f(x)); }",
        "{ y <- f(x); }",
    ),
    "settled": ("{ y <- case (true) then ask(x) else f(x); }", "{ y <- ask(x); }"),
    "settled check": ("{ guard true; assert 1 == 1; y <- ask(x); }", "{ y <- ask(x); }"),
    "flip": ("{ y <- case (not x > k) then ask(x) else f(x); }", "{ y <- case (x > k) then f(x) else ask(x); }"),
    "apart": ("{ guard x > 0 and k > 1; y <- add(x, k)[s as y]; }", "{ guard x > 0; guard k > 1; y <- add(x, k)[s as y]; }"),
    "apart and known": (
        "= compose guard (x > 0 and k > 1) >> guard (k > 1 and x > 0) >> add[a as x, b as k, s as y]",
        "= compose guard (k > 1 and x > 0) >> add[a as x, b as k, s as y]",
    ),
    "known": ("= compose guard (x > 0) >> guard (x > 0) >> f", "= compose guard (x > 0) >> f"),
    "known by assertion": ("= compose assert (x > 0) >> guard (x > 0) >> f", "= compose assert (x > 0) >> f"),
    "known, further up": (
        "= compose guard (x > 0) >> (ask & id(x)) >> guard (x > 0) >> f",
        "= compose guard (x > 0) >> (ask & id(x)) >> f",
    ),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal(name: str):
    one, two, known = pair(*EQUAL[name])
    assert digest_modulo_laws(one, known) == digest_modulo_laws(two, known)
    assert not list(problems(simplified(one, known)))


DIFFERENT = {
    "asked twice": ("{ a <- ask(x); b <- ask(x); y <- add(a, b)[s as y]; }", "{ a <- ask(x); y <- add(a, a)[s as y]; }"),
    "what is read may change": ("{ a <- look(x); b <- look(x); y <- add(a, b)[s as y]; }", "{ a <- look(x); y <- add(a, a)[s as y]; }"),
    "dead, but may fail": ("{ y <- f(x); a <- ask(x); }", "{ y <- f(x); }"),
    "dead, but demands": ("{ y <- f(x); a <- low(x); }", "{ y <- f(x); }"),
    "dead, but may have no answer": ("{ y <- f(x); guard x > 0; }", "{ y <- f(x); }"),
    "may fail": ("{ y <- ask(x) ?? f(x); }", "{ y <- ask(x); }"),
    "retry what may fail": ("{ y <- retry 2 ask(x); }", "{ y <- ask(x); }"),
    "of other wires": ("{ y <- case (x > 0) then f(x) else f(k); }", "{ y <- f(x); }"),
    "the condition may be undefined": ("{ y <- case (1 // x > 0) then f(x) else f(x); }", "{ y <- f(x); }"),
    "the second needs the first": ("{ guard x != 0 and 9 // x > 1; y <- f(x); }", "{ guard x != 0; guard 9 // x > 1; y <- f(x); }"),
    "a sibling's guard": ("{ guard k > 0; y <- f(x); }", "{ y <- f(x); }"),
    "guarded, then asserted": ("= compose guard (x > 0) >> assert (x > 0) >> f", "= compose guard (x > 0) >> f"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str):
    one, two, known = pair(*DIFFERENT[name])
    assert digest_modulo_laws(one, known) != digest_modulo_laws(two, known)


def maps(*bodies: str) -> tuple[list[Composition], FactsOf]:
    head = "(xs: List[Int], ks: List[Int]) -> (ys: List[Int])\n"
    made, known = compositions(HEAD + "".join(f"kernel c{i}{head}{b}\n" for i, b in enumerate(bodies)))
    return [made[f"c{i}"] for i in range(len(bodies))], known


def test_maps():
    one = "= compose map (f[x as xs] >> g >> f[x as z, y as ys])"
    three = "{ a <- map f(xs); b <- map g(a); ys <- map f(b); }"
    two = "= compose map (f[x as xs] >> g) >> map f[x as z, y as ys]"
    made, known = maps(one, three, two)
    assert len({digest_modulo_laws(c, known) for c in made}) == 1
    assert len({digest(c, known) for c in made}) == 3
    for seed in range(6):
        assert digest(in_random_order(made[1], known, random.Random(seed)), known) == digest_modulo_laws(made[0], known)


def test_maps_that_stay_apart():
    """One may fail, one serves two, one takes from elsewhere as well."""
    bodies = (
        "{ a <- map ask(xs); ys <- map f(a); }",
        "{ a <- map f(xs); ys <- map ask(a); }",
        "{ a <- map f(xs); b <- map g(a); ys <- map add(a, b)[s as ys]; }".replace("map add(a, b)[s as ys]", "map add(a, b)"),
        "{ a <- map f(xs); ys <- map add(a, ks); }",
    )
    made, known = maps(*bodies)
    for composition in made:
        assert not [s for s in steps(composition, known) if s.rule == "fuse"]


def test_sure_tools_are_functions_only_if_they_say_so():
    one, two, known = pair("{ a <- sure(x); b <- sure(x); y <- add(a, b)[s as y]; }", "{ a <- sure(x); y <- add(a, a)[s as y]; }")
    assert digest_modulo_laws(one, known) == digest_modulo_laws(two, known)


def test_rules_rest_on_laws_that_hold():
    laws = {law.name: law for law in LAWS}
    for rule in RULES:
        assert rule.name in laws[rule.law].rewrites
        assert any(c.holds for c in laws[rule.law].claims)
    used = {r.name for r in RULES}
    assert all(set(law.rewrites) <= used for law in LAWS)


def in_random_order(made: Composition, known: FactsOf, dice: random.Random) -> Composition:
    while found := steps(made, known):
        size = len(made.dags), sum(len(d.boxes) for d in made.dags)
        assert size < (400, 4000), "rewriting ends"
        made = take(made, dice.choice(found))
        assert not list(problems(made))
    return made


MANY_RULES = [
    "{ guard x > 0 and k > 1; guard not (x > 9); a <- f(x) ?? ask(x); b <- f(x); c <- case (not x > 1) then g(a)[z as y] else g(b)[z as y]; "
    "guard x > 0; y <- add(c, retry 3 b)[s as y]; }".replace("retry 3 b", "b"),
    "{ a <- retry 1 (case (true) then ask(x) else f(x)); b <- case (x > k) then (f(a) >> g) else (f(a) >> g); d <- f(a); e <- g(d); "
    "y <- add(b, e)[s as y]; }".replace("f(a) >> g", "f[x as q] >> g").replace("{ a <-", "{ q <- f(k); a <-"),
    "{ a <- case (x > 0) then f(x) else (retry 2 f(x)); b <- f(x) ?? ask(k); guard a > 0; guard b > 0; guard x > 0 and k > 0 and x > 0; "
    "y <- add(a, b)[s as y]; }",
]


@pytest.mark.parametrize("number", range(len(MANY_RULES)))
def test_any_order_ends_in_the_same(number: int):
    made, known = compositions(f"{HEAD}kernel one(x: Int, k: Int) -> (y: Int)\n{MANY_RULES[number]}\n")
    wanted = digest_modulo_laws(made["one"], known)
    for seed in range(6):
        assert digest(in_random_order(made["one"], known, random.Random(seed)), known) == wanted


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_confluent(seed: int):
    """Random compositions, rewritten in two random orders."""
    maker = Maker(seed, ("inc", "add", "two", "ask"))
    body, outs = maker.make(["i", "j"], 4)
    wanted = [o for o in outs if o not in ("i", "j")]
    if not wanted:
        return
    head = f"(i: Int, j: Int) -> ({', '.join(f'{o}: Int' for o in wanted)})"
    made, known = compositions(f"module m\n{PARTS}kernel one{head}\n= compose {body}\n")
    ends = {digest(in_random_order(made["one"], known, random.Random(s)), known) for s in range(2)}
    assert ends == {digest_modulo_laws(made["one"], known)}
