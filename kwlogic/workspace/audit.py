"""The service behind `kwlogic audit`: what has to be believed, beyond proofs. It prints nothing.

Everything is read off the verdicts of one check. Nothing is judged anew here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kwlogic.source.data import Diagnostic, Source, Span
from kwlogic.vc.data import Assumed, Enforced, Goal, Kind, Proved, Refuted, Result, Unknown
from kwlogic.workspace.data import CheckResult
from kwlogic.workspace.findings import one_line, short

UNUSED_REQUIRES = "KW533"
CHECKED = "T1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A clause that is believed or open. ``note``: why, or what was seen; ``used_by``: declarations whose proofs rest on it."""

    declaration: str
    text: str
    span: Span
    note: str = ""
    used_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """``key`` names it for programs; ``meaning`` says what its entries have in common."""

    key: str
    title: str
    meaning: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """``proved`` counts proofs, ``tiers`` how they are shown (T1: checked without a solver). Where none is, no certificates
    are kept, and the proofs are not listed one by one. ``witnessed`` counts what is shown by a value instead: that a `requires` can
    be met, that a type has values."""

    proved: int
    tiers: dict[str, int]
    sections: tuple[Section, ...]
    sources: dict[str, Source]
    witnessed: int = 0

    @property
    def clean(self) -> bool:
        """Whether everything is proved and nothing had to be believed."""
        return not any(s.entries for s in self.sections if s.key != "unused_requires") and self.tiers.keys() <= {CHECKED}


def audit(result: CheckResult) -> Audit:
    proofs = [r for r in result.results if isinstance(r.verdict, Proved) and r.obligation.ask is Goal.VALID]
    tiers: dict[str, int] = {}
    for found in proofs:
        assert isinstance(found.verdict, Proved)
        tiers[found.verdict.tier] = tiers.get(found.verdict.tier, 0) + 1
    sections = (
        Section("refuted", "Refuted", "false for the input that is shown", _of(result, Refuted)),
        Section("unknown", "Unknown", "neither proved nor refuted", _of(result, Unknown)),
        Section("axioms", "Axioms", "assumed without proof", _axioms(result)),
        Section("enforced", "Enforced only", "checked on every output when it runs; nothing is proved of it", _of(result, Enforced)),
        Section("unanswered", "Unanswered", "clauses of parts that proofs rest on, and that nobody proves or checks", _unanswered(result)),
        Section(
            "trusted", "A solver's word", "proofs that were not shown again without a solver", _trusted(proofs) if CHECKED in tiers else ()
        ),
        Section("unused_requires", "Unused requires", "no proof needs them: they only make callers work", _warned(result.diagnostics)),
    )
    shown = sum(isinstance(r.verdict, Proved) for r in result.results)
    return Audit(len(proofs), dict(sorted(tiers.items())), sections, result.sources, shown - len(proofs))


def _of(result: CheckResult, kind: type) -> tuple[Entry, ...]:
    return tuple(_entry(r, _note(r)) for r in result.results if isinstance(r.verdict, kind))


def _entry(found: Result, note: str, used_by: tuple[str, ...] = ()) -> Entry:
    obligation = found.obligation
    label = f"{obligation.label}: " if obligation.label else ""
    return Entry(obligation.declaration, label + one_line(obligation.text), obligation.span, note, used_by)


def _note(found: Result) -> str:
    match found.verdict:
        case Refuted(counterexample=shown) if shown is not None:
            return ", ".join(f"{name} = {text}" for name, text, _ in shown.inputs) or shown.note
        case Refuted():
            return "nothing satisfies it"
        case Unknown(reason=reason):
            return one_line(reason, 160)
        case Enforced(tested=tested) if tested:
            return f"tested on {tested:,} inputs"
        case _:
            return ""


def _axioms(result: CheckResult) -> tuple[Entry, ...]:
    """Those that are declared here, and those from elsewhere that a proof here rests on."""
    used: dict[str, set[str]] = {}
    places: dict[str, tuple[str, Span]] = {}
    for found in result.results:
        for rest in found.rests:
            if rest.ends_in == "assumed":
                used.setdefault(rest.kernel, set()).add(short(found.obligation.declaration))
                places[rest.kernel] = (rest.clause, rest.span)
    for found in result.results:
        if isinstance(found.verdict, Assumed) and found.obligation.kind is Kind.AXIOM:
            places[found.obligation.declaration] = (found.obligation.text, found.obligation.span)
    return tuple(Entry(name, one_line(text), span, "", tuple(sorted(used.get(name, ())))) for name, (text, span) in sorted(places.items()))


def _unanswered(result: CheckResult) -> tuple[Entry, ...]:
    found: dict[tuple[str, Span], set[str]] = {}
    texts: dict[tuple[str, Span], str] = {}
    for one in result.results:
        for rest in one.rests:
            if rest.ends_in == "nothing":
                found.setdefault((rest.kernel, rest.span), set()).add(short(one.obligation.declaration))
                texts[rest.kernel, rest.span] = rest.clause
    return tuple(Entry(name, one_line(texts[name, span]), span, "", tuple(sorted(users))) for (name, span), users in found.items())


def _trusted(proofs: Iterable[Result]) -> tuple[Entry, ...]:
    return tuple(_entry(r, r.verdict.tier) for r in proofs if isinstance(r.verdict, Proved) and r.verdict.tier != CHECKED)


def _warned(diagnostics: Iterable[Diagnostic]) -> tuple[Entry, ...]:
    return tuple(Entry("", d.message, d.span) for d in diagnostics if d.code == UNUSED_REQUIRES and d.span is not None)
