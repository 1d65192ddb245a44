"""The words that laws of composition are stated in: kernels of which nothing is known, operators, conditions, claims.

Statements only, with no meaning here: ``lab.formulas`` and ``compose.finite`` give them two, which share nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# ---------------------------------------------------------------- predicates over the wires


@dataclass(frozen=True, slots=True)
class Pred:
    name: str


@dataclass(frozen=True, slots=True)
class Not:
    pred: Cond


@dataclass(frozen=True, slots=True)
class Later:
    """``pred`` of what the kernel yields."""

    kernel: Term
    pred: Cond


@dataclass(frozen=True, slots=True)
class And:
    left: Cond
    right: Cond


Cond = Pred | Not | Later | And

# ---------------------------------------------------------------- kernels


@dataclass(frozen=True, slots=True)
class Meta:
    """Any kernel with so many inputs and outputs."""

    name: str
    ins: int = 1
    outs: int = 1


@dataclass(frozen=True, slots=True)
class Wires:
    """Passes inputs through: output ``i`` is input ``picks[i]``. So ``id``, copying, discarding and crossing."""

    ins: int
    picks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fail:
    """Fails always."""

    ins: int = 1
    outs: int = 1


@dataclass(frozen=True, slots=True)
class Gate:
    """``guard``, ``assert`` or ``assume`` of a predicate of one wire."""

    kind: str
    pred: Cond


@dataclass(frozen=True, slots=True)
class Seq:
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Par:
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Fallback:
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Case:
    cond: Cond
    then: Term
    other: Term


@dataclass(frozen=True, slots=True)
class Either:
    """Demonic choice: one of the two, nobody says which."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Both:
    """One kernel that meets both contracts."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Pointwise:
    """``map``: each element of a list by the body."""

    body: Term


@dataclass(frozen=True, slots=True)
class Looped:
    """The contract that ``iterate`` has by its invariant: from ``inv`` to ``inv`` and not ``cond``. ``within``: names a
    predicate (so many rounds are enough) under which it does not fail; else it may."""

    inv: Pred
    cond: Pred
    within: Pred | None = None


@dataclass(frozen=True, slots=True)
class Quotient:
    """The weakest contract of a kernel between ``before`` and ``after`` for the whole to be ``whole``."""

    whole: Term
    before: Term
    after: Term


Term = Meta | Wires | Fail | Gate | Seq | Par | Fallback | Case | Either | Both | Pointwise | Looped | Quotient

# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class Refines:
    """``left`` may replace ``right``."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Equal:
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """Both hold or neither does."""

    left: Statement
    right: Statement


@dataclass(frozen=True, slots=True)
class Is:
    """A flag of a kernel: ``feasible`` (every allowed input has an output), ``deterministic``, ``infallible``, ``undemanding``."""

    flag: str
    kernel: Term


@dataclass(frozen=True, slots=True)
class Fits:
    """Where ``whole`` is allowed ``part`` is, and it fails there only where the whole may."""

    part: Term
    whole: Term


@dataclass(frozen=True, slots=True)
class Kept:
    """The body may run where ``inv`` and ``cond`` hold, and keeps ``inv``."""

    inv: Pred
    cond: Pred
    body: Term


@dataclass(frozen=True, slots=True)
class Shrinks:
    """After a round within ``now``, ``later`` is enough; nothing is enough while ``cond`` holds where ``now`` is None."""

    cond: Pred
    body: Term | None
    now: Pred | None
    later: Pred


Statement = Refines | Equal | All | Same | Is | Fits | Kept | Shrinks


@dataclass(frozen=True, slots=True)
class Claim:
    """Under the conditions, for all kernels, ``says``; or (``holds`` false) not."""

    says: Statement
    given: tuple[Statement, ...] = ()
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Law:
    """``rewrite``: the rules of ``compose.rewrite`` that rest on it."""

    name: str
    title: str
    claims: tuple[Claim, ...]
    rewrites: tuple[str, ...] = ()
    note: str = ""


# ---------------------------------------------------------------- reading a statement


def arity(term: Term) -> tuple[int, int]:
    """Inputs and outputs. Terms of laws are small."""
    match term:
        case Meta() | Fail():
            return term.ins, term.outs
        case Wires():
            return term.ins, len(term.picks)
        case Seq():
            return arity(term.left)[0], arity(term.right)[1]
        case Par():
            left, right = arity(term.left), arity(term.right)
            return left[0] + right[0], left[1] + right[1]
        case Fallback() | Either() | Both():
            return arity(term.left)
        case Case():
            return arity(term.then)
        case Quotient():
            return arity(term.before)[1], arity(term.after)[0]
        case Gate() | Pointwise() | Looped():
            return 1, 1


def parts(of: object) -> tuple[object, ...]:
    """The terms, predicates and statements that one is made of."""
    if isinstance(of, All):
        return of.parts
    names: Sequence[str] = getattr(of, "__slots__", ())
    return tuple(v for n in names if hasattr(v := getattr(of, n), "__slots__"))


def symbols(*roots: object) -> tuple[dict[str, Meta], dict[str, Pred]]:
    """The kernels and predicates that statements are about, by name, in order."""
    kernels: dict[str, Meta] = {}
    preds: dict[str, Pred] = {}
    stack = list(reversed(roots))
    while stack:
        here = stack.pop()
        if isinstance(here, Meta):
            kernels.setdefault(here.name, here)
        elif isinstance(here, Pred):
            preds.setdefault(here.name, here)
        else:
            stack.extend(reversed(parts(here)))
    return kernels, preds
