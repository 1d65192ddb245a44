"""Runs that the store knows of: their steps are kept as they finish, so that a run goes on from where it was interrupted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic, Severity
from kwlogic.weave.run.data import Memory
from kwlogic.weave.run.keys import Keys
from kwlogic.weave.run.service import run_live
from kwlogic.weave.run.tracing import Recorder
from kwlogic.weave.store.data import Run, RunState
from kwlogic.weave.store.memory import StoreMemory
from kwlogic.weave.store.store import Store
from kwlogic.workspace.outcome import Outcome
from kwlogic.workspace.run import Found


@dataclass(frozen=True, slots=True)
class Recorded:
    """``run_id`` names the run, for resuming it."""

    run_id: str
    outcome: Outcome


def run_recorded(
    found: Found, document: str | None, store: Store, resume: str | None, interrupted: Callable[[str], None] = lambda run_id: None
) -> Recorded:
    """Run a kernel, or go on with an interrupted run of it; without a ``document`` the run's own input is taken.

    ``interrupted`` is told the run's name where it does not come to an end. Raises Diagnosed where there is no such run, or it is one of another kernel."""
    run = _resumed(found, store, resume) if resume else None
    text = document if document is not None else run.inputs if run is not None else ""
    if run is None:
        run = Run(uuid.uuid4().hex, Keys(found.program).version(found.kernel), found.kernel.name, text)
    store.start_run(run)
    recorder = Recorder(found.kernel, found.program)
    memory: Memory = StoreMemory(store)
    try:
        outcome = run_live(found, text, run.run_id, memory, recorder.hear)
    except BaseException:
        recorder.keep(store, run.run_id, None)
        interrupted(run.run_id)
        raise
    reason = "" if not outcome.failed else "; ".join(d.message for d in outcome.diagnostics)
    state = RunState.FAILED if outcome.failed else RunState.DONE
    store.finish_run(
        Run(run.run_id, run.kernel, run.name, text, state, outcome.text, reason, recorder.keep(store, run.run_id, not outcome.failed))
    )
    return Recorded(
        run.run_id, Outcome(outcome.text, (*outcome.diagnostics, *_warned(store)), outcome.sources, outcome.failed, outcome.usage)
    )


def _warned(store: Store) -> tuple[Diagnostic, ...]:
    return tuple(d for d in store.warnings if d.severity is not Severity.ERROR)


def _resumed(found: Found, store: Store, run_id: str) -> Run:
    run = store.run(run_id)
    if run is None:
        near = [r.run_id for r in store.runs() if r.name == found.kernel.name and r.state is RunState.RUNNING]
        help = f"the last one that did not end is {near[-1]}" if near else None
        raise Diagnosed(diagnostic("KW844", f"the store has no run `{run_id}`", help=help))
    if run.name != found.kernel.name:
        raise Diagnosed(diagnostic("KW844", f"the run `{run_id}` is one of `{run.name}`, not of `{found.kernel.name}`"))
    return run
