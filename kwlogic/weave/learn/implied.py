"""Which clauses follow from stronger ones: asked of the solver as questions about a contract that exists only in memory.

Clauses come strongest first; each is held against all before it, so what implies a clause never goes with it. An answer that does not come within the
small budget of such questions means that the clause stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from kwlogic.lab.opened import Opened
from kwlogic.lab.trial import tried
from kwlogic.weave.learn.data import Clause, Port
from kwlogic.weave.learn.naming import type_text

MODULE = "learnt.probe"
NAME = f"{MODULE}.probe"


def implied(opened: Opened, declarations: Sequence[str], ports: Sequence[Port], clauses: Sequence[Clause]) -> list[bool]:
    """For each clause, whether those before it imply it. Where one of them does not elaborate, nothing is said."""
    from kwlogic.core.logic import erase
    from kwlogic.core.program import Origin
    from kwlogic.solve.session import solve_all
    from kwlogic.solve.work import SolveOptions
    from kwlogic.vc.build import clause_hyps
    from kwlogic.vc.data import Lint, LintKind, Sequent
    from kwlogic.vc.instances import param_vars

    signature = ", ".join(f"{p.name}: {type_text(p.shape)}" for p in ports)
    lines = [f"module {MODULE}", *declarations, f"kernel probe({signature}) -> (ok': Bool)"]
    lines += [f"  requires {c.text}" for c in clauses]
    trial = tried(opened, "\n".join([*lines, '  by tool "none"']) + "\n", "probe.kw")
    kernel = trial.program.kernels.get(NAME)
    own = () if kernel is None else tuple(c for c in kernel.requires if c.origin is Origin.WRITTEN)
    if trial.errors or kernel is None or len(own) != len(clauses):
        return [False] * len(clauses)
    vars, hyps = param_vars(kernel.inputs), clause_hyps("requires", own)
    lints = tuple(
        Lint(f"{NAME}/{i}", LintKind.VACUOUS, NAME, c.span, c.text, Sequent(vars, hyps[:i], erase(c.pred)), NAME) for i, c in enumerate(own)
    )
    found = solve_all(trial.program, (), lints, SolveOptions(jobs=1)).findings
    names = {f.lint.id for f in found}
    return [f"{NAME}/{i}" in names for i in range(len(clauses))]
