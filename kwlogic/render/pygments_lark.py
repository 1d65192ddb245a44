"""A Pygments lexer for Lark's notation of grammars, as `grammar/` and the language reference use it."""

from __future__ import annotations

from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import Comment, Keyword, Name, Operator, Punctuation, String, Text


class LarkLexer(RegexLexer):
    """Lexer of grammars for Lark."""

    name = "Lark"
    aliases = ["lark"]
    filenames = ["*.lark"]
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"\s+", Text.Whitespace),
            (r"//[^\n]*", Comment.Single),
            (r"%\w+", Keyword),
            (r"([?!]*)([a-z_]\w*)(\s*:)", bygroups(Operator, Name.Function, Punctuation)),  # type: ignore[no-untyped-call]
            (r"([A-Z_]+)((?:\.\d+)?\s*:)", bygroups(Name.Constant, Punctuation)),  # type: ignore[no-untyped-call]
            (r'"(?:\\.|[^"\\])*"', String),
            (r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/", String.Regex),
            (r"[A-Z_][A-Z_]*\b", Name.Constant),
            (r"[a-z_]\w*", Name),
            (r"->|[|?*+()\[\]~.:-]|\d+", Operator),
            (r".", Text),
        ]
    }
