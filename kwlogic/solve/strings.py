"""String literals and regular expressions as SMT-LIB text (Unicode strings theory of SMT-LIB 2.6)."""

from __future__ import annotations

from kwlogic.core.regex import MAX_CODE, Alt, Chars, Regex, Repeat, Seq, full_language, parse_regex
from kwlogic.solve.sorts import Unsupported

LAST_CODE_POINT = 0x2FFFF  # the theory's alphabet ends here; Python's goes on
# No formula may name a character from here on: then the 65,536 characters left above are as good as Python's million,
# since no formula speaks of as many different ones.
UNNAMED = 0x20000


def char_text(char: str) -> str:
    code = ord(char)
    if code >= UNNAMED:
        raise Unsupported(f"the character U+{code:X} lies beyond what the solver's alphabet can tell apart")
    plain = 32 <= code < 127 and char not in '"\\'
    return char if plain else f"\\u{{{code:x}}}"


def string_text(value: str) -> str:
    return '"' + "".join(map(char_text, value)) + '"'


def regex_text(pattern: str) -> str:
    """The full-match language of a search for ``pattern``."""
    return encode_regex(full_language(parse_regex(pattern)))


def encode_regex(regex: Regex) -> str:
    """A regular expression without anchors; it nests no deeper than the parser allows."""
    match regex:
        case Chars(ranges):
            return _union([_range(low, high) for low, high in ranges], "re.none")
        case Seq(items):
            return _chain("re.++", [encode_regex(i) for i in items], '(str.to_re "")')
        case Alt(items):
            return _union([encode_regex(i) for i in items], "re.none")
        case Repeat(body, low, high):
            return _repeat(encode_regex(body), low, high)
        case _:
            raise Unsupported("an anchor inside a regular expression")


def _range(low: int, high: int) -> str:
    if (low, high) == (0, MAX_CODE):
        return "re.allchar"
    if low > UNNAMED or UNNAMED <= high < MAX_CODE:
        raise Unsupported(f"a character class up to U+{high:X} lies beyond what the solver's alphabet can tell apart")
    top = LAST_CODE_POINT if high == MAX_CODE else high
    return f'(re.range "{_escaped(low)}" "{_escaped(top)}")'


def _escaped(code: int) -> str:
    return char_text(chr(code)) if code < UNNAMED else f"\\u{{{code:x}}}"


def _repeat(body: str, low: int, high: int | None) -> str:
    if high is None:
        if low == 0:
            return f"(re.* {body})"
        return f"(re.+ {body})" if low == 1 else f"(re.++ ((_ re.^ {low}) {body}) (re.* {body}))"
    if (low, high) == (0, 1):
        return f"(re.opt {body})"
    return f"((_ re.^ {low}) {body})" if low == high else f"((_ re.loop {low} {high}) {body})"


def _union(parts: list[str], empty: str) -> str:
    return _chain("re.union", parts, empty)


def _chain(word: str, parts: list[str], empty: str) -> str:
    if not parts:
        return empty
    return parts[0] if len(parts) == 1 else f"({word} {' '.join(parts)})"
