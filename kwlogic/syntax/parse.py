"""Source text to syntax tree: never raises, reports every declaration that does not parse and keeps all the others.

``parse_module`` reads a file, ``parse_expr`` one expression. Recovery is by declaration: after an error the parse goes
on at the next keyword that surely starts a declaration. What explains errors is imported where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kwlogic.source.abandon import Asked, go_on
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.syntax.build import Context
from kwlogic.syntax.comments import comments_of, doc_above
from kwlogic.syntax.data import Comment, Decl, Expr, Module, QName, UseDecl
from kwlogic.syntax.engine import engine
from kwlogic.syntax.lalr import DEPTH, Stopped, TooDeep
from kwlogic.syntax.lex import END, Tokens, lex

if TYPE_CHECKING:
    from kwlogic.syntax.explain import Place

LIMIT = 8 * 1024 * 1024
DEEP = "nothing that deep can be checked; name the inner parts with `let`, or move them into functions of their own"


def parse_module(source: Source, abandoned: Asked | None = None) -> tuple[Module, tuple[Diagnostic, ...]]:
    """The module in the file, as far as it parses, and what is wrong with the rest. Raises nothing but Abandoned, and that
    only where ``abandoned``, which is asked before each declaration, says so."""
    if (problem := _too_large(source)) is not None:
        return Module(Span(source.path, 0, 0), None, (), ()), (problem,)
    tokens = lex(source.text, engine().tables)
    c = context_of(source.path, tokens)
    reading = Reading(c, comments_of(source, tokens))
    reading.items(abandoned)
    problems = sorted(c.problems, key=lambda d: d.span or Span("", 0, 0))
    whole = Span(source.path, 0, len(source.text))
    comments = tuple(k for i, k in enumerate(reading.comments) if i not in reading.used)
    return Module(whole, reading.name, tuple(reading.uses), tuple(reading.decls), comments), tuple(problems)


def parse_expr(source: Source) -> tuple[Expr | None, tuple[Diagnostic, ...]]:
    """The one expression that the text is."""
    if (problem := _too_large(source)) is not None:
        return None, (problem,)
    c = context_of(source.path, lex(source.text, engine().tables))
    expr = _read_expr(c, c.tokens, "")
    return expr, tuple(c.problems)


class Reading:
    """The progress through one file."""

    def __init__(self, c: Context, comments: tuple[Comment, ...]) -> None:
        self.c = c
        self.comments = comments
        self.used: set[int] = set()
        self.name: QName | None = None
        self.uses: list[UseDecl] = []
        self.decls: list[Decl] = []

    def items(self, abandoned: Asked | None = None) -> None:
        kinds, index = self.c.tokens.kinds, 0
        while kinds[index] != END:
            go_on(abandoned)
            first = index
            self.c.doc, above = doc_above(self.c.tokens, self.comments, index)
            item, index = self.item(index)
            if isinstance(item, Module):
                self.module_line(item, first)
            elif isinstance(item, UseDecl):
                self.uses.append(item)
            elif item is not None:
                self.decls.append(item)
                self.used |= above

    def item(self, index: int) -> tuple[Decl | UseDecl | Module | None, int]:
        """The item at ``index`` and where the next one starts."""
        c = self.c
        try:
            item, following = engine().parse(c, c.tokens, index, "item")
        except Stopped as stop:
            from kwlogic.syntax.explain import explain, starts_another

            place = _place(c, c.tokens, index, stop.index, "item")
            if stop.index > index and starts_another(place):
                with _as(c.tokens, stop.index, END):
                    return self.item(index)
            c.problems.append(explain(place))
            return None, _resume(c.tokens, index)
        except TooDeep as deep:
            c.problems.append(_too_deep(c, deep.index))
            return None, _resume(c.tokens, index)
        return item, following

    def module_line(self, line: Module, first: int) -> None:
        if first == 0:
            self.name = line.name
            return
        again = "a file is one module, and this one has its name already" if self.name else "`module` comes first in its file"
        self.c.report("KW113", again, line.span.start, line.span.end, "misplaced", "put one `module` line at the top of the file")


def context_of(file: str, tokens: Tokens) -> Context:
    def read(start: int, end: int, hint: str) -> Expr | None:
        return _read_expr(c, lex(tokens.text, engine().tables, start, end), hint)

    c = Context(file, tokens, read)
    return c


def _read_expr(c: Context, tokens: Tokens, hint: str) -> Expr | None:
    """All of ``tokens`` as one expression; problems go to ``c``."""
    inner = Context(c.file, tokens, c.read, problems=c.problems)
    try:
        expr, following = engine().parse(inner, tokens, 0, "expr")
        if tokens.kinds[following] != END:
            raise Stopped(following, [engine().tables.ends["expr"]])
    except Stopped as stop:
        from kwlogic.syntax.explain import explain

        c.problems.append(explain(_place(inner, tokens, 0, stop.index, "expr", hint or "this is one expression")))
        return None
    except TooDeep as deep:
        c.problems.append(_too_deep(inner, deep.index))
        return None
    found: Expr = expr
    return found


def _place(c: Context, tokens: Tokens, first: int, at: int, start: str, hint: str = "") -> Place:
    """Where the parse stopped, with the stack as it was before the token that stopped it was looked at."""
    from kwlogic.syntax.explain import Place

    silent = Context(c.file, tokens, lambda *_: None)
    states = [engine().tables.ends[start]]
    with _as(tokens, at, "?"):
        try:
            engine().parse(silent, tokens, first, start)
        except Stopped as stop:
            states = stop.states
    return Place(engine(), c.file, tokens, first, at, states, hint)


@contextmanager
def _as(tokens: Tokens, index: int, kind: str) -> Iterator[None]:
    """The token at ``index`` taken for one of another kind."""
    before, tokens.kinds[index] = tokens.kinds[index], kind
    try:
        yield
    finally:
        tokens.kinds[index] = before


def _resume(tokens: Tokens, first: int) -> int:
    """The next token after ``first`` that surely starts a declaration."""
    from kwlogic.syntax.explain import declares

    index = first + (2 if tokens.kinds[first] == "_OPAQUE" else 1)
    last = len(tokens.kinds) - 1
    while index < last and not declares(tokens, index, engine()):
        index += 1
    return min(index, last)


def _too_large(source: Source) -> Diagnostic | None:
    size = len(source.text)
    if size <= LIMIT:
        return None
    message = f"this file has {size} characters; at most {LIMIT} are read"
    return diagnostic("KW123", message, Span(source.path, 0, 0), "too large", help="split it into several modules")


def _too_deep(c: Context, token: int) -> Diagnostic:
    span = c.span(token)
    return diagnostic("KW107", f"nested too deeply: at most {DEPTH} levels are read", span, "the limit is reached here", help=DEEP)
