"""Holes: the contract is the weakest one, it is checked in place, and what is said to fill a hole does."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_specs import write

from kwlogic.lab.filling import HoleAnswer, holes
from kwlogic.lab.opened import Refused

PARTS = """\
module h

kernel parse(text: String) -> (n: Int)
  requires len(text) > 0
  ensures range: 0 <= n <= 1000
  by prompt "The number in: {text}"

kernel double(n: Int) -> (m: Int)
  requires n <= 500
  ensures m == 2 * n
= 2 * n

kernel cut(n: Int) -> (m: Int)
  ensures m <= 500 and m <= n
  ensures n >= 0 ==> m >= 0
= if n > 500 then 500 else n

kernel neg(n: Int) -> (m: Int)
  ensures m == 0 - n
= 0 - n

"""


def asked(folder: Path, body: str, name: str = "fill", fill: bool = False) -> HoleAnswer:
    (answer,) = holes(name, (str(write(folder, PARTS + body, "h.kw")),), folder, fill)
    return answer


def test_between_two_parts(tmp_path: Path):
    answer = asked(
        tmp_path,
        """\
kernel fill(text: String) -> (m: Int)
  requires len(text) > 0
  ensures 0 <= m <= 1000
= compose parse >> hole(n: Int) -> (k: Int) >> double[k as n]
""".replace("double[k as n]", "double[n as k]"),
        fill=True,
    )
    assert set(answer.requires or ()) == {"0 <= n", "n <= 1000"}
    assert set(answer.ensures) == {"0 <= k", "k <= 500"}
    assert answer.exact
    assert answer.verified
    assert not answer.vain
    assert {c.text: c.fits for c in answer.candidates} == {"double[m as k]": False, "cut[m as k]": True, "neg[m as k]": False}


def test_wires_that_pass_the_hole_are_eliminated(tmp_path: Path):
    answer = asked(
        tmp_path,
        """\
kernel fill(a: Int, b: Int) -> (m: Int, c: Int)
  requires 0 <= a <= 10 and b == a + 5
  ensures m >= c
{
  c <- cut(b);
  k <- hole(b: Int) -> (k: Int);
  m <- double(k);
}
""",
    )
    assert set(answer.requires or ()) == {"b <= 15", "5 <= b"}
    assert "k <= 500" in answer.ensures
    assert any("2 * k" in c for c in answer.ensures)
    assert answer.verified


def test_a_hole_may_fail_where_the_whole_may(tmp_path: Path):
    answer = asked(
        tmp_path,
        """\
kernel fill(a: Int) -> (k: Int)
  fails when a > 100
= compose hole(a: Int) -> (k: Int)
""",
    )
    assert answer.fails in ("101 <= a", "100 < a", "a > 100")
    assert answer.verified


def test_what_no_kernel_can_do_is_said(tmp_path: Path):
    answer = asked(
        tmp_path,
        """\
kernel fill(a: Int) -> (m: Int)
  ensures m > a
{
  k <- hole(a: Int) -> (k: Int);
  m <- double(k);
}
""",
    )
    assert answer.vain


def test_in_a_branch(tmp_path: Path):
    answer = asked(
        tmp_path,
        """\
kernel fill(n: Int) -> (m: Int)
  ensures m <= 1000
= compose case (n <= 500) then double else (hole(n: Int) -> (m: Int))
""",
    )
    assert answer.requires == ("501 <= n",)
    assert answer.ensures == ("m <= 1000",)
    assert answer.verified


def test_in_a_map_nothing_is_stated(tmp_path: Path):
    answer = asked(
        tmp_path,
        """\
kernel fill(n: List[Int]) -> (k: List[Int])
= compose map hole(n: Int) -> (k: Int)
""".replace("map hole(n: Int) -> (k: Int)", "map (hole(n: Int) -> (k: Int))"),
    )
    assert answer.requires is None
    assert "map" in answer.note


def test_a_kernel_without_a_hole_is_refused(tmp_path: Path):
    with pytest.raises(Refused) as refused:
        asked(tmp_path, "kernel fill(n: Int) -> (m: Int)\n= compose cut\n")
    assert refused.value.diagnostics[0].code == "KW442"


def test_check_tells_what_a_hole_asks_for(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    from kwlogic.cli.main import guarded

    monkeypatch.chdir(tmp_path)
    write(tmp_path, PARTS + "kernel fill(n: Int) -> (m: Int)\n  ensures m <= 3\n= compose hole(n: Int) -> (m: Int)\n", "h.kw")
    guarded(["check", "h.kw", "--no-cache"])
    shown = capsys.readouterr().out
    assert "note[KW443]" in shown
    assert "ensures m <= 3" in shown


def test_a_kernel_that_sees_more_may_do_less(tmp_path: Path):
    body = """\
kernel fill(a: Int, text: String) -> (m: Int)
  requires 0 <= a <= 100 and len(text) > 0
  ensures m > a
{
  n <- parse(text);
  k <- hole(n: Int) -> (k: Int);
  m <- double(k);
}
"""
    answer = asked(tmp_path, body, fill=True)
    assert set(answer.ensures) == {"51 <= k", "k <= 500"}
    assert answer.wide is not None
    assert answer.wide.verified
    assert answer.wide.face == "(n: Int, a: Int) -> (k: Int)"
    assert set(answer.wide.ensures) == {"a < 2 * k", "k <= 500"}
