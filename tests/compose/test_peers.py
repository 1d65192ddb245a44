"""Mistakes of other tools that compose, each a test that this one does not make it."""

from __future__ import annotations

from pathlib import Path

from kwlogic.vc.data import Kind, Proved, Refuted
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult


def checked(folder: Path, text: str) -> CheckResult:
    (folder / "m.kw").write_text("module m\n" + text, encoding="utf-8")
    return check(CheckRequest(("m.kw",), folder, jobs=1, cache=False, budget=2_000_000))


def links(result: CheckResult) -> list[type]:
    return [type(r.verdict) for r in result.results if r.obligation.kind is Kind.LINK]


def codes(result: CheckResult) -> list[str]:
    return [d.code for d in result.diagnostics if d.severity.value == "error"]


POSITIVE = """kernel a(x: Int) -> (y: Int)
  ensures y > 0
= if x > 0 then x else 1
"""


def test_requires_are_discharged_by_meaning(tmp_path: Path):
    """Not by equal strings: ``y > 0`` does for ``y >= 0``."""
    result = checked(
        tmp_path, POSITIVE + "kernel b(y: Int) -> (z: Int)\n  requires y >= 0\n= y\nkernel c(x: Int) -> (z: Int)\n= compose a >> b\n"
    )
    assert links(result) == [Proved]


def test_contradicting_contracts_are_found(tmp_path: Path):
    """``x == 0`` and then ``x > 0``."""
    zero = "kernel zero(x: Int) -> (y: Int)\n  ensures y == 0\n= 0\n"
    result = checked(
        tmp_path, zero + "kernel b(y: Int) -> (z: Int)\n  requires y > 0\n= y\nkernel c(x: Int) -> (z: Int)\n= compose zero >> b\n"
    )
    assert links(result) == [Refuted]


def test_parallel_parts_that_exclude_each_other(tmp_path: Path):
    """``x < 1`` beside ``x > 2``: no input does for both, and what demands both has no input at all."""
    parts = "kernel a(x: Int) -> (y: Int)\n  requires x < 1\n= x\nkernel b(x: Int) -> (z: Int)\n  requires x > 2\n= x\n"
    result = checked(tmp_path, parts + "kernel c(x: Int) -> (y: Int, z: Int)\n= compose a & b\n")
    assert links(result) == [Refuted, Refuted]
    result = checked(tmp_path, parts + "kernel c(x: Int) -> (y: Int, z: Int)\n  requires x < 1 and x > 2\n= compose a & b\n")
    assert any(isinstance(r.verdict, Refuted) and r.obligation.kind is Kind.REQUIRES for r in result.results)


def test_a_branch_demands_only_where_it_is_taken(tmp_path: Path):
    parts = "kernel a(x: Int) -> (y: Int)\n  requires x > 0\n= x\nkernel b(x: Int) -> (y: Int)\n  requires x <= 0\n= 0 - x\n"
    result = checked(tmp_path, parts + "kernel c(x: Int) -> (y: Int)\n= compose case (x > 0) then a else b\n")
    assert links(result) == [Proved, Proved]


def test_nothing_before_a_branch_is_dropped(tmp_path: Path):
    text = POSITIVE + (
        "kernel b(y: Int) -> (z: Int)\n  requires y > 0\n  ensures z > 0\n= y\n"
        "kernel c(x: Int) -> (z: Int)\n  ensures z > 0\n= compose a >> case (y > 5) then b else b\n"
    )
    assert checked(tmp_path, text).exit_code == 0


def test_a_loop_claims_only_its_invariant(tmp_path: Path):
    """``All rounds succeeded`` is not a contract: it may not have run at all, and it may run out of rounds."""
    step = "kernel step(n: Int) -> (m: Int)\n  ensures m == n + 1\n= n + 1\n"
    loop = "kernel c(n: Int) -> (k: Int)\n{}\n= compose (iterate step[m as n] while (n < 9) max 3{})[n as k]\n"
    assert checked(tmp_path, step + loop.format("  ensures k >= 9", "")).exit_code == 0
    assert checked(tmp_path, step + loop.format("  ensures k == 9", "")).exit_code != 0
    assert checked(tmp_path, step + loop.format("  fails when false", "")).exit_code != 0


WRONG_TYPES = {
    "a longer tuple (Haystack)": ("(Int, String)", "(Int, String, Int)"),
    "an int for a string (Dagster)": ("Int", "String"),
    "a bool for an int (Python)": ("Bool", "Int"),
    "an int for a real": ("Int", "Real"),
    "a list of other elements": ("List[Int]", "List[String]"),
    "what may be missing": ("Option[Int]", "Int"),
}


def test_unsound_links_are_refused(tmp_path: Path):
    text = ""
    for n, (gives, takes) in enumerate(WRONG_TYPES.values()):
        text += f'kernel a{n}(x: Int) -> (y: {gives})\n  by tool "a"\nkernel b{n}(y: {takes}) -> (z: Int)\n  by tool "b"\n'
        text += f"kernel c{n}(x: Int) -> (z: Int)\n= compose a{n} >> b{n}\n"
    assert codes(checked(tmp_path, text)) == ["KW402"] * len(WRONG_TYPES)


def test_literals_fit_their_type(tmp_path: Path):
    """A value of a narrower type goes where the wider one is wanted: refinements are subtypes."""
    text = "kernel a(x: Int) -> (y: {n: Int | n in [1, 2]})\n= 1\nkernel b(y: {n: Int | n > 0}) -> (z: Int)\n= y\n"
    assert links(checked(tmp_path, text + "kernel c(x: Int) -> (z: Int)\n= compose a >> b\n")) == [Proved]


def test_steps_that_lead_nowhere_still_count(tmp_path: Path):
    """LangGraph takes orphan nodes: here a step whose outputs nobody uses still owes its ``requires``."""
    text = POSITIVE + "kernel b(x: Int) -> (z: Int)\n  requires x > 0\n= x\nkernel c(x: Int) -> (y: Int)\n{ y <- a(x); lost <- b(x); }\n"
    assert links(checked(tmp_path, text)) == [Refuted]


def test_brackets_change_no_verdict(tmp_path: Path):
    """And neither does the order of statements (Pacti's two bracketings assume different things)."""
    parts = POSITIVE + (
        "kernel b(y: Int) -> (z: Int)\n  requires y > 0\n  ensures z > y\n= y + 1\n"
        "kernel d(z: Int) -> (w: Int)\n  requires z > 1\n  ensures w > 1\n= z\n"
    )
    bodies = (
        "= compose (a >> b) >> d",
        "= compose a >> (b >> d)",
        "= compose ((id(x) >> a) >> b) >> (d >> id(w))",
        "{ w <- d(q); q <- b(p); p <- a(x); }",
        "{ p <- a(x); q <- b(p); w <- d(q); }",
    )
    text = parts + "".join(f"kernel c{i}(x: Int) -> (w: Int)\n  ensures w > 1\n{b}\n" for i, b in enumerate(bodies))
    result = checked(tmp_path, text)
    of = {
        i: [(r.obligation.kind, type(r.verdict)) for r in result.results if r.obligation.declaration == f"m.c{i}"]
        for i in range(len(bodies))
    }
    assert all(sorted(map(repr, v)) == sorted(map(repr, of[0])) for v in of.values())
    assert {v for _, v in of[0]} == {Proved}
