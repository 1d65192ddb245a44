"""Regular expressions of JSON strings: of all texts, of texts by length, of texts that a regular expression finds.

A string without conditions, or with lengths only, may be written with any escapes. One with more conditions is written
canonically, as ``core.codec_json.string_text`` writes it: each code point as itself, unless it must be escaped; that way a
condition on the text is one on what is written. Expressions are in the dialect of Rust's ``regex`` and match whole texts.
"""

from __future__ import annotations

from functools import lru_cache

from kwlogic.core.codec_json import string_text
from kwlogic.core.regex import ANY_TEXT, MAX_CODE, Alt, Chars, Regex, Repeat, Seq, full_language
from kwlogic.weave.decode.data import Texts
from kwlogic.weave.decode.limits import literal

_HEX = "[0-9a-fA-F]"
_RAW = r'[^"\\\x00-\x1f]'
_PAIR = rf"\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}"
ANY_UNIT = rf'(?:{_RAW}|\\["\\\x2fbfnrt]|\\u(?:[0-9a-cA-Ce-fE-F]{_HEX}{{3}}|[dD][0-7]{_HEX}{{2}})|{_PAIR})'
_CANONICAL = r'(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7be-f]|1[0-9a-f]))'
_SPECIAL = frozenset((*range(0x20), 0x22, 0x5C))
_NOTHING = "[^\\x00-\\x{10ffff}]"


def quoted(text: str) -> str:
    """The expression of a text as it stands."""
    return "".join(c if c.isascii() and c.isalnum() else f"\\x{{{ord(c):x}}}" for c in text)


@lru_cache(maxsize=1_024)
def string_regexes(texts: Texts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Expressions of which a JSON string must match all, and those of which it must match none."""
    plain = not (texts.regexes or texts.never or texts.prefix or texts.suffix or texts.contains or texts.excluded)
    unit = ANY_UNIT if plain else _CANONICAL
    both = [f'"{unit}{_times(texts.min_length, texts.max_length)}"']
    wanted = [full_language(r) for r in texts.regexes]
    wanted += [Seq((ANY_TEXT, literal(part), ANY_TEXT)) for part in texts.contains]
    if texts.prefix or texts.suffix:
        wanted += [Seq((literal(texts.prefix), ANY_TEXT)), Seq((ANY_TEXT, literal(texts.suffix)))]
    if wanted and not (texts.min_length or texts.max_length is not None):
        both = []
    both += [f'"{_shown(r)}"' for r in wanted]
    none = [f'"{_shown(full_language(r))}"' for r in texts.never]
    none += [quoted(string_text(text)) for text in sorted(texts.excluded)]
    return tuple(both), tuple(none)


def _times(low: int, high: int | None) -> str:
    if high is None:
        return "*" if low == 0 else "+" if low == 1 else f"{{{low},}}"
    return f"{{{low},{high}}}"


def _shown(regex: Regex) -> str:
    """The expression of what is between the quotes; groups nest as deep as patterns may."""
    match regex:
        case Chars(ranges):
            return _chars(ranges)
        case Seq(items):
            return "".join(map(_shown, items))
        case Alt(items):
            return f"(?:{'|'.join(map(_shown, items))})"
        case Repeat(body, low, high):
            return f"(?:{_shown(body)}){_times(low, high)}"
        case _:
            raise AssertionError("anchors are gone from a full language")


@lru_cache(maxsize=4_096)
def _chars(ranges: tuple[tuple[int, int], ...]) -> str:
    if ranges == ((0, MAX_CODE),):
        return _CANONICAL
    raw = [pair for low, high in ranges for pair in _raw(low, high)]
    escaped = [quoted(string_text(chr(code))[1:-1]) for code in sorted(_SPECIAL) if any(low <= code <= high for low, high in ranges)]
    options = ([f"[{''.join(raw)}]"] if raw else []) + escaped
    if not options:
        return _NOTHING
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _raw(low: int, high: int) -> list[str]:
    """The parts of a range that are written as they are: no controls, quote, backslash, surrogates."""
    found = []
    for start, end in ((0x20, 0x21), (0x23, 0x5B), (0x5D, 0xD7FF), (0xE000, MAX_CODE)):
        first, last = max(low, start), min(high, end)
        if first <= last:
            found.append(f"\\x{{{first:x}}}" if first == last else f"\\x{{{first:x}}}-\\x{{{last:x}}}")
    return found
