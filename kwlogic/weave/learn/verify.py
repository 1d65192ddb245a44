"""Drafts held against what was observed, by the reference evaluator on the elaborated text: a clause that an observation breaks goes.

The same run counts how many failed observations the clauses refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kwlogic.core.codec import DecodeError, decode
from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.program import Clause, Kernel, Origin, Param, Program
from kwlogic.core.value import Value
from kwlogic.core.walk import free_vars
from kwlogic.weave.learn.data import ABSENT, Draft, Observation
from kwlogic.weave.learn.text import written
from kwlogic.weave.learn.workshop import Workshop

MAX_STEPS = 2_000_000
MAX_ROWS = 20_000


def verified(shop: Workshop, drafts: Sequence[Draft]) -> list[Draft]:
    """Drafts without clauses that an observation breaks, or that cannot be evaluated on one."""
    trial = shop.program_of(written(shop.options.module, shop.types, drafts).text)
    evaluator = Evaluator(trial.program, MAX_STEPS)
    found = []
    for draft in drafts:
        kernel = trial.program.kernels.get(f"{shop.options.module}.{draft.name}")
        found.append(draft if kernel is None else _held(draft, kernel, evaluator))
    return found


def _held(draft: Draft, kernel: Kernel, evaluator: Evaluator) -> Draft:
    written_ = [("requires", c) for c in kernel.requires if c.origin is Origin.WRITTEN]
    written_ += [("ensures", c) for c in kernel.ensures if c.origin is Origin.WRITTEN]
    own = sorted(draft.clauses, key=lambda c: c.kind != "requires")
    if len(own) != len(written_):
        return draft
    rows = draft.rows[:MAX_ROWS]
    envs = [env_of(r, kernel, evaluator.program) for r in rows]
    total = len({r.source for r in draft.rows})
    kept, dropped, refusing = [], [], []
    for clause, (_, core) in zip(own, written_):
        verdict = [None if e is None else holds_of(evaluator, core, e) for e in envs]
        if False in verdict:
            dropped.append((clause.text, f"{verdict.count(False)} observations break it"))
        else:
            support = len({r.source for r, v in zip(rows, verdict) if v})
            kept.append(replace(clause, support=support, total=total))
            refusing.append(core)
    failed = [e for e in (env_of(r, kernel, evaluator.program) for r in draft.failed[:MAX_ROWS]) if e is not None]
    rejected = sum(any(holds_of(evaluator, c, e) is False for c in refusing) for e in failed)
    return replace(draft, clauses=tuple(kept), dropped=(*draft.dropped, *dropped), rejected=rejected)


def env_of(row: Observation, kernel: Kernel, program: Program) -> Mapping[str, Value] | None:
    """The values of the ports that were observed, None where one does not fit."""
    found: dict[str, Value] = {}
    try:
        for port, values in ((p, row.inputs) for p in kernel.inputs):
            _put(found, port, values, program)
        for port, values in ((p, row.outputs) for p in kernel.outputs):
            _put(found, port, values, program)
    except (DecodeError, ValueError, RecursionError):
        return None
    return found


def _put(found: dict[str, Value], port: Param, values: Mapping[str, object], program: Program) -> None:
    value = values.get(port.name, ABSENT)
    if value is not ABSENT:
        found[port.name] = decode(value, port.type, program)


def holds_of(evaluator: Evaluator, clause: Clause, env: Mapping[str, Value]) -> bool | None:
    """None where an output that the clause speaks of was not observed."""
    if any(v.data not in env for v in free_vars(clause.pred)):
        return None
    try:
        return evaluator.holds(clause, env)
    except EvalStop:
        return False
