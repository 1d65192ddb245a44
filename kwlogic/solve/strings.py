"""String literals and regular expressions as SMT-LIB text (Unicode strings theory of SMT-LIB 2.6)."""

from __future__ import annotations

from kwlogic.solve.sorts import Unsupported

LAST_CODE_POINT = 0x2FFFF  # the theory's alphabet ends here; Python's goes on


def char_text(char: str) -> str:
    code = ord(char)
    if code >= LAST_CODE_POINT:
        raise Unsupported(f"the character U+{code:X} lies beyond the solver's alphabet")
    plain = 32 <= code < 127 and char not in '"\\'
    return char if plain else f"\\u{{{code:x}}}"


def string_text(value: str) -> str:
    return '"' + "".join(map(char_text, value)) + '"'


def regex_text(pattern: str) -> str:
    """The full-match language of a search for ``pattern``."""
    from kwlogic.core.regex import full_language, parse_regex

    return encode_regex(full_language(parse_regex(pattern)))


def encode_regex(regex: object) -> str:
    raise Unsupported("regular expressions")
