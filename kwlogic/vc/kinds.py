"""Words of the obligation kinds: what each proves, how it fails, and a short name. One table, read by renderers."""

from __future__ import annotations

from dataclasses import dataclass

from kwlogic.vc.data import Kind


@dataclass(frozen=True, slots=True)
class Words:
    """``proves`` completes "shows that ..."; ``fails`` is a sentence about a refutation; ``short`` fits a table cell."""

    proves: str
    fails: str
    short: str


WORDS: dict[Kind, Words] = {
    Kind.REQUIRES: Words("some input satisfies the requires", "No input satisfies all requires.", "requires satisfiable"),
    Kind.CALL: Words("what is called may be called here", "The precondition of the call does not hold here.", "precondition"),
    Kind.PARTIAL: Words("the operation is defined here", "The operation is undefined here.", "operation defined"),
    Kind.REFINEMENT: Words("the value satisfies the refinement of its type", "The value lies outside its refinement.", "refinement"),
    Kind.ENSURES: Words("the clause holds of every output", "The body yields an output that breaks the clause.", "ensures"),
    Kind.TERMINATION: Words("the recursion ends", "The measure does not decrease, or is not bounded below.", "termination"),
    Kind.LEMMA: Words("the claim holds for all values", "There are values for which the claim is false.", "lemma"),
    Kind.FAILS: Words("a run fails only where the clause says so", "A run fails where the clause is false.", "fails when"),
    Kind.LINK: Words("what one part ensures is what the next requires", "The next part's requires may be false here.", "link"),
    Kind.REFINE: Words("the one kernel may stand in for the other", "The one kernel may not stand in for the other.", "refine"),
    Kind.EXAMPLE: Words("the example evaluates to true", "The example evaluates to false.", "example"),
    Kind.AXIOM: Words("nothing: the clause is assumed", "The assumption is false.", "axiom"),
}


def words(kind: Kind) -> Words:
    return WORDS[kind]
