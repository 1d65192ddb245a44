"""A Pygments lexer for spec files, for documentation and for whatever else shows source in colours.

It tells words, names, literals and comments apart and nothing more; a test holds its words against the grammar.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import (
    Comment,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
)

DECLARATIONS = ("axiom", "example", "fn", "kernel", "lemma", "module", "opaque", "record", "refine", "resource", "theorem", "type", "use")
CLAUSES = (
    "after", "auto", "by", "cases", "compose", "decreases", "deterministic", "ensures", "evidence", "fails", "family", "idempotent", "induction",
    "invariant", "irrevocable", "prompt", "python", "reads", "requires", "rollback", "tool", "using", "version", "when", "writes",
)  # fmt: skip
CONTROL = (
    "apply", "as", "assert", "case", "else", "exists", "fold", "forall", "guard", "hole", "if", "iterate", "let", "map", "match", "max", "retry",
    "then", "while", "with",
)  # fmt: skip
WORDS = ("and", "in", "not", "or")
CONSTANTS = ("false", "true")
TYPES = ("Bool", "Int", "List", "Map", "Option", "Real", "Set", "String", "Unit")
END = r"\b(?!')"


class KwLexer(RegexLexer):
    """Lexer of the kwlogic language."""

    name = "kwlogic"
    aliases = ["kw", "kwlogic"]
    filenames = ["*.kw"]
    mimetypes = ["text/x-kwlogic"]
    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"\s+", Text.Whitespace),
            (r"##.*?$", String.Doc),
            (r"#.*?$", Comment.Single),
            (r'"""', String, "prompt"),
            (r'"', String, "string"),
            (r"(fn|lemma|theorem|axiom|kernel)(\s+)([A-Za-z_][\w']*)", bygroups(Keyword.Declaration, Text.Whitespace, Name.Function)),  # type: ignore[no-untyped-call]
            (r"(type|record|resource)(\s+)([A-Za-z_][\w']*)", bygroups(Keyword.Declaration, Text.Whitespace, Name.Class)),  # type: ignore[no-untyped-call]
            (r"(module|use)(\s+)([\w.']+)", bygroups(Keyword.Namespace, Text.Whitespace, Name.Namespace)),  # type: ignore[no-untyped-call]
            (words(DECLARATIONS, prefix=r"\b", suffix=END), Keyword.Declaration),
            (r"(map|fold|max)(?=\s*\()", Name.Builtin),
            (words(CLAUSES, prefix=r"\b", suffix=END), Keyword),
            (words(CONTROL, prefix=r"\b", suffix=END), Keyword),
            (words(WORDS, prefix=r"\b", suffix=END), Operator.Word),
            (words(CONSTANTS, prefix=r"\b", suffix=END), Keyword.Constant),
            (words(TYPES, prefix=r"\b", suffix=END), Keyword.Type),
            (r"[A-Z][\w']*", Name.Class),
            (r"[a-z_][\w']*", Name),
            (r"[0-9][0-9_]*\.[0-9][0-9_]*", Number.Float),
            (r"[0-9][0-9_]*", Number.Integer),
            (r"<==>|==>|==|!=|<=|>=|=>|->|<-|>>|\+\+|//|::|\?\?|[=<>+*/%&|-]", Operator),
            (r"[()\[\]{}.,:;]", Punctuation),
        ],
        "string": [
            (r'[^"\\\n]+', String),
            (r"\\.", String.Escape),
            (r'"', String, "#pop"),
            (r"\n", Text.Whitespace, "#pop"),
        ],
        "prompt": [
            (r'"""', String, "#pop"),
            (r"\{\{|\}\}", String.Escape),
            (r"\{[^{}\"]*\}", String.Interpol),
            (r"\\.", String.Escape),
            (r'[^"\\{}]+|["{}\\]', String),
        ],
    }
