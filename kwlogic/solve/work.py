"""The work of one run: what the cache knows is taken from it, workers do the rest, and each answer is kept as it comes.

Questions are obligations and lints. An answer holds no question: it crosses from the worker as little more than text.
An answer that the safety net had a hand in is ``volatile``, and never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from time import monotonic

from kwlogic.core.program import Program
from kwlogic.solve.backend import preload
from kwlogic.solve.cache import Cache
from kwlogic.solve.discharge import Session, discharge
from kwlogic.solve.executor import Executor, LocalPool
from kwlogic.solve.fingerprint import Fingerprints, digest
from kwlogic.solve.lints import check_lint
from kwlogic.solve.pool import Lost
from kwlogic.solve.replay import Replayer
from kwlogic.solve.stored import Answer, answer_from_bytes, answer_to_bytes
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Goal, Lint, Obligation, Proved, Result, Unknown
from kwlogic.vc.theory import Theory

STORE_AT = 64
STORE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """``budget``: rlimit for each obligation. ``wall`` (seconds) and ``memory_mb`` bound a worker, as safety net only.
    ``proofs``: entries of certificates by obligation, to be replayed and completed; None where none are kept.
    ``executor``: who carries out the work; None for ``jobs`` processes of this machine.
    ``remembered``: statements of lemmas that proofs of earlier runs were found by, by module."""

    budget: int = 10_000_000
    jobs: int = 1
    log_dir: Path | None = None
    cache: Cache | None = None
    wall: float = 60.0
    memory_mb: int = 4096
    proofs: Mapping[str, str] | None = None
    executor: Executor | None = None
    remembered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A lint whose statement is true, with the hypotheses it follows from."""

    lint: Lint
    hyps: frozenset[str]


Question = Obligation | Lint


class Work:
    """Answers questions about one program. ``volatile`` tells whether the safety net had a hand in any answer.

    ``offers``: statements of lemmas to look at first, by module; ``again``: what is asked was tried before without them.
    A proof counts whatever was offered; what was not found, was not found with that offer."""

    def __init__(self, program: Program, options: SolveOptions) -> None:
        self.program = program
        self.options = options
        self.volatile = False
        self.offers: Mapping[str, tuple[str, ...]] = options.remembered
        self.again = False
        self._theories: dict[frozenset[str], tuple[Theory, Fingerprints]] = {}

    def solve(
        self,
        obligations: Sequence[Obligation],
        lints: Sequence[Lint] = (),
        untrusted: frozenset[str] = frozenset(),
        on_result: Callable[[Result], None] = lambda _: None,
    ) -> tuple[tuple[Result, ...], tuple[LintFinding, ...]]:
        """A result for each obligation, in order, and the lints that found something."""
        questions: list[Question] = [*obligations, *lints]
        results: dict[int, Result] = {}
        found: dict[int, frozenset[str] | None] = {}
        for index, answer, cached in self._answers(questions, untrusted):
            question = questions[index]
            self.volatile |= answer.volatile
            if isinstance(question, Lint):
                found[index] = answer.hyps
                continue
            verdict = answer.verdict if answer.verdict is not None else Unknown("no verdict was given")
            results[index] = Result(question, verdict, answer.rlimit, answer.seconds, cached, answer.volatile)
            on_result(results[index])
        findings = ((questions[i], found[i]) for i in range(len(obligations), len(questions)))
        return tuple(results[i] for i in range(len(obligations))), tuple(
            LintFinding(lint, hyps) for lint, hyps in findings if isinstance(lint, Lint) and hyps is not None
        )

    def _answers(self, questions: list[Question], untrusted: frozenset[str]) -> Iterator[tuple[int, Answer, bool]]:
        """Each question's number with its answer, and whether the cache had it."""
        theory, prints = self._theory(untrusted)
        keys = {i: self._key(prints, q) for i, q in enumerate(questions) if not _is_given(q)} if self.options.cache else {}
        offered = {i: self._offered(questions[i], key) for i, key in keys.items()}
        known = self._certified(theory, questions, self._known(keys, offered))
        for index, question in enumerate(questions):
            if isinstance(question, Obligation) and _is_given(question):
                yield index, Answer(question.given), False
            elif index in known:
                yield index, known[index], True
        open_ones = [i for i, q in enumerate(questions) if i not in known and not _is_given(q)]
        keeper = _Keeper(self.options.cache, keys, offered)
        try:
            for index, answer in self._answered(theory, questions, open_ones):
                keeper.keep(index, answer)
                yield index, answer, False
        finally:
            keeper.flush()

    def _key(self, prints: Fingerprints, question: Question) -> str:
        """Proofs that come with certificates are other answers than those without."""
        own = prints.lint(question) if isinstance(question, Lint) else prints.obligation(question)
        return own if self.options.proofs is None else f"{own} certified"

    def _offered(self, question: Question, key: str) -> str:
        """The key of what was not found with what is offered now."""
        offers = self.offers.get(question.module, ()) if isinstance(question, Obligation) else ()
        return f"{key} {'again' if self.again else 'offered'} {digest(*offers).hex()}" if offers else key

    def _certified(self, theory: Theory, questions: list[Question], known: dict[int, Answer]) -> dict[int, Answer]:
        """What is known, without the proofs whose certificates have gone."""
        if self.options.proofs is None or not known:
            return known
        from kwlogic.solve.proofs import Proofs

        proofs = Proofs(theory, self.options.proofs)
        gone = {i for i, a in known.items() if isinstance(a.verdict, Proved) and not proofs.fresh(questions[i])}
        return {i: a for i, a in known.items() if i not in gone}

    def _theory(self, untrusted: frozenset[str]) -> tuple[Theory, Fingerprints]:
        if untrusted not in self._theories:
            theory = Theory(self.program, untrusted)
            self._theories[untrusted] = theory, Fingerprints(theory, self.options.budget)
        return self._theories[untrusted]

    def _known(self, keys: dict[int, str], offered: dict[int, str]) -> dict[int, Answer]:
        if not self.options.cache or not keys:
            return {}
        stored = self.options.cache.get_many((*keys.values(), *offered.values()))
        known: dict[int, Answer] = {}
        for index, key in keys.items():
            for where in dict.fromkeys((offered[index], key)):
                answer = answer_from_bytes(stored[where]) if where in stored else None
                if answer is not None and (where == offered[index] or not isinstance(answer.verdict, Unknown)):
                    known.setdefault(index, answer)
        return known

    # ------------------------------------------------------------ workers

    def _answered(self, theory: Theory, questions: list[Question], open_ones: list[int]) -> Iterator[tuple[int, Answer]]:
        """Equal links of compositions are asked once, unless each is to have a certificate of its own."""
        if self.options.proofs is not None or not any(_sliced(questions[i]) for i in open_ones):
            return self._worked(theory, questions, open_ones)
        from kwlogic.solve.twins import answered

        return answered(questions, open_ones, lambda some: self._worked(theory, questions, some))

    def _worked(self, theory: Theory, questions: list[Question], open_ones: list[int]) -> Iterator[tuple[int, Answer]]:
        """In the order of finishing."""
        if not open_ones:
            return
        options = self.options
        executor = options.executor
        if executor is None:
            preload()
            executor = LocalPool(options.jobs)
        log = options.log_dir is not None
        factory = _Factory(theory, tuple(questions), options.budget, options.wall / 2, log, options.proofs, self.offers, self.again)
        for index, answer in executor.run(factory, open_ones, options.wall, options.memory_mb):
            if isinstance(answer, Lost):
                answer = Answer(Unknown(f"the safety net cut the search off: {answer.reason}"), volatile=True)
            if options.log_dir is not None:
                _write_log(options.log_dir, questions[index].id, answer)
            yield index, answer


