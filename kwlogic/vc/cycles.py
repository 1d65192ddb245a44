"""Proofs that would lean on themselves: a lemma applied by what it is about, or hints in a circle.

Facts taken from the order of a program cannot form a circle; what is named explicitly can, so it is checked here.
"""

from __future__ import annotations

from kwlogic.core.program import Fn, Lemma
from kwlogic.core.terms import Op
from kwlogic.core.walk import subterms
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Span
from kwlogic.vc.context import Context
from kwlogic.vc.walked import Walk


def circular_applications(context: Context, name: str, walk: Walk, span: Span) -> tuple[Diagnostic, ...]:
    """Lemmas that a body or proof applies although they rest on the declaration itself (its own recursion excepted)."""
    return tuple(_circle(context, name, lemma, span) for lemma in sorted(circular(context, name, walk)))


def circular(context: Context, name: str, walk: Walk) -> frozenset[str]:
    return frozenset(n for n in walk.applied if n != name and context.reaches(n, name))


def circular_hints(context: Context, lemma: Lemma, using: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The hinted facts that may be used, and a diagnostic for each that rests on the lemma itself."""
    bad = [n for n in using if n == lemma.name or context.reaches(n, lemma.name)]
    return tuple(n for n in using if n not in bad), tuple(_circle(context, lemma.name, n, lemma.name_span) for n in bad)


def _circle(context: Context, name: str, lemma: str, span: Span) -> Diagnostic:
    short, other = name.rsplit(".", 1)[-1], lemma.rsplit(".", 1)[-1]
    return diagnostic(
        "KW514",
        f"`{short}` rests on `{other}`, and `{other}` rests on `{short}`",
        span,
        f"uses `{other}`",
        notes=(f"`{other}` mentions `{short}`, directly or through what it uses, so its proof would lean on itself",),
        help=f"state `{other}` without `{short}`, or prove what is needed in a lemma that comes after both",
    )


def self_in_contract(context: Context, fn: Fn) -> tuple[Diagnostic, ...]:
    """A fn is defined where its requires hold, so these cannot be about the fn itself."""
    roots = [(c.pred, c.span) for c in fn.requires] + [(t, fn.decreases_span or fn.name_span) for t in fn.decreases]
    for root, span in roots:
        for term in subterms(root):
            if term.op is Op.CALL and (term.data[0] == fn.name or term.data[0] in fn.group):
                short = fn.name.rsplit(".", 1)[-1]
                message = f"`{term.data[0].rsplit('.', 1)[-1]}` cannot be used here, as `{short}` is defined only where this holds"
                return (diagnostic("KW514", message, span, "", help="state the condition without the function that it is for"),)
    return ()
