"""Rewritings of a composition, each by one law of the algebra, with what the law asks for. Proposals only; they are checked elsewhere.

``EQUAL`` laws hold both ways under their side conditions. ``REFINES`` laws hold one way: the new composition may stand wherever the
old one does. The table of laws, with those that fail, is in the documentation of the algebra.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kwlogic.compose.data import (
    INPUT,
    Again,
    Check,
    Choice,
    Composition,
    Dag,
    Missing,
    Part,
    Pure,
    Recover,
    Wire,
)
from kwlogic.compose.facts import Facts, FactsOf, box_facts, composition_facts
from kwlogic.lab.surgery import Change, body_alone, changed, inlined, with_dag
from kwlogic.source.data import Span

EQUAL, REFINES = "equal", "refines"


@dataclass(frozen=True, slots=True)
class Proposal:
    """``law`` in the algebra's notation; ``conditions`` that it asks for, which hold by the facts of the parts; ``what`` is done, in
    words. ``first``: what must be proved before, a composition whose obligations say that a guard always holds."""

    law: str
    kind: str
    what: str
    conditions: tuple[str, ...]
    place: Span
    result: Composition
    first: Composition | None = None


Rule = Callable[["View"], Iterator[Proposal]]


@dataclass(frozen=True, slots=True)
class View:
    """One dag of a composition, with the facts of its boxes."""

    composition: Composition
    index: int
    facts: tuple[Facts, ...]
    bodies: tuple[Facts, ...]

    @property
    def dag(self) -> Dag:
        return self.composition.dags[self.index]

    def made(self, change: Change) -> Composition:
        return changed(self.composition, self.index, change)


def proposals(composition: Composition, known: FactsOf) -> Iterator[Proposal]:
    """Every way in which one rule fits somewhere; the strongest rules first, the whole before its bodies."""
    whole = composition_facts(composition, known)
    inner = dict(enumerate(whole))
    views = []
    for index in range(len(composition.dags) - 1, -1, -1):
        boxes = composition.dags[index].boxes
        views.append(View(composition, index, tuple(box_facts(b.what, len(b.inputs), known, inner) for b in boxes), whole))
    for rule in RULES:
        for view in views:
            yield from rule(view)


# ---------------------------------------------------------------- one alternative is enough


def no_fallback(view: View) -> Iterator[Proposal]:
    for i, box in enumerate(view.dag.boxes):
        if isinstance(box.what, Recover) and not _fails(view, box.what.first):
            made = inlined(view.composition, view.index, i, box.what.first)
            condition = "the first side never fails"
            yield Proposal("a ?? b = a", EQUAL, "the fallback is dropped, as it is never needed", (condition,), box.place, made)


def no_retry(view: View) -> Iterator[Proposal]:
    for i, box in enumerate(view.dag.boxes):
        if isinstance(box.what, Again) and (box.what.count == 1 or not _fails(view, box.what.body)):
            made = inlined(view.composition, view.index, i, box.what.body)
            condition = "it is tried once only" if box.what.count == 1 else "what is tried never fails"
            yield Proposal("retry n a = a", EQUAL, "the retry is dropped", (condition,), box.place, made)


def same_branches(view: View) -> Iterator[Proposal]:
    for i, box in enumerate(view.dag.boxes):
        if isinstance(box.what, Choice) and _alike(view.composition, box.what.then, box.what.other):
            made = inlined(view.composition, view.index, i, box.what.then)
            condition = "both branches are the same composition"
            yield Proposal("case (p) then a else a = a", EQUAL, "the case is dropped", (condition,), box.place, made)


def _alike(composition: Composition, one: int, other: int) -> bool:
    from kwlogic.compose.digest import normal_text

    return normal_text(body_alone(composition, one)) == normal_text(body_alone(composition, other))


# ---------------------------------------------------------------- dead and repeated steps


def dead(view: View) -> Iterator[Proposal]:
    """Steps whose outputs are not used; one that may fail or that requires something may only be refined away."""
    used = {w for b in view.dag.boxes for w in b.sources} | {w for _, w in view.dag.outputs}
    for i, box in enumerate(view.dag.boxes):
        if isinstance(box.what, Check | Missing | Pure) or any(Wire(i, p.name) in used for p in box.outputs) or view.facts[i].writes:
            continue
        made = view.made(Change(frozenset((i,))))
        name = f"`{box.name}`"
        if not view.facts[i].fails and view.facts[i].feasible:
            conditions = (f"{name} never fails and writes nothing, and what it requires is proved",)
            yield Proposal("a ; drop = drop", EQUAL, f"{name} is dropped, as nothing depends on it", conditions, box.place, made)
        else:
            if any(i in b.after and view.facts[j].writes for j, b in enumerate(view.dag.boxes)):
                continue
            conditions = (f"{name} writes nothing; that the rest holds without it is checked",)
            what = f"{name} is dropped: nothing depends on its outputs, and what is left fails less"
            yield Proposal("a ; drop [= drop", REFINES, what, conditions, box.place, made)


def shared(view: View) -> Iterator[Proposal]:
    """The same kernel on the same wires runs once."""
    first: dict[tuple[object, ...], int] = {}
    for i, box in enumerate(view.dag.boxes):
        if not isinstance(box.what, Part) or view.facts[i].writes:
            continue
        key = box.what, box.sources
        earlier = first.setdefault(key, i)
        if earlier == i or _between(view.dag, earlier, i, view.facts):
            continue
        lead = {Wire(i, p.name): Wire(earlier, p.name) for p in box.outputs}
        users = [j for j, b in enumerate(view.dag.boxes) if j != i and (any(s.box == i for s in b.sources) or i in b.after)]
        more = tuple(a for a in box.after if a != earlier)
        made = view.made(Change(frozenset((i,)), lead, dict.fromkeys(users, (*more, earlier))))
        name = f"`{box.name}`"
        if view.facts[i].deterministic:
            conditions = (f"{name} is deterministic and writes nothing",)
            yield Proposal("a ; copy = copy ; (a & a)", EQUAL, f"{name} runs once for both uses", conditions, box.place, made)
        else:
            conditions = (f"{name} writes nothing",)
            what = f"{name} runs once for both uses, which then see one answer"
            yield Proposal("a ; copy [= copy ; (a & a)", REFINES, what, conditions, box.place, made)


def _between(dag: Dag, first: int, second: int, facts: tuple[Facts, ...]) -> bool:
    """Whether something that the kernel reads may have been written between two runs."""
    reads = facts[first].reads
    return bool(reads) and any(reads & f.writes for f in facts)


# ---------------------------------------------------------------- guards


def guards_at_hand(view: View) -> Iterator[Proposal]:
    """A guard that always holds is one that may go; whether it does is asked of the solver."""
    for i, box in enumerate(view.dag.boxes):
        if isinstance(box.what, Check) and box.what.guard:
            made = view.made(Change(frozenset((i,))))
            what = f"`guard {_flat(box.what.pred.text)}` is dropped, as it always holds there"
            asserted = replace(box, what=replace(box.what, guard=False))
            boxes = (*view.dag.boxes[:i], asserted, *view.dag.boxes[i + 1 :])
            first = with_dag(view.composition, view.index, replace(view.dag, boxes=boxes))
            conditions = ("p is proved where it stands",)
            yield Proposal("guard p = id", EQUAL, what, conditions, box.place, made, first)


def guards_first(view: View) -> Iterator[Proposal]:
    """Steps that take a guard's wires, and that it does not need, wait for it: what fails then fails early."""
    above = _ancestors(view.dag)
    for i, box in enumerate(view.dag.boxes):
        if not isinstance(box.what, Check) or not box.what.guard:
            continue
        wires = set(box.sources)
        late = [
            j
            for j, b in enumerate(view.dag.boxes)
            if j != i and wires & set(b.sources) and not above[i] >> j & 1 and not above[j] >> i & 1 and not isinstance(b.what, Check)
        ]
        steps = [j for j in late if not isinstance(view.dag.boxes[j].what, Pure)]
        if steps:
            named = ", ".join(f"`{view.dag.boxes[j].name}`" for j in steps[:4])
            made = view.made(Change(wait=dict.fromkeys(late, (i,))))
            what = f"`guard {_flat(box.what.pred.text)}` is pulled in front of {named}"
            conditions = ("the ports of p pass these steps unchanged", "they write nothing that p could see")
            yield Proposal("(a & id) ; guard p = guard p ; (a & id)", EQUAL, what, conditions, box.place, made)


