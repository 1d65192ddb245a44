"""A source text in lines, with colours; each token is closed within its line."""

from __future__ import annotations

from kwlogic.render.html.parts import text

CLASSES = {
    "Keyword.Type": "t", "Keyword": "k", "Operator.Word": "k", "Comment": "c", "Literal.String.Doc": "c", "Literal.String": "s",
    "Literal.Number": "m", "Name.Function": "f", "Name.Builtin": "f", "Name.Class": "t",
}  # fmt: skip


def coloured_lines(source: str) -> list[str]:
    """The lines of a text as HTML, as many as ``source.split("\\n")`` has."""
    from pygments.token import string_to_tokentype

    from kwlogic.render.pygments_kw import KwLexer

    kinds = [(string_to_tokentype(name), css) for name, css in CLASSES.items()]
    lines, line = [], ""
    for _, kind, value in KwLexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(source):
        css = next((css for wider, css in kinds if kind[: len(wider)] == wider), "")
        for number, piece in enumerate(value.split("\n")):
            if number:
                lines.append(line)
                line = ""
            shown = text(piece.replace("\r", ""))
            line += f'<span class="{css}">{shown}</span>' if css and shown else shown
    return [*lines, line]
