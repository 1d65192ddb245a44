"""What a proof rests on: across files and selections, and when something behind a stored verdict is edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.solve.replay import Replayer
from kwlogic.vc.data import Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

BUDGET = 400_000
STEPS = 4_000


@pytest.fixture(autouse=True)
def short_evaluations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of these functions never end; evaluation only refutes, and nothing here is meant to be refuted."""
    monkeypatch.setattr(Replayer.__init__, "__defaults__", (STEPS,))


BEHIND = """module behind
lemma false_lemma(n: Int) ensures n * n > n
opaque fn g(n: Int) -> Int ensures result > n = n
fn loop(n: Int) -> Int decreases n = loop(n) + 1
kernel k(n: Int) -> (m: Int) ensures m > n = n
record R(n: {x: Int | x > 0})
fn make(n: Int) -> R = R(n)
opaque fn made(n: Int) -> R = make(n)
"""

FRONT = """module front
use behind (g, loop, k, false_lemma, made)
lemma a(n: Int) ensures g(n) > n
lemma b(n: Int) ensures false by { assert loop(n) == loop(n) + 1; }
kernel c(n: Int) -> (m: Int) ensures m > n = k(n)
lemma d(n: Int) ensures n * n > n by { apply false_lemma(n); }
lemma e(n: Int) ensures made(n).n > 0
"""


def proved(folder: Path, *paths: str, cache: bool = False) -> set[str]:
    """`declaration kind` of what is proved, where every obligation of that kind is."""
    result = check(CheckRequest(paths, folder, budget=BUDGET, jobs=1, cache=cache))
    assert not [d for d in result.diagnostics if not d.code.startswith("KW5")], result.diagnostics
    open_ones = {key(r) for r in result.results if not isinstance(r.verdict, Proved)}
    return {key(r) for r in result.results} - open_ones


def key(result: object) -> str:
    obligation = result.obligation  # type: ignore[attr-defined]
    return f"{obligation.declaration.rpartition('.')[2]} {obligation.kind.value}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "behind.kw").write_text(BEHIND, encoding="utf-8")
    (tmp_path / "front.kw").write_text(FRONT, encoding="utf-8")
    return tmp_path


def test_nothing_rests_on_another_file_that_fails(folder: Path):
    assert proved(folder, "front.kw") == set()


def test_nothing_rests_on_what_was_not_selected(folder: Path):
    assert proved(folder, *(f"front.kw::{n}" for n in "abcde")) == set()
    (folder / "front.kw").write_text("module front\n" + BEHIND.partition("\n")[2] + FRONT.partition(")\n")[2], encoding="utf-8")
    assert proved(folder, "front.kw::a", "front.kw::d", "front.kw::e") == set()


FIRST = """module m
record T(n: {x: Int | x > 0})
opaque fn f(n: Int) -> Int ensures result > n = n + 1
fn rec(n: Int) -> Int = if n <= 0 then 0 else 1 + rec(n - 1)
fn plain(n: Int) -> Int = n + 1
lemma step(n: Int) ensures rec(n) >= 0 by induction n
axiom given(n: Int) ensures f(n) < n + 2
lemma uses_f(n: Int) ensures f(n) > n
lemma uses_rec(n: Int) ensures rec(n) + 1 > 0 by auto using step
lemma uses_plain(n: Int) ensures plain(n) > n
lemma uses_axiom(n: Int) ensures f(n) == n + 1 by { apply given(n); }
lemma uses_type(t: T) ensures t.n >= 1
lemma uses_order(xs: List[Int]) ensures len(xs) >= 0
lemma along(n: Int) ensures rec(n) >= 0 by induction rec(n)
"""

EDITS = {
    "a contract that its body breaks": ("= n + 1\nfn rec", "= n\nfn rec", {"uses_f lemma", "uses_axiom lemma"}),
    "a contract that says less": ("ensures result > n =", "ensures result > n - 1 =", {"uses_f lemma", "uses_axiom lemma"}),
    "a body": ("1 + rec(n - 1)", "rec(n - 1) - 1", {"uses_rec lemma", "along lemma", "step lemma"}),
    "recursion without end": ("1 + rec(n - 1)", "1 + rec(n)", {"uses_rec lemma", "along lemma", "step lemma"}),
    "a plain body": ("fn plain(n: Int) -> Int = n + 1", "fn plain(n: Int) -> Int = n", {"uses_plain lemma"}),
    "an axiom that says less": ("ensures f(n) < n + 2", "ensures f(n) < n + 3", {"uses_axiom lemma"}),
    "an invariant": ("x > 0})", "x > -1})", {"uses_type lemma"}),
    "a name of the library's": ("fn plain", "fn len(xs: List[Int]) -> Int = -1\nfn plain", {"uses_order lemma"}),
    "an opaque body": ("fn plain", "opaque fn plain", {"uses_plain lemma"}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_stored_verdict_does_not_outlive_what_it_rests_on(edit: str, tmp_path: Path):
    old, new, gone = EDITS[edit]
    file = tmp_path / "m.kw"
    file.write_text(FIRST, encoding="utf-8")
    before = proved(tmp_path, "m.kw", cache=True)
    assert gone <= before
    assert FIRST.count(old) == 1
    file.write_text(FIRST.replace(old, new), encoding="utf-8")
    after = proved(tmp_path, "m.kw", cache=True)
    assert not gone & after
    assert after == proved(tmp_path, "m.kw", cache=False)
