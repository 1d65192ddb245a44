"""Which axioms a proof rests on: those that it uses itself, and those behind the declarations that it uses.

A declaration counts with all that its own proofs use; so what is told may be too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kwlogic.core.program import Program
from kwlogic.solve.trust import support
from kwlogic.vc.data import Proved, Rest, Result

ASSUMED = "assumed"


def told(program: Program, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """The results, each proof with the axioms behind it."""
    axioms = Axioms(program, results)
    if not axioms.names:
        return results
    return tuple(replace(r, rests=(*r.rests, *axioms.rests(r))) if isinstance(r.verdict, Proved) else r for r in results)


class Axioms:
    """The axioms behind everything in some results."""

    def __init__(self, program: Program, results: Iterable[Result]) -> None:
        self.program = program
        self.names = frozenset(n for n, lemma in program.lemmas.items() if lemma.axiom)
        self._used: dict[str, set[str]] = {}
        if self.names:
            for result in results:
                if isinstance(result.verdict, Proved):
                    self._used.setdefault(result.obligation.declaration, set()).update(_names(result, result.verdict))

    def behind(self, names: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._used.get(name, ()))
        return self.names & found

    def of(self, result: Result) -> frozenset[str]:
        return self.behind(_names(result, result.verdict)) if isinstance(result.verdict, Proved) else frozenset()

    def rests(self, result: Result) -> tuple[Rest, ...]:
        clauses = ((name, c) for name in sorted(self.of(result)) for c in self.program.lemmas[name].ensures)
        return tuple(Rest(name, c.text, c.label, c.span, ASSUMED) for name, c in clauses)


def _names(result: Result, verdict: Proved) -> set[str]:
    return {name.removeprefix("def:") for name in support(result.obligation, verdict)}
