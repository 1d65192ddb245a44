"""Names and the order of writing have no part in what the solver is asked, nor seeds in what it says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kwlogic.solve import backend, canonical
from kwlogic.solve.backend import Query
from kwlogic.solve.shake import Shake
from kwlogic.source.data import Diagnosed
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest
from kwlogic.workspace.measure import MeasureRequest, measure

SPEC = """module m
fn total(xs: List[Int]) -> Int
= match xs { case [] => 0 case [x, *rest] => x + total(rest) }
lemma one(xs: List[Int], ys: List[Int]) ensures total(xs ++ ys) == total(ys) + total(xs)
lemma two(a: Int, b: Int, c: Int) requires a < b requires b < c requires c > 3 ensures a < c
kernel half(n: Int, limit: Int) -> (m: Int)
  requires n >= 0
  requires limit > n
  ensures m * 2 <= n
  ensures m < limit
= n // 2
"""

OTHERWISE = """module m
fn total(b: List[Int]) -> Int
= match b { case [] => 0 case [zz, *a] => zz + total(a) }
lemma one(second: List[Int], first: List[Int]) ensures total(second ++ first) == total(first) + total(second)
lemma two(z: Int, y: Int, x: Int) requires x > 3 requires y < x requires z < y ensures z < x
kernel half(whole: Int, bound: Int) -> (part: Int)
  requires bound > whole
  requires whole >= 0
  ensures part * 2 <= whole
  ensures part < bound
= whole // 2
"""


def asked(text: str, folder: Path) -> dict[str, tuple[str, int]]:
    """Verdict and rlimit of each obligation."""
    folder.mkdir()
    (folder / "m.kw").write_text(text, encoding="utf-8")
    result = check(CheckRequest(("m.kw",), folder, jobs=1, cache=False))
    assert not result.errors()
    return {r.obligation.id: (type(r.verdict).__name__, r.rlimit) for r in result.results}


def test_other_names_and_another_order_cost_the_same(tmp_path: Path):
    one, other = asked(SPEC, tmp_path / "one"), asked(OTHERWISE, tmp_path / "other")
    assert one == other
    assert max(rlimit for _, rlimit in one.values()) > 1_000, "the solver was asked"


QUERY = Query(
    (
        "(declare-sort |'a| 0)",
        "(declare-fun |f| (Int) Int)",
        "(declare-fun |x| () Int)",
        "(declare-fun |y| () Int)",
        "(declare-fun |z| () Int)",
    ),
    (
        ("requires1~0", "(< |x| |y|)"),
        ("requires2~1", "(< |y| |z|)"),
        ("requires3~2", "(forall ((|%n| Int)) (! (= (|f| |%n|) (+ |%n| |x|)) :pattern ((|f| |%n|))))"),
        ("requires4~3", '(= "|x| stays" "|x| stays")'),
        ("goal~4", "(not (< |x| |z|))"),
        ("def:f~5", "(= (|f| |z|) |z|)"),
        ("def:f~6", "(= (|f| |x|) |z|)"),
    ),
)


@pytest.mark.parametrize("seed", range(1, 8))
def test_every_guise_has_one_canonical_text(seed: int):
    plain = canonical.canonical(QUERY)
    shaken, names = Shake(seed).query(QUERY)
    script = canonical.canonical(shaken).script()
    for new, old in names.items():
        script = script.replace(f"|{new}|", f"|{old}|")
    assert script.replace("|%n|", "|n|") == plain.script().replace("|%n|", "|n|")
    assert '"|x| stays"' in script
    assert [n.partition("~")[0] for n, _ in canonical.canonical(shaken).assertions][4:] == ["goal", "def:f", "def:f"]


def test_nothing_is_lost_on_the_way():
    plain = canonical.canonical(QUERY)
    assert sorted(plain.assertions) == sorted(QUERY.assertions)
    assert sorted(plain.declarations) == sorted(QUERY.declarations)
    assert backend.check(plain, 100_000, backend.Meter()).status == "unsat"


def test_a_measurement_has_no_flips_and_little_spread(tmp_path: Path):
    (tmp_path / "m.kw").write_text(SPEC, encoding="utf-8")
    found = measure(MeasureRequest(("m.kw",), tmp_path, seeds=2, jobs=1))
    assert found.exit_code == 0
    assert not found.flips
    assert found.found
    assert max(found.spreads) < 0.5


def test_comparing_two_solvers_is_one_flag(tmp_path: Path):
    """With the solver of another interpreter; here it is the same one, so nothing may change, in any direction."""
    (tmp_path / "m.kw").write_text(SPEC, encoding="utf-8")
    found = measure(MeasureRequest(("m.kw::two", "m.kw::half"), tmp_path, seeds=0, jobs=1, against=Path(sys.executable)))
    assert found.exit_code == 0
    assert found.compared == len(found.found) > 2
    assert found.ratio == 1.0
    assert found.against == found.solver


def test_a_solver_that_cannot_be_had(tmp_path: Path):
    (tmp_path / "m.kw").write_text(SPEC, encoding="utf-8")
    (tmp_path / "python").write_text("#!/bin/sh\necho no module named z3 >&2; exit 1\n", encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    for against, said in (("python", "no module named z3"), (".", "without a Python"), ("gone.json", "No such file")):
        with pytest.raises(Diagnosed) as told:
            measure(MeasureRequest(("m.kw",), tmp_path, seeds=0, against=tmp_path / against))
        assert said in told.value.diagnostics[0].message
