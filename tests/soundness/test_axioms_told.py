"""An axiom is listed in every report that rests on it, however far below."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.render.full import axiom_lines
from kwlogic.vc.data import Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult

BEHIND = """module behind
opaque fn o(n: Int) -> Int = n * n
axiom yes(n: Int) ensures o(n) >= 0
axiom no(n: Int) ensures o(0 - n) == o(n)
lemma both(n: Int) ensures o(0 - n) + o(n) >= 0 by { apply yes(n); apply no(n); }
opaque fn one(n: Int) -> Int ensures result == o(n) = (apply no(n); o(0 - n))
"""

FRONT = """module front
use behind (both, one, o, yes)
lemma far(n: Int) ensures o(0 - n) + o(n) > -1 by { apply both(n); }
lemma farther(n: Int) ensures o(0 - n) + o(n) > -2 by { apply far(n); }
lemma near(n: Int) ensures o(n) + 1 > 0 by auto using yes
lemma fine(n: Int) ensures n + 1 > n
lemma by_contract(n: Int) ensures one(n) == o(n)
"""

RESTS = {
    "far": {"behind.yes", "behind.no"},
    "farther": {"behind.yes", "behind.no"},
    "near": {"behind.yes"},
    "fine": set(),
    "by_contract": {"behind.no"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "behind.kw").write_text(BEHIND, encoding="utf-8")
    (tmp_path / "front.kw").write_text(FRONT, encoding="utf-8")
    return tmp_path


def axioms(result: CheckResult) -> dict[str, set[str]]:
    assert all(isinstance(r.verdict, Proved) for r in result.results), result.diagnostics
    return {r.obligation.declaration.rpartition(".")[2]: {x.kernel for x in r.rests if x.ends_in == "assumed"} for r in result.results}


@pytest.mark.parametrize("proofs", [False, True])
def test_axioms_are_told_from_afar(folder: Path, proofs: bool):
    request = CheckRequest(("front.kw",), folder, jobs=1, cache=True, proofs=proofs)
    first = check(request)
    assert axioms(first) == RESTS
    assert axioms(check(request)) == RESTS, "also where the answer is remembered"
    (line,) = axiom_lines(first)
    text = "".join(part for part, _ in line)
    assert text == "4 proofs rest on axioms, which are assumed: `yes` (behind.kw:3), `no` (behind.kw:4)"


def test_one_declaration_alone(folder: Path):
    assert axioms(check(CheckRequest(("front.kw::farther",), folder, jobs=1, cache=False))) == {"farther": RESTS["farther"]}
    assert not list(axiom_lines(check(CheckRequest(("front.kw::fine",), folder, jobs=1, cache=False))))
