"""Verdicts in an editor, attacked: nothing is shown as proved of a text in which it no longer is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwlogic.vc.data import Proved
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest
from kwlogic.workspace.live.desk import Desk
from kwlogic.workspace.live.verdicts import Board, Standing

BASE = """module base
opaque fn p(x: Int) -> Bool = x > 1
opaque fn q(x: Int) -> Bool = x > 2
opaque fn r(x: Int) -> Bool = x > 3
axiom ax1(x: Int) ensures p(x)
axiom ax2(x: Int) ensures p(x) ==> q(x)
axiom ax3(x: Int) ensures q(x) ==> r(x)

lemma b(x: Int) ensures p(x)
  by { apply ax1(x); }
lemma a(x: Int) ensures q(x)
  by { apply ax2(x); }
"""
TOP = """theorem top(x: Int) ensures r(x)
  by { apply ax3(x); }
"""
EDITS = {
    "a lemma deleted that a used lemma used": ("lemma b(x: Int) ensures p(x)\n  by { apply ax1(x); }\n", ""),
    "its proof is gone": ("\n  by { apply ax1(x); }", ""),
    "it says less": ("lemma b(x: Int) ensures p(x)", "lemma b(x: Int) requires x > 1 ensures p(x)"),
    "an axiom deep down says less": ("ax1(x: Int) ensures", "ax1(x: Int) requires x > 1 ensures"),
    "an axiom at hand says less": ("ax3(x: Int) ensures", "ax3(x: Int) requires x > 1 ensures"),
    "a function is another": ("= x > 1", "= x > 0"),
}


@pytest.fixture(scope="module", params=["one file", "two files, one of them closed"])
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, Path, Board, str]:
    """A folder and a board with the verdicts of ``top``, which is proved."""
    folder = tmp_path_factory.mktemp("stale").resolve()
    single = request.param == "one file"
    texts = {"base.kw": BASE + TOP} if single else {"base.kw": BASE, "main.kw": f"module main\nuse base (r, ax3)\n{TOP}"}
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    path = folder / [*texts][-1]
    desk, board = Desk(), Board()
    desk.put(path, texts[path.name])
    analysis = desk.analysis(path)
    file = analysis.shown(path)
    assert file is not None
    result = check(CheckRequest((str(path),), folder, jobs=1, cache=False, proofs=False))
    name = f"{path.stem}.top"
    assert all(isinstance(r.verdict, Proved) for r in result.results if r.obligation.declaration == name)
    board.keep(analysis, board.outdated(analysis, file), result)
    return desk, path, board, name


@pytest.mark.parametrize("edit", [*EDITS])
def test_an_edit_below_makes_a_proof_stale(edit: str, shown: tuple[Desk, Path, Board, str]):
    first, path, board, name = shown
    old, new = EDITS[edit]
    before = (path.parent / "base.kw").read_text(encoding="utf-8")
    assert old in before
    texts = {path: path.read_text(encoding="utf-8")} | {path.parent / "base.kw": before.replace(old, new)}
    desk = first.another(texts)
    assert board.status(desk.analysis(path), name).standing is Standing.STALE


def test_an_edit_above_and_one_that_is_undone_leave_it(shown: tuple[Desk, Path, Board, str]):
    first, path, board, name = shown
    desk = first.another({})
    text = path.read_text(encoding="utf-8")
    for now in (text + "\nlemma more(x: Int) ensures x == x\n", text.replace("ensures r(x)", "ensures not r(x)"), text):
        desk.put(path, now)
        known = board.status(desk.analysis(path), name).standing
        assert known is (Standing.STALE if "not r(x)" in now else Standing.FRESH)
