"""The service behind `kwlogic store add`: check spec files, and store their kernels with what the check said.

Kernels of modules with errors are left out. What is new is a candidate: the gate, and then evidence, take it further
(``weave.learn.life``).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kwlogic.core.program import ComposeBody, Kernel, Program
from kwlogic.source.data import Diagnostic, Severity, Source, Span
from kwlogic.weave.store.data import Certificate, Link, State, StoredKernel
from kwlogic.weave.store.kernels import kernel_to_stored, verdicts_of
from kwlogic.weave.store.store import Store
from kwlogic.workspace.check import check, elaborate_all
from kwlogic.workspace.config import project_of
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.load import Loaded, is_std, load
from kwlogic.workspace.select import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Added:
    """``kernels`` with their state; ``fresh`` of them had not been stored before."""

    kernels: tuple[tuple[StoredKernel, State], ...]
    fresh: int
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]


def add_specs(store: Store, paths: tuple[str, ...], cwd: Path) -> Added:
    """Raises Diagnosed where the request or the configuration is wrong."""
    result = check(CheckRequest(paths, cwd))
    errors = tuple(d for d in result.diagnostics if d.severity is Severity.ERROR)
    project = project_of(paths, cwd)
    selections, _ = select(paths, project, cwd)
    loaded = load(selections, project, cwd)
    program, problems = elaborate_all(loaded, cwd)
    broken = {d.span.file for d in (*loaded.diagnostics, *problems) if d.severity is Severity.ERROR and d.span is not None}
    names = [n for n in program.kernels if n.rpartition(".")[0] in loaded.wanted]
    names = [n for n in names if program.kernels[n].span.file not in broken and not program.kernels[n].tparams]
    found = {n: kernel_to_stored(program, n) for n in names}
    before = store.counts()["kernels"]
    stored = store.put_kernels(found.values())
    states = [_keep(store, result, program, kernel, found) for kernel in stored]
    _keep_modules(store, loaded, stored)
    return Added(tuple(zip(stored, states)), store.counts()["kernels"] - before, errors, result.sources)


def _keep(store: Store, result: CheckResult, program: Program, kernel: StoredKernel, all_: Mapping[str, StoredKernel]) -> State:
    """Verdicts, certificates and lineage of one kernel; its state."""
    verdicts = verdicts_of(result.results, kernel.name, kernel.digest)
    store.put_verdicts(verdicts)
    texts = {r.obligation.id: getattr(r.verdict, "certificate", "") for r in result.results}
    store.put_certificates(Certificate(kernel.digest, v.obligation, texts[v.obligation]) for v in verdicts if texts.get(v.obligation))
    links = [Link(kernel.digest, "part", all_[p].digest) for p in sorted(parts_of(program, program.kernels[kernel.name])) if p in all_]
    older = [k for k in store.kernels(name=kernel.name) if k.seq < kernel.seq]
    links += [Link(kernel.digest, "version", older[-1].digest)] if older else []
    store.link(*links)
    return store.status(kernel.digest).state


def _keep_modules(store: Store, loaded: Loaded, kernels: Iterable[StoredKernel]) -> None:
    """The texts of the modules that a kernel's own module uses, so that the kernel can be elaborated from the store alone."""
    uses = {module: _used(loaded, module) for module in {k.module for k in kernels}}
    texts = {m: loaded.modules[m][0].text for used in uses.values() for m in used}
    digests = dict(zip(texts, store.put_texts(texts.values())))
    store.link(*(Link(k.digest, f"uses {m}", digests[m]) for k in kernels for m in uses[k.module]))


def _used(loaded: Loaded, module: str) -> list[str]:
    found: list[str] = []
    waiting = [module]
    while waiting:
        for use in loaded.modules[waiting.pop()][1].uses:
            name = str(use.module)
            if name in loaded.modules and name != module and name not in found and not is_std(name):
                found.append(name)
                waiting.append(name)
    return sorted(found)


def parts_of(program: Program, kernel: Kernel) -> set[str]:
    """The kernels that a composition is made of."""
    found: set[str] = set()
    stack: list[Any] = [kernel.body] if isinstance(kernel.body, ComposeBody) else []
    while stack:
        here = stack.pop()
        if isinstance(here, str) and here in program.kernels and here != kernel.name:
            found.add(here)
        elif dataclasses.is_dataclass(here) and not isinstance(here, (type, Span)):
            stack.extend(getattr(here, f.name) for f in dataclasses.fields(here))
        elif isinstance(here, (tuple, list, frozenset)):
            stack.extend(here)
    return found
