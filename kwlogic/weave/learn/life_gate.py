"""A stored kernel before the checker and the gate: what they say of it is kept with it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from kwlogic.gate.data import Settings
from kwlogic.source.data import Diagnosed, Severity
from kwlogic.weave.learn.life_data import Gated
from kwlogic.weave.learn.life_open import Ready, Unready, ready
from kwlogic.weave.store.data import Certificate, StoredKernel
from kwlogic.weave.store.kernels import verdicts_of
from kwlogic.weave.store.store import Store
from kwlogic.workspace.check import check
from kwlogic.workspace.data import CheckRequest, CheckResult
from kwlogic.workspace.gate import gate
from kwlogic.workspace.gate_data import GateRequest


@dataclass(frozen=True, slots=True)
class AtGate:
    """``version``: how runs name this version of the kernel (``weave.run.keys``)."""

    gated: Gated
    version: str = ""


def gate_stored(store: Store, stored: StoredKernel, examples: int) -> AtGate:
    """Check a stored kernel and send it through the gate; its verdicts and certificates are stored anew."""
    try:
        with tempfile.TemporaryDirectory(prefix="kwlogic-life-") as folder:
            return gate_ready(store, ready(store, stored, Path(folder).resolve()), examples)
    except Unready as error:
        return AtGate(Gated("", str(error)))


def gate_ready(store: Store, opened: Ready, examples: int) -> AtGate:
    """As ``gate_stored``, of what has been made ready. Where somebody interrupts it, nothing is stored: part of the verdicts could
    pass for all of them."""
    from kwlogic.weave.run.keys import Keys

    paths = (f"{opened.file}::{opened.kernel.name.rpartition('.')[2]}",)
    try:
        checked = check(CheckRequest(paths, opened.folder, jobs=1, cache=False))
        if checked.interrupted:
            raise KeyboardInterrupt
        settings = Settings(examples=examples)
        result = gate(GateRequest(paths, opened.folder, settings, check=False, record=False, jobs=1, cache=False))
    except Diagnosed as error:
        return AtGate(Gated("", "; ".join(d.message for d in error.diagnostics[:3])))
    if result.interrupted:
        raise KeyboardInterrupt
    _keep(store, opened, checked)
    version = Keys(opened.program).version(opened.kernel)
    report = next((r for r in result.reports if r.name == opened.kernel.name), None)
    if report is None:
        said = [d.message for d in result.diagnostics if d.severity is Severity.ERROR]
        return AtGate(Gated("", "; ".join(said[:3]) or "the gate did not find it"), version)
    reasons = [f"{f.diagnostic.code}: {f.diagnostic.message}" for f in report.findings]
    return AtGate(Gated(report.standing.value, "; ".join(reasons[:3]), report.runs + report.seeded + report.replayed), version)


def _keep(store: Store, opened: Ready, checked: CheckResult) -> None:
    verdicts = verdicts_of(checked.results, opened.kernel.name, opened.stored.digest)
    store.put_verdicts(verdicts)
    texts = {r.obligation.id: getattr(r.verdict, "certificate", "") for r in checked.results}
    found = [Certificate(opened.stored.digest, v.obligation, texts[v.obligation]) for v in verdicts if texts.get(v.obligation)]
    store.put_certificates(found)
