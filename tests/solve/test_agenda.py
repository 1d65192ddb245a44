"""Lemmas that stuck inductions ask for: what is conjectured, in which order, and that a search goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.core.terms import Op, Term, mk_apply, mk_eq, mk_int, mk_prim, mk_var
from kwlogic.core.types import INT, fun_of
from kwlogic.core.walk import subterms
from kwlogic.solve import tester
from kwlogic.solve.agenda import Agenda, _is_instance
from kwlogic.solve.backend import Meter
from kwlogic.solve.lemmas import Pool
from kwlogic.solve.search import Search, Success
from kwlogic.vc.data import Kind
from kwlogic.vc.plan import plan
from kwlogic.vc.theory import Theory
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

SORTED = """module m
type Chain = End | Link(head: Num, tail: Chain)
type Num = Zero | Next(before: Num)
fn below(x: Num, y: Num) -> Bool
= match x { case Zero => true case Next(z) => match y { case Zero => false case Next(w) => below(z, w) } }
fn same(x: Num, y: Num) -> Bool
= match x {
    case Zero => match y { case Zero => true case Next(z) => false }
    case Next(z) => match y { case Zero => false case Next(w) => same(z, w) }
  }
fn among(x: Num, y: Chain) -> Bool
= match y { case End => false case Link(z, zs) => if same(x, z) then true else among(x, zs) }
fn put(x: Num, y: Chain) -> Chain
= match y { case End => Link(x, End) case Link(z, zs) => if below(x, z) then Link(x, y) else Link(z, put(x, zs)) }
fn sorting(x: Chain) -> Chain
= match x { case End => End case Link(z, zs) => put(z, sorting(zs)) }
theorem goal(x: Num, y: Chain)
  requires among(x, sorting(y))
  ensures among(x, y)
"""
FEW = 500_000


def agenda_of(folder: Path, text: str, budget: int) -> Agenda:
    (folder / "m.kw").write_text(text, encoding="utf-8")
    project = project_of(("m.kw",), folder)
    program, _ = elaborate_all(load(select(("m.kw",), project, folder)[0], project, folder), folder)
    goal = next(o for o in plan(program, ["m.goal"])[0].obligations if o.kind is Kind.LEMMA)
    theory = Theory(program)
    search = Search(theory, goal.before, goal.using, budget, Meter(), roots=theory.reach(goal.sequent.goal))
    return Agenda(Pool(search, tester.Tester(program)), goal.sequent, True)


def test_what_does_not_hold_is_not_proved_by_chaining(tmp_path: Path):
    """With a `put` that forgets what it puts, sorting loses members."""
    wrong = SORTED.replace("case End => Link(x, End)", "case End => End").replace("among(x, sorting(y))", "among(x, y)", 1)
    wrong = wrong.replace("ensures among(x, y)", "ensures among(x, sorting(y))")
    assert agenda_of(tmp_path, wrong, FEW).prove() is None


def test_a_search_goes_on_where_its_share_was_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What it finds is that `put` adds nothing but what is put, of any chain: the induction hypothesis, an implication, turns
    what is asked of the chain into what is known of the sorted one, which is then any chain."""
    monkeypatch.setattr("kwlogic.solve.agenda.SHARES", ((0.05, 0.9), (0.0, 0.0)))
    agenda = agenda_of(tmp_path, SORTED, FEW)
    assert agenda.prove() is None
    asked, tries = set(agenda.nodes), agenda.tries
    found = agenda.prove()
    assert isinstance(found, Success)
    lemmas = [{t.data[0] for t in subterms(fact.formula) if t.op is Op.CALL} for fact, _ in found.lemmas]
    assert {"m.among", "m.put", "m.same"} in lemmas
    assert asked <= set(agenda.nodes)
    assert agenda.tries > tries
    assert agenda.prove() is None  # no share is left


@pytest.mark.parametrize(("formula", "general", "instance"), [("a", "b", True), ("b", "a", False), ("f", "g", False)])
def test_instances_are_told_where_values_can_test(formula: str, general: str, instance: bool):
    """`x + (y + z) == 0` is an instance of `x + y == 0`; of what speaks of any function, nobody says so."""
    x, y, z = (mk_var(n, INT) for n in "xyz")
    function = mk_var("h", fun_of((INT,), INT))
    zero = mk_int(0)
    terms = {
        "a": mk_eq(add(x, add(y, z)), zero),
        "b": mk_eq(add(x, y), zero),
        "f": mk_eq(add(mk_apply(function, (x,)), add(y, z)), zero),
        "g": mk_eq(add(mk_apply(function, (x,)), y), zero),
    }
    assert _is_instance(terms[formula], terms[general]) is instance


def add(left: Term, right: Term) -> Term:
    return mk_prim("int.add", (left, right), INT)
