"""Making obligations of one declaration: stable ids, texts, and which other obligations a proof leans on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, Proof
from kwlogic.core.terms import TRUE, Term
from kwlogic.source.data import Span
from kwlogic.source.records import dataclass
from kwlogic.vc.context import Context
from kwlogic.vc.data import Goal, Hyp, Kind, Obligation, Sequent, Verdict
from kwlogic.vc.walked import Need, Walk


@dataclass(slots=True)
class Maker:
    """Obligations of ``declaration``; ids are ``declaration/kind/number`` with what obliges behind ``@``.

    ``rests_on``: the recursion, which what is shown with its contract rests on. ``owed``: hypotheses that are goals of other obligations, with their ids.
    """

    context: Context
    declaration: str
    vars: tuple[Term, ...] = ()
    before: str = ""
    rests_on: frozenset[str] = frozenset()
    using: tuple[str, ...] = ()
    made: list[Obligation] = field(default_factory=list)
    _counts: dict[Kind, int] = field(default_factory=dict)
    owed: dict[Hyp, str] = field(default_factory=dict)

    def add(
        self,
        kind: Kind,
        ask: Goal,
        span: Span,
        hyps: Iterable[Hyp] = (),
        goal: Term = TRUE,
        *,
        part: str = "",
        text: str | None = None,
        label: str | None = None,
        detail: str = "",
        hint: Proof | None = None,
        rests: frozenset[str] = frozenset(),
        clause: int | None = None,
        given: Verdict | None = None,
        alternatives: tuple[Term, ...] = (),
        refutable: bool = True,
        vars: tuple[Term, ...] | None = None,
        number: str = "",
    ) -> Obligation:
        if not number:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            number = str(self._counts[kind])
        known = tuple(dict.fromkeys(h for h in hyps if h.term is not TRUE))
        name = f"{self.declaration}/{kind.value}/{number}" + (f"@{part}" if part else "")
        obligation = Obligation(
            id=name,
            kind=kind,
            ask=ask,
            module=self.context.module_of(self.declaration),
            declaration=self.declaration,
            span=span,
            text=self.context.text(span) if text is None else text,
            sequent=Sequent(self.vars if vars is None else vars, known, goal),
            label=label,
            detail=detail,
            hint=hint,
            before=self.before,
            using=self.using,
            rests_on=rests | applied_in(known) | (self.rests_on if any(h.name == "recursion" for h in known) else frozenset()),
            clause=clause,
            given=given,
            alternatives=alternatives,
            refutable=refutable,
            assumes=tuple(dict.fromkeys(self.owed[h] for h in known if h in self.owed and self.owed[h] != name)),
        )
        self.made.append(obligation)
        return obligation

    def needs(
        self, walk: Walk, hyps: tuple[Hyp, ...], vars: tuple[Term, ...] | None = None, recursion: Sequence[tuple[Hyp, ...]] = ()
    ) -> None:
        """An obligation for each need of a walk, under ``hyps``, its own path, and what the sites before it say."""
        owners: dict[int, list[Hyp]] = {}
        for hyp, need in walk.asserted.items():
            owners.setdefault(id(need), []).append(hyp)
        for need in walk.needs:
            if need.goal is TRUE:
                continue
            said = tuple(h for site in recursion[: need.after] for h in site)
            made = self.need(need, (*hyps, *said), vars)
            self.owed.update((h, made.id) for h in owners.get(id(need), ()))

    def need(self, need: Need, hyps: tuple[Hyp, ...], vars: tuple[Term, ...] | None = None) -> Obligation:
        return self.add(
            need.kind,
            Goal.VALID,
            need.span,
            (*hyps, *need.scope.hyps()),
            need.goal,
            part=need.part,
            label=need.label,
            detail=need.detail,
            rests=need.scope.rests,
            vars=vars,
        )


def applied_in(hyps: Iterable[Hyp]) -> frozenset[str]:
    """The lemmas whose claims at some arguments are among the hypotheses."""
    return frozenset(h.name.removeprefix("apply:") for h in hyps if h.name.startswith("apply:"))


def clause_hyps(name: str, clauses: tuple[Clause, ...]) -> tuple[Hyp, ...]:
    """``requires:0``, ``requires:1``, ... for erased clauses."""
    return tuple(Hyp(f"{name}:{i}", erase(c.pred)) for i, c in enumerate(clauses))
