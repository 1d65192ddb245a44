"""From the place where a parse stopped to a diagnostic in the author's terms.

Each ``_if_...`` recognises one kind of slip and yields its diagnostic, or None; the first that speaks wins, and the
plain "expected this, found that" is the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Edit, Fix, Label, Span
from kwlogic.syntax.expect import CLAUSES, accepted, describe, listing
from kwlogic.syntax.hints import hint
from kwlogic.syntax.lalr import Engine
from kwlogic.syntax.lex import END, ERROR, HARD, NAME, Tokens
from kwlogic.syntax.slips import DECLARATION_WORDS, FOREIGN, NOT_MISSPELT, OPERATOR_SLIPS, Slip

OPEN = {"LPAR": ")", "LSQB": "]", "LBRACE": "}"}
CLOSE = {"RPAR": "LPAR", "RSQB": "LSQB", "RBRACE": "LBRACE"}


@dataclass
class Place:
    """Where a parse that began at token ``first`` stopped: at token ``at``, with ``states`` on the stack."""

    engine: Engine
    file: str
    tokens: Tokens
    first: int
    at: int
    states: list[int]
    hint: str = ""

    @cached_property
    def expected(self) -> frozenset[str]:
        return accepted(self.engine, self.states)

    @cached_property
    def kind(self) -> str:
        return self.tokens.kinds[self.at]

    @cached_property
    def text(self) -> str:
        return self.tokens.word(self.at)

    @cached_property
    def open(self) -> list[int]:
        """The brackets that are open where the parse stopped, innermost last."""
        stack: list[int] = []
        for i in range(self.first, self.at):
            if self.tokens.kinds[i] in OPEN:
                stack.append(i)
            elif self.tokens.kinds[i] in CLOSE and stack:
                stack.pop()
        return stack

    def span(self, token: int) -> Span:
        return Span(self.file, self.tokens.starts[token], max(self.tokens.ends[token], self.tokens.starts[token]))

    def accepts(self, mark: str) -> bool:
        return (self.engine.tables.marks.get(mark) or self.engine.tables.words.get(mark)) in self.expected

    def ends_item(self) -> bool:
        return self.kind == END or (self.kind in self.engine.enders and declares(self.tokens, self.at, self.engine))

    def where(self) -> tuple[str, ...]:
        """A note that says which declaration it is."""
        kinds, i = self.tokens.kinds, self.first
        if kinds[i] not in self.engine.enders or kinds[i] in ("_MODULE", "_USE") or i + 1 >= self.at or kinds[i + 1] != NAME:
            return ()
        return (f"in {self.tokens.word(i)} `{self.tokens.word(i + 1)}`",)


def declares(tokens: Tokens, index: int, engine: Engine) -> bool:
    """Whether the keyword at ``index`` surely starts a declaration, whatever stands before it."""
    kind, after = tokens.kinds[index], tokens.kinds[index + 1] if index + 1 < len(tokens.kinds) else END
    if kind not in engine.enders:
        return False
    wordy = after == NAME or after in engine.soft
    if tokens.word(index) in HARD:
        return wordy or (kind != "_FN" and tokens.first_on_line(index))
    if not tokens.first_on_line(index):
        return False
    if kind == "_EXAMPLE":
        return wordy or after in ("INT", "REAL", "STRING", "LPAR", "LSQB", "LBRACE", "MINUS") or after.startswith("_")
    return after == "_FN" if kind == "_OPAQUE" else wordy


def explain(place: Place) -> Diagnostic:
    for attempt in (_if_bad_token, _if_bracket, _if_body_began, _if_slip, _if_no_else, _if_keyword, _if_misspelt, _if_operand):
        if (found := attempt(place)) is not None:
            return found
    return _plain(place)


def _if_bad_token(p: Place) -> Diagnostic | None:
    if p.kind != ERROR:
        return None
    start = p.tokens.starts[p.at]
    if p.text.startswith('"""'):
        return diagnostic(
            "KW102", "this string is never closed", Span(p.file, start, start + 3), "opened here", notes=p.where(),
            help='close it with `"""`',
        )  # fmt: skip
    if p.text.startswith('"'):
        return diagnostic(
            "KW102", "this string is not closed on its line", p.span(p.at), "opened here", notes=p.where(),
            help='close it with `"`; a string of several lines is written between `"""`',
        )  # fmt: skip
    helps = {
        "?": "a choice is written `if c then a else b`",
        "\\": "a function is written `fn (x) => e`",
        "'": 'strings take double quotes, "like this"',
        "`": "names are written plainly, without quotes",
    }
    if p.text.isalpha():
        help = "names are made of the letters A to Z and a to z, digits, `_` and `'`; other letters may stand in strings and comments"
    else:
        help = helps.get(p.text, "remove it, or put it into a string")
    shown = p.text if p.text.isprintable() else f"U+{ord(p.text):04X}"
    return diagnostic("KW104", f"stray character `{shown}`", p.span(p.at), "not part of the language", notes=p.where(), help=help)


