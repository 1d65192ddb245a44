"""Where errors lie: ``#! KW301`` marks the line of a primary label; nothing else may be reported."""

from __future__ import annotations

import re

import pytest
from elab_run import run

COMMON = "module a\nrecord P(x: Int, y: Int)\ntype S = A(x: Int, k: Int) | B(x: Int) | C\ntype Pos = {n: Int | n > 0}\n"
CASES = {
    "names": """
fn f(x: Int) -> Int = x + nowhere(x)                #! KW201
type low = Int                                      #! KW220
type Low = high | High2                             #! KW220
record R(p: Pos)
fn R'valid(r: R) -> Bool = true                     #! KW202
kernel acc(x: Int) -> (x: Int) = x                  #! KW202
fn g(x: Lst[Int]) -> Int = 0                        #! KW203
fn h(x: Int) -> Int = std.list.summ([x])            #! KW206
fn i(x: Int) -> Int = std.lists.sum([x])            #! KW204
fn j(x: Int, x: Int) -> Int = x                     #! KW202
fn j(x: Int) -> Int = x                             #! KW202
fn k[t, t](x: t) -> t = x                           #! KW202
fn l(p: (Int, Int)) -> Int = let (a, a) = p; a      #! KW202
fn m(p: P) -> Int = p.z                             #! KW209
fn n(s: S) -> Int = s.x                             #! KW324
fn o(s: S) -> Int = match s { case D => 0 case _ => 1 }  #! KW210
fn p(x: Int) -> Int = P(1, z = 2).x                 #! KW212
fn q(x: Int) -> Int = P(1, x = 2).x                 #! KW306
fn r(x: Int) -> Int = P(1).x                        #! KW305
fn s(x: Int) -> Int = min                           #! KW301
fn t(x: Int) -> Bool = fact(x)                      #! KW211
lemma fact(x: Int) ensures x == x
lemma lab(x: Int)
  ensures a: x == x
  ensures a: x + 0 == x                             #! KW215
lemma hint(x: Int)
  ensures x == x
  by induction y                                    #! KW216
lemma user(x: Int)
  ensures x == x
  by auto using nothing                             #! KW201
""",
    "types": """
fn f(x: Int, r: Real) -> Real = x * r               #! KW302
fn g(r: Real) -> Bool = r == 0                      #! KW302
fn h(x: Int) -> Int = x / 2                         #! KW303
fn i(s: String) -> String = s + s                   #! KW303
fn j(x: Int) -> Int = if x then 1 else 2            #! KW301
fn k(x: Int) -> Int = if x > 0 then 1 else "a"      #! KW301
fn l(xs: List[Int]) -> Int = count(xs, 3)           #! KW301
fn m(r: Real) -> Real = max(r, 1)                   #! KW304
fn n(x: Int) -> List[Int -> Int] = []               #! KW308
fn o(f: Int -> Int) -> Bool = f == f                #! KW308
fn p(x: List) -> Int = 0                            #! KW309
fn q(f: Pos -> Int) -> Int = 0                      #! KW315
fn r(x: Int) -> Bool = any(fn (y: Pos) => y > x, [x])   #! KW315
fn s(t: T[Pos]) -> Int = 0                          #! KW315
type T[a] = L | N(l: T[a], v: a)
fn u(s: String) -> Bool = matches(s, s)             #! KW319
fn v(s: String) -> Bool = matches(s, "a(b")         #! KW318
fn w(x: Int) -> Bool = forall y: Int :: y > x       #! KW316
fn x(s: String) -> Int
  decreases s                                       #! KW323
= 0
example 1 + 1                                       #! KW301
type Loop = List[Loop]                              #! KW328
type Endless = More(rest: Endless)                  #! KW314
""",
    "patterns": """
fn f(s: S) -> Int = match s { case A(x, _) => x case C => 0 }        #! KW310
fn g(s: S) -> Int = match s { case _ => 0 case C => 1 }              #! KW311
fn h(xs: List[Int]) -> Int = let [x] = xs; x                         #! KW312
fn i(xs: List[Int]) -> Int = match xs { case None => 0 case _ => 1 } #! KW313
fn j(s: S) -> Int = match s { case A(x) => x case _ => 0 }           #! KW305
fn k(o: Option[(Int, Bool)]) -> Int = match o { case Some((n, true)) => n case None => 0 }  #! KW310
fn l(n: Int) -> Int = match n { case 0 => 1 case x if x > 0 => 2 }   #! KW310
fn m(n: Int) -> Int = match n { case 0 => 1 case 0 => 2 case _ => 3 } #! KW311
fn o(b: Bool) -> Int = match b { case true => 1 }                    #! KW310
""",
    "kernels": """
kernel f(x: Int) -> (y: Int)
  requires y > 0                                    #! KW214
  fails when y > 0                                  #! KW214
  evidence w                                        #! KW212
  version "1"                                       #! KW320
  reads nothing                                     #! KW321
= x
kernel g(x: Int) -> (y: Int)
  ensures forall z: Int :: z > y                    #! KW316
  writes nothing                                    #! KW213
  rollback fact                                     #! KW211
  by prompt "{x} and {other}"                       #! KW201
kernel h(x: Int) -> (y: Int) = oracle(x)            #! KW317
kernel oracle(x: Int) -> (y: Int) by tool "t"
kernel i(x: Int) -> (y: Int, z: Int) = (x, x, x)    #! KW322
kernel j(x: Int) -> (y: Int, z: Int) = (x, 1.0)     #! KW301
kernel k(x: Int, x: Int) -> (y: Int) = 0            #! KW202
kernel l(x: Int) -> (y: Int) = l(x)                 #! KW217
lemma fact(x: Int)                                  #! KW321
  requires x > 0
fn m(x: Int) -> Int
  requires result > 0                               #! KW214
= x
example oracle(1) -> (z = 1)                        #! KW212
example fold(1) -> (z = 1)                          #! KW326
""",
    "circles": """
lemma l(x: Int) ensures f(x) == x by { apply m(x); }      #! KW218
lemma m(x: Int) ensures f(x) + 0 == x by { apply l(x); }
fn f(x: Int) -> Int = x
""",
}


