"""Strings that meet wants: lengths, parts, affixes, regular expressions of the language's own subset."""

from __future__ import annotations

from functools import lru_cache

from hypothesis import strategies as st

from kwlogic.core.regex import MAX_CODE, Alt, Chars, End, Regex, RegexError, Repeat, Seq, Start, full_language, parse_regex
from kwlogic.gate.wants import Wants

USUAL = 6
MORE = 3
_PLAIN = "ab c0A.é-_"


def text_strategy(wants: Wants) -> st.SearchStrategy[str]:
    if wants.patterns:
        return _matching(wants.patterns[0])
    if wants.part_of:
        return _parts(wants.part_of[0])
    fixed = (wants.prefix, *(m for m in wants.members if isinstance(m, str)), wants.suffix)
    used = sum(map(len, fixed))
    least = max(0, wants.least - used)
    most = None if wants.most is None else max(0, wants.most - used)
    return _around(fixed, least, most)


@lru_cache(maxsize=2_000)
def _around(fixed: tuple[str, ...], least: int, most: int | None) -> st.SearchStrategy[str]:
    usual = max(least, USUAL) if most is None else max(least, min(most, USUAL))
    plain = st.text(st.sampled_from(_PLAIN), min_size=least, max_size=usual)
    any_text = st.text(min_size=least, max_size=usual)
    middle = st.one_of(plain, plain, any_text)
    prefix, *members, suffix = fixed
    if not any(fixed):
        return middle
    return middle.map(lambda text: prefix + text + "".join(members) + suffix)


@lru_cache(maxsize=500)
def _parts(text: str) -> st.SearchStrategy[str]:
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    return ends.map(lambda pair: text[min(pair) : max(pair)])


# ---------------------------------------------------------------- regular expressions


@lru_cache(maxsize=500)
def _matching(pattern: str) -> st.SearchStrategy[str]:
    try:
        return _of(full_language(parse_regex(pattern)))
    except RegexError:
        return st.text(max_size=USUAL)


def _of(regex: Regex) -> st.SearchStrategy[str]:
    """The depth of a pattern is bounded by its parser."""
    match regex:
        case Chars(ranges):
            return _char(ranges)
        case Seq(items):
            return st.tuples(*map(_of, items)).map("".join)
        case Alt(items):
            return st.one_of([_of(i) for i in items])
        case Repeat(body, low, high):
            most = low + MORE if high is None else min(high, low + MORE)
            return st.lists(_of(body), min_size=low, max_size=most).map("".join)
        case Start() | End():
            return st.just("")


def _char(ranges: tuple[tuple[int, int], ...]) -> st.SearchStrategy[str]:
    """Readable ones first; none where the class is empty."""
    plain = [chr(c) for low, high in ranges for c in range(max(low, 32), min(high, 126) + 1)]
    rest = [(low, min(high, MAX_CODE)) for low, high in ranges if high > 126 or low < 32]
    readable = sorted(plain, key=lambda c: (not c.isalnum(), c.isdigit(), not c.islower(), c))
    parts: list[st.SearchStrategy[str]] = [st.sampled_from(readable)] if readable else []
    whole = [_range(low, high) for low, high in rest]
    if not parts or not any(low == 0 for low, _ in rest):
        parts += [s for s in whole if s is not None]
    return st.one_of(parts) if parts else st.nothing()


def _range(low: int, high: int) -> st.SearchStrategy[str] | None:
    if low >= 0xD800 and high <= 0xDFFF:
        return None
    return st.characters(min_codepoint=low, max_codepoint=high, exclude_categories=["Cs"])
