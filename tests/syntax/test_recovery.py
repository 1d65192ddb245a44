"""Errors: several in one file, each at its place in the author's terms, and all other declarations kept."""

from __future__ import annotations

import pytest
from syntax_help import problems_of

from kwlogic.source.codes import registry
from kwlogic.source.data import Source
from kwlogic.syntax.parse import parse_expr, parse_module

MINE = [c for c in registry().values() if c.code.startswith("KW1") and c.example]


@pytest.mark.parametrize("code", MINE, ids=lambda c: c.code)
def test_each_code_has_an_example_that_yields_it_and_a_fix_that_does_not(code):
    assert [d.code for d in problems_of(code.example)] == [code.code]
    assert problems_of(code.fixed) == ()


BROKEN = """module broken
type Colour = Red | | Green
fn good(x: Int) -> Int
= x
fn bad(x: Int -> Int
= x
record Point(x: Int, y: Int)
lemma worse(x: Int)
  ensures x === x
kernel fine(x: Int) -> (y: Int)
  ensures y == x
= x
kernel bad2(x: Int) -> (y: Int)
  ensures y == "open
= x
example good(1) == 1
kernal misspelt(x: Int) -> (y: Int)
= x
axiom last() ensures true
"""


def test_one_error_for_each_broken_declaration_and_the_others_are_kept():
    source = Source("test.kw", BROKEN)
    module, problems = parse_module(source)
    assert [source.position(d.span.start)[0] for d in problems] == [2, 5, 9, 14, 17]
    assert [getattr(d, "name", "example") for d in module.decls] == ["good", "Point", "fine", "example", "last"]
    assert str(module.name) == "broken"


@pytest.mark.parametrize(
    ("text", "line", "code", "words"),
    [
        ("fn f(x: Int) -> Int\n= if x > 0 then 1\nfn g() -> Int\n= 1", 2, "KW111", "`else`"),
        ("fn f(x: Int) -> Int\n= (x + 1\n\nfn g() -> Int\n= 1", 2, "KW103", "never closed"),
        ("fn f(x: Int) -> Int\n= [x + 1)\n", 2, "KW103", "expected `]`, found `)`"),
        ("fn f(x: Int) -> Int\n= x + 1)\n", 2, "KW103", "closes nothing"),
        ("lemma l(x: Int)\n  ensures x = x\n", 2, "KW108", "`=`"),
        ("kernel k(x: Int) -> (y: Int)\n  ensures y = x\n= x", 2, "KW108", "`==`"),
        ("kernel k(x: Int) -> (y: Int)\n  requires x = 0\n  ensures y == x\n= x", 2, "KW108", "`==`"),
        ("lemma l(x: Int)\n  ensures x > 0 || x < 0\n", 2, "KW108", "`or`"),
        ("lemma l(x: Int)\n  ensures !p(x)\n", 2, "KW108", "`not`"),
        ("lemma l(x: Int)\n  ensures p(x) => q(x)\n", 2, "KW108", "`==>`"),
        ("lemma l(x: Int)\n  ensures forall y in xs => q(y)\n", 2, "KW108", "`::`"),
        ("lemma l(x: Int)\n  ensures forall y in xs: q(y)\n", 2, "KW108", "`::`"),
        ("fn f(x: Int) -> Int\n= let y := x; y", 2, "KW108", "`=`"),
        ("kernel k(x: Int) -> (y: Int)\n{ y := f(x); }", 2, "KW108", "`<-`"),
        ("fn f(x: Int) -> Int\n= match x { case 1 -> 2 }", 2, "KW108", "`=>`"),
        ("kernel k(x: Int) -> (y: Int)\n  require x > 0\n= x", 2, "KW109", "`requires`"),
        ("def f(x: Int) -> Int\n= x", 1, "KW109", "`def`"),
        ("fn f(x: Int) -> Int\n= x\n\nrefines a by b", 4, "KW109", "`refines`"),
        ("fn f(x: Int) -> Int\n= 1 + if x > 0 then 1 else 2", 2, "KW101", "parentheses"),
        ("fn f(x: Int)\n= x", 1, "KW101", "`->`"),
        ("fn f(x: Int) -> Int\n", 1, "KW101", "`=`"),
        ("fn f(x: Int) -> Int\n= x;\n", 2, "KW101", "`;`"),
        ("fn f(x) -> Int\n= x\n", 1, "KW101", "`:`"),
        ("fn f(x: Int) -> Int\n= 'a'\n", 2, "KW104", "`'`"),
        ("fn f(é: Int) -> Int\n= 1\n", 1, "KW104", "`é`"),
        ('fn f() -> String\n= """never\nclosed\n', 2, "KW102", "never closed"),
        ('fn f() -> String\n= "\\q"\n', 2, "KW105", "`\\q`"),
        ('fn f() -> String\n= "\\u{110000}"\n', 2, "KW105", "escape"),
        ("fn f() -> Int\n= 1e5\n", 2, "KW106", "`1e5`"),
        ("fn f() -> Int\n= " + "9" * 5000 + "\n", 2, "KW106", "5000 digits"),
        ('kernel k(t: String) -> (y: Int)\n  by prompt "{t +}"\n', 2, "KW101", "expression"),
        ('kernel k(t: String) -> (y: Int)\n  by prompt "{t"\n', 2, "KW110", "never closed"),
        ('kernel k(t: String) -> (y: Int)\n  by prompt "t}"\n', 2, "KW110", "lone"),
        ("hello", 1, "KW101", "declaration"),
    ],
)
def test_messages(text, line, code, words):
    source = Source("test.kw", text)
    (problem,) = parse_module(source)[1]
    assert problem.code == code, problem
    assert source.position(problem.span.start)[0] == line, problem
    assert words in problem.message, problem


