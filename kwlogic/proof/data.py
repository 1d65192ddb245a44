"""Certificates: records only. A certificate is a tree of induction and cases with lists of instances at its leaves.

Terms in it are core terms; everything else that the checker needs, it recomputes from the program.
"""

from __future__ import annotations

from dataclasses import dataclass

from kwlogic.core.terms import Term
from kwlogic.core.types import Type


@dataclass(frozen=True, slots=True)
class Unfold:
    """The definition of a recursive function at a call."""

    call: Term


@dataclass(frozen=True, slots=True)
class Use:
    """Clause ``index`` of what declaration ``name`` ensures (or lemma ``name`` of the certificate), at given arguments."""

    name: str
    index: int
    types: tuple[Type, ...]
    args: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Specialise:
    """Quantified formula ``number`` of those at hand, at given arguments: it implies that instance (an existential one
    follows from it)."""

    number: int
    args: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """New names for what quantified formula ``number`` says exists (or, where it is universal, for what breaks it)."""

    number: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Law:
    """Law ``index`` about a term, of ``proof.laws``."""

    term: Term
    index: int


@dataclass(frozen=True, slots=True)
class Members:
    """Law ``index`` of `all` or `any` over a list; ``name`` is a new name for a member that decides it."""

    call: Term
    index: int
    name: str


Step = Unfold | Use | Specialise | Pick | Law | Members


@dataclass(frozen=True, slots=True)
class Leaf:
    """The hypotheses, the negated goal and the instances contradict each other. ``tier`` T1: shown by ``proof.ground``;
    T4: a solver said so, and nothing is checked here."""

    steps: tuple[Step, ...] = ()
    tier: str = "T1"


@dataclass(frozen=True, slots=True)
class Structural:
    """Induction on the structure of a variable; a tree for each constructor."""

    var: Term
    cases: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Natural:
    """Induction on an Int: the claim for smaller values that are not negative."""

    var: Term
    case: Tree


@dataclass(frozen=True, slots=True)
class Along:
    """Induction along the recursion of a call. ``guard`` proves the ``requires`` of its function; None where it has none."""

    call: Term
    case: Tree
    guard: Tree | None


@dataclass(frozen=True, slots=True)
class Split:
    """A case for each constructor of a term, or for both truth values."""

    term: Term
    cases: tuple[Tree, ...]


Tree = Leaf | Structural | Natural | Along | Split


@dataclass(frozen=True, slots=True)
class Lemma:
    """A statement found on the way, with its proof: for all ``vars`` (and types ``tparams``), ``formula``."""

    name: str
    tparams: tuple[str, ...]
    vars: tuple[Term, ...]
    formula: Term
    tree: Tree


@dataclass(frozen=True, slots=True)
class Certificate:
    """``goal``: which of the obligation's goals is proved, 0 being the first. ``seal``: a digest of the question.
    ``hyps``: names of the hypotheses that the proof may use; the others are set aside before it begins."""

    obligation: str
    seal: str
    tier: str
    tree: Tree
    lemmas: tuple[Lemma, ...] = ()
    goal: int = 0
    hyps: frozenset[str] = frozenset()


def leaves(tree: Tree) -> list[Leaf]:
    out: list[Leaf] = []
    stack: list[Tree | None] = [tree]
    while stack:
        here = stack.pop()
        match here:
            case Leaf():
                out.append(here)
            case Structural(cases=cases) | Split(cases=cases):
                stack.extend(reversed(cases))
            case Natural(case=case):
                stack.append(case)
            case Along(case=case, guard=guard):
                stack.extend((guard, case))
            case None:
                pass
    return out


def tier_of(certificate: Certificate) -> str:
    """That of the weakest leaf."""
    trees = [certificate.tree, *(lemma.tree for lemma in certificate.lemmas)]
    return max(leaf.tier for tree in trees for leaf in leaves(tree))
