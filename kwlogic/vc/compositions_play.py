"""How a composition is played: which wires are given values, which come about, and what must hold of them all.

A counterexample to an obligation of a composition gives values to the inputs and to what parts without a body yield; every
other wire is run. It counts where all that is known in the whole cone holds of them. Nothing is evaluated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kwlogic.compose.cones import cone_at
from kwlogic.compose.contract import Said, Value
from kwlogic.compose.stage import Stage
from kwlogic.core.terms import Term
from kwlogic.core.walk import free_vars
from kwlogic.vc.data import Hyp

ALL = 20_000
"""Boxes of a cone that a replay takes along; larger ones are not replayed."""


@dataclass(frozen=True, slots=True)
class Played:
    """``values`` in an order in which they can be run; those without a term are given."""

    values: tuple[Value, ...]
    hyps: tuple[Said, ...]

    @property
    def free(self) -> tuple[Term, ...]:
        return tuple(v.var for v in self.values if v.term is None)

    @property
    def vague(self) -> tuple[Term, ...]:
        return tuple(v.var for v in self.values if v.vague)


WIDER = (128, 512)
"""Boxes of a cone that speak to a prover where the nearest ones were not enough."""


@dataclass(frozen=True)
class Play:
    """Of one obligation: that ``goal`` holds where the boxes ``start`` of a scene have yielded. ``more``: what else is known."""

    stage: Stage
    scene: int
    start: tuple[int, ...]
    requires: tuple[Hyp, ...]
    more: tuple[Hyp, ...]
    goal: Term

    def wider(self) -> Iterator[tuple[Hyp, ...]]:
        """The hypotheses with more and more of what comes before, where the obligation leaves some of it out."""
        scene = self.stage.scenes[self.scene]
        cone = cone_at(self.stage, scene, self.start)
        for most in WIDER:
            if cone.whole:
                return
            cone = cone_at(self.stage, scene, self.start, most)
            yield (*self.requires, *self.more, *(Hyp(s.name, s.term) for s in cone.known))

    @cached_property
    def played(self) -> Played | None:
        """None where the cone is too large."""
        cone = cone_at(self.stage, self.stage.scenes[self.scene], self.start, ALL)
        if not cone.whole:
            return None
        hyps = (*as_said(self.requires), *cone.known, *as_said(self.more))
        return Played(behind(self.stage.values, (*(h.term for h in hyps), self.goal)), hyps)


def as_said(hyps: Iterable[Hyp]) -> tuple[Said, ...]:
    return tuple(Said(h.name, h.term) for h in hyps)


@dataclass(frozen=True, slots=True)
class Scripted:
    """A play that is written down as it stands."""

    played: Played

    def wider(self) -> Iterator[tuple[Hyp, ...]]:
        return iter(())


def behind(table: Mapping[Term, Value], terms: Iterable[Term]) -> tuple[Value, ...]:
    """The wires that terms speak of and those they come from, what comes first first."""
    order: dict[Term, Value] = {}
    stack = [v for t in reversed(list(terms)) for v in _sorted(free_vars(t))]
    entered: set[Term] = set()
    while stack:
        var = stack[-1]
        value = table.get(var)
        if var in order:
            stack.pop()
        elif value is None or value.term is None or var in entered:
            stack.pop()
            order[var] = Value(var) if value is None else value
        else:
            entered.add(var)
            fed = (v for t in (value.term, value.when) for v in _sorted(free_vars(t)))
            stack.extend(v for v in fed if v not in order and v not in entered)
    return tuple(order.values())


def _sorted(vars: Iterable[Term]) -> list[Term]:
    return sorted(vars, key=lambda v: (str(v.data), v.id), reverse=True)
