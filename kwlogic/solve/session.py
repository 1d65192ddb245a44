"""Solving a whole plan: workers, cache, and the rule that a proof counts only where all that it rests on is proved.

Obligations are solved independently, each assuming the facts before it. Afterwards every proof that rests on something
which did not hold up (a refuted lemma, a function whose termination is open) is tried again without it, until nothing
changes. Verdicts thus do not depend on the order of solving.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kwlogic.core.program import Program
from kwlogic.solve.cache import Cache
from kwlogic.solve.discharge import Session, check_lint, discharge
from kwlogic.solve.fingerprint import Fingerprints
from kwlogic.solve.pool import Lost, run_tasks
from kwlogic.solve.replay import Replayer
from kwlogic.solve.stored import from_bytes, to_bytes
from kwlogic.solve.trust import Supporting, support, untrusted_after
from kwlogic.vc.data import Goal, Lint, Obligation, Proved, Result, Unknown
from kwlogic.vc.theory import Theory

ROUNDS = 4
CHUNK = 12


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """``budget``: rlimit for each obligation. ``wall`` (seconds) and ``memory_mb`` bound a worker, as safety net only."""

    budget: int = 10_000_000
    jobs: int = 1
    log_dir: Path | None = None
    cache: Cache | None = None
    wall: float = 60.0
    memory_mb: int = 4096


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A lint whose statement is true, with the hypotheses it follows from."""

    lint: Lint
    hyps: frozenset[str]


Item = Obligation | Lint
Answer = Result | frozenset[str] | None


def solve_all(
    program: Program,
    obligations: tuple[Obligation, ...],
    lints: tuple[Lint, ...],
    options: SolveOptions,
    on_result: Callable[[Result], None] = lambda _: None,
    behind: Callable[[frozenset[str]], tuple[Obligation, ...]] = lambda _: (),
) -> tuple[tuple[Result, ...], tuple[LintFinding, ...]]:
    """Verdicts in the order of the obligations, and the lints that found something.

    ``behind`` gives the obligations of declarations that were not selected: where a proof rests on one, it is proved
    along, so that no verdict rests on what was never asked.
    """
    run = _Run(program, options)
    support_of = Supporting(program, behind, {ob.declaration for ob in obligations})
    results = run.extended(run.solve(obligations, frozenset(), on_result), support_of, frozenset())
    findings = run.lint(lints)
    untrusted: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        now = untrusted_after(program, results)
        shaky = tuple(r.obligation for r in results if _rests_on(r, now))
        if not shaky or now == untrusted:
            break
        untrusted = now
        again = {r.obligation.id: r for r in run.solve(shaky, untrusted, lambda _: None)}
        results = run.extended(tuple(again.get(r.obligation.id, r) for r in results), support_of, untrusted)
    results = _withdraw(program, results)
    return results[: len(obligations)], findings


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
        short = name.rsplit(".", 1)[-1]
        return f"it unfolds `{short}`, which is not known to terminate" if kind else f"it rests on `{short}`, which is not proved"
    if any(i in open_ids for i in result.obligation.assumes):
        return "it rests on an assertion before it, which is not proved"
    return None