def parallel(view: View) -> Iterator[Proposal]:
    """An ``after`` between steps that touch no resource in common is not needed."""
    for i, box in enumerate(view.dag.boxes):
        free = [
            j
            for j in box.after
            if not isinstance(view.dag.boxes[j].what, Check)
            and not _clash(view.facts[i], view.facts[j])
            and not isinstance(box.what, Check)
        ]
        if free:
            made = view.made(Change(forget={i: frozenset(free)}))
            named = ", ".join(f"`{view.dag.boxes[j].name}`" for j in free)
            conditions = ("they touch no resource in common", "no failure of the one keeps the other from writing")
            what = f"`{box.name}` need not wait for {named}: they may run in parallel"
            yield Proposal("a ; b = a & b", EQUAL, what, conditions, box.place, made)


def _clash(later: Facts, earlier: Facts) -> bool:
    """They touch a resource in common, or the later one writes and so must not start if the earlier one fails."""
    a, b = later, earlier
    return (earlier.fails and bool(later.writes)) or bool(a.writes & (b.reads | b.writes) | b.writes & (a.reads | a.writes))


def _fails(view: View, body: int) -> bool:
    """Whether a body may fail, by the facts of what is in it."""
    return view.bodies[body].fails


def _ancestors(dag: Dag) -> list[int]:
    above = [0] * len(dag.boxes)
    for i, box in enumerate(dag.boxes):
        for j in (*(w.box for w in box.sources if w.box != INPUT), *box.after):
            above[i] |= above[j] | 1 << j
    return above


def _flat(text: str) -> str:
    return " ".join(text.split())


RULES: tuple[Rule, ...] = (guards_first, guards_at_hand, no_fallback, no_retry, same_branches, shared, dead, parallel)
