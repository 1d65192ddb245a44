"""Comments: where they stand, and which of them document the declaration below."""

from __future__ import annotations

from bisect import bisect_left

from kwlogic.source.data import Source, Span
from kwlogic.syntax.data import Comment
from kwlogic.syntax.lex import Tokens


def comments_of(source: Source, tokens: Tokens) -> tuple[Comment, ...]:
    """All comments of the file, in order."""
    text = source.text
    return tuple(_comment(source.path, text, start, end) for start, end in tokens.comments)


def _comment(file: str, text: str, start: int, end: int) -> Comment:
    line = text.rfind("\n", 0, start) + 1
    return Comment(Span(file, start, end), text[start:end].rstrip(), not text[line:start].strip(" \t\r\f\v\ufeff"))


def doc_above(tokens: Tokens, comments: tuple[Comment, ...], index: int) -> tuple[tuple[str, ...], set[int]]:
    """The ``##`` lines directly above token ``index``, without their marks, and which comments they are."""
    text = tokens.text
    position = tokens.starts[index]
    i = bisect_left(tokens.comments, (position, 0)) - 1
    lines: list[str] = []
    used: set[int] = set()
    while i >= 0:
        start, end = tokens.comments[i]
        between = text[end:position]
        if between.strip() or between.count("\n") != 1 or not comments[i].own_line or not text.startswith("##", start):
            break
        lines.append(comments[i].text[2:].removeprefix(" "))
        used.add(i)
        position = start
        i -= 1
    return tuple(reversed(lines)), used
