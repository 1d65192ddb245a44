"""What the lints found, as warnings on the clause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic
from kwlogic.vc.data import Lint, LintKind
from kwlogic.workspace.findings import one_line, short


class Found(Protocol):
    """A lint whose question was answered with yes; ``hyps`` names the hypotheses that the answer rests on."""

    @property
    def lint(self) -> Lint: ...

    @property
    def hyps(self) -> frozenset[str]: ...


def lint_diagnostics(found: Iterable[Found]) -> list[Diagnostic]:
    return [_warning(f.lint, f.hyps) for f in found]


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
