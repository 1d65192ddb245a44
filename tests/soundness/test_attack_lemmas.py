"""Lemmas that are found on the way, attacked: the test that keeps false conjectures out is switched off, and so is every
refutation. What is false must then fail to be proved, though each conjecture for it is as false as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.solve import lemmas, tester
from kwlogic.solve.discharge import Prover
from kwlogic.vc.data import Kind, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

BUDGET = 400_000
HEAD = """module t

type Nat = Z | S(n: Nat)
type Seq[a] = Nil | Cons(head: a, tail: Seq[a])

fn plus(x: Nat, y: Nat) -> Nat
= match x { case Z => y case S(z) => S(plus(z, y)) }
fn join[a](x: Seq[a], y: Seq[a]) -> Seq[a]
= match x { case Nil => y case Cons(h, t) => Cons(h, join(t, y)) }
fn flip[a](x: Seq[a]) -> Seq[a]
= match x { case Nil => Nil case Cons(h, t) => join(flip(t), Cons(h, Nil)) }
fn onto[a](x: Seq[a], y: Seq[a]) -> Seq[a]
= match x { case Nil => y case Cons(h, t) => onto(t, Cons(h, y)) }
fn size[a](x: Seq[a]) -> Nat
= match x { case Nil => Z case Cons(_, t) => S(size(t)) }
fn keep[a](p: (a) -> Bool, x: Seq[a]) -> Seq[a]
= match x { case Nil => Nil case Cons(h, t) => if p(h) then Cons(h, keep(p, t)) else keep(p, t) }
fn below(x: Nat, y: Nat) -> Bool
= match x { case Z => true case S(a) => match y { case Z => false case S(b) => below(a, b) } }
"""
FALSE = {
    "commutes": "[a](x: Seq[a], y: Seq[a]) ensures join(x, y) == join(y, x)",
    "still": "[a](x: Seq[a]) ensures flip(x) == x",
    "grows": "[a](x: Seq[a]) ensures size(flip(x)) == S(size(x))",
    "wrong_way": "[a](x: Seq[a], y: Seq[a]) ensures onto(x, y) == join(x, y)",
    "wrong_end": "[a](x: Seq[a], y: Seq[a]) ensures flip(join(x, y)) == join(flip(x), flip(y))",
    "kept": "[a](p: (a) -> Bool, x: Seq[a]) ensures keep(p, flip(x)) == flip(x)",
    "strict": "[a](p: (a) -> Bool, x: Seq[a]) ensures below(S(size(keep(p, x))), size(x))",
    "conditional": "[a](x: Seq[a], y: Seq[a]) requires size(x) == size(y) ensures flip(x) == flip(y)",
    "shifted": "(x: Nat, y: Nat) ensures plus(x, S(y)) == plus(S(x), S(y))",
}
TRUE = {
    "twice": "[a](x: Seq[a]) ensures flip(flip(x)) == x",
    "by_onto": "[a](x: Seq[a]) ensures flip(x) == onto(x, Nil)",
    "filtered": "[a](p: (a) -> Bool, x: Seq[a]) ensures keep(p, flip(x)) == flip(keep(p, x))",
}


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tested and nothing refuted."""
    monkeypatch.setattr(tester.Tester, "_breaks", lambda *_: False)
    for name in ("_glance", "_refute", "_refute_deeper", "_refute_widely", "_refute_narrowing", "_refute_running"):
        monkeypatch.setattr(Prover, name, lambda *_: None)


def is_proved(statement: str, folder: Path, budget: int) -> bool:
    (folder / "t.kw").write_text(f"{HEAD}\ntheorem goal{statement}\n", encoding="utf-8")
    results = check(CheckRequest(("t.kw",), folder, budget=budget, jobs=1, cache=False)).results
    goals = [r for r in results if r.obligation.declaration == "t.goal" and r.obligation.kind is Kind.LEMMA]
    assert goals
    return all(isinstance(r.verdict, Proved) for r in goals)


def test_a_false_conjecture_becomes_no_fact(tmp_path: Path, careless: None):
    assert not is_proved(FALSE["still"], tmp_path, BUDGET // 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FALSE])
def test_false_conjectures_become_no_facts_at_length(name: str, tmp_path: Path, careless: None):
    assert not is_proved(FALSE[name], tmp_path, 10 * BUDGET)


@pytest.mark.parametrize("name", ["filtered", *(pytest.param(n, marks=pytest.mark.slow) for n in ("twice", "by_onto"))])
def test_the_attack_is_alive(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Without hints, by lemmas found; and the same lemmas do not come about where none may be added."""
    assert is_proved(TRUE[name], tmp_path, 10 * BUDGET)
    monkeypatch.setattr(lemmas, "MOST_LEMMAS", 0)
    assert not is_proved(TRUE[name], tmp_path, BUDGET)