class _Run:
    def __init__(self, program: Program, options: SolveOptions) -> None:
        self.program = program
        self.options = options
        self.logged = 0

    def solve(
        self, obligations: tuple[Obligation, ...], untrusted: frozenset[str], on_result: Callable[[Result], None]
    ) -> tuple[Result, ...]:
        """Results in order; from the cache where it has them."""
        theory = Theory(self.program, untrusted)
        prints = Fingerprints(theory, self.options.budget)
        keys = {ob.id: prints.obligation(ob) for ob in obligations if ob.ask is not Goal.GIVEN} if self.options.cache else {}
        done = self._cached(obligations, keys)
        for ob in obligations:
            if ob.ask is Goal.GIVEN:
                done[ob.id] = Result(ob, ob.given if ob.given is not None else Unknown("no verdict was given"))
        for result in done.values():
            on_result(result)
        open_ones = [ob for ob in obligations if ob.id not in done]
        for ob, answer in self._answers(theory, open_ones):
            result = answer if isinstance(answer, Result) else Result(ob, Unknown("no answer"), volatile=True)
            done[ob.id] = result
            on_result(result)
        self._store(keys, [done[ob.id] for ob in open_ones])
        return tuple(done[ob.id] for ob in obligations)

    def extended(self, results: tuple[Result, ...], supporting: Supporting, untrusted: frozenset[str]) -> tuple[Result, ...]:
        """The results, with those of what their proofs rest on after them."""
        while more := supporting.more(results):
            results = (*results, *self.solve(more, untrusted, lambda _: None))
        return results

    def lint(self, lints: tuple[Lint, ...]) -> tuple[LintFinding, ...]:
        theory = Theory(self.program)
        prints = Fingerprints(theory, self.options.budget)
        keys = {lint.id: prints.lint(lint) for lint in lints} if self.options.cache else {}
        known: dict[str, frozenset[str] | None] = {}
        if self.options.cache and keys:
            stored = self.options.cache.get_many(list(keys.values()))
            known = {i: found for i, k in keys.items() if k in stored for found in [_lint_from(stored[k])]}
        fresh = [lint for lint in lints if lint.id not in known]
        for lint, answer in self._answers(theory, fresh):
            known[lint.id] = answer if isinstance(answer, frozenset) else None
        if self.options.cache and fresh:
            self.options.cache.put_many([(keys[x.id], _lint_bytes(known[x.id])) for x in fresh])
        return tuple(LintFinding(x, hyps) for x in lints for hyps in [known[x.id]] if hyps is not None)

    # ------------------------------------------------------------ workers

    def _answers(self, theory: Theory, items: list[Any]) -> Iterator[tuple[Any, Any]]:
        """Each item with its answer, in the order of finishing."""
        if not items:
            return
        chunks = [list(range(i, min(i + CHUNK, len(items)))) for i in range(0, len(items), CHUNK)]
        lost: list[int] = []
        for index, answers in run_tasks(self._factory(theory, items), chunks, self.options.jobs, self._wall(CHUNK), self.options.memory_mb):
            if isinstance(answers, Lost):
                lost.extend(chunks[index])
            else:
                yield from ((items[i], self._logged(items[i], a)) for i, a in zip(chunks[index], answers, strict=True))
        if lost:
            yield from self._alone(theory, items, lost)

    def _alone(self, theory: Theory, items: list[Any], lost: list[int]) -> Iterator[tuple[Any, Any]]:
        """What was in a lost chunk, one by one, so that only the guilty one is lost."""
        singles = [[i] for i in lost]
        for index, answers in run_tasks(self._factory(theory, items), singles, self.options.jobs, self._wall(1), self.options.memory_mb):
            item = items[singles[index][0]]
            if isinstance(answers, Lost):
                yield item, _lost_answer(item, answers)
            else:
                yield item, self._logged(item, answers[0])

    def _wall(self, items: int) -> float:
        return self.options.wall * (1 if items == 1 else 2)

    def _factory(self, theory: Theory, items: list[Any]) -> _Factory:
        options = self.options
        return _Factory(theory, tuple(items), options.budget, options.wall / 2, options.log_dir is not None)

    def _logged(self, item: Item, answer: tuple[Answer, list[tuple[str, str]]]) -> Answer:
        result, texts = answer
        if self.options.log_dir is not None:
            folder = self.options.log_dir / "smt"
            folder.mkdir(parents=True, exist_ok=True)
            for number, (title, text) in enumerate(texts):
                name = "".join(c if c.isalnum() or c in "._-@" else "_" for c in item.id)
                (folder / f"{name}.{number}.smt2").write_text(f"; {item.id}: {title}\n{text}", encoding="utf-8")
        return result

    # ------------------------------------------------------------ cache

    def _cached(self, obligations: tuple[Obligation, ...], keys: dict[str, str]) -> dict[str, Result]:
        if not self.options.cache or not keys:
            return {}
        stored = self.options.cache.get_many(list(keys.values()))
        out = {}
        for ob in obligations:
            found = from_bytes(ob, stored[keys[ob.id]]) if keys.get(ob.id) in stored else None
            if found is not None:
                out[ob.id] = found
        return out

    def _store(self, keys: dict[str, str], results: list[Result]) -> None:
        if self.options.cache:
            self.options.cache.put_many(
                [(keys[r.obligation.id], to_bytes(r)) for r in results if not r.volatile and r.obligation.id in keys]
            )


@dataclass(frozen=True, slots=True)
class _Factory:
    """What a worker is made from; a forked worker inherits it, a spawned one gets it pickled."""

    theory: Theory
    items: tuple[Any, ...]
    budget: int
    wall: float
    keep: bool

    def __call__(self) -> Callable[[list[int]], list[Any]]:
        session = Session(self.theory, Replayer(self.theory.program), self.budget, self.wall, self.keep)
        return lambda chunk: [_answer(session, self.items[i]) for i in chunk]


def _answer(session: Session, item: Item) -> tuple[Answer, list[tuple[str, str]]]:
    if isinstance(item, Lint):
        return check_lint(session, item), []
    result, meter = discharge(session, item)
    return result, meter.texts


def _lost_answer(item: Item, lost: Lost) -> Answer:
    return None if isinstance(item, Lint) else Result(item, Unknown(f"the safety net cut the search off: {lost.reason}"), volatile=True)


def _lint_bytes(hyps: frozenset[str] | None) -> bytes:
    return b"-" if hyps is None else ("+" + "\n".join(sorted(hyps))).encode()


def _lint_from(data: bytes) -> frozenset[str] | None:
    return None if data[:1] != b"+" else frozenset(h for h in data[1:].decode().split("\n") if h)
