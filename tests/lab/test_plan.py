"""Plans: what is found checks as a file, is the smallest, and rests on no broken link."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_specs import write

from kwlogic.lab.opened import Refused, open_project
from kwlogic.lab.planning import Wish, plan_in
from kwlogic.vc.data import Enforced, Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest


def proves(folder: Path, text: str) -> bool:
    write(folder, text, "found.kw")
    result = check(CheckRequest(("found.kw",), folder, jobs=1, cache=False, proofs=False))
    return bool(result.results) and not result.errors() and all(isinstance(r.verdict, Proved | Enforced) for r in result.results)


def test_plans(tmp_path: Path):
    write(tmp_path)
    opened = open_project(("shop.kw",), tmp_path)
    one = plan_in(opened, Wish("n: Int", "m == 2 * n", "n < 10"))
    assert one.plans[0].steps == ("shop.double",)
    assert proves(tmp_path, one.plans[0].text)
    total = plan_in(opened, Wish("text: String", "0 <= m <= 2000", total=True))
    assert "fails when false" in total.plans[0].text


@pytest.mark.slow
def test_more_plans(tmp_path: Path):
    write(tmp_path)
    opened = open_project(("shop.kw",), tmp_path)
    eight = plan_in(opened, Wish("n: Int", "r == 8 * n", "n < 100"))
    assert eight.plans[0].steps == ("shop.add",) * 3
    assert proves(tmp_path, eight.plans[0].text)
    oracle = plan_in(opened, Wish("text: String", "0 <= m <= 2000", "len(text) > 0", total=False), count=3)
    assert [len(p.steps) for p in oracle.plans] == sorted(len(p.steps) for p in oracle.plans)


def test_no_link_is_broken(tmp_path: Path):
    """Without the bound on `n`, `double` may not be used; what links but falls short is shown with values."""
    write(tmp_path)
    opened = open_project(("shop.kw",), tmp_path)
    answer = plan_in(opened, Wish("n: Int", "m == 3 * n + 1"), most=2)
    assert not answer.plans
    assert "double" not in answer.near
    assert "n = " in answer.why


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish("n: Int", "n > 0"), "KW444"),
        (Wish("n: Int", "m >"), "KW10"),
        (Wish("n: Intt", "m > 0"), "KW2"),
        (Wish("n: Int", "m > 0", "len(n) > 0"), "KW3"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(tmp_path: Path, wish: Wish, code: str):
    write(tmp_path)
    with pytest.raises(Refused) as refused:
        plan_in(open_project(("shop.kw",), tmp_path), wish)
    assert any(d.code.startswith(code) for d in refused.value.diagnostics), [d.code for d in refused.value.diagnostics]


def test_types_that_lead_nowhere(tmp_path: Path):
    write(tmp_path)
    answer = plan_in(open_project(("shop.kw",), tmp_path), Wish("r: Real", "q > r", outputs="q: Real"))
    assert not answer.plans
    assert answer.kernels == 0
