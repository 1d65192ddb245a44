"""Printing names, literals, patterns and types: the small parts that the formatter's other files share."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from typing import Any

Printing = Generator[Any, Any, Any]
Shown = Generator[Any, Any, Any]

ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def drive(work: Generator[Any, Any, Any]) -> Any:
    """The result of a generator that yields the generators of its parts and is sent their results: recursion of any depth."""
    stack = [work]
    value: Any = None
    while stack:
        try:
            part = stack[-1].send(value)
        except StopIteration as done:
            stack.pop()
            value = done.value
        else:
            stack.append(part)
            value = None
    return value


def quote(text: str) -> str:
    """A string literal of that value."""
    return '"' + "".join(ESCAPES.get(c) or (c if c.isprintable() else f"\\u{{{ord(c):x}}}") for c in text) + '"'


def number(value: int | Fraction) -> str:
    """A literal of that value; a Real has a point."""
    if isinstance(value, int):
        return str(value)
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
        if digits > 4000:
            return f"({value.numerator}.0 / {value.denominator}.0)"
    sign, whole = ("-" if value < 0 else ""), abs(int(value * 10**digits))
    text = str(whole).rjust(digits + 1, "0")
    return f"{sign}{text[: len(text) - digits]}.{text[len(text) - digits :] or '0'}"


def literal(value: int | Fraction | bool | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote(value) if isinstance(value, str) else number(value)
