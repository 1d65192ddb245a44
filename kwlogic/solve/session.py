"""Solving a whole plan: workers, cache, and the rule that a proof counts only where all that it rests on is proved.

Obligations are solved independently, each assuming the facts before it. Afterwards every proof that rests on something
which did not hold up (a refuted lemma, a function whose termination is open) is tried again without it, until nothing
changes. Verdicts thus do not depend on the order of solving.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from kwlogic.core.program import Program
from kwlogic.solve.axioms import told
from kwlogic.solve.remembered import found_in, together
from kwlogic.solve.resting import rested
from kwlogic.solve.trust import Supporting, support, untrusted_after
from kwlogic.solve.work import LintFinding, SolveOptions, Work
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Goal, Lint, Obligation, Proved, Result, Unknown

__all__ = ["LintFinding", "SolveOptions", "Solved", "solve_all"]

ROUNDS = 4
MORE_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Solved:
    """Results in the order of the obligations (where ``interrupted``, of those that have one), and the lints that found
    something. ``volatile``: the safety net had a hand in it, so another run may find more."""

    results: tuple[Result, ...]
    findings: tuple[LintFinding, ...] = ()
    volatile: bool = False
    interrupted: bool = False


def solve_all(
    program: Program,
    obligations: tuple[Obligation, ...],
    lints: tuple[Lint, ...],
    options: SolveOptions,
    on_result: Callable[[Result], None] = lambda _: None,
    behind: Callable[[frozenset[str]], tuple[Obligation, ...]] = lambda _: (),
) -> Solved:
    """Verdicts of the obligations, and what the lints found.

    ``behind`` gives the obligations of declarations that were not selected: where a proof rests on one, it is proved
    along, so that no verdict rests on what was never asked.
    """
    work = Work(program, options)
    supporting = Supporting(program, behind, {ob.declaration for ob in obligations})
    so_far: dict[str, Result] = {}

    def keep(result: Result) -> None:
        so_far[result.obligation.id] = result
        on_result(result)

    try:
        first, findings = work.solve(obligations, lints, on_result=keep)
        first = _again(work, first)
        so_far.update((r.obligation.id, r) for r in first)
        results = _settled(work, _extended(work, first, supporting, frozenset()), supporting)
    except KeyboardInterrupt:
        return Solved(_cut_short(program, obligations, so_far, supporting), interrupted=True)
    results = told(program, rested(program, results))
    return Solved(results[: len(obligations)], findings, work.volatile)


def _again(work: Work, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """What stayed unknown is tried again with the lemmas that other goals of its module were proved by, in the order of the
    source. Who proved what first thus does not matter."""
    before: Mapping[str, tuple[str, ...]] = work.offers
    offers = before
    try:
        for _ in range(MORE_ROUNDS):
            if not any(isinstance(r.verdict, Proved) and r.verdict.lemmas for r in results):
                break
            offers = {m: together(found, before.get(m, ())) for m, found in found_in(results).items()}
            waiting = [r.obligation for r in results if _is_open(r) and _more(offers, work.offers, r.obligation.module)]
            work.offers, work.again = offers, True
            proved = {r.obligation.id: r for r in work.solve(waiting)[0] if isinstance(r.verdict, Proved)} if waiting else {}
            if not proved:
                break
            results = tuple(proved.get(r.obligation.id, r) for r in results)
    finally:
        work.offers, work.again = before, False
    return results


def _is_open(result: Result) -> bool:
    return isinstance(result.verdict, Unknown) and result.obligation.ask is Goal.VALID and not result.volatile


def _more(now: Mapping[str, tuple[str, ...]], then: Mapping[str, tuple[str, ...]], module: str) -> bool:
    return not set(now.get(module, ())) <= set(then.get(module, ()))


def _settled(work: Work, results: tuple[Result, ...], supporting: Supporting) -> tuple[Result, ...]:
    """Proofs that rest on what did not hold up are tried again without it; those that need it are withdrawn."""
    untrusted: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        now = untrusted_after(work.program, results)
        shaky = [r.obligation for r in results if _rests_on(r, now)]
        if not shaky or now == untrusted:
            break
        untrusted = now
        again = {r.obligation.id: r for r in work.solve(shaky, untrusted=untrusted)[0]}
        results = _extended(work, tuple(again.get(r.obligation.id, r) for r in results), supporting, untrusted)
    return _withdraw(work.program, results)


def _cut_short(
    program: Program, obligations: tuple[Obligation, ...], so_far: dict[str, Result], supporting: Supporting
) -> tuple[Result, ...]:
    """The results that there are, none of which rests on what was not reached."""
    supporting.asked = {ob.declaration for ob in obligations}
    unreached = Unknown("the run was interrupted before it was reached")
    results = [so_far.get(ob.id, Result(ob, unreached, volatile=True)) for ob in obligations]
    results += (Result(ob, unreached, volatile=True) for ob in supporting.more(results))
    return tuple(r for r in _withdraw(program, tuple(results)) if r.obligation.id in so_far)


def _extended(work: Work, results: tuple[Result, ...], supporting: Supporting, untrusted: frozenset[str]) -> tuple[Result, ...]:
    """The results, with those of what their proofs rest on after them."""
    while more := supporting.more(results):
        results = (*results, *work.solve(more, untrusted=untrusted)[0])
    return results


def _rests_on(result: Result, untrusted: frozenset[str]) -> bool:
    return isinstance(result.verdict, Proved) and not untrusted.isdisjoint(support(result.obligation, result.verdict))


def _withdraw(program: Program, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """Proofs that still rest on what is not proved become unknown, until nothing changes."""
    while True:
        untrusted = untrusted_after(program, results)
        open_ids = {r.obligation.id for r in results if not isinstance(r.verdict, Proved)}
        changed = False
        out = []
        for result in results:
            reason = _why_not(result, untrusted, open_ids)
            if reason is not None:
                result, changed = replace(result, verdict=Unknown(reason)), True
            out.append(result)
        results = tuple(out)
        if not changed:
            return results


def _why_not(result: Result, untrusted: frozenset[str], open_ids: set[str]) -> str | None:
    if not isinstance(result.verdict, Proved):
        return None
    bad = sorted(support(result.obligation, result.verdict) & untrusted)
    if bad:
        kind, _, name = bad[0].rpartition(":")
        short = name.rsplit(".", 1)[-1].partition("#")[0]
        return f"it unfolds `{short}`, which is not known to terminate" if kind else f"it rests on `{short}`, which is not proved"
    if any(i in open_ids for i in result.obligation.assumes):
        return "it rests on an assertion before it, which is not proved"
    return None
