"""Deep, long and enormous input: a diagnostic or a result, never an overflow."""

from __future__ import annotations

import time

import pytest
from syntax_help import expr, formatted, parse, problems_of

from kwlogic.source.data import Source
from kwlogic.syntax.format import show_expr
from kwlogic.syntax.lalr import DEPTH
from kwlogic.syntax.parse import LIMIT, parse_expr, parse_module

DEEP = {
    "parentheses": "(" * 100_000 + "1" + ")" * 100_000,
    "open": "(" * 100_000,
    "lists": "[" * 100_000,
    "calls": "f(" * 100_000 + "1" + ")" * 100_000,
    "sums": "1 + (" * 50_000,
    "negations": "not " * 100_000 + "a",
    "minuses": "-" * 100_000 + "1",
    "lets": "let a = 1; " * 50_000 + "a",
    "ifs": "if a then b else " * 50_000 + "c",
    "lambdas": "fn (x) => " * 50_000 + "x",
    "fields": "a" + ".b" * 100_000,
    "matches": "match a { case b => " * 50_000,
}


@pytest.mark.parametrize("kind", sorted(DEEP))
def test_deep_nesting_is_a_diagnostic(kind):
    tree, problems = parse_expr(Source("<eval>", DEEP[kind]))
    assert tree is None
    assert [p.code for p in problems] == ["KW107"]


def test_the_rest_of_a_file_with_a_deep_declaration_is_read():
    module, problems = parse_module(Source("test.kw", f"fn f() -> Int = {DEEP['parentheses']}\nfn g() -> Int = 1"))
    assert [p.code for p in problems] == ["KW107"]
    assert [d.name for d in module.decls] == ["g"]


def test_what_is_within_the_limit_parses_and_prints():
    text = "f(" * (DEPTH // 3) + "1" + ")" * (DEPTH // 3)
    assert show_expr(expr(text)) == text


@pytest.mark.parametrize("op", ["+", "*", "and", "or", "==>", "<==>", "++", "=="])
def test_long_chains_parse_and_print(op):
    text = f" {op} ".join(["a"] * 5000)
    assert show_expr(expr(text)) == text
    assert formatted(f"lemma l()\n  ensures {text}\n").split().count("a") == 5000


def test_long_compositions_parse():
    chain = " >> ".join(["k"] * 5000)
    assert len(parse(f"kernel k(x: Int) -> (y: Int) = compose {chain}").decls) == 1


def test_an_enormous_file_is_a_diagnostic():
    assert [p.code for p in problems_of("#" * (LIMIT + 1))] == ["KW123"]


def test_a_thousand_kernels_parse_quickly():
    kernel = "kernel k(x: Int, y: Int) -> (z: Int)\n  requires x > 0 and y > 0\n  ensures z == x * y + 1\n  ensures z > 0\n= let p = x * y;\n  if p > 0 then p + 1\n  else 1\n\n"
    parse(kernel)
    started = time.process_time()
    assert len(parse(kernel * 1000).decls) == 1000
    assert time.process_time() - started < 3
