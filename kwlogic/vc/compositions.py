"""Obligations of a composition: its links, assertions and invariants, what it ensures and where it may fail.

Everything is shown from the contracts of the parts that come before, never from their bodies; what stands beside a part
(a sibling's guard) is not known to it. Inner wires are free constants.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kwlogic.compose.cones import Cone, cone_at
from kwlogic.compose.contract import Failing, Said, Want, Written
from kwlogic.compose.data import Box, Composition, Recover
from kwlogic.compose.said import say
from kwlogic.compose.stage import Scene, Stage, set_up
from kwlogic.compose.wiring_to_dag import composition_of
from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, ComposeBody, Kernel, Origin
from kwlogic.core.terms import FALSE, TRUE, Term, mk_and, mk_implies, mk_or, mk_var
from kwlogic.core.walk import subst
from kwlogic.core.wiring import Wiring
from kwlogic.source.data import Diagnostic, Span
from kwlogic.vc.build import Maker, clause_hyps
from kwlogic.vc.compositions_effects import effect_problems
from kwlogic.vc.compositions_play import Play, behind
from kwlogic.vc.compositions_words import Places, both_places, feeding, invariant_detail, link_detail, one_line
from kwlogic.vc.context import Context
from kwlogic.vc.contract import ensures_number
from kwlogic.vc.data import Goal, Hyp, Kind, Obligation
from kwlogic.vc.scope import Scope
from kwlogic.vc.walk import walk_into
from kwlogic.vc.walked import Mode, Need, Walk

SINKS = 16
WIDE = 12
"""A box with more neighbours than this looks first at those that feed what is wanted."""


def composed(context: Context, maker: Maker, kernel: Kernel, body: ComposeBody) -> tuple[Diagnostic, ...]:
    """Adds the obligations of a kernel that is a composition; answers with what is wrong with its effects."""
    if not isinstance(body.wiring, Wiring):
        return ()
    composition = composition_of(body.wiring, kernel)
    stage = staged(context, composition)
    _Composed(context, maker, kernel, stage).run()
    return effect_problems(stage)


def staged(context: Context, composition: Composition) -> Stage:
    stage = set_up(composition, context.program.kernels)
    say(stage, Failing(context.program.kernels))
    return stage


@dataclass(slots=True)
class _Composed:
    context: Context
    maker: Maker
    kernel: Kernel
    stage: Stage
    requires: tuple[Hyp, ...] = ()
    numbers: dict[str, int] = field(default_factory=dict)
    known: dict[int, Hyp] = field(default_factory=dict)

    def run(self) -> None:
        self.requires = clause_hyps("requires", self.kernel.requires)
        for scene in self.stage.scenes:
            for index, box in enumerate(scene.dag.boxes):
                self.box(scene, index, box)
            self.ends(scene)
        self.ensures()
        self.fails()

    # ------------------------------------------------------------ boxes

    def box(self, scene: Scene, index: int, box: Box) -> None:
        facts = scene.facts[index]
        if not facts.wants and not facts.written:
            return
        start = tuple(scene.befores[index])
        cone = cone_at(self.stage, scene, start)
        for written in facts.written:
            self.written(scene, start, cone, written)
        for want in facts.wants:
            if len(start) <= WIDE or want.clause is None:
                self.want(scene, start, cone, box, want)
            else:
                near = tuple(dict.fromkeys((*(w.box for _, w in feeding(box, want.clause) if w.box >= 0), *start)))
                self.want(scene, near, cone_at(self.stage, scene, near), box, want)

    def want(self, scene: Scene, start: tuple[int, ...], cone: Cone, box: Box, want: Want) -> None:
        clause = want.clause
        if want.term is TRUE or (clause is not None and clause.origin is Origin.INVARIANT):
            return
        if want.kind == "assert" and clause is not None:
            made = self.add(scene, start, cone, Kind.PARTIAL, clause.span, want.term, self.number("assert"), clause=clause)
            self.maker.made[-1] = made = replace(made, detail=f"`{one_line(clause.text)}` is asserted")
            self.maker.owed.update((Hyp(s.name, s.term), made.id) for f in scene.facts for s in f.said if s.term is want.term)
        elif want.kind in ("init", "kept") and clause is not None:
            number = self.number(f"{box.name}.{want.kind}")
            self.add(scene, start, cone, Kind.LINK, clause.span, want.term, number, invariant_detail(want), clause)
        else:
            number = self.number(f"{box.name}.{want.number + 1 if want.kind == 'requires' else want.kind}")
            detail = link_detail(self.stage, scene, box, want, self.context.text)
            related = both_places(self.context.program, scene, box, want)
            self.add(scene, start, cone, Kind.LINK, box.place, want.term, number, detail, clause, related)

    def written(self, scene: Scene, start: tuple[int, ...], cone: Cone, written: Written) -> None:
        """The partial operations and calls of an expression."""
        walk = Walk(self.context.program, frozenset(), set(self.stage.names), Mode.EXPRESSION)
        span = written.clause.span if written.clause is not None else self.kernel.name_span
        walk_into(walk, written.term, span, Scope(written.env))
        owners: dict[int, list[Hyp]] = {}
        for hyp, need in walk.asserted.items():
            owners.setdefault(id(need), []).append(hyp)
        known = tuple(Hyp(s.name, s.term) for s in written.known)
        for need in walk.needs:
            if need.goal is not TRUE:
                made = self.need(scene, start, cone, need, known)
                self.maker.owed.update((h, made.id) for h in owners.get(id(need), ()))

    def need(self, scene: Scene, start: tuple[int, ...], cone: Cone, need: Need, known: tuple[Hyp, ...]) -> Obligation:
        number = self.number(f"in.{need.part}")
        more = (*known, *need.scope.hyps())
        made = self.add(scene, start, cone, need.kind, need.span, need.goal, number, need.detail, None, (), more)
        made = replace(made, label=need.label, rests_on=made.rests_on | need.scope.rests)
        self.maker.made[-1] = made
        return made

    def ends(self, scene: Scene) -> None:
        """What must hold where a body has run, and where it starts."""
        if scene.parent < 0 or not (scene.exit or scene.opening):
            return
        outer = self.stage.scenes[scene.parent]
        box = outer.dag.boxes[scene.box]
        start = tuple(outer.befores[scene.box])
        cone = cone_at(self.stage, outer, start)
        for written in scene.opening:
            self.written(outer, start, cone, written)
        start = last(scene)
        cone = cone_at(self.stage, scene, start)
        for want in scene.exit:
            self.want(scene, start, cone, box, want)

    # ------------------------------------------------------------ the contract of the whole

    def ensures(self) -> None:
        root = self.stage.root
        start = last(root)
        cone = cone_at(self.stage, root, start)
        yielded = root.yielded()
        env = {mk_var(p.name, p.type): yielded[p.name] for p in self.kernel.outputs}
        for i, clause in enumerate(self.kernel.ensures):
            if clause.origin is Origin.INVARIANT:
                continue
            refined = clause.origin is Origin.REFINEMENT
            goal = erase(subst(erase(clause.pred), env))
            detail = f"`{one_line(clause.text)}` must hold" + (f" of `{clause.subject}`" if refined else "")
            kind = Kind.REFINEMENT if refined else Kind.ENSURES
            self.add(root, start, cone, kind, clause.span, goal, ensures_number(i, clause), detail, clause, index=i)

    def fails(self) -> None:
        if not self.kernel.fails:
            return
        root = self.stage.root
        allowed = mk_or(erase(c.pred) for c in self.kernel.fails)
        sound = frozenset[str]().union(*(f.rests for f in root.facts))
        for i, clause in enumerate(self.kernel.fails):
            made = 0
            for index, facts in enumerate(root.facts):
                if facts.fails is FALSE or facts.fails is None or allowed is TRUE:
                    continue
                made += 1
                self.failing(root, index, facts.fails, i, clause, allowed, sound)
            if not made:
                detail = "no part of it can fail" if allowed is not TRUE else "it may always fail"
                ob = self.maker.add(Kind.FAILS, Goal.VALID, clause.span, text=clause.text, label=clause.label, detail=detail, clause=i)
                self.maker.made[-1] = replace(ob, rests_on=ob.rests_on | sound)

    def failing(self, root: Scene, index: int, fails: Term, i: int, clause: Clause, allowed: Term, sound: frozenset[str]) -> None:
        box = root.dag.boxes[index]
        start = tuple(root.befores[index])
        cone = cone_at(self.stage, root, start)
        more = (Hyp(f"fails:{index}", fails),)
        number = self.number(f"{i + 1}.{box.name}")
        detail = f"`{box.name}` may fail: it must not, except where `{one_line(clause.text)}`"
        related = ((box.place, f"`{box.name}` may fail here"),)
        made = self.add(root, start, cone, Kind.FAILS, clause.span, allowed, number, detail, clause, related, more)
        self.maker.made[-1] = replace(made, rests_on=made.rests_on | sound)

    # ------------------------------------------------------------ one obligation

    def number(self, base: str) -> str:
        self.numbers[base] = self.numbers.get(base, 0) + 1
        return base if self.numbers[base] == 1 else f"{base}~{self.numbers[base]}"

    def add(
        self,
        scene: Scene,
        start: tuple[int, ...],
        cone: Cone,
        kind: Kind,
        span: Span,
        goal: Term,
        number: str,
        detail: str = "",
        clause: Clause | None = None,
        related: Places = (),
        more: tuple[Hyp, ...] = (),
        index: int | None = None,
    ) -> Obligation:
        if cone.rounds and more:
            goal, more = mk_implies(mk_and(h.term for h in more), goal), ()
        goal, *others = cone.goals(goal)
        hyps = (*self.requires, *more, *map(self.hyp, cone.known))
        made = self.maker.add(
            kind,
            Goal.VALID,
            span,
            hyps,
            goal,
            text=None if clause is None else clause.text,
            label=None if clause is None else clause.label,
            detail=detail,
            clause=index,
            vars=self.vars(scene, cone, hyps, goal),
            number=number,
            alternatives=tuple(others),
        )
        first = len(self.requires) + len(more)
        slices = tuple(first + n for n in cone.ends if first + n < len(made.sequent.hyps))
        play = Play(self.stage, scene.index, start, self.requires, more, goal)
        rests = made.rests_on | self.rests(scene, cone)
        self.maker.made[-1] = made = replace(made, related=related, slices=slices, play=play, scene=scene.index, rests_on=rests)
        return made

    def rests(self, scene: Scene, cone: Cone) -> frozenset[str]:
        """Kernels that never fail, where a fallback is known not to be needed because of that."""
        found: list[frozenset[str]] = []
        for index, box in (*cone.places, *_around(self.stage.scenes, scene)):
            here = self.stage.scenes[index]
            if isinstance(here.dag.boxes[box].what, Recover):
                found.append(here.facts[box].rests)
        return frozenset[str]().union(*found)

    def hyp(self, said: Said) -> Hyp:
        found = self.known.get(id(said))
        if found is None:
            found = self.known[id(said)] = Hyp(said.name, said.term)
        return found

    def vars(self, scene: Scene, cone: Cone, hyps: Iterable[Hyp], goal: Term) -> tuple[Term, ...]:
        """The inputs, and the wires nearby whose values a counterexample gives."""
        scenes = self.stage.scenes
        near = {v.var: v for s, b in (*_around(scenes, scene), *cone.places) for v in scenes[s].facts[b].values}
        if all(v.term is not None for v in near.values()):
            return self.maker.vars
        values = behind(near, (*(h.term for h in hyps), goal))
        given = (v.var for v in values if v.term is None and self.stage.values.get(v.var, v).term is None)
        return tuple(dict.fromkeys((*self.maker.vars, *given)))


def _around(scenes: list[Scene], scene: Scene) -> Iterable[tuple[int, int]]:
    """The regions that a scene is inside of."""
    while scene.parent >= 0:
        yield scene.parent, scene.box
        scene = scenes[scene.parent]


def last(scene: Scene) -> tuple[int, ...]:
    """The boxes that come last: those of the outputs, then those whose outputs nobody uses."""
    ends = dict.fromkeys(w.box for _, w in scene.dag.outputs if w.box >= 0)
    used = {i for known in scene.befores for i in known}
    rest = [i for i in range(len(scene.dag.boxes) - 1, -1, -1) if i not in used and i not in ends]
    return (*ends, *rest[:SINKS])
