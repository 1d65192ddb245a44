"""Lemmas are remembered by module: as statements, offered to other goals, proved again before they are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.proof.book import book_text, entries_of, lemmas_of, module_in
from kwlogic.solve.remembered import MOST_STATEMENTS, Statements, merged, statement_text
from kwlogic.vc.data import Proved, verdict_name
from kwlogic.workspace.check import check, elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

LISTS = """module m
type Chain[a] = End | Link(head: a, tail: Chain[a])
fn join[a](x: Chain[a], y: Chain[a]) -> Chain[a]
= match x { case End => y case Link(z, xs) => Link(z, join(xs, y)) }
fn turn[a](x: Chain[a]) -> Chain[a]
= match x { case End => End case Link(y, xs) => join(turn(xs), Link(y, End)) }
"""
TWICE = "theorem twice[a](x: Chain[a]) ensures turn(turn(x)) == x\n"
ENDS = "theorem ends[a](x: Chain[a], y: a, z: a) ensures turn(join(join(turn(x), Link(y, End)), Link(z, End))) == Link(z, Link(y, x))\n"
BUDGET, FEW = 180_000, 90_000
"""Enough to prove ``twice``, whose lemma is all that ``ends`` needs besides it; and too little to find a lemma."""
FALSE = "(lemma ((g0.0 m.Chain['a])) (= (m.turn{'a} g0.0) g0.0))"
STALE = "(lemma ((g0.0 m.Chain['a])) (= (m.twist{'a} g0.0) g0.0))"


def checked(folder: Path, text: str, budget: int, proofs: bool, cache: bool = False, jobs: int = 1, what: str = "m.kw") -> CheckResult:
    (folder / "m.kw").write_text(text, encoding="utf-8")
    return check(CheckRequest((what,), folder, budget=budget, jobs=jobs, cache=cache, proofs=proofs))


def verdicts(result: CheckResult) -> dict[str, str]:
    return {r.obligation.declaration: verdict_name(r.verdict) for r in result.results if r.obligation.id.endswith("lemma/ensures1")}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("first")
    assert verdicts(checked(folder, LISTS + TWICE, BUDGET, proofs=True)) == {"m.twice": "proved"}
    return (folder / "proofs" / "m.proof").read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path, first: str) -> str:
    """The file of certificates of a module whose one theorem needs a lemma; it and the module are in the folder."""
    (tmp_path / "proofs").mkdir()
    (tmp_path / "proofs" / "m.proof").write_text(first, encoding="utf-8")
    (tmp_path / "m.kw").write_text(LISTS + TWICE, encoding="utf-8")
    return first


def test_what_one_goal_found_another_uses_in_the_same_run(tmp_path: Path):
    assert verdicts(checked(tmp_path, LISTS + TWICE + ENDS, FEW, proofs=False, what="m.kw::ends"))["m.ends"] == "unknown"
    for jobs in (1, 2):
        found = checked(tmp_path, LISTS + TWICE + ENDS, BUDGET, proofs=False, jobs=jobs)
        assert verdicts(found) == {"m.twice": "proved", "m.ends": "proved"}
        assert any(isinstance(r.verdict, Proved) and r.verdict.lemmas for r in found.results)


def test_statements_are_kept_beside_the_certificates_and_looked_at_first(tmp_path: Path, book: str):
    (stated,) = lemmas_of(book)
    assert "m.turn" in stated
    assert entries_of(book).keys() == {"m.twice/lemma/ensures1"}
    file = tmp_path / "proofs" / "m.proof"
    assert verdicts(checked(tmp_path, LISTS + TWICE + ENDS, FEW, proofs=True)) == {"m.twice": "proved", "m.ends": "proved"}
    assert lemmas_of(file.read_text(encoding="utf-8")) == (stated,)


def test_without_them_a_check_finds_less_and_nothing_wrong(tmp_path: Path, book: str):
    file = tmp_path / "proofs" / "m.proof"
    for lines in ((FALSE,), (STALE, "(lemma ((")):
        file.write_text(book_text("m", entries_of(book).values(), lines), encoding="utf-8")
        found = verdicts(checked(tmp_path, LISTS + TWICE + "theorem no[a](x: Chain[a]) ensures turn(x) == x\n", FEW, proofs=True))
        assert found == {"m.twice": "proved", "m.no": "refuted"}


def test_without_certificates_the_cache_remembers_them(tmp_path: Path):
    assert verdicts(checked(tmp_path, LISTS + TWICE, BUDGET, proofs=False, cache=True)) == {"m.twice": "proved"}
    assert verdicts(checked(tmp_path, LISTS + TWICE + ENDS, FEW, proofs=False, cache=True))["m.ends"] == "proved"


def test_text_and_back(tmp_path: Path, book: str):
    project = project_of(("m.kw",), tmp_path)
    program, _ = elaborate_all(load(select(("m.kw",), project, tmp_path)[0], project, tmp_path), tmp_path)
    (formula,) = Statements(program).formulas(lemmas_of(book))
    assert statement_text(formula) == lemmas_of(book)[0]
    assert Statements(program).formulas((STALE, "(lemma", "(lemma ((x Int)) 3)", "(lemma ((x Nope)) (= x x))")) == []


def test_they_do_not_disturb_the_entries(book: str):
    damaged = book.replace("(lemma ((", "(lemma ((((", 1)
    assert module_in(damaged) == "m"
    assert entries_of(damaged) == entries_of(book)


def test_they_are_few_and_in_an_order_of_their_own():
    some = [f"(lemma () {n})" for n in range(100)]
    assert merged(some, some[::-1]) == merged(some[::-1], ())
    assert len(merged(some, ())) == MOST_STATEMENTS
