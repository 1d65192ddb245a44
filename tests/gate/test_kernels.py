"""Kernels through the gate: what is accepted, what is rejected with which code, and what is left undecided."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from gate_help import codes, gated, kernel_of

from kwlogic.gate.cases import case_line, read_cases
from kwlogic.gate.data import Settings, Standing
from kwlogic.gate.kernel import Known, gate_kernel
from kwlogic.source.data import Source
from kwlogic.vc.data import Proved, Result
from kwlogic.vc.plan import obligations_of

GOOD = "kernel k(a: Int, b: Int) -> (m: Int)\n  ensures m >= a and m >= b\n= if a >= b then a else b"
BAD = "kernel k(a: Int, b: Int) -> (m: Int)\n  ensures first: m >= a\n  ensures second: m >= b\n= a"


def test_a_correct_kernel_is_accepted():
    report = gated(GOOD)
    assert report.standing is Standing.ACCEPTED
    assert report.runs >= 30
    assert report.seeded > 3


def test_a_broken_clause_is_shown_on_the_smallest_input():
    report = gated(BAD)
    assert report.standing is Standing.REJECTED
    (found,) = report.findings
    assert found.diagnostic.code == "KW601"
    assert "`m >= b` is false" in found.diagnostic.message
    assert found.case is not None
    assert found.case.inputs in ({"a": 0, "b": 1}, {"a": -1, "b": 0})
    again = next(n for n in found.diagnostic.notes if n.startswith("again: "))
    command = shlex.split(again.removeprefix("again: "))
    assert command[:2] == ["kwlogic", "gate"]
    assert command[2].endswith("m.kw::k")
    assert command[3] == "--replay"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kernel k(x: Int) -> (y: Int)\n= 10 // x", "undefined"),
        ("kernel k(x: Int) -> (y: {n: Int | n > 0})\n= x", "`y > 0`"),
        ("fn f(x: Int) -> Int\n  requires x > 0\n= x\nkernel k(x: Int) -> (y: Int)\n= f(x)", "requires `x > 0`"),
        ("kernel k(xs: List[Int]) -> (y: Int)\n= xs[0]", "undefined"),
        ("kernel k(xs: List[Int]) -> (ys: List[Int])\n  ensures forall v: Int :: count(v, ys) == count(v, xs)\n= unique(xs)", "is false"),
        ("kernel k(a: Real) -> (b: Real)\n  ensures b * 2.0 == a\n= a / 2.0 + (if a == 12.5 then 1.0 else 0.0)", "is false"),
        ("kernel k[a](xs: List[a]) -> (ys: List[a])\n  ensures len(ys) == len(xs)\n= take(4, xs)", "is false"),
    ],
)
def test_what_goes_wrong_in_a_body_is_found(text: str, words: str):
    report = gated(text)
    assert report.standing is Standing.REJECTED
    assert any(words in f.diagnostic.message for f in report.findings), [f.diagnostic.message for f in report.findings]


def test_a_run_that_breaks_a_proof_is_a_defect_of_kwlogic():
    program, kernel = kernel_of(BAD)
    obligations = obligations_of(program, kernel.name).obligations
    lies = tuple(Result(o, Proved()) for o in obligations)
    report = gate_kernel(program, kernel, Settings(examples=20), Known(lies))
    assert codes(report) == ["KW602"]
    assert "defect of kwlogic" in (report.findings[0].diagnostic.help or "")


def test_kept_cases_are_replayed():
    program, kernel = kernel_of(BAD)
    found = gate_kernel(program, kernel, Settings(examples=20)).findings[0].case
    assert found is not None
    kept, problems = read_cases(Source("m.cases", case_line(found, program)))
    assert not problems
    again = gate_kernel(program, kernel, Settings(examples=20), Known(kept=kept))
    assert "KW603" in codes(again)
    assert again.replayed == 1
    fixed, repaired = kernel_of(GOOD.replace("m >= a and m >= b", "second: m >= b"))
    report = gate_kernel(fixed, repaired, Settings(examples=20), Known(kept=kept))
    assert (report.standing, report.replayed) == (Standing.ACCEPTED, 1)


def test_a_case_that_does_not_fit_any_more_is_told():
    kept, _ = read_cases(Source("m.cases", 'k {"a": 1, "c": 2}\n'))
    report = gated(GOOD, known=Known(kept=kept))
    assert codes(report) == ["KW614"]
    assert report.standing is Standing.ACCEPTED


def test_a_contradictory_requires_names_its_core():
    report = gated("kernel k(x: Int, y: Int) -> (z: Int)\n  requires y > 5\n  requires x > 3\n  requires x < 2\n= x")
    (found,) = report.findings
    assert found.diagnostic.code == "KW610"
    assert report.standing is Standing.REJECTED
    assert len(found.diagnostic.labels) == 2


def test_a_requires_that_is_hardly_satisfied_leaves_it_undecided():
    text = 'kernel k(s: String) -> (m: Int)\n  requires split(s, ",") == ["abc", "de", "f"]\n= len(s)'
    report = gated(text, examples=10)
    assert codes(report) == ["KW611"]
    assert report.standing is Standing.UNDECIDED


def test_runs_that_go_on_and_on_leave_it_undecided():
    text = """
