"""Obligations, sequents and verdicts: the records between contracts and provers.

A sequent is logic only (``core.logic.erase``d terms). Everything a prover may use besides the hypotheses
(definitions, ensures of callees, lemmas) it takes from the program, limited by ``Obligation.before``.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from kwlogic.core.program import Proof
from kwlogic.core.terms import Term
from kwlogic.source.data import Span

if TYPE_CHECKING:
    from kwlogic.vc.compositions_play import Play, Scripted
from kwlogic.source.records import dataclass


class Kind(Enum):
    """What an obligation is about; the values are the ``kind`` of the JSON interface."""

    REQUIRES = "requires"
    CALL = "call"
    PARTIAL = "partial"
    REFINEMENT = "refinement"
    ENSURES = "ensures"
    TERMINATION = "termination"
    LEMMA = "lemma"
    FAILS = "fails"
    LINK = "link"
    REFINE = "refine"
    EXAMPLE = "example"
    AXIOM = "axiom"


class Goal(Enum):
    """What is asked of the prover.

    VALID: hypotheses imply the goal. SATISFIABLE: find values of the variables for which the hypotheses hold.
    RUN: evaluate (examples). GIVEN: no question, the verdict is known (axioms, oracles, broken parts).
    """

    VALID = "valid"
    SATISFIABLE = "satisfiable"
    RUN = "run"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Hyp:
    """A named hypothesis; the name is how cores and messages speak of it.

    Names: ``requires:<i>`` (i-th requires clause of the declaration, refinements and invariants included),
    ``ensures:<i>`` (lints), ``path`` (a branch condition), ``assert``, ``apply:<lemma>``, ``recursion`` (what the
    declaration's own contract says of a recursive call), ``output`` (an output equals the body), ``binder``,
    ``earlier`` (an earlier clause of the same callee, which a later one may need to be defined). In compositions
    ``part:<box>:<i>:<kernel>`` (i-th ensures of the kernel at a box), ``guard:<box>``, ``assert:<box>``, ``invariant:<box>``, ``failed:<box>``,
    ``hole:<box>``, ``link:<box>`` (what a part before requires), ``wire:<box>`` (how the wires of a region hang together) and ``round`` (a round of a loop takes place).
    """

    name: str
    term: Term


@dataclass(frozen=True, slots=True)
class Sequent:
    """``vars``: the declaration's parameters as VAR terms (what a counterexample shows); every other free variable
    of the terms is a binder met on the way in (a lambda's parameter, a quantified variable)."""

    vars: tuple[Term, ...]
    hyps: tuple[Hyp, ...]
    goal: Term


@dataclass(frozen=True, slots=True)
class Obligation:
    """One question with one verdict.

    ``declaration`` is qualified, ``span`` where the verdict is reported, ``text`` the source of the clause or
    expression, ``detail`` a sentence about what must hold ("`n != 0` must hold to divide").
    ``before``: the declaration in ``Program.order`` whose predecessors' facts may be used (itself excluded).
    ``using``: facts named by hints, axioms included. ``rests_on``: further declarations whose proofs this
    one assumes (own termination for unfolding recursive calls, a lemma applied by a step).
    ``clause``: index in the declaration's requires/ensures where the kind is about one.
    ``alternatives``: further goals under the same hypotheses; one valid goal (of all) settles the obligation.
    ``refutable`` False: a counterexample to the sequent says nothing about the claim, so the verdict is Unknown
    (a guessed measure). ``assumes``: ids of obligations (asserts of the same declaration, ensures of its recursion)
    whose goals are among the hypotheses, so that this one counts as proved only where they are; they may assume each
    other (clauses proved by one induction), so all of a cycle stand or fall together.
    ``related``: further places for messages, with words. ``slices``: how many of the hypotheses to try first, fewest first.
    ``play``: for compositions, how wires come by their values; then the sequent is replayed, not the declaration.
    ``scene``: for compositions, the number of the graph that the obligation is about.
    """

    id: str
    kind: Kind
    ask: Goal
    module: str
    declaration: str
    span: Span
    text: str
    sequent: Sequent
    label: str | None = None
    detail: str = ""
    hint: Proof | None = None
    before: str = ""
    using: tuple[str, ...] = ()
    rests_on: frozenset[str] = frozenset()
    clause: int | None = None
    given: Verdict | None = None
    alternatives: tuple[Term, ...] = ()
    refutable: bool = True
    assumes: tuple[str, ...] = ()
    related: tuple[tuple[Span, str], ...] = field(default=(), compare=False)
    slices: tuple[int, ...] = ()
    play: Play | Scripted | None = field(default=None, compare=False, repr=False)
    scene: int | None = field(default=None, compare=False)


class LintKind(Enum):
    """Questions whose positive answer is a warning on a clause."""

    VACUOUS = "vacuous"  # requires alone imply the clause, whatever the outputs
    DEAD_BRANCH = "dead branch"  # the antecedent or condition in a clause never holds


@dataclass(frozen=True, slots=True)
class Lint:
    """A small VALID question about a contract. For VACUOUS the hypotheses are the requires and the *other*
    ensures, outputs free: a core without any ``ensures:<i>`` means vacuous, with one means redundant."""

    id: str
    kind: LintKind
    declaration: str
    span: Span
    text: str
    sequent: Sequent
    before: str = ""


# ---------------------------------------------------------------- verdicts


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Replayed in the reference evaluator. ``inputs`` and ``outputs``: name and value as the language writes it, and
    as JSON text; ``note`` says what happened (`1 // 0` is undefined, y = -1)."""

    inputs: tuple[tuple[str, str, str], ...]
    outputs: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Proved:
    """``uses``: qualified declarations whose facts the proof rests on; ``hyps``: names of the hypotheses used;
    ``method``: in words (direct; induction on xs); ``witness`` for SATISFIABLE: the input that satisfies it.
    ``tier``: T1 shown without a solver, T4 a solver says so; ``certificate``: the text of
    one, where one was asked for. ``lemmas``: statements that were found on the way, as text."""

    uses: frozenset[str] = frozenset()
    hyps: frozenset[str] = frozenset()
    method: str = ""
    tier: str = "T4"
    witness: Counterexample | None = None
    certificate: str = field(default="", compare=False)
    lemmas: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Refuted:
    """``counterexample`` None only for a contradictory requires (nothing satisfies it) and then ``core`` names the
    clashing hypotheses."""

    counterexample: Counterexample | None
    core: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unknown:
    """``blame`` is ``callee`` with ``blamed`` the declaration whose contract to strengthen, or None. ``stuck``: lines that
    say which case of which induction is open, what is given there and what is left to show."""

    reason: str
    blame: str | None = None
    blamed: str | None = None
    tried: tuple[str, ...] = ()
    passed: int = 0
    stuck: str = ""


@dataclass(frozen=True, slots=True)
class Enforced:
    tested: int = 0


@dataclass(frozen=True, slots=True)
class Assumed:
    pass


Verdict = Proved | Refuted | Unknown | Enforced | Assumed


def verdict_name(verdict: Verdict) -> str:
    return type(verdict).__name__.lower()


@dataclass(frozen=True, slots=True)
class Rest:
    """A clause of a part that a proof rests on. ``ends_in``: ``proof``, ``enforcement``, ``axiom``, or ``nothing`` where nobody answers
    for it; ``assumed`` where it is a clause of an axiom, whose name then stands for the kernel's."""

    kernel: str
    clause: str
    label: str | None
    span: Span
    ends_in: str


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict with what it cost. ``volatile``: the safety net cut in, so it must not be cached. ``rests``: clauses of parts."""

    obligation: Obligation
    verdict: Verdict
    rlimit: int = 0
    seconds: float = field(default=0.0, compare=False)
    cached: bool = field(default=False, compare=False)
    volatile: bool = False
    rests: tuple[Rest, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything ``vc`` asks about a program's selected declarations, in source order."""

    obligations: tuple[Obligation, ...]
    lints: tuple[Lint, ...]
