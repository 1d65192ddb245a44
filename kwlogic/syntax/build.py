"""What the actions of the grammar share: the token being read, spans, and the findings that do not stop a parse.

An action is a function of the context, the begin and the end of its text, and its children in the order of the rule;
``@action`` registers it under its name, which is the rule's name or alias in ``grammar/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Span
from kwlogic.source.records import dataclass
from kwlogic.syntax.data import Expr
from kwlogic.syntax.lex import Tokens

ACTIONS: dict[str, Callable[..., Any]] = {}

Named = tuple[str, Span]


@dataclass(slots=True)
class Context:
    """One parse of one file. ``doc`` is the documentation of the declaration being read; ``read(start, end, hint)`` is
    the expression in that part of the text, for the holes of prompts."""

    file: str
    tokens: Tokens
    read: Callable[[int, int, str], Expr | None]
    doc: tuple[str, ...] = ()
    problems: list[Diagnostic] = field(default_factory=list)

    def word(self, token: int) -> str:
        return self.tokens.word(token)

    def span(self, token: int) -> Span:
        return Span(self.file, self.tokens.starts[token], self.tokens.ends[token])

    def named(self, token: int) -> Named:
        return self.tokens.word(token), self.span(token)

    def report(self, code: str, message: str, start: int, end: int, label: str = "", help: str | None = None) -> None:
        self.problems.append(diagnostic(code, message, Span(self.file, start, end), label, help=help))


def action(function: Callable[..., Any]) -> Callable[..., Any]:
    ACTIONS[function.__name__] = function
    return function
