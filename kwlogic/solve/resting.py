"""What the proofs of compositions rest on: clauses of their parts, and where the chain of each comes to its end.

A clause of an oracle ends in enforcement, one of an expression kernel in proofs (or in axioms that these use), one of a
composition wherever its own proof leads; what is enforced anywhere below is not proved alone.
"""

from __future__ import annotations

from dataclasses import replace

from kwlogic.compose.contract import part_of
from kwlogic.core.program import Kernel, OracleBody, Origin, Program
from kwlogic.solve.axioms import Axioms
from kwlogic.vc.data import Kind, Proved, Rest, Result

PROOF, ENFORCEMENT, AXIOM, NOTHING = "proof", "enforcement", "axiom", "nothing"
Key = tuple[str, int]


def rested(program: Program, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """The results, each proof with the clauses of parts that it rests on."""
    if not any(isinstance(r.verdict, Proved) and any(part_of(h) for h in r.verdict.hyps) for r in results):
        return results
    ends = _Ends(program, results)
    return tuple(replace(r, rests=ends.rests(r)) if isinstance(r.verdict, Proved) else r for r in results)


class _Ends:
    def __init__(self, program: Program, results: tuple[Result, ...]) -> None:
        self.program = program
        self.by_clause: dict[Key, Proved] = {}
        for result in results:
            ob = result.obligation
            if isinstance(result.verdict, Proved) and ob.kind in (Kind.ENSURES, Kind.REFINEMENT) and ob.clause is not None:
                self.by_clause[ob.declaration, ob.clause] = result.verdict
        self.known: dict[Key, frozenset[str]] = {}
        self.axioms = Axioms(program, results)

    def rests(self, result: Result) -> tuple[Rest, ...]:
        assert isinstance(result.verdict, Proved)
        return tuple(self.rest(*key) for key in _parts(result.verdict))

    def rest(self, name: str, index: int) -> Rest:
        kernel = self.program.kernels[name]
        clause = kernel.ensures[index]
        return Rest(name, clause.text, clause.label, clause.span, _worst(self.ends((name, index))))

    def ends(self, key: Key) -> frozenset[str]:
        """Where the chain of a clause ends, parts first on an explicit stack."""
        stack = [key]
        entered: set[Key] = set()
        while stack:
            here = stack[-1]
            verdict = self.by_clause.get(here)
            parts = _parts(verdict) if verdict is not None else ()
            waiting = [p for p in parts if p not in self.known and p not in entered]
            entered.add(here)
            if waiting and here not in self.known:
                stack.extend(waiting)
                continue
            stack.pop()
            if here not in self.known:
                self.known[here] = self._own(here, verdict).union(*(self.known.get(p, frozenset()) for p in parts))
        return self.known[key]

    def _own(self, key: Key, verdict: Proved | None) -> frozenset[str]:
        kernel = self.program.kernels[key[0]]
        if verdict is not None:
            return frozenset((AXIOM,)) if self.axioms.behind(verdict.uses) else frozenset((PROOF,))
        if isinstance(kernel.body, OracleBody):
            return frozenset((ENFORCEMENT,))
        return frozenset((PROOF if _by_construction(kernel, key[1]) else NOTHING,))


def _by_construction(kernel: Kernel, index: int) -> bool:
    return kernel.body is not None and kernel.ensures[index].origin is Origin.INVARIANT


def _parts(verdict: Proved) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(sorted(p for h in verdict.hyps if (p := part_of(h)) is not None)))


def _worst(ends: frozenset[str]) -> str:
    return next((e for e in (NOTHING, AXIOM, ENFORCEMENT) if e in ends), PROOF)
