"""The checker alone, on small programs: schemes and steps that must not prove what is false, whoever writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.core.program import Program
from kwlogic.core.terms import Term, mk_call, mk_con, mk_eq, mk_int, mk_prim, mk_var
from kwlogic.core.types import BOOL, INT, list_of
from kwlogic.core.walk import free_vars
from kwlogic.proof.check import Checker
from kwlogic.proof.data import Along, Certificate, Leaf, Lemma, Members, Natural, Pick, Specialise, Split, Structural, Tree, Unfold, Use
from kwlogic.proof.statements import Refused
from kwlogic.vc.data import Goal, Obligation
from kwlogic.vc.plan import plan
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

SOURCE = """\
module attacked

fn size(xs: List[Int]) -> Int
= match xs { case [] => 0 case [_, *rest] => 1 + size(rest) }

fn down(n: Int) -> Int
  requires n >= 0
  decreases n
= if n == 0 then 0 else down(n - 1)

axiom all_is_one(x: Int)
  ensures x == 1

lemma false_size(xs: List[Int])
  ensures size(xs) == 0

lemma false_down(n: Int)
  ensures down(n) == 0

lemma false_int(n: Int)
  ensures n < 5

lemma false_some(x: Int)
  ensures forall y: Int :: x == y

lemma later(x: Int)
  ensures x == x + 0
"""

INTS = list_of(INT)
xs, n, x = mk_var("xs", INTS), mk_var("n", INT), mk_var("x", INT)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder: Path = tmp_path_factory.mktemp("attacked")
    (folder / "attacked.kw").write_text(SOURCE, encoding="utf-8")
    project = project_of(("attacked.kw",), folder)
    loaded = load(select(("attacked.kw",), project, folder)[0], project, folder)
    return elaborate_all(loaded, folder)[0]


def size(arg: Term) -> Term:
    return mk_call("attacked.size", (), (arg,), INT)


def down(arg: Term) -> Term:
    return mk_call("attacked.down", (), (arg,), INT)


def obligation(program: Program, name: str) -> Obligation:
    found = plan(program, [f"attacked.{name}"])[0].obligations
    return next(ob for ob in found if ob.ask is Goal.VALID)


def attempt(program: Program, name: str, tree: Tree, *lemmas: Lemma) -> None:
    goal = obligation(program, name)
    every = frozenset(h.name for h in goal.sequent.hyps)
    Checker(program).check(goal, Certificate(goal.id, "", "T1", tree, lemmas, 0, every))


NIL = mk_con("Nil", (), INTS)
PARTS = (mk_var("xs.head", INT), mk_var("xs.tail", INTS))
CONS = mk_con("Cons", PARTS, INTS)
ABOUT_N = Lemma("mine", (), (n,), mk_prim("int.lt", (n, mk_int(5)), BOOL), Leaf())

ATTACKS: dict[str, tuple[str, Tree, tuple[Lemma, ...]]] = {
    "nothing": ("false_size", Leaf(), ()),
    "one case for two": ("false_size", Structural(xs, (Leaf((Unfold(size(NIL)),)),)), ()),
    "the step without its hypothesis": ("false_size", Structural(xs, (Leaf((Unfold(size(NIL)),)), Leaf((Unfold(size(CONS)),)))), ()),
    "induction on an Int below zero": ("false_int", Natural(n, Leaf((Specialise(0, (mk_prim("int.sub", (n, mk_int(1)), INT),)),))), ()),
    "induction on another variable": ("false_int", Natural(x, Leaf()), ()),
    "along without showing that the call ends": ("false_down", Along(down(n), Leaf((Unfold(down(n)),)), None), ()),
    "along, the end shown by nothing": ("false_down", Along(down(n), Leaf((Unfold(down(n)),)), Leaf()), ()),
    "a definition outside of its requires": ("false_down", Leaf((Unfold(down(mk_int(-1))), Unfold(down(mk_int(-2))))), ()),
    "an axiom that was not named": ("false_int", Leaf((Use("attacked.all_is_one", 0, (), (n,)),)), ()),
    "itself": ("false_int", Leaf((Use("attacked.false_int", 0, (), (n,)),)), ()),
    "what comes later": ("false_int", Leaf((Use("attacked.later", 0, (), (n,)),)), ()),
    "a clause that there is not": ("later", Leaf((Use("attacked.false_int", 1, (), (x,)),)), ()),
    "an argument of the wrong type": ("later", Leaf((Use("attacked.false_int", 0, (), (xs,)),)), ()),
    "a lemma that rests on itself": (
        "false_int",
        Leaf((Use("mine", 0, (), (n,)),)),
        (Lemma("mine", (), (n,), ABOUT_N.formula, Leaf((Use("mine", 0, (), (n,)),))),),
    ),
    "a lemma that is not shown": ("false_int", Leaf((Use("mine", 0, (), (n,)),)), (ABOUT_N,)),
    "a lemma with a variable too few": ("false_int", Leaf((Use("mine", 0, (), ()),)), (Lemma("mine", (), (), ABOUT_N.formula, Leaf()),)),
    "a lemma that is no statement": ("false_int", Leaf(), (Lemma("mine", (), (n,), n, Leaf()),)),
    "a name for what exists that is in use": ("false_some", Leaf((Pick(0, ("x",)),)), ()),
    "a quantified formula that there is not": ("false_int", Leaf((Specialise(0, (n,)),)), ()),
    "cases of a number": ("false_int", Split(n, (Leaf(), Leaf())), ()),
    "cases of what nobody speaks of": ("false_int", Split(mk_eq(x, mk_int(0)), (Leaf(), Leaf())), ()),
    "members of what is no quantifier": ("false_size", Leaf((Members(size(xs), 0, "m"),)), ()),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(program: Program, attack: str):
    name, tree, lemmas = ATTACKS[attack]
    with pytest.raises(Refused):
        attempt(program, name, tree, *lemmas)


def test_the_attacks_are_alive(program: Program):
    """What is true is accepted in the same way."""
    attempt(program, "later", Leaf())
    attempt(program, "later", Split(mk_eq(x, mk_int(0)), (Leaf(), Leaf())))
    assert free_vars(obligation(program, "later").sequent.goal) == {x}
