"""Links that do not hold: the guard and the adapter that are proposed do mend them."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_specs import write

from kwlogic.lab.adapting import Mended, adapt

PARTS = """\
module ad

kernel parse(text: String) -> (n: Int)
  requires len(text) > 0
  ensures range: 0 <= n <= 1000
  by prompt "The number in: {text}"

kernel double(n: Int) -> (m: Int)
  requires n <= 500
  ensures m == 2 * n
= 2 * n

kernel cap(n: Int) -> (k: Int)
  ensures k <= 500 and k <= n
= if n > 500 then 500 else n

"""


def mended(folder: Path, body: str) -> tuple[Mended, ...]:
    return adapt("odd", (str(write(folder, PARTS + body, "ad.kw")),), folder)


def test_one_link(tmp_path: Path):
    (found,) = mended(tmp_path, "kernel odd(text: String) -> (m: Int)\n  requires len(text) > 0\n= compose parse >> double\n")
    assert found.guard == "n <= 500"
    assert not found.guard_open
    assert found.adapter is not None
    assert found.adapter.ensures == ("n_2 <= 500",)
    assert found.adapter.verified
    assert [c.text for c in found.adapter.candidates if c.fits] == ["cap[k as n_2]"]


@pytest.mark.slow
def test_a_guard_that_contradicts_the_promise_is_said_not_to_do(tmp_path: Path):
    body = """\
kernel odd(text: String) -> (m: Int)
  requires len(text) > 0
  fails when false
= compose (parse ?? (hole(text: String) -> (n: Int))) >> double
""".replace("parse ?? (hole(text: String) -> (n: Int))", "zero")
    body = "kernel zero(text: String) -> (n: Int)\n  ensures n >= 0\n= len(text)\n\n" + body
    (found,) = mended(tmp_path, body)
    assert found.guard_open, "the guard may fail, and the whole may not"


def test_nothing_to_mend(tmp_path: Path):
    assert mended(tmp_path, "kernel odd(n: Int) -> (m: Int)\n  requires n < 5\n= compose double\n") == ()
