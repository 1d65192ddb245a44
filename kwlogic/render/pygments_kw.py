"""Spec files for Pygments: colours in documentation, terminals and reports. A test holds its words against the grammar."""

from __future__ import annotations

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

DECLARATIONS = ("module", "use", "resource", "type", "record", "opaque", "fn", "lemma", "theorem", "axiom", "kernel", "example", "refine")
CONTRACT = (
    "requires", "ensures", "decreases", "by", "induction", "cases", "auto", "using", "version", "family", "evidence", "rollback", "fails",
    "when", "reads", "writes", "deterministic", "irrevocable", "idempotent", "prompt", "tool", "python",
)  # fmt: skip
WIRING = ("compose", "after", "guard", "retry", "map", "fold", "invariant", "iterate", "while", "max", "case", "hole", "as")
LOGIC = ("if", "then", "else", "let", "forall", "exists", "assert", "apply", "match", "with")
WORDS = ("and", "or", "not", "in")
CONSTANTS = ("true", "false")
# Soft keywords are names wherever they stand before a bracket that is no clause of theirs; a name in front of `(` is a call.
BEFORE_CALL = ("assert", "guard", "case", "while", "invariant", "not", "in", "and", "or", "if", "then", "else", "match", "by", "max")


class KwLexer(RegexLexer):
    """The language of kernels and their contracts."""

    name = "kwlogic"
    aliases = ["kw", "kwlogic"]
    filenames = ["*.kw"]
    mimetypes = ["text/x-kwlogic"]
    url = ""
    tokens = {
        "root": [
            (r"\s+", Text),
            (r"##[^\n]*", Comment.Special),
            (r"#[^\n]*", Comment.Single),
            (r'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""', String),
            (r'"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"', String),
            (r"[0-9][0-9_]*\.[0-9][0-9_]*", Number.Float),
            (r"[0-9][0-9_]*", Number.Integer),
            (r"(fn|lemma|theorem|axiom|kernel)(\s+)([A-Za-z_][A-Za-z0-9_']*)", bygroups(Keyword.Declaration, Text, Name.Function)),  # type: ignore[no-untyped-call]
            (r"(type|record)(\s+)([A-Za-z_][A-Za-z0-9_']*)", bygroups(Keyword.Declaration, Text, Name.Class)),  # type: ignore[no-untyped-call]
            (r"(module|use)(\s+)([A-Za-z_][A-Za-z0-9_'.]*)", bygroups(Keyword.Namespace, Text, Name.Namespace)),  # type: ignore[no-untyped-call]
            (words(BEFORE_CALL, prefix=r"\b", suffix=r"\b(?!')(?=\s*\()"), Keyword),
            (r"[a-z_][A-Za-z0-9_']*(?=\()", Name.Function),
            (words(CONSTANTS, prefix=r"\b", suffix=r"\b(?!')"), Keyword.Constant),
            (words(WORDS, prefix=r"\b", suffix=r"\b(?!')"), Operator.Word),
            (words(DECLARATIONS, prefix=r"\b", suffix=r"\b(?!')"), Keyword.Declaration),
            (words((*CONTRACT, *WIRING, *LOGIC), prefix=r"\b", suffix=r"\b(?!')"), Keyword),
            (r"[A-Z][A-Za-z0-9_']*", Name.Class),
            (r"[A-Za-z_][A-Za-z0-9_']*", Name),
            (r"<==>|==>|==|!=|<=|>=|\+\+|\?\?|>>|->|=>|::|[-+*/%<>=&|?]", Operator),
            (r"[()\[\]{},:.;*]", Punctuation),
            (r".", Text),
        ]
    }


__all__ = ["KwLexer"]
