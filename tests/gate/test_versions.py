"""Versions against versions: each kind of change, the step it takes, and a witness where users may break."""

from __future__ import annotations

import pytest
from gate_help import program_of

from kwlogic.core.eval import Evaluator
from kwlogic.gate.data import Change, Comparison, Step
from kwlogic.gate.semver import admits, proposed, step_between
from kwlogic.gate.versions import Comparer
from kwlogic.solve.work import SolveOptions

# each kernel with what it stands on; `@` becomes the number of the case, so that all cases share one program
KERNELS = {
    "k": """fn small@(n: Int) -> Bool
= 0 <= n <= 10
kernel k@(a: Int, b: Int) -> (m: Int)
  version "1.2.0"
  requires small@(a)
  ensures first: m >= a
  ensures second: m >= b
= if a >= b then a else b
""",
    "s": """fn total@(xs: List[Int]) -> Int
= match xs { case [] => 0 case [x, *rest] => x + total@(rest) }
kernel s@(xs: List[Int]) -> (t: Int)
  ensures t == total@(xs)
= total@(xs)
""",
    "o": """record Line@(name: String, qty: {n: Int | n > 0})
kernel o@(l: Line@) -> (ok: Bool)
  ensures ok ==> l.qty > 3
  fails when l.qty > 100
  writes ledger
  by prompt "x"
""",
}
HEAD = "module m\nresource ledger\nresource audit\n"
BASE = HEAD + KERNELS["k"].replace("@", "")

CHANGES = [
    ("k", "", "", Change.IDENTICAL, Step.NONE, ""),
    ("k", "if a >= b then a else b", "if b > a then b else a", Change.IDENTICAL, Step.PATCH, ""),
    ("k", "ensures first: m >= a", "ensures first: a <= m and b <= m", Change.EQUIVALENT, Step.PATCH, ""),
    ("k", "requires small@(a)", "requires 0 <= a and a <= 10", Change.EQUIVALENT, Step.PATCH, ""),
    ("k", "= 0 <= n <= 10", "= n >= 0 and n < 11", Change.EQUIVALENT, Step.PATCH, ""),
    ("k", "ensures first: m >= a", "ensures first: m >= a\n  ensures either: m == a or m == b", Change.REFINES, Step.MINOR, ""),
    ("k", "  requires small@(a)\n", "", Change.REFINES, Step.MINOR, ""),
    ("k", "requires small@(a)", "requires small@(a) and b > 0", Change.WEAKER, Step.MAJOR, "it now requires `small@(a) and b > 0`"),
    ("k", "= 0 <= n <= 10", "= 0 <= n <= 9", Change.WEAKER, Step.MAJOR, "it now requires `small@(a)`"),
    ("k", "  ensures second: m >= b\n", "", Change.WEAKER, Step.MAJOR, "it no longer ensures `second: m >= b`"),
    ("k", "ensures second: m >= b", "ensures second: m >= b - 1\n  ensures tight: m <= 100", Change.INCOMPARABLE, Step.MAJOR, "`second: m >= b`"),
    ("k", "(a: Int, b: Int) -> (m: Int)", "(a: Int, b: Int, c: Int) -> (m: Int)", Change.PORTS, Step.MAJOR, "a new input `c`"),
    ("k", "(a: Int, b: Int) -> (m: Int)", "(b: Int, a: Int) -> (m: Int)", Change.IDENTICAL, Step.NONE, ""),
    ("s", "(xs: List[Int]) -> (t: Int)\n  ensures t", "(xs: List[Int]) -> (u: Int)\n  ensures u", Change.PORTS, Step.MAJOR, "output `t` has been renamed `u`"),
    ("s", "x + total@(rest)", "total@(rest) + x", Change.EQUIVALENT, Step.PATCH, ""),
    ("s", "case [] => 0", "case [] => 1", Change.INCOMPARABLE, Step.MAJOR, "it no longer ensures `t == total@(xs)`"),
    ("o", "qty: {n: Int | n > 0}", "qty: {n: Int | n > 1}", Change.WEAKER, Step.MAJOR, "it now requires"),
    ("o", "name: String", "title: String", Change.PORTS, Step.MAJOR, "the type `Line@` in port `l` is built otherwise now"),
    ("o", "fails when l.qty > 100", "fails when l.qty > 90", Change.WEAKER, Step.MAJOR, "it may fail where it did not"),
    ("o", "fails when l.qty > 100", "fails when l.qty > 900", Change.REFINES, Step.MINOR, ""),
    ("o", "  fails when l.qty > 100\n", "", Change.WEAKER, Step.MAJOR, "it may fail where it did not: always"),
    ("o", "writes ledger", "writes ledger\n  reads audit", Change.WEAKER, Step.MAJOR, "it now reads `audit`"),
    ("o", 'by prompt "x"', 'by prompt "y"', Change.IDENTICAL, Step.PATCH, ""),
    ("o", "writes ledger", "writes ledger\n  deterministic", Change.REFINES, Step.MINOR, ""),
]  # fmt: skip


def compared(before: str, after: str, name: str) -> Comparison:
    old, new = program_of(before), program_of(after)
    return Comparer(old, new).compare([(old.kernels[name], new.kernels[name])])[name]