@dataclass(frozen=True, slots=True)
class _Factory:
    """What a worker is made from; a forked worker inherits it, a spawned one gets it pickled."""

    theory: Theory
    questions: tuple[Question, ...]
    budget: int
    wall: float
    keep: bool
    proofs: Mapping[str, str] | None = None
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    again: bool = False

    def __call__(self) -> Callable[[int], Answer]:
        replayer = Replayer(self.theory.program)
        session = Session(self.theory, replayer, self.budget, self.wall, self.keep, offers=self.offers, again=self.again)
        if self.proofs is not None:
            from kwlogic.solve.proofs import Proofs

            session.proofs = Proofs(self.theory, self.proofs)
        return lambda index: _answer(session, self.questions[index])


def _answer(session: Session, question: Question) -> Answer:
    if isinstance(question, Lint):
        hyps, meter = check_lint(session, question)
        return Answer(None, hyps, meter.spent, volatile=hyps is None and meter.volatile, texts=tuple(meter.texts))
    result, meter = discharge(session, question)
    return Answer(result.verdict, None, result.rlimit, result.seconds, result.volatile, tuple(meter.texts))


def _write_log(log_dir: Path, id: str, answer: Answer) -> None:
    folder = log_dir / "smt"
    folder.mkdir(parents=True, exist_ok=True)
    name = "".join(c if c.isalnum() or c in "._-@" else "_" for c in id)
    for number, (title, text) in enumerate(answer.texts):
        (folder / f"{name}.{number}.smt2").write_text(f"; {id}: {title}\n{text}", encoding="utf-8")


# ---------------------------------------------------------------- cache


class _Keeper:
    """Stores answers in small lots, so that a run that is cut short loses next to nothing of what it found."""

    def __init__(self, cache: Cache | None, keys: dict[int, str], offered: dict[int, str]) -> None:
        self.cache = cache
        self.keys = keys
        self.offered = offered
        self.lot: list[tuple[str, bytes]] = []
        self.since = monotonic()

    def keep(self, index: int, answer: Answer) -> None:
        if self.cache is None or answer.volatile or index not in self.keys:
            return
        where = self.offered if isinstance(answer.verdict, Unknown) else self.keys
        self.lot.append((where[index], answer_to_bytes(answer)))
        if len(self.lot) >= STORE_AT or monotonic() - self.since > STORE_SECONDS:
            self.flush()

    def flush(self) -> None:
        if self.cache is not None and self.lot:
            self.cache.put_many(self.lot)
        self.lot, self.since = [], monotonic()


def _sliced(question: Question) -> bool:
    return isinstance(question, Obligation) and bool(question.slices)


def _is_given(question: Question) -> bool:
    return isinstance(question, Obligation) and question.ask is Goal.GIVEN
