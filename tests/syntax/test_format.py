"""The formatter: the tree stays, comments stay, a second pass changes nothing, and the layout is the canonical one."""

from __future__ import annotations

import pytest
from syntax_help import case_files, difference, expr, formatted, meaning, parse, spec_files

from kwlogic.syntax.format import show_expr


def check_round_trip(text):
    once = formatted(text)
    before, after = parse(text), parse(once)
    assert difference(meaning(before), meaning(after)) is None
    assert sorted("  ".join(c.text for c in before.comments).split()) == sorted("  ".join(c.text for c in after.comments).split())
    assert formatted(once) == once


@pytest.mark.parametrize("path", spec_files(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_specs_keep_their_meaning_and_comments(path):
    check_round_trip(path.read_text(encoding="utf-8"))


@pytest.mark.skipif(not case_files(), reason="the acceptance cases are not beside this checkout")
def test_cases_keep_their_meaning_and_comments():
    for path in case_files():
        check_round_trip(path.read_text(encoding="utf-8"))


COMMENTED = """# head

# two
## module doc
module a.b # trailing module
use x.y (a, b) # c1
# own
use z
## doc
## more
# not doc
fn f(x: Int, # cx
  y: Int) # cy
  -> Int # cr
  requires x > 0 # req
   # own before ensures
  ensures result > 0 and # mid
   # own mid
   result < 5 # end
   # dangling
= # before body
  # own body
  match x { # m1
   # first
   case 1 => # arm
     2
   # second
   case _ => [1, # one
     2 # two
     # last
     ]
   # end of match
  } # after
# after all

kernel k(a: Int) -> (b: Int) by prompt \"\"\"hello {a} {{x}}
   more
   \"\"\" # p
kernel g(a: Int) -> (b: Int) {
  # c
  x <- k(a); # one

  b <- retry 3 (k >> k)[a as b] after x; # two
  guard a > 1;
  assert a > 2;
  # end
}
lemma l(x: Int) ensures x == x by { assert x == x; # s
 apply l(x);
 # last
 }
example 1 == 1
# eof"""


def test_comments_everywhere():
    check_round_trip(COMMENTED)


def test_comments_stay_on_the_line_of_their_clause():
    text = "kernel k(x:Int)->(y:Int)\n  ensures y>x # expect: proved\n  ensures y==x+1 # expect: proved\n= x+1\n"
    assert formatted(text) == (
        "kernel k(x: Int) -> (y: Int)\n  ensures y > x       # expect: proved\n  ensures y == x + 1  # expect: proved\n= x + 1\n"
    )


def test_comments_of_an_empty_bracket_do_not_swallow_it():
    assert formatted("record  x # c\n# c\n()") == "record x(  # c\n  # c\n)\n"


def test_layout_of_a_module():
    text = """module   m
use a
use b (c,d)
type A=B|C(x:Int)
type D={n:Int|n>0}
fn f[a](xs:List[a])->Int decreases xs
= match xs {case []=>0 case [x,*rest]=>1+f(rest)}
lemma l() ensures f([1])==1 by induction xs using m.n
example f([1,2])==2
example f([])==0
"""
    assert (
        formatted(text)
        == """module m

use a
use b (c, d)

type A = B | C(x: Int)
type D = {n: Int | n > 0}

fn f[a](xs: List[a]) -> Int
  decreases xs
= match xs { case [] => 0 case [x, *rest] => 1 + f(rest) }

lemma l()
  ensures f([1]) == 1
  by induction xs using m.n

example f([1, 2]) == 2
example f([]) == 0
"""
    )


def test_what_does_not_fit_breaks():
    text = "fn f(x: Int) -> Int\n= " + " + ".join([f"argument_number_{i}" for i in range(12)])
    lines = formatted(text).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[2].startswith("    + ")


@pytest.mark.parametrize(
    "text",
    [
        '"""a\n  {b}"""',
        '"\\n\\u{41}"',
        "1_000",
        "1.50",
        "{:}",
        "{}",
        "{1: 2}",
        "[]",
        "()",
        "f()",
        "fn () => 1",
        "fn (x: Int -> Int, y) => x(y)",
        "exists x: {n: Int | n > 0}, y in x ++ z :: p",
        "p with (x = 1, y = 2).z",
        "a[b][c:][:d][:]",
        "match x { case -1 if y => 2 case (a, [b, *_]) => 3 case m.C => 4 case C() => 5 }",
        "apply m.l(1); assert p; let (a, b) = c; a",
        "if a then if b then c else d else e",
        "a.b.c(d = e)",
        "a not in b",
    ],
)
def test_every_form_is_shown_as_it_is_written(text):
    assert show_expr(expr(text)) == text


def test_an_empty_file_stays_empty():
    assert formatted("") == ""
    assert formatted("\n\n# x\n\n\n") == "# x\n"
