"""The text of kept cases: written, read back, and every wrong line told at its place."""

from __future__ import annotations

from fractions import Fraction

import pytest
from gate_help import kernel_of

from kwlogic.core.value import Con
from kwlogic.gate.cases import case_line, case_of, read_cases, with_case
from kwlogic.gate.data import Case, Play
from kwlogic.source.data import Diagnostic, Source

TEXT = """
kernel ask(x: Int) -> (y: Real)
  by prompt "x"
kernel k(x: Int, note: String) -> (y: Real)
{ y <- ask(x); }"""


def test_there_and_back():
    program, kernel = kernel_of(TEXT)
    plays = (Play("m.ask", None), Play("m.ask", {"y": Fraction(1, 3)}))
    case = Case("m.k", {"x": 10**30, "note": 'a "b"\n playing [ { '}, plays)
    line = case_line(case, program)
    assert "\n" not in line
    kept, problems = read_cases(Source("m.cases", f"# a comment\n\n{line}\n"))
    assert not problems
    assert case_of(kept[0], kernel, program) == case


@pytest.mark.parametrize(
    "line",
    ["k", "k oops", 'k {"x": }', 'k {"x": 1} more', 'k {"x": 1} playing {', '{"x": 1}', 'k {"x": 1} playing [1] and', "k " + "[" * 100_000],
)
def test_wrong_lines_are_told_and_the_others_kept(line: str):
    kept, problems = read_cases(Source("m.cases", f'k {{"x": 1}}\n{line}\nk {{"x": 2}}\n'))
    assert len(kept) == 2
    assert [p.code for p in problems] == ["KW613"]
    assert problems[0].span is not None
    assert problems[0].span.start == len('k {"x": 1}\n')


@pytest.mark.parametrize(
    "line",
    [
        'k {"x": 1}',
        'k {"x": "1", "note": ""}',
        'k {"x": 1.5, "note": ""}',
        'k {"x": 1, "note": ""} playing [["m.gone", null]]',
        'k {"x": 1, "note": ""} playing [["m.ask", {"z": 1}]]',
        'k {"x": 1, "note": ""} playing [["m.ask", {"y": []}]]',
        'k {"x": 1, "note": ""} playing [3]',
    ],
)
def test_cases_that_do_not_fit_are_told(line: str):
    program, kernel = kernel_of(TEXT)
    kept, problems = read_cases(Source("m.cases", line))
    assert not problems
    found = case_of(kept[0], kernel, program)
    assert isinstance(found, Diagnostic)
    assert found.code == "KW614"


def test_a_case_is_kept_once():
    text = with_case(with_case("", 'k {"x": 1}'), 'k {"x": 1}')
    assert text.count("k {") == 1
    assert text.startswith("#")
    assert with_case("k {}", "k []") == "k {}\nk []\n"
    assert Con("Nil", ()) is not None
