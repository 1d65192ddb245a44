"""Strict JSON text, read and written exactly and without recursion.

Numbers without fraction and exponent are ``int``, all others ``Fraction``; a key may stand once in an object; a lone
surrogate is no text. What the standard library reads but the standard does not allow (``NaN``, single quotes) is an error.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import Any

from kwlogic.core.eval_data import OutOfBudget
from kwlogic.core.prim_eval import finite_decimal, int_of_text, int_text

MAX_EXPONENT = 4_000
MAX_PIECES = 50_000_000  # of text; values that share parts may be far larger as text than in memory
_BLANK = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_WORDS = {"true": True, "false": False, "null": None}
_UNESCAPED = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NEEDS_ESCAPE = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class JsonError(ValueError):
    """No JSON: what was expected at an offset of the text, and what stands there."""

    def __init__(self, text: str, offset: int, expected: str) -> None:
        line = text.count("\n", 0, offset) + 1
        self.place = f"line {line}, column {offset - text.rfind(chr(10), 0, offset)}"
        self.expected = expected
        word = re.compile(r'"[^"\n]*"|\w+|.|$', re.DOTALL).match(text, offset)
        self.found = f"`{word.group()[:40]}`" if word and word.group() else "the end of the text"
        super().__init__(f"{self.place}: expected {expected}, found {self.found}")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def blank(self) -> str:
        """Skip blanks; the next character."""
        found = _BLANK.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return self.text[self.at : self.at + 1]

    def error(self, expected: str, offset: int | None = None) -> JsonError:
        return JsonError(self.text, self.at if offset is None else offset, expected)

    def document(self) -> Any:
        """One value and nothing after it; containers that are still open wait on a stack with the key they are filled at."""
        open_: list[tuple[Any, str | None]] = []
        while True:
            value = self.opening()
            if isinstance(value, (dict, list)):
                closing = "}" if isinstance(value, dict) else "]"
                if self.blank() != closing:
                    open_.append((value, self.key(value) if isinstance(value, dict) else None))
                    continue
                self.at += 1
            while open_:
                container, key = open_.pop()
                if key is None:
                    container.append(value)
                else:
                    container[key] = value
                if self.more(container):
                    open_.append((container, self.key(container) if key is not None else None))
                    break
                value = container
            else:
                if self.blank():
                    raise self.error("nothing after the document")
                return value

    def more(self, container: Any) -> bool:
        """Past a comma, or past the end of the container."""
        closing = "}" if isinstance(container, dict) else "]"
        char = self.blank()
        if char not in (",", closing):
            raise self.error(f"`,` or `{closing}`")
        self.at += 1
        return char == ","

    def key(self, container: dict[str, Any]) -> str:
        if self.blank() != '"':
            raise self.error("a key in double quotes")
        start = self.at
        found = self.string()
        if found in container:
            raise self.error("each key once in an object", start)
        if self.blank() != ":":
            raise self.error("`:`")
        self.at += 1
        return found

    def opening(self) -> Any:
        """A scalar, or a new empty container."""
        char = self.blank()
        if char and char in "{[":
            self.at += 1
            return {} if char == "{" else []
        if char == '"':
            return self.string()
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self.number()

    def number(self) -> int | Fraction:
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            raise self.error("a JSON value")
        whole, fraction, exponent = found.groups()
        if exponent is not None and (len(exponent) > 8 or abs(int(exponent[1:])) > MAX_EXPONENT):
            raise self.error(f"an exponent of at most {MAX_EXPONENT}")
        self.at = found.end()
        if fraction is None and exponent is None:
            return int_of_text(whole)
        digits = (fraction or ".")[1:]
        power = int(exponent[1:] if exponent else "0") - len(digits)
        value = int_of_text(whole + digits)
        return Fraction(value * 10**power) if power >= 0 else Fraction(value, 10**-power)

    def string(self) -> str:
        """From the opening quote to past the closing one."""
        parts: list[str] = []
        self.at += 1
        while True:
            plain = _PLAIN.match(self.text, self.at)
            assert plain is not None
            parts.append(plain.group())
            self.at = plain.end()
            char = self.text[self.at : self.at + 1]
            if char == '"':
                self.at += 1
                break
            if char != "\\":
                raise self.error("the end of the string" if not char else "an escape in place of the control character")
            parts.append(self.escape())
        found = "".join(parts)
        if any("\ud800" <= c <= "\udfff" for c in found):
            raise self.error("text without lone surrogates", self.at - 1)
        return found

    def escape(self) -> str:
        char = self.text[self.at + 1 : self.at + 2]
        if char in _UNESCAPED and char:
            self.at += 2
            return _UNESCAPED[char]
        if char != "u":
            raise self.error("an escape of JSON")
        code = self.hex4(self.at)
        self.at += 6
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.at):
            low = self.hex4(self.at)
            if 0xDC00 <= low < 0xE000:
                self.at += 6
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
        return chr(code)

    def hex4(self, at: int) -> int:
        digits = self.text[at + 2 : at + 6]
        if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            raise self.error("four hexadecimal digits", at)
        return int(digits, 16)


def read_json(text: str) -> Any:
    """The tree of a document: dict, list, str, int, Fraction, bool and None. ``JsonError`` where it is none."""
    found = _read_fast(text)
    return found[0] if found is not None else _Reader(text.removeprefix("\ufeff")).document()


class _Refused(ValueError):
    """The standard library's reader met what this one reads otherwise, or not at all."""


