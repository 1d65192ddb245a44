"""Lines of styled pieces, written plainly or in colour. The one place that decides whether colour is wanted.

A piece is a text and a style; nothing but ASCII decoration is used, and no escape sequence leaves when the output is
not a terminal. Control characters of user text are made visible, so that a file cannot drive the terminal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TextIO

Piece = tuple[str, str]
Line = tuple[Piece, ...]

ERROR, WARNING, NOTE, GOOD, DIM, BOLD, PLAIN = "bold red", "bold yellow", "bold cyan", "green", "blue", "bold", ""
SEVERITY = {"error": ERROR, "warning": WARNING, "note": NOTE}
VERDICT = {"proved": GOOD, "refuted": ERROR, "unknown": WARNING, "enforced": GOOD, "assumed": NOTE}


def wants_colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def write_lines(lines: Iterable[Line], stream: TextIO) -> None:
    if not wants_colour(stream):
        stream.writelines("".join(text for text, _ in line) + "\n" for line in lines)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line, end=""), soft_wrap=True)


def plain(text: str) -> Line:
    return ((text, PLAIN),)


def visible(text: str) -> str:
    """Control characters (other than a newline) as escapes, tabs as blanks."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else "    " if c == "\t" else _escape(c) for c in text)


def _escape(c: str) -> str:
    if c == "\r":
        return ""
    return f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{{{ord(c):x}}}"


def width(text: str) -> int:
    """How many columns a terminal takes for the text."""
    shown = visible(text)
    if shown.isascii():
        return len(shown)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in shown)


def amount(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