@pytest.mark.parametrize("name", CASES)
def test_places(name: str):
    text = COMMON + CASES[name].lstrip("\n")
    program, found = run(text)
    source = program.sources["a.kw"]
    got = [(source.position(d.span.start)[0], d.code) for d in found if d.span is not None]
    wanted = [(i, m[1]) for i, line in enumerate(text.split("\n"), 1) if (m := re.search(r"#! (KW\d+)", line))]
    assert sorted(got) == sorted(wanted), [(d.code, d.message) for d in found]
    assert all(d.labels for d in found)


HELP = [
    ('fn f(x: Int) -> Int = lenght("a")', "`len`"),
    ("fn f(x: Int, r: Real) -> Real = x + r", "`real(x)`"),
    ("fn f(r: Real) -> Real = r * 2", "`2.0`"),
    ("fn f(r: Real) -> Int = r", "floor(r)"),
    ("fn f(x: Int) -> Int = x / 2", "x // 2"),
    ("fn f(x: Int) -> Option[Int] = x", "Some(x)"),
    ("fn f(x: Option[Int]) -> Int = x", "get_or"),
    ("fn f(xs: List[Int]) -> List[Int] = map(xs, fn (x) => x + 1)", "map(fn (x) => x + 1, xs)"),
    ("fn f(xs: List[Int]) -> Int = xs.len", "len(xs)"),
    ("fn f(s: Int) -> Int = s with (k = 1)", ""),
    ("type C = Red | Green\nfn f(c: C) -> Int = match c { case Rad => 1 case _ => 0 }", "`Red`"),
    ("type C = Red | Green\nfn f(c: C) -> Int = match c { case Red => 1 }", "case Green"),
    ("fn f(x: (Int, Int)) -> Int = x.width", "let (x, y)"),
    ("fn f(x: int) -> Int = x", "`Int`"),
    ('fn f(x: Int) -> String = "n: " ++ x', "`to_string(x)`"),
    ("fn f(x: Int) -> Int ensures outcome > x = x + 1", "`result`"),
]


@pytest.mark.parametrize(("text", "word"), HELP, ids=[t[-36:] for t, _ in HELP])
def test_help(text: str, word: str):
    _, found = run("module a\n" + text)
    assert len(found) == 1
    assert word in (found[0].help or "")


def test_fixes_apply():
    text = "module a\nfn f(x: Int, r: Real) -> Real\n= x + r * 2\n"
    for _ in range(2):
        _, found = run(text)
        (error,) = found
        assert error.fix is not None
        for edit in sorted(error.fix.edits, key=lambda e: -e.span.start):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert run(text)[1] == ()
    assert "real(x) + r * 2.0" in text


def test_errors_do_not_cascade():
    program, found = run(
        "module a\nfn f(x: Int) -> Int = nowhere(x)\nfn g(x: Int) -> Int = f(x) + 1\nlemma l(x: Int) ensures g(x) == 1\n"
        "type T = K(x: Nope)\nfn h(t: T) -> Int = match t { case K(x) => 1 }\nkernel k(x: Int) -> (y: Int) = g(x)\nfn fine(x: Int) -> Int = x\n"
        "example f(1) == 2\n"
    )
    assert sorted(d.code for d in found) == ["KW201", "KW203"]
    assert program.modules["a"].broken == {f"a.{n}" for n in ("f", "g", "l", "T", "h", "k", "example~1")}
    assert [n for n in program.order if n.startswith("a.")] == ["a.fine"]


def test_declarations_that_did_not_parse_stay_silent():
    from elab_run import std

    from kwlogic.elab.elaborate import elaborate
    from kwlogic.source.data import Source
    from kwlogic.syntax.parse import parse_module

    source = Source("a.kw", "module a\nfn f(x: Int) -> Int = = x\ntype T = K(\nfn g(x: Int) -> Int = f(x)\nfn h(t: T) -> Int = 0\n")
    module, problems = parse_module(source)
    assert problems
    assert elaborate((*std(), (source, module)))[1] == ()
