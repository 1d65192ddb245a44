"""Links that are the same up to the names of wires are proved once.

A composition of ten thousand equal parts has ten thousand equal links, if one looks at the parts nearby only. So of all links
that agree in what is said nearby one is asked, and where that was enough for its proof, it is enough for the others.
Those that differ after all are asked again with more of what comes before, and in the end each by itself; only what is
unknown of a link is not tried again on one that is the same in all that its obligation says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kwlogic.compose.contract import part_of
from kwlogic.core.terms import Op, Term, mk_var
from kwlogic.core.walk import free_vars, subst, subterms
from kwlogic.solve.stored import Answer
from kwlogic.vc.data import Goal, Lint, Obligation, Proved, Unknown

Run = Callable[[list[int]], Iterator[tuple[int, Answer]]]
LEVELS = 4
FEW = 3
"""Fewer links than this are asked one by one."""


def answered(questions: Sequence[Obligation | Lint], open_ones: list[int], run: Run) -> Iterator[tuple[int, Answer]]:
    """What ``run`` answers, each twin of what was proved nearby included."""
    links = {i: q for i in open_ones if (q := _link(questions[i])) is not None}
    if len(links) < FEW:
        yield from run(open_ones)
        return
    asked = [i for i in open_ones if i not in links]
    waiting = list(links)
    for level in range(LEVELS):
        groups = _groups(links, waiting, level)
        first = {group[0]: group[1:] for group in groups}
        waiting = []
        for index, answer in run([*asked, *first]):
            yield index, answer
            for other in first.get(index, ()):
                copied = _copied(answer, links[index], links[other], level)
                if copied is None:
                    waiting.append(other)
                else:
                    yield other, copied
        asked = []
        if not waiting:
            return
        waiting.sort()
    yield from run(waiting)


def _link(question: Obligation | Lint) -> Obligation | None:
    """A question about a composition that may have a twin."""
    if isinstance(question, Lint) or question.ask is not Goal.VALID or question.play is None or question.alternatives:
        return None
    return question


def _groups(links: dict[int, Obligation], waiting: list[int], level: int) -> list[list[int]]:
    groups: dict[tuple[int, ...], list[int]] = {}
    for index in waiting:
        groups.setdefault(canonical(links[index], level), []).append(index)
    return list(groups.values())


def _reach(link: Obligation, level: int) -> int:
    """How many hypotheses count at a level."""
    return link.slices[level] if level < min(len(link.slices), LEVELS - 1) else len(link.sequent.hyps)


def canonical(link: Obligation, level: int) -> tuple[int, ...]:
    """Terms are unique, so their numbers tell them apart; wires are numbered in the order in which they are met."""
    terms = [link.sequent.goal, *(h.term for h in link.sequent.hyps[: _reach(link, level)])]
    names: dict[Term, Term] = {}
    for term in terms:
        if len(free_vars(term)) == 1:
            found = list(free_vars(term))
        else:
            found = [t for t in subterms(term) if t.op is Op.VAR and t in free_vars(term)]
        for var in found:
            if var not in names:
                names[var] = mk_var(f"wire {len(names)}", var.type)
    return tuple(subst(t, names).id for t in terms)


def _kernels(link: Obligation) -> list[str]:
    """The kernels that the hypotheses are of, as reasons name them."""
    return [part[0] for h in link.sequent.hyps if (part := part_of(h.name)) is not None]


def _copied(answer: Answer, asked: Obligation, twin: Obligation, level: int) -> Answer | None:
    """The answer in the twin's names; None where it rests on more than both share."""
    verdict = answer.verdict
    if isinstance(verdict, Unknown) and level == LEVELS - 1 and not answer.volatile and _kernels(asked) == _kernels(twin):
        return replace(answer, rlimit=0, seconds=0.0, texts=())
    if not isinstance(verdict, Proved) or verdict.certificate or (verdict.uses and asked.before != twin.before):
        return None
    shared = _reach(asked, level)
    names = {h.name for h in asked.sequent.hyps[:shared]} - {h.name for h in asked.sequent.hyps[shared:]}
    if not verdict.hyps <= names or len(twin.sequent.hyps) < shared:
        return None
    pairs = zip(asked.sequent.hyps[:shared], twin.sequent.hyps[:shared], strict=True)
    hyps = frozenset(theirs.name for ours, theirs in pairs if ours.name in verdict.hyps)
    return replace(answer, verdict=replace(verdict, hyps=hyps), rlimit=0, seconds=0.0, texts=())
