"""The text of a prompt: plain parts and ``{expr}`` holes, each read at its own place in the file.

``{{`` and ``}}`` are braces. A hole ends at the brace that closes it, wherever its strings and braces are.
"""

from __future__ import annotations

from kwlogic.source.data import Span
from kwlogic.syntax.build import Context
from kwlogic.syntax.data import PromptHole
from kwlogic.syntax.lex import TOKEN
from kwlogic.syntax.literals import string_bounds, unescape

BRACES = "write `{{` and `}}` for braces that are part of the text, as in JSON"


def prompt_parts(c: Context, token: int) -> tuple[str | PromptHole, ...]:
    """The parts of a prompt's STRING token; what is wrong with a hole is reported and the hole left out."""
    text = c.tokens.text
    low, high = string_bounds(c.word(token))
    position, end = c.tokens.starts[token] + low, c.tokens.starts[token] + high
    parts: list[str | PromptHole] = []
    pending: list[str] = []
    while position < end:
        brace = _next_brace(text, position, end)
        pending.append(unescape(c, position, brace))
        if brace == end:
            break
        if text.startswith(text[brace] * 2, brace) and brace + 1 < end:
            pending.append(text[brace])
            position = brace + 2
        elif text[brace] == "}":
            c.report("KW110", "a lone `}` in a prompt", brace, brace + 1, "closes nothing", "write `}}` for a brace in the text")
            position = brace + 1
        else:
            hole, position = _hole(c, brace, end)
            if hole is not None:
                parts += [*_joined(pending), hole]
                pending = []
    return (*parts, *_joined(pending))


def _joined(pieces: list[str]) -> tuple[str, ...]:
    text = "".join(pieces)
    return (text,) if text else ()


def _hole(c: Context, start: int, end: int) -> tuple[PromptHole | None, int]:
    """The hole whose brace is at ``start``, and where the text goes on."""
    close = _closing(c.tokens.text, start + 1, end)
    if close is None:
        c.report("KW110", "this hole of the prompt is never closed", start, start + 1, "opened here", BRACES)
        return None, end
    if not c.tokens.text[start + 1 : close].strip():
        c.report("KW110", "an empty hole in a prompt", start, close + 1, "names nothing", f"name an input, as in `{{text}}`; {BRACES}")
        return None, close + 1
    expr = c.read(start + 1, close, BRACES)
    return (None if expr is None else PromptHole(Span(c.file, start, close + 1), expr)), close + 1


def _closing(text: str, start: int, end: int) -> int | None:
    depth = 0
    for match in TOKEN.finditer(text, start, end):
        token = match.group()
        if token in ("{", "(", "["):
            depth += 1
        elif token == "}" and depth <= 0:
            return match.start()
        elif token in ("}", ")", "]"):
            depth -= 1
        elif match.lastgroup == "open":
            return None
    return None


def _next_brace(text: str, start: int, end: int) -> int:
    """The next brace that opens or closes; the braces of a ``\\u{...}`` escape do neither."""
    position = start
    while position < end:
        if text[position] == "\\":
            escape = text.startswith("\\u{", position)
            close = text.find("}", position, end) if escape else -1
            position = close + 1 if close >= 0 else position + 2
        elif text[position] in "{}":
            return position
        else:
            position += 1
    return end
