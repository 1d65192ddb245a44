"""What the lints found, as warnings on the clause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Span
from kwlogic.vc.data import Lint, LintKind, Result
from kwlogic.workspace.findings import contradictory, one_line, short


class Found(Protocol):
    """A lint whose question was answered with yes; ``hyps`` names the hypotheses that the answer rests on."""

    @property
    def lint(self) -> Lint: ...

    @property
    def hyps(self) -> frozenset[str]: ...


def lint_diagnostics(found: Iterable[Found], results: Iterable[Result]) -> list[Diagnostic]:
    """One warning for a clause: that a branch of it is dead says more than that the whole says nothing. Declarations
    that no input satisfies have been told so already."""
    empty = contradictory(results)
    kept = [f for f in found if f.lint.declaration not in empty]
    dead = [f.lint.span for f in kept if f.lint.kind is LintKind.DEAD_BRANCH]
    return [_warning(f.lint, f.hyps) for f in kept if f.lint.kind is LintKind.DEAD_BRANCH or not _holds_one(f.lint.span, dead)]


def _holds_one(clause: Span, places: list[Span]) -> bool:
    return any(p.file == clause.file and clause.start <= p.start and p.end <= clause.end for p in places)


def _warning(lint: Lint, hyps: frozenset[str]) -> Diagnostic:
    text, name = one_line(lint.text), short(lint.declaration)
    if lint.kind is LintKind.DEAD_BRANCH:
        message = f"`{text}` is false for every input of `{name}`, so what depends on it says nothing"
        return diagnostic("KW532", message, lint.span, "never true", help="correct the condition, or remove the branch")
    if any(h.startswith("ensures:") for h in hyps):
        message = f"`{text}` follows from the other clauses of `{name}`"
        return diagnostic("KW531", message, lint.span, "redundant", help="remove it, or state it as a lemma")
    message = f"`{text}` holds whatever `{name}` does"
    return diagnostic("KW530", message, lint.span, "says nothing about the output", help="say what was meant, or remove it")
