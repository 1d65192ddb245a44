"""Does a new version of a kernel refine the old one? Ports by name, then each clause as a question to the prover.

New refines old: the old ``requires`` imply the new ones; under them the new ``ensures`` imply the old ones, and the new
kernel fails only where the old one may; it touches no more resources and keeps its flags. Each question is a lemma about
the inputs (and outputs), so that a counterexample is replayed before it is shown: a concrete value that one version allows
and the other does not. The earlier version is taken to have been checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kwlogic.core.logic import erase
from kwlogic.core.program import Clause, ComposeBody, ExprBody, Kernel, Lemma, OracleBody, Param, Program
from kwlogic.core.terms import FALSE, TRUE, Term, mk_or
from kwlogic.core.types import show_type
from kwlogic.core.wiring import Wiring
from kwlogic.gate.data import Change, Comparison, Reason, Step
from kwlogic.gate.merge import Merged, merge
from kwlogic.gate.semver import admits
from kwlogic.source.data import Span
from kwlogic.vc.data import Goal, Kind, Obligation, Proved, Refuted, Verdict

if TYPE_CHECKING:
    from kwlogic.solve.work import SolveOptions

BUDGET = 2_000_000
WALL = 20.0


@dataclass(frozen=True, slots=True)
class Question:
    """That ``goal`` follows from the hypotheses; ``reason`` is what it means where it does not."""

    params: tuple[Param, ...]
    hyps: tuple[Term, ...]
    goal: Term
    reason: str
    clause: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions of a kernel, with the questions in both directions."""

    old: Kernel
    new: Kernel
    forward: tuple[Question, ...]
    backward: tuple[Question, ...]


class Comparer:
    """Compares kernels of two programs, all at once: what a proof rests on is proved along."""

    def __init__(self, old: Program, new: Program, options: SolveOptions | None = None) -> None:
        from kwlogic.solve.work import SolveOptions

        self.merged = merge(old, new)
        self.options = options or SolveOptions(budget=BUDGET, wall=WALL)

    def compare(self, pairs: Iterable[tuple[Kernel, Kernel]]) -> dict[str, Comparison]:
        """By the name of the new kernel."""
        done: dict[str, Comparison] = {}
        open_ones: list[Pair] = []
        for old, new in pairs:
            ports = port_reasons(self.merged, old, new)
            if ports:
                done[new.name] = _versioned(Change.PORTS, Step.MAJOR, ports, old, new)
            elif self.merged.is_unfit(erase(c.pred) for c in (*old.requires, *old.ensures, *old.fails)):
                reason = Reason("a type that its clauses speak of is built otherwise now, so that they cannot be compared")
                done[new.name] = _versioned(Change.UNKNOWN, Step.MAJOR, (reason,), old, new)
            elif self._same(old, new):
                same = _same_body(self.merged, old, new)
                done[new.name] = _versioned(Change.IDENTICAL, Step.NONE if same else Step.PATCH, (), old, new)
            else:
                forward = tuple(_questions(self.merged, old, new, False))
                open_ones.append(Pair(old, new, forward, tuple(_questions(self.merged, new, old, True))))
        answers = self._answers([q for p in open_ones for q in (*p.forward, *p.backward)])
        for pair in open_ones:
            done[pair.new.name] = _judged(pair, answers)
        return done

    def _same(self, old: Kernel, new: Kernel) -> bool:
        for a, b in ((old.requires, new.requires), (old.ensures, new.ensures), (old.fails, new.fails)):
            if [self.merged.old(erase(c.pred)) for c in a] != [erase(c.pred) for c in b]:
                return False
        return _properties(old) == _properties(new) and _ports(old) == _ports(new) and _may_fail(old) is _may_fail(new)

    def _answers(self, questions: list[Question]) -> dict[Question, Verdict]:
        """Verdicts. The lemmas that pose the questions stand in no order, so that none is a fact for another."""
        from kwlogic.solve.session import solve_all
        from kwlogic.vc.plan import obligations_of

        if not questions:
            return {}
        lemmas = {f"refines'{i}": _lemma(f"refines'{i}", q) for i, q in enumerate(questions)}
        program = replace(self.merged.program, lemmas={**self.merged.program.lemmas, **lemmas})

        def posed(name: str) -> Obligation:
            return [o for o in obligations_of(program, name).obligations if o.kind is Kind.LEMMA and o.ask is Goal.VALID][-1]

        def behind(names: frozenset[str]) -> tuple[Obligation, ...]:
            own = sorted(n for n in names if not n.startswith("std.") and n not in lemmas)
            return tuple(o for n in own for o in obligations_of(program, n).obligations)

        solved = solve_all(program, tuple(map(posed, lemmas)), (), self.options, behind=behind)
        return {q: r.verdict for q, r in zip(questions, solved.results)}


