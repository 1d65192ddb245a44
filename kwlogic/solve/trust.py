"""Which declarations may not be relied on, given the verdicts at hand.

Two kinds of names: ``def:f`` (the recursive function f is not known to terminate, so its equation may be inconsistent)
and ``f`` (something of f is not proved, so neither its contract nor, for a lemma, its claim is a fact). That the
values a function builds satisfy the invariants of their types rests on everything it calls, too.
"""

from __future__ import annotations

from collections.abc import Iterable

from kwlogic.core.logic import erase
from kwlogic.core.program import ExprBody, Fn, Kernel, Origin, Program
from kwlogic.vc.data import Assumed, Enforced, Kind, Proved, Result
from kwlogic.vc.theory import called


def untrusted_after(program: Program, results: Iterable[Result]) -> frozenset[str]:
    """Names that must not support a proof. Witnesses of requires, and examples, support none anyway."""
    bad: set[str] = set()
    for result in results:
        if isinstance(result.verdict, (Proved, Enforced, Assumed)) or result.obligation.kind in (Kind.REQUIRES, Kind.EXAMPLE):
            continue
        name = result.obligation.declaration
        fn = program.fns.get(name)
        group = frozenset((name,)) if fn is None else fn.group | {name}
        bad |= group
        if result.obligation.kind is Kind.TERMINATION:
            bad |= {f"def:{member}" for member in group}
    return frozenset(bad | _invalid(program, bad)) if bad else frozenset()


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
    return called(erase(decl.body.term)) if isinstance(decl.body, ExprBody) else frozenset()
