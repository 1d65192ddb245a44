"""From good answers of one kind to kernels of the store: learnt, stored as candidates with their lineage, sent through the gate."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kwlogic.core.program import Program
from kwlogic.source.data import Diagnosed, Severity
from kwlogic.weave.learn.data import Draft, Learned
from kwlogic.weave.learn.life_data import Policy
from kwlogic.weave.learn.life_gate import gate_stored
from kwlogic.weave.learn.life_open import SETTINGS
from kwlogic.weave.learn.life_service import Gate, Reviewed, review
from kwlogic.weave.loop.data import Compiled, Learn
from kwlogic.weave.loop.memory import keep_prompt
from kwlogic.weave.store.data import Link, StoredKernel
from kwlogic.weave.store.kernels import kernel_to_stored
from kwlogic.weave.store.store import Store
from kwlogic.weave.trace.data import Trace
from kwlogic.workspace.check import elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.load import load
from kwlogic.workspace.select import select

LEARNT = "learnt"


def compile_family(
    store: Store, family: str, traces: Sequence[Trace], learn: Learn, policy: Policy, gate: Gate = gate_stored
) -> tuple[Compiled, list[Reviewed]]:
    """Learn from the traces of one family and store what comes of it; it is said where nothing does."""
    try:
        learnt = learn(traces, family, _module(store, family))
        stored = _stored(learnt)
    except Diagnosed as error:
        return _told(store, Compiled(family, len(traces), (), "; ".join(d.message for d in error.diagnostics[:3]))), []
    if not stored:
        why = "; ".join(d.message for d in learnt.diagnostics[:3])
        return _told(store, Compiled(family, len(traces), (), why or "nothing that these answers have in common makes a kernel")), []
    kernels = store.put_kernels(stored)
    _keep(store, kernels, learnt.kernels, traces)
    rules = {p for d in learnt.kernels for p in d.parts}
    ready = [k for k, d in zip(kernels, learnt.kernels) if not d.candidate and not (d.name in rules and d.body.kind == "expression")]
    reviewed = review(store, policy, ready, gate)
    return _told(store, Compiled(family, len(traces), tuple(k.name for k in kernels), "", learnt.text)), reviewed


def _told(store: Store, made: Compiled) -> Compiled:
    """That it was tried, so that it is not tried again with the same."""
    keep_prompt(store, "", made.family, "compile", "", None, traces=made.traces, kernels=list(made.kernels), reason=made.reason)
    return made


def _module(store: Store, family: str) -> str:
    """The module that the family has already, else one of its own: each is one text."""
    own = [k.module for k in store.kernels(family=family) if k.origin == LEARNT and k.module]
    if own:
        return own[-1]
    number = 1
    while store.latest_of_module(f"{LEARNT}_{number}") is not None:
        number += 1
    return f"{LEARNT}_{number}"


def _stored(learnt: Learned) -> list[StoredKernel]:
    if not learnt.text or not learnt.kernels:
        return []
    program = _program(learnt)
    names = [f"{learnt.module}.{d.name}" for d in learnt.kernels]
    return [replace(kernel_to_stored(program, n), origin=LEARNT) for n in names if n in program.kernels]


def _program(learnt: Learned) -> Program:
    with tempfile.TemporaryDirectory(prefix="kwlogic-learnt-") as folder:
        cwd = Path(folder).resolve()
        (cwd / "kwlogic.toml").write_text(SETTINGS, encoding="utf-8")
        (cwd / "learnt.kw").write_text(learnt.text, encoding="utf-8", newline="")
        project = project_of((), cwd)
        loaded = load(select(("learnt.kw",), project, cwd)[0], project, cwd)
        program, problems = elaborate_all(loaded, cwd)
    errors = [d for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR]
    if errors:
        raise Diagnosed(*errors)
    return program


def _keep(store: Store, kernels: Sequence[StoredKernel], drafts: Sequence[Draft], traces: Sequence[Trace]) -> None:
    """Lineage, and the prompts that the whole was learnt from with what was read from them."""
    of_name = {k.name.rpartition(".")[2]: k.digest for k in kernels}
    prompts = {t.trace_id: t.prompt for t in traces}
    for kernel, draft in zip(kernels, drafts):
        links = [Link(kernel.digest, "part", of_name[p]) for p in draft.parts if p in of_name]
        older = [k for k in store.kernels(name=kernel.name) if k.seq < kernel.seq]
        links += [Link(kernel.digest, "version", older[-1].digest)] if older else []
        store.link(*links, *(Link(kernel.digest, "trace", t) for t in prompts))
    for row in drafts[-1].rows:
        prompt = row.prompt or prompts.get(row.source, "")
        if prompt:
            keep_prompt(store, kernels[-1].digest, kernels[-1].family, LEARNT, prompt, None, inputs=row.inputs)