fn slow(n: Int) -> Int
  requires n >= 0
= if n == 0 then 0 else slow(n - 1) + slow(n - 1)
kernel k(n: Int) -> (m: Int)
  requires n > 60
= slow(n)"""
    report = gated(text, examples=5, steps=2_000)
    assert codes(report) == ["KW612"]
    assert report.standing is Standing.UNDECIDED


def test_a_predicate_that_hangs_is_cut_off():
    text = """
fn slow(n: Int) -> Bool
  requires n >= 0
= if n == 0 then true else slow(n - 1) and slow(n - 1)
kernel k(n: Int) -> (m: Int)
  requires n > 60 and slow(n)
= n"""
    report = gated(text, examples=5)
    assert codes(report) == ["KW612"]
    assert "of the requires" in report.findings[0].diagnostic.message


def test_oracles_are_asked_whether_their_contract_can_be_kept():
    assert gated('kernel k(x: Int) -> (y: Int)\n  ensures y > x\n  by prompt "x"').standing is Standing.ACCEPTED
    report = gated('kernel k(x: Int) -> (y: Int)\n  ensures y > x\n  ensures y < x\n  by prompt "x"')
    assert codes(report) == ["KW618"]
    assert report.standing is Standing.UNDECIDED


def test_the_gate_is_deterministic():
    first, second = gated(BAD), gated(BAD)
    assert [f.case.inputs for f in first.findings if f.case] == [f.case.inputs for f in second.findings if f.case]
    assert (first.runs, first.seeded) == (second.runs, second.seeded)


def test_verdicts_of_the_check_count():
    report = gated(GOOD)
    assert replace(report, refuted=("a clause",)).standing is Standing.REJECTED
    assert replace(report, unknown=("a clause",)).standing is Standing.UNDECIDED


def test_a_port_whose_values_do_not_survive_json_is_told(monkeypatch: pytest.MonkeyPatch):
    import kwlogic.core.codec as codec

    monkeypatch.setattr(codec, "decode_text", lambda text, type, program: 0)
    report = gated(GOOD)
    assert set(codes(report)) == {"KW605"}
    assert report.standing is Standing.REJECTED


def test_what_cannot_be_known_to_be_an_input_rejects_nothing():
    """Whether an unbounded requires holds of an input is not known from some instances: nothing is refuted by it."""
    text = """
kernel k(xs: List[Int]) -> (ys: List[Int])
  requires forall v: Int :: count(v, xs) <= 1
  ensures len(ys) == len(xs)
= unique(xs)"""
    assert gated(text).standing is Standing.ACCEPTED
    hidden = text.replace("count(v, xs) <= 1", "v * v != 1522756 or len(xs) < 2").replace("len(ys) == len(xs)", "len(ys) < 2")
    report = gated(hidden)
    assert codes(report) == ["KW621"]
    assert report.standing is Standing.UNDECIDED


def test_every_code_of_the_gate_is_provoked_by_a_test():
    from pathlib import Path

    from kwlogic.source.codes import registry

    here = "".join(p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("test_*.py"))
    assert not [c for c in registry() if c.startswith("KW6") and f'"{c}"' not in here]
