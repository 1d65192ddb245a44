"""Which clauses follow from stronger ones: asked of the solver as questions about a contract that exists only in memory.

Clauses come strongest first; each is held against all before it, so what implies a clause never goes with it. An answer that does not come within the
small budget of such questions means that the clause stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.core.program import Clause as CoreClause
from kwlogic.core.program import Kernel
from kwlogic.lab.opened import Opened
from kwlogic.lab.trial import tried
from kwlogic.vc.data import Lint
from kwlogic.weave.learn.data import Clause, Port
from kwlogic.weave.learn.naming import type_text

MODULE = "learnt.probe"
Contract = tuple[Sequence[Port], Sequence[Clause]]


def implied(opened: Opened, declarations: Sequence[str], ports: Sequence[Port], clauses: Sequence[Clause]) -> list[bool]:
    """For each clause, whether those before it imply it. Where one of them does not elaborate, nothing is said."""
    return implied_in(opened, declarations, [(ports, clauses)])[0]


def implied_in(opened: Opened, declarations: Sequence[str], contracts: Sequence[Contract]) -> list[list[bool]]:
    """The same for several contracts, in one module."""
    from kwlogic.core.program import Origin
    from kwlogic.solve.session import solve_all
    from kwlogic.solve.work import SolveOptions

    trial = tried(opened, "\n".join([f"module {MODULE}", *declarations, *map(_probe, range(len(contracts)), contracts)]) + "\n", "probe.kw")
    lints: list[Lint] = []
    for number, (_, clauses) in enumerate(contracts):
        kernel = trial.program.kernels.get(f"{MODULE}.probe_{number}")
        own = () if kernel is None else tuple(c for c in kernel.requires if c.origin is Origin.WRITTEN)
        if kernel is not None and len(own) == len(clauses):
            lints += _questions(kernel, own)
    found = solve_all(trial.program, (), tuple(lints), SolveOptions(jobs=1)).findings if lints else ()
    names = {f.lint.id for f in found}
    return [[f"{MODULE}.probe_{n}/{i}" in names for i in range(len(clauses))] for n, (_, clauses) in enumerate(contracts)]


def _probe(number: int, contract: Contract) -> str:
    ports, clauses = contract
    signature = ", ".join(f"{p.name}: {type_text(p.shape)}" for p in ports)
    lines = [f"kernel probe_{number}({signature}) -> (ok': Bool)", *(f"  requires {c.text}" for c in clauses), '  by tool "none"']
    return "\n".join(lines)


def _questions(kernel: Kernel, own: tuple[CoreClause, ...]) -> list[Lint]:
    from kwlogic.core.logic import erase
    from kwlogic.vc.build import clause_hyps
    from kwlogic.vc.data import LintKind, Sequent
    from kwlogic.vc.instances import param_vars

    vars, hyps, name = param_vars(kernel.inputs), clause_hyps("requires", own), kernel.name
    return [
        Lint(f"{name}/{i}", LintKind.VACUOUS, name, c.span, c.text, Sequent(vars, hyps[:i], erase(c.pred)), name) for i, c in enumerate(own)
    ]
