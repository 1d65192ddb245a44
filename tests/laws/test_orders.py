"""Subtyping is a preorder, refinement is one, decided as enumeration decides it, and monotone: a part exchanged for one that
refines it leaves the whole as proved as it was."""

from __future__ import annotations

from itertools import product

import pytest
from small_text import Writer, elaborated

from kwlogic.core.eval import Evaluator
from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Kernel, Program
from kwlogic.core.value import Value
from kwlogic.gate.data import Change
from kwlogic.gate.versions import Comparer
from kwlogic.solve.discharge import Session, discharge
from kwlogic.solve.replay import Replayer
from kwlogic.solve.work import SolveOptions
from kwlogic.vc.data import Goal, Kind, Proved, Refuted, Unknown
from kwlogic.vc.plan import obligations_of, plan
from kwlogic.vc.theory import Theory

SAFE = (Change.IDENTICAL, Change.EQUIVALENT, Change.REFINES)
OPTIONS = SolveOptions(budget=300_000, wall=5.0)
SEEDS = [3, *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 16))]


def proved(program: Program, names: list[str]) -> dict[str, object]:
    session = Session(Theory(program), Replayer(program, 20_000), 300_000, 5.0)
    found = {}
    for name in names:
        (obligation,) = (o for o in obligations_of(program, name).obligations if o.kind is Kind.LEMMA and o.ask is Goal.VALID)
        found[name] = discharge(session, obligation)[0].verdict
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_subtyping_is_a_preorder(seed: int):
    """{x: Int | p} is a subtype of {x: Int | q} where p implies q."""
    preds = [Writer(seed * 100 + i, "x").bool(1) for i in range(5)]
    preds += [f"({preds[0]} and {preds[1]})", f"({preds[0]} or {preds[2]})"]
    pairs = list(product(range(len(preds)), repeat=2))
    text = "module m\n" + "".join(f"lemma s{a}_{b}(x: {{x: Int | {preds[a]}}})\n  ensures {preds[b]}\n" for a, b in pairs)
    below = proved(elaborated(text), [f"m.s{a}_{b}" for a, b in pairs])
    for a, b in pairs:
        if a == b:
            assert isinstance(below[f"m.s{a}_{a}"], Proved), "reflexive"
        for c in range(len(preds)):
            if isinstance(below[f"m.s{a}_{b}"], Proved) and isinstance(below[f"m.s{b}_{c}"], Proved):
                assert not isinstance(below[f"m.s{a}_{c}"], Refuted), "transitive"
    assert isinstance(below["m.s5_0"], Proved)
    assert isinstance(below["m.s0_6"], Proved)


def holds(evaluator: Evaluator, clauses: tuple[Clause, ...], env: dict[str, Value]) -> bool:
    return all(evaluator.eval(erase(c.pred), env) is True for c in clauses)


def refines(evaluator: Evaluator, new: Kernel, old: Kernel) -> bool:
    """By going through all inputs and outputs between -4 and 4."""
    for x in range(-4, 5):
        if not holds(evaluator, old.requires, {"x": x}):
            continue
        if not holds(evaluator, new.requires, {"x": x}):
            return False
        for y in range(-4, 5):
            env: dict[str, Value] = {"x": x, "y": y}
            if holds(evaluator, new.ensures, env) and not holds(evaluator, old.ensures, env):
                return False
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_refinement_is_decided_as_by_enumeration_and_transitive(seed: int):
    box = "-4 <= x and x <= 4"
    versions = []
    for version in range(3):
        text = "module m\n"
        for i in range(5):
            requires, ensures = Writer(seed * 999 + version * 37 + i, "x").bool(0), Writer(seed * 777 + version * 91 + i, "xy").bool(1)
            more = f" and {Writer(seed + i, 'xy').bool(0)}" if version == 1 else ""
            text += f"kernel k{i}(x: Int) -> (y: Int)\n  requires {box} and {requires if version != 1 else 'true'}\n"
            text += f'  ensures -4 <= y and y <= 4 and {ensures}{more}\n  fails when false\n  by prompt "x"\n'
        versions.append(elaborated(text))
    names = [f"m.k{i}" for i in range(5)]
    changes = {}
    for a, b in ((0, 1), (1, 2), (0, 2)):
        old, new = versions[a], versions[b]
        changes[a, b] = Comparer(old, new, OPTIONS).compare((old.kernels[n], new.kernels[n]) for n in names)
        evaluator = Evaluator(new)
        for name in names:
            change = changes[a, b][name].change
            if change is Change.UNKNOWN:
                continue
            truth = refines(evaluator, new.kernels[name], old.kernels[name])
            assert truth is (change in SAFE), f"{name}: {change}"
    for name in names:
        if changes[0, 1][name].change in SAFE and changes[1, 2][name].change in SAFE:
            assert changes[0, 2][name].change in (*SAFE, Change.UNKNOWN)


WHOLE = """module m
kernel part(x: Int) -> (y: Int)
  requires x >= 0{requires}
  ensures y > x{ensures}
  by prompt "x"
kernel twice(y: Int) -> (z: Int)
  requires y > 0
  ensures z > y
  by prompt "y"
kernel k(x: Int) -> (z: Int)
  requires x > 3
  ensures z > x + 1
= compose part >> twice
"""


@pytest.mark.parametrize(
    ("requires", "ensures"),
    [(" or x < -5", ""), (" or true", " and y % 2 == 0"), ("", " and (x > 7 ==> y == x + 1)")],
)
def test_a_part_exchanged_for_one_that_refines_it_keeps_the_whole_proved(requires: str, ensures: str):
    base, other = elaborated(WHOLE.format(requires="", ensures="")), elaborated(WHOLE.format(requires=requires, ensures=ensures))
    change = Comparer(base, other, OPTIONS).compare([(base.kernels["m.part"], other.kernels["m.part"])])["m.part"].change
    assert change in SAFE
    session = Session(Theory(other), Replayer(other, 20_000), 1_000_000, 10.0)
    verdicts = [discharge(session, o)[0].verdict for o in plan(other, ["m.k"])[0].obligations]
    assert verdicts
    assert not [v for v in verdicts if isinstance(v, Refuted | Unknown)]
