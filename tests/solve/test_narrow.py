"""Narrowing: inputs are decided where evaluation asks for it, and what it passes over rests on what was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.solve.narrow import ROUNDS, Narrowing
from kwlogic.solve.replay import Env, Replayer
from kwlogic.solve.samples import Samples
from kwlogic.vc.data import Goal, Kind, Obligation

HEAD = """module narrowed
type Step = Go(n: Int) | Back(n: Int) | Stay
type Road = Here | On(step: Step, rest: Road)
fn at(r: Road) -> Option[Int]
= match r {
    case Here => Some(0)
    case On(s, rest) => match at(rest) {
      case None => None
      case Some(p) => match s {
        case Go(n) => if n == p + 1 then Some(n) else None
        case Back(n) => if p > 1 and n == p - 1 then Some(n) else None
        case Stay => None
      }
    }
  }
fn turns(r: Road) -> Int
= match r { case Here => 0 case On(s, rest) => turns(rest) + match s { case Back(n) => 1 case _ => 0 } }
"""


def searched(tmp_path: Path, claim: str, work: int = 300_000) -> tuple[Env | None, Narrowing]:
    """What is found for the claim, checked by the reference evaluator, and the search."""
    from kwlogic.vc.plan import names_of, plan
    from kwlogic.workspace.check import elaborate_all
    from kwlogic.workspace.config import project_of
    from kwlogic.workspace.load import load
    from kwlogic.workspace.select import select

    path = tmp_path / "narrowed.kw"
    path.write_text(f"{HEAD}{claim}\n")
    project = project_of((str(path),), tmp_path)
    selections, _ = select((str(path),), project, tmp_path)
    program, _ = elaborate_all(load(selections, project, tmp_path), tmp_path)
    goals = plan(program, [n for n in names_of(program) if n.endswith(".claim")])[0].obligations
    goal: Obligation = next(o for o in goals if o.ask is Goal.VALID and o.kind is Kind.LEMMA)
    replayer = Replayer(program)
    narrowing = Narrowing(program, Samples(program), goal.sequent)
    found = narrowing.search(work, lambda env: replayer.replay(goal, env, {}).broken)
    return found, narrowing


@pytest.mark.parametrize(
    "claim",
    [
        "lemma claim(r: Road) ensures at(r) != Some(5)",
        "lemma claim(r: Road) requires turns(r) == 2 ensures is_some(at(r)) ==> at(r) == Some(1)",
        "lemma claim(r: Road, m: Int) requires at(r) == Some(m) ensures m < 3",
        "lemma claim(xs: List[Int]) requires len(xs) == 9 ensures sum(xs) == 0 or xs[3] != xs[7]",
    ],
)
def test_what_is_false_is_found(tmp_path: Path, claim: str) -> None:
    found, _ = searched(tmp_path, claim)
    assert found is not None


@pytest.mark.parametrize(
    "claim",
    [
        "lemma claim(r: Road) ensures at(r) == Some(0) ==> turns(r) == 0",
        "lemma claim(r: Road) ensures turns(r) >= 0",
    ],
)
def test_what_is_true_is_not(tmp_path: Path, claim: str) -> None:
    found, narrowing = searched(tmp_path, claim, 40_000)
    assert found is None
    assert narrowing.work < 70_000, "work is counted"


def test_all_of_a_finite_type_is_settled(tmp_path: Path) -> None:
    found, narrowing = searched(tmp_path, "lemma claim(a: Bool, b: Bool, c: Option[Bool]) ensures a or b or not a or c == None")
    assert found is None
    assert narrowing.here == ROUNDS[0] or not narrowing.cut


def test_the_same_every_time(tmp_path: Path) -> None:
    claim = "lemma claim(r: Road, m: Int) requires at(r) == Some(m) ensures m < 4"
    (one, first), (two, second) = (searched(tmp_path, claim) for _ in range(2))
    assert one == two
    assert first.work == second.work