def _if_bracket(p: Place) -> Diagnostic | None:
    """A bracket that closes nothing or the wrong one, or one left open where the declaration must have ended."""
    if p.kind in CLOSE:
        if not p.open:
            return diagnostic("KW103", f"this `{p.text}` closes nothing", p.span(p.at), "no bracket is open here", notes=p.where())
        opener = p.open[-1]
        if CLOSE[p.kind] == p.tokens.kinds[opener]:
            return None
        want = OPEN[p.tokens.kinds[opener]]
        return diagnostic(
            "KW103", f"expected `{want}`, found `{p.text}`", p.span(p.at), "does not match",
            Label(p.span(opener), f"this `{p.tokens.word(opener)}` is open"), notes=p.where(), help=f"close it with `{want}` first",
        )  # fmt: skip
    if not p.open or not p.ends_item():
        return None
    opener = p.open[-1]
    found = "the end of the file" if p.kind == END else f"`{p.text}`"
    return diagnostic(
        "KW103", f"this `{p.tokens.word(opener)}` is never closed", p.span(opener), "opened here",
        Label(p.span(p.at), f"{found} comes before its `{OPEN[p.tokens.kinds[opener]]}`"), notes=p.where(),
        help=f"add the missing `{OPEN[p.tokens.kinds[opener]]}`",
    )  # fmt: skip


def _if_slip(p: Place) -> Diagnostic | None:
    """An operator of another language, or `=` where `==` is meant."""
    for slip in OPERATOR_SLIPS.get(p.text, ()):
        if p.accepts(slip.wants) if slip.wants else True:
            return _slipped(p, p.at, slip)
    return None


def _slipped(p: Place, token: int, slip: Slip) -> Diagnostic:
    fix = Fix(f"replace by `{slip.write}`", (Edit(p.span(token), slip.write),)) if slip.write else None
    label = f"write `{slip.write}`" if slip.write else "not an operator here"
    return diagnostic("KW108", slip.message, p.span(token), label, notes=p.where(), help=slip.help, fix=fix)


def _if_body_began(p: Place) -> Diagnostic | None:
    """A second `=`: the first was meant as `==` inside a clause, and the body began there."""
    if p.text != "=" and p.kind not in CLAUSES:
        return None
    for i in range(p.at - 1, p.first, -1):
        if p.tokens.kinds[i] == "EQUAL" and not p.tokens.first_on_line(i) and _in_clause(p, i):
            slip = Slip("a clause compares with `==`", "==", help="here `=` began the body, so what follows has no place")
            return _slipped(p, i, slip)
    return None


def _in_clause(p: Place, token: int) -> bool:
    """Whether a clause keyword begins the line of ``token``, with no bracket open between them."""
    depth = 0
    for i in range(token - 1, p.first, -1):
        kind = p.tokens.kinds[i]
        depth += (kind in OPEN) - (kind in CLOSE)
        if depth > 0:
            return False
        if kind in ("_REQUIRES", "_ENSURES"):
            return True
        if p.tokens.first_on_line(i):
            return False
    return False


