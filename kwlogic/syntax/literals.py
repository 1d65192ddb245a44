"""Literals: the values of numbers and strings, and the escapes of strings.

``\\n \\t \\r \\0 \\\\ \\" \\' \\uXXXX \\u{X...}`` and a backslash at a line's end (which joins the lines) are the escapes;
any other is an error at its own place.
"""

from __future__ import annotations

import re
from fractions import Fraction

from kwlogic.syntax.build import Context

DIGITS = 4000
PLAIN = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'", "\n": ""}
ESCAPE = re.compile(r"\\(?:u\{(?P<braced>[^}\"\n]*)\}|u(?P<four>[0-9A-Fa-f]{4})|(?P<plain>[\s\S]))")


def number(c: Context, token: int) -> int | Fraction:
    """The exact value of an INT or REAL token."""
    text = c.word(token)
    start, end = c.tokens.starts[token], c.tokens.ends[token]
    body = re.match(r"[0-9_.]+", text)
    digits = body.group().replace("_", "") if body else "0"
    if body and body.end() < len(text):
        c.report(
            "KW106", f"`{text}` is not a number", start, end, "letters directly after digits",
            "a Real is written 1.50, without exponent or suffix; put an operator or a blank between a number and a name",
        )  # fmt: skip
    if len(digits) > DIGITS:
        c.report("KW106", f"a number literal of {len(digits)} digits; at most {DIGITS} are read", start, end, "too long")
        return 0
    return Fraction(digits.rstrip(".")) if "." in digits else int(digits)


def string_bounds(text: str) -> tuple[int, int]:
    """Where the contents of the literal ``text`` begin and end in it."""
    width = 3 if text.startswith('"""') else 1
    return width, len(text) - width


def string(c: Context, token: int) -> str:
    """The value of a STRING token."""
    start = c.tokens.starts[token]
    low, high = string_bounds(c.word(token))
    return unescape(c, start + low, start + high)


def unescape(c: Context, start: int, end: int) -> str:
    """``text[start:end]`` with its escapes replaced."""
    text = c.tokens.text
    if text.find("\\", start, end) < 0:
        return text[start:end]
    parts: list[str] = []
    position = start
    while (found := text.find("\\", position, end)) >= 0:
        parts.append(text[position:found])
        match = ESCAPE.match(text, found, end)
        position = match.end() if match else end
        parts.append(_escaped(c, match, found, position))
    parts.append(text[position:end])
    return "".join(parts)


def _escaped(c: Context, match: re.Match[str] | None, start: int, end: int) -> str:
    written = c.tokens.text[start:end]
    if match is not None:
        if (plain := match.group("plain")) is not None and plain in PLAIN:
            return PLAIN[plain]
        digits = match.group("four") or match.group("braced") or ""
        if re.fullmatch(r"[0-9A-Fa-f]{1,6}", digits) and int(digits, 16) <= 0x10FFFF and not 0xD800 <= int(digits, 16) <= 0xDFFF:
            return chr(int(digits, 16))
    c.report(
        "KW105", f"`{written}` is no escape", start, end, "this backslash",
        'the escapes are \\n \\t \\r \\0 \\\\ \\" \\\' \\uXXXX and \\u{...} (a code point); write \\\\ for a backslash itself',
    )  # fmt: skip
    return written
