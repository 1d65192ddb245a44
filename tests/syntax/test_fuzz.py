"""No text makes the parser or the formatter fail: generated from the grammar, and real specs mutated."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from syntax_help import difference, meaning, spec_files

from kwlogic.source.data import Source, Span
from kwlogic.syntax.format import format_module
from kwlogic.syntax.parse import parse_module
from kwlogic.syntax.tables import load_lark

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example]
ALPHABET = st.characters(codec="utf-8")


def check(text: str) -> bool:
    """Parses; every span lies in the text; where there is no error, formatting keeps the meaning. True where it parsed."""
    source = Source("fuzz.kw", text)
    module, problems = parse_module(source)
    for problem in problems:
        for label in problem.labels:
            assert 0 <= label.span.start <= label.span.end <= len(text)
    for decl in module.decls:
        assert isinstance(decl.span, Span)
        assert 0 <= decl.span.start < decl.span.end <= len(text)
    if problems:
        return False
    once = Source("fuzz.kw", format_module(module, source))
    again, none = parse_module(once)
    assert none == ()
    assert difference(meaning(module), meaning(again)) is None
    assert format_module(again, once) == once.text
    return True


@cache
def explicit() -> dict[str, st.SearchStrategy[str]]:
    """Words with a blank behind them, so that what the grammar generates does not run together."""
    lark = load_lark()
    words = {t.name: t.pattern.value.split("\\b")[0] for t in lark.terminals if "\\b" in t.pattern.value}
    strategies = {name: st.just(f" {word} ") for name, word in words.items()}
    strategies["NAME"] = st.sampled_from([" x ", " y' ", " Cons ", " type ", " map ", " _ "])
    strategies["INT"] = st.sampled_from([" 0 ", " 12 "])
    strategies["REAL"] = st.sampled_from([" 1.5 "])
    strategies["STRING"] = st.sampled_from([' "a" ', ' "{x}" ', ' """{{ {x} """ '])
    strategies["COMMENT"] = st.just("# c\n")
    return strategies


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET)
@given(from_lark(load_lark(), start="start", explicit=explicit()))
def test_what_the_grammar_generates(text):
    check(text)


@settings(max_examples=20, deadline=None, suppress_health_check=QUIET)
@given(from_lark(load_lark(), start="item"))
def test_what_the_grammar_generates_without_blanks(text):
    check(text)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.one_of(ALPHABET, st.sampled_from(list("(){}[]\"'#=<>-:;.,|&?*+ \n\\")))))
def test_any_text(text):
    check(text)


TOKENS = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    '"',
    '"""',
    "#",
    "## d\n",
    "=",
    "==",
    "fn ",
    "kernel ",
    "type ",
    "if ",
    " then ",
    " else ",
    "::",
    "<-",
    "\\",
    "é",
    "\x00",
    "\n",
]


@pytest.mark.parametrize("seed", range(40))
def test_mutated_specs(seed):
    rng = random.Random(seed)
    files = spec_files()
    text = rng.choice(files).read_text(encoding="utf-8")[:6000]
    for _ in range(rng.randint(1, 6)):
        at, length = rng.randrange(len(text)), rng.choice([0, 0, 1, 1, 5, 40])
        text = text[:at] + rng.choice(["", *TOKENS]) + text[at + length :]
    check(text)
