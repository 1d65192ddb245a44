"""Text to tokens: one pass, no state, nothing raised.

A token is an index into parallel lists. What no token can be is a token of kind ERROR (or, for operators of other
languages, WRONG), so that the parser meets it in its place and says what was meant. Keywords are told from names here;
which soft keyword is a name is the parser's choice, by what the grammar wants at that place.
"""

from __future__ import annotations

import re
from dataclasses import field

from kwlogic.source.records import dataclass
from kwlogic.syntax.tables import Tables

END, NAME, ERROR, WRONG = "$END", "NAME", "ERROR", "WRONG"

HARD = frozenset(
    [
        "fn",
        "lemma",
        "theorem",
        "axiom",
        "kernel",
        "requires",
        "ensures",
        "decreases",
        "if",
        "then",
        "else",
        "let",
        "forall",
        "exists",
        "assert",
        "apply",
        "match",
        "case",
        "not",
        "and",
        "or",
        "in",
        "true",
        "false",
    ]
)
DECLARATIONS = ("module", "use", "resource", "type", "record", "opaque", "fn", "lemma", "theorem", "axiom", "kernel", "example", "refine")

TOKEN = re.compile(
    r"""(?P<space>\s+|\ufeff)
    |(?P<comment>\#[^\n]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_']*)
    |(?P<mark><==>|==>|<=>|<=|>=|==|!=|=>|->|<-|>>|\+\+|//|::|\?\?|&&|\|\||:=|[()\[\]{}.,:;=<>+*/%&|!-])
    |(?P<number>[0-9][0-9_]*(?:\.[0-9][0-9_]*)?[A-Za-z0-9_']*)
    |(?P<string>\"\"\"[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*\"\"\"|"(?!"")[^"\\\n]*(?:\\.[^"\\\n]*)*"|""(?!"))
    |(?P<open>\"\"\"[\s\S]*|"[^\n]*)
    |(?P<stray>[\s\S])""",
    re.VERBOSE,
)


@dataclass(slots=True)
class Tokens:
    """Kinds, starts and ends of the tokens, the last of them the end of the text; and the comments beside them."""

    text: str
    kinds: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)

    def word(self, index: int) -> str:
        return self.text[self.starts[index] : self.ends[index]]

    def first_on_line(self, index: int) -> bool:
        return index == 0 or "\n" in self.text[self.ends[index - 1] : self.starts[index]]


def lex(text: str, tables: Tables, start: int = 0, end: int | None = None) -> Tokens:
    """All tokens of ``text[start:end]``, at their offsets in the whole text."""
    end = len(text) if end is None else end
    tokens = Tokens(text)
    kinds, starts, ends = tokens.kinds, tokens.starts, tokens.ends
    words, marks = tables.words, tables.marks
    for match in TOKEN.finditer(text, start, end):
        group = match.lastgroup
        if group == "space":
            continue
        if group == "word":
            kind = words.get(match.group(), NAME)
        elif group == "mark":
            kind = marks.get(match.group(), WRONG)
        elif group == "number":
            kind = "REAL" if "." in match.group() else "INT"
        elif group == "string":
            kind = "STRING"
        elif group == "comment":
            tokens.comments.append((match.start(), match.end()))
            continue
        else:
            kind = ERROR
        kinds.append(kind)
        starts.append(match.start())
        ends.append(match.end())
    kinds.append(END)
    starts.append(end)
    ends.append(end)
    return tokens