def _versioned(change: Change, step: Step, reasons: tuple[Reason, ...], old: Kernel, new: Kernel) -> Comparison:
    admitted = change is Change.UNKNOWN or admits(old.version, new.version, step)
    return Comparison(change, step, reasons, old.version, new.version, admitted)


def _judged(pair: Pair, answers: Mapping[Question, Verdict]) -> Comparison:
    old, new = pair.old, pair.new
    broken, unclear = _reasons(pair.forward, answers)
    broken = (*_property_reasons(old, new), *broken)
    more, perhaps_more = _reasons(pair.backward, answers)
    more = (*_property_reasons(new, old), *more, *perhaps_more)
    added = len(new.outputs) > len(old.outputs)
    if broken:
        return _versioned(Change.INCOMPARABLE if more or added else Change.WEAKER, Step.MAJOR, broken, old, new)
    if unclear:
        return _versioned(Change.UNKNOWN, Step.MAJOR, unclear, old, new)
    if more or added:
        return _versioned(Change.REFINES, Step.MINOR, (), old, new)
    return _versioned(Change.EQUIVALENT, Step.PATCH, (), old, new)


def _reasons(questions: Iterable[Question], answers: Mapping[Question, Verdict]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """What is refuted, with a witness; what is open."""
    broken: list[Reason] = []
    unclear: list[Reason] = []
    for question in questions:
        verdict = answers[question]
        if isinstance(verdict, Refuted):
            witness = verdict.counterexample.inputs if verdict.counterexample is not None else ()
            broken.append(Reason(question.reason, question.clause, witness))
        elif not isinstance(verdict, Proved):
            unclear.append(Reason(f"not known: {question.reason}", question.clause))
    return tuple(broken), tuple(unclear)


def _lemma(name: str, question: Question) -> Lemma:
    nowhere = Span("", 0, 0)

    def clause(term: Term) -> Clause:
        return Clause(None, term, nowhere, question.clause)

    return Lemma(
        name,
        "lemma",
        (),
        question.params,
        tuple(map(clause, question.hyps)),
        (clause(question.goal),),
        None,
        False,
        nowhere,
        nowhere,
    )


Carry = Callable[[Term], Term]


def _questions(merged: Merged, old: Kernel, new: Kernel, reverse: bool) -> Iterator[Question]:
    """What makes ``new`` refine ``old``. ``reverse``: the roles are exchanged, so that the terms of ``new`` are those of the
    old program."""
    of_old, of_new = (_as_is, merged.old) if reverse else (merged.old, _as_is)
    inputs, outputs = old.inputs, {p.name: p for p in (*old.outputs, *new.outputs)}
    given = tuple(of_old(erase(c.pred)) for c in old.requires)
    for clause in new.requires:
        goal = of_new(erase(clause.pred))
        if goal not in given:
            yield Question(inputs, given, goal, f"it now requires `{_said(clause)}`", clause.text)
    promised = tuple(of_new(erase(c.pred)) for c in new.ensures)
    for clause in old.ensures:
        goal = of_old(erase(clause.pred))
        if goal not in promised:
            yield Question((*inputs, *outputs.values()), (*given, *promised), goal, f"it no longer ensures `{_said(clause)}`", clause.text)
    before, after = _failing(old, of_old), _failing(new, of_new)
    if before is not TRUE and after is not FALSE and after is not before:
        text = "; ".join(c.text for c in new.fails) or "always"
        yield Question(inputs, (*given, after), before, f"it may fail where it did not: {text}", text)


def _as_is(term: Term) -> Term:
    return term


def _said(clause: Clause) -> str:
    text = " ".join(clause.text.split())
    return f"{clause.label}: {text}" if clause.label else text


def _failing(kernel: Kernel, carry: Carry) -> Term:
    """Where a kernel may fail, over its inputs."""
    always = _may_fail(kernel)
    return mk_or(carry(erase(c.pred)) for c in kernel.fails) if always is None else always


def _may_fail(kernel: Kernel) -> Term | None:
    """Whether a kernel may fail where it declares nothing about it; None where it does."""
    if kernel.fails:
        return None
    match kernel.body:
        case ExprBody():
            return FALSE
        case OracleBody() | ComposeBody() | None:
            return TRUE


# ---------------------------------------------------------------- ports and properties


def _ports(kernel: Kernel) -> tuple[set[tuple[str, object]], set[tuple[str, object]]]:
    return {(p.name, p.type) for p in kernel.inputs}, {(p.name, p.type) for p in kernel.outputs}


def port_reasons(merged: Merged, old: Kernel, new: Kernel) -> tuple[Reason, ...]:
    """What makes the ports of the new version unfit for users of the old one. A further output does no harm."""
    found = [*_side("input", old.inputs, new.inputs), *_side("output", old.outputs, new.outputs)]
    if old.tparams != new.tparams:
        found.append(Reason(f"its type parameters were [{', '.join(old.tparams)}] and are [{', '.join(new.tparams)}]"))
    for port in (*old.inputs, *old.outputs):
        head = merged.changed_type(port.type)
        if head is not None:
            found.append(Reason(f"the type `{head.rpartition('.')[2]}` in port `{port.name}` is built otherwise now"))
    return tuple(dict.fromkeys(found))


def _side(word: str, old: tuple[Param, ...], new: tuple[Param, ...]) -> list[Reason]:
    before, after = {p.name: p.type for p in old}, {p.name: p.type for p in new}
    gone = [n for n in before if n not in after]
    added = [n for n in after if n not in before]
    found = [
        Reason(f"the {word} `{n}` was `{show_type(before[n])}` and is `{show_type(after[n])}`")
        for n in before
        if n in after and before[n] is not after[n]
    ]
    for name in list(gone):
        same = [a for a in added if after[a] is before[name]]
        if len(same) == 1 and sum(before[g] is before[name] for g in gone) == 1:
            found.append(Reason(f"the {word} `{name}` has been renamed `{same[0]}`"))
            gone.remove(name)
            added.remove(same[0])
    found += [Reason(f"the {word} `{n}` has been removed") for n in gone]
    if word == "input":
        found += [Reason(f"there is a new input `{n}`") for n in added]
    return found


def _properties(kernel: Kernel) -> tuple[object, ...]:
    return frozenset(kernel.reads), frozenset(kernel.writes), kernel.rollback is None, kernel.flags


def _property_reasons(old: Kernel, new: Kernel) -> list[Reason]:
    found = [Reason(f"it now reads `{r.rpartition('.')[2]}`") for r in new.reads if r not in (*old.reads, *old.writes)]
    found += [Reason(f"it now writes `{r.rpartition('.')[2]}`") for r in new.writes if r not in old.writes]
    if old.rollback is not None and new.rollback is None:
        found.append(Reason("it has no rollback any more"))
    found += [Reason(f"it is not `{f}` any more") for f in sorted(old.flags - new.flags) if f != "irrevocable"]
    found += [Reason("it is `irrevocable` now")] if "irrevocable" in new.flags - old.flags else []
    return found


def _same_body(merged: Merged, old: Kernel, new: Kernel) -> bool:
    match old.body, new.body:
        case ExprBody(a), ExprBody(b):
            return merged.old(erase(a)) is erase(b)
        case OracleBody(kind, parts), OracleBody(other, others):
            return kind == other and [_part(p) for p in parts] == [_part(p) for p in others]
        case ComposeBody(Wiring() as a), ComposeBody(Wiring() as b):
            from kwlogic.compose.digest import equal
            from kwlogic.compose.wiring_to_dag import composition_of

            return equal(composition_of(a, old), composition_of(b, new))
        case _:
            return old.body == new.body


def _part(part: str | Term) -> object:
    return part if isinstance(part, str) else erase(part)
