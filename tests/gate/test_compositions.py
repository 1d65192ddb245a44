"""Compositions through the gate: oracles played by what their contracts allow, by failures, and by what breaks them."""

from __future__ import annotations

import pytest
from gate_help import codes, gated, kernel_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kwlogic.compose.interpret import Interpreter
from kwlogic.gate.cases import case_line, read_cases
from kwlogic.gate.data import Settings, Standing
from kwlogic.gate.inputs import Inputs
from kwlogic.gate.kernel import Known, gate_kernel
from kwlogic.gate.play import Player, Stage, enforced, run_composition
from kwlogic.source.data import Source

PARTS = """
resource ledger
kernel ask(x: Int) -> (y: Int)
  ensures y > x
  by prompt "{x}"
kernel sure(x: Int) -> (y: Int)
  ensures y > x
  fails when x < 0
  by prompt "{x}"
kernel double(y: Int) -> (z: Int)
  ensures z == 2 * y
= y + y
kernel unpost(x: Int, id: Int) -> (gone: Bool)
  writes ledger
  by tool "unpost"
kernel post(x: Int) -> (id: Int)
  writes ledger
  rollback unpost
  by tool "post"
kernel put(x: Int) -> (id: Int)
  writes ledger
  by tool "put"
"""
GOOD = [
    "kernel k(x: Int) -> (z: Int)\n  requires x > 0\n  ensures z > 2 * x\n= compose ask >> double",
    "kernel k(x: Int) -> (z: Int)\n  requires x >= 0\n  fails when false\n  ensures z >= x\n= compose sure >> double",
    "kernel k(x: Int) -> (y: Int)\n  ensures y > x\n= compose retry 3 ask ?? sure",
    "kernel k(x: List[Int]) -> (y: List[Int])\n  ensures len(y) == len(x)\n= compose map ask",
    "kernel k(x: Int) -> (y: Int, id: Int)\n  ensures y > x\n{ id <- post(x); y <- ask(x); }",
    "kernel k(x: Int) -> (y: Int)\n  ensures y > x\n= compose case (x > 0) then ask else sure",
]
BAD = [
    ("kernel k(x: Int) -> (z: Int)\n  ensures z > 2 * x + 2\n= compose ask >> double", "KW601", "is false"),
    ("kernel k(x: Int) -> (y: Int)\n  fails when false\n= compose sure", "KW601", "does not say so"),
    ("kernel small(y: Int) -> (z: Int)\n  requires y < 10\n= y\nkernel k(x: Int) -> (z: Int)\n= compose ask >> small", "KW601", "requires"),
    ("kernel k(x: Int) -> (y: Int, id: Int)\n{ id <- put(x); y <- ask(x); }", "KW607", "has written"),
]


@pytest.mark.parametrize("text", GOOD)
def test_sound_compositions_are_accepted(text: str):
    report = gated(PARTS + text)
    assert report.standing is Standing.ACCEPTED, [f.diagnostic.message for f in report.findings]
    assert report.kind == "composition"


@pytest.mark.parametrize(("text", "code", "words"), BAD, ids=[b[2] for b in BAD])
def test_what_is_wrong_is_found_and_shows_again(text: str, code: str, words: str):
    program, kernel = kernel_of(PARTS + text)
    report = gate_kernel(program, kernel, Settings(examples=100))
    assert codes(report) == [code]
    (found,) = report.findings
    assert words in found.diagnostic.message
    assert found.case is not None
    kept, _ = read_cases(Source("m.cases", case_line(found.case, program)))
    again = gate_kernel(program, kernel, Settings(examples=1), Known(kept=kept))
    assert again.replayed == 1
    assert any(f.diagnostic.span == found.diagnostic.span for f in again.findings)


@pytest.mark.parametrize("text", [GOOD[0], GOOD[2]])
def test_enforcement_catches_every_output_that_breaks_a_contract(text: str):
    """Every call of every oracle is played to break its contract; nothing goes on from there."""
    program, kernel = kernel_of(PARTS + text)
    stage, inputs = Stage(program, kernel, 10_000), Inputs(program, kernel, seeds=False)
    broken: list[int] = []

    def one(data: st.DataObject, at: int) -> None:
        env = data.draw(inputs.strategy())
        player = Player(stage, data.draw, at)
        found, cast = run_composition(stage, env, player)
        assert found is None
        assert enforced(env, player, cast) is None
        broken.extend([at] if player.broken_at is not None else [])

    profile = settings(max_examples=20, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    for at in (0, 1):
        profile(given(st.data(), st.just(at))(lambda data, at: one(data, at)))()
    assert len(broken) > 5


def test_an_interpreter_that_does_not_enforce_is_found_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Interpreter, "broken", lambda self, kernel, inputs, outputs, where: ())
    text = PARTS + "kernel k(x: Int) -> (y: Int)\n= compose ask"
    program, kernel = kernel_of(text)
    import kwlogic.gate.play as play

    honest = Player._breaking

    def breaking(self, kernel, inputs, check):
        return honest(self, kernel, inputs, lambda o: (1,) if o["y"] <= inputs["x"] else ())

    monkeypatch.setattr(play.Player, "_breaking", breaking)
    assert codes(gate_kernel(program, kernel, Settings(examples=40))) == ["KW606"]


def test_an_oracle_that_cannot_answer_is_told():
    text = (
        PARTS
        + 'kernel never(x: Int) -> (y: Int)\n  ensures y > x and y < x\n  by prompt "x"\nkernel k(x: Int) -> (y: Int)\n= compose never'
    )
    report = gated(text)
    assert codes(report) == ["KW618"]
    assert report.standing is Standing.UNDECIDED


def test_a_composition_of_compositions():
    text = "kernel inner(x: Int) -> (z: Int)\n  ensures z > 2 * x\n= compose ask >> double\nkernel k(x: Int) -> (a: Int, b: Int)\n  ensures a + b > 4 * x + 1\n{ a <- inner(x); b <- inner(x); }"
    report = gated(PARTS + text)
    assert report.standing is Standing.ACCEPTED, [f.diagnostic.message for f in report.findings]


@pytest.mark.parametrize("body", ["hole(x: Int) -> (y: Int)", "guard (x > 0 and x < 0) >> ask"])
def test_a_composition_that_always_fails_is_left_undecided(body: str):
    report = gated(PARTS + f"kernel k(x: Int) -> (y: Int)\n= compose {body}", examples=15)
    assert codes(report) == ["KW620"]
    assert report.standing is Standing.UNDECIDED
