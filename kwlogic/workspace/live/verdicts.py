"""Verdicts of declarations, and whether they still speak of the text that there is.

A verdict is fresh while its declaration, all that this rests on, and the lemmas that its proof used, those that their proofs
used among them, are written as they were; it is stale as soon as one of them is not. Of a declaration that does not check there is no verdict at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import blake2b

from kwlogic.source.data import Diagnostic, Edit, Fix, Label, Span
from kwlogic.vc.data import Proved, Result, Unknown
from kwlogic.workspace.data import CheckResult
from kwlogic.workspace.live.desk import Analysis
from kwlogic.workspace.load import is_std

Footprint = dict[str, bytes]
ALL = "*"  # what is unknown may be known as soon as anything else is written


class Standing(Enum):
    FRESH = "fresh"
    STALE = "stale"
    OPEN = "open"  # not asked yet
    BROKEN = "broken"  # does not check


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of one declaration: places are relative to where it starts. ``uses``: what its proofs used."""

    results: tuple[Result, ...]
    findings: tuple[Diagnostic, ...]
    footprint: Footprint = field(repr=False, default_factory=dict)
    origin: Span = field(default=Span("", 0, 0))
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Status:
    """``results`` and ``findings`` at their places in the text of the analysis; of a stale one they speak of an earlier text."""

    standing: Standing
    results: tuple[Result, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


class Board:
    """What is known of all declarations of one project."""

    def __init__(self) -> None:
        self.known: dict[str, Verdicts] = {}

    def status(self, analysis: Analysis, name: str) -> Status:
        """How a declaration stands in the text of an analysis."""
        known = self.known.get(name)
        cached = analysis.memo.get(f"status {name}")
        if not isinstance(cached, tuple) or cached[0] is not known:
            cached = analysis.memo[f"status {name}"] = known, self._status(analysis, name, known)
        status = cached[1]
        assert isinstance(status, Status)
        return status

    def _status(self, analysis: Analysis, name: str, known: Verdicts | None) -> Status:
        place = declared(analysis).get(name)
        if place is None or name in analysis.world.broken:
            return Status(Standing.BROKEN)
        if known is None:
            return Status(Standing.OPEN)
        results, findings = _moved(known, place.span)
        return Status(Standing.FRESH if self._holds(analysis, name, known) else Standing.STALE, results, findings)

    def outdated(self, analysis: Analysis, shown: str) -> list[str]:
        """The declarations of a file that should be asked about."""
        names = [n for n, d in declared(analysis).items() if d.span.file == shown and n not in analysis.world.broken]
        return [n for n in names if (known := self.known.get(n)) is None or not self._holds(analysis, n, known)]

    def _holds(self, analysis: Analysis, name: str, known: Verdicts) -> bool:
        now = declared(analysis)
        if any(digest != (_all(now) if n == ALL else now[n].digest if n in now else b"") for n, digest in known.footprint.items()):
            return False
        return all(n in known.footprint for n in closure(analysis, (name,)))

    def keep(self, analysis: Analysis, names: Iterable[str], result: CheckResult) -> None:
        """The settled verdicts of the declarations asked about, as they were in this analysis."""
        now = declared(analysis)
        asked = {name: _used(result, name) for name in names if name in now}
        kept = {}
        for name, uses in asked.items():
            place = now[name].span
            results = tuple(r for r in result.results if r.obligation.declaration == name)
            findings = tuple(d for d in result.diagnostics if _about(d, place))
            footprint = {n: now[n].digest for n in self._support(analysis, name, asked)}
            if any(isinstance(r.verdict, Unknown) for r in results):
                footprint[ALL] = _all(now)
            kept[name] = Verdicts(results, findings, footprint, place, uses)
        self.known.update(kept)

    def _support(self, analysis: Analysis, name: str, asked: dict[str, frozenset[str]]) -> set[str]:
        """What a declaration and its proofs rest on, and what the proofs of that do; where these are not known, all that they
        could use."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for here in closure(analysis, (waiting.pop(),)) - found:
                found.add(here)
                uses = asked.get(here)
                if uses is None and (known := self.known.get(here)) is not None and self._holds(analysis, here, known):
                    uses = known.uses
                waiting.extend((_before(analysis, here) if uses is None else uses) - found)
        return found

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.known.pop(name, None)


# ---------------------------------------------------------------- what a verdict rests on


@dataclass(frozen=True, slots=True)
class Declared:
    span: Span
    digest: bytes


def declared(analysis: Analysis) -> dict[str, Declared]:
    """Every declaration outside of the standard library: where it is, and a digest of how it is written."""
    found = analysis.memo.get("declared")
    if found is None:
        found = analysis.memo["declared"] = _declared(analysis)
    assert isinstance(found, dict)
    return found


def _declared(analysis: Analysis) -> dict[str, Declared]:
    found: dict[str, Declared] = {}
    for scope in analysis.world.scopes.values():
        if not is_std(scope.name):
            trees = [d for i, d in enumerate(scope.tree.decls) if i not in scope.skipped]
            for name, tree in zip(scope.decls, trees):
                text = scope.source.slice(tree.span).encode("utf-8", "surrogatepass")
                found[name] = Declared(tree.span, blake2b(text, digest_size=12).digest())
    return found


def _all(now: dict[str, Declared]) -> bytes:
    return blake2b(b"".join(d.digest for d in now.values()), digest_size=12).digest()


def closure(analysis: Analysis, names: Iterable[str]) -> set[str]:
    """The declarations that these rest on, themselves included; the standard library is taken as it is."""
    world, now = analysis.world, declared(analysis)
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name in now:
            found.add(name)
            rests = world.deps.get(name, frozenset()) | world.mentions.get(name, frozenset())
            entry = world.type_entries.get(name)
            if entry is not None and entry.ctx is not None:
                rests |= entry.ctx.deps
            waiting.extend(n.removeprefix("type ").removesuffix("'valid") for n in rests)
    return found


def _used(result: CheckResult, name: str) -> frozenset[str]:
    proofs = (r.verdict for r in result.results if r.obligation.declaration == name)
    return frozenset(u.removeprefix("def:") for p in proofs if isinstance(p, Proved) for u in p.uses)


def _before(analysis: Analysis, name: str) -> frozenset[str]:
    """All that a proof about a declaration may use: what stands in no module that uses its own."""
    found = analysis.memo.get(f"before {declared(analysis)[name].span.file}")
    if found is None:
        file = declared(analysis)[name].span.file
        scopes = analysis.world.scopes
        above = {n for n, s in scopes.items() if s.source.path == file}
        own = set(above)
        while more := {n for n, s in scopes.items() if n not in above and not above.isdisjoint(s.uses)}:
            above |= more
        names = (n for m, s in scopes.items() if m in own or m not in above for n in s.decls)
        found = analysis.memo[f"before {file}"] = frozenset(n for n in names if n in declared(analysis))
    assert isinstance(found, frozenset)
    return found


# ---------------------------------------------------------------- places


def _about(d: Diagnostic, place: Span) -> bool:
    """Whether verdicts say it, and of this declaration; what is wrong with text and types the analysis tells."""
    here = d.span is not None and d.span.file == place.file and place.start <= d.span.start <= place.end
    return here and d.code.startswith("KW5")


def _moved(known: Verdicts, place: Span) -> tuple[tuple[Result, ...], tuple[Diagnostic, ...]]:
    """At the places where the declaration is now. What points out of it is left out."""
    by = place.start - known.origin.start
    old = known.origin

    def inside(span: Span) -> bool:
        return span.file == old.file and old.start <= span.start and span.end <= old.end

    def at(span: Span) -> Span:
        return Span(place.file, span.start + by, span.end + by)

    results = tuple(replace(r, obligation=replace(r.obligation, span=at(r.obligation.span))) for r in known.results)
    findings = tuple(
        replace(
            d,
            labels=tuple(Label(at(label.span), label.text) for label in d.labels if inside(label.span)),
            fix=d.fix and Fix(d.fix.title, tuple(Edit(at(e.span), e.text) for e in d.fix.edits)),
        )
        for d in known.findings
    )
    return results, findings