def test_the_declaration_is_named_and_a_fix_is_offered():
    (problem,) = problems_of("lemma both(x: Int)\n  ensures x > 0 && x < 9\n")
    assert problem.notes == ("in lemma `both`",)
    assert [e.text for e in problem.fix.edits] == ["and"]


def test_words_at_the_start_of_a_line_are_names_where_they_can_only_be_names():
    assert problems_of("fn f(\n  type: Int,\n  example: Int) -> Int\n= type\n  + example\n") == ()


def test_an_expression_ends_where_the_text_ends():
    for text in ("1 fn", "1 type", "a b", "", "1)", "fn", "(", '"', "\x00"):
        tree, problems = parse_expr(Source("<eval>", text))
        assert tree is None
        assert len(problems) == 1, text


def test_an_error_that_keeps_the_declaration():
    module, problems = parse_module(Source("test.kw", 'fn f() -> String = "\\q"'))
    assert len(module.decls) == len(problems) == 1


def test_a_semicolon_out_of_place_is_to_be_dropped():
    (problem,) = problems_of("kernel a(x: Int) -> (y: Int)\n  requires x >= 0;\n  ensures y >= 0\n= x\n")
    assert problem.help is not None
    assert problem.help.startswith("drop the `;`")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fn f(xs: List[Int]) -> List[Int] = [x + 1 for x in xs]", "`map(fn (x) => e, xs)`"),
        ("fn f(xs: List[Int]) -> List[Int] = map(x => x + 1, xs)", "`fn (x) => x + 1`"),
        ("fn f(xs: List[Int]) -> List[Int] = map(lambda x: x + 1, xs)", "`fn (x) => e`"),
        ("fn f(x: Int) -> Int\n  return x", "without `return`"),
        ("fn f(x: Int) -> Int = return x", "no `return`"),
        ("fn f(x: Int) -> Int = if (x > 0) { 1 } else { 2 }", "no braces"),
        ('fn f(x: Int) -> String = f"{x}"', "`++`"),
    ],
)
def test_habits_of_other_languages(text, words):
    (problem,) = problems_of(text)
    assert words in problem.help, problem
