"""Lemmas that proofs of a module were found by, remembered as statements: where to look first, and never believed.

A statement is one line of text. It is offered to the other goals of its module, which prove it again before they use it; one
that can no longer be read, because what it speaks of has changed, is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from kwlogic.core.program import Program
from kwlogic.core.terms import Term
from kwlogic.core.types import BOOL
from kwlogic.proof.book import entry_node
from kwlogic.proof.datatypes import DataTypes
from kwlogic.proof.lists import items, word
from kwlogic.proof.reader import Reader
from kwlogic.proof.statements import Refused
from kwlogic.proof.words import Writer, type_text
from kwlogic.solve.conjectures import canonical
from kwlogic.solve.search import Outline, Success
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Proved, Result

MOST_STATEMENTS = 40
MOST_CHARACTERS = 2_000

Offers = Mapping[str, tuple[str, ...]]
"""Statements by module."""


def statement_text(formula: Term) -> str:
    """A formula for all values of its variables, on one line; raises Refused where that would be too long."""
    formula = canonical(formula)
    writer = Writer([formula])
    vars = " ".join(f"({name} {type_text(type)})" for name, type in writer.variables())
    text = f"(lemma ({vars}) {writer.term(formula)})"
    if len(text) > MOST_CHARACTERS:
        raise Refused("the statement is too long")
    return text


def statements(formulas: Iterable[Term]) -> tuple[str, ...]:
    out: dict[str, None] = {}
    for formula in formulas:
        try:
            out[statement_text(formula)] = None
        except Refused:
            continue
    return tuple(out)


def statements_of(found: Success) -> tuple[str, ...]:
    """Those of the lemmas that a proof rests on, which build on each other in that order."""
    wanted = facts_in(found.outline)
    for fact, proof in reversed(found.lemmas):
        if fact.name in wanted:
            wanted |= facts_in(proof.outline)
    return statements(fact.formula for fact, _ in found.lemmas if fact.name in wanted)


def facts_in(outline: Outline) -> frozenset[str]:
    return outline.facts.union(*(facts_in(case) for case in outline.cases))


def merged(old: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    """Statements in an order that does not tell how they came about: the short ones first."""
    return tuple(sorted({*old, *new}, key=lambda s: (len(s), s))[:MOST_STATEMENTS])


def found_in(results: Iterable[Result]) -> dict[str, tuple[str, ...]]:
    """What the proofs of a run were found by, by module, in the order of the results."""
    out: dict[str, dict[str, None]] = {}
    for result in results:
        if isinstance(result.verdict, Proved) and result.verdict.lemmas:
            out.setdefault(result.obligation.module, {}).update(dict.fromkeys(result.verdict.lemmas))
    return {module: tuple(found) for module, found in out.items()}


def together(first: Sequence[str], then: Sequence[str]) -> tuple[str, ...]:
    """Both, each statement once."""
    return tuple(dict.fromkeys((*first, *then)))


@dataclass(slots=True)
class Statements:
    """Reads statements of one program, each once."""

    program: Program
    _read: dict[str, Term | None] = field(default_factory=dict)

    def formulas(self, texts: Iterable[str]) -> list[Term]:
        """What can be read of them, in order."""
        for text in texts:
            if text not in self._read:
                self._read[text] = self._formula(text)
        return [f for text in texts if (f := self._read[text]) is not None]

    def _formula(self, text: str) -> Term | None:
        reader = Reader(self.program, DataTypes(self.program))
        try:
            parts = items(entry_node(text))
            if len(parts) != 3 or parts[0] != "lemma":
                return None
            pairs = [items(p) for p in items(parts[1])]
            reader.vars = {word(name): reader.type(word(type)) for name, type in pairs}
            formula = reader.term(parts[2])
        except (Refused, ValueError):
            return None
        return formula if formula.type is BOOL else None