@pytest.fixture(scope="module")
def comparisons() -> dict[str, Comparison]:
    """All cases, asked at once."""
    old, new = HEAD, HEAD
    for number, (kernel, was, now, *_) in enumerate(CHANGES):
        assert was in KERNELS[kernel]
        old += KERNELS[kernel].replace("@", str(number))
        new += KERNELS[kernel].replace(was, now, 1).replace("@", str(number))
    before, after = program_of(old), program_of(new)
    return Comparer(before, after).compare((before.kernels[n], after.kernels[n]) for n in before.kernels if n.startswith("m."))


@pytest.mark.parametrize("number", range(len(CHANGES)), ids=[f"{c[0]}-{c[3].value}-{i}" for i, c in enumerate(CHANGES)])
def test_each_change_is_what_it_is(number: int, comparisons: dict[str, Comparison]):
    kernel, _, _, change, step, reason = CHANGES[number]
    found = comparisons[f"m.{kernel}{number}"]
    assert (found.change, found.step) == (change, step), found.reasons
    wanted = reason.replace("@", str(number))
    assert not wanted or any(wanted in r.text for r in found.reasons), found.reasons


def test_the_witness_is_allowed_by_one_version_and_not_by_the_other():
    after = BASE.replace("= 0 <= n <= 10", "= 0 <= n <= 9")
    found = compared(BASE, after, "m.k")
    values = {name: int(shown) for name, shown, _ in found.reasons[0].witness}
    results = []
    for text in (BASE, after):
        program = program_of(text)
        results.append(Evaluator(program).eval(program.kernels["m.k"].requires[0].pred, values))
    assert results == [True, False]


def test_a_function_behind_a_clause_counts():
    """The clause reads the same, but a function that it calls through another means something else."""
    base = "module m\nfn f(n: Int) -> Int\n= n + 1\nfn g(n: Int) -> Int\n= f(n) * 2\nkernel k(x: Int) -> (y: Int)\n  ensures y >= g(x)\n= g(x)\n"
    found = compared(base, base.replace("n + 1", "n"), "m.k")
    assert found.change is Change.WEAKER
    assert "g(x)" in found.reasons[0].text


def test_clauses_about_a_type_that_is_built_otherwise_cannot_be_compared():
    """The type stands in no port, only inside a function that a clause calls through another."""
    base = """module m
record Pair(a: Int, b: Int)
fn both(x: Int) -> Pair
= Pair(x, x + 1)
fn first(x: Int) -> Int
= both(x).a
kernel k(x: Int) -> (y: Int)
  ensures y >= first(x)
= first(x)
kernel other(x: Int) -> (y: Int)
  ensures y > x
= x + 1
"""
    after = base.replace("Pair(a: Int, b: Int)", "Pair(c: Int, a: Int, b: Int)").replace("Pair(x, x + 1)", "Pair(0, x, x + 1)")
    old, new = program_of(base), program_of(after)
    found = Comparer(old, new).compare((old.kernels[n], new.kernels[n]) for n in ("m.k", "m.other"))
    assert found["m.k"].change is Change.UNKNOWN
    assert found["m.other"].change is Change.IDENTICAL


@pytest.mark.slow
def test_recursive_functions_that_differ_only_far_out_are_told_apart_or_left_open():
    base = "module m\nfn f(n: Int) -> Int\n  requires n >= 0\n= if n == 0 then 0 else f(n - 1) + 1\nkernel k(x: Int) -> (y: Int)\n  requires x >= 0\n  ensures y >= f(x)\n= f(x)\n"
    changed = base.replace("f(n - 1) + 1", "(if n == 12 then 0 else f(n - 1) + 1)")
    old, new = program_of(base), program_of(changed)
    found = Comparer(old, new, SolveOptions(budget=100_000)).compare([(old.kernels["m.k"], new.kernels["m.k"])])["m.k"]
    assert found.change in (Change.WEAKER, Change.INCOMPARABLE, Change.UNKNOWN)


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [
        ("1.2.3", "1.2.3", Step.NONE),
        ("1.2.3", "1.2.4", Step.PATCH),
        ("1.2.3", "1.3.0", Step.MINOR),
        ("1.2.3", "2.0.0", Step.MAJOR),
        ("0.2.3", "0.3.0", Step.MAJOR),
        ("0.2.3", "0.2.4", Step.MINOR),
        ("1.2.3", "1.2.2", None),
        ("1.2.3-rc.1", "1.2.3+build", Step.NONE),
    ],
)
def test_steps_of_versions(before: str, after: str, step: Step | None):
    assert step_between(before, after) == step


def test_what_versions_admit():
    assert admits("1.0.0", "1.0.0", Step.NONE)
    assert not admits("1.0.0", "1.0.1", Step.MAJOR)
    assert admits("1.0.0", "2.0.0", Step.MINOR)
    assert not admits("1.0.0", None, Step.MAJOR)
    assert admits(None, "1.0.0", Step.MAJOR)
    assert not admits(None, None, Step.MAJOR)
    assert admits(None, None, Step.MINOR)
    for step in (Step.PATCH, Step.MINOR, Step.MAJOR):
        for before in ("1.2.3", "0.4.5"):
            assert admits(before, proposed(before, step), step)