def _read_fast(text: str) -> tuple[Any] | None:
    """The tree, where the standard library's reader agrees on the document; None leaves it to ours, which is slower but
    has the better messages and no limit on depth."""
    if "\\ud" in text or "\\uD" in text or (not text.isascii() and _SURROGATE.search(text)):
        return None
    try:
        return (_fast().decode(text),)
    except (ValueError, RecursionError):
        return None


@cache
def _fast() -> Any:
    from json import JSONDecoder

    return JSONDecoder(object_pairs_hook=_unique, parse_float=_exact, parse_int=_whole, parse_constant=_refuse)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Refused
    return found


def _exact(text: str) -> Fraction:
    if len(text) > 40 or "e" in text or "E" in text:
        raise _Refused
    whole, _, digits = text.partition(".")
    return Fraction(int(whole + digits), 10 ** len(digits))


def _whole(text: str) -> int:
    if len(text) > 400:
        raise _Refused
    return int(text)


def _refuse(text: str) -> Any:
    raise _Refused


# ---------------------------------------------------------------- writing


def string_text(text: str) -> str:
    """The JSON literal of a text."""
    return '"' + _NEEDS_ESCAPE.sub(lambda m: _ESCAPED.get(m.group()) or f"\\u{ord(m.group()):04x}", text) + '"'


def _scalar(tree: Any) -> str:
    if isinstance(tree, bool) or tree is None:
        return "null" if tree is None else "true" if tree else "false"
    if isinstance(tree, int):
        return int_text(tree)
    if isinstance(tree, Fraction):
        found = finite_decimal(tree)
        if found is None:
            raise ValueError("no JSON number is equal to this fraction")
        return found
    return string_text(tree)


def write_json(tree: Any) -> str:
    """The text of a tree, on one line."""
    out: list[str] = []
    stack: list[tuple[bool, Any]] = [(False, tree)]  # (text already?, text or tree)
    while stack:
        if len(out) > MAX_PIECES:
            raise OutOfBudget("the value is too large to be written")
        done, here = stack.pop()
        if done:
            out.append(here)
        elif isinstance(here, dict):
            pieces: list[tuple[bool, Any]] = [(True, "{")]
            for i, (key, value) in enumerate(here.items()):
                pieces += [(True, (", " if i else "") + string_text(key) + ": "), (False, value)]
            stack.extend(reversed([*pieces, (True, "}")]))
        elif isinstance(here, list):
            pieces = [(True, "[")]
            for i, value in enumerate(here):
                pieces += [(True, ", " if i else ""), (False, value)]
            stack.extend(reversed([*pieces, (True, "]")]))
        else:
            out.append(_scalar(here))
    return "".join(out)
