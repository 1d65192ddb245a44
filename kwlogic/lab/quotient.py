"""The weakest contract of a missing kernel: what is known where it starts, and what everything behind it needs.

Quotients as in assume-guarantee theories, on the graph: a clause is owed for each obligation that speaks of the hole's
outputs, with all wires but the hole's own quantified away. Equations are used up first, which settles most of it without a
solver; what is left goes to quantifier elimination. Nothing here is trusted: the contract is composed and checked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kwlogic.compose.cones import MOST, before, cone_at
from kwlogic.compose.data import INPUT, Box, Each, Folded, Loop, Pure, Wire
from kwlogic.compose.stage import Scene, Stage
from kwlogic.core.logic import erase
from kwlogic.core.program import Kernel, Program
from kwlogic.core.terms import FALSE, TRUE, Op, Term, mk_and, mk_eq, mk_forall, mk_implies, mk_not, mk_var
from kwlogic.core.walk import free_vars, subst, subterms
from kwlogic.core.wiring import Port
from kwlogic.lab.surface import fresh
from kwlogic.vc.data import Kind, Obligation
from kwlogic.vc.theory import Theory

OWN = "hole'"
Vars = frozenset[Term]


@dataclass(frozen=True, slots=True)
class Quotient:
    """Conjuncts over the hole's ports as variables. ``fails`` None: nothing limits when it fails. ``exact``: it is the weakest;
    else it is enough. ``vain``: no kernel can keep it for every input."""

    requires: tuple[Term, ...]
    ensures: tuple[Term, ...]
    fails: Term | None
    exact: bool
    vain: bool


@dataclass(frozen=True, slots=True)
class _Question:
    """``for all wires: hyps imply goal``."""

    hyps: tuple[Term, ...]
    goal: Term


More = tuple[tuple[Port, Term], ...]
"""Wires that a hole sees besides its own inputs, by the names that they have as ports."""


def quotient(
    program: Program, stage: Stage, scene: Scene, index: int, kernel: Kernel, obligations: Iterable[Obligation], more: More = ()
) -> Quotient | None:
    """None inside of ``map``, ``fold`` and ``iterate``, whose rounds no formula without induction speaks of. A hole that sees
    ``more`` wires is asked for no more, and often for less."""
    if _in_rounds(stage, scene):
        return None
    return _Quotient(program, stage, scene, index, kernel, more).result(tuple(obligations))


def around(scene: Scene, index: int) -> More:
    """The wires that a hole of the whole composition could see besides: the inputs, and what comes before it; by unique names."""
    dag, box = scene.dag, scene.dag.boxes[index]
    taken = {p.name for p in (*box.inputs, *box.outputs)}
    names = dict(dag.names)
    found: list[tuple[Port, Term]] = []
    seen = set(box.sources)
    earlier: set[int] = set()
    stack = list(before(box))
    while stack:
        here = stack.pop()
        if here not in earlier:
            earlier.add(here)
            stack.extend(before(dag.boxes[here]))
    wires = [Wire(INPUT, p.name) for p in dag.inputs]
    wires += [Wire(i, p.name) for i in sorted(earlier) for p in dag.boxes[i].outputs]
    for wire in wires:
        name = wire.port if wire.box == INPUT else names.get(wire, wire.port)
        computed = wire.box != INPUT and isinstance(dag.boxes[wire.box].what, Pure)
        if wire not in seen and name not in taken and not computed:
            term = scene.value(wire)
            found.append((Port(name, term.type), term))
            taken.add(name)
    return tuple(found)


def _in_rounds(stage: Stage, scene: Scene) -> bool:
    while scene.parent >= 0:
        outer = stage.scenes[scene.parent]
        if isinstance(outer.dag.boxes[scene.box].what, Each | Folded | Loop):
            return True
        scene = outer
    return False


class _Quotient:
    def __init__(self, program: Program, stage: Stage, scene: Scene, index: int, kernel: Kernel, more: More) -> None:
        self.program, self.stage, self.scene, self.index, self.kernel = program, stage, scene, index, kernel
        self.theory = Theory(program)
        self.box: Box = scene.dag.boxes[index]
        self.wires = [scene.wires[Wire(index, p.name)] for p in self.box.outputs]
        given = scene.given(self.box) | {p.name: t for p, t in more}
        self.ports = (*self.box.inputs, *(p for p, _ in more))
        self.inputs = [mk_var(OWN + p.name, p.type) for p in self.ports]
        self.outputs = [mk_var(OWN + p.name + "'", p.type) for p in self.box.outputs]
        self.equations = [mk_eq(v, given[p.name]) for v, p in zip(self.inputs, self.ports)]
        self.equations += [mk_eq(v, w) for v, w in zip(self.outputs, self.wires)]
        self.exact = all(len(s.dag.boxes) <= MOST for s in stage.scenes)

    def result(self, obligations: tuple[Obligation, ...]) -> Quotient:
        from kwlogic.solve.eliminate import tidied

        known = self.known()
        under = mk_and(known)
        owed: list[Term] = []
        for obligation in obligations:
            if self.about(obligation):
                owed += self.owed(_Question(tuple(h.term for h in obligation.sequent.hyps), obligation.sequent.goal), under)
        plain = [p for p in owed if not _has_binder(p)]
        tidy = tidied(self.program, mk_and(plain), under)
        parts = (*(tidy if tidy is not None else dict.fromkeys(plain)), *dict.fromkeys(p for p in owed if _has_binder(p)))
        vain = self.vain(under, mk_and(parts))
        fails = self.fails(obligations, under)
        return Quotient(
            tuple(map(self.named, known)),
            tuple(map(self.named, parts)),
            None if fails is None else self.named(fails),
            self.exact,
            vain,
        )

    def named(self, term: Term) -> Term:
        """Over the ports by their own names."""
        names = {v: mk_var(p.name, p.type) for v, p in zip(self.inputs, self.ports)}
        names |= {v: mk_var(p.name, p.type) for v, p in zip(self.outputs, self.box.outputs)}
        return subst(term, names)

    # ------------------------------------------------------------ what is known, what is owed

    def known(self) -> tuple[Term, ...]:
        """What may be relied on where the hole starts: all that comes before it, seen from its inputs."""
        from kwlogic.solve.eliminate import tidied, without

        cone = cone_at(self.stage, self.scene, tuple(before(self.box)))
        said = [erase(c.pred) for c in self.kernel.requires] + [s.term for s in cone.known]
        keep = frozenset(self.inputs)
        hyps, _ = self.solved((*said, *self.equations[: len(self.inputs)]), TRUE, keep)
        hyps = _near(hyps, keep, keep)
        plain = [h for h in hyps if free_vars(h) <= keep]
        hidden = [h for h in hyps if not free_vars(h) <= keep]
        if hidden:
            vars = frozenset[Term]().union(*map(free_vars, hidden)) - keep
            denied = without(self.program, _sorted(vars), mk_not(mk_and(hidden)))
            if denied is None:
                self.exact = False
            else:
                plain.append(mk_not(mk_and(denied)))
        tidy = tidied(self.program, mk_and(plain))
        return tidy if tidy is not None else tuple(plain)

    def about(self, obligation: Obligation) -> bool:
        if obligation.kind not in (Kind.LINK, Kind.ENSURES, Kind.REFINEMENT, Kind.PARTIAL, Kind.CALL):
            return False
        terms = (*(h.term for h in obligation.sequent.hyps), obligation.sequent.goal)
        return any(not free_vars(t).isdisjoint(self.wires) for t in terms)

    def owed(self, question: _Question, under: Term) -> list[Term]:
        """What one obligation asks of the hole."""
        from kwlogic.solve.eliminate import without

        keep = frozenset((*self.inputs, *self.outputs))
        hyps, goal = self.solved((*question.hyps, *self.equations), question.goal, keep)
        if goal is TRUE:
            return []
        near = set(_near(hyps, free_vars(goal) - keep, frozenset()))
        self.dropped([h for h in hyps if h not in near and not free_vars(h) <= keep], under)
        hyps = [h for h in hyps if h in near or free_vars(h) <= keep]
        whole = mk_implies(mk_and(hyps), goal)
        vars = free_vars(whole) - keep
        if not vars:
            return [whole]
        found = without(self.program, _sorted(vars), whole, under)
        if found is not None:
            return list(found)
        return [_quantified(_sorted(vars), whole)]

    def dropped(self, hyps: list[Term], under: Term) -> None:
        """What is said of wires that the goal does not depend on is left out. That owes too much where it may be false for some
        outputs of the hole, as of a part behind it that may have no output at all."""
        from kwlogic.solve.eliminate import follows, without

        outputs = frozenset(self.outputs)
        behind = _near(hyps, outputs, frozenset()) if self.exact else []
        if all(free_vars(h).isdisjoint(outputs) for h in behind):
            return
        vars = frozenset[Term]().union(*map(free_vars, behind)) - outputs - frozenset(self.inputs)
        never = without(self.program, _sorted(vars), mk_not(mk_and(behind)))
        self.exact = never is not None and follows(self.program, under, mk_not(mk_and(never)))

    def fails(self, obligations: tuple[Obligation, ...], under: Term) -> Term | None:
        """Where the hole may fail: where every run that gets there is allowed to."""
        if not self.kernel.fails or self.scene.parent >= 0:
            return None
        mine = [o for o in obligations if o.kind is Kind.FAILS and o.id.rpartition("/fails/")[2].partition(".")[2] == self.box.name]
        from kwlogic.solve.eliminate import tidied, without

        keep = frozenset(self.inputs)
        parts: list[Term] = []
        for obligation in mine:
            said = tuple(h.term for h in obligation.sequent.hyps)
            hyps, goal = self.solved((*said, *self.equations[: len(self.inputs)]), obligation.sequent.goal, keep)
            whole = mk_implies(mk_and(h for h in hyps if free_vars(h) <= keep), goal)
            vars = free_vars(whole) - keep
            found = without(self.program, _sorted(vars), whole, under) if vars else (whole,)
            parts.append(mk_and(found) if found is not None else FALSE)
        tidy = tidied(self.program, mk_and(parts), under) if mine else None
        return mk_and(tidy) if tidy is not None else (mk_and(parts) if mine else None)

    def vain(self, under: Term, owed: Term) -> bool:
        """Whether for some input that is possible there is no output (as far as elimination can tell)."""
        from kwlogic.solve.eliminate import follows, without

        if owed is TRUE:
            return False
        if owed is FALSE:
            return not follows(self.program, under, FALSE)
        denied = without(self.program, self.outputs, mk_not(owed))
        return denied is not None and not follows(self.program, under, mk_not(mk_and(denied)))

    # ------------------------------------------------------------ equations

    def solved(self, hyps: Sequence[Term], goal: Term, keep: Vars) -> tuple[list[Term], Term]:
        """Hypotheses and goal without the variables that an equation settles."""
        parts = [p for h in hyps for p in _conjuncts(self.theory.simplify(h))]
        goal = self.theory.simplify(goal)
        while True:
            found = next((pair for p in parts if (pair := _settles(p, keep)) is not None), None)
            if found is None:
                return list(dict.fromkeys(p for p in parts if p is not TRUE)), goal
            env = dict((found,))
            parts = [q for p in parts for q in _conjuncts(self.theory.simplify(subst(p, env)))]
            goal = self.theory.simplify(subst(goal, env))


def _quantified(vars: list[Term], body: Term) -> Term:
    """``forall`` with names that can be written."""
    taken = {str(v.data) for v in free_vars(body)}
    names = [fresh(re.sub(r"\W+", "_", str(v.data)).strip("_") or "x", taken) for v in vars]
    new = [mk_var(n, v.type) for n, v in zip(names, vars)]
    return mk_forall(tuple(zip(names, (v.type for v in vars))), subst(body, dict(zip(vars, new))))


def _has_binder(term: Term) -> bool:
    return any(t.op in (Op.FORALL, Op.EXISTS) for t in subterms(term))


def _conjuncts(term: Term) -> tuple[Term, ...]:
    return term.args if term.op is Op.AND else (term,)


def _settles(part: Term, keep: Vars) -> tuple[Term, Term] | None:
    """The variable that a hypothesis gives a value to, with the value."""
    if part.op is Op.VAR and part not in keep:
        return part, TRUE
    if part.op is Op.NOT and part.args[0].op is Op.VAR and part.args[0] not in keep:
        return part.args[0], FALSE
    if part.op is not Op.EQ:
        return None
    for a, b in (part.args, part.args[::-1]):
        if a.op is Op.VAR and a not in keep and a not in free_vars(b):
            return a, b
    return None


def _near(hyps: Sequence[Term], start: Vars, stop: Vars) -> list[Term]:
    """The hypotheses that are connected with some variables, not counting connections through ``stop``."""
    reached = set(start)
    found: dict[Term, None] = {}
    while True:
        more = [h for h in hyps if h not in found and not free_vars(h).isdisjoint(reached)]
        if not more:
            return list(found)
        for hyp in more:
            found[hyp] = None
            reached |= free_vars(hyp) - stop


def _sorted(vars: Iterable[Term]) -> list[Term]:
    return sorted(vars, key=lambda v: v.id)


__all__ = ["Quotient", "quotient"]