def _if_no_else(p: Place) -> Diagnostic | None:
    if "_ELSE" not in p.expected or p.text in FOREIGN:
        return None
    opener = next((i for i in range(p.at - 1, p.first - 1, -1) if p.tokens.kinds[i] in ("_IF", "_CASE")), p.first)
    return diagnostic(
        "KW111", "an `if` needs an `else`: it is an expression, and must have a value either way", p.span(opener), "this `if`",
        Label(p.span(p.at), "`else` expected before this"), notes=p.where(), help="write `if c then a else b`",
    )  # fmt: skip


def _if_keyword(p: Place) -> Diagnostic | None:
    """A reserved word where only a name will do."""
    if p.text not in HARD or NAME not in p.expected or p.expected & {"_MATCH", "_RETRY"} or p.ends_item() or p.kind in CLAUSES:
        return None
    return diagnostic(
        "KW112", f"`{p.text}` is a keyword and cannot be a name", p.span(p.at), "expected a name", notes=p.where(),
        help=f"choose another name, such as `{p.text}_`",
    )  # fmt: skip


def starts_another(p: Place) -> bool:
    """Whether the declaration is complete before this word, and the word, on a line of its own, begins something else."""
    if END not in p.expected or not p.tokens.first_on_line(p.at) or (p.kind != NAME and p.kind not in p.engine.soft):
        return False
    return (_meant(p) or DECLARATION_WORDS[0]) in DECLARATION_WORDS


def _meant(p: Place) -> str | None:
    """The keyword that fits here and that the word is nearly, or is another language's word for."""
    words = {word for word, kind in p.engine.tables.words.items() if kind in p.expected}
    if END in p.expected or p.at == p.first:
        words |= set(DECLARATION_WORDS)
    meant = FOREIGN.get(p.text)
    if meant is not None and meant.split()[0] in words:
        return meant
    if p.text in NOT_MISSPELT:
        return None
    near = get_close_matches(p.text, sorted(words), 1, 0.7)
    return near[0] if near else None


def _if_misspelt(p: Place) -> Diagnostic | None:
    """A word that is nearly a keyword that fits, or another language's word for it."""
    if p.kind != NAME and p.kind not in p.engine.soft:
        return None
    meant = _meant(p)
    if meant is None:
        return None
    what = "a declaration" if p.at == p.first else f"`{meant}`"
    return diagnostic(
        "KW109", f"expected {what}, found `{p.text}`", p.span(p.at), f"did you mean `{meant}`?", notes=p.where(),
        help=f"write `{meant}`", fix=Fix(f"replace by `{meant}`", (Edit(p.span(p.at), meant),)),
    )  # fmt: skip


def _if_operand(p: Place) -> Diagnostic | None:
    """`forall`, `if`, `let`, … as the operand of an operator."""
    if (
        p.ends_item()
        or "_MATCH" not in p.expected
        or "_IF" in p.expected
        or p.text not in ("if", "let", "fn", "forall", "exists", "assert", "apply")
    ):
        return None
    return diagnostic(
        "KW101", f"`{p.text}` needs parentheses as the operand of an operator", p.span(p.at), "open a parenthesis before this",
        notes=p.where(), help=f"write `({p.text} ...)`, closed where the expression ends",
    )  # fmt: skip


def _plain(p: Place) -> Diagnostic:
    found = "the end of the file" if p.kind == END else f"`{_shown(p.text)}`"
    help = p.hint or hint(p)
    if p.at == p.first and not p.hint:
        message = f"expected a declaration, found {found}"
        help = "a declaration starts with one of " + ", ".join(f"`{w}`" for w in DECLARATION_WORDS)
    else:
        words = describe(p.engine, p.expected)
        message = f"expected {listing(words)}, found {found}" if words else f"{found} has no place here"
    last = p.at - 1
    if p.at > p.first and (p.kind == END or p.tokens.first_on_line(p.at)):
        return diagnostic(
            "KW101", message, p.span(last), "expected after this", Label(p.span(p.at), f"found {found}"), notes=p.where(), help=help
        )  # fmt: skip
    return diagnostic("KW101", message, p.span(p.at), "not expected here", notes=p.where(), help=help)


def _shown(text: str) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= 40 else line[:37] + "..."
