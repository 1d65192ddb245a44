"""Regular expressions in ``matches(s, "...")``: a literal, checked where it stands."""

from __future__ import annotations

from kwlogic.elab.context import Ctx
from kwlogic.source.data import Span
from kwlogic.syntax import data as syn


def check_pattern_argument(ctx: Ctx, e: syn.Expr) -> None:
    """The second argument of ``matches`` is a string literal that is a pattern."""
    if not (isinstance(e, syn.Lit) and isinstance(e.value, str)):
        ctx.fail(
            "KW319",
            "the pattern of `matches` must be a string literal",
            e.span,
            "not a literal",
            help="patterns are read when the file is checked, so they cannot be computed; for plain text use `contains`, `starts_with` or `==`",
        )
    from kwlogic.core.regex import RegexError, parse_regex

    try:
        parse_regex(e.value)
    except RegexError as error:
        ctx.fail("KW318", f"this pattern cannot be read: {error.message}", _place(ctx, e, error.offset), "here")


def _place(ctx: Ctx, e: syn.Lit, offset: int) -> Span:
    """The place of the pattern's character ``offset`` in the file, through the literal's escapes."""
    text = ctx.text(e.span)
    start = 3 if text.startswith('"""') else 1
    position, seen = start, 0
    while seen < offset and position < len(text) - start:
        position += _escape_length(text, position) if text[position] == "\\" else 1
        seen += 1
    begin = e.span.start + position
    return Span(e.span.file, begin, min(begin + 1, e.span.end))


def _escape_length(text: str, position: int) -> int:
    if text[position + 1 : position + 3] == "u{":
        return text.index("}", position) - position + 1
    return 6 if text[position + 1] == "u" else 2
