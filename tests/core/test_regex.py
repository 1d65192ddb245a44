"""Regular expressions against Python's, and errors with their places."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kwlogic.core.regex import ANY_TEXT, MAX_REPEAT, Alt, Chars, End, Regex, RegexError, Repeat, Seq, Start, full_language, parse_regex
from kwlogic.core.regex_match import search

ATOMS = st.sampled_from(["a", "b", "ab", ".", r"\d", r"\w", r"\S", "[ab]", "[^a]", "[a-c1]", r"\.", "é", r"[\d_-]", "[]x]", r"\n"])
SUFFIX = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}"])


def _pattern(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    grouped = st.tuples(st.sampled_from(["(", "(?:"]), inner, SUFFIX).map(lambda p: f"{p[0]}{p[1]}){p[2]}")
    return st.one_of(grouped, st.lists(inner, min_size=1, max_size=3).map("".join), st.tuples(inner, inner).map("|".join))


PATTERNS = st.recursive(st.tuples(ATOMS, SUFFIX).map("".join), _pattern, max_leaves=6)
ANCHORED = st.tuples(st.sampled_from(["", "^", "(^|a)", "(?:^)"]), PATTERNS, st.sampled_from(["", "$", "($|b)"])).map(
    lambda p: f"{p[0]}(?:{p[1]}){p[2]}"
)
TEXTS = st.text(alphabet="ab1._é \n-c]x", max_size=8)


@given(ANCHORED, TEXTS)
def test_same_as_python(pattern, text):
    expected = re.search(pattern.replace("$", r"\Z"), text, re.ASCII) is not None
    assert search(parse_regex(pattern), text) == expected


def to_python(regex: Regex) -> str:
    """The tree as a pattern of Python's."""
    match regex:
        case Chars(ranges):
            return "[" + "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in ranges) + "]" if ranges else r"[^\s\S]"
        case Seq(items):
            return "".join(f"(?:{to_python(i)})" for i in items)
        case Alt(items):
            return "|".join(f"(?:{to_python(i)})" for i in items)
        case Repeat(body, low, high):
            return f"(?:{to_python(body)}){{{low},{'' if high is None else high}}}"
        case Start() | End():
            raise AssertionError("no anchors in a full language")


@given(ANCHORED, TEXTS)
def test_full_language_is_the_search(pattern, text):
    full = re.compile(to_python(full_language(parse_regex(pattern))), re.DOTALL)
    assert (full.fullmatch(text) is not None) == search(parse_regex(pattern), text)


@pytest.mark.parametrize(
    ("pattern", "offset", "word"),
    [
        ("a^b", 1, "anchor"),
        ("(^a)*", 1, "repeated"),
        ("^*", 0, "repeated"),
        ("a$b", 1, "anchor"),
        ("$^a", 1, "anchor"),
        ("a**", 2, "group"),
        ("(a", 0, "closed"),
        ("ab)", 2, "closes nothing"),
        ("x(?=a)", 1, "lookahead"),
        ("(?<=a)", 0, "lookbehind"),
        ("(?P<n>a)", 0, "named"),
        (r"(a)\1", 3, "backreferences"),
        (r"a\b", 1, "not supported"),
        ("a*?", 2, "lazy"),
        ("a++", 2, "possessive"),
        ("[z-a]", 1, "wrong way"),
        (r"[\d-z]", 1, "single"),
        ("a{,3}", 1, "{0,3}"),
        ("a{5,1}", 1, "greater"),
        ("a{99999}", 1, str(MAX_REPEAT)),
        ("[a", 0, "closed"),
        ("\\", 0, "backslash"),
        ("*a", 0, "nothing to repeat"),
        (r"\x1", 0, "hexadecimal"),
        ("(" * 60 + ")" * 60, 50, "nest"),
        ("((a{900}){900}){900}", 0, "too large"),
    ],
)
def test_errors_have_places(pattern, offset, word):
    with pytest.raises(RegexError) as found:
        parse_regex(pattern)
    assert word in found.value.message
    assert found.value.offset == offset


@given(st.text(alphabet="ab()[]{}|*+?^$\\.-,0123:=<dwb", max_size=12))
def test_any_text_is_a_pattern_or_an_error(pattern):
    try:
        regex = parse_regex(pattern)
    except RegexError as error:
        offset = error.offset
    else:
        offset = 0
        search(regex, "ab01")
    assert 0 <= offset <= len(pattern)


def test_linear():
    assert not search(parse_regex("^(a|a)*(a*)*$"), "a" * 20_000 + "b")
    assert search(parse_regex("(x+x+)+y"), "x" * 5_000 + "y")


def test_end_is_the_very_end_and_braces_are_literal():
    assert not search(parse_regex("^a$"), "a\n")
    assert search(parse_regex("^{a}$"), "{a}")
    assert full_language(parse_regex("a")) == Seq((ANY_TEXT, Chars(((97, 97),)), ANY_TEXT))
    assert full_language(parse_regex("^a$")) == Chars(((97, 97),))
