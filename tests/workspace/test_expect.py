"""Marks against findings: what meets a mark, and what contradicts one."""

from __future__ import annotations

import pytest

from kwlogic.core.terms import TRUE
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.vc.data import Assumed, Enforced, Goal, Kind, Obligation, Proved, Refuted, Result, Sequent, Unknown, Verdict
from kwlogic.workspace.data import CheckResult
from kwlogic.workspace.expect import compare

VERDICTS: dict[str, Verdict] = {
    "proved": Proved(),
    "refuted": Refuted(None),
    "unknown": Unknown("hard"),
    "enforced": Enforced(),
    "assumed": Assumed(),
}


def run(mark: str, found: str, ask: Goal = Goal.VALID, selected: tuple[Span, ...] = ()) -> list[str]:
    text = f"first\nclause {f'# expect: {mark}' if mark else ''}\nlast\n"
    span = Span("x.kw", 6, 12)
    results: list[Result] = []
    diagnostics: list[Diagnostic] = []
    for word in found.split():
        if word in VERDICTS:
            obligation = Obligation(word, Kind.ENSURES, ask, "m", "m.k", span, "p", Sequent((), (), TRUE))
            results.append(Result(obligation, VERDICTS[word]))
        else:
            diagnostics.append(diagnostic(word, "words", span))
    mismatches, _ = compare(CheckResult(tuple(results), tuple(diagnostics), {"x.kw": Source("x.kw", text)}, {"x.kw": selected}))
    assert all((m.file, m.line) == ("x.kw", 2) for m in mismatches)
    return [m.found for m in mismatches]


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ("proved", "proved"),
        ("proved", "proved proved KW530"),
        ("refuted", "proved refuted KW501 unknown"),
        ("unknown", "proved unknown KW520"),
        ("enforced", "enforced proved"),
        ("assumed", "assumed"),
        ("error", "KW301"),
        ("error", "KW510 proved"),
        ("warning", "proved KW533"),
        ("", "proved unknown KW520"),
        ("", "proved KW530"),
        ("", ""),
    ],
)
def test_met(mark: str, found: str) -> None:
    assert run(mark, found.replace("KW301", "KW510")) == []


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ("proved", ""),
        ("proved", "proved unknown KW520"),
        ("proved", "proved refuted KW501"),
        ("proved", "proved KW510"),
        ("proved", "enforced"),
        ("proved", "assumed"),
        ("refuted", "proved"),
        ("refuted", "unknown KW520"),
        ("refuted", "refuted KW501 KW510"),
        ("unknown", "proved"),
        ("unknown", "unknown refuted KW501"),
        ("enforced", "proved"),
        ("assumed", "proved"),
        ("error", "refuted KW501"),
        ("error", "proved KW530"),
        ("warning", "proved"),
        ("warning", "unknown KW520"),
        ("warning", "proved KW530 refuted KW501"),
        ("", "refuted KW501"),
        ("", "KW510"),
        ("prooved", "proved"),
    ],
)
def test_not_met(mark: str, found: str) -> None:
    assert len(run(mark, found)) == 1


def test_a_contradiction_is_an_error_and_not_a_refutation() -> None:
    assert run("error", "refuted KW510", Goal.SATISFIABLE) == []
    assert len(run("refuted", "refuted KW510", Goal.SATISFIABLE)) == 1


def test_marks_outside_of_the_selected_declaration_do_not_count() -> None:
    assert run("proved", "", selected=(Span("x.kw", 0, 5),)) == []
    assert len(run("proved", "", selected=(Span("x.kw", 6, 12),))) == 1
