"""Counterexamples that are texts, made of the literals that a claim speaks of."""

from __future__ import annotations

from pathlib import Path

from kwlogic.vc.data import Refuted
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest

CLAIMS = """module m
fn clean(s: String) -> String = replace(s, "ab", "")
fn tidy(s: String) -> String = strip(replace(s, "  ", " "))
lemma cleaned_once(s: String) ensures clean(clean(s)) == clean(s)
lemma tidied_once(s: String) ensures tidy(tidy(s)) == tidy(s)
kernel scrub(s: String) -> (out: String)
  ensures not contains(out, "<b>")
= replace(s, "<b>", "")
lemma same_twice[a](f: (a) -> a, xs: List[a]) ensures map(f, map(f, xs)) == map(f, xs)
"""


def test_what_is_done_once_is_not_done_for_good(tmp_path: Path):
    (tmp_path / "m.kw").write_text(CLAIMS, encoding="utf-8")
    results = check(CheckRequest(("m.kw",), tmp_path, budget=300_000, jobs=1, cache=False, proofs=False)).results
    asked = [r for r in results if r.obligation.clause == 0]
    assert [type(r.verdict) for r in asked] == [Refuted] * 4, [(r.obligation.text, r.verdict) for r in asked]
