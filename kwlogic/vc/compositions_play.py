"""How a composition is played: which wires are given values, which come about, and what must hold of them all.

A counterexample to an obligation of a composition gives values to the inputs and to what parts without a body yield; every
other wire is run. It counts where all that is known in the whole cone holds of them. Nothing is evaluated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice

from kwlogic.compose.cones import cone_at
from kwlogic.compose.contract import Said, Value
from kwlogic.compose.data import Part, Wire
from kwlogic.compose.stage import Scene, Stage
from kwlogic.core.program import ExprBody
from kwlogic.core.terms import Term, mk_and, mk_eq, mk_implies
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
        hyps = (*as_said(self.requires), *cone.known, *as_said(self.more), *promised(self.stage, cone.places))
        return Played(behind(self.stage.values, (*(h.term for h in hyps), self.goal)), hyps)


MOST_PAIRS = 400


def promised(stage: Stage, places: Iterable[tuple[int, int]]) -> Iterator[Said]:
    """That an oracle which promises to be deterministic, and touches no resource, says the same of the same. Nobody enforces
    it, so no proof may use it; but what breaks it is no counterexample."""
    met: dict[str, list[tuple[Scene, int]]] = {}
    for index, box in places:
        what = stage.scenes[index].dag.boxes[box].what
        kernel = stage.kernels.get(what.kernel) if isinstance(what, Part) else None
        if (
            kernel is not None
            and "deterministic" in kernel.flags
            and not (kernel.reads or kernel.writes or isinstance(kernel.body, ExprBody))
        ):
            met.setdefault(kernel.name, []).append((stage.scenes[index], box))
    pairs = (pair for found in met.values() for pair in combinations(found, 2))
    for (one, a), (other, b) in islice(pairs, MOST_PAIRS):
        asked = [mk_eq(x, other.given(other.dag.boxes[b])[p]) for p, x in one.given(one.dag.boxes[a]).items()]
        told = [mk_eq(one.wires[Wire(a, p.name)], other.wires[Wire(b, p.name)]) for p in one.dag.boxes[a].outputs]
        yield Said("promise", mk_implies(mk_and(asked), mk_and(told)))


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
