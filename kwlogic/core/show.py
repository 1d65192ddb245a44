"""Printing core terms in the language's own notation (for messages, logs and debugging)."""

from __future__ import annotations

from kwlogic.core.terms import Term


def show_term(term: Term) -> str:
    """The term as an author would write it."""
    inner = ", ".join(map(show_term, term.args))
    return f"{term.op.name}:{term.data}({inner})"
