"""The quick answer to a keystroke says what the whole analysis says, or says nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kwlogic.workspace.live.desk import Desk
from kwlogic.workspace.live.quick import change_between, quick

TEXT = """module shop
record Line(label: String, qty: Int, price: Real)
record Bill(lines: List[Line], total: Real)
type Colour = Red | Green | Blue(depth: Int)

## The sum.
fn amount(lines: List[Line]) -> Real
= match lines {
    case [] => 0.0
    case [l, *rest] => real(l.qty) * l.price + amount(rest)
  }

fn shade(c: Colour) -> Int
= match c { case Red => 1 case Green => 2 case Blue(d) => d }

lemma amount_append(a: List[Line], b: List[Line])
  ensures amount(a ++ b) == amount(a) + amount(b)
  by induction a

kernel approve(bill: Bill, limit: Real) -> (ok: Bool)
  ensures ok <==> bill.total <= limit
= bill.total <= limit

kernel read(text: String) -> (bill: Bill)
  requires len(text) > 0
  by prompt \"\"\"Read {text}\"\"\"

kernel intake(text: String, limit: Real) -> (ok: Bool)
  requires len(text) > 0
{
  bill <- read(text);
  ok <- approve(bill, limit);
}
"""
PIECES = [
    "x",
    ".",
    "(",
    ")",
    " + 1",
    "\n",
    '"',
    "#",
    " if ",
    "1.0",
    "amount",
    "bill",
    "let z = 1; ",
    "[",
    "}",
    " == ",
    ";",
    "fn f(",
    "Red",
    "é",
    "😀",
]


def found(diagnostics: object) -> list[object]:
    return sorted((d.code, d.message, [(x.span.start, x.span.end, x.text) for x in d.labels]) for d in diagnostics)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("seed", "rounds"), [(20261122, 5), pytest.param(7, 100, marks=pytest.mark.slow)])
def test_quick_says_what_the_whole_analysis_says(seed: int, rounds: int):
    chance = random.Random(seed)
    desk, path = Desk(), Path("/nowhere/shop.kw")
    desk.put(path, TEXT)
    base = desk.analysis(path)
    assert not base.diagnostics
    answered = 0
    for _ in range(rounds):
        at = chance.randrange(len(TEXT))
        gone = chance.choice([0, 0, 0, 1, 2, 7])
        text = TEXT[:at] + chance.choice(PIECES) + TEXT[at + gone :]
        told = quick(base, "shop.kw", text)
        if told is None or not told.settled:
            continue
        answered += 1
        desk.put(path, text)
        assert found(told.diagnostics) == found(desk.analysis(path).diagnostics), text
    assert answered > rounds // 4


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [("abc", "abXc", (2, 2, 3)), ("abc", "ac", (1, 2, 1)), ("aa", "aaa", (2, 2, 3)), ("", "x", (0, 0, 1)), ("abc", "xyz", (0, 3, 3))],
)
def test_change(old: str, new: str, change: tuple[int, int, int]):
    made = change_between(old, new)
    assert made is not None
    assert (made.start, made.old, made.new) == change
    assert old[: made.start] + new[made.start : made.new] + old[made.old :] == new


def test_places_after_a_change_move_with_it():
    made = change_between("one two three", "one TWO and three")
    assert made is not None
    assert [made.moved(n) for n in (0, 4, 8, 13)] == [0, 4, 12, 17]
