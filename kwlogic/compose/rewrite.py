"""Rewriting compositions by the laws that hold as equations: the second level of equality.

Each rule names the law it rests on and checks that law's side conditions by facts about kernels, never by proof. Every step makes
the composition smaller (fewer boxes, fewer regions, fewer connectives at the top of a predicate), so rewriting ends; the rules are
confluent, so the end does not depend on the order, which tests try. What needs a solver (a guard that follows from contracts)
is ``lab``'s to propose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from kwlogic.compose.data import Again, Box, Check, Choice, Composition, Each, Recover
from kwlogic.compose.digest import digest
from kwlogic.compose.facts import Facts, FactsOf, box_facts, is_total, unknown
from kwlogic.compose.labels import NOTHING
from kwlogic.compose.normal import Normal
from kwlogic.compose.rebuild import Change, Fused, Gone, Inline, Instead, Same, changed, one_after_other
from kwlogic.core.logic import erase
from kwlogic.core.program import Clause
from kwlogic.core.terms import FALSE, TRUE, Op, Term
from kwlogic.core.walk import free_vars
from kwlogic.core.wiring import Port


@dataclass(frozen=True, slots=True)
class Step:
    """One use of a rule: at box ``box`` of dag ``dag``."""

    rule: str
    dag: int
    box: int
    change: Change


@dataclass(frozen=True, slots=True)
class Rule:
    """``law``: its name in ``compose.laws``; ``condition``: what is asked of the place, in words."""

    name: str
    law: str
    condition: str
    find: Callable[[Normal, int], Iterator[tuple[int, Change]]]


# ---------------------------------------------------------------- the rules


def _share(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """A box that is the same as an earlier one: one run is enough."""
    dag, order = normal.composition.dags[index], normal.orders[index]
    seen: dict[tuple[object, ...], int] = {}
    inner = dict(enumerate(normal.facts[:index]))
    for number, box in enumerate(dag.boxes):
        label = normal.labels[index][number]
        if label is None:
            continue
        facts = box_facts(box.what, len(box.inputs), normal.known, inner)
        if not facts.deterministic or facts.writes or facts.reads:
            continue
        key = label.text, tuple(box.sources[i] for i in label.slots), order.after.get(number, ())
        first = seen.setdefault(key, number)
        if first != number:
            other = normal.labels[index][first]
            assert other is not None
            back = {token: name for name, token in other.outs.items()}
            yield number, Same(first, {name: back[token] for name, token in label.outs.items()})


def _drop(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """What nobody notices."""
    for number, live in enumerate(normal.orders[index].live):
        if not live:
            yield number, Gone()


def _sure(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """``a ?? b`` and ``retry n a`` where a never fails, and ``retry 1 a``, are a."""
    for number, box in _live(normal, index):
        match box.what:
            case Recover(first, _) if not normal.facts[first].fails:
                yield number, Inline(first)
            case Again(count, body) if count == 1 or not normal.facts[body].fails:
                yield number, Inline(body)


def _alike(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """``case g then a else a`` is a, if g is defined everywhere."""
    for number, box in _live(normal, index):
        if isinstance(box.what, Choice) and is_total(box.what.cond.pred):
            outputs = sorted(p.name for p in box.outputs)
            then, other = (normal.body(b, outputs, NOTHING) for b in (box.what.then, box.what.other))
            given = {p.name: w for p, w in zip(box.inputs, box.sources)}
            fed = [[given[n] for n in body.inputs] for body in (then, other)]
            if then.digest == other.digest and fed[0] == fed[1]:
                yield number, Inline(box.what.then)


def _settled(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """A case whose condition is true or false is one of its branches; a check of what is plainly true is nothing."""
    for number, box in _live(normal, index):
        if isinstance(box.what, Choice) and (cond := erase(box.what.cond.pred)) in (TRUE, FALSE):
            yield number, Inline(box.what.then if cond is TRUE else box.what.other)
        elif isinstance(box.what, Check) and erase(box.what.pred.pred) is TRUE:
            yield number, Gone()


def _flip(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """``case not g then a else b`` is ``case g then b else a``."""
    for number, box in _live(normal, index):
        if isinstance(box.what, Choice) and _bare(box.what.cond.pred).op is Op.NOT:
            cond = _said(box.what.cond, _bare(box.what.cond.pred).args[0])
            yield number, Instead(((Choice(cond, box.what.other, box.what.then), box.inputs),))


def _apart(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """``guard (p and q)`` is ``guard (p)`` and ``guard (q)`` where either is defined everywhere."""
    for number, box in _live(normal, index):
        if isinstance(box.what, Check) and _bare(box.what.pred.pred).op is Op.AND and is_total(box.what.pred.pred):
            parts = [_said(box.what.pred, part) for part in _bare(box.what.pred.pred).args]
            yield number, Instead(tuple((replace(box.what, pred=p), _inputs(box, p.pred)) for p in parts))


def _known(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """A guard of what a check before it has settled."""
    dag, order = normal.composition.dags[index], normal.orders[index]
    if sum(isinstance(b.what, Check) for b in dag.boxes) < 2:
        return
    above: dict[int, frozenset[object]] = {}
    for number, box in enumerate(dag.boxes):
        label = normal.labels[index][number]
        if label is None:
            above[number] = frozenset()
            continue
        behind = {w.box for w in box.sources} | set(order.after.get(number, ())) | {v for _, v in order.versions.get(number, ())}
        known = frozenset[object]().union(*(above[b] for b in behind if b >= 0))
        if isinstance(box.what, Check):
            fact = label.text.partition(" ")[2], tuple(box.sources[i] for i in label.slots)
            if box.what.guard and fact in known:
                yield number, Gone()
            known |= {fact}
        above[number] = known


def _fuse(normal: Normal, index: int) -> Iterator[tuple[int, Change]]:
    """``map a`` and then ``map b`` of all that it yields is ``map (a >> b)``, where both are feasible and never fail."""
    dag = normal.composition.dags[index]
    maps = [i for i, b in _live(normal, index) if isinstance(b.what, Each)]
    if len(maps) < 2:
        return
    users: dict[int, set[int]] = {}
    for number, box in enumerate(dag.boxes):
        for earlier in (*(w.box for w in box.sources), *box.after):
            users.setdefault(earlier, set()).add(number)
    ends = {w.box for _, w in dag.outputs}
    taken: set[int] = set()
    for number in maps:
        box = dag.boxes[number]
        feeding = {w.box for w in box.sources}
        first = next(iter(feeding)) if len(feeding) == 1 else -1
        if first not in maps or first in ends or users[first] != {number} or first in box.after or taken & {first, number}:
            continue
        one, two = dag.boxes[first].what, box.what
        if isinstance(one, Each) and isinstance(two, Each) and all(_runs(normal.facts[w.body]) for w in (one, two)):
            taken |= {first, number}
            a, b = one.body, two.body
            links = {p.name: w.port for p, w in zip(box.inputs, box.sources)}
            yield number, Fused(first, max(a, b), one_after_other(normal.composition.dags[a], normal.composition.dags[b], links))


def _runs(facts: Facts) -> bool:
    return facts.feasible and not facts.fails and not facts.reads and not facts.writes


RULES: tuple[Rule, ...] = (
    Rule("share", "copy-natural", "deterministic, and touches no resource", _share),
    Rule("drop", "discard-natural", "never fails, demands nothing, writes nothing", _drop),
    Rule("sure", "fallback-sure", "the first never fails", _sure),
    Rule("alike", "case-idempotent", "the branches are one composition of the same wires", _alike),
    Rule("settled", "case-idempotent", "the condition is true, or false", _settled),
    Rule("flip", "case-flip", "the condition is a negation", _flip),
    Rule("apart", "guard-and", "a conjunction whose parts are defined everywhere", _apart),
    Rule("known", "guard-twice", "the same was checked before, of the same wires", _known),
    Rule("fuse", "map-fusion", "both are feasible and never fail, and the first serves the second alone", _fuse),
)


def _live(normal: Normal, index: int) -> Iterator[tuple[int, Box]]:
    live = normal.orders[index].live
    return ((i, b) for i, b in enumerate(normal.composition.dags[index].boxes) if live[i])


def _bare(term: Term) -> Term:
    while term.op is Op.AT:
        term = term.args[0]
    return term


def _said(clause: Clause, pred: Term) -> Clause:
    from kwlogic.core.show import show_term

    return replace(clause, pred=pred, text=show_term(pred))


def _inputs(box: Box, pred: Term) -> tuple[Port, ...]:
    used = {v.data for v in free_vars(pred)}
    return tuple(p for p in box.inputs if p.name in used)


# ---------------------------------------------------------------- rewriting


def steps(composition: Composition, known: FactsOf = unknown) -> list[Step]:
    """Every use of a rule that is possible."""
    normal = Normal(composition, known)
    return [Step(r.name, d, box, change) for d in range(len(composition.dags)) for r in RULES for box, change in r.find(normal, d)]


def take(composition: Composition, step: Step) -> Composition:
    """The composition after one step of ``steps(composition)``."""
    return changed(composition, step.dag, {step.box: step.change})


def simplified(composition: Composition, known: FactsOf = unknown) -> Composition:
    """The end of rewriting. All uses of one rule in one dag are taken at once, where they do not speak of each other."""
    while True:
        normal = Normal(composition, known)
        for index in range(len(composition.dags)):
            found = next((c for r in RULES if (c := dict(r.find(normal, index)))), None)
            if found is not None:
                composition = changed(composition, index, found)
                break
        else:
            return composition


def digest_modulo_laws(composition: Composition, known: FactsOf = unknown) -> str:
    """Equal for compositions that the rules make equal: a digest of the simplified composition."""
    return digest(simplified(composition, known), known)
