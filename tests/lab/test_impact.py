"""Impact: a refinement breaks nothing and asks nothing; another change asks what differs, and names what breaks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lab_specs import write

from kwlogic.lab.changing import impact
from kwlogic.lab.opened import Refused
from kwlogic.lab.refinement import refines

SPEC = """\
module steps

fn limit(n: Int) -> Int
= n + 10

kernel double(n: Int) -> (m: Int)
  requires n <= 100
  ensures m == 2 * n
  by tool "double"

kernel half(m: Int) -> (n: Int)
  requires m % 2 == 0
  ensures 2 * n == m
  ensures n <= limit(n)
= m // 2

kernel trip(n: Int) -> (k: Int)
  requires 0 <= n <= 100
  ensures k == n
= compose double >> half[n as k]

kernel other(m: Int) -> (n: Int)
  requires m == 4
= compose half
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, SPEC, "steps.kw")
    return tmp_path


def changed(folder: Path, old: str, new: str) -> str:
    assert old in SPEC
    write(folder, SPEC.replace(old, new), "draft.txt")
    return "draft.txt"


def test_a_refinement_breaks_nothing(folder: Path):
    found = impact("double", to=changed(folder, "requires n <= 100\n", "requires n <= 1000\n"), paths=("steps.kw",), cwd=folder)
    assert found.safe
    assert not found.asked
    assert found.users == ("steps.trip",)


def test_the_same_contract_is_no_change(folder: Path):
    found = impact("half", to=changed(folder, "= m // 2", "= (m + 0) // 2"), paths=("steps.kw",), cwd=folder)
    assert found.same


def test_what_breaks_is_named(folder: Path):
    found = impact("double", to=changed(folder, "ensures m == 2 * n", "ensures m >= n"), paths=("steps.kw",), cwd=folder)
    assert found.refinement is not None
    assert found.refinement.verdict == "refuted"
    broken = [(a.result.obligation.declaration, a.result.obligation.kind.value) for a in found.broken()]
    assert sorted(broken) == [("steps.trip", "ensures"), ("steps.trip", "link")]
    assert len(found.asked) < found.total


@pytest.mark.slow
def test_a_change_of_what_words_mean_asks_everything_again(folder: Path):
    found = impact("half", to=changed(folder, "= n + 10", "= n - 10"), paths=("steps.kw",), cwd=folder)
    assert found.incomparable
    assert len(found.asked) == found.total


def test_a_port_that_goes_breaks_its_users(folder: Path):
    other = changed(folder, "kernel half(m: Int)", "kernel half(q: Int)")
    text = (
        (folder / other)
        .read_text()
        .replace("requires m % 2", "requires q % 2")
        .replace("2 * n == m", "2 * n == q")
        .replace("= m //", "= q //")
    )
    write(folder, text, other)
    found = impact("half", to=other, paths=("steps.kw",), cwd=folder)
    assert found.errors


def test_what_rests_on_a_clause(folder: Path):
    found = impact("double", paths=("steps.kw",), cwd=folder)
    resting = {c.text: len(c.resting) for c in found.clauses}
    assert resting == {"m == 2 * n": 2, "n <= 100": 1}


def test_against_a_revision(folder: Path):
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    git("add", "steps.kw")
    git("commit", "-q", "-m", "first")
    write(folder, SPEC.replace("ensures m == 2 * n", "ensures m == 2 * n or m == 2 * n + 1"), "steps.kw")
    found = impact("double", against="HEAD", paths=("steps.kw",), cwd=folder)
    assert [a.result.obligation.kind.value for a in found.broken()] == ["link"]
    for wrong in ("--output=x", "no such"):
        with pytest.raises(Refused) as refused:
            impact("double", against=wrong, paths=("steps.kw",), cwd=folder)
        assert refused.value.diagnostics[0].code == "KW445"


def test_refines(tmp_path: Path):
    write(tmp_path)
    assert refines("zero", "parse", ("shop.kw",), tmp_path).verdict == "proved"
    back = refines("parse", "zero", ("shop.kw",), tmp_path)
    assert back.verdict == "refuted"
    assert back.reasons()
    assert refines("double", "add", ("shop.kw",), tmp_path).problems
