"""Which declarations may not be relied on, given the verdicts at hand.

Two kinds of names: ``def:f`` (the recursive function f is not known to terminate, so its equation may be inconsistent)
and ``f`` (something of f is not proved, so neither its contract nor, for a lemma, its claim is a fact). That the
values a function builds satisfy the invariants of their types rests on everything it calls, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kwlogic.compose.contract import composed_of, part_of
from kwlogic.core.logic import erase
from kwlogic.core.program import ExprBody, Fn, Kernel, Origin, Program
from kwlogic.source.records import dataclass
from kwlogic.vc.data import Assumed, Enforced, Kind, Obligation, Proved, Result
from kwlogic.vc.theory import called


def untrusted_after(program: Program, results: Iterable[Result]) -> frozenset[str]:
    """Names that must not support a proof. Witnesses of requires, and examples, support none anyway."""
    bad: set[str] = set()
    for result in results:
        if isinstance(result.verdict, (Proved, Enforced, Assumed)) or result.obligation.kind in (Kind.REQUIRES, Kind.EXAMPLE):
            continue
        name = result.obligation.declaration
        bad |= _clauses(program, result.obligation)
        fn = program.fns.get(name)
        group = frozenset((name,)) if fn is None else fn.group | {name}
        bad |= group
        if result.obligation.kind is Kind.TERMINATION:
            bad |= {f"def:{member}" for member in group}
    if not bad:
        return frozenset()
    invalid = _invalid(program, bad)
    return frozenset(bad | invalid).union(*(_invariants(program.kernels[n]) for n in invalid if n in program.kernels))


def _invariants(kernel: Kernel) -> set[str]:
    """The clauses of a kernel that its outputs satisfy by construction only."""
    return {clause_name(kernel.name, i) for i, c in enumerate(kernel.ensures) if c.origin is Origin.INVARIANT}


def _clauses(program: Program, obligation: Obligation) -> set[str]:
    """What may not be relied on of a kernel's ensures: the clause that is open, all of them where the kernel itself is."""
    kernel = program.kernels.get(obligation.declaration)
    if kernel is None or obligation.kind is Kind.FAILS or "/link/rollback." in obligation.id:
        return set()
    if obligation.kind in (Kind.ENSURES, Kind.REFINEMENT) and obligation.clause is not None:
        return {clause_name(kernel.name, obligation.clause)}
    return {clause_name(kernel.name, i) for i in range(len(kernel.ensures))}


def clause_name(kernel: str, clause: int) -> str:
    return f"{kernel}#{clause}"


def parts_used(hyps: Iterable[str]) -> frozenset[str]:
    """The clauses of parts behind the names of hypotheses."""
    parts = (part_of(h) for h in hyps)
    return frozenset(clause_name(*p) for p in parts if p is not None)


def support(obligation: Obligation, verdict: Proved) -> frozenset[str]:
    """Everything a proof rests on. What the declaration's own contract says of recursive calls counts where it was used."""
    rests = obligation.rests_on
    if not verdict.hyps & {"recursion", "induction"}:
        rests = rests - {obligation.declaration}
    return verdict.uses | rests | parts_used(verdict.hyps)


@dataclass(slots=True)
class Supporting:
    """What proofs rest on and nobody asked for yet; ``behind`` knows its obligations."""

    program: Program
    behind: Callable[[frozenset[str]], tuple[Obligation, ...]]
    asked: set[str]

    def more(self, results: Iterable[Result]) -> tuple[Obligation, ...]:
        found: set[str] = set()
        waiting = [
            n.removeprefix("def:").partition("#")[0]
            for r in results
            if isinstance(r.verdict, Proved)
            for n in support(r.obligation, r.verdict)
        ]
        while waiting:
            name = waiting.pop()
            if name not in found and name not in self.asked:
                found.add(name)
                waiting.extend(self._along(name))
        self.asked |= found
        return self.behind(frozenset(found)) if found else ()

    def _along(self, name: str) -> frozenset[str]:
        """The recursion that a function belongs to; and all that it calls, where its outputs are said to be valid."""
        fn = self.program.fns.get(name)
        decl = fn or self.program.kernels.get(name)
        valid = decl is not None and any(c.origin is Origin.INVARIANT for c in decl.ensures)
        return (fn.group if fn is not None else frozenset()) | (_everything_called(self.program, name) if valid else frozenset())


def _everything_called(program: Program, name: str) -> frozenset[str]:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        decl = program.fns.get(here := waiting.pop()) or program.kernels.get(here)
        if decl is not None and here not in seen:
            seen.add(here)
            waiting.extend(_calls(decl))
    return frozenset(seen)


def _invalid(program: Program, bad: set[str]) -> set[str]:
    """Functions and kernels whose outputs are said to satisfy invariants, but which call something that is not proved."""
    decls: dict[str, Fn | Kernel] = {**program.fns, **program.kernels}
    callers = {n: _calls(d) for n, d in decls.items()}
    tainted = set(bad)
    changed = True
    while changed:
        fresh = {n for n, calls in callers.items() if n not in tainted and not calls.isdisjoint(tainted)}
        tainted |= fresh
        changed = bool(fresh)
    return {n for n in tainted - bad if n in decls and any(c.origin is Origin.INVARIANT for c in decls[n].ensures)}


def _calls(decl: Fn | Kernel) -> frozenset[str]:
    if isinstance(decl, Fn):
        return called(erase(decl.body))
    return called(erase(decl.body.term)) if isinstance(decl.body, ExprBody) else frozenset(composed_of(decl))
